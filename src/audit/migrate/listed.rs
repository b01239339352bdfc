//! The columns of an inventory that a migration asks for beyond those of an audit, and its rows.

use crate::audit::columns::{self, Row};
use crate::migration::Content;
use crate::model::Millis;
use crate::source::inventory::{Batch, Column, ColumnSet};

/// The columns that a migration asks for, of those a delivery has.
pub(in crate::audit) fn wanted() -> ColumnSet {
    [Column::ETag, Column::EncryptionStatus, Column::ObjectLockMode, Column::LegalHold, Column::LifecycleExpiration]
        .into_iter()
        .fold(columns::wanted(), ColumnSet::with)
}

/// One row of an inventory.
pub(super) struct ListedRow<'b> {
    /// What an audit sees of it.
    pub(super) row: Row<'b>,
    /// What is told of its content.
    pub(super) content: Content,
    /// As it stands, whether or not it is an MD5.
    pub(super) etag: Option<&'b [u8]>,
    /// Whether Object Lock or a legal hold holds it.
    pub(super) locked: bool,
    /// When a lifecycle rule takes it away.
    pub(super) expires: Option<Millis>,
}

impl<'b> ListedRow<'b> {
    /// Row `row` of the batch, from 0.
    pub(super) fn of(batch: &'b Batch, row: usize) -> Self {
        let text = |column| batch.text(column, row);
        let (listed, etag) = (Row::of(batch, row), text(Column::ETag));
        Self {
            content: Content::read(listed.size, etag, text(Column::EncryptionStatus)),
            etag,
            locked: text(Column::ObjectLockMode).is_some() || text(Column::LegalHold).is_some_and(is_on),
            expires: batch.time(Column::LifecycleExpiration, row),
            row: listed,
        }
    }
}

/// AWS writes `On`; its documentation also has `ON`.
fn is_on(hold: &[u8]) -> bool {
    hold.eq_ignore_ascii_case(b"on")
}
