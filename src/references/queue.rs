//! What threads that read records share, and what is on its way there: one index for each bucket, in which keys and
//! folders are entered some at a time. So the lock is taken once for all of them, and the waits for memory overlap: each
//! finds its slot, its text and its folder somewhere else in hundreds of megabytes.

use std::hint::black_box;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::references::build::Builder;
use crate::references::fold::FoldHasher;
use crate::references::folders::{self, Covered};
use crate::references::index::{BucketIndex, role};
use crate::references::records::References;

/// What enters together: as many loads are under way at once.
const GROUP: usize = 64;
/// What waits at most while another thread has the index.
const MOST_WAITING: usize = 8 * GROUP;

/// The indexes of all buckets while records are read.
#[derive(Debug, Clone)]
pub(super) struct SharedIndexes(Arc<[Mutex<BucketIndex>]>);

impl SharedIndexes {
    /// Empty ones for so many buckets.
    pub(super) fn new(buckets: usize) -> Self {
        Self((0..buckets).map(|_| Mutex::default()).collect())
    }

    /// The index of a bucket, for this thread alone as long as it holds it.
    pub(super) fn of(&self, bucket: u16) -> MutexGuard<'_, BucketIndex> {
        // A thread that panicked ends the audit in any case.
        self.0[usize::from(bucket)].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no thread has the index of a bucket at the moment.
    fn is_free(&self, bucket: u16) -> bool {
        self.0[usize::from(bucket)].try_lock().is_ok()
    }

    /// The indexes as they are, complete.
    pub(super) fn take(&self) -> Vec<BucketIndex> {
        let buckets = 0..self.0.len() as u16;
        buckets.map(|bucket| std::mem::take(&mut *self.of(bucket))).collect()
    }
}

/// Keys that references name and folders that records claim, each with what has to be noted of it.
#[derive(Debug, Default)]
pub(super) struct Queue {
    list: Vec<Waiting>,
    /// Keys and folders, one behind another.
    texts: String,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    bucket: u16,
    /// Where its text stands.
    start: usize,
    end: usize,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    Key { reference: u32, hash: u64, covered: Option<Covered>, is_asked_for: bool, is_versioned: bool },
    Claim { area: u16, hash: u32, unfinished: bool },
}

impl Builder<'_> {
    /// Lets a key wait that a reference names: with the folder that it covers, whether somebody may ask for its
    /// directory, and whether the reference is to a version that is noted with what is odd about it.
    pub(super) fn enqueue_key(
        &mut self,
        reference: u32,
        bucket: u16,
        key: &str,
        covered: Option<Covered>,
        is_asked_for: bool,
        is_versioned: bool,
    ) {
        let hash = FoldHasher::default().key(key.as_bytes());
        self.enqueue(bucket, key, What::Key { reference, hash, covered, is_asked_for, is_versioned });
    }

    /// Lets a folder wait that a record claims.
    pub(super) fn enqueue_claim(&mut self, bucket: u16, area: u16, folder: &str, unfinished: bool) {
        let hash = folders::hash(area, folder.as_bytes());
        self.enqueue(bucket, folder, What::Claim { area, hash, unfinished });
    }

    fn enqueue(&mut self, bucket: u16, text: &str, what: What) {
        let start = self.queue.texts.len();
        self.queue.texts.push_str(text);
        self.queue.list.push(Waiting { bucket, start, end: self.queue.texts.len(), what });
        let waiting = self.queue.list.len();
        if waiting >= MOST_WAITING || (waiting.is_multiple_of(GROUP) && self.indexes.is_free(bucket)) {
            self.enter_all();
        }
    }

    /// Enters all that waits: from now on its references have targets.
    pub(super) fn enter_all(&mut self) {
        let mut queue = std::mem::take(&mut self.queue);
        queue.list.sort_by_key(|waiting| waiting.bucket);
        for group in queue.list.chunk_by(|one, other| one.bucket == other.bucket) {
            let index = &mut *self.indexes.of(group[0].bucket);
            for group in group.chunks(GROUP) {
                touch(index, group);
                group.iter().for_each(|waiting| self.references.enter(index, waiting, &queue.texts));
            }
        }
        queue.list.clear();
        queue.texts.clear();
        self.queue = queue;
    }
}

/// Reads what entering these will read, a kind at a time, so that the loads overlap.
fn touch(index: &BucketIndex, group: &[Waiting]) {
    let found = |waiting: &Waiting| match waiting.what {
        What::Key { hash, covered, .. } => {
            [index.touch(hash), covered.and_then(|covered| index.touch_folder(covered.hash))]
        }
        What::Claim { hash, .. } => [None, index.touch_folder(hash)],
    };
    let mut numbers = [[None; 2]; GROUP];
    numbers.iter_mut().zip(group).for_each(|(numbers, waiting)| *numbers = found(waiting));
    let numbers = numbers.iter().flatten().flatten();
    black_box(numbers.fold(0, |all, &number| all ^ index.touch_text(number)));
}

impl References {
    /// Enters one that waited; a reference has its target from now on.
    fn enter(&mut self, index: &mut BucketIndex, waiting: &Waiting, texts: &str) {
        let text = &texts[waiting.start..waiting.end];
        match waiting.what {
            What::Key { reference, hash, covered, is_asked_for, is_versioned } => {
                let number = index.key_hashed(text, hash, role::NAMED);
                index.note(number, covered, is_asked_for);
                self.list.get_mut(reference).target = number;
                let odd = self.odd.get(&reference).filter(|_| is_versioned);
                if let Some(version) = odd.and_then(|odd| odd.version.as_deref()) {
                    index.ask_version(number, version);
                }
            }
            What::Claim { area, hash, unfinished } => index.claim(area, hash, text, unfinished),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{BucketIndex, Builder, GROUP, MOST_WAITING, SharedIndexes};
    use crate::layout::{Layout, config};
    use crate::references::Declarations;
    use crate::references::records::{Flags, NONE, Reference};

    const BUCKETS: usize = 2;

    fn layout() -> Layout {
        let configuration = b"version = 1\n[[bucket]]\nname = 'one'\n[[bucket]]\nname = 'two'\n";
        Layout::compile(config::parse(Path::new("stocktake.toml"), configuration, &[]).unwrap()).unwrap()
    }

    /// The key of a reference: of three, two name the same one.
    fn key(number: usize) -> String {
        format!("video/{:05}", number - usize::from(number % 3 == 1))
    }

    /// References one after another, in turns to either bucket, and a claim beside each.
    fn enqueue(builder: &mut Builder<'_>, numbers: std::ops::Range<usize>) {
        for number in numbers {
            let bucket = (number / 3 % BUCKETS) as u16;
            let reference = Reference { place: 0, target: NONE, bucket, flags: Flags::KEY };
            let reference = builder.references.list.push(reference);
            builder.enqueue_key(reference, bucket, &key(number), None, true, false);
            builder.enqueue_claim(bucket, 0, &format!("{}/", key(number)), false);
        }
    }

    /// Holds every reference against the key that it was enqueued with.
    #[track_caller]
    fn all_have_targets(builder: &Builder<'_>, indexes: &[BucketIndex], first: usize) {
        for (number, reference) in (first..).zip(builder.references.list.iter()) {
            let index = &indexes[usize::from(reference.bucket)];
            assert_eq!(index.key_text(reference.target), key(number), "{number}");
            assert!(index.covers(0, format!("{}/", key(number)).as_bytes()), "{number}");
        }
    }

    #[test]
    fn nothing_that_waited_is_lost_and_nothing_waits_in_the_end() {
        let layout = layout();
        let declarations = Declarations::new(layout.spec());
        for count in [0, 1, GROUP - 1, GROUP, GROUP + 1, 3 * MOST_WAITING + 5] {
            let mut builder = Builder::new(&layout, &declarations, SharedIndexes::new(BUCKETS));
            enqueue(&mut builder, 0..count);
            builder.enter_all();
            assert!(builder.queue.list.is_empty() && builder.queue.texts.is_empty(), "{count}");
            let indexes = builder.indexes.take();
            all_have_targets(&builder, &indexes, 0);
            let keys: usize = indexes.iter().map(BucketIndex::keys).sum();
            assert_eq!(keys, count - (count + 1) / 3, "{count}");
        }
    }

    #[test]
    fn all_wait_while_another_thread_has_the_index() {
        let layout = layout();
        let declarations = Declarations::new(layout.spec());
        let mut builder = Builder::new(&layout, &declarations, SharedIndexes::new(BUCKETS));
        let others = builder.indexes.clone();
        let (one, two) = (others.of(0), others.of(1));
        enqueue(&mut builder, 0..MOST_WAITING / 2 - 1);
        assert_eq!(builder.queue.list.len(), MOST_WAITING - 2);
        assert!(builder.references.list.iter().all(|reference| reference.target == NONE));
        drop((one, two));
        enqueue(&mut builder, MOST_WAITING / 2 - 1..MOST_WAITING / 2);
        assert!(builder.queue.list.is_empty());
        all_have_targets(&builder, &others.take(), 0);
    }

    #[test]
    fn threads_that_name_the_same_keys_enter_each_once() {
        const COUNT: usize = 4 * MOST_WAITING;
        let layout = layout();
        let declarations = Declarations::new(layout.spec());
        let indexes = SharedIndexes::new(BUCKETS);
        let starts = [0, 3 * GROUP, 6 * GROUP];
        let builders = std::thread::scope(|scope| {
            let threads = starts.map(|start| {
                let mut builder = Builder::new(&layout, &declarations, indexes.clone());
                scope.spawn(move || {
                    enqueue(&mut builder, start..start + COUNT);
                    builder.enter_all();
                    builder
                })
            });
            threads.map(|thread| thread.join().unwrap())
        });
        let indexes = indexes.take();
        for (builder, start) in builders.iter().zip(starts) {
            all_have_targets(builder, &indexes, start);
        }
        let last = starts[2] + COUNT;
        let keys: usize = indexes.iter().map(BucketIndex::keys).sum();
        assert_eq!(keys, last - (last + 1) / 3);
    }
}
