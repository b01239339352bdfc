//! What a module holds, whatever its language.

use super::{CodegenError, Language, pattern};
use crate::layout::Layout;
use crate::layout::form::NAMED_FORMS;
use crate::layout::outline::{OutlinePiece, OutlineSegment, outline, placeholders};
use crate::layout::spec::{Anchor, AreaSpec, BucketSpec, FormSpec, LayoutSpec, PlaceholderSpec, Standing};
use crate::model::key::MAX_KEY_BYTES;

/// What a module holds.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The layout.
    pub spec: &'a LayoutSpec,
    /// The declared bucket entries.
    pub entries: &'a [BucketSpec],
    /// Every placeholder that is declared.
    pub(super) forms: Vec<Form<'a>>,
    /// The builders, in the order of the areas.
    pub(super) builders: Vec<Builder<'a>>,
}

/// A placeholder.
#[derive(Debug)]
pub(super) struct Form<'a> {
    pub(super) spec: &'a PlaceholderSpec,
    /// Its values, to be matched whole.
    pub(super) pattern: String,
    /// The longest of them, in bytes.
    pub(super) max_length: usize,
    /// What is replaced in records' spellings, and what by.
    pub(super) replace: Option<(String, &'a str)>,
    /// All of its values, if they are few.
    pub(super) words: Option<&'a [String]>,
}

/// A function that builds keys of an area.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    pub(super) area: &'a AreaSpec,
    /// Its placeholders, in the order of the path.
    pub(super) placeholders: Vec<String>,
    /// Whether it takes what follows the folder.
    pub(super) is_open: bool,
    /// How many segments make up the folder, and the placeholders in them; none if it cannot be built.
    pub(super) folder: Option<(usize, Vec<String>)>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(layout: &'a Layout, language: Language) -> Result<Self, CodegenError> {
        let spec = layout.spec();
        let forms: Result<Vec<Form<'a>>, CodegenError> =
            spec.placeholders.iter().map(|placeholder| form(placeholder, language)).collect();
        let builders = spec.areas.iter().filter_map(builder).collect();
        Ok(Self { spec, entries: &spec.buckets, forms: forms?, builders })
    }
}

fn form(spec: &PlaceholderSpec, language: Language) -> Result<Form<'_>, CodegenError> {
    let written = |text: &str| {
        let refused = || CodegenError::Pattern { placeholder: spec.name.clone(), pattern: text.to_owned() };
        pattern::portable(text, language).ok_or_else(refused)
    };
    let (pattern, words) = match &spec.form {
        FormSpec::Pattern(text) => (written(&text.value)?, None),
        FormSpec::Named(name) => {
            let known = NAMED_FORMS.iter().find(|known| known.name == name.value);
            (written(known.map_or("", |known| known.pattern))?, None)
        }
        FormSpec::OneOf(words) => {
            let escaped: Vec<String> = words.iter().map(|word| pattern::literal(word, language)).collect();
            (escaped.join("|"), Some(words.as_slice()))
        }
    };
    let replace = match &spec.replace {
        Some((searched, with)) => Some((written(&searched.value)?, with.as_str())),
        None => None,
    };
    let max_length = spec.max_length.unwrap_or(MAX_KEY_BYTES).min(MAX_KEY_BYTES);
    Ok(Form { spec, pattern, max_length, replace, words })
}

/// Keys are built for wanted areas alone: nobody should write to others.
fn builder(area: &AreaSpec) -> Option<Builder<'_>> {
    let segments = outline(&area.path).ok()?;
    let stars = segments.iter().map(|segment| match segment {
        OutlineSegment::Pieces(pieces) => pieces.iter().filter(|piece| **piece == OutlinePiece::Star).count(),
        OutlineSegment::Skip | OutlineSegment::Rest(_) => 0,
    });
    let stars: usize = stars.sum();
    let has_rest = matches!(segments.last(), Some(OutlineSegment::Rest(_)));
    let has_name = stars + usize::from(has_rest) <= 1 && !segments.contains(&OutlineSegment::Skip);
    if area.standing != Standing::Wanted || !has_name {
        return None;
    }
    let count = folder_segments(&segments);
    let is_named = |segment: &OutlineSegment| match segment {
        OutlineSegment::Pieces(pieces) => !pieces.contains(&OutlinePiece::Star),
        OutlineSegment::Skip | OutlineSegment::Rest(_) => false,
    };
    let owned = |segments: &[OutlineSegment]| placeholders(segments).into_iter().map(str::to_owned).collect();
    let folder = segments[..count].iter().all(is_named).then(|| (count, owned(&segments[..count])));
    Some(Builder {
        area,
        placeholders: owned(&segments),
        is_open: stars + usize::from(has_rest) == 1,
        folder: folder.filter(|(count, _)| *count > 0),
    })
}

/// How many leading segments make up a folder: up to the last placeholder that is a whole segment before the last
/// `/`, else the literals before it.
fn folder_segments(segments: &[OutlineSegment]) -> usize {
    let inner = &segments[..segments.len() - 1];
    let is_bucket = |piece: &OutlinePiece| matches!(piece, OutlinePiece::Placeholder(name) if name == "bucket");
    let is_hole = |segment: &OutlineSegment| match segment {
        OutlineSegment::Pieces(pieces) => {
            matches!(pieces.as_slice(), [piece @ OutlinePiece::Placeholder(_)] if !is_bucket(piece))
        }
        OutlineSegment::Skip | OutlineSegment::Rest(_) => false,
    };
    let is_literal = |segment: &&OutlineSegment| match segment {
        OutlineSegment::Pieces(pieces) => {
            pieces.iter().all(|piece| matches!(piece, OutlinePiece::Literal(_)) || is_bucket(piece))
        }
        OutlineSegment::Skip | OutlineSegment::Rest(_) => false,
    };
    let leading = || inner.iter().take_while(is_literal).count();
    inner.iter().rposition(is_hole).map_or_else(leading, |last| last + 1)
}

/// Whether a template starts at the bucket's root.
pub(super) fn at_root(anchor: Anchor) -> bool {
    anchor == Anchor::Bucket
}

/// Text cut into lines of at most so many characters, at spaces.
pub(super) fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
