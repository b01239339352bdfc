//! Prefixes that records name, by intent or in a key that ends in `/`: where all that lies below one goes.

use hashbrown::{HashMap, HashSet};

use crate::references::References;
use crate::references::fold::{FoldHasher, split_directory};
use crate::references::hash_filter::HashFilter;

/// How many directories a plan's filter has room for; with more of them it only says yes more often.
const OLD_DIRECTORIES: usize = 1 << 20;

/// What becomes of the objects below a prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum PrefixMove {
    /// Nothing lies below it.
    #[default]
    Empty,
    /// Nothing below it moves.
    Stays,
    /// Everything below it is given up.
    GivenUp,
    /// Everything moves below this one, with the rest of its key unchanged.
    Moves(String),
    /// Everything leaves it, to several places, or is given up.
    Scatters,
    /// Some of it moves, and some does not.
    Parts,
}

impl PrefixMove {
    fn join(&mut self, other: &Self) {
        *self = match (std::mem::take(self), other) {
            (Self::Empty, other) => other.clone(),
            (own, Self::Empty) => own,
            (own, other) if own == *other => own,
            (Self::Moves(_) | Self::Scatters, Self::Moves(_) | Self::Scatters | Self::GivenUp)
            | (Self::GivenUp, Self::Moves(_) | Self::Scatters) => Self::Scatters,
            (Self::Stays | Self::GivenUp, Self::Stays | Self::GivenUp) => Self::Stays,
            _ => Self::Parts,
        };
    }
}

/// The directories below which a plan names old keys, nearly: it may say yes without cause, and never no.
#[derive(Debug)]
pub(super) struct OldPlaces {
    filter: HashFilter,
    /// The bucket and directory of the last key: its like says nothing new.
    last: Option<(u16, Vec<u8>)>,
}

impl OldPlaces {
    pub(super) fn none() -> Self {
        Self { filter: HashFilter::with_room(OLD_DIRECTORIES), last: None }
    }

    /// The plan has a row for a key of a bucket.
    pub(super) fn note(&mut self, bucket: u16, old_key: &str) {
        let (directory, _) = split_directory(old_key.as_bytes());
        if self.last.as_ref().is_none_or(|(of, last)| *of != bucket || *last != directory) {
            ends(old_key).for_each(|length| self.filter.insert(Self::hash(bucket, &old_key[..length])));
            self.last = Some((bucket, directory.to_vec()));
        }
    }

    fn may_lie_below(&self, bucket: u16, prefix: &str) -> bool {
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
    /// Likewise those below which an old key of the plan is gone.
    gone: Vec<HashSet<String>>,
    /// The bucket and directory of the last key that stayed: its like says nothing new.
    last: Option<(u16, Vec<u8>)>,
}

impl PrefixMoves {
    /// Every prefix that a record names.
    pub(super) fn of(references: &References) -> Self {
        let mut buckets: Vec<HashMap<String, PrefixMove>> = references.buckets.iter().map(|_| HashMap::new()).collect();
        for (number, reference) in (0_u32..).zip(references.list.iter()) {
            if let Some(number) = references.prefix_of(number, reference) {
                let bucket = usize::from(reference.bucket);
                let prefix = references.buckets[bucket].prefix_text(number);
                if !buckets[bucket].contains_key(prefix) {
                    buckets[bucket].insert(prefix.to_owned(), PrefixMove::Empty);
                }
            }
        }
        let gone = vec![HashSet::new(); buckets.len()];
        Self { buckets, gone, last: None }
    }

    /// The same without those below which a plan has nothing: there is nothing to say of them.
    pub(super) fn among(mut self, old: &OldPlaces) -> Self {
        for (bucket, known) in (0..).zip(&mut self.buckets) {
            known.retain(|prefix, _| old.may_lie_below(bucket, prefix));
        }
        self
    }

    /// What becomes of a prefix that a record names.
    pub(super) fn get(&self, bucket: u16, prefix: &str) -> &PrefixMove {
        self.buckets[usize::from(bucket)].get(prefix).unwrap_or(&PrefixMove::Empty)
    }

    /// Whether an old key of the plan that lay below a prefix is gone.
    pub(super) fn is_gone(&self, bucket: u16, prefix: &str) -> bool {
        self.gone[usize::from(bucket)].contains(prefix)
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

    /// An object is given up.
    pub(super) fn retires(&mut self, bucket: u16, key: &str) {
        self.each(bucket, key, |_| PrefixMove::GivenUp);
    }

    /// An object moves to each of these keys.
    pub(super) fn moves<'k>(&mut self, bucket: u16, old_key: &str, new_keys: impl Iterator<Item = &'k str> + Clone) {
        self.each(bucket, old_key, |length| {
            let mut found = PrefixMove::Empty;
            for new_key in new_keys.clone() {
                found.join(&match new_key.strip_suffix(&old_key[length..]) {
                    Some(prefix) if prefix.ends_with('/') => PrefixMove::Moves(prefix.to_owned()),
                    // It is still below the prefix, elsewhere.
                    _ if new_key.starts_with(&old_key[..length]) => PrefixMove::Parts,
                    _ => PrefixMove::Scatters,
                });
            }
            found
        });
    }

    /// An old key of the plan is there no more.
    pub(super) fn vanishes(&mut self, bucket: u16, old_key: &str) {
        let (known, gone) = (&self.buckets[usize::from(bucket)], &mut self.gone[usize::from(bucket)]);
        if known.len() == gone.len() {
            return;
        }
        for prefix in ends(old_key).map(|length| &old_key[..length]) {
            if known.contains_key(prefix) && !gone.contains(prefix) {
                gone.insert(prefix.to_owned());
            }
        }
    }

    fn each(&mut self, bucket: u16, key: &str, what: impl Fn(usize) -> PrefixMove) {
        let known = &mut self.buckets[usize::from(bucket)];
        if known.is_empty() {
            return;
        }
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
        self.gone.iter_mut().zip(&other.gone).for_each(|(gone, theirs)| gone.extend(theirs.iter().cloned()));
    }
}

#[cfg(test)]
mod tests {
    use hashbrown::{HashMap, HashSet};

    use super::{OldPlaces, PrefixMove, PrefixMoves};

    fn of(prefixes: &[&str]) -> PrefixMoves {
        let known: HashMap<_, _> = prefixes.iter().map(|prefix| ((*prefix).to_owned(), PrefixMove::Empty)).collect();
        PrefixMoves { buckets: vec![known], gone: vec![HashSet::new()], last: None }
    }

    #[test]
    fn a_prefix_moves_only_as_a_whole() {
        let mut moves = of(&["old/", "old/a/", "old/b/", "mixed/", "inner/", "junk/", "none/"]);
        let mut go = |old: &str, new: &[&str]| moves.moves(0, old, new.iter().copied());
        go("old/a/1", &["new/a/1"]);
        go("old/a/2", &["new/a/2"]);
        go("old/b/1", &["new/x/b/1", "new/y/b/1"]);
        go("mixed/1", &["new/1"]);
        go("inner/1", &["inner/new/2"]);
        moves.stays(0, b"mixed/2");
        moves.retires(0, "junk/1");
        assert_eq!(*moves.get(0, "old/a/"), PrefixMove::Moves("new/a/".to_owned()));
        assert_eq!(*moves.get(0, "old/b/"), PrefixMove::Scatters);
        assert_eq!(*moves.get(0, "old/"), PrefixMove::Scatters);
        assert_eq!(*moves.get(0, "mixed/"), PrefixMove::Parts);
        assert_eq!(*moves.get(0, "inner/"), PrefixMove::Parts);
        assert_eq!(*moves.get(0, "junk/"), PrefixMove::GivenUp);
        assert_eq!(*moves.get(0, "none/"), PrefixMove::Empty);
        let mut other = of(&["none/"]);
        other.stays(0, b"none/1");
        other.vanishes(0, "none/2");
        moves.absorb(&other);
        assert_eq!(*moves.get(0, "none/"), PrefixMove::Stays);
        assert!(moves.is_gone(0, "none/") && !moves.is_gone(0, "old/"));
    }

    #[test]
    fn only_prefixes_below_which_a_plan_has_something_are_followed() {
        let mut old = OldPlaces::none();
        old.note(0, "old/a/1");
        old.note(0, "old/a/2");
        let of = of(&["old/", "old/a/", "new/", ""]).among(&old);
        let mut followed: Vec<&str> = of.buckets[0].keys().map(String::as_str).collect();
        followed.sort_unstable();
        assert_eq!(followed, ["", "old/", "old/a/"]);
    }
}
