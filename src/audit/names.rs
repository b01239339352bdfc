//! Names of folders: whoever keeps where a name stands reads it without looking up where that is. Most folders are the
//! beginning of a key in the index, which has their text; the others stand here, one behind another.

use std::sync::Arc;

use crate::references::index::BucketIndex;
use crate::references::texts::TextPlace;

/// Bytes in a piece. No name is longer.
const PIECE: usize = 256 << 10;
/// The bucket of names that stand here.
const NONE: u16 = u16::MAX;

/// Many names.
#[derive(Debug, Default)]
pub(super) struct Names {
    buckets: Arc<[BucketIndex]>,
    pieces: Vec<String>,
}

/// Where a name stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    /// The piece, or the segment of the bucket's index.
    piece: u32,
    start: u32,
    length: u16,
    bucket: u16,
}

impl Names {
    /// None yet, beside the indexes of these buckets.
    pub(super) fn beside(buckets: &Arc<[BucketIndex]>) -> Self {
        Self { buckets: Arc::clone(buckets), pieces: Vec::new() }
    }

    /// The same without any name.
    pub(super) fn empty(&self) -> Self {
        Self::beside(&self.buckets)
    }

    /// Adds a name: a part of a key, which has 1,024 bytes at most.
    pub(super) fn push(&mut self, name: &str) -> Name {
        if self.pieces.last().is_none_or(|piece| piece.len() + name.len() > PIECE) {
            // The first one grows with what it holds: most have few names.
            let room = if self.pieces.is_empty() { 0 } else { PIECE };
            self.pieces.push(String::with_capacity(room));
        }
        let piece = self.pieces.len() - 1;
        let text = &mut self.pieces[piece];
        let start = text.len() as u32;
        text.push_str(name);
        Name { piece: piece as u32, start, length: name.len() as u16, bucket: NONE }
    }

    /// A name that is the first so many bytes of a key in a bucket's index.
    pub(super) fn of_key(bucket: u16, TextPlace { segment, start }: TextPlace, length: usize) -> Name {
        Name { piece: segment, start, length: length as u16, bucket }
    }

    /// A name.
    #[inline]
    pub(super) fn text(&self, Name { piece, start, length, bucket }: Name) -> &str {
        let length = usize::from(length);
        match self.buckets.get(usize::from(bucket)) {
            Some(index) => index.key_at(TextPlace { segment: piece, start }, length),
            None => &self.pieces[piece as usize][start as usize..start as usize + length],
        }
    }

    /// The bytes of a name.
    #[inline]
    pub(super) fn get(&self, name: Name) -> &[u8] {
        self.text(name).as_bytes()
    }

    /// Heap bytes held beside the indexes, capacity included.
    pub(super) fn heap_bytes(&self) -> usize {
        let pieces: usize = self.pieces.iter().map(String::capacity).sum();
        self.pieces.capacity() * size_of::<String>() + pieces
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, PIECE};

    #[test]
    fn names_stay_where_they_are_across_pieces() {
        let mut names = Names::default();
        let name = |number: usize| "ß/".repeat(number % 200);
        let places: Vec<_> = (0..2_000).map(|number| names.push(&name(number))).collect();
        assert!(names.heap_bytes() > 2 * PIECE);
        for (number, &place) in places.iter().enumerate() {
            assert_eq!((names.text(place), names.get(place)), (&*name(number), name(number).as_bytes()));
        }
    }
}
