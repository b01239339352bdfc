//! The columns of an inventory that an audit asks for, and its rows.

use crate::model::Millis;
use crate::source::inventory::{Batch, Column, ColumnSet};

/// One row, as the object pass needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'b> {
    batch: &'b Batch,
    number: usize,
    /// UTF-8, 1 to 1,024 bytes.
    pub(super) key: &'b [u8],
    pub(super) size: Option<u64>,
    pub(super) modified: Option<Millis>,
}

/// The size in bytes and the time of an object that is not empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Live {
    pub(super) bytes: u64,
    pub(super) modified: Millis,
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

impl Live {
    /// What counts of a row that is the latest version of an object, if that is not empty and has a time.
    pub(super) fn of(batch: &Batch, row: usize) -> Option<Self> {
        let bytes = batch.size(row).filter(|&bytes| bytes > 0)?;
        Some(Self { bytes, modified: batch.time(Column::LastModified, row)? })
    }
}

impl<'b> Row<'b> {
    /// Row `number` of the batch, from 0.
    pub(super) fn of(batch: &'b Batch, number: usize) -> Self {
        Row {
            batch,
            number,
            key: batch.key(number),
            size: batch.size(number),
            modified: batch.time(Column::LastModified, number),
        }
    }

    /// `None` is the null version.
    pub(super) fn version(&self) -> Option<&'b str> {
        self.batch.text(Column::VersionId, self.number).and_then(|version| std::str::from_utf8(version).ok())
    }

    pub(super) fn is_latest(&self) -> bool {
        !is_old(self.batch, self.number)
    }

    pub(super) fn is_delete_marker(&self) -> bool {
        is_delete_marker(self.batch, self.number)
    }

    pub(super) fn is_archived(&self) -> bool {
        let text = |column| self.batch.text(column, self.number);
        matches!(text(Column::StorageClass), Some(b"GLACIER" | b"DEEP_ARCHIVE"))
            || matches!(text(Column::AccessTier), Some(b"ARCHIVE" | b"DEEP_ARCHIVE"))
    }
}

/// Whether a row is the latest version of an object.
pub(super) fn is_live(batch: &Batch, row: usize) -> bool {
    !is_old(batch, row) && !is_delete_marker(batch, row)
}

fn is_old(batch: &Batch, row: usize) -> bool {
    batch.flag(Column::IsLatest, row) == Some(false)
}

fn is_delete_marker(batch: &Batch, row: usize) -> bool {
    batch.flag(Column::IsDeleteMarker, row) == Some(true)
}
