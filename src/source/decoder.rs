//! The bytes of one file, decoded from its beginning to its end: gzip, or as they are.

use std::ops::Range;

use super::datafile::Stop;
use super::error::SourceError;
use super::gzip::Gunzip;
use super::place::Place;
use super::store::Input;

/// Stored bytes per read.
const BUFFER: usize = 128 << 10;

/// Decodes a file.
pub(super) struct Decoder {
    path: Place,
    file: Input,
    gunzip: Option<Gunzip>,
    buffer: Vec<u8>,
    /// What of the buffer is not decoded yet.
    unread: Range<usize>,
}

impl Decoder {
    /// Begins with an open file; gzip is recognised by its first bytes, and expected of a name in `.gz`.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn new(
        path: Place,
        file: Input,
        name: &str,
        stored: &mut dyn FnMut(&[u8]),
    ) -> Result<Self, SourceError> {
        let mut decoder = Self { path, file, gunzip: None, buffer: vec![0; BUFFER], unread: 0..0 };
        decoder.refill(stored)?;
        if name.ends_with(".gz") || decoder.buffer[decoder.unread.clone()].starts_with(&[0x1f, 0x8b]) {
            decoder.gunzip = Some(Gunzip::new());
        }
        Ok(decoder)
    }

    /// Whether the file is gzip.
    pub(super) const fn is_gzip(&self) -> bool {
        self.gunzip.is_some()
    }

    /// Decodes into `output`, which must not be empty; 0 at the end. What it reads of the file goes to `stored` first.
    pub(super) fn read(&mut self, output: &mut [u8], stored: &mut dyn FnMut(&[u8])) -> Result<usize, Stop> {
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
            if !self.refill(stored).map_err(Stop::Failed)? {
                let whole = self.gunzip.as_ref().is_none_or(Gunzip::may_end);
                return if whole { Ok(0) } else { Err(Stop::Broken("the compressed data end early".to_owned())) };
            }
        }
    }

    /// Reads on without decoding what came before; false at the end.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn refill(&mut self, stored: &mut dyn FnMut(&[u8])) -> Result<bool, SourceError> {
        let length = self.file.read_some(&mut self.buffer).map_err(|error| SourceError::io(&self.path, error))?;
        self.unread = 0..length;
        stored(&self.buffer[..length]);
        Ok(length > 0)
    }
}
