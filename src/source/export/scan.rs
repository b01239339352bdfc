//! What `aws dynamodb scan` printed, item by item, as the lines of a data file have them.

use std::ops::Range;

use crate::model::SourceProblem;
use crate::source::datafile::{DataFile, Stop};
use crate::source::json_stream::{Piece, Pieces};

/// What stands around an item on a line of a data file.
const OPENING: &[u8] = b"{\"Item\":";
const CLOSING: &[u8] = b"}";

/// The items of a scan, as lines.
pub(super) struct ScanLines {
    pieces: Pieces,
    /// Items that its pages state.
    stated: Option<u64>,
    /// Whether the page at hand is not the last of its scan.
    goes_on: bool,
}

impl ScanLines {
    pub(super) fn new(data: DataFile) -> Self {
        Self { pieces: Pieces::new(data), stated: None, goes_on: false }
    }

    pub(super) fn data(&mut self) -> &mut DataFile {
        self.pieces.data()
    }

    pub(super) fn compression(&self) -> &'static str {
        self.pieces.compression()
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.pieces.bytes_read()
    }

    /// Writes the next line into the buffer, which grows with it; `None` at the end.
    ///
    /// # Errors
    ///
    /// A text that is cut short or no JSON, and what the system says.
    pub(super) fn next(&mut self, buffer: &mut Vec<u8>) -> Result<Option<Range<usize>>, Stop> {
        while let Some(piece) = self.pieces.next()? {
            match (piece, self.pieces.name()) {
                (Piece::Text, _) => self.goes_on = false,
                (Piece::Element(item), "Items") => {
                    buffer.clear();
                    for part in [OPENING, self.pieces.text(item), CLOSING] {
                        buffer.extend_from_slice(part);
                    }
                    return Ok(Some(0..buffer.len()));
                }
                (Piece::Member(value), "Count") => {
                    let count = std::str::from_utf8(self.pieces.text(value)).ok().and_then(|text| text.parse().ok());
                    self.stated = count.map(|count: u64| count.saturating_add(self.stated.unwrap_or(0)));
                }
                (Piece::Member(value), "LastEvaluatedKey" | "NextToken") => {
                    self.goes_on |= self.pieces.text(value) != b"null";
                }
                (Piece::Member(_) | Piece::Element(_), _) => {}
            }
        }
        Ok(None)
    }

    /// What is wrong with a scan that was read to its end and holds so many items.
    pub(super) fn problem(&self, items: u64) -> Option<SourceProblem> {
        match self.stated {
            _ if self.goes_on => Some(SourceProblem::Continued),
            Some(stated) if stated != items => Some(SourceProblem::Count { stated, actual: items, what: "items" }),
            _ => None,
        }
    }
}
