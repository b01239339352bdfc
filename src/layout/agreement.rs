//! Whether two legacy templates that can match one key give it the same new key, compared symbol by symbol.

use super::captures::{holes, split};
use super::compile::Grammar;
use super::expansion::Expanded;
use super::placeholder::PlaceholderId;
use super::proof::{Prover, RestForm, Track};
use super::shape::{Piece, Segment, ShapeId};
use super::spec::{Anchor, Fate, LegacySpec};

/// A stretch of a new key, by where it comes from.
#[derive(Debug, PartialEq, Eq)]
enum Symbol {
    /// The prefix of this entry, or of whichever entry the key belongs to.
    Prefix(Option<u16>),
    /// This text.
    Text(String),
    /// The key's segment of this index.
    Segment(usize),
    /// What a piece of a shape takes of the key's segment of this index.
    Piece(usize, ShapeId, usize),
    /// Everything from the key's segment of this index.
    Rest(usize),
    /// What the records say of this placeholder for objects of this area.
    Record(PlaceholderId, u16),
}

/// Whether both give every key that both match the same fate and the same new key; `false` where that cannot be
/// shown.
pub(super) fn agree(left: &Expanded, right: &Expanded, grammar: &Grammar, prover: &mut Prover<'_>) -> bool {
    let (Some(one), Some(other)) = (legacy(left, grammar), legacy(right, grammar)) else { return false };
    match (&one.fate, &other.fate) {
        (Fate::Keep(_), Fate::Keep(_)) | (Fate::Retire(_), Fate::Retire(_)) => return true,
        (Fate::To(_), Fate::To(_)) => {}
        _ => return false,
    }
    let same = |skipped| {
        let (left, right) = (Unfolded::of(left, skipped), Unfolded::of(right, skipped));
        left.new_key(&right, grammar) == right.new_key(&left, grammar)
    };
    match (skips(left), skips(right)) {
        (false, false) => same(0),
        (true, true) => left.prefix == right.prefix && is_same_shape(left, right) && same(0),
        (true, false) => agree_skipping(left, right, same, prover),
        (false, true) => agree_skipping(right, left, same, prover),
    }
}

/// `**/` takes the fewest segments that do: every number that a common key allows must give the same, up to one that
/// all keys of the other template allow. Behind the other's explicit segments all numbers are alike.
fn agree_skipping(
    skipping: &Expanded,
    plain: &Expanded,
    same: impl Fn(usize) -> bool,
    prover: &mut Prover<'_>,
) -> bool {
    let explicit = |expanded: &Expanded| Unfolded::of(expanded, 0).slots.len();
    let plain_track = Track::of(&plain.prefix, &plain.template, RestForm::Matched);
    for skipped in 0..=explicit(skipping).max(explicit(plain)) + 1 {
        let track = Track::skipping(&skipping.prefix, &skipping.template, skipped);
        if !same(skipped) && prover.common(&track, &plain_track).is_some() {
            return false;
        }
        if prover.outside(&plain_track, &track).is_none() {
            return true;
        }
    }
    true
}

fn legacy<'a>(expanded: &Expanded, grammar: &'a Grammar) -> Option<&'a LegacySpec> {
    grammar.spec.areas[usize::from(expanded.area)].legacy.get(usize::from(expanded.legacy?))
}

fn skips(expanded: &Expanded) -> bool {
    expanded.template.segments.contains(&Segment::Skip)
}

fn is_same_shape(left: &Expanded, right: &Expanded) -> bool {
    let (left, right) = (&left.template.segments, &right.template.segments);
    left.len() == right.len()
        && left.iter().zip(right).all(|pair| match pair {
            (Segment::Rest(_), Segment::Rest(_)) => true,
            (left, right) => left == right,
        })
}

/// What a template says of one segment of a key, counted from the bucket's root.
enum Slot<'a> {
    Text(&'a str),
    Shape(ShapeId),
    Skipped,
}

/// A template segment by segment from the bucket's root, with `**/` as a given number of segments.
struct Unfolded<'a> {
    expanded: &'a Expanded,
    slots: Vec<Slot<'a>>,
    rest: Option<Option<PlaceholderId>>,
}

impl<'a> Unfolded<'a> {
    fn of(expanded: &'a Expanded, skipped: usize) -> Self {
        let prefix = expanded.prefix.strip_suffix('/').map(|prefix| prefix.split('/'));
        let mut made = Self { expanded, slots: prefix.into_iter().flatten().map(Slot::Text).collect(), rest: None };
        for segment in &expanded.template.segments {
            match segment {
                Segment::Fixed(text) => made.slots.push(Slot::Text(text)),
                Segment::Shaped(shape) => made.slots.push(Slot::Shape(*shape)),
                Segment::Skip => made.slots.extend((0..skipped).map(|_| Slot::Skipped)),
                Segment::Rest(name) => made.rest = Some(*name),
            }
        }
        made
    }

    fn text(&self, segment: usize) -> Option<&'a str> {
        match self.slots.get(segment) {
            Some(Slot::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The new key of a key that `other` matches too, which may know what a segment of it is.
    fn new_key(&self, other: &Self, grammar: &Grammar) -> Option<Vec<Symbol>> {
        let mut key = Vec::new();
        if grammar.spec.areas[usize::from(self.expanded.area)].anchor == Anchor::Prefix {
            key.push(Symbol::Prefix(self.expanded.entry));
        }
        for (index, segment) in self.expanded.target.as_ref()?.segments.iter().enumerate() {
            if index > 0 {
                push_text(&mut key, "/");
            }
            match segment {
                Segment::Fixed(text) => push_text(&mut key, text),
                Segment::Shaped(shape) => {
                    for piece in &grammar.shapes.get(*shape).pieces {
                        match piece {
                            Piece::Literal(text) => push_text(&mut key, text),
                            Piece::Hole(id) => self.push_value(&mut key, *id, other, grammar),
                            Piece::Star => return None,
                        }
                    }
                }
                Segment::Rest(_) => self.push_rest(&mut key, other),
                Segment::Skip => return None,
            }
        }
        Some(key)
    }

    fn push_value(&self, key: &mut Vec<Symbol>, id: PlaceholderId, other: &Self, grammar: &Grammar) {
        for (segment, slot) in self.slots.iter().enumerate() {
            let Slot::Shape(shape) = slot else { continue };
            let pieces = &grammar.shapes.get(*shape).pieces;
            let Some((piece, _)) = holes(pieces).find(|(_, held)| *held == id) else { continue };
            match other.text(segment) {
                Some(text) => {
                    let range = split(pieces, &grammar.placeholders, text.as_bytes(), piece);
                    push_text(key, text.get(range).unwrap_or(text));
                }
                None if pieces.len() == 1 => key.push(Symbol::Segment(segment)),
                None => key.push(Symbol::Piece(segment, *shape, piece)),
            }
            return;
        }
        key.push(Symbol::Record(id, self.expanded.area));
    }

    /// The rest, as far as the other template knows its segments one by one.
    fn push_rest(&self, key: &mut Vec<Symbol>, other: &Self) {
        let mut pushed = false;
        let mut separate = |key: &mut Vec<Symbol>| {
            if std::mem::replace(&mut pushed, true) {
                push_text(key, "/");
            }
        };
        let start = self.slots.len();
        for segment in start..other.slots.len() {
            match other.text(segment) {
                // The rest enters a new key without its empty segments.
                Some("") => {}
                Some(text) => {
                    separate(key);
                    push_text(key, text);
                }
                None => {
                    separate(key);
                    key.push(Symbol::Segment(segment));
                }
            }
        }
        if other.rest.is_some() || other.slots.len() <= start {
            separate(key);
            key.push(Symbol::Rest(start.max(other.slots.len())));
        }
    }
}

fn push_text(key: &mut Vec<Symbol>, text: &str) {
    match key.last_mut() {
        Some(Symbol::Text(before)) => before.push_str(text),
        _ => key.push(Symbol::Text(text.to_owned())),
    }
}
