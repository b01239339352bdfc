//! Manifests for S3 Batch Operations that copy each object to a key of its own.
//!
//! The native copy operation cannot rename. The documented way is a Lambda function, [`LAMBDA_HANDLER`], whose manifest
//! holds `{"origKey": …, "newKey": …}`, URL-encoded, where a key would stand (User Guide, "Invoke AWS Lambda function").

use std::io::{self, Write};

use serde::Serialize;

/// The Lambda function that performs the rows of a manifest, in Python; it needs nothing but boto3.
pub const LAMBDA_HANDLER: &str = include_str!("copy_object.py");

/// The most characters of a manifest's key field. Whether they count before or after encoding is not documented, so the
/// encoded field is held to it.
pub const MAX_FIELD_CHARACTERS: usize = 1_024;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rename<'a> {
    orig_key: &'a str,
    new_key: &'a str,
}

/// Whether a move went into a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// It did.
    Row,
    /// Its encoded key field would have this many characters, more than [`MAX_FIELD_CHARACTERS`]; it has to be copied
    /// another way.
    Overflow(usize),
}

/// Writes the moves of one bucket as manifests of at most so many bytes each.
///
/// Manifest after manifest is opened by `open`, which is given their number from 0; none is opened without a row.
pub struct ManifestWriter<'a, W, F> {
    bucket: &'a str,
    most_bytes: u64,
    open: F,
    current: Option<W>,
    opened: usize,
    bytes: u64,
    json: Vec<u8>,
    row: Vec<u8>,
}

impl<'a, W: Write, F: FnMut(usize) -> io::Result<W>> ManifestWriter<'a, W, F> {
    /// None yet. A row longer than `most_bytes` still gets a manifest, for itself.
    pub fn new(bucket: &'a str, most_bytes: u64, open: F) -> Self {
        Self { bucket, most_bytes, open, current: None, opened: 0, bytes: 0, json: Vec::new(), row: Vec::new() }
    }

    /// Writes one move, unless its key field would be too long.
    ///
    /// # Errors
    ///
    /// When a manifest cannot be opened, written or flushed.
    pub fn write(&mut self, old_key: &str, new_key: &str) -> io::Result<Written> {
        self.json.clear();
        serde_json::to_writer(&mut self.json, &Rename { orig_key: old_key, new_key })?;
        self.row.clear();
        self.row.extend_from_slice(self.bucket.as_bytes());
        self.row.push(b',');
        let field = self.row.len();
        percent_encode(&self.json, &mut self.row);
        let characters = self.row.len() - field;
        if characters > MAX_FIELD_CHARACTERS {
            return Ok(Written::Overflow(characters));
        }
        self.row.push(b'\n');
        let length = self.row.len() as u64;
        if self.current.is_some() && self.bytes.saturating_add(length) > self.most_bytes {
            self.close()?;
        }
        let manifest = match &mut self.current {
            Some(manifest) => manifest,
            none => {
                let manifest = (self.open)(self.opened)?;
                self.opened += 1;
                self.bytes = 0;
                none.insert(manifest)
            }
        };
        manifest.write_all(&self.row)?;
        self.bytes += length;
        Ok(Written::Row)
    }

    /// Flushes the last manifest and says how many there are.
    ///
    /// # Errors
    ///
    /// When it cannot be flushed.
    pub fn finish(mut self) -> io::Result<usize> {
        self.close()?;
        Ok(self.opened)
    }

    fn close(&mut self) -> io::Result<()> {
        self.current.take().map_or(Ok(()), |mut manifest| manifest.flush())
    }
}

/// Encodes all but unreserved characters and `/` as `%XX`: a space is `%20` and a plus `%2B`, so that decoders that take
/// `+` for a space and those that do not read the same.
fn percent_encode(bytes: &[u8], into: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/') {
            into.push(byte);
        } else {
            into.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
}
