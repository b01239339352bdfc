//! What is counted of a folder, the order of folders, and sorted runs of them on disk.

use std::borrow::Cow;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Write};
use std::sync::Arc;

use crate::audit::tally::Amount;
use crate::model::Millis;
use crate::results::spill::Spill;

/// What all runs that are read back may buffer together, and the most and the least for one of them, in bytes.
const READ_BYTES: usize = 16 << 20;
const MOST_READ_BYTES: usize = 64 << 10;
const LEAST_READ_BYTES: usize = 1 << 10;

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

/// The order of folders: by the bucket's name, then their own, then their area's place in the layout.
#[derive(Debug, Default, Clone)]
pub(super) struct FolderOrder {
    /// By bucket: its place among the buckets' names.
    ranks: Vec<usize>,
}

impl FolderOrder {
    /// The order for buckets of these names.
    pub(super) fn new(names: &[&str]) -> Self {
        Self { ranks: names.iter().map(|name| names.iter().filter(|other| *other < name).count()).collect() }
    }

    /// The place of a bucket.
    pub(super) fn rank(&self, bucket: u16) -> Option<usize> {
        self.ranks.get(usize::from(bucket)).copied()
    }
}

/// Folders in order, in the file of the thread that met them: however many runs there are, few files are open.
#[derive(Debug)]
pub(super) struct FolderRun {
    spill: Arc<Spill>,
    start: u64,
    end: u64,
}

impl FolderRun {
    /// Writes folders, which are in order.
    pub(super) fn write<'f>(
        folders: impl Iterator<Item = (Cow<'f, str>, FolderTally)>,
        spill: &Arc<Spill>,
    ) -> io::Result<Self> {
        let (start, end) = spill.append(|file| {
            let mut out = BufWriter::new(file);
            for (name, tally) in folders {
                tally.write(&name, &mut out)?;
            }
            out.flush()
        })?;
        Ok(Self { spill: Arc::clone(spill), start, end })
    }

    /// Reads the run, one of so many that are read at once, from its start.
    pub(super) fn read(&self, runs: usize) -> RunReader<'_> {
        let buffer = (READ_BYTES / runs.max(1)).clamp(LEAST_READ_BYTES, MOST_READ_BYTES);
        RunReader { input: BufReader::with_capacity(buffer, Unread { run: self, position: self.start }) }
    }
}

/// What is left of a run.
struct Unread<'r> {
    run: &'r FolderRun,
    position: u64,
}

impl Read for Unread<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = (self.run.end - self.position).min(buffer.len() as u64) as usize;
        self.run.spill.read(self.position, &mut buffer[..length])?;
        self.position += length as u64;
        Ok(length)
    }
}

/// Reads a run folder by folder.
pub(super) struct RunReader<'r> {
    input: BufReader<Unread<'r>>,
}

impl RunReader<'_> {
    /// The next folder and its name; `None` at the end.
    pub(super) fn next<'f>(&mut self) -> io::Result<Option<(Cow<'f, str>, FolderTally)>> {
        if self.input.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut length = [0; 8];
        self.input.read_exact(&mut length)?;
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
