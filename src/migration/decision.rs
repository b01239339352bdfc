//! What a plan does with one legacy key: as the records that name it say, else as its key and the mapping files say.

use super::mapping::Mapping;
use crate::layout::spec::Shared;
use crate::layout::{BucketLayout, Captures, KeyMatch, Layout, LegacyTarget, Placed, USE_CASE};
use crate::references::BucketIndex;

/// What a plan does with a key of an older generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is copied to these keys of the same bucket; at least one.
    Move(Vec<String>),
    /// It stays, because.
    Keep(String),
    /// It is given up, because; the layout says so.
    Retire(String),
    /// No new key can be made: M404.
    Unmapped {
        /// What is missing, as a reader of reports is told.
        missing: String,
        /// The places between which records disagree.
        candidates: Vec<String>,
    },
}

/// Decides about the legacy keys of one bucket.
#[derive(Debug, Clone, Copy)]
pub struct Decider<'a> {
    /// The layout.
    pub layout: &'a Layout,
    /// The bucket.
    pub bucket: &'a BucketLayout,
    /// What records say of it.
    pub index: &'a BucketIndex,
    /// What mapping files say.
    pub mapping: &'a Mapping,
}

impl Decider<'_> {
    /// Decides about a key that [`BucketLayout::identify`] called legacy, with the captures it left; `number` is its
    /// number in the index, if a record names it.
    pub fn decide(&self, key: &str, placed: &Placed, captures: &Captures, number: Option<u32>) -> Decision {
        let area = &self.layout.spec().areas[usize::from(placed.area)];
        let legacy = placed.legacy.and_then(|legacy| area.legacy.get(usize::from(legacy)));
        let named = number.map_or(&[][..], |number| self.index.moves(number));
        let text = |number: &u32| self.index.key_text(*number).to_owned();
        match named {
            [] => {}
            [only] => return self.made(key, vec![text(only)]),
            several if legacy.is_some_and(|legacy| legacy.shared == Shared::CopyEach) => {
                return self.made(key, several.iter().map(text).collect());
            }
            several => {
                let missing = legacy.map(|legacy| legacy.record.join(", ")).unwrap_or_default();
                return Decision::Unmapped { missing, candidates: several.iter().map(text).collect() };
            }
        }
        let mut fill = |name: &str| self.mapping.value(self.bucket.name(), key, name).map(str::to_owned);
        match self.bucket.legacy_target(key, placed, captures, None, &mut fill) {
            LegacyTarget::Moves(new_key) => self.made(key, vec![new_key]),
            LegacyTarget::Keeps(why) => Decision::Keep(why),
            LegacyTarget::Retires(why) => Decision::Retire(why),
            LegacyTarget::Unnamed { missing, keep } => {
                let candidates =
                    if missing == [USE_CASE] { self.by_use_case(key, placed, captures) } else { Vec::new() };
                match candidates.as_slice() {
                    [_] => self.made(key, candidates),
                    _ if keep => Decision::Keep(format!("nothing names its {}", missing.join(", "))),
                    _ => Decision::Unmapped { missing: missing.join(", "), candidates },
                }
            }
            LegacyTarget::Unfit(why) => Decision::Unmapped { missing: why, candidates: Vec::new() },
        }
    }

    fn made(&self, key: &str, new_keys: Vec<String>) -> Decision {
        if new_keys == [key] {
            return Decision::Keep("its new key is the one it has".to_owned());
        }
        Decision::Move(new_keys)
    }

    /// The new keys below each use case of the bucket whose records own the folder in which it would lie. An object
    /// of a shared bucket that no record names goes where its job's records say that the job is at home.
    fn by_use_case(&self, key: &str, placed: &Placed, captures: &Captures) -> Vec<String> {
        let mut found = Vec::new();
        let mut inner = Captures::new();
        for &entry in self.bucket.entries() {
            let mut fill = |name: &str| self.mapping.value(self.bucket.name(), key, name).map(str::to_owned);
            let LegacyTarget::Moves(new) = self.bucket.legacy_target(key, placed, captures, Some(entry), &mut fill)
            else {
                continue;
            };
            let KeyMatch::Area(there) = self.bucket.identify(new.as_bytes(), &mut inner) else { continue };
            let folder = new.as_bytes().get(..usize::from(there.folder)).unwrap_or_default();
            if self.index.covers(there.area, folder) && !found.contains(&new) {
                found.push(new);
            }
        }
        found
    }
}
