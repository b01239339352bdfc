//! The folders that one thread met, with what it counted of each.
//!
//! Where rows come in no order, each is in a folder that was not looked at for long: what a row needs of its folder stands
//! in one line of the cache, and the name it is proven by in another.

use std::borrow::Cow;
use std::hint::black_box;
use std::io;
use std::sync::Arc;

use hashbrown::{HashMap, HashTable};

use crate::audit::case_twins::case_hash;
use crate::audit::folder_tally::{FolderOrder, FolderRun, FolderTally};
use crate::audit::names::{Name, Names};
use crate::audit::sort_by_text::sort_by_text;
use crate::audit::tally::{Amount, NEVER};
use crate::layout::Placed;
use crate::model::Millis;
use crate::references::CoveredFolder;
use crate::references::fold::spread;
use crate::references::index::BucketIndex;
use crate::references::texts::Column;
use crate::results::spill::Spill;

/// The number of a placement that is not known, or not kept as there were too many.
const UNKNOWN: u16 = u16::MAX;

/// Folders whose names are read ahead, where they are gone through.
const AHEAD: usize = 16;

/// Folders by number.
#[derive(Debug, Default)]
pub(super) struct Folders {
    table: HashTable<u32>,
    names: Names,
    list: Column<Folder>,
    /// Of the few folders that have some.
    faults: HashMap<u32, Faults>,
    /// By folder: its [`case_hash`], so that a table that grows reads no name.
    hashes: Column<u32>,
    /// How keys of folders were placed, each way once.
    placements: Vec<Placed>,
    placed: HashMap<Placed, u16>,
}

/// What each row of a folder reads or adds to: a line of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Folder {
    name: Name,
    bucket: u16,
    area: u16,
    /// The number of the placement that holds for all keys of it, or for those directly in it.
    place: u16,
    covered: bool,
    counts: Counts,
}

const _: () = assert!(size_of::<Folder>() == 64, "a folder fits in one line");

/// What objects add to their folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) all: Amount,
    pub(super) newest: Millis,
    /// Bit `n`: something satisfies the area's companion list `n`.
    pub(super) companions: u64,
    pub(super) referenced: u64,
}

/// What objects add that are not in order.
#[derive(Debug, Clone, Copy, Default)]
struct Faults {
    orphans: Amount,
    findings: u64,
}

impl Folders {
    /// None yet, beside the indexes of these buckets.
    pub(super) fn beside(buckets: &Arc<[BucketIndex]>) -> Self {
        Self { names: Names::beside(buckets), ..Self::default() }
    }

    /// The number of a folder, for a key in a directory of so many bytes. If it is new, `covered` looks whether records
    /// cover or claim it.
    pub(super) fn number(
        &mut self,
        bucket: u16,
        placed: Placed,
        directory: usize,
        folder: &[u8],
        covered: impl FnOnce() -> Option<CoveredFolder>,
    ) -> u32 {
        let area = placed.area;
        let hash = case_hash(bucket, area, folder);
        let found = self.find(hash, bucket, area, folder);
        let holds = placed.open || (placed.siblings && directory == folder.len());
        if let Some(number) = found {
            if holds && self.list.get(number).place == UNKNOWN {
                self.list.get_mut(number).place = self.placement(placed);
            }
            return number;
        }
        let covered = covered();
        let name = match covered.and_then(|folder| folder.key) {
            Some(place) => Names::of_key(bucket, place, folder.len()),
            // It ends with a `/` of a key, and keys are UTF-8.
            None => self.names.push(std::str::from_utf8(folder).unwrap_or_default()),
        };
        let place = if holds { self.placement(placed) } else { UNKNOWN };
        let counts = Counts { all: Amount::default(), newest: NEVER, companions: 0, referenced: 0 };
        let number = self.list.push(Folder { name, bucket, area, place, covered: covered.is_some(), counts });
        self.hashes.push(hash);
        let hashes = &self.hashes;
        self.table.insert_unique(spread(hash), number, |&number| spread(*hashes.get(number)));
        number
    }

    fn find(&self, hash: u32, bucket: u16, area: u16, folder: &[u8]) -> Option<u32> {
        let found = self.table.find(spread(hash), |&number| {
            let known = self.list.get(number);
            known.bucket == bucket && known.area == area && self.names.get(known.name) == folder
        });
        found.copied()
    }

    /// Whether a folder of another table is here too; not asked of a table that is [closed](Self::close).
    pub(super) fn holds(&self, other: &Self, number: u32) -> bool {
        let (bucket, area) = other.place(number);
        self.find(*other.hashes.get(number), bucket, area, other.name(number).as_bytes()).is_some()
    }

    /// By folder: its [`case_hash`]; of a table that is [closed](Self::close) none.
    pub(super) fn hashes(&self) -> impl Iterator<Item = &u32> {
        self.hashes.iter()
    }

    /// The bucket and the area of a folder.
    pub(super) fn place(&self, number: u32) -> (u16, u16) {
        let Folder { bucket, area, .. } = self.list.get(number);
        (*bucket, *area)
    }

    fn placement(&mut self, placed: Placed) -> u16 {
        if let Some(&known) = self.placed.get(&placed) {
            return known;
        }
        let number = self.placements.len().min(usize::from(UNKNOWN)) as u16;
        if number != UNKNOWN {
            self.placements.push(placed);
            self.placed.insert(placed, number);
        }
        number
    }

    /// How a key of a folder is placed, if that is known: any key if that placement is open, else one that lies directly in
    /// the folder.
    pub(super) fn placed(&self, number: u32) -> Option<Placed> {
        self.placements.get(usize::from(self.list.get(number).place)).copied()
    }

    /// Reads what a look at the folder will read first; gives where its name stands.
    pub(super) fn touch(&self, number: u32) -> Name {
        self.list.get(number).name
    }

    /// Reads both ends of a name.
    pub(super) fn touch_name(&self, name: Name) -> u8 {
        let name = self.names.get(name);
        name.first().unwrap_or(&0) ^ name.last().unwrap_or(&0)
    }

    /// Adds to a folder.
    pub(super) fn count(&mut self, number: u32, more: &Counts) {
        self.list.get_mut(number).counts.merge(more);
    }

    /// Adds what is not in order to a folder.
    pub(super) fn fault(&mut self, number: u32, orphans: Amount, findings: u64) {
        let faults = self.faults.entry(number).or_default();
        faults.orphans.merge(orphans);
        faults.findings += findings;
    }

    /// Whether a record covers or claims a folder.
    pub(super) fn is_covered(&self, number: u32) -> bool {
        self.list.get(number).covered
    }

    /// The companion lists of its area that something in a folder satisfies, a bit for each.
    pub(super) fn companions(&self, number: u32) -> u64 {
        self.list.get(number).counts.companions
    }

    /// The name of a folder: what keys in it begin with.
    pub(super) fn name(&self, number: u32) -> &str {
        self.names.text(self.list.get(number).name)
    }

    fn get(&self, number: u32) -> FolderTally {
        let Folder { bucket, area, covered, counts, .. } = *self.list.get(number);
        let Counts { all, newest, companions, referenced } = counts;
        let Faults { orphans, findings } = self.faults.get(&number).copied().unwrap_or_default();
        FolderTally { bucket, area, covered, companions, all, newest, referenced, orphans, findings }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The folders of these numbers with their names.
    pub(super) fn named<'f>(&'f self, numbers: &'f [u32]) -> impl Iterator<Item = (Cow<'f, str>, FolderTally)> {
        numbers.chunks(AHEAD).flat_map(|numbers| {
            // Neither folders nor names stand in this order: the waits for them overlap.
            let touched = numbers.iter().map(|&number| self.touch_name(self.touch(number)));
            black_box(touched.fold(0, |warmth, touched| warmth ^ touched));
            numbers.iter().map(|&number| (Cow::Borrowed(self.name(number)), self.get(number)))
        })
    }

    /// Heap bytes held, nearly.
    pub(super) fn heap_bytes(&self) -> usize {
        const ENTRY: usize = size_of::<u32>() + 1;
        self.names.heap_bytes()
            + self.list.heap_bytes()
            + self.faults.allocation_size()
            + self.hashes.heap_bytes()
            + self.table.capacity() * ENTRY
    }

    /// Forgets what only new folders ask for: from now on there are none.
    pub(super) fn close(&mut self) {
        self.table = HashTable::new();
        self.hashes = Column::default();
    }

    /// Every folder's number, in order.
    pub(super) fn sorted(&self, order: &FolderOrder) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..self.list.len() as u32).collect();
        let folder = |number: u32| self.list.get(number);
        numbers.sort_by_key(|&number| order.rank(folder(number).bucket));
        for of_bucket in numbers.chunk_by_mut(|&left, &right| folder(left).bucket == folder(right).bucket) {
            let by_area = |left: u32, right: u32| folder(left).area.cmp(&folder(right).area);
            sort_by_text(of_bucket, &|number| self.names.get(folder(number).name), &by_area);
        }
        numbers
    }

    /// Writes all folders to a sorted run and forgets them.
    pub(super) fn spill(&mut self, order: &FolderOrder, spill: &Arc<Spill>) -> io::Result<FolderRun> {
        let folders = std::mem::replace(self, Self { names: self.names.empty(), ..Self::default() });
        FolderRun::write(folders.named(&folders.sorted(order)), spill)
    }
}

impl Counts {
    fn merge(&mut self, more: &Self) {
        self.all.merge(more.all);
        self.newest = self.newest.max(more.newest);
        self.companions |= more.companions;
        self.referenced += more.referenced;
    }
}
