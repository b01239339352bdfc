//! Rows cut out of text, in memory that is used again and again.
//!
//! Keys and texts stay in the block of decoded bytes they were cut from; only what had to be decoded once more is copied,
//! to a side buffer. Once a batch is dropped, its memory serves the next one, so that a part costs the same few
//! allocations however many rows it has.

use std::collections::VecDeque;
use std::sync::Arc;

use super::batch::{Batch, Rows};
use super::columns::{Column, ColumnSet, Shape};
use super::row::{Row, Span};
use crate::model::Millis;

/// No number: sizes are not negative, and no time is that far back.
const NONE: i64 = i64::MIN;

/// Which text the spans of a row refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The block that the batch takes with it.
    Block,
    /// A text that does not last: it is copied.
    Passing,
}

/// Batches whose memory is expected back, at most. Where one reader keeps more threads busy, the others get new memory.
const MOST_LENT: usize = 8;

/// The side buffer of a full batch, in bytes: texts of a listing may be long.
const MOST_SIDE: usize = 16 << 20;

/// Where a key or a text stands: in the block, or with the highest bit of `start` set in the side buffer. Both are far
/// below 2 GiB: a block has 2 MiB, a side buffer at most one row more than [`MOST_SIDE`].
#[derive(Debug, Clone, Copy)]
struct Cut {
    start: u32,
    length: u32,
}

const SIDE: u32 = 1 << 31;

/// What nearly every delivery says of a row and nearly every caller wants.
#[derive(Debug, Clone, Copy)]
struct Core {
    key: Cut,
    /// [`NONE`] is none, as in `modified`.
    size: i64,
    modified: Millis,
}

/// The values of another column, as its [`Shape`] has them; none for one that is not wanted or not there.
#[derive(Debug, Default)]
enum Values {
    #[default]
    Lacking,
    /// [`NONE`] is none.
    Numbers(Vec<i64>),
    Flags(Vec<Option<bool>>),
    /// An empty text is none.
    Texts(Vec<Cut>),
}

impl Values {
    fn of(shape: Shape, capacity: usize) -> Self {
        match shape {
            Shape::Integer | Shape::Time => Self::Numbers(Vec::with_capacity(capacity)),
            Shape::Flag => Self::Flags(Vec::with_capacity(capacity)),
            Shape::Text => Self::Texts(Vec::with_capacity(capacity)),
            Shape::Key => Self::Lacking,
        }
    }

    fn clear(&mut self) {
        match self {
            Self::Lacking => {}
            Self::Numbers(values) => values.clear(),
            Self::Flags(values) => values.clear(),
            Self::Texts(values) => values.clear(),
        }
    }
}

/// The rows of a batch.
#[derive(Debug, Default)]
pub(super) struct CutRows {
    block: Vec<u8>,
    side: Vec<u8>,
    cores: Vec<Core>,
    columns: [Values; Column::ALL.len()],
}

impl CutRows {
    pub(super) fn len(&self) -> usize {
        self.cores.len()
    }

    fn bytes(&self, cut: Cut) -> &[u8] {
        let source = if cut.start & SIDE == 0 { &self.block } else { &self.side };
        let start = (cut.start & !SIDE) as usize;
        &source[start..start + cut.length as usize]
    }

    #[inline]
    pub(super) fn key(&self, row: usize) -> &[u8] {
        self.bytes(self.cores[row].key)
    }

    #[inline]
    pub(super) fn number(&self, column: Column, row: usize) -> Option<i64> {
        let number = match (column, &self.columns[column as usize]) {
            (Column::Size, _) => self.cores[row].size,
            (Column::LastModified, _) => self.cores[row].modified,
            (_, Values::Numbers(numbers)) => numbers[row],
            _ => NONE,
        };
        (number != NONE).then_some(number)
    }

    #[inline]
    pub(super) fn flag(&self, column: Column, row: usize) -> Option<bool> {
        let Values::Flags(flags) = &self.columns[column as usize] else { return None };
        flags[row]
    }

    #[inline]
    pub(super) fn text(&self, column: Column, row: usize) -> Option<&[u8]> {
        let Values::Texts(texts) = &self.columns[column as usize] else { return None };
        Some(self.bytes(texts[row]))
    }
}

/// Where a span of a text stands from now on.
#[inline]
fn cut(span: Span, text: &[u8], origin: Origin, side: &mut Vec<u8>) -> Cut {
    let length = (span.end - span.start) as u32;
    match origin {
        Origin::Block => Cut { start: span.start as u32, length },
        Origin::Passing => {
            let start = side.len() as u32 | SIDE;
            side.extend_from_slice(span.of(text));
            Cut { start, length }
        }
    }
}

/// A batch under construction.
pub(super) struct BatchBuilder {
    capacity: usize,
    /// The wanted columns beside the core that the part has.
    columns: Vec<Column>,
    rows: CutRows,
    /// The batches handed out last; more than one if somebody still holds them.
    lent: VecDeque<Arc<CutRows>>,
}

impl BatchBuilder {
    /// For the wanted columns of a part that has some of them.
    pub(super) fn new(wanted: ColumnSet, present: ColumnSet, capacity: usize) -> Self {
        let is_core = |column: &Column| matches!(column, Column::Key | Column::Size | Column::LastModified);
        let columns = wanted.and(present).iter().filter(|column| !is_core(column)).collect();
        Self { capacity, columns, rows: CutRows::default(), lent: VecDeque::new() }
    }

    /// Rows so far.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the batch takes no more rows.
    pub(super) fn is_full(&self) -> bool {
        self.len() >= self.capacity || self.rows.side.len() >= MOST_SIDE
    }

    /// Begins a batch, in the memory of one that nobody holds any more; gives its block.
    pub(super) fn begin(&mut self) -> Vec<u8> {
        let free = self.lent.iter().position(|rows| Arc::strong_count(rows) == 1);
        match free.and_then(|free| self.lent.remove(free)).map(Arc::try_unwrap) {
            Some(Ok(rows)) => self.rows = rows,
            _ if self.rows.cores.capacity() == 0 => {
                self.rows.cores.reserve_exact(self.capacity);
                for &column in &self.columns {
                    self.rows.columns[column as usize] = Values::of(column.shape(), self.capacity);
                }
            }
            _ => {}
        }
        self.rows.side.clear();
        self.rows.cores.clear();
        self.rows.columns.iter_mut().for_each(Values::clear);
        std::mem::take(&mut self.rows.block)
    }

    /// The buffer for what has to be decoded.
    pub(super) fn side(&mut self) -> &mut Vec<u8> {
        &mut self.rows.side
    }

    /// Adds a row; its key stands in the side buffer from `decoded` on, or in the row's own text.
    // Each of its few callers knows the origin, and most that nothing was decoded: what is left of it there is short.
    #[inline(always)]
    pub(super) fn push(&mut self, row: &Row, text: &[u8], origin: Origin, decoded: Option<usize>) {
        let CutRows { side, cores, columns, .. } = &mut self.rows;
        let key = match decoded {
            Some(start) => Cut { start: start as u32 | SIDE, length: (side.len() - start) as u32 },
            None => cut(row.key, text, origin, side),
        };
        // S3 Metadata tables write 0 for delete markers, inventories nothing.
        let size = row.size.filter(|_| row.is_delete_marker != Some(true));
        let (size, modified) = (size.unwrap_or(NONE), row.last_modified.unwrap_or(NONE));
        cores.push(Core { key, size, modified });
        for &column in &self.columns {
            match &mut columns[column as usize] {
                Values::Lacking => {}
                Values::Numbers(numbers) => numbers.push(row.expires.unwrap_or(NONE)),
                Values::Flags(flags) => {
                    flags.push(if column == Column::IsLatest { row.is_latest } else { row.is_delete_marker });
                }
                Values::Texts(texts) => texts.push(cut(row.texts[column as usize], text, origin, side)),
            }
        }
    }

    /// Ends the batch, which takes the block with it.
    pub(super) fn finish(&mut self, block: Vec<u8>) -> Batch {
        let mut rows = std::mem::take(&mut self.rows);
        rows.block = block;
        let rows = Arc::new(rows);
        // One that is held for so long is left to whoever holds it.
        self.lent.truncate(MOST_LENT - 1);
        self.lent.push_front(Arc::clone(&rows));
        Batch(Rows::Cut(rows))
    }
}

#[cfg(test)]
mod tests {
    use super::{BatchBuilder, MOST_SIDE, Origin, Row};
    use crate::source::inventory::columns::{Column, ColumnSet};

    #[test]
    fn a_dropped_batch_gives_its_memory_back() {
        let wanted = ColumnSet::default().with(Column::Size).with(Column::ETag);
        let mut builder = BatchBuilder::new(wanted, wanted, 8);
        let mut addresses = Vec::new();
        for _ in 0..3 {
            let mut block = builder.begin();
            if block.is_empty() {
                block.extend_from_slice(b"a/key/that/is/long");
            }
            let row = Row { key: (0..18).into(), size: Some(1), ..Row::default() };
            builder.push(&row, &block, Origin::Block, None);
            builder.push(&row, &block, Origin::Passing, None);
            let batch = builder.finish(block);
            assert_eq!(batch.len(), 2);
            assert_eq!(batch.key(0), batch.key(1));
            assert_eq!((batch.size(1), batch.text(Column::ETag, 1)), (Some(1), None));
            addresses.push([0, 1].map(|row| batch.key(row).as_ptr() as usize));
        }
        assert_ne!(addresses[0][0], addresses[0][1]);
        assert_eq!(addresses[0], addresses[1]);
        assert_eq!(addresses[1], addresses[2]);
    }

    #[test]
    fn long_texts_fill_a_batch() {
        let wanted = ColumnSet::default().with(Column::ETag);
        let mut builder = BatchBuilder::new(wanted, wanted, 8);
        builder.begin();
        let text = vec![b'a'; MOST_SIDE];
        let mut row = Row { key: (0..3).into(), ..Row::default() };
        builder.push(&row, &text, Origin::Passing, None);
        assert!(!builder.is_full());
        row.texts[Column::ETag as usize] = (0..MOST_SIDE).into();
        builder.push(&row, &text, Origin::Passing, None);
        assert!(builder.is_full());
        assert_eq!(builder.finish(Vec::new()).text(Column::ETag, 1), Some(&text[..]));
    }

    #[test]
    fn a_batch_that_is_held_stays_as_it_is() {
        let mut builder = BatchBuilder::new(ColumnSet::default(), ColumnSet::default(), 8);
        let held: Vec<_> = [&b"one"[..], b"two"]
            .into_iter()
            .map(|key| {
                builder.begin();
                builder.push(&Row { key: (0..3).into(), ..Row::default() }, key, Origin::Block, None);
                builder.finish(key.to_vec())
            })
            .collect();
        assert_eq!(held.iter().map(|batch| batch.key(0)).collect::<Vec<_>>(), [b"one", b"two"]);
    }
}
