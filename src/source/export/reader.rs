//! Reads the items of one data file of an export.

use std::ops::Range;

use memchr::memchr;

use super::discover::ExportFile;
use super::item::Item;
use crate::model::{SourceDefect, SourceProblem};
use crate::source::datafile::{DataFile, Stated, Stop};
use crate::source::error::SourceError;
use crate::source::input::Notation;
use crate::source::store;

/// What the buffer holds at first; it grows with the longest line.
const BUFFER: usize = 256 << 10;
/// The longest line. An item has at most 400 KB, which escapes of six bytes for each make 2.4 MB.
const MAX_LINE: usize = 4 << 20;

/// The items of a file, one after another in the same memory.
///
/// A line that is no item is left out and told; a file that breaks delivers the items in front of the break and tells
/// S003. The count and the MD5 are compared when the file has ended.
pub struct ItemReader {
    data: DataFile,
    name: String,
    stated_items: u64,
    buffer: Vec<u8>,
    unread: Range<usize>,
    item: Item,
    row: u64,
    ending: Option<Ending>,
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
            data,
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
        self.data.compression()
    }

    /// Items read so far, those left out included.
    pub fn rows(&self) -> u64 {
        self.row
    }

    /// Compressed bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.data.bytes_read()
    }

    fn next_line(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<Range<usize>>, SourceError> {
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
        let length = self.data.read(&mut self.buffer[self.unread.end..])?;
        self.unread.end += length;
        Ok(length)
    }

    /// Compares what a whole file states; a broken one can only be held against its MD5.
    fn end(&mut self, whole: bool, defects: &mut dyn FnMut(SourceDefect)) -> Result<(), SourceError> {
        self.ending = Some(Ending::Told);
        if whole && self.row != self.stated_items {
            let problem = SourceProblem::Count { stated: self.stated_items, actual: self.row, what: "items" };
            self.tell(None, problem, defects);
        }
        self.data.finish(defects)
    }

    fn tell(&self, row: Option<u64>, problem: SourceProblem, defects: &mut dyn FnMut(SourceDefect)) {
        defects(SourceDefect { file: self.name.clone(), row, problem });
    }
}
