//! A baseline's file, written and read line by line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{BaselineError, Entry, SCHEMA, may_know};
use crate::model::Subject;
use crate::model::bytes::hex;

/// The longest line that is read, in bytes: keys have 1,024 bytes, item keys and paths a few thousand.
const MOST_LINE_BYTES: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
struct Head {
    schema: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    rule: std::borrow::Cow<'a, str>,
    subject: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    table: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attribute: Option<String>,
}

/// Writes entries in the order in which they come.
pub struct BaselineWriter<W> {
    out: W,
}

impl<W: io::Write> BaselineWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// What the output says.
    pub fn new(mut out: W) -> io::Result<Self> {
        serde_json::to_writer(&mut out, &Head { schema: SCHEMA.to_owned() })?;
        out.write_all(b"\n")?;
        Ok(Self { out })
    }

    /// Takes the next entry.
    ///
    /// # Errors
    ///
    /// What the output says.
    pub fn push(&mut self, entry: &Entry) -> io::Result<()> {
        let line = Line {
            rule: entry.rule.as_str().into(),
            subject: entry.subject.name().into(),
            bucket: entry.bucket.clone(),
            key: entry.key.clone(),
            table: entry.table.clone(),
            item: entry.item.clone(),
            attribute: entry.attribute.clone(),
        };
        serde_json::to_writer(&mut self.out, &line)?;
        self.out.write_all(b"\n")
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// What the output says.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads entries line by line, and the digest of what was read.
pub struct BaselineReader {
    name: String,
    input: BufReader<File>,
    buffer: Vec<u8>,
    line: u64,
    hash: Sha256,
    failed: bool,
}

impl BaselineReader {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// That it cannot be read, or is no baseline.
    pub fn open(path: &Path) -> Result<Self, BaselineError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|source| BaselineError::Io { file: name.clone(), source })?;
        let input = BufReader::with_capacity(1 << 16, file);
        let mut reader = Self { name, input, buffer: Vec::new(), line: 0, hash: Sha256::new(), failed: false };
        let has_head = reader.next_line()?;
        let head: Option<Head> = serde_json::from_slice(&reader.buffer).ok().filter(|_| has_head);
        match head {
            Some(head) if head.schema == SCHEMA => Ok(reader),
            _ => Err(BaselineError::Schema { file: reader.name, expected: SCHEMA }),
        }
    }

    /// SHA-256 in hex of the lines read so far; of the file once all are.
    pub fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }

    /// Reads a line into the buffer; false at the end.
    fn next_line(&mut self) -> Result<bool, BaselineError> {
        self.buffer.clear();
        let mut limited = io::Read::take(&mut self.input, MOST_LINE_BYTES);
        let read = limited.read_until(b'\n', &mut self.buffer);
        read.map_err(|source| BaselineError::Io { file: self.name.clone(), source })?;
        self.line += u64::from(!self.buffer.is_empty());
        self.hash.update(&self.buffer);
        if self.buffer.len() as u64 == MOST_LINE_BYTES {
            return Err(self.wrong(format!("it is longer than {MOST_LINE_BYTES} bytes")));
        }
        Ok(!self.buffer.is_empty())
    }

    fn wrong(&self, reason: String) -> BaselineError {
        BaselineError::Line { file: self.name.clone(), line: self.line, reason }
    }

    fn read(&mut self) -> Result<Option<Entry>, BaselineError> {
        while self.next_line()? {
            let text = self.buffer.trim_ascii();
            if text.is_empty() {
                continue;
            }
            let line: Line<'_> = serde_json::from_slice(text).map_err(|error| self.wrong(error.to_string()))?;
            let subject = Subject::from_name(&line.subject)
                .ok_or_else(|| self.wrong(format!("`{}` is no subject of findings", line.subject)))?;
            if subject == Subject::Source || !may_know(&line.rule) {
                return Err(self.wrong(format!("findings of {} are always told", line.rule)));
            }
            return Ok(Some(Entry {
                rule: line.rule.into_owned(),
                subject,
                bucket: line.bucket,
                key: line.key,
                table: line.table,
                item: line.item,
                attribute: line.attribute,
            }));
        }
        Ok(None)
    }
}

impl Iterator for BaselineReader {
    type Item = Result<Entry, BaselineError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.read().transpose();
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}
