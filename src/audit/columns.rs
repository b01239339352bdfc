//! The columns of a canonical batch, taken out of it once, and its rows.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMillisecondType};
use arrow_array::{
    Array, BinaryViewArray, BooleanArray, Int64Array, RecordBatch, StringViewArray, TimestampMillisecondArray,
};

use crate::model::Millis;
use crate::source::inventory::{Column, ColumnSet};

/// One row, as the object pass needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'b> {
    /// UTF-8, 1 to 1,024 bytes.
    pub(super) key: &'b [u8],
    pub(super) size: Option<u64>,
    pub(super) modified: Option<Millis>,
    /// `None` is the null version.
    pub(super) version: Option<&'b str>,
    pub(super) is_latest: bool,
    pub(super) is_delete_marker: bool,
    pub(super) is_archived: bool,
}

/// The columns that an audit asks for, of those a delivery has.
pub(super) fn wanted() -> ColumnSet {
    let columns = [
        Column::Key,
        Column::Size,
        Column::LastModified,
        Column::VersionId,
        Column::IsLatest,
        Column::IsDeleteMarker,
        Column::StorageClass,
        Column::AccessTier,
    ];
    columns.into_iter().collect()
}

/// The size in bytes and the time of an object that is not empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Live {
    pub(super) bytes: u64,
    pub(super) modified: Millis,
}

/// A batch's columns; one that the delivery lacks is `None`.
pub(super) struct Columns<'b> {
    key: &'b BinaryViewArray,
    size: Option<&'b Int64Array>,
    modified: Option<&'b TimestampMillisecondArray>,
    version: Option<&'b StringViewArray>,
    is_latest: Option<&'b BooleanArray>,
    is_delete_marker: Option<&'b BooleanArray>,
    storage_class: Option<&'b StringViewArray>,
    access_tier: Option<&'b StringViewArray>,
    /// Whether every row is a latest version and no delete marker.
    all_live: bool,
}

impl<'b> Columns<'b> {
    /// `None` if the batch is not of the canonical schema.
    pub(super) fn of(batch: &'b RecordBatch) -> Option<Self> {
        let column = |column: Column| {
            let array = batch.column_by_name(column.name())?;
            (array.null_count() < array.len()).then_some(array)
        };
        let text = |name| column(name).and_then(|array| array.as_string_view_opt());
        let flags = |name| column(name).and_then(|array| array.as_boolean_opt());
        let (is_latest, is_delete_marker) = (flags(Column::IsLatest), flags(Column::IsDeleteMarker));
        let is_current = is_latest.is_none_or(|latest| latest.true_count() + latest.null_count() == latest.len());
        Some(Self {
            key: batch.column_by_name(Column::Key.name())?.as_binary_view_opt()?,
            size: column(Column::Size).and_then(|array| array.as_primitive_opt::<Int64Type>()),
            modified: column(Column::LastModified)
                .and_then(|array| array.as_primitive_opt::<TimestampMillisecondType>()),
            version: text(Column::VersionId),
            is_latest,
            is_delete_marker,
            storage_class: text(Column::StorageClass),
            access_tier: text(Column::AccessTier),
            all_live: is_current && is_delete_marker.is_none_or(|markers| markers.true_count() == 0),
        })
    }

    /// The key of row `row`, from 0.
    pub(super) fn key(&self, row: usize) -> &'b [u8] {
        self.key.value(row)
    }

    /// What counts of a row, if it is the latest version of an object that is not empty, and has a time.
    pub(super) fn live(&self, row: usize) -> Option<Live> {
        let (size, modified) = (self.size?, self.modified?);
        if !self.all_live && !(self.is_latest(row) && !self.is_delete_marker(row)) {
            return None;
        }
        if size.is_null(row) || modified.is_null(row) {
            return None;
        }
        let bytes = u64::try_from(size.value(row)).ok().filter(|&bytes| bytes > 0)?;
        Some(Live { bytes, modified: modified.value(row) })
    }

    fn is_latest(&self, row: usize) -> bool {
        self.is_latest.is_none_or(|array| array.is_null(row) || array.value(row))
    }

    fn is_delete_marker(&self, row: usize) -> bool {
        self.is_delete_marker.is_some_and(|array| array.is_valid(row) && array.value(row))
    }

    /// Row `row` of the batch, from 0.
    pub(super) fn row(&self, row: usize) -> Row<'b> {
        let is = |array: Option<&'b StringViewArray>, classes: [u128; 2]| {
            array.is_some_and(|array| array.is_valid(row) && classes.contains(&array.views()[row]))
        };
        Row {
            key: self.key.value(row),
            size: self.size.filter(|array| array.is_valid(row)).and_then(|array| u64::try_from(array.value(row)).ok()),
            modified: self.modified.filter(|array| array.is_valid(row)).map(|array| array.value(row)),
            version: self.version.filter(|array| array.is_valid(row)).map(|array| array.value(row)),
            is_latest: self.is_latest(row),
            is_delete_marker: self.is_delete_marker(row),
            is_archived: is(self.storage_class, [const { view(b"GLACIER") }, const { view(b"DEEP_ARCHIVE") }])
                || is(self.access_tier, [const { view(b"ARCHIVE") }, const { view(b"DEEP_ARCHIVE") }]),
        }
    }
}

/// The view of a text of at most twelve bytes, which holds the text itself: length, text, zeros (Arrow's columnar format,
/// "Variable-size Binary View Layout").
const fn view(text: &[u8]) -> u128 {
    assert!(text.len() <= 12);
    let mut view = text.len() as u128;
    let mut at = 0;
    while at < text.len() {
        view |= (text[at] as u128) << (32 + 8 * at);
        at += 1;
    }
    view
}

#[cfg(test)]
mod tests {
    use arrow_array::StringViewArray;

    use super::view;

    #[test]
    fn short_texts_are_known_by_their_views() {
        let texts = ["", "GLACIER", "DEEP_ARCHIVE"];
        let array = StringViewArray::from_iter_values(texts);
        for (text, &expected) in texts.iter().zip(array.views().iter()) {
            assert_eq!(view(text.as_bytes()), expected, "{text}");
        }
    }
}
