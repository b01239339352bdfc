//! Reads the items of one data file of an export.

use std::ops::Range;

use memchr::memchr;

use super::discover::ExportFile;
use super::item::Item;
use super::scan::ScanLines;
use crate::model::{SourceDefect, SourceProblem};
use crate::source::datafile::{DataFile, Stated, Stop};
use crate::source::error::SourceError;
use crate::source::input::Notation;

/// What the buffer holds at first; it grows with the longest line.
const BUFFER: usize = 256 << 10;
/// The longest line. An item has at most 400 KB, which escapes of six bytes for each make 2.4 MB.
const MAX_LINE: usize = 4 << 20;

/// The items of a file, one after another in the same memory.
///
/// A line that is no item is left out and told; a file that breaks delivers the items in front of the break and tells
/// S003. The count and the MD5 are compared when the file has ended.
pub struct ItemReader {
    lines: Lines,
    name: String,
    stated_items: Option<u64>,
    buffer: Vec<u8>,
    unread: Range<usize>,
    item: Item,
    row: u64,
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
        let Some(path) = &file.path else {
            let problem = SourceProblem::Missing { looked: file.looked.clone() };
            defects(SourceDefect { file: file.file.clone(), row: None, problem });
            return Ok(None);
        };
        let stated = Stated { size: None, md5: file.stated_md5, notation: Notation::Base64 };
        let data = DataFile::open(path, &file.file, stated, verify, defects)?;
        Ok(Some(Self {
            lines: if file.is_scan { Lines::Scan(ScanLines::new(data)) } else { Lines::Data(data) },
            name: file.file.clone(),
            stated_items: file.item_count,
            buffer: vec![0; BUFFER],
            unread: 0..0,
            item: Item::default(),
            row: 0,
            ending: None,
        }))
    }

    /// The next item; `None` once the file has ended.
    ///
    /// # Errors
    ///
    /// What the system says; what is wrong with the file itself is told to `defects`.
    pub fn next_item(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<&Item>, SourceError> {
        loop {
            let Some(line) = self.next_line(defects)? else { return Ok(None) };
            if self.buffer[line.clone()].trim_ascii().is_empty() {
                continue;
            }
            self.row += 1;
            match self.item.parse(&self.buffer[line]) {
                Ok(()) => break,
                Err(error) => {
                    let reason = format!("byte {}: {}", error.at, error.reason);
                    self.tell(Some(self.row), SourceProblem::Rejected { reason }, defects);
                }
            }
        }
        Ok(Some(&self.item))
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
            if let Some(length) = memchr(b'\n', &self.buffer[self.unread.start + searched..self.unread.end]) {
                let line = self.unread.start..self.unread.start + searched + length;
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
        match &mut self.lines {
            Lines::Data(data) => data.finish(defects),
            Lines::Scan(scan) => scan.data().finish(defects),
        }
    }

    fn tell(&self, row: Option<u64>, problem: SourceProblem, defects: &mut dyn FnMut(SourceDefect)) {
        defects(SourceDefect { file: self.name.clone(), row, problem });
    }
}
