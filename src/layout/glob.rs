//! Globs: `*` within a segment, `**` for the rest, `**/` for zero or more segments. No placeholders.

use super::template::{Fault, RawPiece, RawSegment, Use, parse};

/// A compiled glob.
///
/// As in templates, `*` takes any text within a segment, perhaps none, but a segment of nothing but `*` is not empty;
/// `**` stands last and takes at least one byte; `**/` takes zero or more segments and stands once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    segments: Vec<GlobSegment>,
    /// What every match ends with; perhaps nothing.
    end: Box<[u8]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum GlobSegment {
    /// Literals with a `*` between each two; one literal is the whole segment.
    Parts(Vec<Box<[u8]>>),
    Skip,
    Rest,
}

impl Glob {
    /// Reads a glob.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in one sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).map_err(|fault| fault.problem)
    }

    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let segments = parse(text, Use::Glob)?.into_iter().map(|segment| match segment {
            RawSegment::Skip => GlobSegment::Skip,
            RawSegment::Rest(_) => GlobSegment::Rest,
            RawSegment::Pieces(pieces) => GlobSegment::Parts(parts(&pieces)),
        });
        let segments: Vec<GlobSegment> = segments.collect();
        let end = match segments.last() {
            Some(GlobSegment::Parts(parts)) => parts.last().cloned().unwrap_or_default(),
            _ => Box::default(),
        };
        Ok(Self { segments, end })
    }

    /// Whether the whole of a key, or of what follows a folder, matches. Does not allocate.
    pub fn is_match(&self, relative: &[u8]) -> bool {
        // Most of what is asked ends otherwise.
        let may_match = self.end.is_empty() || (self.end.last() == relative.last() && relative.ends_with(&self.end));
        may_match && is_match(&self.segments, Some(relative))
    }
}

/// The literals between stars.
fn parts(pieces: &[RawPiece]) -> Vec<Box<[u8]>> {
    let mut parts: Vec<Box<[u8]>> = vec![Box::default()];
    for piece in pieces {
        match (piece, parts.last_mut()) {
            (RawPiece::Literal(text), Some(last)) => *last = text.as_bytes().into(),
            _ => parts.push(Box::default()),
        }
    }
    parts
}

/// Whether the segments match all that is left; `None` is past the last segment.
fn is_match(segments: &[GlobSegment], mut left: Option<&[u8]>) -> bool {
    for (index, segment) in segments.iter().enumerate() {
        let Some(text) = left else { return false };
        match segment {
            GlobSegment::Rest => return !text.is_empty(),
            // It stands once, so this goes one level deep.
            GlobSegment::Skip => {
                while let Some(text) = left {
                    if is_match(&segments[index + 1..], Some(text)) {
                        return true;
                    }
                    left = split(text).1;
                }
                return false;
            }
            GlobSegment::Parts(parts) => {
                let (first, behind) = split(text);
                if !takes(parts, first) {
                    return false;
                }
                left = behind;
            }
        }
    }
    left.is_none()
}

fn split(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'/', text) {
        Some(slash) => (&text[..slash], Some(&text[slash + 1..])),
        None => (text, None),
    }
}

/// Whether literals with stars between them make up a segment: the ends are fixed, the others are taken as early as
/// they come.
fn takes(parts: &[Box<[u8]>], segment: &[u8]) -> bool {
    let [first, middle @ .., last] = parts else { return parts.iter().all(|only| **only == *segment) };
    if segment.is_empty() || segment.len() < first.len() + last.len() {
        return false;
    }
    if !segment.starts_with(first) || !segment.ends_with(last) {
        return false;
    }
    let mut inner = &segment[first.len()..segment.len() - last.len()];
    for part in middle {
        match memchr::memmem::find(inner, part) {
            Some(at) => inner = &inner[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_glob_matches_whole_paths() {
        for (glob, matching, other) in [
            ("*.onnx", &["a.onnx", ".onnx"][..], &["a.onnx/b", "a/b.onnx", "onnx"][..]),
            (
                "**/model.tar.gz",
                &["model.tar.gz", "a/model.tar.gz", "a//b/model.tar.gz"],
                &["xmodel.tar.gz", "model.tar.gz/"],
            ),
            ("a/**", &["a/b", "a/b/c", "a//"], &["a", "a/", "b/a/c"]),
            ("a/*", &["a/b"], &["a/", "a/b/c"]),
            ("a*b*c", &["abc", "axbxbc"], &["ab", "acb", "abcd"]),
            ("**/a/*/c", &["a/b/c", "a/a/b/c", "x/y/a/b/c"], &["a/c", "a/b/b/c"]),
            ("a[1]?{{x}}", &["a[1]?{x}"], &["a1b{x}"]),
            ("a//b", &["a//b"], &["a/b"]),
        ] {
            let compiled = Glob::parse(glob).unwrap();
            for path in matching {
                assert!(compiled.is_match(path.as_bytes()), "{glob} should match {path}");
            }
            for path in other {
                assert!(!compiled.is_match(path.as_bytes()), "{glob} should not match {path}");
            }
        }
    }

    #[test]
    fn a_placeholder_in_a_glob_is_refused() {
        assert_eq!(Glob::parse("{job}/a"), Err("a glob has no placeholders".to_owned()));
    }
}
