//! The pattern language of `path`, `from`, `to` and globs, read from text: segments, and the pieces of a segment.

use super::placeholder::BUCKET;

/// The most segments a template may have.
pub(super) const MOST_SEGMENTS: usize = 64;
/// The most pieces one segment may have.
pub(super) const MOST_PIECES: usize = 16;

/// What a template is for, which decides what it may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// An area's `path`.
    Path {
        /// Whether the area is a fallback, which alone may hold `**/`.
        fallback: bool,
    },
    /// A legacy template.
    From,
    /// A legacy object's new place.
    To,
    /// A glob.
    Glob,
}

/// One segment as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RawSegment {
    /// Pieces that make up one segment; none for the empty segment.
    Pieces(Vec<RawPiece>),
    /// `**/`: zero or more segments.
    Skip,
    /// `**` or `{x**}`: the rest of the key, at least one byte.
    Rest(Option<Name>),
}

/// One piece of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RawPiece {
    /// This text.
    Literal(String),
    /// `*`: any text, perhaps none.
    Star,
    /// `{x}`: a value of the placeholder's form.
    Hole(Name),
}

/// A placeholder's name where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// The name.
    pub(super) text: String,
    /// Where its braces open: characters from the start of the template.
    pub(super) offset: usize,
}

/// What is wrong with a template, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Characters from the start of the template.
    pub(super) offset: usize,
    /// One sentence.
    pub(super) problem: String,
    /// How to mend it.
    pub(super) help: Option<String>,
}

impl Fault {
    /// A fault without advice.
    pub(super) fn new(offset: usize, problem: impl Into<String>) -> Self {
        Self { offset, problem: problem.into(), help: None }
    }

    /// The same with advice.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads a template.
pub(super) fn parse(text: &str, purpose: Use) -> Result<Vec<RawSegment>, Fault> {
    if text.is_empty() {
        return Err(Fault::new(0, "a template needs at least one segment"));
    }
    let mut segments = Vec::new();
    let mut offset = 0;
    let count = text.split('/').count();
    for (index, segment) in text.split('/').enumerate() {
        let last = index + 1 == count;
        segments.push(parse_segment(segment, offset, last, purpose)?);
        if last && segment.is_empty() {
            return Err(Fault::new(offset, "a template cannot end in `/`").help("write `/**` for everything below"));
        }
        if segment.is_empty() && matches!(purpose, Use::Path { .. } | Use::To) {
            return Err(Fault::new(offset, "an empty segment is found in old keys only, never asked for"));
        }
        offset += segment.chars().count() + 1;
    }
    if segments.len() > MOST_SEGMENTS {
        return Err(Fault::new(0, format!("a template has at most {MOST_SEGMENTS} segments")));
    }
    if segments.iter().filter(|segment| **segment == RawSegment::Skip).count() > 1 {
        return Err(Fault::new(0, "`**/` stands in a template only once"));
    }
    Ok(segments)
}

fn parse_segment(segment: &str, offset: usize, last: bool, purpose: Use) -> Result<RawSegment, Fault> {
    let rest_name = segment.strip_prefix('{').and_then(|inner| inner.strip_suffix("**}"));
    if segment == "**" || rest_name.is_some() {
        return parse_wildcard(rest_name, offset, last, purpose);
    }
    if let Some(at) = segment.find("**") {
        let at = offset + segment[..at].chars().count();
        return Err(Fault::new(at, "`**` is a segment of its own").help("write `*` for text within a segment"));
    }
    let mut pieces: Vec<RawPiece> = Vec::new();
    let mut characters = segment.char_indices().peekable();
    let mut at = offset;
    while let Some((start, character)) = characters.next() {
        let here = at;
        at += 1;
        let doubled = characters.peek().is_some_and(|(_, next)| *next == character);
        match character {
            '{' | '}' if doubled => {
                characters.next();
                at += 1;
                push_literal(&mut pieces, character);
            }
            '{' => {
                let Some(length) = segment[start..].find('}') else {
                    return Err(Fault::new(here, "`{` is never closed").help("write `{{` for a brace itself"));
                };
                let name = &segment[start + 1..start + length];
                while characters.next_if(|(index, _)| *index <= start + length).is_some() {
                    at += 1;
                }
                pieces.push(RawPiece::Hole(placeholder(name, here, purpose)?));
            }
            '}' => return Err(Fault::new(here, "`}` closes nothing").help("write `}}` for a brace itself")),
            '*' if purpose == Use::To => {
                return Err(Fault::new(here, "`*` has no name, so nothing can fill it in `to`")
                    .help("name it: `{file}` is any one segment, or declare a placeholder"));
            }
            '*' => pieces.push(RawPiece::Star),
            other => push_literal(&mut pieces, other),
        }
    }
    if pieces.len() > MOST_PIECES {
        return Err(Fault::new(offset, format!("a segment has at most {MOST_PIECES} pieces")));
    }
    check_neighbours(&pieces, offset)?;
    Ok(RawSegment::Pieces(pieces))
}

fn parse_wildcard(name: Option<&str>, offset: usize, last: bool, purpose: Use) -> Result<RawSegment, Fault> {
    match name {
        Some(name) if last => Ok(RawSegment::Rest(Some(placeholder(name, offset, purpose)?))),
        Some(_) => Err(Fault::new(offset, "the rest of a key stands last")),
        None if purpose == Use::To => Err(Fault::new(offset, "`**` has no name, so nothing can fill it in `to`")
            .help("write `{rest**}` in both `from` and `to`")),
        None if last => Ok(RawSegment::Rest(None)),
        None if purpose == (Use::Path { fallback: false }) => {
            Err(Fault::new(offset, "`**/` stands in `from`, in globs and in the path of a fallback area only")
                .help("add `fallback = true` to the area"))
        }
        None => Ok(RawSegment::Skip),
    }
}

fn placeholder(name: &str, offset: usize, purpose: Use) -> Result<Name, Fault> {
    if purpose == Use::Glob {
        return Err(Fault::new(offset, "a glob has no placeholders").help("write `*`, or `{{` for a brace itself"));
    }
    if !is_name(name) {
        return Err(Fault::new(offset, format!("`{name}` is no placeholder's name"))
            .help("names are letters, digits, `_` and `-`; write `{{` for a brace itself"));
    }
    Ok(Name { text: name.to_owned(), offset })
}

/// Whether a text can name a placeholder.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// Two pieces of unknown length need a literal between them, or nobody can say where one ends.
fn check_neighbours(pieces: &[RawPiece], offset: usize) -> Result<(), Fault> {
    let is_open = |piece: &RawPiece| match piece {
        RawPiece::Literal(_) => false,
        RawPiece::Star => true,
        RawPiece::Hole(name) => name.text != BUCKET,
    };
    for pair in pieces.windows(2) {
        if pair.iter().all(is_open) {
            let named = pair.iter().find_map(|piece| match piece {
                RawPiece::Hole(name) => Some(name.offset),
                _ => None,
            });
            return Err(Fault::new(named.unwrap_or(offset), "two pieces of one segment need a literal between them"));
        }
    }
    Ok(())
}

fn push_literal(pieces: &mut Vec<RawPiece>, character: char) {
    if let Some(RawPiece::Literal(text)) = pieces.last_mut() {
        text.push(character);
    } else {
        pieces.push(RawPiece::Literal(character.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_read_piece_by_piece() {
        let hole = |text: &str, offset| RawPiece::Hole(Name { text: text.into(), offset });
        let literal = |text: &str| RawPiece::Literal(text.into());
        assert_eq!(
            parse("**/a{{b}}//m-{uid}*/{rest**}", Use::From),
            Err(Fault::new(13, "two pieces of one segment need a literal between them"))
        );
        assert_eq!(
            parse("**/a{{b}}//m-{uid}.*/{rest**}", Use::From),
            Ok(vec![
                RawSegment::Skip,
                RawSegment::Pieces(vec![literal("a{b}")]),
                RawSegment::Pieces(vec![]),
                RawSegment::Pieces(vec![literal("m-"), hole("uid", 13), literal("."), RawPiece::Star]),
                RawSegment::Rest(Some(Name { text: "rest".into(), offset: 21 })),
            ])
        );
    }

    #[test]
    fn a_fault_says_where_it_is() {
        let path = Use::Path { fallback: false };
        for (text, purpose, offset) in [
            ("", path, 0),
            ("a/", path, 2),
            ("a//b", path, 2),
            ("ä/{", path, 2),
            ("a/}b", path, 2),
            ("a/b{x y}", path, 3),
            ("a/b**", path, 3),
            ("a/**/b", path, 2),
            ("**/a/**/b", Use::From, 0),
            ("{rest**}/a", Use::From, 0),
            ("a/*", Use::To, 2),
            ("a/**", Use::To, 2),
            ("a/{x}", Use::Glob, 2),
        ] {
            assert_eq!(parse(text, purpose).map_err(|fault| fault.offset), Err(offset), "{text}");
        }
    }
}
