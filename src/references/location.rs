//! From a record's text to a place in a declared bucket: aliases, near misses, what lies outside.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::layout::Layout;
use crate::layout::spec::LayoutSpec;
use crate::model::suggest;
use crate::model::uri::{self, S3Location, UriError};

/// The furthest a bucket's name may be from a declared one and count as a slip of it.
const NEAR_BUCKET: usize = 2;

/// Where a text points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Located<'v> {
    /// Into a bucket whose inventory is expected.
    Inside {
        /// The bucket, an index into `Layout::buckets`.
        bucket: u16,
        /// The key, perhaps empty.
        key: Cow<'v, str>,
        /// A second reading of the key.
        other: Option<String>,
        /// The version asked for.
        version: Option<String>,
    },
    /// Into a bucket without an inventory.
    Outside {
        /// The bucket, where the text names one.
        bucket: Option<String>,
        /// The key.
        key: Option<String>,
        /// The declared bucket that this is.
        declared: Option<u16>,
    },
    /// No location.
    Malformed {
        /// What was expected.
        expected: String,
        /// The declared bucket it almost names.
        near: Option<String>,
    },
}

/// How much of what a reference names the inventories of its bucket list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    /// All of it.
    Whole,
    /// A part: it is a prefix above theirs.
    InPart,
    /// Nothing.
    Not,
}

/// Knows the declared buckets by every name.
#[derive(Debug)]
pub(super) struct Resolver<'l> {
    layout: &'l Layout,
    /// Name → (bucket, prefix below the name that is left out, prefix that is put in its place).
    names: HashMap<&'l str, Vec<Alias<'l>>>,
    /// By bucket: whether it has an inventory.
    has_inventory: Vec<bool>,
}

#[derive(Debug, Clone, Copy)]
struct Alias<'l> {
    bucket: u16,
    /// What stands before the key under the alias.
    below: &'l str,
    /// What stands before it in the bucket.
    put: &'l str,
}

impl<'l> Resolver<'l> {
    pub(super) fn new(layout: &'l Layout) -> Self {
        let spec: &LayoutSpec = layout.spec();
        let mut names: HashMap<&'l str, Vec<Alias<'l>>> = HashMap::new();
        let mut has_inventory = Vec::new();
        for (number, bucket) in (0_u16..).zip(layout.buckets()) {
            let entries = bucket.entries().iter().map(|&entry| &spec.buckets[entry]);
            has_inventory.push(entries.clone().any(|entry| entry.inventory));
            let mut add = |name: &'l str, alias: Alias<'l>| names.entry(name).or_default().push(alias);
            for entry in entries {
                add(&entry.name, Alias { bucket: number, below: "", put: "" });
                for (name, below) in &entry.aliases {
                    let put = if below.is_empty() { "" } else { entry.prefix.as_str() };
                    add(name, Alias { bucket: number, below, put });
                }
            }
        }
        Self { layout, names, has_inventory }
    }

    /// Reads a location in any form of [`uri::parse`].
    pub(super) fn uri<'v>(&self, text: &'v str) -> Located<'v> {
        match uri::parse(text) {
            Ok(location) => self.place(location),
            Err(UriError::AccessPoint) => Located::Outside { bucket: None, key: None, declared: None },
            Err(error) => Located::Malformed { expected: error.expected().to_owned(), near: None },
        }
    }

    /// Reads a key whose bucket is known by name.
    pub(super) fn key<'v>(&self, bucket: &'v str, key: &'v str) -> Located<'v> {
        if !uri::is_bucket_name(bucket) {
            return Located::Malformed { expected: UriError::Bucket.expected().to_owned(), near: None };
        }
        if key.len() > crate::model::key::MAX_KEY_BYTES {
            return Located::Malformed { expected: UriError::TooLong.expected().to_owned(), near: None };
        }
        let location =
            S3Location { bucket: Cow::Borrowed(bucket), key: Cow::Borrowed(key), other_key: None, version: None };
        self.place(location)
    }

    fn place<'v>(&self, location: S3Location<'v>) -> Located<'v> {
        let S3Location { bucket: name, key, other_key: other, version } = location;
        let Some(aliases) = self.names.get(&*name) else {
            return self.undeclared(&name, &key);
        };
        // The alias with the longest prefix that fits, so that a bare name is the last resort.
        let fitting = aliases.iter().filter(|alias| key.starts_with(alias.below));
        let Some(&Alias { bucket, below, put }) = fitting.max_by_key(|alias| alias.below.len()) else {
            return Located::Outside { bucket: Some(name.into_owned()), key: Some(key.into_owned()), declared: None };
        };
        let (key, other) = if below.is_empty() && put.is_empty() {
            (key, other)
        } else {
            let moved = |key: &str| key.strip_prefix(below).map(|rest| format!("{put}{rest}"));
            (Cow::Owned(moved(&key).unwrap_or_default()), other.as_deref().and_then(moved))
        };
        if !self.has_inventory[bucket as usize] {
            let name = self.layout.buckets()[bucket as usize].name().to_owned();
            return Located::Outside { bucket: Some(name), key: Some(key.into_owned()), declared: Some(bucket) };
        }
        Located::Inside { bucket, key, other, version: version.map(Cow::into_owned) }
    }

    /// How much of a key, or of what lies below a prefix (empty or ending in `/`), the bucket's inventories list.
    pub(super) fn listed(&self, bucket: u16, key: &str) -> Listed {
        let within = &self.layout.buckets()[bucket as usize];
        let is_prefix = key.is_empty() || key.ends_with('/');
        if within.lists(key) {
            Listed::Whole
        } else if is_prefix && within.lists_below(key) {
            Listed::InPart
        } else {
            Listed::Not
        }
    }

    fn undeclared<'v>(&self, name: &str, key: &str) -> Located<'v> {
        match self.near(name) {
            Some(near) => {
                Located::Malformed { expected: format!("the declared bucket `{near}`"), near: Some(near.to_owned()) }
            }
            None => Located::Outside { bucket: Some(name.to_owned()), key: Some(key.to_owned()), declared: None },
        }
    }

    /// The declared name within edit distance two, nearest first, then by name.
    pub(super) fn near(&self, name: &str) -> Option<&'l str> {
        let near = self.names.keys().copied().filter(|known| suggest::within(name, known, NEAR_BUCKET));
        near.min_by_key(|known| (strsim::osa_distance(name, known), *known))
    }
}
