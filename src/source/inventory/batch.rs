//! The rows of an inventory, some thousand at a time: one face for rows cut out of text and for decoded columns.
//!
//! What was cut stays where it was decoded, and what was decoded stays in its Arrow arrays: making the one into the
//! other would cost more than all that is asked of most rows.

use std::sync::Arc;

use super::columns::Column;
use super::cut_rows::CutRows;
use super::decoded_rows::DecodedRows;
use crate::model::Millis;

/// Rows of one part. What is not wanted, what the part lacks and what is empty is `None`; a row is numbered from 0.
#[derive(Debug)]
pub struct Batch(pub(super) Rows);

/// Where the rows are.
#[derive(Debug)]
pub(super) enum Rows {
    /// The reader takes the memory back when the batch is gone.
    Cut(Arc<CutRows>),
    Decoded(Box<DecodedRows>),
}

impl Batch {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Rows::Cut(rows) => rows.len(),
            Rows::Decoded(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row's key, decoded: UTF-8 of 1 to 1,024 bytes.
    #[inline]
    pub fn key(&self, row: usize) -> &[u8] {
        match &self.0 {
            Rows::Cut(rows) => rows.key(row),
            Rows::Decoded(rows) => rows.key(row),
        }
    }

    /// A row's size in bytes; none for a delete marker.
    #[inline]
    pub fn size(&self, row: usize) -> Option<u64> {
        self.number(Column::Size, row).and_then(|size| u64::try_from(size).ok())
    }

    /// A row's time, ms UTC.
    #[inline]
    pub fn time(&self, column: Column, row: usize) -> Option<Millis> {
        self.number(column, row)
    }

    #[inline]
    fn number(&self, column: Column, row: usize) -> Option<i64> {
        match &self.0 {
            Rows::Cut(rows) => rows.number(column, row),
            Rows::Decoded(rows) => rows.number(column, row),
        }
    }

    /// What a column says of a row with `true` or `false`.
    #[inline]
    pub fn flag(&self, column: Column, row: usize) -> Option<bool> {
        match &self.0 {
            Rows::Cut(rows) => rows.flag(column, row),
            Rows::Decoded(rows) => rows.flag(column, row),
        }
    }

    /// A text of a row: UTF-8, not empty.
    #[inline]
    pub fn text(&self, column: Column, row: usize) -> Option<&[u8]> {
        let text = match &self.0 {
            Rows::Cut(rows) => rows.text(column, row),
            Rows::Decoded(rows) => rows.text(column, row),
        };
        // A CSV inventory cannot tell the empty text from none, so no format does.
        text.filter(|text| !text.is_empty())
    }
}
