//! Two sides held against each other without keeping what they hold.
//!
//! Nearly every object of a bucket stays as it is. So the keys of both sides fall into groups, and of each group and
//! side one sum is kept, over keyed digests of bucket, key and content. Where the sums agree, both sides hold the same;
//! the rows of the other groups are read once more and meet key by key, and so do, at once, those that need their keys
//! anyway: what the plan names, and what was written since *before* was listed.
//!
//! Two different sets agree by chance with one in 2^128: the digests are SipHash-1-3 of 128 bits, keyed from the system's
//! randomness in each process. The second reading takes out of the sums what the first put in, so that an inventory
//! which changed in between is noticed.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use siphasher::sip128::SipHasher13;

use crate::audit::migrate::prefixes::{OldPlaces, PrefixMoves};
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
        self.0[group].iter().zip(digest).for_each(|(sum, part)| {
            sum.fetch_add(part, Ordering::Relaxed);
        });
    }

    fn take(&self, group: usize, digest: [u64; 2]) {
        self.add(group, digest.map(u64::wrapping_neg));
    }

    fn get(&self, group: usize) -> [u64; 2] {
        self.0[group].each_ref().map(|part| part.load(Ordering::Relaxed))
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

/// An object as the sums know it.
#[derive(Clone, Copy)]
pub(super) struct Summed<'k> {
    pub(super) bucket: u16,
    pub(super) key: &'k [u8],
    pub(super) content: Content,
    /// The [`hash`] of its key.
    pub(super) hash: u64,
}

/// Both sides.
#[derive(Debug)]
pub(in crate::audit) struct Sides {
    /// Moves, checksums, and the objects that meet key by key.
    pub(super) keys: Partitions,
    /// The keys that the plan names, nearly: it may say yes without cause, and never no.
    planned: HashFilter,
    old: OldPlaces,
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
    open: Open,
}

/// What the objects of *before* that are only in its sums leave open.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Open {
    /// Of so many neither size nor MD5 is told: they look as they did, which proves nothing.
    pub(super) untold: u64,
    /// So many would move by this layout, and are in no plan.
    pub(super) unplanned: u64,
}

impl Sides {
    /// Of nothing yet; the plan is for so many objects.
    pub(super) fn new(keys: Partitions, legacy: u64) -> Self {
        let random = || std::hash::RandomState::new().hash_one(0_u8);
        let room = usize::try_from(legacy.saturating_mul(2)).unwrap_or(MOST_PLANNED).min(MOST_PLANNED);
        Self {
            keys,
            planned: HashFilter::with_room(room),
            old: OldPlaces::none(),
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

    /// The plan has a row for an old key.
    pub(super) fn plan_names(&mut self, bucket: u16, old_key: &str) {
        self.planned.insert(hash(bucket, old_key.as_bytes()));
        self.old.note(bucket, old_key);
    }

    /// By the plan a copy is to be at a new key.
    pub(super) fn plan_fills(&mut self, bucket: u16, new_key: &str) {
        self.planned.insert(hash(bucket, new_key.as_bytes()));
    }

    /// From now on it is noted below which prefixes that records name something stays.
    pub(in crate::audit) fn follow(&mut self, references: &References) {
        let prefixes = PrefixMoves::of(references).among(&self.old);
        self.shared().prefixes = prefixes;
    }

    /// Whether an object meets its like key by key in any case.
    pub(super) fn meets(&self, hash: u64, modified: Option<Millis>) -> bool {
        self.planned.may_hold(hash) || modified.zip(self.before_at).is_some_and(|(modified, at)| modified > at)
    }

    /// Adds an object to the sums of a side; `bytes` is room to work in.
    pub(super) fn sum(&self, is_after: bool, object: Summed<'_>, bytes: &mut Vec<u8>) {
        self.sums(is_after).add(group(object.hash), self.digest(object, bytes));
    }

    /// Takes an object out again.
    pub(super) fn take(&self, is_after: bool, object: Summed<'_>, bytes: &mut Vec<u8>) {
        self.sums(is_after).take(group(object.hash), self.digest(object, bytes));
    }

    fn digest(&self, object: Summed<'_>, bytes: &mut Vec<u8>) -> [u64; 2] {
        bytes.clear();
        bytes.extend_from_slice(&object.bucket.to_le_bytes());
        bytes.content(object.content);
        bytes.extend_from_slice(object.key);
        let digest = self.digests.hash(bytes);
        [digest.h1, digest.h2]
    }

    const fn sums(&self, is_after: bool) -> &Sums {
        if is_after { &self.after } else { &self.before }
    }

    /// Takes over what one thread added up.
    pub(super) fn absorb(&self, summed: Amount, prefixes: Option<&PrefixMoves>, open: Open) {
        let mut shared = self.shared();
        shared.summed += summed;
        shared.open.untold += open.untold;
        shared.open.unplanned += open.unplanned;
        prefixes.into_iter().for_each(|prefixes| shared.prefixes.absorb(prefixes));
    }

    /// Objects of *before* that were summed meet key by key after all.
    pub(super) fn take_back(&self, taken: Amount, open: Open) {
        let Shared { summed, open: of_summed, .. } = &mut *self.shared();
        // More than there was is noticed by `is_taken`.
        for (sum, less) in [
            (&mut summed.objects, taken.objects),
            (&mut summed.bytes, taken.bytes),
            (&mut of_summed.untold, open.untold),
            (&mut of_summed.unplanned, open.unplanned),
        ] {
            *sum = sum.saturating_sub(less);
        }
    }

    /// The objects of *before* that are only in its sums: once the others are taken out, those that are as they were.
    pub(super) fn summed(&self) -> Amount {
        self.shared().summed
    }

    /// What those leave open.
    pub(super) fn open(&self) -> Open {
        self.shared().open
    }

    /// The prefixes that are followed, and what is known of each.
    pub(super) fn prefixes(&self) -> PrefixMoves {
        self.shared().prefixes.clone()
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The groups of which both sides do not hold the same, if there are any.
    pub(super) fn differing(&self) -> Option<Differing> {
        let mut bits = vec![0_u64; GROUPS / 64];
        for group in 0..GROUPS {
            bits[group / 64] |= u64::from(self.before.get(group) != self.after.get(group)) << (group % 64);
        }
        bits.iter().any(|word| *word != 0).then_some(Differing(bits))
    }

    /// Whether all that was put into the sums of these groups was taken out again.
    pub(super) fn is_taken(&self, differing: &Differing) -> bool {
        let empty = |group: usize| [&self.before, &self.after].iter().all(|sums| sums.get(group) == [0, 0]);
        (0..GROUPS).filter(|&group| differing.holds(group)).all(empty)
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
    (hash >> 32) as usize % GROUPS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Sides, Summed, group, hash};
    use crate::migration::Content;
    use crate::results::partitions::Partitions;

    type Object = (u16, String, Option<u64>, bool);

    fn of((bucket, key, size, has_md5): &Object) -> Summed<'_> {
        let content = Content { size: *size, md5: has_md5.then_some([7; 16]) };
        Summed { bucket: *bucket, key: key.as_bytes(), content, hash: hash(*bucket, key.as_bytes()) }
    }

    fn objects() -> impl Strategy<Value = BTreeSet<Object>> {
        prop::collection::btree_set((0_u16..2, "[ab]{0,3}", prop::option::of(0_u64..2), any::<bool>()), 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn groups_differ_exactly_where_both_sides_do(before in objects(), after in objects(), same in objects()) {
            let (sides, room) = (Sides::new(Partitions::new(None, 0, 1), 0), &mut Vec::new());
            let whole = |own: &BTreeSet<Object>| own.union(&same).cloned().collect::<BTreeSet<_>>();
            let (before, after) = (whole(&before), whole(&after));
            before.iter().for_each(|object| sides.sum(false, of(object), room));
            // In another order.
            after.iter().rev().for_each(|object| sides.sum(true, of(object), room));
            let expected: BTreeSet<usize> =
                before.symmetric_difference(&after).map(|object| group(of(object).hash)).collect();
            let Some(differing) = sides.differing() else {
                prop_assert!(expected.is_empty());
                return Ok(());
            };
            prop_assert_eq!((0..super::GROUPS).filter(|&group| differing.holds(group)).collect::<BTreeSet<_>>(), expected);
            let again = |object: &&Object| differing.holds(group(of(object).hash));
            let mut read: Vec<(bool, &Object)> = before.iter().filter(again).map(|object| (false, object)).collect();
            read.extend(after.iter().filter(again).map(|object| (true, object)));
            let (last, others) = read.split_last().unwrap();
            others.iter().for_each(|(is_after, object)| sides.take(*is_after, of(object), room));
            prop_assert!(!sides.is_taken(&differing), "one is missing in the second reading");
            sides.take(last.0, of(last.1), room);
            prop_assert!(sides.is_taken(&differing));
        }
    }

    #[test]
    fn what_the_plan_names_and_what_is_younger_than_before_meets_key_by_key() {
        let mut sides = Sides::new(Partitions::new(None, 0, 1), 1);
        sides.plan_names(0, "old/a");
        sides.plan_fills(0, "new/a");
        sides.listed_at(Some(10));
        assert!(["old/a", "new/a"].iter().all(|key| sides.meets(hash(0, key.as_bytes()), Some(1))));
        let other = hash(0, b"other");
        assert_eq!([None, Some(10), Some(11)].map(|modified| sides.meets(other, modified)), [false, false, true]);
    }
}
