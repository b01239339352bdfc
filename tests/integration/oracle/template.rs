//! The template language read naively: a list of pieces, and from them one regular expression over whole keys.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::Regex;

use super::pool;

/// One piece of a template or glob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text that stands for itself; it may hold `/`.
    Text(String),
    /// `{name}`.
    Field(String),
    /// `**` or `{name**}`: the rest.
    Rest(Option<String>),
    /// `*`: any text within a segment.
    Star,
    /// `**/`: any number of segments.
    Deep,
}

/// Splits a template into its pieces.
pub(crate) fn pieces(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("**/") {
            pieces.push(Piece::Deep);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("**") {
            pieces.push(Piece::Rest(None));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('*') {
            pieces.push(Piece::Star);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let (name, after) = after.split_once('}').unwrap();
            pieces.push(match name.strip_suffix("**") {
                Some(name) => Piece::Rest(Some(name.to_owned())),
                None => Piece::Field(name.to_owned()),
            });
            rest = after;
        } else {
            let end = rest.find(['*', '{']).unwrap_or(rest.len());
            pieces.push(Piece::Text(rest[..end].to_owned()));
            rest = &rest[end..];
        }
    }
    pieces
}

/// A template as one regular expression; each of its fields is a group.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    /// The names of its groups, in order.
    fields: Vec<String>,
}

/// What the fields of a template hold in one key.
pub(crate) type Captures = Vec<(String, String)>;

thread_local! {
    /// Templates that were compiled already: worlds are made of few.
    static COMPILED: RefCell<HashMap<(String, String), Rc<Pattern>>> = RefCell::default();
}

impl Pattern {
    /// The pattern of `template` behind `base`, compiled once.
    pub(crate) fn of(base: &str, template: &str) -> Rc<Self> {
        COMPILED.with_borrow_mut(|compiled| {
            let pattern = compiled.entry((base.to_owned(), template.to_owned()));
            Rc::clone(pattern.or_insert_with(|| Rc::new(Self::new(base, template))))
        })
    }

    /// Compiles `template` behind `base`, a literal prefix.
    fn new(base: &str, template: &str) -> Self {
        let mut text = format!(r"\A{}", regex::escape(base));
        let mut fields = Vec::new();
        let all: Vec<Piece> = pieces(template).into_iter().collect();
        for (at, piece) in all.iter().cloned().enumerate() {
            let ends_segment =
                all.get(at + 1).is_none_or(|next| matches!(next, Piece::Text(text) if text.starts_with('/')));
            match piece {
                Piece::Text(literal) => text.push_str(&regex::escape(&literal)),
                Piece::Field(name) => {
                    text.push_str(&format!("({})", pool::form(&name)));
                    fields.push(name);
                }
                Piece::Rest(Some(name)) => {
                    text.push_str("((?s:.+))");
                    fields.push(name);
                }
                Piece::Rest(None) => text.push_str("(?s:.+)"),
                // A segment of its own is not empty.
                Piece::Star if text.ends_with('/') && ends_segment => text.push_str("[^/]+"),
                Piece::Star => text.push_str("[^/]*"),
                Piece::Deep => text.push_str("(?:[^/]*/)*?"),
            }
        }
        text.push_str(r"\z");
        Self { regex: Regex::new(&text).unwrap(), fields }
    }

    /// What the fields hold if the whole key matches: equal names hold equal text, values keep their lengths and
    /// exceptions.
    pub(crate) fn captures(&self, key: &str) -> Option<Captures> {
        let groups = self.regex.captures(key)?;
        let mut captures: Captures = Vec::new();
        for (index, name) in self.fields.iter().enumerate() {
            let value = &groups[index + 1];
            if !pool::takes(name, value) || captures.iter().any(|(known, other)| known == name && other != value) {
                return None;
            }
            captures.push((name.clone(), value.to_owned()));
        }
        Some(captures)
    }

    /// Whether the whole text matches.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.captures(text).is_some()
    }
}

/// The template with its fields filled, if every one has a value.
pub(crate) fn fill(template: &str, mut value: impl FnMut(&str) -> Option<String>) -> Option<String> {
    let mut text = String::new();
    for piece in pieces(template) {
        match piece {
            Piece::Text(literal) => text.push_str(&literal),
            Piece::Field(name) => text.push_str(&value(&name)?),
            Piece::Rest(name) => text.push_str(&value(&name.unwrap_or_else(|| "**".to_owned()))?),
            Piece::Star => text.push_str(&value("*")?),
            Piece::Deep => text.push_str(&value("**/")?),
        }
    }
    Some(text)
}

/// Whether a segment of a template is spelled out.
pub(crate) fn is_literal(segment: &str) -> bool {
    !segment.contains(['*', '{'])
}

/// Whether a segment of a template is one placeholder and nothing else.
pub(crate) fn is_placeholder(segment: &str) -> bool {
    matches!(pieces(segment).as_slice(), [Piece::Field(_)])
}

/// How many segments of an area's template make its folder.
pub(crate) fn folder_segments(template: &str) -> usize {
    let segments: Vec<&str> = template.split('/').collect();
    let before_last = &segments[..segments.len() - 1];
    match before_last.iter().rposition(|segment| is_placeholder(segment)) {
        Some(last) => last + 1,
        None => before_last.iter().take_while(|segment| is_literal(segment)).count(),
    }
}
