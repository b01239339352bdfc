//! Two sides held against each other without keeping what they hold.
//!
//! Nearly every object of a bucket stays as it is. So the keys of both sides fall into groups, and of each group and side
//! one sum is kept, over keyed digests of bucket, key and content. Where the sums agree, both sides hold the same; the rows of
//! the other groups are read once more and meet key by key, and so do, at once, those that need their keys anyway: what
//! the plan names, and what was written since *before* was listed.
//!
//! Two different sets agree by chance with one in 2^128: the digests are SipHash-1-3 of 128 bits, with a key drawn for
//! this process, so that nobody can make sets which agree.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use siphasher::sip128::SipHasher13;

use crate::audit::migrate::prefixes::{Moved, PrefixMoves};
use crate::audit::migrate::record::Put as _;
use crate::migration::Content;
use crate::model::Millis;
use crate::references::References;
use crate::references::hash_filter::HashFilter;
use crate::results::partitions::Partitions;
use crate::results::plan::Amount;

/// How many groups there are. At two hundred million objects a group holds two hundred.
const GROUPS: usize = 1 << 20;
/// The most keys of a plan that its filter has room for; with more of them it only says yes more often.
const MOST_PLANNED: usize = 1 << 24;

/// Of each group the sum of the digests of one side.
#[derive(Debug)]
struct Sums(Vec<[AtomicU64; 2]>);

impl Sums {
    fn new() -> Self {
        Self((0..GROUPS).map(|_| Default::default()).collect())
    }

    fn add(&self, group: usize, digest: [u64; 2]) {
        let sum = &self.0[group];
        sum.iter().zip(digest).for_each(|(sum, part)| {
            sum.fetch_add(part, Ordering::Relaxed);
        });
    }
}

/// The groups of which both sides do not hold the same, a bit each.
#[derive(Debug)]
pub(super) struct Differing(Vec<u64>);

impl Differing {
    pub(super) fn holds(&self, group: usize) -> bool {
        self.0[group / 64] & 1 << (group % 64) != 0
    }
}

/// Both sides.
#[derive(Debug)]
pub(in crate::audit) struct Sides {
    /// Moves, checksums, and the objects that meet key by key.
    pub(super) keys: Partitions,
    /// The keys that the plan names, nearly: it may say yes without cause, and never no.
    planned: HashFilter,
    moved: Moved,
    /// When *before* was listed.
    before_at: Option<Millis>,
    digests: SipHasher13,
    before: Sums,
    after: Sums,
    shared: Mutex<Shared>,
}

/// What threads add up.
#[derive(Debug, Default)]
struct Shared {
    /// The objects of *before* that are only in its sums.
    summed: Amount,
    prefixes: PrefixMoves,
}

impl Sides {
    /// Of nothing yet; the plan is for so many objects.
    pub(super) fn new(keys: Partitions, legacy: u64) -> Self {
        let random = || foldhash::fast::RandomState::default().hash_one(0_u8);
        let room = usize::try_from(legacy.saturating_mul(2)).unwrap_or(MOST_PLANNED).min(MOST_PLANNED);
        Self {
            keys,
            planned: HashFilter::with_room(room),
            moved: Moved::nothing(),
            before_at: None,
            digests: SipHasher13::new_with_keys(random(), random()),
            before: Sums::new(),
            after: Sums::new(),
            shared: Mutex::default(),
        }
    }

    /// Sets when *before* was listed.
    pub(super) fn listed_at(&mut self, before_at: Option<Millis>) {
        self.before_at = before_at;
    }

    /// The plan has a row for a key.
    pub(super) fn plan_names(&mut self, bucket: u16, key: &str) {
        self.planned.insert(hash(bucket, key.as_bytes()));
    }

    /// By the plan a copy is to be at a new key.
    pub(super) fn plan_moves(&mut self, bucket: u16, old_key: &str, new_key: &str) {
        self.plan_names(bucket, new_key);
        self.moved.note(bucket, old_key);
    }

    /// From now on it is noted below which prefixes that records name something stays.
    pub(in crate::audit) fn follow(&mut self, references: &References) {
        let prefixes = PrefixMoves::of(references).among(&self.moved);
        self.shared().prefixes = prefixes;
    }

    /// Whether an object meets its like key by key in any case.
    pub(super) fn meets(&self, hash: u64, modified: Option<Millis>) -> bool {
        self.planned.may_hold(hash) || modified.zip(self.before_at).is_some_and(|(modified, at)| modified > at)
    }

    /// Adds an object to the sums of a side; `bytes` is room to work in.
    pub(super) fn sum(
        &self,
        is_after: bool,
        hash: u64,
        (bucket, key): (u16, &[u8]),
        content: Content,
        bytes: &mut Vec<u8>,
    ) {
        bytes.clear();
        bytes.extend_from_slice(&bucket.to_le_bytes());
        bytes.content(content);
        bytes.extend_from_slice(key);
        let digest = self.digests.hash(bytes);
        let sums = if is_after { &self.after } else { &self.before };
        sums.add(group(hash), [digest.h1, digest.h2]);
    }

    /// Takes over what one thread added up.
    pub(super) fn absorb(&self, summed: Amount, prefixes: Option<&PrefixMoves>) {
        let mut shared = self.shared();
        shared.summed += summed;
        prefixes.into_iter().for_each(|prefixes| shared.prefixes.absorb(prefixes));
    }

    /// Objects of *before* that were summed meet key by key after all.
    pub(super) fn take_back(&self, summed: Amount) {
        let mut shared = self.shared();
        shared.summed.objects -= summed.objects;
        shared.summed.bytes -= summed.bytes;
    }

    /// The objects of *before* that are only in its sums, and the prefixes in which something stays.
    pub(super) fn summed(&self) -> (Amount, PrefixMoves) {
        let shared = self.shared();
        (shared.summed, shared.prefixes.clone())
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The groups of which both sides do not hold the same, if there are any.
    pub(super) fn differing(&self) -> Option<Differing> {
        let value = |sum: &[AtomicU64; 2]| sum.each_ref().map(|part| part.load(Ordering::Relaxed));
        let mut bits = vec![0_u64; GROUPS / 64];
        for (group, (before, after)) in self.before.0.iter().zip(&self.after.0).enumerate() {
            bits[group / 64] |= u64::from(value(before) != value(after)) << (group % 64);
        }
        bits.iter().any(|word| *word != 0).then_some(Differing(bits))
    }
}

/// The hash of a key, the same in every run: what falls into one group does not depend on chance.
pub(super) fn hash(bucket: u16, key: &[u8]) -> u64 {
    let mut hasher = foldhash::fast::FixedState::with_seed(u64::from(bucket)).build_hasher();
    hasher.write(key);
    hasher.finish()
}

/// The group of a key with this hash.
pub(super) fn group(hash: u64) -> usize {
    // Not the bits by which a filter chooses.
    (hash >> 20) as usize % GROUPS
}
