//! Which references are to be rewritten, and to what: the decisions about their objects, turned to the records.

use hashbrown::HashMap;

use crate::audit::migrate::prefixes::{PrefixMove, PrefixMoves};
use crate::audit::migrate::rows::NamedObjects;
use crate::migration::Action;
use crate::references::index::seen;
use crate::references::records::{Flags, NONE, Reference};
use crate::references::{Declarations, References};
use crate::results::plan::ReferencePlan;

/// What is to become of one reference.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// Its declaration.
    pub(super) declaration: u16,
    /// Where it stands in its item.
    pub(super) path: String,
    pub(super) bucket: u16,
    pub(super) is_prefix: bool,
    /// The key or prefix it names.
    pub(super) old: String,
    /// Its text, where it is neither `s3://bucket/key` nor the key.
    pub(super) text: Option<Box<str>>,
    pub(super) new: Result<String, Reason>,
}

impl Wish {
    /// Whether a text is the one that the wish is about: items that lack a part of their key share a name.
    pub(super) fn is_of(&self, bucket: &str, text: &str) -> bool {
        if let Some(own) = &self.text {
            return **own == *text;
        }
        let below = text.strip_prefix("s3://").and_then(|rest| rest.strip_prefix(bucket));
        let key = below.and_then(|rest| rest.strip_prefix('/')).unwrap_or(text);
        key == self.old || self.is_prefix && self.old.strip_suffix('/') == Some(key)
    }
}

/// Why a reference has to be looked at by hand.
#[derive(Debug, Clone)]
pub(super) struct Reason {
    pub(super) text: String,
    /// What it may become.
    pub(super) suggestion: Option<String>,
}

impl Reason {
    fn new(text: impl Into<String>, suggestion: Option<&str>) -> Self {
        Self { text: text.into(), suggestion: suggestion.map(str::to_owned) }
    }
}

/// The wishes of each item, by table and primary key; sized by the records that are to change.
pub(super) type Wishes = HashMap<u16, HashMap<String, Vec<Wish>>>;

/// What a plan makes of the records.
pub(super) struct Judge<'a> {
    pub(super) references: &'a References,
    pub(super) declarations: &'a Declarations<'a>,
    pub(super) named: &'a NamedObjects,
    pub(super) prefixes: &'a PrefixMoves,
}

impl Judge<'_> {
    /// The wishes of all items; `counted` has an entry for each declaration.
    pub(super) fn wishes(&self, counted: &mut [ReferencePlan]) -> Wishes {
        let mut wishes = Wishes::default();
        let items = &self.references.items;
        let mut item = 0_u32;
        for (number, reference) in (0_u32..).zip(self.references.list.iter()) {
            while item + 1 < items.first.len() as u32 && *items.first.get(item + 1) <= number {
                item += 1;
            }
            let declaration = self.references.declaration(reference);
            let counts = &mut counted[usize::from(declaration)];
            let Some((old, is_prefix, new)) = self.judge(number, reference, counts) else { continue };
            counts.legacy += 1;
            let table = self.declarations.position(declaration).0 as u16;
            let wish = Wish {
                declaration,
                path: self.references.path(reference).to_owned(),
                bucket: reference.bucket,
                is_prefix,
                old,
                text: self.references.odd.get(&number).and_then(|odd| odd.value.clone()),
                new,
            };
            wishes.entry(table).or_default().entry_ref(items.names.text(item)).or_default().push(wish);
        }
        wishes
    }

    /// The old key or prefix of a reference to an older generation, and its new one.
    fn judge(
        &self,
        number: u32,
        reference: &Reference,
        counts: &mut ReferencePlan,
    ) -> Option<(String, bool, Result<String, Reason>)> {
        let flags = reference.flags;
        if reference.target == NONE || flags.has(Flags::MALFORMED) || flags.has(Flags::OUTSIDE) {
            return None;
        }
        let index = &self.references.buckets[usize::from(reference.bucket)];
        let mut keys = self.references.keys_of(number, reference);
        let named = keys.find_map(|key| Some((key, self.named.get(&(reference.bucket, key))?)));
        if named.is_none()
            && let Some(prefix) = self.references.prefix_of(number, reference)
        {
            let old = index.prefix_text(prefix);
            let new = self.prefix(reference.bucket, old);
            if new.is_some() || flags.has(Flags::PREFIX) {
                return new.map(|new| (old.to_owned(), true, new));
            }
        }
        if !flags.has(Flags::KEY) || !flags.has(Flags::LEGACY) {
            return None;
        }
        if flags.has(Flags::KEPT) {
            counts.legacy += 1;
            counts.keep += 1;
            return None;
        }
        let mapped = self.references.mapped.get(&number);
        let suggestion = mapped.map(|&key| index.key_text(key));
        let target = named.map_or(reference.target, |(key, _)| key);
        let new = match named {
            None => match mapped.filter(|&&key| index.seen(key) & seen::LIVE != 0) {
                Some(&key) => Ok(index.key_text(key).to_owned()),
                None => Err(Reason::new("neither its old key nor its new one is there", suggestion)),
            },
            Some((_, named)) => {
                let rows = &named.rows;
                let mine = rows.iter().find(|(_, new)| new.is_some() && new.as_deref() == suggestion);
                match mine.or(if let [only] = rows.as_slice() { Some(only) } else { None }) {
                    Some((Action::Copy | Action::Done, Some(new))) => Ok(new.clone()),
                    Some((Action::Keep, _)) => {
                        counts.legacy += 1;
                        counts.keep += 1;
                        return None;
                    }
                    Some((Action::Retire, _)) => {
                        Err(Reason::new(format!("its object is given up: {}", named.reason), None))
                    }
                    Some((Action::Unmapped, _)) => {
                        Err(Reason::new(format!("its object has no new key: {}", named.reason), None))
                    }
                    Some((_, new)) => {
                        Err(Reason::new(format!("its object is not copied: {}", named.reason), new.as_deref()))
                    }
                    None => Err(Reason::new("its object goes to several places, and it does not say to which", None)),
                }
            }
        };
        Some((index.key_text(target).to_owned(), false, new))
    }

    /// The new place of a prefix to which there is something to do.
    fn prefix(&self, bucket: u16, old: &str) -> Option<Result<String, Reason>> {
        let why = match self.prefixes.get(bucket, old) {
            PrefixMove::Moves(new) => return Some(Ok(new.clone())),
            PrefixMove::Scatters => "what lies below it goes to several places",
            PrefixMove::Parts => "some of what lies below it moves away and some does not",
            PrefixMove::GivenUp => "what lies below it is given up",
            PrefixMove::Stays | PrefixMove::Empty => return None,
        };
        Some(Err(Reason::new(why, None)))
    }
}
