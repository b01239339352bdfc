//! Folders of one area that differ only in case (K104), found without holding all names: a first look marks which
//! lower-case names may occur twice, a second keeps those names alone.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::audit::error::AuditError;
use crate::audit::folder_stream::FolderStream;
use crate::audit::folder_tally::FolderTally;
use crate::references::fold::FoldHasher;

/// Bits for each folder, so that few strangers share one.
const BITS_PER_FOLDER: u64 = 32;
/// The most bits that are kept: 32 MiB of each kind.
const MOST_BITS: u64 = 1 << 28;

/// Folders by what they have in common with others.
pub(super) struct CaseTwins {
    /// Names that differ only in case.
    groups: Vec<Vec<String>>,
    /// Name → (bucket, area, its group).
    of_name: HashMap<String, Vec<(u16, u16, usize)>>,
}

impl CaseTwins {
    /// Goes through all folders twice; `count` is about how many there are.
    pub(super) fn find(folders: &mut FolderStream, count: u64) -> Result<Self, AuditError> {
        let size = (count * BITS_PER_FOLDER).next_power_of_two().clamp(64, MOST_BITS);
        let hasher = FoldHasher::default();
        let bit = |name: &str, tally: &FolderTally| {
            // Its fold is that of ASCII letters; the other letters are folded before.
            let folded = if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(name.to_lowercase()) };
            let place = FoldHasher::name(u64::from(tally.bucket), &tally.area.to_le_bytes());
            let bit = (hasher.directory(folded.as_bytes()) ^ place) % size;
            ((bit / 64) as usize, 1_u64 << (bit % 64))
        };
        let (mut once, mut twice) = (vec![0_u64; (size / 64) as usize], vec![0_u64; (size / 64) as usize]);
        folders.each(&mut |name, tally| {
            let (word, bit) = bit(name, tally);
            twice[word] |= once[word] & bit;
            once[word] |= bit;
            Ok(())
        })?;
        let mut groups: HashMap<(u16, u16, String), Vec<String>> = HashMap::new();
        if twice.iter().any(|&word| word != 0) {
            folders.each(&mut |name, tally| {
                let (word, bit) = bit(name, tally);
                if twice[word] & bit != 0 {
                    groups.entry((tally.bucket, tally.area, name.to_lowercase())).or_default().push(name.to_owned());
                }
                Ok(())
            })?;
        }
        let mut twins = Self { groups: Vec::new(), of_name: HashMap::new() };
        for ((bucket, area, _), names) in groups.into_iter().filter(|(_, names)| names.len() > 1) {
            for name in &names {
                twins.of_name.entry_ref(name.as_str()).or_default().push((bucket, area, twins.groups.len()));
            }
            twins.groups.push(names);
        }
        Ok(twins)
    }

    /// The other folders that differ from this one only in case, in byte order.
    pub(super) fn of(&self, name: &str, tally: &FolderTally) -> Vec<&str> {
        let mut groups = self.of_name.get(name).into_iter().flatten();
        let group = groups.find(|(bucket, area, _)| (*bucket, *area) == (tally.bucket, tally.area));
        let names = group.into_iter().flat_map(|(.., group)| &self.groups[*group]);
        names.map(String::as_str).filter(|other| *other != name).collect()
    }
}
