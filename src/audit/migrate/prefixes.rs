//! Prefixes that records name: where all that lies below one goes.

use hashbrown::HashMap;

use crate::references::References;
use crate::references::fold::{FoldHasher, split_directory};
use crate::references::hash_filter::HashFilter;
use crate::references::records::{Flags, NONE};

/// How many directories a plan's filter has room for; with more of them it only says yes more often.
const MOVED_DIRECTORIES: usize = 1 << 20;

/// What becomes of the objects below a prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum PrefixMove {
    /// Nothing lies below it.
    #[default]
    Empty,
    /// Nothing below it moves.
    Stays,
    /// Everything moves below this one, with the rest of its key unchanged.
    Moves(String),
    /// Some of it stays, or it goes to several places.
    Parts,
}

impl PrefixMove {
    fn join(&mut self, other: &Self) {
        *self = match (std::mem::take(self), other) {
            (Self::Empty, other) => other.clone(),
            (own, Self::Empty) => own,
            (own, other) if own == *other => own,
            _ => Self::Parts,
        };
    }
}

/// The directories below which a plan moves something, nearly: it may say yes without cause, and never no.
#[derive(Debug)]
pub(super) struct Moved {
    filter: HashFilter,
    /// The bucket and directory of the last key: its like says nothing new.
    last: Option<(u16, Vec<u8>)>,
}

impl Moved {
    pub(super) fn nothing() -> Self {
        Self { filter: HashFilter::with_room(MOVED_DIRECTORIES), last: None }
    }

    /// An object of a bucket is to move.
    pub(super) fn note(&mut self, bucket: u16, old_key: &str) {
        let (directory, _) = split_directory(old_key.as_bytes());
        if self.last.as_ref().is_none_or(|(of, last)| *of != bucket || *last != directory) {
            ends(old_key).for_each(|length| self.filter.insert(Self::hash(bucket, &old_key[..length])));
            self.last = Some((bucket, directory.to_vec()));
        }
    }

    fn may_move_below(&self, bucket: u16, prefix: &str) -> bool {
        self.filter.may_hold(Self::hash(bucket, prefix))
    }

    fn hash(bucket: u16, directory: &str) -> u64 {
        FoldHasher::default().directory(directory.as_bytes()).rotate_left(u32::from(bucket))
    }
}

/// The lengths of the prefixes of a key that end where a directory does.
fn ends(key: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(memchr::memchr_iter(b'/', key.as_bytes()).map(|slash| slash + 1))
}

/// The prefixes of all buckets.
#[derive(Debug, Clone, Default)]
pub(super) struct PrefixMoves {
    /// By bucket: prefix (ends in `/`, or is empty) → what becomes of it.
    buckets: Vec<HashMap<String, PrefixMove>>,
    /// The bucket and directory of the last key that stayed: its like says nothing new.
    last: Option<(u16, Vec<u8>)>,
}

impl PrefixMoves {
    /// Every prefix that a record names.
    pub(super) fn of(references: &References) -> Self {
        let mut buckets: Vec<HashMap<String, PrefixMove>> = references.buckets.iter().map(|_| HashMap::new()).collect();
        for reference in references.list.iter() {
            if reference.flags.has(Flags::PREFIX) && reference.target != NONE {
                let bucket = usize::from(reference.bucket);
                let prefix = references.buckets[bucket].prefix_text(reference.target);
                if !buckets[bucket].contains_key(prefix) {
                    buckets[bucket].insert(prefix.to_owned(), PrefixMove::Empty);
                }
            }
        }
        Self { buckets, last: None }
    }

    /// The same without those below which nothing moves: there is nothing to say of them.
    pub(super) fn among(mut self, moved: &Moved) -> Self {
        for (bucket, known) in (0..).zip(&mut self.buckets) {
            known.retain(|prefix, _| moved.may_move_below(bucket, prefix));
        }
        self
    }

    /// What becomes of a prefix that a record names.
    pub(super) fn get(&self, bucket: u16, prefix: &str) -> &PrefixMove {
        self.buckets[usize::from(bucket)].get(prefix).unwrap_or(&PrefixMove::Empty)
    }

    /// An object stays where it is.
    pub(super) fn stays(&mut self, bucket: u16, key: &[u8]) {
        if self.buckets[usize::from(bucket)].is_empty() {
            return;
        }
        let (directory, _) = split_directory(key);
        if self.last.as_ref().is_some_and(|(of, last)| *of == bucket && *last == directory) {
            return;
        }
        let text = std::str::from_utf8(directory).unwrap_or_default();
        self.each(bucket, text, |_| PrefixMove::Stays);
        let (of, last) = self.last.get_or_insert_default();
        *of = bucket;
        last.clear();
        last.extend_from_slice(directory);
    }

    /// An object moves.
    pub(super) fn moves(&mut self, bucket: u16, old_key: &str, new_key: &str) {
        if self.buckets[usize::from(bucket)].is_empty() {
            return;
        }
        self.each(bucket, old_key, |length| match new_key.strip_suffix(&old_key[length..]) {
            Some(prefix) if prefix.ends_with('/') => PrefixMove::Moves(prefix.to_owned()),
            _ => PrefixMove::Parts,
        });
    }

    fn each(&mut self, bucket: u16, key: &str, what: impl Fn(usize) -> PrefixMove) {
        let known = &mut self.buckets[usize::from(bucket)];
        for length in ends(key) {
            if let Some(found) = known.get_mut(&key[..length])
                && *found != PrefixMove::Parts
            {
                found.join(&what(length));
            }
        }
    }

    /// Takes over what another thread saw.
    pub(super) fn absorb(&mut self, other: &Self) {
        for (known, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            for (prefix, found) in theirs {
                known.entry(prefix.clone()).or_default().join(found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hashbrown::HashMap;

    use super::{Moved, PrefixMove, PrefixMoves};

    fn of(prefixes: &[&str]) -> PrefixMoves {
        let known: HashMap<_, _> = prefixes.iter().map(|prefix| ((*prefix).to_owned(), PrefixMove::Empty)).collect();
        PrefixMoves { buckets: vec![known], last: None }
    }

    #[test]
    fn a_prefix_moves_only_as_a_whole() {
        let mut moves = of(&["old/", "old/a/", "old/b/", "mixed/", "none/"]);
        moves.moves(0, "old/a/1", "new/a/1");
        moves.moves(0, "old/a/2", "new/a/2");
        moves.moves(0, "old/b/1", "new/x/b/1");
        moves.moves(0, "mixed/1", "new/1");
        moves.stays(0, b"mixed/2");
        assert_eq!(*moves.get(0, "old/a/"), PrefixMove::Moves("new/a/".to_owned()));
        assert_eq!(*moves.get(0, "old/b/"), PrefixMove::Moves("new/x/b/".to_owned()));
        assert_eq!(*moves.get(0, "old/"), PrefixMove::Parts);
        assert_eq!(*moves.get(0, "mixed/"), PrefixMove::Parts);
        assert_eq!(*moves.get(0, "none/"), PrefixMove::Empty);
        let mut other = of(&["none/"]);
        other.stays(0, b"none/1");
        moves.absorb(&other);
        assert_eq!(*moves.get(0, "none/"), PrefixMove::Stays);
    }
    #[test]
    fn only_prefixes_below_which_something_moves_are_followed() {
        let mut moved = Moved::nothing();
        moved.note(0, "old/a/1");
        moved.note(0, "old/a/2");
        let of = of(&["old/", "old/a/", "new/", ""]).among(&moved);
        let mut followed: Vec<&str> = of.buckets[0].keys().map(String::as_str).collect();
        followed.sort_unstable();
        assert_eq!(followed, ["", "old/", "old/a/"]);
    }
}
