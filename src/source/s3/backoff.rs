//! How long to wait before a try is made again: twice as long each time, by chance a little less.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Before the second try.
const FIRST: Duration = Duration::from_millis(200);
/// At most.
const LONGEST: Duration = Duration::from_secs(20);
/// How often a range is asked for again without a single byte having come.
const TRIES: u32 = 8;

/// Counts tries that brought nothing.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failed: u32,
}

impl Backoff {
    /// Bytes have come: what failed before does not count.
    pub(super) fn reset(&mut self) {
        self.failed = 0;
    }

    /// How long to wait; nothing once it has failed too often.
    pub(super) fn next(&mut self) -> Option<Duration> {
        self.failed += 1;
        (self.failed < TRIES).then(|| Self::wait(self.failed, RandomState::new().hash_one(self.failed)))
    }

    /// Between a half and the whole of the time, so that many readers do not come back at once.
    fn wait(failed: u32, chance: u64) -> Duration {
        let whole = FIRST.saturating_mul(1 << (failed - 1).min(16)).min(LONGEST);
        whole / 2 + (whole / 2).mul_f64((chance % 1_024) as f64 / 1_024.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, FIRST, LONGEST, TRIES};

    #[test]
    fn waits_grow_to_a_bound_and_end() {
        for failed in 1..40 {
            let [least, most] = [0, 1_023].map(|chance| Backoff::wait(failed, chance));
            assert!(least >= FIRST / 2 && least <= most && most <= LONGEST, "{failed}: {least:?} {most:?}");
        }
        let mut backoff = Backoff::default();
        assert_eq!(std::iter::from_fn(|| backoff.next()).count(), TRIES as usize - 1);
        backoff.reset();
        assert!(backoff.next().is_some());
    }
}
