//! What a key holds where its template has placeholders: byte ranges, found without allocating.

use std::ops::Range;

use super::automaton::DEAD;
use super::placeholder::{PlaceholderId, Placeholders};
use super::shape::{MOST_CAPTURES, Piece, Segment, Shapes, Template};
use super::template::{MOST_PIECES, MOST_SEGMENTS};
use crate::model::key::MAX_KEY_BYTES;

/// The placeholder that names a writer, where a template has it.
const JOB: &str = "job";

/// Where each segment of a template starts in a key, in bytes from 0, and one past the end behind the last.
pub(super) type Starts = [u16; MOST_SEGMENTS + 1];

/// The placeholders of one key and their ranges; made once and used for key after key.
#[derive(Debug, Clone)]
pub struct Captures {
    held: [(PlaceholderId, u16, u16); MOST_CAPTURES],
    count: usize,
}

impl Default for Captures {
    fn default() -> Self {
        Self::new()
    }
}

impl Captures {
    /// None yet.
    pub const fn new() -> Self {
        Self { held: [(PlaceholderId(0), 0, 0); MOST_CAPTURES], count: 0 }
    }

    /// The bytes of the key that a placeholder took; its first ones, if its name repeats.
    pub fn get(&self, id: PlaceholderId) -> Option<Range<usize>> {
        self.iter().find(|(held, _)| *held == id).map(|(_, range)| range)
    }

    /// All of them, in the order of the template.
    pub fn iter(&self) -> impl Iterator<Item = (PlaceholderId, Range<usize>)> + '_ {
        self.held[..self.count].iter().map(|&(id, start, end)| (id, usize::from(start)..usize::from(end)))
    }

    /// Forgets all.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    #[inline]
    fn push(&mut self, id: PlaceholderId, range: Range<usize>) {
        if let Some(slot) = self.held.get_mut(self.count) {
            // Keys are at most 1,024 bytes, so both ends fit.
            *slot = (id, range.start as u16, range.end as u16);
            self.count += 1;
        }
    }
}

/// How to take a template's placeholders out of a key that it matches.
#[derive(Debug, Default)]
pub(super) struct Extraction {
    firsts: Vec<(PlaceholderId, Part)>,
    /// Further occurrences of a name, each with the first one.
    repeats: Vec<(Part, Part)>,
}

/// Which part of a key.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// A whole segment.
    Segment(usize),
    /// A segment without this many bytes in front and behind.
    Within { segment: usize, front: usize, back: usize },
    /// A piece of a segment with several pieces of unknown length.
    Piece { segment: usize, piece: usize },
    /// Everything from the start of a segment.
    Rest(usize),
}

impl Extraction {
    /// Works out where a template's placeholders are.
    pub(super) fn of(template: &Template, shapes: &Shapes) -> Self {
        let mut made = Self::default();
        for (segment, kind) in template.segments.iter().enumerate() {
            match kind {
                Segment::Fixed(_) | Segment::Skip | Segment::Rest(None) => {}
                Segment::Rest(Some(id)) => made.add(*id, Part::Rest(segment)),
                Segment::Shaped(shape) => {
                    let pieces = &*shapes.get(*shape).pieces;
                    for (piece, id) in holes(pieces) {
                        made.add(id, part(segment, pieces, piece));
                    }
                }
            }
        }
        made
    }

    fn add(&mut self, id: PlaceholderId, part: Part) {
        match self.firsts.iter().find(|(known, _)| *known == id) {
            Some((_, first)) => self.repeats.push((*first, part)),
            None => self.firsts.push((id, part)),
        }
    }

    /// The placeholder that tells whose keys of the template are: `job`, else the first that is a whole segment. A rest
    /// tells as much of each object as of its writer.
    pub(super) fn writer(&self, placeholders: &Placeholders) -> Option<PlaceholderId> {
        let is_job = |id: PlaceholderId| placeholders.get(id).name == JOB;
        let job = self.firsts.iter().find(|(id, part)| is_job(*id) && !matches!(part, Part::Rest(_)));
        let whole = || self.firsts.iter().find(|(_, part)| matches!(part, Part::Segment(_)));
        job.or_else(whole).map(|(id, _)| *id)
    }

    /// Whether every name that repeats has the same text each time.
    #[inline]
    pub(super) fn agrees(&self, finder: &Finder<'_>) -> bool {
        self.repeats.iter().all(|(first, again)| finder.text(*first) == finder.text(*again))
    }

    /// Writes the ranges of all placeholders.
    #[inline]
    pub(super) fn write(&self, finder: &Finder<'_>, captures: &mut Captures) {
        for (id, part) in &self.firsts {
            captures.push(*id, finder.range(*part));
        }
    }
}

/// The placeholders among a shape's pieces, with their positions.
pub(super) fn holes(pieces: &[Piece]) -> impl Iterator<Item = (usize, PlaceholderId)> {
    pieces.iter().enumerate().filter_map(|(index, piece)| match piece {
        Piece::Hole(id) => Some((index, *id)),
        _ => None,
    })
}

fn part(segment: usize, pieces: &[Piece], piece: usize) -> Part {
    let literal = |piece: &Piece| match piece {
        Piece::Literal(text) => Some(text.len()),
        _ => None,
    };
    let length = |pieces: &[Piece]| pieces.iter().map(literal).sum::<Option<usize>>();
    match (length(&pieces[..piece]), length(&pieces[piece + 1..])) {
        (Some(0), Some(0)) => Part::Segment(segment),
        (Some(front), Some(back)) => Part::Within { segment, front, back },
        _ => Part::Piece { segment, piece },
    }
}

/// A key that a template matches, with what is needed to find the template's parts in it.
pub(super) struct Finder<'a> {
    /// The key.
    pub(super) key: &'a [u8],
    /// Where the template's segments start in it.
    pub(super) starts: &'a Starts,
    /// The template.
    pub(super) template: &'a Template,
    /// The layout's shapes.
    pub(super) shapes: &'a Shapes,
    /// The layout's placeholders.
    pub(super) placeholders: &'a Placeholders,
}

impl<'a> Finder<'a> {
    fn text(&self, part: Part) -> &'a [u8] {
        &self.key[self.range(part)]
    }

    /// The bytes of one segment, without its slash.
    fn segment(&self, segment: usize) -> Range<usize> {
        usize::from(self.starts[segment])..usize::from(self.starts[segment + 1]) - 1
    }

    #[inline]
    fn range(&self, part: Part) -> Range<usize> {
        match part {
            Part::Segment(segment) => self.segment(segment),
            Part::Within { segment, front, back } => {
                let range = self.segment(segment);
                range.start + front..range.end - back
            }
            Part::Rest(segment) => usize::from(self.starts[segment])..self.key.len(),
            Part::Piece { segment, piece } => {
                let range = self.segment(segment);
                let Segment::Shaped(shape) = &self.template.segments[segment] else { return range };
                let pieces = &self.shapes.get(*shape).pieces;
                let within = split(pieces, self.placeholders, &self.key[range.clone()], piece);
                range.start + within.start..range.start + within.end
            }
        }
    }
}

/// The range that one piece takes of a segment that the pieces match; the earlier piece takes the less.
pub(super) fn split(pieces: &[Piece], placeholders: &Placeholders, text: &[u8], piece: usize) -> Range<usize> {
    let mut search = Split { pieces, placeholders, text, ends: [0; MOST_PIECES], failed: [0; FAILED_WORDS] };
    if text.len() > MAX_KEY_BYTES || !search.fits(0, 0) {
        return 0..text.len();
    }
    let start = if piece == 0 { 0 } else { usize::from(search.ends[piece - 1]) };
    start..usize::from(search.ends[piece])
}

const FAILED_WORDS: usize = (MOST_PIECES * (MAX_KEY_BYTES + 1)).div_ceil(64);

struct Split<'a> {
    pieces: &'a [Piece],
    placeholders: &'a Placeholders,
    text: &'a [u8],
    ends: [u16; MOST_PIECES],
    /// A bit for each piece and place from which no way leads to the end, so that none is tried twice.
    failed: [u64; FAILED_WORDS],
}

impl Split<'_> {
    fn fits(&mut self, piece: usize, at: usize) -> bool {
        let Some(kind) = self.pieces.get(piece) else { return at == self.text.len() };
        let bit = piece * (MAX_KEY_BYTES + 1) + at;
        if self.failed[bit / 64] >> (bit % 64) & 1 == 1 {
            return false;
        }
        let found = match kind {
            Piece::Literal(literal) => {
                self.text[at..].starts_with(literal.as_bytes()) && self.ends_at(piece, at + literal.len())
            }
            Piece::Star => (at..=self.text.len()).any(|end| self.ends_at(piece, end)),
            Piece::Hole(id) => self.hole(piece, *id, at),
        };
        if !found {
            self.failed[bit / 64] |= 1 << (bit % 64);
        }
        found
    }

    fn ends_at(&mut self, piece: usize, end: usize) -> bool {
        self.ends[piece] = end as u16;
        self.fits(piece + 1, end) && {
            self.ends[piece] = end as u16;
            true
        }
    }

    fn hole(&mut self, piece: usize, id: PlaceholderId, at: usize) -> bool {
        let placeholders = self.placeholders;
        let Some(values) = &placeholders.get(id).values else { return false };
        let mut state = values.start();
        for end in at..self.text.len() {
            state = values.step(state, self.text[end]);
            if state == DEAD {
                return false;
            }
            if values.is_accepting(state) && self.ends_at(piece, end + 1) {
                return true;
            }
        }
        false
    }
}
