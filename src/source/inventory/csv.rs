//! CSV inventories: rows are cut where they lie in the decoded bytes.
//!
//! AWS writes one dialect: every field in double quotes, lines end in LF, the bucket and the key come first, and the
//! key is form-encoded, so that no field holds a quote, a comma or a line break. A row in that dialect is cut by
//! [`Dialect`]; any other goes through
//! [`GeneralCutter`](super::csv_general::GeneralCutter). What the first does not take is left to the second, which says what is wrong with it.

use std::sync::Arc;

use memchr::memchr;

use super::batch::Batch;
use super::columns::{Column, ColumnSet};
use super::csv_dialect::Dialect;
use super::csv_general::{Cut, GeneralCutter, check_quotes};
use super::csv_keys::{CsvKeys, KeysSeen};
use super::cut_rows::{BatchBuilder, Origin};
use super::discover::Delivery;
use super::part::ReadOptions;
use super::row::{Neighbour, Rejection, Row, Span, check_key, same_key};
use crate::model::{SourceDefect, SourceProblem};
use crate::source::SourceError;
use crate::source::datafile::{DataFile, Stop};

/// Decoded bytes per batch, at most.
const BLOCK: usize = 2 << 20;
/// Decoded bytes per step: they are cut while they are still in the cache.
const STEP: usize = 256 << 10;
/// The longest row. The longest that AWS can write has some 20 KiB.
const MAX_ROW: usize = 1 << 20;
/// Room behind a block for a last line break.
const PADDING: usize = 1;

/// Reads the rows of one CSV part.
pub(super) struct CsvReader {
    data: DataFile,
    name: String,
    /// The name of the delivery's manifest.
    manifest: String,
    dialect: Dialect,
    general: GeneralCutter,
    batch: BatchBuilder,
    /// Decoded bytes.
    block: Vec<u8>,
    /// What of the block is decoded and not cut yet.
    uncut: std::ops::Range<usize>,
    /// The same, between two blocks.
    carried: Vec<u8>,
    /// Whether what is decoded of the block is ASCII.
    is_ascii: bool,
    /// Where the key and the version of the row before stand in the block; elsewhere they are the neighbour's.
    before: Option<(Span, Span)>,
    neighbour: Neighbour,
    keys: CsvKeys,
    /// What the keys of the whole delivery showed.
    seen: Arc<KeysSeen>,
    /// The row reached, from 1; 0 before the first.
    row: u64,
    /// Bytes behind lines with a stray quote, looked over in search of its end and once more as what they are.
    in_vain: usize,
    ending: Option<Ending>,
}

/// The most bytes of a part that are looked over in vain: more of them is no row in a table, but no table.
const MOST_IN_VAIN: usize = 16 << 20;

/// How the data ended.
enum Ending {
    /// Every byte was decoded.
    Whole,
    /// Not every byte could be.
    Stopped(Stop),
}

impl CsvReader {
    /// Reads an open file of a delivery whose manifest names the columns in their order.
    pub(super) fn new(
        data: DataFile,
        name: &str,
        delivery: &Delivery,
        wanted: ColumnSet,
        options: &ReadOptions,
    ) -> Self {
        let dialect = Dialect::new(&delivery.bucket, &delivery.columns_listed, wanted);
        let (keys, seen, batch_rows) = (options.csv_keys, Arc::clone(&delivery.keys_seen), options.batch_rows.max(1));
        let batch = BatchBuilder::new(wanted, dialect.columns(), batch_rows);
        Self {
            data,
            name: name.to_owned(),
            manifest: delivery.manifest.name.clone(),
            dialect,
            general: GeneralCutter::new(),
            batch,
            block: Vec::new(),
            uncut: 0..0,
            carried: Vec::new(),
            is_ascii: true,
            before: None,
            neighbour: Neighbour::default(),
            keys,
            seen,
            row: 0,
            in_vain: 0,
            ending: None,
        }
    }

    /// The file that is read.
    pub(super) fn data(&mut self) -> &mut DataFile {
        &mut self.data
    }

    /// Compressed bytes read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.data.bytes_read()
    }

    /// How the file is compressed.
    pub(super) fn compression(&self) -> &'static str {
        self.data.compression()
    }

    /// Rows read so far, those left out included.
    pub(super) fn rows(&self) -> u64 {
        self.row
    }

    /// The next batch, without a row where a whole block had none; `None` at the end. Rows in front of a break are
    /// delivered before it is told.
    pub(super) fn next_batch(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<Batch>, Stop> {
        self.begin();
        while !self.batch.is_full() {
            self.cut_rows(defects);
            if self.ending.is_some() || self.batch.is_full() || !self.fill() {
                break;
            }
        }
        if self.seen.are_ambiguous() {
            return Err(Stop::Failed(SourceError::AmbiguousKeys { manifest: self.manifest.clone() }));
        }
        if self.batch.len() > 0 || self.ending.is_none() {
            return Ok(Some(self.finish()));
        }
        match self.ending.replace(Ending::Whole) {
            Some(Ending::Stopped(stop)) => Err(stop),
            _ => Ok(None),
        }
    }

    fn begin(&mut self) {
        let block = self.batch.begin();
        if !block.is_empty() {
            self.block = block;
        } else if self.block.is_empty() {
            self.block = vec![0; BLOCK + PADDING];
        }
        self.is_ascii = self.carried.is_ascii();
        if !self.carried.is_empty() {
            self.block[..self.carried.len()].copy_from_slice(&self.carried);
            self.uncut = 0..self.carried.len();
            self.carried.clear();
        }
    }

    fn finish(&mut self) -> Batch {
        self.leave_row();
        self.carried.clear();
        self.carried.extend_from_slice(&self.block[self.uncut.clone()]);
        self.uncut = 0..0;
        self.batch.finish(std::mem::take(&mut self.block))
    }

    /// Decodes the next step into the block; false once the block is full.
    fn fill(&mut self) -> bool {
        if self.uncut.len() > MAX_ROW {
            self.ending = Some(Ending::Stopped(Stop::Broken("a row has more than 1 MiB".to_owned())));
            return true;
        }
        if self.uncut.end == BLOCK {
            return false;
        }
        let end = BLOCK.min(self.uncut.end + STEP);
        match self.data.read(&mut self.block[self.uncut.end..end]) {
            Ok(0) => {
                // The last line may lack its end; the padding has room for one.
                self.block[self.uncut.end] = b'\n';
                self.uncut.end += 1;
                // `next_batch` cuts once more before it looks at the ending.
                self.ending = Some(Ending::Whole);
            }
            Ok(length) => {
                self.is_ascii &= self.block[self.uncut.end..][..length].is_ascii();
                self.uncut.end += length;
            }
            Err(stop) => self.ending = Some(Ending::Stopped(stop)),
        }
        true
    }

    /// Cuts every row that is complete, until the batch is full.
    fn cut_rows(&mut self, defects: &mut dyn FnMut(SourceDefect)) {
        let mut row = Row::default();
        while !self.batch.is_full() {
            if let Some(next) = self.dialect.cut(&self.block[..self.uncut.end], self.uncut.start, &mut row) {
                self.uncut.start = next;
                self.row += 1;
                match self.take(&row, Origin::Block) {
                    Ok(false) => {}
                    other => self.tell(other, defects),
                }
                continue;
            }
            match self.block[self.uncut.clone()].first().copied() {
                None => break,
                // A blank line is no row.
                Some(b'\n' | b'\r') => self.uncut.start += 1,
                Some(_) if !self.cut_general(defects) => break,
                Some(_) => {}
            }
        }
    }

    /// Cuts one row the general way; false if it does not end in the block yet.
    fn cut_general(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> bool {
        let last = matches!(self.ending, Some(Ending::Whole));
        match self.general.cut(&self.block[self.uncut.clone()], last) {
            Cut::More => return false,
            Cut::Blank(length) => self.uncut.start += length,
            Cut::Record(length) => {
                self.row += 1;
                let record = &self.block[self.uncut.clone()][..length];
                let blank = record.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
                match check_quotes(&record[blank..]) {
                    Ok(quoting) => {
                        self.uncut.start += length;
                        if self.row == 1 {
                            self.dialect.widen(&self.general, quoting);
                        }
                        // Any key may be encoded.
                        let mut row = Row { is_encoded: true, ..Row::default() };
                        let assigned = self.dialect.assign(&self.general, &mut row);
                        let taken = assigned.and_then(|()| self.take(&row, Origin::Passing));
                        self.tell(taken, defects);
                    }
                    Err(reason) => {
                        // The next line may be a row again.
                        let line = memchr(b'\n', &record[blank..]).map_or(length, |end| blank + end + 1);
                        self.uncut.start += line;
                        self.in_vain += length - line;
                        self.tell(Err(Rejection(reason.to_owned())), defects);
                        if self.in_vain > MOST_IN_VAIN {
                            self.uncut.start = self.uncut.end;
                            self.ending = Some(Ending::Stopped(Stop::Broken(reason.to_owned())));
                        }
                    }
                }
            }
        }
        true
    }

    /// Adds a row to the batch; true if it repeats the one before.
    #[inline]
    fn take(&mut self, row: &Row, origin: Origin) -> Result<bool, Rejection> {
        if origin == Origin::Passing || (row.is_encoded && self.keys.is_encoded()) {
            return self.take_decoded(row, origin);
        }
        let (text, version) = (&self.block[..], row.texts[Column::VersionId as usize]);
        let key = row.key.of(text);
        check_key(key, self.is_ascii)?;
        let repeats = match self.before.replace((row.key, version)) {
            Some((key_before, before)) => same_key(key_before.of(text), key) && before.of(text) == version.of(text),
            None => self.neighbour.repeats(key, version.of(text)),
        };
        self.batch.push(row, text, Origin::Block, None);
        Ok(repeats)
    }

    /// The same for a row whose key has to be decoded, or whose text does not last.
    fn take_decoded(&mut self, row: &Row, origin: Origin) -> Result<bool, Rejection> {
        let text = match origin {
            Origin::Block => &self.block[..],
            Origin::Passing => self.general.text(),
        };
        let side = self.batch.side();
        let (key, start) = (row.key.of(text), side.len());
        let is_encoded = row.is_encoded && self.keys.is_encoded();
        let decoded = if is_encoded { self.keys.decode(key, side, &self.seen) } else { Ok(()) };
        let checked = decoded.and_then(|()| check_key(if is_encoded { &side[start..] } else { key }, false));
        if let Err(rejection) = checked {
            side.truncate(start);
            return Err(rejection);
        }
        leave(&mut self.before, &self.block, &mut self.neighbour);
        let version = row.texts[Column::VersionId as usize].of(text);
        let repeats = self.neighbour.repeats(if is_encoded { &side[start..] } else { key }, version);
        self.batch.push(row, text, origin, is_encoded.then_some(start));
        Ok(repeats)
    }

    /// Keeps the row before elsewhere, as the block moves.
    fn leave_row(&mut self) {
        leave(&mut self.before, &self.block, &mut self.neighbour);
    }

    fn tell(&mut self, taken: Result<bool, Rejection>, defects: &mut dyn FnMut(SourceDefect)) {
        let problem = match taken {
            Ok(false) => return,
            Ok(true) => {
                self.leave_row();
                SourceProblem::DuplicateRow { key: self.neighbour.key() }
            }
            Err(Rejection(reason)) => SourceProblem::Rejected { reason },
        };
        defects(SourceDefect { file: self.name.clone(), row: Some(self.row), problem });
    }
}

/// Makes a row of a block the neighbour of the next one.
fn leave(row: &mut Option<(Span, Span)>, block: &[u8], neighbour: &mut Neighbour) {
    if let Some((key, version)) = row.take() {
        neighbour.repeats(key.of(block), version.of(block));
    }
}
