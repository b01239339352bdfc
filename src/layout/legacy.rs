//! What becomes of a legacy key: its new key, or why it has none.

use super::build::Gap;
use super::captures::Captures;
use super::matcher::{BucketLayout, Placed};
use super::placeholder::PlaceholderId;
use super::shape::{Piece, Segment};
use super::spec::{Anchor, Fate, Unnamed};
use crate::model::key::{MAX_KEY_BYTES, segments};

/// What [`LegacyTarget::Unnamed`] calls the bucket entry that a key at the bucket's root belongs to.
pub const USE_CASE: &str = "the use case";

/// What becomes of a legacy key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegacyTarget {
    /// It moves to this key, which lies in the area.
    Moves(String),
    /// It stays, because.
    Keeps(String),
    /// It goes, because.
    Retires(String),
    /// Nothing names these parts of its new key.
    Unnamed {
        /// Placeholders, or [`USE_CASE`], in the order of the new key.
        missing: Vec<String>,
        /// Whether such objects stay where they are.
        keep: bool,
    },
    /// A new key cannot be made of what is known, because.
    Unfit(String),
}

impl BucketLayout {
    /// What becomes of a key that [`identify`](Self::identify) called legacy, with the captures it left.
    ///
    /// `entry`, an index into `spec.buckets`, says to which use case a key belongs that matched a template at the
    /// bucket's root; without it, the entry above the key counts, or the only one of the area's role. `fill` is asked
    /// for placeholders that the key lacks, by name; what it gives is normalised. A captured rest enters without its
    /// empty segments, but keeps a `/` at its end.
    pub fn legacy_target(
        &self,
        key: &str,
        placed: &Placed,
        captures: &Captures,
        entry: Option<usize>,
        fill: &mut dyn FnMut(&str) -> Option<String>,
    ) -> LegacyTarget {
        let area = &self.grammar.spec.areas[usize::from(placed.area)];
        let legacy = placed.legacy.and_then(|legacy| area.legacy.get(usize::from(legacy)));
        let expanded = self.templates.get(placed.template as usize);
        let (Some(legacy), Some(expanded)) = (legacy, expanded) else {
            return LegacyTarget::Keeps("it lies in its area".to_owned());
        };
        let target = match (&legacy.fate, &expanded.target) {
            (Fate::Keep(why), _) => return LegacyTarget::Keeps(why.clone()),
            (Fate::Retire(why), _) => return LegacyTarget::Retires(why.clone()),
            (Fate::To(_), Some(target)) => target,
            (Fate::To(_), None) => return LegacyTarget::Unfit("its new place is not known here".to_owned()),
        };

        let (mut new_key, mut missing) = (String::new(), Vec::new());
        if area.anchor == Anchor::Prefix {
            match self.target_entry(placed, expanded.entry, &area.role, entry) {
                Some(entry) => new_key.push_str(&self.grammar.entries[entry].prefix),
                None => missing.push(USE_CASE.to_owned()),
            }
        }
        let mut value = |name: &str| {
            let held =
                self.grammar.placeholders.id(name).and_then(|id| captures.get(id)).and_then(|held| key.get(held));
            held.map(str::to_owned).or_else(|| self.meant(name, fill(name)))
        };
        for segment in &target.segments {
            if let Segment::Rest(id) = segment {
                let rest = id.and_then(|id: PlaceholderId| captures.get(id)).and_then(|held| key.get(held));
                let rest = without_empty_segments(rest.unwrap_or_default());
                if rest.is_empty() {
                    return LegacyTarget::Unfit("nothing but `/` is left of the rest of its key".to_owned());
                }
                new_key.push_str(&rest);
            } else {
                match self.write(segment, &mut new_key, &mut value, &mut || None) {
                    Ok(()) => {}
                    Err(Gap::Missing(_)) => missing.extend(self.unnamed(segment, &mut value)),
                    Err(Gap::Unfit(id, value)) => {
                        let placeholder = self.grammar.placeholders.get(id);
                        let (name, expected) = (&placeholder.name, &placeholder.expected);
                        return LegacyTarget::Unfit(format!("`{value}` is no `{{{name}}}`: expected {expected}"));
                    }
                    Err(Gap::Unnamed) => return LegacyTarget::Unfit("its new place is not named".to_owned()),
                }
            }
            new_key.push('/');
        }
        new_key.pop();
        if !missing.is_empty() {
            missing.dedup();
            return LegacyTarget::Unnamed { missing, keep: legacy.unnamed == Unnamed::Keep };
        }
        if new_key.len() > MAX_KEY_BYTES {
            let length = new_key.len();
            return LegacyTarget::Unfit(format!("its new key would have {length} bytes, more than {MAX_KEY_BYTES}"));
        }
        LegacyTarget::Moves(new_key)
    }

    /// The entry whose prefix the new key gets.
    fn target_entry(&self, placed: &Placed, own: Option<u16>, role: &str, given: Option<usize>) -> Option<usize> {
        let of_role = |entry: &usize| self.grammar.entries[*entry].role == role;
        let mut only = self.entries.iter().copied().filter(of_role);
        own.map(usize::from)
            .or_else(|| given.filter(|entry| self.entries.contains(entry) && of_role(entry)))
            .or_else(|| placed.entry.map(usize::from))
            .or_else(|| only.next().filter(|_| only.next().is_none()))
    }

    /// The placeholders of a segment that have no value.
    fn unnamed(&self, segment: &Segment, value: &mut dyn FnMut(&str) -> Option<String>) -> Vec<String> {
        let Segment::Shaped(shape) = segment else { return Vec::new() };
        let mut names = Vec::new();
        for piece in &self.grammar.shapes.get(*shape).pieces {
            let Piece::Hole(id) = piece else { continue };
            let name = &self.grammar.placeholders.get(*id).name;
            if value(name).is_none() {
                names.push(name.clone());
            }
        }
        names
    }

    /// Whether a segment of a placed key (from 0, split at `/`) is spelled out by its template, or by the prefix, as
    /// a literal.
    pub fn is_literal_segment(&self, key: &str, placed: &Placed, segment: usize) -> bool {
        let rank = placed.template as usize;
        let (Some(expanded), Some(starts)) = (self.templates.get(rank), self.starts(rank, key.as_bytes())) else {
            return false;
        };
        let offset: usize = segments(key).take(segment).map(|segment| segment.len() + 1).sum();
        let literals = expanded.template.segments.iter().zip(&starts);
        offset < expanded.prefix.len()
            || literals
                .filter(|(segment, _)| matches!(segment, Segment::Fixed(_)))
                .any(|(_, start)| usize::from(*start) == offset)
    }
}

/// The same without empty segments, but with the `/` at its end if anything stands before it.
pub(super) fn without_empty_segments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for segment in segments(text).filter(|segment| !segment.is_empty()) {
        if !kept.is_empty() {
            kept.push('/');
        }
        kept.push_str(segment);
    }
    if text.ends_with('/') && !kept.is_empty() {
        kept.push('/');
    }
    kept
}
