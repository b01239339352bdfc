//! Many texts, or many small values, in segments: what grows never copies what it holds, and what is taken over is
//! given back piece by piece.

/// Texts in a segment. Each is shorter than 4 MiB, so the ends within a segment fit in 32 bits.
const TEXTS: usize = 512;
/// Values in a segment.
const VALUES: usize = 4_096;

/// An arena of texts, numbered from 0 in the order of their coming; four bytes beside each.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    segments: Vec<Segment>,
}

/// Where a text stands: read there, it costs one look less than by its number.
#[derive(Debug, Clone, Copy)]
pub struct TextPlace {
    /// The segment.
    pub segment: u32,
    /// Bytes of the segment in front of it.
    pub start: u32,
}

#[derive(Debug, Clone, Default)]
struct Segment {
    text: String,
    ends: Vec<u32>,
}

impl Segment {
    fn start(&self, position: usize) -> u32 {
        if position == 0 { 0 } else { self.ends[position - 1] }
    }

    fn get(&self, position: usize) -> &str {
        &self.text[self.start(position) as usize..self.ends[position] as usize]
    }
}

impl Texts {
    /// Adds a text and gives its number.
    pub fn push(&mut self, text: &str) -> u32 {
        let full = self.segments.last().is_none_or(|segment| segment.ends.len() == TEXTS);
        if full {
            self.open();
        }
        let number = self.len();
        if let Some(segment) = self.segments.last_mut() {
            segment.text.push_str(text);
            segment.ends.push(segment.text.len() as u32);
        }
        number as u32
    }

    /// Closes the last segment and opens another that will hold about as much.
    #[cold]
    fn open(&mut self) {
        let mut next = Segment::default();
        if let Some(last) = self.segments.last_mut() {
            next.text.reserve_exact(last.text.len() + last.text.len() / 32);
            next.ends.reserve_exact(TEXTS);
            last.text.shrink_to_fit();
        }
        self.segments.push(next);
    }

    /// The bytes of the text with a number.
    #[inline]
    pub fn get(&self, number: u32) -> &[u8] {
        self.text(number).as_bytes()
    }

    /// The text with a number.
    #[inline]
    pub fn text(&self, number: u32) -> &str {
        self.segments[number as usize / TEXTS].get(number as usize % TEXTS)
    }

    /// Where the text with a number stands.
    pub fn place(&self, number: u32) -> TextPlace {
        let segment = number as usize / TEXTS;
        TextPlace { segment: segment as u32, start: self.segments[segment].start(number as usize % TEXTS) }
    }

    /// The first so many bytes of the text at a place.
    #[inline]
    pub fn at(&self, place: TextPlace, length: usize) -> &str {
        &self.segments[place.segment as usize].text[place.start as usize..place.start as usize + length]
    }

    /// Reads both ends of the text with a number, so that it is at hand when it is compared.
    #[inline]
    pub fn touch(&self, number: u32) -> u8 {
        let text = self.get(number);
        text.first().unwrap_or(&0) ^ text.last().unwrap_or(&0)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.segments.last().map_or(0, |last| (self.segments.len() - 1) * TEXTS + last.ends.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `each` with every text in turn, and gives back the memory of those that are done.
    pub fn drain(self, mut each: impl FnMut(&str)) {
        for segment in self.segments {
            (0..segment.ends.len()).for_each(|position| each(segment.get(position)));
        }
    }

    /// Bytes of the texts alone.
    pub fn text_bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.text.len()).sum()
    }

    /// Heap bytes held, capacity included.
    pub fn heap_bytes(&self) -> usize {
        let within = |segment: &Segment| segment.text.capacity() + segment.ends.capacity() * size_of::<u32>();
        self.segments.capacity() * size_of::<Segment>() + self.segments.iter().map(within).sum::<usize>()
    }
}

/// Values numbered from 0 in the order of their coming.
#[derive(Debug, Clone)]
pub struct Column<T> {
    segments: Vec<Vec<T>>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { segments: Vec::new() }
    }
}

impl<T> Column<T> {
    /// Adds a value and gives its number.
    pub fn push(&mut self, value: T) -> u32 {
        if self.segments.last().is_none_or(|segment| segment.len() == VALUES) {
            // The first one grows with what it holds: most columns are small.
            let segment = if self.segments.is_empty() { Vec::new() } else { Vec::with_capacity(VALUES) };
            self.segments.push(segment);
        }
        let number = self.len();
        if let Some(segment) = self.segments.last_mut() {
            segment.push(value);
        }
        number as u32
    }

    /// The value with a number.
    #[inline]
    pub fn get(&self, number: u32) -> &T {
        &self.segments[number as usize / VALUES][number as usize % VALUES]
    }

    /// The value with a number, to be changed.
    #[inline]
    pub fn get_mut(&mut self, number: u32) -> &mut T {
        &mut self.segments[number as usize / VALUES][number as usize % VALUES]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.segments.last().map_or(0, |last| (self.segments.len() - 1) * VALUES + last.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// All of them in their order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.segments.iter().flatten()
    }

    /// How many of them, from the first, a predicate holds for; it must hold for none behind one that it does not.
    pub fn partition_point(&self, mut holds: impl FnMut(&T) -> bool) -> usize {
        let whole = self.segments.partition_point(|segment| segment.last().is_some_and(&mut holds));
        match self.segments.get(whole) {
            Some(segment) => whole * VALUES + segment.partition_point(holds),
            None => self.len(),
        }
    }

    /// Calls `each` with every value in turn, and gives back the memory of those that are done.
    pub fn drain(self, each: impl FnMut(T)) {
        self.segments.into_iter().flatten().for_each(each);
    }

    /// Heap bytes held, capacity included.
    pub fn heap_bytes(&self) -> usize {
        let values: usize = self.segments.iter().map(|segment| segment.capacity() * size_of::<T>()).sum();
        self.segments.capacity() * size_of::<Vec<T>>() + values
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, TEXTS, Texts, VALUES};

    #[test]
    fn texts_stay_under_their_numbers_across_segments() {
        let mut texts = Texts::default();
        let text = |number: usize| "ß".repeat(number % 7);
        for number in 0..3 * TEXTS + 1 {
            assert_eq!(texts.push(&text(number)) as usize, number);
        }
        assert_eq!(texts.len(), 3 * TEXTS + 1);
        assert!((0..texts.len()).all(|number| texts.text(number as u32) == text(number)));
        let at = |number: usize| texts.at(texts.place(number as u32), text(number).len());
        assert!((0..texts.len()).all(|number| at(number) == text(number)));
        let mut number = 0;
        texts.drain(|drained| {
            assert_eq!(drained, text(number));
            number += 1;
        });
        assert_eq!(number, 3 * TEXTS + 1);
    }

    #[test]
    fn values_stay_under_their_numbers_across_segments() {
        let mut column = Column::default();
        for number in 0..2 * VALUES + 5 {
            assert_eq!(column.push(number) as usize, number);
        }
        *column.get_mut(VALUES as u32) += 1;
        assert_eq!((*column.get(VALUES as u32), *column.get(1)), (VALUES + 1, 1));
        for limit in [0, 1, VALUES - 1, VALUES + 2, 2 * VALUES + 9] {
            assert_eq!(column.partition_point(|&value| value < limit), limit.min(column.len()), "{limit}");
        }
    }
}
