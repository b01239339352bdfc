//! One data file of a delivery, read once: its size, its MD5 and gzip's CRC are checked on the way.
//!
//! [`DataFile::read`] is the seam at which one large file could be spread over two threads, one that inflates and
//! one that parses.

use md5::{Digest, Md5};

use super::error::SourceError;
use super::gzip::Gunzip;
use super::input::Notation;
use super::place::Place;
use super::store::{self, Input};
use crate::model::{SourceDefect, SourceProblem};

/// Compressed bytes per read.
const BUFFER: usize = 128 << 10;

/// Why a file was not read to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// S003: its bytes are broken.
    Broken(String),
    /// The plumbing failed.
    Failed(SourceError),
}

/// What a manifest says of a data file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stated {
    /// Its size in bytes.
    pub(super) size: Option<u64>,
    /// Its MD5, as stored.
    pub(super) md5: Option<[u8; 16]>,
    /// How the manifest writes MD5s.
    pub(super) notation: Notation,
}

/// The size and the MD5 of a file that is being read, held against what the manifest states.
pub(super) struct Proof {
    name: String,
    stated: Stated,
    size: u64,
    md5: Option<Md5>,
}

impl Proof {
    /// Starts the proof of an open file; a wrong size is told at once.
    pub(super) fn start(
        name: &str,
        stated: Stated,
        size: u64,
        verify: bool,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Self {
        if let Some(expected) = stated.size.filter(|expected| *expected != size) {
            let problem = SourceProblem::Size { stated: expected, actual: size };
            defects(SourceDefect { file: name.to_owned(), row: None, problem });
        }
        let md5 = (verify && stated.md5.is_some()).then(Md5::new);
        Self { name: name.to_owned(), stated, size, md5 }
    }

    /// Whether the bytes are wanted.
    pub(super) fn wants_bytes(&self) -> bool {
        self.md5.is_some()
    }

    /// The next bytes of the file.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
    }

    /// Ends the proof. A file of another size has another MD5: that is told once, as its size.
    pub(super) fn finish(&mut self, defects: &mut dyn FnMut(SourceDefect)) {
        if let Some(md5) = self.md5.take() {
            self.finish_with(md5.finalize().into(), defects);
        }
    }

    /// Ends the proof with an MD5 that comes from elsewhere.
    pub(super) fn finish_with(&mut self, actual: [u8; 16], defects: &mut dyn FnMut(SourceDefect)) {
        self.md5 = None;
        let Some(expected) = self.stated.md5 else { return };
        if actual != expected && self.stated.size.is_none_or(|size| size == self.size) {
            let notation = self.stated.notation;
            let problem = SourceProblem::Checksum { stated: notation.write(expected), actual: notation.write(actual) };
            defects(SourceDefect { file: self.name.clone(), row: None, problem });
        }
    }
}

/// A plain or gzip-compressed file.
pub(super) struct DataFile {
    path: Place,
    file: Input,
    gunzip: Option<Gunzip>,
    buffer: Vec<u8>,
    /// What of the buffer is not decoded yet.
    unread: std::ops::Range<usize>,
    bytes_read: u64,
    proof: Proof,
}

impl DataFile {
    /// Opens a file; gzip is recognised by its first bytes, and expected of a name in `.gz`.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn open(
        path: &Place,
        name: &str,
        stated: Stated,
        verify: bool,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Result<Self, SourceError> {
        let (file, size) = store::open(path)?;
        let proof = Proof::start(name, stated, size, verify, defects);
        let mut data = Self {
            path: path.to_owned(),
            file,
            gunzip: None,
            buffer: vec![0; BUFFER],
            unread: 0..0,
            bytes_read: 0,
            proof,
        };
        data.refill()?;
        if name.ends_with(".gz") || data.buffer[data.unread.clone()].starts_with(&[0x1f, 0x8b]) {
            data.gunzip = Some(Gunzip::new());
        }
        Ok(data)
    }

    /// The codec of the file.
    pub(super) fn compression(&self) -> &'static str {
        if self.gunzip.is_some() { "gzip" } else { "none" }
    }

    /// Bytes read from disk.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Decodes into `output`, which must not be empty; 0 at the end.
    pub(super) fn read(&mut self, output: &mut [u8]) -> Result<usize, Stop> {
        loop {
            let input = &self.buffer[self.unread.clone()];
            let produced = match &mut self.gunzip {
                Some(gunzip) => {
                    let progress = gunzip.decode(input, output).map_err(|reason| Stop::Broken(reason.to_owned()))?;
                    self.unread.start += progress.consumed;
                    progress.produced
                }
                None => {
                    let length = input.len().min(output.len());
                    output[..length].copy_from_slice(&input[..length]);
                    self.unread.start += length;
                    length
                }
            };
            if produced > 0 {
                return Ok(produced);
            }
            if !self.unread.is_empty() {
                return Err(Stop::Broken("the compressed data are corrupt".to_owned()));
            }
            if !self.refill().map_err(Stop::Failed)? {
                let whole = self.gunzip.as_ref().is_none_or(Gunzip::may_end);
                return if whole { Ok(0) } else { Err(Stop::Broken("the compressed data end early".to_owned())) };
            }
        }
    }

    /// Ends the proof; what a broken file holds beyond the break is read for its MD5 alone.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn finish(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<(), SourceError> {
        while self.proof.wants_bytes() && self.refill()? {}
        self.proof.finish(defects);
        Ok(())
    }

    fn refill(&mut self) -> Result<bool, SourceError> {
        let length = self.file.read_some(&mut self.buffer).map_err(|error| SourceError::io(&self.path, error))?;
        self.unread = 0..length;
        self.bytes_read += length as u64;
        self.proof.update(&self.buffer[..length]);
        Ok(length > 0)
    }
}

/// Decoded bytes by which a file is recognised.
const HEAD: usize = 64 << 10;

/// The front of a file, decoded as far as that is possible.
///
/// # Errors
///
/// What the system says.
pub(super) fn head(path: &Place) -> Result<Vec<u8>, SourceError> {
    let nothing = Stated { size: None, md5: None, notation: Notation::Hex };
    let mut data = DataFile::open(path, "", nothing, false, &mut |_| {})?;
    let (mut head, mut length) = (vec![0; HEAD], 0);
    while length < HEAD {
        match data.read(&mut head[length..]) {
            Ok(0) | Err(Stop::Broken(_)) => break,
            Ok(more) => length += more,
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
    head.truncate(length);
    Ok(head)
}
