//! The pieces of which sentences are made: values in backticks, numbers with their noun.

use std::fmt::{self, Write};

use crate::render::filters::plural;

/// The longest value a sentence shows, in characters: any location fits.
const LONGEST: usize = 1_200;

/// A value in backticks, as one printable line: what could break out of them, move the cursor or reorder the
/// text is written `\u{…}`. An absent fact is `?`.
pub(super) struct Quoted<'a>(Option<&'a str>);

/// Words that may hold backticks of their own, as one printable line.
pub(super) struct Words<'a>(Option<&'a str>);

/// Puts a fact in backticks.
pub(super) fn quoted<'a>(fact: impl Into<Option<&'a str>>) -> Quoted<'a> {
    Quoted(fact.into())
}

/// Takes a fact that is already worded, such as the form a placeholder expects.
pub(super) fn words<'a>(fact: impl Into<Option<&'a str>>) -> Words<'a> {
    Words(fact.into())
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_char('`')?;
        write_printable(self.0.unwrap_or("?"), true, formatter)?;
        formatter.write_char('`')
    }
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_printable(self.0.unwrap_or("something else"), false, formatter)
    }
}

/// Runs of plain ASCII are written whole: most values are nothing else.
fn write_printable(mut text: &str, in_backticks: bool, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !(in_backticks && *byte == b'`');
    let mut room = LONGEST;
    loop {
        let run = text.bytes().take(room).take_while(is_plain).count();
        let (plain, rest) = text.split_at(run);
        formatter.write_str(plain)?;
        room -= run;
        let Some(character) = rest.chars().next() else { return Ok(()) };
        match character {
            _ if room == 0 => return formatter.write_char('…'),
            '\n' => formatter.write_str("\\n")?,
            '\r' => formatter.write_str("\\r")?,
            '\t' => formatter.write_str("\\t")?,
            '`' if in_backticks => formatter.write_str("\\u{60}")?,
            _ if is_invisible(character) => write!(formatter, "\\u{{{:x}}}", u32::from(character))?,
            _ => formatter.write_char(character)?,
        }
        room -= 1;
        text = &rest[character.len_utf8()..];
    }
}

/// Control characters, and those that reorder or hide the text around them.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// `1 object`, `12,345 objects`; an absent number is `an unknown number of objects`.
pub(super) fn counted(number: Option<u64>, noun: &str) -> String {
    match number {
        Some(number) => plural(number, noun, None),
        None => format!("an unknown number of {noun}s"),
    }
}

/// Each value in backticks, as `a, b and c`.
pub(super) fn listed<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let mut words: Vec<String> = values.into_iter().map(|value| quoted(value).to_string()).collect();
    match words.pop() {
        None => quoted(None).to_string(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LONGEST, counted, is_invisible, listed, quoted, words};

    /// What is written for a text, character by character.
    fn one_by_one(text: &str, in_backticks: bool) -> String {
        let shown = text.chars().take(LONGEST).map(|character| match character {
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '`' if in_backticks => "\\u{60}".to_owned(),
            hidden if is_invisible(hidden) => format!("\\u{{{:x}}}", u32::from(hidden)),
            plain => plain.to_string(),
        });
        shown.chain((text.chars().count() > LONGEST).then(|| "…".to_owned())).collect()
    }

    proptest! {
        #[test]
        fn however_much_is_written_at_once_the_text_is_the_same(
            text in "([ -~]{0,6}[`\\\\\n\r\t\u{0}\u{7f}\u{85}\u{ad}\u{202e}\u{feff}é漢\u{1f4e6}]?){0,8}", before in 1_190_usize..1_210,
        ) {
            for text in [text.clone(), "k".repeat(before) + &text, "é".repeat(before) + &text] {
                prop_assert_eq!(quoted(&*text).to_string(), format!("`{}`", one_by_one(&text, true)));
                prop_assert_eq!(words(&*text).to_string(), one_by_one(&text, false));
            }
        }
    }

    #[test]
    fn a_quoted_value_stays_within_its_backticks_and_on_its_line() {
        for (value, expected) in [
            ("a b/ü", "`a b/ü`"),
            ("a`b", "`a\\u{60}b`"),
            ("a\r\n\tb", "`a\\r\\n\\tb`"),
            ("\u{1b}[31m", "`\\u{1b}[31m`"),
            ("gpj.\u{202e}exe", "`gpj.\\u{202e}exe`"),
            ("", "``"),
        ] {
            assert_eq!(quoted(value).to_string(), expected);
        }
        assert_eq!(quoted(None).to_string(), "`?`");
        assert_eq!(quoted("k".repeat(2_000).as_str()).to_string().chars().count(), 1_203);
    }

    #[test]
    fn numbers_carry_their_noun() {
        assert_eq!(counted(Some(1), "item"), "1 item");
        assert_eq!(counted(Some(0), "item"), "0 items");
        assert_eq!(counted(Some(1_234_567), "item"), "1,234,567 items");
        assert_eq!(counted(None, "item"), "an unknown number of items");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
