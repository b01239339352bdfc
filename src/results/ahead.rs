//! Decodes a table on a thread of its own, ahead of the one that takes its rows.

use std::io;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use arrow_array::RecordBatch;

use crate::results::error::ResultsError;

/// Batches that wait to be taken; more would only take memory.
const WAITING: usize = 2;

type Next = Result<Option<RecordBatch>, ResultsError>;

/// A thread that decodes one table. It is over before this is gone, also where nobody wants the rest.
pub(super) struct Ahead {
    file: String,
    batches: Option<Receiver<Next>>,
    thread: Option<JoinHandle<()>>,
}

impl Ahead {
    /// Starts the thread, which asks for batches until there are no more or one of them cannot be read.
    pub(super) fn start(file: String, mut read: impl FnMut() -> Next + Send + 'static) -> io::Result<Self> {
        let (send, batches) = sync_channel(WAITING);
        let thread = thread::Builder::new().name("rows".to_owned()).spawn(move || {
            loop {
                let next = read();
                let goes_on = matches!(next, Ok(Some(_)));
                if send.send(next).is_err() || !goes_on {
                    return;
                }
            }
        })?;
        Ok(Self { file, batches: Some(batches), thread: Some(thread) })
    }

    /// The next batch, if there is one; none after the last, nor after an error.
    pub(super) fn next_batch(&mut self) -> Next {
        let Some(batches) = &self.batches else { return Ok(None) };
        match batches.recv() {
            Ok(Ok(Some(batch))) => Ok(Some(batch)),
            Ok(end) => {
                self.stop();
                end
            }
            // It sends its last word before it ends, unless it panics.
            Err(_) => {
                self.stop();
                let source = "the thread that reads it panicked".into();
                Err(ResultsError::Parquet { file: self.file.clone(), source })
            }
        }
    }

    fn stop(&mut self) {
        // A thread that waits to hand over a batch learns that nobody takes it.
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use arrow_array::RecordBatch;
    use arrow_schema::Schema;

    use super::{Ahead, Next, WAITING};
    use crate::results::error::ResultsError;

    fn batch() -> RecordBatch {
        RecordBatch::new_empty(Arc::new(Schema::empty()))
    }

    /// As many batches, then something else; and how often was asked for one.
    fn started(batches: usize, then: impl Fn() -> Next + Send + 'static) -> (Ahead, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let read = move || if count.fetch_add(1, Ordering::SeqCst) < batches { Ok(Some(batch())) } else { then() };
        (Ahead::start("a file".to_owned(), read).unwrap(), asked)
    }

    fn taken(ahead: &mut Ahead) -> usize {
        std::iter::from_fn(|| ahead.next_batch().unwrap()).count()
    }

    #[test]
    fn every_batch_comes_and_then_none() {
        let (mut ahead, asked) = started(7, || Ok(None));
        assert_eq!(taken(&mut ahead), 7);
        assert!(ahead.next_batch().unwrap().is_none());
        assert_eq!(asked.load(Ordering::SeqCst), 8);
    }

    #[test]
    fn an_error_and_a_panic_come_after_what_was_read() {
        for then in [|| Err(ResultsError::Interrupted), || -> Next { std::panic::resume_unwind(Box::new("torn")) }] {
            let (mut ahead, _) = started(1, then);
            assert!(ahead.next_batch().unwrap().is_some());
            assert!(ahead.next_batch().is_err());
            assert!(ahead.next_batch().unwrap().is_none(), "an error is told once");
        }
    }

    #[test]
    fn what_nobody_takes_is_not_read() {
        let (mut ahead, asked) = started(usize::MAX, || Ok(None));
        assert!(ahead.next_batch().unwrap().is_some());
        drop(ahead);
        // One taken, those that wait, and one in the thread's hand before and after it was taken.
        assert!(asked.load(Ordering::SeqCst) <= WAITING + 3);
    }
}
