//! What the records say, packed: items, references, runs of workflows, claims; sized by the records, never by the
//! bucket.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::model::Millis;
use crate::references::index::BucketIndex;
use crate::references::places::Places;
use crate::references::runs::Runs;
use crate::references::texts::{Column, Texts};

/// No number: no target, no element.
pub const NONE: u32 = u32::MAX;

/// Everything that the exports said, as the object pass and the closing judgements need it.
#[derive(Debug, Default)]
pub struct References {
    /// One index for each bucket of the layout, in its order.
    pub buckets: Arc<[BucketIndex]>,
    /// The items that hold references or run workflows.
    pub items: Items,
    /// Every reference, those of one item in a row.
    pub list: Column<Reference>,
    /// Where references stand in items.
    pub places: Places,
    /// Facts that few references have.
    pub odd: HashMap<u32, Odd>,
    /// Reference → key of its mapped new place, in the same bucket.
    pub mapped: HashMap<u32, u32>,
    /// Runs of workflows.
    pub runs: Runs,
    /// Undeclared attributes that hold URIs of declared buckets, by table and path.
    pub mentions: HashMap<(u16, String), Mention>,
    /// Attributes for which two declarations held at once: (table, attribute) → how many values.
    pub ambiguous: HashMap<(u16, String), u64>,
    /// By table: items read.
    pub item_counts: Vec<u64>,
    /// By declaration: records that should have a value and have none.
    pub absent_counts: Vec<u64>,
}

impl References {
    /// A reference by its number.
    pub fn reference(&self, number: u32) -> &Reference {
        self.list.get(number)
    }

    /// The declaration of a reference, by [`crate::references::Declarations`].
    pub fn declaration(&self, reference: &Reference) -> u16 {
        self.places.declaration(reference.place)
    }

    /// The attribute path of a reference, with indices.
    pub fn path(&self, reference: &Reference) -> &str {
        self.places.path(reference.place)
    }

    /// The item that holds a reference.
    pub fn item_of(&self, number: u32) -> u32 {
        // Of several items that begin at one reference, all but the last have none.
        self.items.first.partition_point(|&first| first <= number).saturating_sub(1) as u32
    }

    /// The numbers of the keys that a reference may name, in its bucket's index: in each reading of its text.
    pub fn keys_of(&self, number: u32, reference: &Reference) -> impl Iterator<Item = u32> {
        let own = Some(reference.target).filter(|&target| target != NONE && reference.flags.has(Flags::KEY));
        own.into_iter().chain(own.and_then(|_| self.odd.get(&number)?.other_target))
    }

    /// The number of the prefix that a reference names, in its bucket's index; a key that ends in `/` may be one.
    pub fn prefix_of(&self, number: u32, reference: &Reference) -> Option<u32> {
        if reference.flags.has(Flags::PREFIX) {
            return Some(reference.target).filter(|&target| target != NONE);
        }
        self.odd.get(&number)?.prefix
    }

    /// What is held in memory.
    pub fn held(&self) -> Held {
        let keys: usize = self.buckets.iter().map(BucketIndex::text_bytes).sum();
        let primary_keys = self.items.names.text_bytes();
        let buckets: usize = self.buckets.iter().map(BucketIndex::heap_bytes).sum();
        let all = buckets
            + self.items.heap_bytes()
            + self.list.heap_bytes()
            + self.places.heap_bytes()
            + self.runs.heap_bytes()
            + self.odd.allocation_size()
            + self.odd.values().map(Odd::heap_bytes).sum::<usize>()
            + self.mapped.allocation_size();
        Held { references: self.list.len(), keys, primary_keys, rest: all - keys - primary_keys }
    }
}

/// Heap bytes that [`References`] hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// How many references there are.
    pub references: usize,
    /// Texts of the keys and prefixes that records name.
    pub keys: usize,
    /// Texts of the primary keys of items.
    pub primary_keys: usize,
    /// Everything else, capacity included.
    pub rest: usize,
}

/// The items, by number.
#[derive(Debug, Default)]
pub struct Items {
    /// Their primary keys, as findings name them.
    pub names: Texts,
    /// When they changed; [`UNKNOWN_TIME`] where that is not known.
    pub changed: Column<Millis>,
    /// The number of their first reference, or of the next one there is.
    pub first: Column<u32>,
}

/// A record's time that is not known.
pub const UNKNOWN_TIME: Millis = Millis::MIN;

impl Items {
    /// When an item changed, where that is known.
    pub fn changed_at(&self, item: u32) -> Option<Millis> {
        Some(*self.changed.get(item)).filter(|&changed| changed != UNKNOWN_TIME)
    }

    fn heap_bytes(&self) -> usize {
        self.names.heap_bytes() + self.changed.heap_bytes() + self.first.heap_bytes()
    }
}

/// One reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands in its item, in `places`.
    pub place: u32,
    /// The number of its key, or of its prefix, in its bucket's index; [`NONE`] where it names none.
    pub target: u32,
    /// Its bucket in the layout; meaningless where it names none.
    pub bucket: u16,
    /// What it names, and more.
    pub flags: Flags,
}

/// What a reference is, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(pub u16);

impl Flags {
    /// Not an S3 location.
    pub const MALFORMED: Self = Self(1);
    /// Beyond what inventories list.
    pub const OUTSIDE: Self = Self(1 << 1);
    /// It names a key.
    pub const KEY: Self = Self(1 << 2);
    /// It names a prefix.
    pub const PREFIX: Self = Self(1 << 3);
    /// It names a bucket that is declared and has an inventory.
    pub const BUCKET: Self = Self(1 << 4);
    /// A legacy template matches its key.
    pub const LEGACY: Self = Self(1 << 5);
    /// Its legacy key is to be kept where it is.
    pub const KEPT: Self = Self(1 << 6);
    /// A prefix too high to mean anything.
    pub const OVER_BROAD: Self = Self(1 << 7);
    /// Its object, if there is one, lies in another use case's part of the bucket.
    pub const OTHER_USE_CASE: Self = Self(1 << 8);
    /// … in a bucket of another role.
    pub const OTHER_ROLE: Self = Self(1 << 9);
    /// … in another area.
    pub const OTHER_AREA: Self = Self(1 << 10);
    /// Its value is its key alone, without a bucket.
    pub const ALONE: Self = Self(1 << 11);
    /// A prefix above those that inventories list.
    pub const ABOVE: Self = Self(1 << 12);

    /// Adds a flag.
    pub const fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether a flag is set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What only few references need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Odd {
    /// The value as the record holds it, where it is not `s3://bucket/key`.
    pub value: Option<Box<str>>,
    /// What was expected of a malformed one.
    pub expected: Option<Box<str>>,
    /// The declared bucket it almost names.
    pub near_bucket: Option<Box<str>>,
    /// The bucket and key of one that lies outside.
    pub outside: Option<(Box<str>, Box<str>)>,
    /// The number of the key of its second reading.
    pub other_target: Option<u32>,
    /// The number of the prefix, for a key ending in `/`.
    pub prefix: Option<u32>,
    /// The version it asks for.
    pub version: Option<Box<str>>,
    /// Captures that are not the record's values: placeholder, captured, recorded.
    pub mismatches: Vec<(Box<str>, Box<str>, Box<str>)>,
}

impl Odd {
    fn heap_bytes(&self) -> usize {
        let texts = [&self.value, &self.expected, &self.near_bucket, &self.version];
        let texts: usize = texts.into_iter().flatten().map(|text| text.len()).sum();
        let outside = self.outside.as_ref().map_or(0, |(bucket, key)| bucket.len() + key.len());
        let of =
            |(name, captured, recorded): &(Box<str>, Box<str>, Box<str>)| name.len() + captured.len() + recorded.len();
        let mismatches = self.mismatches.capacity() * size_of::<(Box<str>, Box<str>, Box<str>)>();
        texts + outside + mismatches + self.mismatches.iter().map(of).sum::<usize>()
    }
}

/// What a run holds at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// A reference, by number.
    Reference(u32),
    /// Nothing, and whether the record's state demands a value.
    Absent {
        /// Whether `required_when` holds.
        required: bool,
    },
}

/// An undeclared attribute that holds URIs of declared buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// How many values.
    pub occurrences: u64,
    /// The least item that has one.
    pub item: String,
    /// The value there.
    pub value: String,
}
