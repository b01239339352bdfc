//! Folders as the object pass tallies them: in memory, and past its bound in sorted runs on disk.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fs::File;
use std::hash::BuildHasher;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use hashbrown::{HashMap, HashTable};

use crate::audit::tally::{Amount, NEVER};
use crate::layout::Placed;
use crate::model::Millis;
use crate::references::texts::Texts;

/// One folder of one area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FolderTally {
    pub(super) bucket: u16,
    pub(super) area: u16,
    /// Whether a record covers or claims it.
    pub(super) covered: bool,
    /// Bit `n`: something in it satisfies its area's companion list `n`.
    pub(super) companions: u64,
    pub(super) all: Amount,
    pub(super) newest: Millis,
    pub(super) referenced: u64,
    pub(super) orphans: Amount,
    pub(super) findings: u64,
}

impl FolderTally {
    /// A folder in which nothing was seen.
    pub(super) const fn empty(bucket: u16, area: u16) -> Self {
        let none = Amount { objects: 0, bytes: 0 };
        Self {
            bucket,
            area,
            covered: false,
            companions: 0,
            all: none,
            newest: NEVER,
            referenced: 0,
            orphans: none,
            findings: 0,
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.covered |= other.covered;
        self.companions |= other.companions;
        self.all.merge(other.all);
        self.newest = self.newest.max(other.newest);
        self.referenced += other.referenced;
        self.orphans.merge(other.orphans);
        self.findings += other.findings;
    }
}

/// The folders one thread met.
#[derive(Debug, Default)]
pub(super) struct Folders {
    hasher: foldhash::fast::RandomState,
    table: HashTable<u32>,
    names: Texts,
    list: Vec<FolderTally>,
    /// By folder: its hash, so that a table that grows reads no name.
    hashes: Vec<u64>,
    /// By folder: the number of the placement that holds for all keys of it, or for those directly in it.
    places: Vec<u16>,
    /// How keys of folders were placed, each way once.
    placements: Vec<Placed>,
    placed: HashMap<Placed, u16>,
}

/// The number of a placement that is not known, or not kept as there were too many.
const UNKNOWN: u16 = u16::MAX;

impl Folders {
    /// The number of a folder, which is new if `make` was called, for a key in a directory of so many bytes.
    pub(super) fn number(
        &mut self,
        bucket: u16,
        placed: Placed,
        directory: usize,
        folder: &[u8],
        make: impl FnOnce() -> bool,
    ) -> u32 {
        let area = placed.area;
        let hash = self.hasher.hash_one((bucket, area, folder));
        let (names, list) = (&self.names, &self.list);
        let found = self.table.find(hash, |&number| {
            let known = &list[number as usize];
            known.bucket == bucket && known.area == area && names.get(number) == folder
        });
        let holds = placed.open || (placed.siblings && directory == folder.len());
        if let Some(&number) = found {
            if holds && self.places[number as usize] == UNKNOWN {
                self.places[number as usize] = self.placement(placed);
            }
            return number;
        }
        // It ends with a `/` of a key, and keys are UTF-8.
        let number = self.names.push(std::str::from_utf8(folder).unwrap_or_default());
        self.list.push(FolderTally { covered: make(), ..FolderTally::empty(bucket, area) });
        let place = if holds { self.placement(placed) } else { UNKNOWN };
        self.places.push(place);
        self.hashes.push(hash);
        let hashes = &self.hashes;
        self.table.insert_unique(hash, number, |&number| hashes[number as usize]);
        number
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
        self.placements.get(usize::from(self.places[number as usize])).copied()
    }

    /// Reads what a look at the folder will read first.
    pub(super) fn touch(&self, number: u32) -> u8 {
        u8::from(self.get(number).covered) ^ self.places[number as usize] as u8
    }

    /// Reads the folder's name.
    pub(super) fn touch_name(&self, number: u32) -> u8 {
        self.names.touch(number)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> &mut FolderTally {
        &mut self.list[number as usize]
    }

    pub(super) fn get(&self, number: u32) -> &FolderTally {
        &self.list[number as usize]
    }

    pub(super) fn name(&self, number: u32) -> &str {
        self.names.text(number)
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The folders of these numbers with their names.
    pub(super) fn named<'f>(&'f self, numbers: &'f [u32]) -> impl Iterator<Item = (Cow<'f, str>, FolderTally)> {
        numbers.iter().map(|&number| (Cow::Borrowed(self.name(number)), *self.get(number)))
    }

    /// Heap bytes held, nearly.
    pub(super) fn heap_bytes(&self) -> usize {
        const ENTRY: usize = size_of::<u32>() + 1;
        self.names.heap_bytes()
            + self.list.capacity() * (size_of::<FolderTally>() + size_of::<u64>() + size_of::<u16>())
            + self.table.capacity() * ENTRY
    }

    /// Every folder's number, in order.
    pub(super) fn sorted(&self, order: &FolderOrder) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..self.list.len() as u32).collect();
        let folder = |number: u32| (self.name(number), self.get(number));
        numbers.sort_unstable_by(|&left, &right| order.compare(folder(left), folder(right)));
        numbers
    }

    /// Writes all folders to a sorted run and forgets them.
    pub(super) fn spill(&mut self, order: &FolderOrder, tmp_dir: Option<&Path>) -> io::Result<FolderRun> {
        let folders = std::mem::take(self);
        let mut out = BufWriter::new(match tmp_dir {
            Some(folder) => tempfile::tempfile_in(folder)?,
            None => tempfile::tempfile()?,
        });
        for number in folders.sorted(order) {
            folders.get(number).write(folders.name(number), &mut out)?;
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(FolderRun { file })
    }
}

/// The order of folders: by the bucket's name, then their own, then their area's place in the layout.
#[derive(Debug, Clone)]
pub(super) struct FolderOrder {
    /// By bucket: its place among the buckets' names.
    ranks: Vec<usize>,
}

impl FolderOrder {
    /// The order for buckets of these names.
    pub(super) fn new(names: &[&str]) -> Self {
        Self { ranks: names.iter().map(|name| names.iter().filter(|other| *other < name).count()).collect() }
    }

    pub(super) fn compare(&self, left: (&str, &FolderTally), right: (&str, &FolderTally)) -> Ordering {
        let rank = |tally: &FolderTally| self.ranks.get(usize::from(tally.bucket));
        rank(left.1).cmp(&rank(right.1)).then_with(|| left.0.cmp(right.0)).then_with(|| left.1.area.cmp(&right.1.area))
    }
}

/// Folders in order, in a file without a name.
#[derive(Debug)]
pub(super) struct FolderRun {
    file: File,
}

impl FolderRun {
    /// Reads the run from its start; it can be read again after that.
    pub(super) fn read(&mut self) -> io::Result<RunReader<'_>> {
        self.file.rewind()?;
        Ok(RunReader { input: BufReader::new(&self.file) })
    }
}

/// Reads a run folder by folder.
pub(super) struct RunReader<'r> {
    input: BufReader<&'r File>,
}

impl RunReader<'_> {
    /// The next folder and its name; `None` at the end.
    pub(super) fn next<'f>(&mut self) -> io::Result<Option<(Cow<'f, str>, FolderTally)>> {
        let mut length = [0; 8];
        match self.input.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        let mut name = vec![0; u64::from_le_bytes(length) as usize];
        self.input.read_exact(&mut name)?;
        let tally = FolderTally::read(&mut self.input)?;
        Ok(Some((Cow::Owned(String::from_utf8(name).map_err(io::Error::other)?), tally)))
    }
}

impl FolderTally {
    fn write(&self, name: &str, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&(name.len() as u64).to_le_bytes())?;
        out.write_all(name.as_bytes())?;
        let numbers = [
            u64::from(self.bucket),
            u64::from(self.area),
            u64::from(self.covered),
            self.companions,
            self.all.objects,
            self.all.bytes,
            self.newest.cast_unsigned(),
            self.referenced,
            self.orphans.objects,
            self.orphans.bytes,
            self.findings,
        ];
        numbers.iter().try_for_each(|number| out.write_all(&number.to_le_bytes()))
    }

    fn read(input: &mut impl Read) -> io::Result<Self> {
        let mut number = || -> io::Result<u64> {
            let mut bytes = [0; 8];
            input.read_exact(&mut bytes)?;
            Ok(u64::from_le_bytes(bytes))
        };
        Ok(Self {
            bucket: number()? as u16,
            area: number()? as u16,
            covered: number()? != 0,
            companions: number()?,
            all: Amount { objects: number()?, bytes: number()? },
            newest: number()?.cast_signed(),
            referenced: number()?,
            orphans: Amount { objects: number()?, bytes: number()? },
            findings: number()?,
        })
    }
}
