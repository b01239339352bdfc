//! What all keys of one directory share. Most rows of an inventory lie in the directory of the row before.

use crate::audit::features::{self, Oddity};
use crate::audit::look_ahead::Foreseen;
use crate::audit::objects::LastFolder;
use crate::audit::routine::Routine;
use crate::references::index::BucketIndex;

/// The directory of the last row.
#[derive(Default)]
pub(super) struct Directory {
    /// What stands before the last segment of its keys, `/` included.
    name: Vec<u8>,
    /// The hash of its name, for look-ups in the index.
    hash: u64,
    /// Whether the index may know a key of it.
    may_be_named: bool,
    /// What is odd about its name.
    oddity: Oddity,
    /// Whether a prefix reference claims what lies in it; not asked yet if absent.
    pub(super) claimed: Option<bool>,
    /// Whether a record names a key in it; not asked yet if absent.
    pub(super) names: Option<bool>,
    /// Where its keys lie, if that is the same for all of them.
    pub(super) place: Option<LastFolder>,
    /// What most of its objects come to; not known yet if absent.
    pub(super) routine: Option<Routine>,
}

/// A key as its directory sees it.
#[derive(Clone, Copy)]
pub(super) struct InDirectory {
    /// Whether no K-rule has anything to say.
    pub(super) is_safe: bool,
    /// Whether the key is its own normal form.
    pub(super) is_normal: bool,
    /// Whether the key's normal form may lie in another directory.
    pub(super) leads_away: bool,
    /// The key's hash, if the index may know the key, or one that differs from it in case.
    pub(super) hash: Option<u64>,
}

impl Directory {
    /// What a key comes to that lies in it.
    pub(super) fn holds(&self, seen: &Foreseen) -> InDirectory {
        let is_safe = !self.oddity.suspicious && !seen.name.suspicious;
        InDirectory {
            is_safe,
            is_normal: is_safe && !self.oddity.plus && !seen.name.plus,
            leads_away: !is_safe || self.oddity.plus,
            hash: seen.hash,
        }
    }

    /// Turns to the directory of a key.
    pub(super) fn turn_to(&mut self, key: &[u8], seen: &Foreseen) {
        let directory = &key[..seen.length];
        self.name.clear();
        self.name.extend_from_slice(directory);
        self.hash = seen.directory;
        self.may_be_named = seen.hash.is_some();
        self.oddity = features::directory(directory);
        self.claimed = None;
        self.names = None;
        self.forget_folder();
    }

    /// Its name; empty for none, and for the root.
    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }

    /// Whether the index may know a key of it.
    pub(super) fn may_be_named(&self) -> bool {
        self.may_be_named
    }

    /// Whether the index knows no key of it and no normal form of one, unless the key's last segment is odd.
    pub(super) fn is_never_named(&self) -> bool {
        !self.may_be_named && self.oddity == Oddity::default()
    }

    /// Forgets the directory, as another bucket has its own.
    pub(super) fn leave(&mut self) {
        self.name.clear();
        self.forget_folder();
    }

    /// Forgets the folder of its keys, as that has another number from now on.
    pub(super) fn forget_folder(&mut self) {
        self.place = None;
        self.routine = None;
    }

    /// The hash of its name.
    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    /// Whether a record names a key in it.
    pub(super) fn is_named_in(&mut self, index: &BucketIndex) -> bool {
        *self.names.get_or_insert_with(|| self.may_be_named && index.names_in(&self.name, self.hash))
    }
}
