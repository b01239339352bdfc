//! Reads the items of one data file of an export.

use std::ops::Range;
use std::sync::Arc;

use memchr::memchr;

use super::change::Change;
use super::discover::ExportFile;
use super::ion;
use super::ion_records::Scanner;
use super::item::Item;
use super::keys::KeySet;
use super::kind::ExportFormat;
use super::scan::ScanLines;
use crate::model::{SourceDefect, SourceProblem};
use crate::source::datafile::{DataFile, Stated, Stop};
use crate::source::error::SourceError;
use crate::source::input::Notation;
use crate::source::store;

/// What the buffer holds at first; it grows with the longest line.
const BUFFER: usize = 256 << 10;
/// The longest line. An item has at most 400 KB, which escapes of six bytes for each make 2.4 MB.
const MAX_LINE: usize = 4 << 20;
/// Bytes of lines between two looks at whether the user wants to stop.
const BYTES_PER_LOOK: usize = 4 << 20;
/// What a short line costs nevertheless.
const LEAST_BYTES: usize = 1 << 10;

/// The items of a file, one after another in the same memory.
///
/// A line that is no item is left out and told; a file that breaks delivers the items in front of the break and tells
/// S003. The count and the MD5 are compared when the file has ended.
///
/// Of an incremental export the items are those that are there at the end of its window.
pub struct ItemReader {
    lines: Lines,
    name: String,
    stated_items: Option<u64>,
    format: ExportFormat,
    /// Whether its lines are changes.
    changes: bool,
    scanner: Scanner,
    /// Keys of items that a newer export of the chain shows.
    superseded: Arc<KeySet>,
    /// Keys that this file shows, unless they are superseded.
    shown: KeySet,
    /// The key at hand.
    key: Vec<u8>,
    /// The declared attributes of the primary key, each with how many items lack it.
    declared_key: Vec<(String, u64)>,
    buffer: Vec<u8>,
    unread: Range<usize>,
    item: Item,
    row: u64,
    /// Bytes of the lines since the last look, blank ones included.
    unlooked: usize,
    ending: Option<Ending>,
}

/// Where lines come from.
enum Lines {
    /// They are the file's own.
    Data(DataFile),
    /// They are made of a scan's items.
    Scan(ScanLines),
}

/// How far the end has come.
enum Ending {
    /// Every byte was decoded; a last line may wait.
    Decoded,
    /// Everything was told.
    Told,
}

impl ItemReader {
    /// Opens a file; `None`, with the defect told, for one that is missing.
    ///
    /// # Errors
    ///
    /// What the system says of a file that is there.
    pub fn open(
        file: &ExportFile,
        verify: bool,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Result<Option<Self>, SourceError> {
        let missing = |looked, defects: &mut dyn FnMut(SourceDefect)| {
            defects(SourceDefect { file: file.file.clone(), row: None, problem: SourceProblem::Missing { looked } });
            Ok(None)
        };
        let Some(path) = &file.path else { return missing(file.looked.clone(), defects) };
        let stated = Stated { size: None, md5: file.stated_md5, notation: Notation::Base64 };
        let data = match DataFile::open(path, &file.file, stated, verify, defects) {
            Err(error) => return missing(store::missing(path, error)?, defects),
            Ok(data) => data,
        };
        Ok(Some(Self {
            lines: if file.is_scan { Lines::Scan(ScanLines::new(data)) } else { Lines::Data(data) },
            name: file.file.clone(),
            stated_items: file.item_count,
            format: file.format,
            changes: file.changes,
            scanner: Scanner::default(),
            superseded: Arc::default(),
            shown: KeySet::default(),
            key: Vec::new(),
            declared_key: Vec::new(),
            buffer: vec![0; BUFFER],
            unread: 0..0,
            item: Item::default(),
            row: 0,
            unlooked: 0,
            ending: None,
        }))
    }

    /// Leaves out what newer exports show, and counts items without the declared key.
    pub(super) fn in_chain(mut self, superseded: Arc<KeySet>, declared_key: &[String]) -> Self {
        self.superseded = superseded;
        self.declared_key = declared_key.iter().map(|name| (name.clone(), 0)).collect();
        self
    }

    /// The keys of the changes that it has shown.
    pub(super) fn into_keys(self) -> KeySet {
        self.shown
    }

    /// The next item; `None` once the file has ended.
    ///
    /// # Errors
    ///
    /// What the system says; what is wrong with the file itself is told to `defects`.
    pub fn next_item(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<&Item>, SourceError> {
        self.next_item_unless(&|| false, defects)
    }

    /// The same, asking every few megabytes, whether they hold items or not, whether the user wants to stop.
    ///
    /// # Errors
    ///
    /// As of [`Self::next_item`], and [`SourceError::Interrupted`].
    pub fn next_item_unless(
        &mut self,
        stop: &dyn Fn() -> bool,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Result<Option<&Item>, SourceError> {
        while let Some(counts) = self.step(stop, defects)? {
            if counts {
                return Ok(Some(&self.item));
            }
        }
        Ok(None)
    }

    /// The next record, also one that says an item was deleted; `None` once the file has ended.
    ///
    /// # Errors
    ///
    /// As of [`Self::next_item`].
    pub fn next_record(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<&Item>, SourceError> {
        Ok(self.step(&|| false, defects)?.map(|_| &self.item))
    }

    /// Reads a record; whether it holds an item that counts.
    fn step(
        &mut self,
        stop: &dyn Fn() -> bool,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Result<Option<bool>, SourceError> {
        loop {
            let Some(line) = self.next_line(defects)? else { return Ok(None) };
            self.unlooked += line.len().max(LEAST_BYTES);
            if self.unlooked >= BYTES_PER_LOOK {
                self.unlooked = 0;
                if stop() {
                    return Err(SourceError::Interrupted);
                }
            }
            let text = &self.buffer[line.clone()];
            if text.trim_ascii().is_empty() || (self.format == ExportFormat::Ion && ion::is_blank(text)) {
                continue;
            }
            self.row += 1;
            match self.parse(line).and_then(|change| self.counts(change)) {
                Ok(counts) => return Ok(Some(counts)),
                Err(problem) => self.tell(Some(self.row), problem, defects),
            }
        }
    }

    fn parse(&mut self, line: Range<usize>) -> Result<Change, SourceProblem> {
        let rejected = |reason| SourceProblem::Rejected { reason };
        let plain = |reason: &str| SourceProblem::Rejected { reason: reason.to_owned() };
        let line = &self.buffer[line];
        match self.format {
            ExportFormat::DynamoDbJson => {
                let parsed = if self.changes { self.item.parse_change(line) } else { self.item.parse(line) };
                parsed.map_err(|error| rejected(format!("byte {}: {}", error.at, error.reason)))?;
            }
            ExportFormat::Ion => {
                self.item.parse_ion(line).map_err(rejected)?;
                if !self.changes {
                    self.item.enter_item().map_err(plain)?;
                }
            }
        }
        if self.changes { self.item.enter_change().map_err(plain) } else { Ok(Change::Put) }
    }

    /// Whether the item at hand is there at the time that the chain shows; keeps the key of a change.
    fn counts(&mut self, change: Change) -> Result<bool, SourceProblem> {
        let without = |name: &str| SourceProblem::Rejected {
            reason: format!("there is no `{name}`, a part of the primary key in incremental exports"),
        };
        if let Some(keys) = self.item.keys().filter(|_| self.changes) {
            if self.shown.names().is_empty() {
                self.shown.name_by(keys);
            }
            self.shown.key_of(keys, &mut self.key).map_err(without)?;
            if keys.len() != self.shown.names().len() {
                let reason = "`Keys` has another attribute beside those of the file's first change".to_owned();
                return Err(SourceProblem::Rejected { reason });
            }
            if self.superseded.contains(&self.key) {
                return Ok(false);
            }
            if !self.shown.insert(&self.key) {
                return Err(SourceProblem::DuplicateItem { key: self.shown.shown(&self.key) });
            }
        } else if !self.superseded.is_empty() {
            self.superseded.key_of(self.item.root(), &mut self.key).map_err(without)?;
            if self.superseded.contains(&self.key) {
                return Ok(false);
            }
        }
        let counts = change == Change::Put;
        if counts {
            for (name, lacking) in &mut self.declared_key {
                *lacking += u64::from(self.item.root().get(name).is_none());
            }
        }
        Ok(counts)
    }

    /// The codec of the file: `gzip` or `none`.
    pub fn compression(&self) -> &'static str {
        match &self.lines {
            Lines::Data(data) => data.compression(),
            Lines::Scan(scan) => scan.compression(),
        }
    }

    /// Items read so far, those left out included.
    pub fn rows(&self) -> u64 {
        self.row
    }

    /// Compressed bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        match &self.lines {
            Lines::Data(data) => data.bytes_read(),
            Lines::Scan(scan) => scan.bytes_read(),
        }
    }

    fn next_line(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<Range<usize>>, SourceError> {
        if let Lines::Scan(scan) = &mut self.lines {
            return match self.ending.is_none().then(|| scan.next(&mut self.buffer)) {
                None => Ok(None),
                Some(Ok(Some(line))) => Ok(Some(line)),
                Some(Ok(None)) => self.end(true, defects).map(|()| None),
                Some(Err(Stop::Failed(error))) => Err(error),
                Some(Err(Stop::Broken(reason))) => {
                    self.tell(Some(self.row), SourceProblem::Unreadable { reason }, defects);
                    self.end(false, defects).map(|()| None)
                }
            };
        }
        let mut searched = 0;
        loop {
            if let Some(length) = self.line_length(searched) {
                let line = self.unread.start..self.unread.start + length;
                self.unread.start = line.end + 1;
                return Ok(Some(line));
            }
            searched = self.unread.len();
            match self.ending {
                Some(Ending::Told) => return Ok(None),
                Some(Ending::Decoded) if self.unread.is_empty() => {
                    self.end(true, defects)?;
                    return Ok(None);
                }
                Some(Ending::Decoded) => {
                    let line = self.unread.clone();
                    self.unread.start = self.unread.end;
                    return Ok(Some(line));
                }
                None => {}
            }
            match self.fill() {
                Ok(0) => self.ending = Some(Ending::Decoded),
                Ok(_) => {}
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::Broken(reason)) => {
                    self.unread = 0..0;
                    self.tell(Some(self.row), SourceProblem::Unreadable { reason }, defects);
                    self.end(false, defects)?;
                    return Ok(None);
                }
            }
        }
    }

    /// The length of the next line, or of a record in Ion that has several; its first bytes are searched already.
    fn line_length(&mut self, searched: usize) -> Option<usize> {
        let unread = &self.buffer[self.unread.clone()];
        match self.format {
            ExportFormat::DynamoDbJson => memchr(b'\n', &unread[searched..]).map(|length| searched + length),
            ExportFormat::Ion => {
                let length = self.scanner.find(unread)?;
                self.scanner = Scanner::default();
                Some(length)
            }
        }
    }

    fn fill(&mut self) -> Result<usize, Stop> {
        if self.unread.len() == self.buffer.len() {
            if self.buffer.len() >= MAX_LINE {
                return Err(Stop::Broken("a line has more than 4 MiB".to_owned()));
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        if self.unread.end == self.buffer.len() {
            self.buffer.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        let Lines::Data(data) = &mut self.lines else { return Ok(0) };
        let length = data.read(&mut self.buffer[self.unread.end..])?;
        self.unread.end += length;
        Ok(length)
    }

    /// Compares what a whole file states; a broken one can only be held against its MD5.
    fn end(&mut self, whole: bool, defects: &mut dyn FnMut(SourceDefect)) -> Result<(), SourceError> {
        self.ending = Some(Ending::Told);
        let problem = match (&self.lines, self.stated_items) {
            (Lines::Scan(scan), _) => scan.problem(self.row),
            (Lines::Data(_), Some(stated)) if stated != self.row => {
                Some(SourceProblem::Count { stated, actual: self.row, what: "items" })
            }
            (Lines::Data(_), _) => None,
        };
        if let Some(problem) = problem.filter(|_| whole) {
            self.tell(None, problem, defects);
        }
        if let Some((name, lacking)) = self.declared_key.iter().find(|(_, lacking)| *lacking > 0) {
            let reason = format!("{lacking} of its items have no `{name}`, a part of the declared key");
            self.tell(None, SourceProblem::PartialExport { reason }, defects);
        }
        match &mut self.lines {
            Lines::Data(data) => data.finish(defects),
            Lines::Scan(scan) => scan.data().finish(defects),
        }
    }

    fn tell(&self, row: Option<u64>, problem: SourceProblem, defects: &mut dyn FnMut(SourceDefect)) {
        defects(SourceDefect { file: self.name.clone(), row, problem });
    }
}
