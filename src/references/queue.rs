//! Keys on their way into the index. They wait until there are some of them, so that the waits for memory overlap: each
//! finds its slot, its text and its folder somewhere else in hundreds of megabytes.

use std::hint::black_box;

use crate::references::build::Builder;
use crate::references::folders::Covered;
use crate::references::index::role;

/// Keys that enter together: as many loads are under way at once.
const GROUP: usize = 64;

/// Keys that references name, each with what has to be noted of it.
#[derive(Debug, Default)]
pub(super) struct KeyQueue {
    list: Vec<Waiting>,
    /// The keys, one behind another.
    texts: String,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    reference: u32,
    bucket: u16,
    is_asked_for: bool,
    covered: Option<Covered>,
    /// Where the key stands among the texts.
    start: usize,
    end: usize,
    hash: u64,
}

impl Builder<'_> {
    /// Lets a key wait that a reference names: with the folder that it covers, and whether somebody may ask for its
    /// directory.
    pub(super) fn enqueue(
        &mut self,
        reference: u32,
        bucket: u16,
        key: &str,
        covered: Option<(u16, u16)>,
        is_asked_for: bool,
    ) {
        let index = &self.references.buckets[usize::from(bucket)];
        let covered = covered.map(|(area, length)| index.covered(area, length, key));
        let (start, hash) = (self.queue.texts.len(), index.key_hash(key));
        self.queue.texts.push_str(key);
        let end = self.queue.texts.len();
        self.queue.list.push(Waiting { reference, bucket, is_asked_for, covered, start, end, hash });
        if self.queue.list.len() == GROUP {
            self.enter_keys();
        }
    }

    /// Enters the keys that wait: from now on their references have targets.
    pub(super) fn enter_keys(&mut self) {
        let mut queue = std::mem::take(&mut self.queue);
        let buckets = &mut self.references.buckets;
        let mut met = [(0, None, None); GROUP];
        for (met, waiting) in met.iter_mut().zip(&queue.list) {
            let index = &buckets[usize::from(waiting.bucket)];
            let folder = waiting.covered.and_then(|covered| index.touch_folder(covered));
            *met = (usize::from(waiting.bucket), index.touch(waiting.hash), folder);
        }
        let texts = |&(bucket, key, folder): &(usize, Option<u32>, Option<u32>)| {
            let index = &buckets[bucket];
            [key, folder].into_iter().flatten().fold(0, |warmth, number| warmth ^ index.touch_text(number))
        };
        black_box(met.iter().map(texts).fold(0, |all, warmth| all ^ warmth));
        for waiting in &queue.list {
            let index = &mut buckets[usize::from(waiting.bucket)];
            let number = index.key_hashed(&queue.texts[waiting.start..waiting.end], waiting.hash, role::NAMED);
            self.references.list.get_mut(waiting.reference).target = number;
            index.note(number, waiting.covered, waiting.is_asked_for);
        }
        queue.list.clear();
        queue.texts.clear();
        self.queue = queue;
    }
}
