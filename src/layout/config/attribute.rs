//! Attribute paths: `a.b`, `a[]`, `a.*`, `a.*#key`, `a.**`, `"a.b"`, `a@json`, `a@base64`.
//!
//! A bare name is any text without white space and without `. [ ] * # @ "`; within quotes `\` takes the next
//! character as it is.

use super::problems::Problems;
use crate::layout::spec::{AttributePath, Step};
use crate::model::suggest;

/// Where a path stands, which decides what it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It finds values.
    Values,
    /// It finds what is not looked at: `**` may stand last.
    Ignored,
}

/// Why a text is no attribute path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PathError {
    /// Where, in bytes from the text's start.
    pub(super) offset: usize,
    /// What is wrong there.
    pub(super) problem: String,
    /// How to mend it.
    pub(super) help: String,
}

/// What ends a bare name.
const SPECIAL: &[char] = &['.', '[', ']', '*', '#', '@', '"'];

/// Reads an attribute path.
pub(super) fn parse(text: &str, purpose: Use) -> Result<AttributePath, PathError> {
    let mut parser = Parser { text, offset: 0 };
    let mut steps = Vec::new();
    parser.name(&mut steps, purpose)?;
    while !parser.rest().is_empty() {
        if let Some(last @ (Step::EachKey | Step::Anything)) = steps.last() {
            let word = if *last == Step::EachKey { ".*#key" } else { "**" };
            return Err(parser.error(format!("nothing can follow `{word}`"), "end the path there"));
        }
        if parser.take(".") {
            parser.name(&mut steps, purpose)?;
        } else if parser.take("[]") {
            steps.push(Step::Each);
        } else if parser.take("@") {
            steps.push(parser.encoding()?);
        } else {
            let help = "write `[]` for each element, `.*` for each value; quote a name that holds such a character";
            return Err(parser.error(parser.unexpected(), help));
        }
    }
    Ok(AttributePath { text: text.to_owned(), steps })
}

struct Parser<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }

    fn take(&mut self, literal: &str) -> bool {
        let found = self.rest().starts_with(literal);
        self.offset += if found { literal.len() } else { 0 };
        found
    }

    fn error(&self, problem: impl Into<String>, help: impl Into<String>) -> PathError {
        PathError { offset: self.offset, problem: problem.into(), help: help.into() }
    }

    fn unexpected(&self) -> String {
        match self.rest().chars().next() {
            Some(character) => format!("unexpected `{}` in an attribute path", character.escape_debug()),
            None => "an attribute path ends too early".to_owned(),
        }
    }

    /// What may stand at the start and after a dot.
    fn name(&mut self, steps: &mut Vec<Step>, purpose: Use) -> Result<(), PathError> {
        let rest = self.rest();
        if rest.starts_with("**") {
            if purpose == Use::Values {
                return Err(self.error("`**` stands in `ignore` only", "name the attribute"));
            }
            self.offset += 2;
            steps.push(Step::Anything);
        } else if rest.starts_with('*') && !steps.is_empty() {
            self.offset += 1;
            steps.push(if self.take("#key") { Step::EachKey } else { Step::EachValue });
        } else if rest.starts_with('"') {
            steps.push(self.quoted()?);
        } else {
            let end = rest.find(|c: char| SPECIAL.contains(&c) || c.is_whitespace() || c.is_control());
            let name = &rest[..end.unwrap_or(rest.len())];
            if name.is_empty() {
                return Err(self.error(self.unexpected(), "write the name of an attribute here"));
            }
            self.offset += name.len();
            steps.push(Step::Name(name.to_owned()));
        }
        Ok(())
    }

    fn quoted(&mut self) -> Result<Step, PathError> {
        let mut name = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '"' if name.is_empty() => return Err(self.error("the quoted name is empty", "write a name in it")),
                '"' => {
                    self.offset += at + 1;
                    return Ok(Step::Name(name));
                }
                '\\' => name.extend(characters.next().map(|(_, escaped)| escaped)),
                other => name.push(other),
            }
        }
        Err(self.error("the quoted name has no end", "close it with `\"`"))
    }

    fn encoding(&mut self) -> Result<Step, PathError> {
        let rest = self.rest();
        let word = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())];
        let step = match word {
            "json" => Step::Json,
            "base64" => Step::Base64,
            _ => {
                let help = match suggest::nearest(word, ["json", "base64"]) {
                    Some(nearest) => format!("did you mean `@{nearest}`?"),
                    None => "write `@json` or `@base64`, or quote a name that holds `@`".to_owned(),
                };
                return Err(self.error(format!("unknown encoding {}", Problems::quote(word)), help));
            }
        };
        self.offset += word.len();
        Ok(step)
    }
}

/// The steps up to the last that walks over several values; empty for a path to one value of an item.
pub(super) fn walked(path: &AttributePath) -> &[Step] {
    let walks = |step: &Step| matches!(step, Step::Each | Step::EachValue | Step::EachKey);
    let end = path.steps.iter().rposition(walks).map_or(0, |last| last + 1);
    &path.steps[..end]
}

/// Whether one path walks over the same values as another, or over none: their values then belong together.
pub(super) fn walks_along(path: &AttributePath, base: &[Step]) -> bool {
    let same = |(one, other): (&Step, &Step)| match (one, other) {
        (Step::EachKey | Step::EachValue, Step::EachKey | Step::EachValue) => true,
        _ => one == other,
    };
    let own = walked(path);
    own.len() <= base.len() && own.iter().zip(base).all(same)
}

#[cfg(test)]
mod tests {
    use super::{PathError, Use, parse, walked, walks_along};
    use crate::layout::spec::Step::{Anything, Base64, Each, EachKey, EachValue, Json, Name};

    #[test]
    fn each_form_is_read() {
        let name = |text: &str| Name(text.to_owned());
        for (text, steps) in [
            ("a", vec![name("a")]),
            ("a.b-c", vec![name("a"), name("b-c")]),
            ("jobs[].target", vec![name("jobs"), Each, name("target")]),
            ("a[][]", vec![name("a"), Each, Each]),
            ("a.*.b", vec![name("a"), EachValue, name("b")]),
            ("a.*#key", vec![name("a"), EachKey]),
            ("**", vec![Anything]),
            ("a.**", vec![name("a"), Anything]),
            (r#""a.b"."c\"d""#, vec![name("a.b"), name("c\"d")]),
            ("a@json.b[]@base64", vec![name("a"), Json, name("b"), Each, Base64]),
            ("größe", vec![name("größe")]),
        ] {
            assert_eq!(parse(text, Use::Ignored).map(|path| path.steps), Ok(steps), "{text}");
        }
    }

    #[test]
    fn a_fault_is_told_at_its_byte() {
        for (text, at) in [
            ("", 0),
            ("a.", 2),
            (".a", 0),
            ("a..b", 2),
            ("a[0]", 1),
            ("a[", 1),
            ("*", 0),
            ("a b", 1),
            ("a@jsn", 2),
            ("a.\"b", 2),
            ("a.\"\"", 2),
            ("a.*#key.b", 7),
            ("a.**", 2),
            ("é#", 2),
            ("\"a\\", 0),
        ] {
            let offset = parse(text, Use::Values).map_err(|PathError { offset, .. }| offset);
            assert_eq!(offset.unwrap_err(), at, "{text}");
        }
    }

    #[test]
    fn paths_belong_together_when_they_walk_the_same_list() {
        let path = |text: &str| parse(text, Use::Values).unwrap();
        let base = path("jobs[].uri");
        assert!(walks_along(&path("jobs[].name"), walked(&base)));
        assert!(walks_along(&path("status"), walked(&base)));
        assert!(!walks_along(&path("parts[].name"), walked(&base)));
        assert!(!walks_along(&path("jobs[].parts[].name"), walked(&base)));
        assert!(walks_along(&path("a.*.name"), walked(&path("a.*#key"))));
    }
}
