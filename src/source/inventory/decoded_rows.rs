//! Rows as decoded columns: Arrow arrays of the types that the canonical columns have.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef, BinaryViewArray, BooleanArray, StringViewArray};
use arrow_buffer::{NullBuffer, ScalarBuffer};

use super::columns::{Column, Shape};

/// The rows of a batch.
#[derive(Debug)]
pub(super) struct DecodedRows {
    keys: BinaryViewArray,
    columns: [Values; Column::ALL.len()],
}

/// The values of one column, as its [`Shape`] has them; none for one that is not wanted or not there.
#[derive(Debug, Default)]
enum Values {
    #[default]
    Lacking,
    Numbers(ScalarBuffer<i64>, Option<NullBuffer>),
    Flags(BooleanArray),
    Texts(StringViewArray),
}

impl DecodedRows {
    /// Rows of columns without any values but the keys.
    pub(super) fn new(keys: BinaryViewArray) -> Self {
        Self { keys, columns: Default::default() }
    }

    /// Adds the values of a column; `None` for an array of another type.
    pub(super) fn add(&mut self, column: Column, array: &ArrayRef) -> Option<()> {
        let nulls = || array.nulls().filter(|nulls| nulls.null_count() > 0).cloned();
        if array.null_count() == array.len() {
            return Some(());
        }
        self.columns[column as usize] = match column.shape() {
            Shape::Key => return None,
            Shape::Integer => Values::Numbers(array.as_primitive_opt::<Int64Type>()?.values().clone(), nulls()),
            Shape::Time => {
                Values::Numbers(array.as_primitive_opt::<TimestampMillisecondType>()?.values().clone(), nulls())
            }
            Shape::Flag => Values::Flags(array.as_boolean_opt()?.clone()),
            Shape::Text => Values::Texts(array.as_string_view_opt()?.clone()),
        };
        Some(())
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    #[inline]
    pub(super) fn key(&self, row: usize) -> &[u8] {
        self.keys.value(row)
    }

    #[inline]
    pub(super) fn number(&self, column: Column, row: usize) -> Option<i64> {
        let Values::Numbers(values, nulls) = &self.columns[column as usize] else { return None };
        nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)).then(|| values[row])
    }

    #[inline]
    pub(super) fn flag(&self, column: Column, row: usize) -> Option<bool> {
        let Values::Flags(flags) = &self.columns[column as usize] else { return None };
        flags.is_valid(row).then(|| flags.value(row))
    }

    #[inline]
    pub(super) fn text(&self, column: Column, row: usize) -> Option<&[u8]> {
        let Values::Texts(texts) = &self.columns[column as usize] else { return None };
        texts.is_valid(row).then(|| texts.value(row).as_bytes())
    }
}
