//! What the engine shows a rule: everything is decided already, a check only says what it found.

pub use crate::rules::excuse_context::{ExceptionContext, StaleContext};

use crate::layout::spec::{AreaSpec, ReferenceSpec, TableSpec};
use crate::model::finding::Text;
use crate::model::{Finding, Millis, Outcome, RuleMeta, SourceDefect, Subject};

/// Where a check puts what it found. The severity is the engine's business: nearest setting wins, and a rule
/// that is off is never called.
pub trait FindingSink {
    /// Takes one finding.
    fn report(&mut self, finding: Finding<'_>);
}

/// Features of an object row: a rule is called only for rows that have one of those it asks for, so that a
/// common, compliant row calls none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trigger(pub u32);

impl Trigger {
    /// `//` or a leading `/` that no matched legacy template spells out.
    pub const EMPTY_SEGMENT: Self = Self(1);
    /// `.` or `..` as a segment.
    pub const RELATIVE_SEGMENT: Self = Self(1 << 1);
    /// A character of K103's list.
    pub const UNSAFE_CHARACTER: Self = Self(1 << 2);
    /// A byte beyond ASCII.
    pub const NOT_ASCII: Self = Self(1 << 3);
    /// A legacy template matches.
    pub const LEGACY: Self = Self(1 << 4);
    /// No area; nothing near.
    pub const UNDECLARED: Self = Self(1 << 5);
    /// A placeholder of the nearest area is broken.
    pub const MALFORMED: Self = Self(1 << 6);
    /// Too shallow for the nearest area.
    pub const MISSING: Self = Self(1 << 7);
    /// An area's path at the wrong place, or a near miss of its name.
    pub const MISPLACED: Self = Self(1 << 8);
    /// Zero bytes, in an area, and no folder marker.
    pub const EMPTY: Self = Self(1 << 9);
    /// The object's reference class is orphan.
    pub const ORPHAN: Self = Self(1 << 10);

    /// Both.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether they have a feature in common.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// One object (the latest version, no delete marker, no folder marker, in scope, in no tolerated area for K and L).
#[derive(Debug)]
pub struct ObjectContext<'a> {
    /// The bucket's name.
    pub bucket: &'a str,
    /// The key.
    pub key: &'a str,
    /// The version, where versions are listed and it is not the null version.
    pub version: Option<&'a str>,
    /// Bytes, where known.
    pub size: Option<u64>,
    /// Last modified, where known.
    pub modified: Option<Millis>,
    /// The area it lies in, or (legacy) the area whose generation matches.
    pub area: Option<&'a AreaSpec>,
    /// For a legacy key: the generation's name, its new key if one can be made, and what names its writer.
    pub legacy: Option<LegacyContext<'a>>,
    /// For a key in no area: what came nearest.
    pub miss: Option<MissContext<'a>>,
    /// The first segment (from 0) that is empty and not spelled out by a matched legacy template.
    pub empty_segment: Option<u32>,
    /// For an orphan: its folder's prefix.
    pub folder: Option<&'a str>,
    /// From when on no writer may use a legacy path.
    pub cut_over: Option<Millis>,
}

/// What is known of a legacy key.
#[derive(Debug, Clone, Copy)]
pub struct LegacyContext<'a> {
    /// The generation's name.
    pub generation: &'a str,
    /// Its new key, if one can be made from the key and the records.
    pub target: Option<&'a str>,
    /// `move`, `retire`, `unnamed` where placeholders are missing, or `keep` where the object is to stay for good.
    pub fate: &'static str,
    /// What names the writer, and the value: the placeholder `job`, else the template's first that is a whole segment.
    pub writer: Option<(&'a str, &'a str)>,
}

/// What came nearest to a key in no area.
#[derive(Debug, Clone, Copy)]
pub struct MissContext<'a> {
    /// The area that came nearest.
    pub area: Option<&'a str>,
    /// The segment that broke, from 0.
    pub segment: Option<u32>,
    /// What was expected there.
    pub expected: Option<&'a str>,
    /// A key that matches, if nothing in it had to be invented.
    pub suggestion: Option<&'a str>,
}

impl<'a> ObjectContext<'a> {
    /// A finding of `rule` about this object, with what every such finding carries.
    pub fn finding(&self, rule: &'static RuleMeta) -> Finding<'a> {
        let mut finding = Finding::new(rule.code, crate::model::Severity::Ignore, Subject::Object);
        finding.bucket = Some(Text::Borrowed(self.bucket));
        finding.key = Some(Text::Borrowed(self.key));
        finding.version = self.version.map(Text::Borrowed);
        finding.area = self.area.map(|area| Text::Borrowed(area.name.as_str()));
        finding.size = self.size;
        finding.modified = self.modified;
        finding
    }
}

/// One folder of an area, at the end of the pass.
#[derive(Debug)]
pub struct FolderContext<'a> {
    /// The bucket's name.
    pub bucket: &'a str,
    /// The folder's prefix, ending in `/`, or empty for the bucket's root.
    pub folder: &'a str,
    /// Its area.
    pub area: &'a AreaSpec,
    /// Objects in it.
    pub objects: u64,
    /// Bytes in it.
    pub bytes: u64,
    /// The newest modification in it, where known.
    pub newest: Option<Millis>,
    /// The companion lists of its area that nothing in it satisfies, each as written (alternatives joined by
    /// ` or `); empty unless companions are asked for, the folder is no unfinished job's and has left grace.
    pub missing_companions: &'a [String],
    /// Other folders of the same area that differ only in case, in byte order; without this one.
    pub case_twins: &'a [&'a str],
}

/// A configured plural name met as a layout's literal or as a bucket's top-level name.
#[derive(Debug)]
pub struct NameContext<'a> {
    /// The bucket in which it was met; `None` for a literal of the layout.
    pub bucket: Option<&'a str>,
    /// The plural.
    pub name: &'a str,
    /// The singular.
    pub singular: &'a str,
    /// The area whose template spells it, for a literal.
    pub area: Option<&'a str>,
}

/// One reference, at the end of the pass.
#[derive(Debug)]
pub struct ReferenceContext<'a> {
    /// Its table.
    pub table: &'a TableSpec,
    /// Its declaration.
    pub spec: &'a ReferenceSpec,
    /// The item, as findings name it.
    pub item: &'a str,
    /// The attribute path with indices.
    pub path: &'a str,
    /// The value as the record holds it.
    pub value: &'a str,
    /// What became of it.
    pub outcome: Outcome,
    /// The bucket it names, where it names one.
    pub bucket: Option<&'a str>,
    /// The key (or prefix) it names; the first of its readings.
    pub key: Option<&'a str>,
    /// The areas its declaration allows, by name, joined by ` or `; empty where any place will do.
    pub expected_areas: &'a str,
    /// The area its key lies in, if any.
    pub area: Option<&'a str>,
    /// Why a malformed reference is none.
    pub malformed: Option<&'a str>,
    /// For a malformed or outside reference: the declared bucket it almost names.
    pub near_bucket: Option<&'a str>,
    /// For a legacy key: whether the old key exists.
    pub old_exists: bool,
    /// For a legacy key: whether its new key exists.
    pub new_exists: bool,
    /// For a legacy key: its new key, if one can be made.
    pub new_key: Option<&'a str>,
    /// Whether its key is a legacy key.
    pub is_legacy: bool,
    /// For a dangling or deleted reference: up to three least keys near it that exist.
    pub nearest: &'a [String],
    /// Where an existing object lies though the declaration wants it elsewhere (R308).
    pub misplaced: Option<Misplaced<'a>>,
    /// Captures that are not the record's values (R309).
    pub mismatches: &'a [Mismatch],
    /// Whether it is a prefix too high to mean anything (R313).
    pub over_broad: bool,
    /// When its record changed, where that is known.
    pub changed_at: Option<Millis>,
    /// The size of the object it names, where it exists and that is known.
    pub size: Option<u64>,
}

/// Why an existing target is misplaced.
#[derive(Debug, Clone, Copy)]
pub struct Misplaced<'a> {
    /// `area`, `role` or `use-case`.
    pub kind: &'static str,
    /// What was found.
    pub found: &'a str,
    /// What was expected.
    pub expected: &'a str,
}

/// A capture that is not the record's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The placeholder.
    pub placeholder: String,
    /// What the key says.
    pub captured: String,
    /// What the record says, after aliases.
    pub recorded: String,
}

impl<'a> ReferenceContext<'a> {
    /// A finding of `rule` about this reference, with what every such finding carries.
    pub fn finding(&self, rule: &'static RuleMeta) -> Finding<'a> {
        let mut finding = Finding::new(rule.code, crate::model::Severity::Ignore, Subject::Reference);
        finding.table = Some(Text::Borrowed(self.table.name.as_str()));
        finding.item = Some(Text::Borrowed(self.item));
        finding.path = Some(Text::Borrowed(self.path));
        finding.value = Some(Text::Borrowed(self.value));
        finding.bucket = self.bucket.map(Text::Borrowed);
        finding.key = self.key.map(Text::Borrowed);
        finding.area = self.area.map(Text::Borrowed);
        finding.modified = self.changed_at;
        finding
    }
}

/// An attribute that must hold a reference and holds none (R311).
#[derive(Debug)]
pub struct AbsenceContext<'a> {
    /// Its table.
    pub table: &'a TableSpec,
    /// The declaration that demands it.
    pub spec: &'a ReferenceSpec,
    /// The one area it may name, if it is one.
    pub area: Option<&'a AreaSpec>,
    /// The item, as findings name it.
    pub item: &'a str,
    /// The attribute path with indices.
    pub path: &'a str,
    /// When the record changed, where that is known.
    pub changed_at: Option<Millis>,
}

/// A record's time that cannot be meant (C604).
#[derive(Debug)]
pub struct TimeContext<'a> {
    /// Its table.
    pub table: &'a TableSpec,
    /// The item, as findings name it.
    pub item: &'a str,
    /// The attribute.
    pub path: &'a str,
    /// The value as the record holds it.
    pub value: &'a str,
    /// The unit it was read in.
    pub unit: &'static str,
    /// The unit in which it would make sense, if one does.
    pub likely_unit: Option<&'static str>,
}

/// An object named by several items though its attribute is exclusive (R310), at the least of its references.
#[derive(Debug)]
pub struct SharedContext<'a> {
    /// The table of the least reference.
    pub table: &'a TableSpec,
    /// The item of the least reference.
    pub item: &'a str,
    /// Its attribute path.
    pub path: &'a str,
    /// The bucket of the object.
    pub bucket: &'a str,
    /// The object's key.
    pub key: &'a str,
    /// The other items, as `table item`, least first; at most a few.
    pub others: &'a [String],
    /// How many items name it.
    pub items: u64,
}

/// An undeclared attribute that holds URIs of a declared bucket (R312): one for each table and path.
#[derive(Debug)]
pub struct MentionContext<'a> {
    /// The table.
    pub table: &'a TableSpec,
    /// The path, with `[]` for indices.
    pub path: &'a str,
    /// How many values.
    pub occurrences: u64,
    /// The least item that has one.
    pub item: &'a str,
    /// The value there.
    pub value: &'a str,
}

/// A workflow of one item that does not hold (W501).
#[derive(Debug)]
pub struct WorkflowContext<'a> {
    /// The table.
    pub table: &'a TableSpec,
    /// The item, as findings name it.
    pub item: &'a str,
    /// The workflow's name.
    pub workflow: &'a str,
    /// The first broken step's attribute, as declared.
    pub step: &'a str,
    /// Its number, from 0.
    pub step_index: u32,
    /// `dangling`, `deleted`, `misplaced` or `absent`.
    pub reason: &'static str,
    /// The list elements concerned (values of the join), least first; at most a few.
    pub elements: &'a [String],
    /// How many elements are concerned; 1 where there are none.
    pub broken: u64,
}

/// What is wrong with an input: read from disk, or judged over all of them.
#[derive(Debug)]
pub enum SourceContext<'a> {
    /// A defect that a reader met.
    Defect(&'a SourceDefect),
    /// S006: `file` is older than allowed.
    Stale {
        /// The input's name.
        file: &'a str,
        /// Its time.
        at: Millis,
        /// Its age in milliseconds.
        age: Millis,
        /// The oldest allowed, in milliseconds.
        max_age: Millis,
    },
    /// S006: nobody knows the time of `file`.
    Undated {
        /// The input's name.
        file: &'a str,
    },
    /// S007: the inputs lie too far apart.
    Skewed {
        /// The oldest input's name.
        oldest: &'a str,
        /// The newest input's name.
        newest: &'a str,
        /// How far apart, in milliseconds.
        skew: Millis,
        /// The furthest allowed, in milliseconds.
        max_skew: Millis,
    },
    /// S008: a column that a rule needs is missing.
    AbsentColumn {
        /// The inventory's name.
        file: &'a str,
        /// The column.
        column: &'a str,
        /// The rules that are not judged, by code, joined by `, `.
        rules: &'a str,
    },
    /// S011: the mapping or the plan is wrong, not the bucket.
    Implausible {
        /// `references`, `orphans`, `empty` or `plan`.
        detail: &'static str,
        /// How many of them are resolved (or are orphans, or are in only one of plan and *before*).
        part: u64,
        /// Of how many judged (or planned).
        whole: u64,
        /// A bucket whose inventory is empty, for `empty`.
        bucket: Option<&'a str>,
    },
    /// S012: a declared table without export, or a declared bucket without inventory.
    Absent {
        /// `table` or `bucket`.
        what: &'static str,
        /// Its name.
        name: &'a str,
    },
}
