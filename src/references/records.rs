//! What the records say, packed: items, references, runs of workflows, claims; sized by the records, never by the
//! bucket.

use hashbrown::HashMap;

use crate::model::Millis;
use crate::references::index::BucketIndex;
use crate::references::texts::Texts;

/// No number: no target, no element, no path.
pub const NONE: u32 = u32::MAX;

/// Everything that the exports said, as the object pass and the closing judgements need it.
#[derive(Debug, Default)]
pub struct References {
    /// One index for each bucket of the layout, in its order.
    pub buckets: Vec<BucketIndex>,
    /// The items that hold references or run workflows.
    pub items: Items,
    /// Every reference.
    pub list: Vec<Reference>,
    /// Attribute paths with indices, interned.
    pub paths: Texts,
    /// Facts that few references have.
    pub odd: HashMap<u32, Odd>,
    /// Reference → key of its mapped new place, in the same bucket.
    pub mapped: HashMap<u32, u32>,
    /// Runs of workflows.
    pub runs: Vec<Run>,
    /// The steps of all runs, each run's in a row.
    pub steps: Vec<(u8, StepState)>,
    /// Values by which list elements join, and other small texts of runs.
    pub elements: Texts,
    /// Undeclared attributes that hold URIs of declared buckets, by table and path.
    pub mentions: HashMap<(u16, String), Mention>,
    /// Attributes for which two declarations held at once: (table, attribute) → how many values.
    pub ambiguous: HashMap<(u16, String), u64>,
    /// By table: items read.
    pub item_counts: Vec<u64>,
    /// By declaration: records that should have a value and have none.
    pub absent_counts: Vec<u64>,
}

/// The items, by number.
#[derive(Debug, Default)]
pub struct Items {
    /// Their primary keys, as findings name them.
    pub names: Texts,
    /// Their tables.
    pub tables: Vec<u16>,
    /// When they changed; [`UNKNOWN_TIME`] where that is not known.
    pub changed: Vec<Millis>,
}

/// A record's time that is not known.
pub const UNKNOWN_TIME: Millis = Millis::MIN;

impl Items {
    /// When an item changed, where that is known.
    pub fn changed_at(&self, item: u32) -> Option<Millis> {
        Some(self.changed[item as usize]).filter(|&changed| changed != UNKNOWN_TIME)
    }
}

/// One reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Its item.
    pub item: u32,
    /// Its attribute path, in `paths`.
    pub path: u32,
    /// The number of its key, or of its prefix, in its bucket's index; [`NONE`] where it names none.
    pub target: u32,
    /// Its declaration, by [`crate::references::Declarations`].
    pub declaration: u16,
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

/// One run of a workflow: an item, or one element of its lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The item.
    pub item: u32,
    /// The workflow, an index into the layout's.
    pub workflow: u16,
    /// The value its elements join by, in `elements`; [`NONE`] for a run without lists.
    pub element: u32,
    /// Where its steps start.
    pub start: u32,
    /// How many entries they have.
    pub length: u32,
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
