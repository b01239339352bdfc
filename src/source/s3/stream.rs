//! An object from its beginning to its end: a few ranges are always under way ahead of the reader.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinHandle;

use super::error::{S3Error, Said};
use super::fetch::{Fetched, Span, fetch};
use super::place::S3Place;

/// Bytes of one range.
const PIECE: u64 = 8 << 20;
/// Ranges under way ahead of the one that is read.
const AHEAD: usize = 3;

/// Bytes of an object that are being read in order.
pub(in crate::source) struct Stream {
    place: Arc<S3Place>,
    e_tag: Option<String>,
    size: u64,
    current: Bytes,
    ahead: VecDeque<JoinHandle<Result<Fetched, S3Error>>>,
    /// The first byte that was not asked for yet.
    next: u64,
}

impl Stream {
    /// Opens an object; one with that ETag, if it is known.
    ///
    /// # Errors
    ///
    /// What S3 refuses.
    pub(in crate::source) fn open(place: &S3Place, e_tag: Option<String>) -> Result<Self, S3Error> {
        let place = Arc::new(place.clone());
        let span = Span::From { start: 0, length: PIECE };
        let first = place.connection.wait(fetch(Arc::clone(&place), span, e_tag))??;
        let next = first.bytes.len() as u64;
        let mut stream =
            Self { place, e_tag: first.e_tag, size: first.size, current: first.bytes, ahead: VecDeque::new(), next };
        stream.look_ahead();
        Ok(stream)
    }

    /// The object's size.
    pub(in crate::source) fn size(&self) -> u64 {
        self.size
    }

    /// Reads at least one byte, or 0 at the end.
    pub(in crate::source) fn read_some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.current.is_empty() {
            let Some(coming) = self.ahead.front_mut() else { return Ok(0) };
            self.current = arrive(&self.place, coming).map_err(io::Error::other)?.bytes;
            self.ahead.pop_front();
            self.look_ahead();
        }
        let length = self.current.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.current.split_to(length));
        Ok(length)
    }

    fn look_ahead(&mut self) {
        while self.ahead.len() < AHEAD && self.next < self.size {
            let length = PIECE.min(self.size - self.next);
            let span = Span::From { start: self.next, length };
            let work = fetch(Arc::clone(&self.place), span, self.e_tag.clone());
            self.ahead.push_back(self.place.connection.spawn(work));
            self.next += length;
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.ahead.iter().for_each(JoinHandle::abort);
    }
}

/// Waits for a range that is under way.
pub(super) fn arrive(place: &S3Place, coming: &mut JoinHandle<Result<Fetched, S3Error>>) -> Result<Fetched, S3Error> {
    match place.connection.wait(coming)? {
        Ok(fetched) => fetched,
        Err(error) => Err(S3Error::Refused {
            action: super::error::GET,
            place: Box::new(place.clone()),
            source: Said(error.to_string()),
        }),
    }
}
