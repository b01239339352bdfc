//! Regular expressions as Python and JavaScript read them alike: no classes by name, no flags, no escapes that differ.

use std::fmt::Write as _;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::Language;

/// The same language in a syntax that both know; `None` for what they cannot say.
pub(super) fn portable(pattern: &str, language: Language) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    if is_plain(pattern) {
        return Some(pattern.to_owned());
    }
    let mut out = String::new();
    write(&hir, language, &mut out)?;
    Some(out)
}

/// A text as a pattern of itself.
pub(super) fn literal(text: &str, language: Language) -> String {
    let mut out = String::new();
    text.chars().for_each(|character| push(character, false, language, &mut out));
    out
}

/// Whether a pattern is made of nothing that could be read in two ways.
fn is_plain(pattern: &str) -> bool {
    let (mut in_class, mut before) = (false, ' ');
    for character in pattern.chars() {
        let fine = match character {
            '[' if in_class => false,
            '[' => {
                in_class = true;
                true
            }
            ']' => {
                let closes = in_class && before != '[' && before != '^';
                in_class = false;
                closes
            }
            '^' => in_class && before == '[',
            '.' | ',' => in_class || (character == ',' && before.is_ascii_digit()),
            '-' => !in_class || before != '-',
            '(' | ')' | '|' | '*' | '+' | '{' | '}' => !in_class,
            '?' => !in_class && before != '(' && !"*+?}".contains(before),
            '_' => true,
            other => other.is_ascii_alphanumeric(),
        };
        if !fine {
            return false;
        }
        before = character;
    }
    !in_class
}

fn write(hir: &Hir, language: Language, out: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            std::str::from_utf8(&literal.0).ok()?.chars().for_each(|character| push(character, false, language, out));
        }
        HirKind::Class(class) => write_class(class, language, out)?,
        HirKind::Look(_) => return None,
        HirKind::Repetition(repetition) => write_repetition(repetition, language, out)?,
        HirKind::Capture(capture) => group(&capture.sub, language, out)?,
        HirKind::Concat(parts) => {
            for part in parts {
                match part.kind() {
                    HirKind::Alternation(_) => group(part, language, out)?,
                    _ => write(part, language, out)?,
                }
            }
        }
        HirKind::Alternation(parts) => {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    out.push('|');
                }
                write(part, language, out)?;
            }
        }
    }
    Some(())
}

fn group(hir: &Hir, language: Language, out: &mut String) -> Option<()> {
    out.push_str("(?:");
    write(hir, language, out)?;
    out.push(')');
    Some(())
}

fn write_repetition(repetition: &Repetition, language: Language, out: &mut String) -> Option<()> {
    let is_one = match repetition.sub.kind() {
        HirKind::Class(_) | HirKind::Capture(_) => true,
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).is_ok_and(|text| text.chars().count() == 1),
        _ => false,
    };
    if is_one {
        write(&repetition.sub, language, out)?
    } else {
        group(&repetition.sub, language, out)?
    }
    // Writing to a String cannot fail.
    let _ = match (repetition.min, repetition.max) {
        (0, None) => write!(out, "*"),
        (1, None) => write!(out, "+"),
        (0, Some(1)) => write!(out, "?"),
        (least, None) => write!(out, "{{{least},}}"),
        (least, Some(most)) if least == most => write!(out, "{{{least}}}"),
        (least, Some(most)) => write!(out, "{{{least},{most}}}"),
    };
    Some(())
}

fn write_class(class: &Class, language: Language, out: &mut String) -> Option<()> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) if class.is_ascii() => {
            class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
        Class::Bytes(_) => return None,
    };
    if ranges.is_empty() {
        return None;
    }
    out.push('[');
    for (start, end) in ranges {
        push(start, true, language, out);
        if end != start {
            if end > char::from_u32(start as u32 + 1).unwrap_or(start) {
                out.push('-');
            }
            push(end, true, language, out);
        }
    }
    out.push(']');
    Some(())
}

/// A character that means itself, within a class or not.
fn push(character: char, in_class: bool, language: Language, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = match (character, language) {
        ('-', _) => write!(out, "{}", if in_class { "\\-" } else { "-" }),
        ('a'..='z' | 'A'..='Z' | '0'..='9' | '_' | ',' | ':' | ' ' | '=' | '@', _) => write!(out, "{character}"),
        ('\\' | '^' | '$' | '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '/', _) => {
            write!(out, "\\{character}")
        }
        ('\0'..='\u{7f}', _) => write!(out, "\\x{:02x}", character as u32),
        (_, Language::TypeScript) => write!(out, "\\u{{{:x}}}", character as u32),
        ('\u{80}'..='\u{ffff}', Language::Python) => write!(out, "\\u{:04x}", character as u32),
        (_, Language::Python) => write!(out, "\\U{:08x}", character as u32),
    };
}

#[cfg(test)]
mod tests {
    use super::{Language, portable};

    #[test]
    fn a_pattern_is_kept_where_it_is_plain_and_spelled_out_where_not() {
        for (pattern, python) in [
            ("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"),
            ("[A-Za-z0-9_.-]+", "[A-Za-z0-9_.-]+"),
            ("[0-9]{4}-(0[1-9]|1[0-2])", "[0-9]{4}-(0[1-9]|1[0-2])"),
            ("a.b", "a[\\x00-\\x09\\x0b-\\U0010ffff]b"),
            ("\\d?x", "DIGITS"),
            ("(?i)ab", "[Aa][Bb]"),
            ("v\\.[[:alpha:]&&[^b]]", "v\\.[A-Zac-z]"),
            ("é+|(a|bc)*?", "\\u00e9+|(?:a|bc)*"),
            ("[\\]x]", "[\\]x]"),
        ] {
            let written = portable(pattern, Language::Python).unwrap();
            match python {
                "DIGITS" => {
                    assert!(written.starts_with("[0-9\\u0660-\\u0669") && written.ends_with("]?x"), "{written}")
                }
                _ => assert_eq!(written, python, "{pattern}"),
            }
            assert!(regex_syntax::parse(&written).is_ok(), "{written}");
        }
        assert_eq!(portable("é", Language::TypeScript).as_deref(), Some("\\u{e9}"));
        assert_eq!(portable("^a", Language::Python), None);
    }
}
