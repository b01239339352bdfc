//! What one thread counts of the objects it saw, and how two such counts become one.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::audit::folder_table::Folders;
use crate::audit::folder_tally::FolderRun;
use crate::model::{KeyClass, Millis, ReferenceClass, Severity};
use crate::references::BucketIndex;

/// Objects and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

impl Amount {
    pub(super) fn add(&mut self, bytes: u64) {
        self.objects += 1;
        // An inventory may state any size.
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    /// Takes away what was merged before.
    pub(super) fn take(&mut self, part: Self) {
        self.objects -= part.objects;
        self.bytes = self.bytes.saturating_sub(part.bytes);
    }
}

/// A modification time that is not known: older than all.
pub(super) const NEVER: Millis = Millis::MIN;

/// One area of one bucket, or one legacy generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AreaTally {
    pub(super) all: Amount,
    pub(super) compliant: Amount,
    pub(super) violating: u64,
    pub(super) referenced: u64,
    /// What no record names or covers and is no orphan for all that: expected, or mentioned.
    pub(super) spared: u64,
    pub(super) orphans: Amount,
    pub(super) near_misses: u64,
    pub(super) newest: Millis,
}

impl Default for AreaTally {
    fn default() -> Self {
        let none = Amount::default();
        let (violating, referenced, spared, near_misses) = (0, 0, 0, 0);
        let (all, compliant, orphans) = (none, none, none);
        Self { all, compliant, violating, referenced, spared, orphans, near_misses, newest: NEVER }
    }
}

impl AreaTally {
    /// Those of which R302 could say whether they are orphans.
    pub(super) fn orphans_or_not(&self) -> u64 {
        self.referenced + self.spared + self.orphans.objects
    }

    fn merge(&mut self, other: &Self) {
        self.all.merge(other.all);
        self.compliant.merge(other.compliant);
        self.violating += other.violating;
        self.referenced += other.referenced;
        self.spared += other.spared;
        self.orphans.merge(other.orphans);
        self.near_misses += other.near_misses;
        self.newest = self.newest.max(other.newest);
    }
}

/// Labels of orphans by age at the exports' time, with each label's upper bound in days.
pub(super) const AGES: [(&str, i64); 4] =
    [("under 30 days", 30), ("30 to 90 days", 90), ("90 days to a year", 365), ("over a year", i64::MAX)];
/// Labels of orphans by size, with each label's upper bound in bytes.
pub(super) const SIZES: [(&str, u64); 4] =
    [("under 1 MiB", 1 << 20), ("1 to 100 MiB", 100 << 20), ("100 MiB to 1 GiB", 1 << 30), ("over 1 GiB", u64::MAX)];

/// How many near keys are kept for a reference that nothing satisfies.
pub(super) const NEAREST: usize = 3;

/// The position of an area's tally, the class while the exceptions hold, and the exceptions with what they hide.
pub(super) type Undecided = (Option<usize>, KeyClass, Vec<(u16, Severity)>);

/// Everything one thread counted.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) rows: u64,
    pub(super) keys: [Amount; KeyClass::COUNT],
    pub(super) references: [Amount; ReferenceClass::COUNT],
    pub(super) noncurrent: Amount,
    pub(super) delete_markers: u64,
    /// At `bucket * areas + area`.
    pub(super) areas: Vec<AreaTally>,
    /// By bucket, area and generation.
    pub(super) legacy: HashMap<(u16, u16, u16), AreaTally>,
    /// By bucket: rows understood.
    pub(super) bucket_rows: Vec<u64>,
    pub(super) folders: Folders,
    /// The folders of other threads.
    pub(super) more_folders: Vec<Folders>,
    /// Folders that did not fit in memory.
    pub(super) spilled: Vec<FolderRun>,
    pub(super) spilled_folders: u64,
    pub(super) orphan_ages: [Amount; AGES.len()],
    pub(super) orphan_sizes: [Amount; SIZES.len()],
    /// (bucket, key of the index) → the least keys near it that exist.
    pub(super) near: HashMap<(u16, u32), Vec<Box<str>>>,
    /// (bucket, key of the index) → bytes of the object there, for those in an archive tier.
    pub(super) archived: HashMap<(u16, u32), u64>,
    /// Objects whose class hangs on exceptions with a limit.
    pub(super) undecided: HashMap<Undecided, Amount>,
    /// (bucket, position in `[naming] singular`): plural names met at a bucket's top.
    pub(super) plurals: Vec<bool>,
}

impl Partial {
    /// Nothing counted yet, of buckets with these indexes, so many areas, and so many plural names.
    pub(super) fn new(indexes: &Arc<[BucketIndex]>, areas: usize, plurals: usize) -> Self {
        let buckets = indexes.len();
        Self {
            rows: 0,
            keys: [Amount::default(); KeyClass::COUNT],
            references: [Amount::default(); ReferenceClass::COUNT],
            noncurrent: Amount::default(),
            delete_markers: 0,
            areas: vec![AreaTally::default(); buckets * areas],
            legacy: HashMap::new(),
            bucket_rows: vec![0; buckets],
            folders: Folders::beside(indexes),
            more_folders: Vec::new(),
            spilled: Vec::new(),
            spilled_folders: 0,
            orphan_ages: [Amount::default(); AGES.len()],
            orphan_sizes: [Amount::default(); SIZES.len()],
            near: HashMap::new(),
            archived: HashMap::new(),
            undecided: HashMap::new(),
            plurals: vec![false; buckets * plurals],
        }
    }

    /// Objects of which R302 could say whether they are orphans.
    pub(super) fn orphans_or_not(&self) -> u64 {
        let classes = ReferenceClass::ALL.iter().zip(&self.references);
        let told = classes.filter(|(class, _)| {
            !matches!(class, ReferenceClass::NotAsked | ReferenceClass::Unjudged | ReferenceClass::Deferred)
        });
        told.map(|(_, amount)| amount.objects).sum()
    }

    /// How many folders there are; one that was spilled several times counts as often.
    pub(super) fn folder_count(&self) -> u64 {
        let more: usize = self.more_folders.iter().map(Folders::len).sum();
        self.spilled_folders + (self.folders.len() + more) as u64
    }

    /// Notes that a key near one of the index exists.
    pub(super) fn add_near(&mut self, bucket: u16, number: u32, key: &str) {
        let kept = self.near.entry((bucket, number)).or_default();
        if let Err(position) = kept.binary_search_by(|known| (**known).cmp(key))
            && position < NEAREST
        {
            kept.truncate(NEAREST - 1);
            kept.insert(position, key.into());
        }
    }

    /// Notes that a named object lies in an archive tier; of several rows of one key the largest counts, whoever read it.
    pub(super) fn add_archived(&mut self, place: (u16, u32), bytes: u64) {
        let known = self.archived.entry(place).or_default();
        *known = bytes.max(*known);
    }

    /// Adds what another thread counted: associative, commutative, [`Partial::new`] its identity.
    pub(super) fn merge(&mut self, other: Self) {
        let amounts = |ours: &mut [Amount], theirs: &[Amount]| {
            ours.iter_mut().zip(theirs).for_each(|(ours, theirs)| ours.merge(*theirs));
        };
        self.rows += other.rows;
        amounts(&mut self.keys, &other.keys);
        amounts(&mut self.references, &other.references);
        self.noncurrent.merge(other.noncurrent);
        self.delete_markers += other.delete_markers;
        self.areas.iter_mut().zip(&other.areas).for_each(|(ours, theirs)| ours.merge(theirs));
        for (generation, tally) in other.legacy {
            self.legacy.entry(generation).or_default().merge(&tally);
        }
        self.bucket_rows.iter_mut().zip(other.bucket_rows).for_each(|(ours, theirs)| *ours += theirs);
        self.more_folders.push(other.folders);
        self.more_folders.extend(other.more_folders);
        self.spilled.extend(other.spilled);
        self.spilled_folders += other.spilled_folders;
        amounts(&mut self.orphan_ages, &other.orphan_ages);
        amounts(&mut self.orphan_sizes, &other.orphan_sizes);
        for ((bucket, number), keys) in other.near {
            keys.iter().for_each(|key| self.add_near(bucket, number, key));
        }
        other.archived.into_iter().for_each(|(place, bytes)| self.add_archived(place, bytes));
        for (what, amount) in other.undecided {
            self.undecided.entry(what).or_default().merge(amount);
        }
        self.plurals.iter_mut().zip(other.plurals).for_each(|(ours, theirs)| *ours |= theirs);
    }
}
