//! Templates as plain data, for whoever draws them or writes them in another language.

use super::error::ConfigError;
use super::expansion::located;
use super::spec::{At, LayoutSpec};
use super::template::{RawPiece, RawSegment, Use, parse};

/// One segment of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutlineSegment {
    /// Pieces that make up one segment; none for the empty segment.
    Pieces(Vec<OutlinePiece>),
    /// `**/`: zero or more segments, the fewest that do.
    Skip,
    /// The rest of the key, at least one byte, perhaps with a name.
    Rest(Option<String>),
}

/// One piece of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutlinePiece {
    /// This text.
    Literal(String),
    /// Any text, perhaps none; a segment of nothing else is not empty.
    Star,
    /// A value of the placeholder of this name; `bucket` is the bucket's own name.
    Placeholder(String),
}

/// The segments of an area's path, of a legacy template or of its target.
///
/// # Errors
///
/// What is wrong with the template and where; no template of a compiled layout is.
///
/// ```
/// use stocktake::layout::outline::{OutlinePiece, OutlineSegment, outline};
/// use stocktake::layout::spec::At;
/// use stocktake::model::Place;
///
/// let path = At { value: "models/{job}/**".to_owned(), place: Place::default() };
/// let segments = outline(&path).unwrap();
/// assert_eq!(segments[1], OutlineSegment::Pieces(vec![OutlinePiece::Placeholder("job".to_owned())]));
/// assert_eq!(segments[2], OutlineSegment::Rest(None));
/// ```
pub fn outline(template: &At<String>) -> Result<Vec<OutlineSegment>, ConfigError> {
    // `from` takes all that the others take, and more.
    let raw = parse(&template.value, Use::From).map_err(|fault| located(&template.place, fault))?;
    Ok(raw.into_iter().map(segment).collect())
}

fn segment(raw: RawSegment) -> OutlineSegment {
    match raw {
        RawSegment::Skip => OutlineSegment::Skip,
        RawSegment::Rest(name) => OutlineSegment::Rest(name.map(|name| name.text)),
        RawSegment::Pieces(pieces) => OutlineSegment::Pieces(pieces.into_iter().map(piece).collect()),
    }
}

fn piece(raw: RawPiece) -> OutlinePiece {
    match raw {
        RawPiece::Literal(text) => OutlinePiece::Literal(text),
        RawPiece::Star => OutlinePiece::Star,
        RawPiece::Hole(name) => OutlinePiece::Placeholder(name.text),
    }
}

/// The names of a template's placeholders, each once, in order; the name of a rest is not among them, nor `bucket`.
pub fn placeholders(segments: &[OutlineSegment]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for segment in segments {
        let OutlineSegment::Pieces(pieces) = segment else { continue };
        for piece in pieces {
            if let OutlinePiece::Placeholder(name) = piece
                && name != super::placeholder::BUCKET
                && !names.contains(&name.as_str())
            {
                names.push(name);
            }
        }
    }
    names
}

/// A value of a placeholder: its declared example, else its first word, else its form's own example.
pub fn example(spec: &LayoutSpec, placeholder: &str) -> Option<String> {
    use super::form::NAMED_FORMS;
    use super::spec::FormSpec;
    if placeholder == super::placeholder::FILE {
        return Some("file.bin".to_owned());
    }
    let declared = spec.placeholders.iter().find(|known| known.name == placeholder)?;
    let of_form = || match &declared.form {
        FormSpec::OneOf(words) => words.first().cloned(),
        FormSpec::Named(form) => {
            NAMED_FORMS.iter().find(|known| known.name == form.value).map(|known| known.example.to_owned())
        }
        FormSpec::Pattern(_) => None,
    };
    declared.example.as_ref().map(|example| example.value.clone()).or_else(of_form)
}
