//! Folders of one area that differ only in case (K104), found without holding all names: a first look marks which hashes
//! may occur twice, a second keeps the names of those alone.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::audit::error::AuditError;
use crate::audit::folder_stream::FolderStream;
use crate::audit::folder_table::Folders;
use crate::audit::folder_tally::FolderTally;
use crate::references::fold::FoldHasher;

/// Bits for each folder, so that few strangers share one.
const BITS_PER_FOLDER: usize = 32;
/// The most bits that are kept: 32 MiB of each kind.
const MOST_BITS: usize = 1 << 28;

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

/// Folders by what they have in common with others.
#[derive(Debug, Default)]
pub(super) struct CaseTwins {
    /// Names that differ only in case, in byte order.
    groups: Vec<Vec<String>>,
    /// Name → (bucket, area, its group).
    of_name: HashMap<String, Vec<(u16, u16, usize)>>,
}

impl CaseTwins {
    /// Looks at the folders of every thread, by hashes that they keep.
    pub(super) fn among(held: &[Folders]) -> Self {
        let mut marks = Marks::new(held.iter().map(Folders::len).sum());
        let mut candidates = Candidates::default();
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
                    candidates.add(bucket, area, folders.name(number));
                }
            }
        }
        candidates.twins()
    }

    /// Goes through all folders, and once more if any may have a twin; `count` is about how many there are.
    pub(super) fn find(folders: &mut FolderStream, count: usize) -> Result<Self, AuditError> {
        let hash = |name: &str, tally: &FolderTally| case_hash(tally.bucket, tally.area, name.as_bytes());
        let (mut marks, mut candidates) = (Marks::new(count), Candidates::default());
        folders.each(&mut |name, tally| {
            marks.add(hash(name, tally));
            Ok(())
        })?;
        if marks.are_single() {
            return Ok(Self::default());
        }
        folders.each(&mut |name, tally| {
            if marks.has_two(hash(name, tally)) {
                candidates.add(tally.bucket, tally.area, name);
            }
            Ok(())
        })?;
        Ok(candidates.twins())
    }

    /// The other folders that differ from this one only in case, in byte order.
    pub(super) fn of(&self, name: &str, tally: &FolderTally) -> Vec<&str> {
        let mut groups = self.of_name.get(name).into_iter().flatten();
        let group = groups.find(|(bucket, area, _)| (*bucket, *area) == (tally.bucket, tally.area));
        let names = group.into_iter().flat_map(|(.., group)| &self.groups[*group]);
        names.map(String::as_str).filter(|other| *other != name).collect()
    }
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

/// Folders that may have twins: (bucket, area, lower-case name) → names.
#[derive(Default)]
struct Candidates(HashMap<(u16, u16, String), Vec<String>>);

impl Candidates {
    fn add(&mut self, bucket: u16, area: u16, name: &str) {
        self.0.entry((bucket, area, name.to_lowercase())).or_default().push(name.to_owned());
    }

    fn twins(self) -> CaseTwins {
        let mut twins = CaseTwins::default();
        for ((bucket, area, _), mut names) in self.0.into_iter().filter(|(_, names)| names.len() > 1) {
            names.sort_unstable();
            for name in &names {
                twins.of_name.entry_ref(name.as_str()).or_default().push((bucket, area, twins.groups.len()));
            }
            twins.groups.push(names);
        }
        twins
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{CaseTwins, FolderStream, Folders};
    use crate::audit::folder_tally::{FolderOrder, FolderTally};
    use crate::layout::Placed;
    use crate::results::spill::Spill;

    /// What each folder's twins are, by area and name.
    fn told(stream: &mut FolderStream, twins: &CaseTwins) -> Vec<(u16, String, Vec<String>)> {
        let mut told = Vec::new();
        let mut each = |name: &str, tally: &FolderTally| {
            told.push((tally.area, name.to_owned(), twins.of(name, tally).into_iter().map(String::from).collect()));
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
            met in proptest::collection::vec(("[aAéÉK\u{212a}k]{1,2}", 0_u16..2, 0_usize..3), 0..24), spilled: bool,
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
            let mut stream = FolderStream::new(held, runs, order);
            let twins = stream.case_twins(all.len()).unwrap();
            let expected = all.iter().map(|(area, name)| {
                let is_twin = |other: &&(u16, String)| {
                    other.0 == *area && other.1 != *name && other.1.to_lowercase() == name.to_lowercase()
                };
                (*area, name.clone(), all.iter().filter(is_twin).map(|(_, other)| other.clone()).collect::<Vec<_>>())
            });
            prop_assert_eq!(told(&mut stream, &twins), expected.collect::<Vec<_>>());
        }
    }
}
