//! An object from its beginning to its end: a few ranges are always under way ahead of the reader.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinHandle;

use super::error::{GET, S3Error, Said};
use super::fetch::{Fetched, Span, Version, fetch};
use super::place::S3Place;

/// Bytes of the first range: enough to see what a file is, of which many are only looked at.
const FRONT: u64 = 256 << 10;
/// Bytes of each other range.
const PIECE: u64 = 8 << 20;
/// Ranges under way ahead of the one that is read.
const AHEAD: usize = 3;

/// Bytes of an object that are being read in order.
pub(in crate::source) struct Stream {
    place: Arc<S3Place>,
    version: Version,
    current: Bytes,
    ahead: VecDeque<JoinHandle<Result<Fetched, S3Error>>>,
    /// The first byte that was not asked for yet.
    next: u64,
    /// Whether somebody reads on, and not only looks at the front.
    is_read: bool,
    /// Why it ended early: it ends so for whoever asks again, and never as a file that is shorter.
    failed: Option<String>,
}

impl Stream {
    /// Opens an object; that version of it, if it is known.
    ///
    /// # Errors
    ///
    /// What S3 refuses.
    pub(super) fn of(place: &S3Place, version: Option<Version>) -> Result<Self, S3Error> {
        let place = Arc::new(place.clone());
        let first = place.connection.wait(fetch(Arc::clone(&place), FIRST, version))??;
        let next = first.bytes.len() as u64;
        let (version, current, ahead) = (first.version, first.bytes, VecDeque::new());
        Ok(Self { place, version, current, ahead, next, is_read: false, failed: None })
    }

    /// Opens an object.
    ///
    /// # Errors
    ///
    /// What S3 refuses.
    pub(in crate::source) fn open(place: &S3Place) -> Result<Self, S3Error> {
        Self::of(place, None)
    }

    /// The object's size.
    pub(in crate::source) fn size(&self) -> u64 {
        self.version.size
    }

    /// Reads at least one byte, or 0 at the end.
    pub(in crate::source) fn read_some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_read {
            self.look_ahead();
        }
        self.is_read = true;
        if self.current.is_empty() {
            self.look_ahead();
            match self.next_piece() {
                Ok(Some(piece)) => self.current = piece,
                Ok(None) => return Ok(0),
                Err(error) => {
                    // A task that has answered must not be asked again.
                    self.ahead.drain(..).for_each(|coming| coming.abort());
                    self.failed = Some(error.to_string());
                    return Err(io::Error::other(error));
                }
            }
        }
        let length = self.current.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.current.split_to(length));
        Ok(length)
    }

    fn next_piece(&mut self) -> Result<Option<Bytes>, S3Error> {
        if let Some(failed) = &self.failed {
            let place = Box::new((*self.place).clone());
            return Err(S3Error::GaveUp { action: GET, place, source: Said(failed.clone()) });
        }
        let Some(coming) = self.ahead.pop_front() else { return Ok(None) };
        let piece = arrive(&self.place, coming)?.bytes;
        self.look_ahead();
        Ok(Some(piece))
    }

    fn look_ahead(&mut self) {
        while self.failed.is_none() && self.ahead.len() < AHEAD && self.next < self.size() {
            let length = PIECE.min(self.size() - self.next);
            let span = Span::From { start: self.next, length };
            let work = fetch(Arc::clone(&self.place), span, Some(self.version.clone()));
            self.ahead.push_back(self.place.connection.spawn(work));
            self.next += length;
        }
    }
}

/// What is asked for when an object is opened.
const FIRST: Span = Span::From { start: 0, length: FRONT };

impl Drop for Stream {
    fn drop(&mut self) {
        self.ahead.iter().for_each(JoinHandle::abort);
    }
}

/// Waits for a range that is under way; an interrupt ends it.
pub(super) fn arrive(place: &S3Place, mut coming: JoinHandle<Result<Fetched, S3Error>>) -> Result<Fetched, S3Error> {
    match place.connection.wait(&mut coming) {
        Ok(Ok(fetched)) => fetched,
        Ok(Err(error)) => {
            let source = Said(error.to_string());
            Err(S3Error::Refused { action: GET, place: Box::new(place.clone()), source })
        }
        Err(interrupted) => {
            coming.abort();
            Err(interrupted)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use super::super::answering::{Answer, Server};
    use super::{AHEAD, FRONT, PIECE, Stream};

    /// The first byte that a request asks for.
    fn start(range: Option<&str>) -> u64 {
        range.unwrap().trim_start_matches("bytes=").split('-').next().unwrap().parse().unwrap()
    }

    #[test]
    fn a_range_that_failed_fails_again_and_is_never_an_end() {
        let whole = vec![7; (FRONT + 2 * PIECE) as usize];
        let server = Server::start(move |_, request| match start(request.range.as_deref()) {
            from if from > FRONT => Answer::Refused(400, "Broken"),
            _ => Answer::Range(whole.clone(), Some("one")),
        });
        let mut stream = Stream::open(&server.place("part").0).unwrap();
        let (mut buffer, mut read) = (vec![0; 1 << 20], 0);
        let first = loop {
            match stream.read_some(&mut buffer) {
                Ok(length) => read += length as u64,
                Err(error) => break error.to_string(),
            }
        };
        assert_eq!(read, FRONT + PIECE);
        assert!(first.contains("s3://media/part"), "{first}");
        for _ in 0..3 {
            assert!(stream.read_some(&mut buffer).is_err());
        }
    }

    #[test]
    fn an_interrupt_ends_a_wait_and_the_next_read_as_well() {
        let whole = vec![7; (FRONT + PIECE) as usize];
        let server = Server::start(move |_, request| {
            let answer = Answer::Range(whole.clone(), Some("one"));
            if start(request.range.as_deref()) == 0 {
                answer
            } else {
                Answer::Late(Duration::from_secs(600), answer.into())
            }
        });
        let (place, cancel) = server.place("part");
        let mut stream = Stream::open(&place).unwrap();
        let mut buffer = vec![0; FRONT as usize];
        assert_eq!(stream.read_some(&mut buffer).unwrap() as u64, FRONT);
        cancel.store(true, Ordering::Relaxed);
        assert!(stream.read_some(&mut buffer).is_err());
        cancel.store(false, Ordering::Relaxed);
        assert!(stream.read_some(&mut buffer).is_err());
    }

    #[test]
    fn whoever_only_looks_at_the_front_asks_for_no_more() {
        let whole = vec![7; (FRONT + 9 * PIECE) as usize];
        let server = Server::start(move |_, _| Answer::Range(whole.clone(), Some("one")));
        let mut stream = Stream::open(&server.place("part").0).unwrap();
        let mut buffer = vec![0; FRONT as usize / 2];
        stream.read_some(&mut buffer).unwrap();
        assert_eq!(server.asked().len(), 1);
        stream.read_some(&mut buffer).unwrap();
        stream.read_some(&mut buffer).unwrap();
        assert!(server.asked().len() <= 2 + AHEAD, "{:?}", server.asked());
    }

    #[test]
    fn without_an_etag_another_size_shows_a_change() {
        let [one, other] = [0, 9].map(|more| vec![7; (FRONT + PIECE) as usize + more]);
        let server =
            Server::start(move |number, _| Answer::Range(if number == 0 { one.clone() } else { other.clone() }, None));
        let mut stream = Stream::open(&server.place("part").0).unwrap();
        let mut buffer = vec![0; FRONT as usize];
        stream.read_some(&mut buffer).unwrap();
        let error = stream.read_some(&mut buffer).unwrap_err().to_string();
        assert!(error.contains("was replaced or deleted while it was read"), "{error}");
    }
}
