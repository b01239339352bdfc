//! The columns of an inventory that a migration asks for beyond those of an audit, and its rows.

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMillisecondType;
use arrow_array::{Array, RecordBatch, StringViewArray, TimestampMillisecondArray};

use crate::audit::columns::{self, Columns, Row};
use crate::migration::Content;
use crate::model::Millis;
use crate::source::inventory::{Column, ColumnSet};

/// The columns that a migration asks for, of those a delivery has.
pub(in crate::audit) fn wanted() -> ColumnSet {
    [Column::ETag, Column::EncryptionStatus, Column::ObjectLockMode, Column::LegalHold, Column::LifecycleExpiration]
        .into_iter()
        .fold(columns::wanted(), ColumnSet::with)
}

/// A batch's columns; one that the delivery lacks is `None`.
pub(in crate::audit) struct Listed<'b> {
    columns: Columns<'b>,
    e_tag: Option<&'b StringViewArray>,
    encryption: Option<&'b StringViewArray>,
    lock: Option<&'b StringViewArray>,
    hold: Option<&'b StringViewArray>,
    expires: Option<&'b TimestampMillisecondArray>,
}

/// One row of an inventory.
pub(super) struct ListedRow<'b> {
    /// What an audit sees of it.
    pub(super) row: Row<'b>,
    /// What is told of its content.
    pub(super) content: Content,
    /// Whether Object Lock or a legal hold holds it.
    pub(super) locked: bool,
    /// When a lifecycle rule takes it away.
    pub(super) expires: Option<Millis>,
}

impl<'b> Listed<'b> {
    /// `None` if the batch is not of the canonical schema.
    pub(in crate::audit) fn of(batch: &'b RecordBatch) -> Option<Self> {
        let column = |column: Column| {
            let array = batch.column_by_name(column.name())?;
            (array.null_count() < array.len()).then_some(array)
        };
        let text = |name| column(name).and_then(|array| array.as_string_view_opt());
        Some(Self {
            columns: Columns::of(batch)?,
            e_tag: text(Column::ETag),
            encryption: text(Column::EncryptionStatus),
            lock: text(Column::ObjectLockMode),
            hold: text(Column::LegalHold),
            expires: column(Column::LifecycleExpiration)
                .and_then(|array| array.as_primitive_opt::<TimestampMillisecondType>()),
        })
    }

    /// Row `row` of the batch, from 0.
    pub(super) fn row(&self, row: usize) -> ListedRow<'b> {
        let text = |array: Option<&'b StringViewArray>| {
            array.filter(|array| array.is_valid(row)).map(|array| array.value(row))
        };
        let listed = self.columns.row(row);
        ListedRow {
            content: Content::read(listed.size, text(self.e_tag), text(self.encryption)),
            locked: text(self.lock).is_some_and(|mode| !mode.is_empty()) || text(self.hold) == Some("ON"),
            expires: self.expires.filter(|array| array.is_valid(row)).map(|array| array.value(row)),
            row: listed,
        }
    }
}
