//! What is counted of a folder, the order of folders, and sorted runs of them on disk.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use crate::audit::tally::Amount;
use crate::model::Millis;

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

    /// The place of a bucket.
    pub(super) fn rank(&self, bucket: u16) -> Option<usize> {
        self.ranks.get(usize::from(bucket)).copied()
    }

    /// Compares two folders, each given by its name, its bucket and its area.
    pub(super) fn compare(&self, left: (&str, u16, u16), right: (&str, u16, u16)) -> Ordering {
        let ranks = self.rank(left.1).cmp(&self.rank(right.1));
        ranks.then_with(|| left.0.cmp(right.0)).then_with(|| left.2.cmp(&right.2))
    }
}

/// Folders in order, in a file without a name.
#[derive(Debug)]
pub(super) struct FolderRun {
    file: File,
}

impl FolderRun {
    /// Writes folders, which are in order.
    pub(super) fn write<'f>(
        folders: impl Iterator<Item = (Cow<'f, str>, FolderTally)>,
        tmp_dir: Option<&Path>,
    ) -> io::Result<Self> {
        let mut out = BufWriter::new(match tmp_dir {
            Some(folder) => tempfile::tempfile_in(folder)?,
            None => tempfile::tempfile()?,
        });
        for (name, tally) in folders {
            tally.write(&name, &mut out)?;
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Self { file })
    }

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
