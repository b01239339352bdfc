//! Folders of one area that differ only in case (K104), found without holding all names: a first look marks which hashes
//! may occur twice, a second gathers the names of those alone. These meet in sorted runs, once by what they have in common,
//! and what is found then by the order of folders: in memory are the marks, and what runs may hold.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use crate::audit::error::AuditError;
use crate::audit::folder_stream::FolderStream;
use crate::audit::folder_table::Folders;
use crate::audit::folder_tally::{FolderOrder, FolderTally};
use crate::audit::pass::LEAST_RUN_BYTES;
use crate::audit::settings::AuditRequest;
use crate::model::Severity;
use crate::references::fold::FoldHasher;
use crate::results::sorted::{Merged, SortedRun, SortedRuns, SortedWriter};
use crate::rules::Severities;

/// Whether any of so many areas asks for twins: else nobody looks for them.
fn are_asked_for(severities: &Severities, areas: usize) -> bool {
    let rule = crate::rules::index_of("K104");
    rule.is_some_and(|rule| (0..areas).any(|area| severities.area(rule, area) != Severity::Ignore))
}

/// Bits for each folder, so that few strangers share one.
const BITS_PER_FOLDER: usize = 32;
/// The most bits that are kept: 32 MiB of each kind.
const MOST_BITS: usize = 1 << 28;
/// The most that a run of names holds, in bytes.
const MOST_RUN_BYTES: u64 = 4 << 20;

/// What the search may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room<'a> {
    pub(super) memory: u64,
    pub(super) tmp_dir: Option<&'a Path>,
}

impl<'a> Room<'a> {
    /// What it may take, if any area asks for twins.
    pub(super) fn of(request: &'a AuditRequest<'_>) -> Option<Self> {
        let is_asked = are_asked_for(request.severities, request.layout.spec().areas.len());
        is_asked.then_some(Self { memory: request.memory, tmp_dir: request.tmp_dir.as_deref() })
    }

    /// Marks for about so many folders.
    fn marks(&self, folders: usize) -> Marks {
        Marks::new(folders.min(usize::try_from(self.memory).unwrap_or(usize::MAX) / BITS_PER_FOLDER))
    }

    fn runs(&self) -> SortedRuns {
        SortedRuns::new(self.tmp_dir, (self.memory / 16).clamp(LEAST_RUN_BYTES, MOST_RUN_BYTES) as usize)
    }
}

/// The hash of a folder: those that differ only in case have the same.
pub(super) fn case_hash(bucket: u16, area: u16, name: &[u8]) -> u32 {
    // The hasher folds the letters of ASCII; all others are folded before.
    let folded = if name.is_ascii() {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(String::from_utf8_lossy(name).to_lowercase().into_bytes())
    };
    let place = FoldHasher::name(u64::from(bucket), &area.to_le_bytes());
    let hash = FoldHasher::default().directory(&folded) ^ place;
    (hash ^ hash >> 32) as u32
}

/// Folders that differ only in case from others, in the order of folders.
#[derive(Default)]
pub(super) struct CaseTwins {
    /// None where no folder has a twin, or nobody asks.
    rest: Option<Merged>,
    order: FolderOrder,
    /// The next one.
    next: Vec<u8>,
    /// What the folder that is asked for is found by.
    place: Vec<u8>,
}

impl CaseTwins {
    /// Looks at the folders of every thread, by hashes that they keep.
    pub(super) fn among(held: &[Folders], order: &FolderOrder, room: Room<'_>) -> io::Result<Self> {
        let mut marks = room.marks(held.iter().map(Folders::len).sum());
        let mut candidates = Candidates::new(room);
        // A folder that several threads met is one folder.
        let is_known = |source: usize, number: u32| {
            let folders = &held[source];
            held[..source].iter().any(|before| before.holds(folders, number))
        };
        for (source, folders) in held.iter().enumerate() {
            for (number, &hash) in (0..).zip(folders.hashes()) {
                if !marks.has(hash) || !is_known(source, number) {
                    marks.add(hash);
                }
            }
        }
        for (source, folders) in held.iter().enumerate() {
            for (number, &hash) in (0..).zip(folders.hashes()) {
                if marks.has_two(hash) && !is_known(source, number) {
                    let (bucket, area) = folders.place(number);
                    candidates.add(bucket, area, folders.name(number))?;
                }
            }
        }
        candidates.twins(order)
    }

    /// Goes through all folders, and once more if any may have a twin; `count` is about how many there are.
    pub(super) fn find(
        folders: &mut FolderStream<'_>,
        order: &FolderOrder,
        room: Room<'_>,
        count: usize,
    ) -> Result<Self, AuditError> {
        let hash = |name: &str, tally: &FolderTally| case_hash(tally.bucket, tally.area, name.as_bytes());
        let (mut marks, mut candidates) = (room.marks(count), Candidates::new(room));
        folders.each(&mut |name, tally| {
            marks.add(hash(name, tally));
            Ok(())
        })?;
        if marks.are_single() {
            return Ok(Self::default());
        }
        folders.each(&mut |name, tally| {
            if marks.has_two(hash(name, tally)) {
                candidates.add(tally.bucket, tally.area, name)?;
            }
            Ok(())
        })?;
        Ok(candidates.twins(order)?)
    }

    fn new(runs: Vec<SortedRun>, order: &FolderOrder) -> io::Result<Self> {
        let mut twins =
            Self { rest: Some(Merged::new(runs)?), order: order.clone(), next: Vec::new(), place: Vec::new() };
        twins.advance()?;
        Ok(twins)
    }

    fn advance(&mut self) -> io::Result<()> {
        self.next.clear();
        match self.rest.as_mut().map(Merged::next_record).transpose()?.flatten() {
            Some(record) => self.next.extend_from_slice(record),
            None => self.rest = None,
        }
        Ok(())
    }

    /// The other folders that differ from this one only in case, in byte order. Folders are asked for in their order.
    pub(super) fn of(&mut self, name: &str, tally: &FolderTally) -> io::Result<Vec<String>> {
        if self.rest.is_none() {
            return Ok(Vec::new());
        }
        self.place.clear();
        put_place(&self.order, tally.bucket, name, tally.area, &mut self.place);
        let Some(mut others) = self.next.strip_prefix(&*self.place) else { return Ok(Vec::new()) };
        let mut twins = Vec::new();
        while let Some((other, rest)) = split_text(others) {
            others = rest;
            twins.extend(std::str::from_utf8(other).ok().filter(|&other| other != name).map(str::to_owned));
        }
        self.advance()?;
        Ok(twins)
    }
}

/// Appends what a folder is found by, so that bytes are ordered as folders are.
fn put_place(order: &FolderOrder, bucket: u16, name: &str, area: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(&(order.rank(bucket).unwrap_or_default() as u64).to_be_bytes());
    for &byte in name.as_bytes() {
        out.push(byte);
        // No name goes on as another one ends.
        out.extend((byte == 0).then_some(u8::MAX));
    }
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(&area.to_be_bytes());
}

/// Appends a text behind its length.
fn put_text(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&(text.len() as u32).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Takes the first text from bytes.
fn split_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

/// Which hashes were met, and which of them by two folders; strangers may share a mark.
struct Marks {
    once: Vec<u64>,
    twice: Vec<u64>,
}

impl Marks {
    /// For about so many folders.
    fn new(folders: usize) -> Self {
        let bits = folders.saturating_mul(BITS_PER_FOLDER).clamp(64, MOST_BITS).next_power_of_two();
        Self { once: vec![0; bits / 64], twice: vec![0; bits / 64] }
    }

    fn place(&self, hash: u32) -> (usize, u64) {
        (hash as usize / 64 % self.once.len(), 1 << (hash % 64))
    }

    fn add(&mut self, hash: u32) {
        let (word, bit) = self.place(hash);
        self.twice[word] |= self.once[word] & bit;
        self.once[word] |= bit;
    }

    fn has(&self, hash: u32) -> bool {
        let (word, bit) = self.place(hash);
        self.once[word] & bit != 0
    }

    /// Whether no hash was met twice.
    fn are_single(&self) -> bool {
        self.twice.iter().all(|&word| word == 0)
    }

    fn has_two(&self, hash: u32) -> bool {
        let (word, bit) = self.place(hash);
        self.twice[word] & bit != 0
    }
}

/// Folders that may have twins.
struct Candidates<'a> {
    room: Room<'a>,
    /// Bucket, area and name in lower case, which twins have in common, and the name.
    writer: SortedWriter,
}

impl<'a> Candidates<'a> {
    fn new(room: Room<'a>) -> Self {
        Self { room, writer: room.runs().writer() }
    }

    fn add(&mut self, bucket: u16, area: u16, name: &str) -> io::Result<()> {
        self.writer.push(|out| {
            out.extend_from_slice(&bucket.to_be_bytes());
            out.extend_from_slice(&area.to_be_bytes());
            put_text(&name.to_lowercase(), out);
            out.extend_from_slice(name.as_bytes());
        })
    }

    fn twins(self, order: &FolderOrder) -> io::Result<CaseTwins> {
        let mut writer = self.room.runs().writer();
        let mut merged = Merged::new(self.writer.finish()?)?;
        let (mut common, mut names) = (Vec::new(), Vec::new());
        while let Some(record) = merged.next_record()? {
            let Some((_, name)) = record.get(PLACE..).and_then(split_text) else { continue };
            let (of_all, name) = (&record[..record.len() - name.len()], String::from_utf8_lossy(name));
            if of_all != common {
                write_group(order, &common, &names, &mut writer)?;
                names.clear();
                common.clear();
                common.extend_from_slice(of_all);
            }
            names.push(name.into_owned());
        }
        write_group(order, &common, &names, &mut writer)?;
        CaseTwins::new(writer.finish()?, order)
    }
}

/// Bytes of a bucket and an area.
const PLACE: usize = 4;

/// Writes each of these folders with all of them, if they are several.
fn write_group(order: &FolderOrder, common: &[u8], names: &[String], writer: &mut SortedWriter) -> io::Result<()> {
    let (Some(&[b0, b1, a0, a1]), true) = (common.first_chunk(), names.len() > 1) else { return Ok(()) };
    for name in names {
        writer.push(|out| {
            put_place(order, u16::from_be_bytes([b0, b1]), name, u16::from_be_bytes([a0, a1]), out);
            names.iter().for_each(|other| put_text(other, out));
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{CaseTwins, FolderStream, Folders, Room, are_asked_for};
    use crate::audit::folder_tally::{FolderOrder, FolderTally};
    use crate::layout::{Placed, config};
    use crate::model::Phase;
    use crate::results::spill::Spill;
    use crate::rules::{Selection, Severities};

    /// What each folder's twins are, by area and name.
    fn told(stream: &mut FolderStream<'_>, twins: &mut CaseTwins) -> Vec<(u16, String, Vec<String>)> {
        let mut told = Vec::new();
        let mut each = |name: &str, tally: &FolderTally| {
            told.push((tally.area, name.to_owned(), twins.of(name, tally)?));
            Ok(())
        };
        stream.each(&mut each).unwrap();
        told.sort();
        told
    }

    proptest! {
        /// Twins are found whichever threads met their folders, and whether these were spilled.
        #[test]
        fn twins_differ_only_in_case(
            met in proptest::collection::vec(("[aAéÉK\u{212a}k\u{0}]{1,2}", 0_u16..2, 0_usize..3), 0..24),
            spilled: bool,
            memory in 0_u64..1 << 20,
        ) {
            let order = FolderOrder::new(&["b"]);
            let mut held: Vec<Folders> = (0..3).map(|_| Folders::default()).collect();
            let mut all: BTreeSet<(u16, String)> = BTreeSet::new();
            for (name, area, source) in met {
                let name = name + "/";
                let folder = name.len() as u16;
                let placed =
                    Placed { area, legacy: None, entry: None, folder, open: true, siblings: true, template: 0 };
                held[source].number(0, placed, name.len(), name.as_bytes(), || None);
                all.insert((area, name));
            }
            let runs = if spilled { vec![held[0].spill(&order, &Arc::new(Spill::new(None, 0))).unwrap()] } else { Vec::new() };
            let mut stream = FolderStream::new(held, runs, order, Some(Room { memory, tmp_dir: None })).unwrap();
            let mut twins = stream.case_twins(all.len()).unwrap();
            let expected = all.iter().map(|(area, name)| {
                let is_twin = |other: &&(u16, String)| {
                    other.0 == *area && other.1 != *name && other.1.to_lowercase() == name.to_lowercase()
                };
                (*area, name.clone(), all.iter().filter(is_twin).map(|(_, other)| other.clone()).collect::<Vec<_>>())
            });
            prop_assert_eq!(told(&mut stream, &mut twins), expected.collect::<Vec<_>>());
        }
    }

    /// One thread's folders, each with its twin.
    fn twin_folders() -> Folders {
        let mut folders = Folders::default();
        for number in 0..PAIRS {
            for name in [format!("a{number}/"), format!("A{number}/")] {
                let folder = name.len() as u16;
                let placed =
                    Placed { area: 0, legacy: None, entry: None, folder, open: true, siblings: true, template: 0 };
                folders.number(0, placed, name.len(), name.as_bytes(), || None);
            }
        }
        folders
    }

    /// Pairs of twins that take more than the least runs hold.
    const PAIRS: usize = 4_000;

    #[test]
    fn more_twins_than_memory_holds_are_all_found() {
        let order = FolderOrder::new(&["b"]);
        let room = Room { memory: 0, tmp_dir: None };
        let mut stream = FolderStream::new(vec![twin_folders()], Vec::new(), order, Some(room)).unwrap();
        let mut twins = stream.case_twins(2 * PAIRS).unwrap();
        let told = told(&mut stream, &mut twins);
        assert_eq!(told.len(), 2 * PAIRS);
        assert!(told.iter().all(|(_, name, others)| matches!(&**others, [other] if other.eq_ignore_ascii_case(name))));
    }

    #[test]
    fn twins_are_looked_for_only_where_the_rule_is_on() {
        let order = FolderOrder::new(&["b"]);
        let mut stream = FolderStream::new(vec![twin_folders()], Vec::new(), order, None).unwrap();
        let mut twins = stream.case_twins(2 * PAIRS).unwrap();
        assert!(told(&mut stream, &mut twins).iter().all(|(.., others)| others.is_empty()));

        let configuration = b"version = 1\n[[bucket]]\nname = \"media\"\n[[area]]\nname = \"a\"\npath = \"a/**\"\n";
        let spec = config::parse(Path::new("stocktake.toml"), configuration, &[]).unwrap();
        let asks = |ignore: &[&str]| {
            let ignore = ignore.iter().map(|&code| code.to_owned()).collect();
            let severities = Severities::new(&spec, Phase::After, &Selection { select: Vec::new(), ignore }).unwrap();
            are_asked_for(&severities, 1)
        };
        assert!(asks(&[]) && asks(&["K105"]) && !asks(&["K104"]) && !asks(&["K"]));
    }
}
