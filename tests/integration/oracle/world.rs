//! A world: a configuration, what its buckets hold and what its records say. Plain data of its own, which is
//! written out for the program and read directly by the oracle.

use serde_json::{Map, Value};
use stocktake::model::{Millis, Phase, Severity};

/// An item in DynamoDB JSON: attribute to typed value.
pub(crate) type Item = Map<String, Value>;

/// A severity for a rule's code or name, or a family.
pub(crate) type Setting = (&'static str, Severity);

/// Everything an audit is made of.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) buckets: Vec<Bucket>,
    pub(crate) areas: Vec<Area>,
    pub(crate) tables: Vec<Table>,
    pub(crate) workflow: Option<Workflow>,
    pub(crate) rules: Vec<Setting>,
    pub(crate) phase: Phase,
    pub(crate) cut_over: Option<Millis>,
    pub(crate) grace: Millis,
    pub(crate) now: Millis,
    /// Plural names and their singulars; L206 is on where there are any.
    pub(crate) singular: Vec<(&'static str, &'static str)>,
    pub(crate) inventories: Vec<Inventory>,
    pub(crate) exports: Vec<Export>,
}

/// One `[[bucket]]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bucket {
    pub(crate) name: &'static str,
    pub(crate) prefix: &'static str,
    /// A bucket and a prefix below it; only entries without a prefix have some.
    pub(crate) aliases: Vec<(&'static str, &'static str)>,
    pub(crate) role: &'static str,
    pub(crate) inventory: bool,
    pub(crate) inventory_prefixes: Vec<&'static str>,
    /// Attribute and value of the items whose objects lie here.
    pub(crate) records: Option<(&'static str, &'static str)>,
}

/// How an area stands to the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Standing {
    #[default]
    Wanted,
    Tolerated,
    Outside,
}

/// One `[[area]]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Area {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) role: &'static str,
    /// Whether its template starts at the bucket's root.
    pub(crate) at_root: bool,
    pub(crate) standing: Standing,
    pub(crate) fallback: bool,
    pub(crate) companions: Vec<Vec<&'static str>>,
    pub(crate) expected: Vec<&'static str>,
    /// Whether each object needs a reference of its own.
    pub(crate) by_object: bool,
    pub(crate) rules: Vec<Setting>,
    pub(crate) legacy: Vec<Legacy>,
}

/// What becomes of a legacy object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    To(&'static str),
    Keep,
    Retire,
}

/// One `[[area.legacy]]`.
#[derive(Debug, Clone)]
pub(crate) struct Legacy {
    pub(crate) name: &'static str,
    pub(crate) from: Vec<&'static str>,
    pub(crate) fate: Fate,
    /// Placeholders that come from records.
    pub(crate) record: Vec<&'static str>,
    pub(crate) unnamed_keep: bool,
    pub(crate) at_root: bool,
}

/// The unit of a record's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Millis,
    Rfc3339,
}

/// One `[[table]]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) key: Vec<&'static str>,
    pub(crate) changed_at: Option<(Vec<&'static str>, Unit)>,
    pub(crate) optional: bool,
    pub(crate) rules: Vec<Setting>,
    pub(crate) references: Vec<Reference>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) ignores: Vec<&'static str>,
}

/// What a reference's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    #[default]
    Object,
    Prefix,
    Key,
    KeyPrefix,
    Bucket,
}

/// Where the bucket of a key comes from.
#[derive(Debug, Clone)]
pub(crate) enum BucketFrom {
    Named(&'static str),
    Attributes(Vec<&'static str>),
    /// Another table, the attribute that holds its partition key, the attributes there.
    Table(&'static str, &'static str, Vec<&'static str>),
}

/// The test of a condition.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Equals(Vec<&'static str>),
    Not(Vec<&'static str>),
    Present(bool),
}

/// An attribute and its test.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) attribute: &'static str,
    pub(crate) test: Test,
}

/// A placeholder, the attribute that holds its value, and the member by which another list joins.
pub(crate) type Binding = (&'static str, &'static str, Option<&'static str>);

/// One `[[table.reference]]`.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) attribute: &'static str,
    pub(crate) kind: Kind,
    pub(crate) bucket: Option<BucketFrom>,
    /// Areas by name; empty means any place.
    pub(crate) areas: Vec<&'static str>,
    pub(crate) when: Option<Condition>,
    pub(crate) required_when: Option<Condition>,
    pub(crate) bind: Vec<Binding>,
    pub(crate) fill: Vec<Binding>,
    pub(crate) exclusive: bool,
    pub(crate) claims: bool,
    pub(crate) rules: Vec<Setting>,
}

impl Reference {
    /// A reference without conditions to any place.
    pub(crate) fn new(attribute: &'static str, kind: Kind) -> Self {
        Self {
            attribute,
            kind,
            bucket: None,
            areas: Vec::new(),
            when: None,
            required_when: None,
            bind: Vec::new(),
            fill: Vec::new(),
            exclusive: false,
            claims: true,
            rules: Vec::new(),
        }
    }
}

/// One `[[table.claim]]`.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) area: &'static str,
    pub(crate) bind: Vec<Binding>,
    pub(crate) when: Option<Condition>,
    pub(crate) unfinished_when: Option<Condition>,
}

/// One `[[workflow]]`.
#[derive(Debug, Clone)]
pub(crate) struct Workflow {
    pub(crate) name: &'static str,
    pub(crate) table: &'static str,
    pub(crate) when: Option<Condition>,
    pub(crate) steps: Vec<&'static str>,
    pub(crate) on: Option<&'static str>,
}

/// One inventory.
#[derive(Debug, Clone)]
pub(crate) struct Inventory {
    pub(crate) bucket: &'static str,
    pub(crate) at: Millis,
    pub(crate) rows: Vec<Row>,
    /// Rows of a part that the manifest lists and that is not there.
    pub(crate) lost: Vec<Row>,
}

impl Inventory {
    /// Whether everything listed is there.
    pub(crate) fn is_complete(&self) -> bool {
        self.lost.is_empty()
    }

    /// Whether it has the columns of versions.
    pub(crate) fn lists_versions(&self) -> bool {
        self.rows.iter().chain(&self.lost).any(|row| row.is_latest.is_some())
    }
}

/// One row of an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) version: Option<String>,
    pub(crate) is_latest: Option<bool>,
    pub(crate) is_delete_marker: bool,
    pub(crate) size: Option<u64>,
    pub(crate) modified: Option<Millis>,
    pub(crate) storage_class: Option<&'static str>,
    pub(crate) access_tier: Option<&'static str>,
}

impl Row {
    /// An object of a bucket without versions.
    pub(crate) fn object(key: impl Into<String>, size: u64, modified: Millis) -> Self {
        Self {
            key: key.into(),
            version: None,
            is_latest: None,
            is_delete_marker: false,
            size: Some(size),
            modified: Some(modified),
            storage_class: Some("STANDARD"),
            access_tier: None,
        }
    }

    /// Whether it is the latest version of its key.
    pub(crate) fn is_latest(&self) -> bool {
        self.is_latest != Some(false)
    }

    /// Whether it is an object: the latest version and no delete marker.
    pub(crate) fn is_object(&self) -> bool {
        self.is_latest() && !self.is_delete_marker
    }

    /// Whether it is a folder marker.
    pub(crate) fn is_marker(&self) -> bool {
        self.key.ends_with('/') && self.size.unwrap_or(0) == 0
    }

    /// Whether it cannot be read now.
    pub(crate) fn is_archived(&self) -> bool {
        matches!(self.storage_class, Some("GLACIER" | "DEEP_ARCHIVE"))
            || matches!(self.access_tier, Some("ARCHIVE" | "DEEP_ARCHIVE"))
    }
}

/// One export.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    pub(crate) table: &'static str,
    pub(crate) at: Millis,
    pub(crate) items: Vec<Item>,
}

impl World {
    /// The area of that name.
    pub(crate) fn area(&self, name: &str) -> usize {
        self.areas.iter().position(|area| area.name == name).unwrap()
    }

    /// The export of a table, if there is one.
    pub(crate) fn export(&self, table: &str) -> Option<&Export> {
        self.exports.iter().find(|export| export.table == table)
    }

    /// The inventory of a bucket, if there is one.
    pub(crate) fn inventory(&self, bucket: &str) -> Option<&Inventory> {
        self.inventories.iter().find(|inventory| inventory.bucket == bucket)
    }

    /// Whether every declared table that must have an export has one.
    pub(crate) fn exports_are_complete(&self) -> bool {
        self.tables.iter().all(|table| table.optional || self.export(table.name).is_some())
    }
}
