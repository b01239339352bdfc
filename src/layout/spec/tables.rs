//! Tables, their references and claims, as declared.

use super::RuleSetting;
use super::words::words;
use crate::model::Place;

/// One table name.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// Its name, without prefix.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Partition key, then sort key.
    pub key: Vec<String>,
    /// When an item last changed: attributes (first present wins) and unit.
    pub changed_at: Option<(Vec<AttributePath>, TimeUnit)>,
    /// Whether its export may be absent.
    pub optional: bool,
    /// Severities for its findings.
    pub rules: Vec<RuleSetting>,
    /// Its references.
    pub references: Vec<ReferenceSpec>,
    /// Its claims.
    pub claims: Vec<ClaimSpec>,
    /// Attributes that are not looked at, each list with its reason.
    pub ignores: Vec<(Vec<AttributePath>, String)>,
}

words! {
    /// The unit of a time in a record.
    TimeUnit {
        /// Seconds since the epoch.
        Seconds = "s",
        /// Milliseconds since the epoch.
        Milliseconds = "ms",
        /// Microseconds since the epoch.
        Microseconds = "us",
        /// RFC 3339 text.
        Rfc3339 = "rfc3339",
    }
}

/// A parsed attribute path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttributePath {
    /// As written.
    pub text: String,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// One step of an attribute path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// `name` or `"name.with.dots"`: an attribute, or a member of a map.
    Name(String),
    /// `[]`: each element of a list or set.
    Each,
    /// `.*`: each value of a map.
    EachValue,
    /// `.*#key`: each key of a map; last.
    EachKey,
    /// `.**`: anything below, at any depth; last, in `ignore` only.
    Anything,
    /// `@json`: text that holds JSON.
    Json,
    /// `@base64`: text or binary that holds more in base64.
    Base64,
}

/// Where a value comes from: `"path"`, or `{ attribute = "path", on = "name" }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The attribute.
    pub attribute: AttributePath,
    /// For a value in another list: the member by which its elements join with those of the reference.
    pub on: Option<String>,
}

words! {
    /// What a reference's value is.
    ReferenceKind {
        /// The location of an object.
        Object = "object",
        /// The location of everything below it.
        Prefix = "prefix",
        /// A key without its bucket.
        Key = "key",
        /// A key prefix without its bucket.
        KeyPrefix = "key-prefix",
        /// A bucket's name.
        Bucket = "bucket",
    }
}

/// Where the bucket of a key without one comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BucketSource {
    /// This one.
    Named(String),
    /// The first of these attributes of the same item that is present.
    Attributes(Vec<AttributePath>),
    /// The first of `attributes` that is present in the item of `table` (an index into `tables`) whose partition
    /// key equals this item's `by`.
    Table {
        /// The other table.
        table: usize,
        /// The attribute of this item that holds the other's partition key.
        by: AttributePath,
        /// The attributes of the other item.
        attributes: Vec<AttributePath>,
    },
}

/// `attribute` with exactly one of `equals`, `not`, `present`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The attribute.
    pub attribute: AttributePath,
    /// The test.
    pub test: Test,
}

/// A condition's test; text compares without case. An absent attribute (missing, NULL, `""`) fails `Equals` and
/// satisfies `Not`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Equals one of these.
    Equals(Vec<String>),
    /// Equals none of these.
    Not(Vec<String>),
    /// Is present, or is absent.
    Present(bool),
}

/// One `[[table.reference]]`.
#[derive(Debug, Clone)]
pub struct ReferenceSpec {
    /// The attribute that holds it.
    pub attribute: AttributePath,
    /// Where it is declared.
    pub place: Place,
    /// What its value is.
    pub kind: ReferenceKind,
    /// Where the bucket comes from, for kinds without one.
    pub bucket: Option<BucketSource>,
    /// The areas it may name; empty means any place.
    pub areas: Vec<usize>,
    /// When this declaration holds for an item.
    pub when: Option<Condition>,
    /// When the record must have a value (R311).
    pub required_when: Option<Condition>,
    /// Placeholder and the value it must equal (R309); these fill legacy placeholders too.
    pub bind: Vec<(String, Source)>,
    /// Placeholder and the value that fills it.
    pub fill: Vec<(String, Source)>,
    /// Whether several items naming one object is R310.
    pub exclusive: bool,
    /// Whether it keeps what it reaches from being an orphan.
    pub claims: bool,
    /// Severities for its findings.
    pub rules: Vec<RuleSetting>,
}

impl ReferenceSpec {
    /// The area it may name, an index into the layout's, if it is one alone.
    pub fn only_area(&self) -> Option<usize> {
        match self.areas.as_slice() {
            [area] => Some(*area),
            _ => None,
        }
    }
}

/// One `[[table.claim]]`: an item owns a folder without naming its objects.
#[derive(Debug, Clone)]
pub struct ClaimSpec {
    /// The area the folder lies in.
    pub area: usize,
    /// Where it is declared.
    pub place: Place,
    /// The values of the folder's placeholders.
    pub bind: Vec<(String, Source)>,
    /// When this claim holds.
    pub when: Option<Condition>,
    /// While this holds, the folder need not have its companions.
    pub unfinished_when: Option<Condition>,
}
