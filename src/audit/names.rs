//! Names, one behind another: whoever keeps where a name stands reads it without looking up where that is.

/// Bytes in a piece. No name is longer.
const PIECE: usize = 256 << 10;

/// Many names.
#[derive(Debug, Default)]
pub(super) struct Names {
    pieces: Vec<String>,
}

/// Where a name stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    piece: u32,
    start: u32,
    length: u16,
}

impl Names {
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
        Name { piece: piece as u32, start, length: name.len() as u16 }
    }

    /// A name.
    pub(super) fn text(&self, Name { piece, start, length }: Name) -> &str {
        &self.pieces[piece as usize][start as usize..start as usize + usize::from(length)]
    }

    /// The bytes of a name.
    pub(super) fn get(&self, Name { piece, start, length }: Name) -> &[u8] {
        &self.pieces[piece as usize].as_bytes()[start as usize..start as usize + usize::from(length)]
    }

    /// Heap bytes held, capacity included.
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
