//! Builds record batches of the canonical schema from cut rows, in memory that is used again and again.
//!
//! Keys and texts are views into the block of decoded bytes they were cut from; only what had to be decoded is
//! copied, into a side buffer. Once a batch is dropped, its memory serves the next one, so that a part
//! costs the same few allocations per batch however many rows it has. Views are made by Arrow's own builder, which
//! vouches for them: an array made of finished views would have each of them checked again.

use std::sync::Arc;

use arrow_array::builder::{BooleanBufferBuilder, GenericByteViewBuilder};
use arrow_array::types::{BinaryViewType, ByteViewType, StringViewType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, GenericByteViewArray, Int64Array, RecordBatch, TimestampMillisecondArray,
    new_null_array,
};
use arrow_buffer::{ArrowNativeType, Buffer, NullBufferBuilder, ScalarBuffer};
use arrow_schema::{ArrowError, SchemaRef};

use super::columns::{Column, ColumnSet, Shape};
use super::row::{Row, Span};

/// The buffers of a batch.
const BLOCK: u32 = 0;
const SIDE: u32 = 1;

/// Memory that is lent to a batch and taken back when the batch is gone.
#[derive(Default)]
pub(super) struct Reused<T> {
    /// The memory, between [`Self::reclaim`] and [`Self::lend`].
    pub(super) values: Vec<T>,
    lent: Option<Buffer>,
}

impl<T: ArrowNativeType> Reused<T> {
    /// Takes back the memory lent last, or allocates anew if somebody still holds it.
    pub(super) fn reclaim(&mut self, capacity: usize) {
        match self.lent.take().map(Buffer::into_vec::<T>) {
            Some(Ok(values)) => self.values = values,
            _ if self.values.capacity() < capacity => self.values = Vec::with_capacity(capacity),
            _ => {}
        }
    }

    /// Lends what was written.
    pub(super) fn lend(&mut self) -> Buffer {
        let buffer = Buffer::from_vec(std::mem::take(&mut self.values));
        self.lent = Some(buffer.clone());
        buffer
    }
}

/// Which text the spans of a row refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The block that becomes the batch's own buffer.
    Block,
    /// A text that does not last: it is copied.
    Passing,
}

/// Where a key or a text stands in the buffers of its batch.
#[derive(Debug, Clone, Copy)]
struct Cut {
    buffer: u32,
    start: u32,
    length: u32,
}

/// One column under construction.
enum Values {
    Integers(Reused<i64>, NullBufferBuilder),
    Flags(BooleanBufferBuilder, NullBufferBuilder),
    /// An empty text is none.
    Texts(Vec<Cut>),
}

/// A batch under construction.
pub(super) struct BatchBuilder {
    schema: SchemaRef,
    capacity: usize,
    keys: Vec<Cut>,
    side: Reused<u8>,
    /// The wanted columns after the key; `None` for one that the part lacks.
    columns: Vec<(Column, Option<Values>)>,
    nulls: NullColumns,
}

impl BatchBuilder {
    /// For the wanted columns of a part that has some of them.
    pub(super) fn new(wanted: ColumnSet, present: ColumnSet, capacity: usize) -> Self {
        let nulls = || NullBufferBuilder::new(capacity);
        let values = |column: Column| match column.shape() {
            Shape::Integer | Shape::Time => Values::Integers(Reused::default(), nulls()),
            Shape::Flag => Values::Flags(BooleanBufferBuilder::new(capacity), nulls()),
            Shape::Key | Shape::Text => Values::Texts(Vec::new()),
        };
        let others = wanted.iter().filter(|column| *column != Column::Key);
        let columns = others.map(|column| (column, present.contains(column).then(|| values(column)))).collect();
        Self {
            schema: wanted.schema(),
            capacity,
            keys: Vec::new(),
            side: Reused::default(),
            columns,
            nulls: NullColumns::default(),
        }
    }

    /// Rows so far.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether the batch takes no more rows.
    pub(super) fn is_full(&self) -> bool {
        self.len() >= self.capacity
    }

    /// Begins a batch; `side` is the most that may have to be copied, in bytes.
    pub(super) fn begin(&mut self, side: usize) {
        self.keys.clear();
        self.side.reclaim(side);
        self.side.values.clear();
        for values in self.columns.iter_mut().filter_map(|(_, values)| values.as_mut()) {
            match values {
                Values::Integers(integers, _) => {
                    integers.reclaim(self.capacity);
                    integers.values.clear();
                }
                Values::Texts(cuts) => cuts.clear(),
                Values::Flags(..) => {}
            }
        }
    }

    /// The buffer for what has to be decoded.
    pub(super) fn side(&mut self) -> &mut Vec<u8> {
        &mut self.side.values
    }

    /// Adds a row; its key stands in the side buffer from `decoded` on, or in the row's own text.
    pub(super) fn push(&mut self, row: &Row, text: &[u8], origin: Origin, decoded: Option<usize>) {
        let side = &mut self.side.values;
        let key = match decoded {
            Some(start) => Cut { buffer: SIDE, start: start as u32, length: (side.len() - start) as u32 },
            None => cut(row.key, text, origin, side),
        };
        self.keys.push(key);
        for (column, values) in &mut self.columns {
            match values {
                None => {}
                Some(Values::Integers(integers, nulls)) => {
                    let value = match column {
                        // S3 Metadata tables write 0 for delete markers, inventories nothing.
                        Column::Size => row.size.filter(|_| row.is_delete_marker != Some(true)),
                        Column::LifecycleExpiration => row.expires,
                        _ => row.last_modified,
                    };
                    integers.values.push(value.unwrap_or_default());
                    nulls.append(value.is_some());
                }
                Some(Values::Flags(flags, nulls)) => {
                    let value = if *column == Column::IsLatest { row.is_latest } else { row.is_delete_marker };
                    flags.append(value.unwrap_or_default());
                    nulls.append(value.is_some());
                }
                Some(Values::Texts(cuts)) => cuts.push(cut(row.texts[*column as usize], text, origin, side)),
            }
        }
    }

    /// Ends the batch, which takes the block with it.
    ///
    /// # Errors
    ///
    /// Columns that do not fit together, which would be a fault of this builder.
    pub(super) fn finish(&mut self, block: Buffer) -> Result<RecordBatch, ArrowError> {
        let rows = self.len();
        let buffers = [block, self.side.lend()];
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(1 + self.columns.len());
        arrays.push(Arc::new(views::<BinaryViewType>(&self.keys, &buffers, false)?));
        for (column, values) in &mut self.columns {
            arrays.push(match values {
                None => self.nulls.get(*column, rows, self.capacity),
                Some(Values::Integers(integers, nulls)) => {
                    let values = ScalarBuffer::from(integers.lend());
                    match column.shape() {
                        Shape::Time => {
                            Arc::new(TimestampMillisecondArray::try_new(values, nulls.finish())?.with_timezone("UTC"))
                        }
                        _ => Arc::new(Int64Array::try_new(values, nulls.finish())?),
                    }
                }
                Some(Values::Flags(flags, nulls)) => Arc::new(BooleanArray::new(flags.finish(), nulls.finish())),
                Some(Values::Texts(cuts)) => Arc::new(views::<StringViewType>(cuts, &buffers, true)?),
            });
        }
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }
}

/// The array of what stands at `cuts`; where an empty text is none, it is null.
fn views<T: ByteViewType + ?Sized>(
    cuts: &[Cut],
    buffers: &[Buffer; 2],
    empty_is_none: bool,
) -> Result<GenericByteViewArray<T>, ArrowError> {
    let mut builder = GenericByteViewBuilder::<T>::with_capacity(cuts.len());
    buffers.iter().for_each(|buffer| {
        builder.append_block(buffer.clone());
    });
    for cut in cuts {
        if cut.length == 0 && empty_is_none {
            builder.append_null();
        } else {
            builder.try_append_view(cut.buffer, cut.start, cut.length)?;
        }
    }
    Ok(builder.finish())
}

fn cut(span: Span, text: &[u8], origin: Origin, side: &mut Vec<u8>) -> Cut {
    // A block has at most a few MiB, and what is copied from it is no longer.
    let length = (span.end - span.start) as u32;
    match origin {
        Origin::Block => Cut { buffer: BLOCK, start: span.start as u32, length },
        Origin::Passing => {
            let start = side.len() as u32;
            side.extend_from_slice(span.of(text));
            Cut { buffer: SIDE, start, length }
        }
    }
}

/// Columns without a value, made once and cut to length.
#[derive(Default)]
pub(super) struct NullColumns(Vec<(Column, ArrayRef)>);

impl NullColumns {
    /// A column of nulls; `capacity` is the most rows that will be asked for.
    pub(super) fn get(&mut self, column: Column, rows: usize, capacity: usize) -> ArrayRef {
        let at = match self.0.iter().position(|(known, array)| *known == column && array.len() >= rows) {
            Some(at) => at,
            None => {
                self.0.push((column, new_null_array(column.field().data_type(), rows.max(capacity))));
                self.0.len() - 1
            }
        };
        self.0[at].1.slice(0, rows)
    }
}

#[cfg(test)]
mod tests {
    use arrow_buffer::Buffer;

    use super::{BatchBuilder, Origin, Row};
    use crate::source::inventory::columns::{Column, ColumnSet};

    #[test]
    fn a_dropped_batch_gives_its_memory_back() {
        let wanted = ColumnSet::default().with(Column::Size).with(Column::ETag);
        let mut builder = BatchBuilder::new(wanted, wanted, 8);
        let mut addresses = Vec::new();
        for _ in 0..3 {
            builder.begin(64);
            let text = b"a/key/that/is/long";
            let row = Row { key: (0..18).into(), size: Some(1), ..Row::default() };
            builder.push(&row, text, Origin::Block, None);
            builder.push(&row, text, Origin::Passing, None);
            let batch = builder.finish(Buffer::from(text)).unwrap();
            assert_eq!(batch.num_rows(), 2);
            assert_eq!(batch.column(2).null_count(), 2);
            let data = batch.column(1).to_data();
            addresses.push(data.buffers()[0].as_ptr() as usize);
        }
        assert_eq!(addresses[0], addresses[1]);
        assert_eq!(addresses[1], addresses[2]);
    }
}
