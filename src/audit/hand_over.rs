//! Work that passes from threads with a file of their own to threads that found none left, so that the last and the
//! largest part of an inventory keep every thread busy.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Pieces on their way from readers to idle threads: never more than there are idle threads.
pub(super) struct HandOver<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    readers: usize,
    idle: usize,
    pieces: VecDeque<T>,
}

/// A thread that may still offer something; dropped, it no longer does, however it ended.
pub(super) struct Reader<'h, T>(&'h HandOver<T>);

impl<T> HandOver<T> {
    /// For so many readers, each of which takes its [`HandOver::reader`].
    pub(super) fn new(readers: usize) -> Self {
        Self { state: Mutex::new(State { readers, idle: 0, pieces: VecDeque::new() }), changed: Condvar::new() }
    }

    /// One of the readers.
    pub(super) fn reader(&self) -> Reader<'_, T> {
        Reader(self)
    }

    /// A piece of another thread's work; `None` once no reader is left. Waits for one of both.
    pub(super) fn take(&self) -> Option<T> {
        let mut state = self.state();
        state.idle += 1;
        loop {
            if let Some(piece) = state.pieces.pop_front() {
                state.idle -= 1;
                return Some(piece);
            }
            if state.readers == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Reader<'_, T> {
    /// Whether a piece would be taken now.
    pub(super) fn is_wanted(&self) -> bool {
        let state = self.0.state();
        state.pieces.len() < state.idle
    }

    /// Gives a piece to an idle thread, or back if there is none.
    pub(super) fn offer(&self, piece: T) -> Option<T> {
        let mut state = self.0.state();
        if state.pieces.len() >= state.idle {
            return Some(piece);
        }
        state.pieces.push_back(piece);
        drop(state);
        self.0.changed.notify_one();
        None
    }
}

impl<T> Drop for Reader<'_, T> {
    fn drop(&mut self) {
        self.0.state().readers -= 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::HandOver;

    #[test]
    fn every_piece_is_worked_on_once_by_one_of_the_threads() {
        for readers in [1, 3] {
            let hand_over = HandOver::new(readers);
            let (sum, given) = (AtomicU64::new(0), AtomicU64::new(0));
            thread::scope(|scope| {
                for _ in 0..readers {
                    scope.spawn(|| {
                        let reader = hand_over.reader();
                        for piece in 1..=10_000_u64 {
                            match reader.offer(piece) {
                                Some(own) => sum.fetch_add(own, Ordering::Relaxed),
                                None => given.fetch_add(1, Ordering::Relaxed),
                            };
                        }
                    });
                }
                for _ in 0..2 {
                    scope.spawn(|| {
                        while let Some(piece) = hand_over.take() {
                            sum.fetch_add(piece, Ordering::Relaxed);
                        }
                    });
                }
            });
            assert_eq!(sum.into_inner(), readers as u64 * 50_005_000, "{given:?} pieces given away");
        }
    }

    #[test]
    fn nobody_waits_for_a_reader_that_failed() {
        let hand_over = HandOver::<u8>::new(1);
        let failed = thread::scope(|scope| {
            let idle = scope.spawn(|| hand_over.take());
            let reader = scope.spawn(|| {
                let _reader = hand_over.reader();
                panic!("a file that cannot be read");
            });
            (reader.join().is_err(), idle.join().unwrap())
        });
        assert_eq!(failed, (true, None));
    }
}
