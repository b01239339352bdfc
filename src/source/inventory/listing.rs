//! The JSON of `aws s3api list-objects-v2` and `list-object-versions`, read object by object.
//!
//! The command line joins the pages of a listing into one object and decodes the keys; pages that somebody appended to one
//! file are read as well. A listing that goes on where its last page ends is told.

use serde::Deserialize;

use super::batch::Batch;
use super::columns::{Column, ColumnSet};
use super::cut_rows::{BatchBuilder, Origin};
use super::row::{Neighbour, Rejection, Row, Span, check_key};
use crate::model::{SourceDefect, SourceProblem};
use crate::source::datafile::{DataFile, Stop};
use crate::source::json_stream::{Piece, Pieces};

/// The columns of a listing without versions.
pub(super) const OBJECTS: &[Column] =
    &[Column::Key, Column::Size, Column::LastModified, Column::ETag, Column::StorageClass];
/// Those that one with versions has as well.
pub(super) const VERSIONS: &[Column] = &[Column::VersionId, Column::IsLatest, Column::IsDeleteMarker];

/// Pieces between two batches, whether they have rows or not.
const MOST_PIECES: u64 = 8_192;

/// Reads the rows of one listing.
pub(super) struct ListingReader {
    pieces: Pieces,
    name: String,
    wanted: ColumnSet,
    batch: BatchBuilder,
    neighbour: Neighbour,
    /// The values of the row at hand, one behind the other.
    text: Vec<u8>,
    row: u64,
    /// Whether the page at hand is not the last of its listing.
    goes_on: bool,
    /// Why it ended early, to be told behind the rows in front.
    stopped: Option<Stop>,
    ended: bool,
}

/// One object as the API gives it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    key: Option<String>,
    size: Option<i64>,
    last_modified: Option<String>,
    #[serde(rename = "ETag")]
    e_tag: Option<String>,
    storage_class: Option<String>,
    version_id: Option<String>,
    is_latest: Option<bool>,
}

impl ListingReader {
    /// Reads an open file.
    pub(super) fn new(data: DataFile, name: &str, present: ColumnSet, wanted: ColumnSet, batch_rows: usize) -> Self {
        Self {
            pieces: Pieces::new(data),
            name: name.to_owned(),
            wanted,
            batch: BatchBuilder::new(wanted, present, batch_rows),
            neighbour: Neighbour::default(),
            text: Vec::new(),
            row: 0,
            goes_on: false,
            stopped: None,
            ended: false,
        }
    }

    /// The file that is read.
    pub(super) fn data(&mut self) -> &mut DataFile {
        self.pieces.data()
    }

    /// Compressed bytes read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.pieces.bytes_read()
    }

    /// How the file is compressed.
    pub(super) fn compression(&self) -> &'static str {
        self.pieces.compression()
    }

    /// Rows read so far, those left out included.
    pub(super) fn rows(&self) -> u64 {
        self.row
    }

    /// The next batch, without a row where many pieces had none; `None` at the end. Rows in front of a break are
    /// delivered before it is told.
    pub(super) fn next_batch(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<Batch>, Stop> {
        // Every row is copied: there is no block.
        let block = self.batch.begin();
        let mut pieces = 0;
        while !self.batch.is_full() && pieces < MOST_PIECES && self.stopped.is_none() && !self.ended {
            pieces += 1;
            match self.pieces.next() {
                Err(stop) => self.stopped = Some(stop),
                Ok(None) => {
                    self.ended = true;
                    if self.goes_on {
                        self.tell(None, SourceProblem::Continued, defects);
                    }
                }
                Ok(Some(piece)) => self.piece(piece, defects),
            }
        }
        if self.batch.len() > 0 || (self.stopped.is_none() && !self.ended) {
            return Ok(Some(self.batch.finish(block)));
        }
        match self.stopped.take() {
            Some(stop) => {
                self.ended = true;
                Err(stop)
            }
            None => Ok(None),
        }
    }

    fn piece(&mut self, piece: Piece, defects: &mut dyn FnMut(SourceDefect)) {
        match (piece, self.pieces.name()) {
            (Piece::Text, _) => self.goes_on = false,
            (Piece::Member(value), "IsTruncated") => self.goes_on |= self.pieces.text(value) == b"true",
            (Piece::Member(value), "NextToken" | "NextContinuationToken") => {
                self.goes_on |= self.pieces.text(value) != b"null";
            }
            (Piece::Element(element), "" | "Contents" | "Versions" | "DeleteMarkers") => {
                self.row += 1;
                let problem = match self.take(element) {
                    Ok(false) => return,
                    Ok(true) => SourceProblem::DuplicateRow { key: self.neighbour.key() },
                    Err(Rejection(reason)) => SourceProblem::Rejected { reason },
                };
                self.tell(Some(self.row), problem, defects);
            }
            (Piece::Member(value), name @ ("Contents" | "Versions" | "DeleteMarkers")) => {
                // None at all is written as null, too.
                if self.pieces.text(value) != b"null" {
                    let reason = format!("`{name}` is no list");
                    self.tell(None, SourceProblem::Rejected { reason }, defects);
                }
            }
            (Piece::Member(_) | Piece::Element(_), _) => {}
        }
    }

    /// Adds a row to the batch; true if it repeats the one before.
    fn take(&mut self, element: std::ops::Range<usize>) -> Result<bool, Rejection> {
        let listed: Listed = serde_json::from_slice(self.pieces.text(element))
            .map_err(|error| Rejection(format!("this is no listed object: {error}")))?;
        let is_delete_marker = match self.pieces.name() {
            "Versions" => Some(false),
            "DeleteMarkers" => Some(true),
            _ => None,
        };
        let mut row = Row::default();
        self.text.clear();
        let key = listed.key.unwrap_or_default();
        check_key(key.as_bytes(), false)?;
        let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
        for (column, value) in [
            (Column::Key, Some(key)),
            (Column::Size, listed.size.map(|size| size.to_string())),
            (Column::LastModified, listed.last_modified),
            (Column::ETag, listed.e_tag.map(|e_tag| e_tag.trim_matches('"').to_owned())),
            (Column::StorageClass, listed.storage_class),
            // What the API calls `null` is the null version, which has no id.
            (Column::VersionId, listed.version_id.filter(|version| version != "null")),
            (Column::IsLatest, flag(listed.is_latest)),
            (Column::IsDeleteMarker, flag(is_delete_marker)),
        ] {
            let start = self.text.len();
            self.text.extend_from_slice(value.unwrap_or_default().as_bytes());
            let is_read = self.wanted.with(Column::Key).with(Column::VersionId).contains(column);
            if is_read {
                row.take(column, &self.text, Span { start, end: self.text.len() })?;
            }
        }
        let version = row.texts[Column::VersionId as usize].of(&self.text);
        let repeats = self.neighbour.repeats(row.key.of(&self.text), version);
        self.batch.push(&row, &self.text, Origin::Passing, None);
        Ok(repeats)
    }

    fn tell(&self, row: Option<u64>, problem: SourceProblem, defects: &mut dyn FnMut(SourceDefect)) {
        defects(SourceDefect { file: self.name.clone(), row, problem });
    }
}
