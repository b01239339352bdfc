//! The configuration as plain typed data: what `stocktake.toml` says after presets are merged and names are
//! checked, before templates are compiled. Indices between its lists are positions in those lists.

mod areas;
mod tables;
mod words;

use std::path::PathBuf;

use crate::model::{Limit, Millis, Phase, Place, Severity};

pub use areas::{Anchor, AreaSpec, Fate, LegacySpec, OrphanScope, Shared, Standing, Unnamed};
pub use tables::{
    AttributePath, BucketSource, ClaimSpec, Condition, ReferenceKind, ReferenceSpec, Source, Step, TableSpec, Test,
    TimeUnit,
};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands; for a text its first character, so that a column within it can be told by counting unless the
    /// text is written with escapes.
    pub place: Place,
}

/// A whole configuration.
#[derive(Debug, Clone)]
pub struct LayoutSpec {
    /// The configuration's title; reports are headed by it.
    pub title: String,
    /// What stands before every table's name.
    pub table_prefix: String,
    /// Use-case entries of buckets, in file order; a bucket's name may repeat with another prefix.
    pub buckets: Vec<BucketSpec>,
    /// Placeholders, in file order; the predeclared `{file}` and `{bucket}` are not among them.
    pub placeholders: Vec<PlaceholderSpec>,
    /// Areas, in file order: a user's before the preset's.
    pub areas: Vec<AreaSpec>,
    /// Tables: one for each name, in file order.
    pub tables: Vec<TableSpec>,
    /// Workflows, in file order.
    pub workflows: Vec<WorkflowSpec>,
    /// What neither input can show.
    pub unchecked: Vec<UncheckedSpec>,
    /// Requirements, in file order.
    pub requirements: Vec<RequirementSpec>,
    /// `[rules]`, the user's layer before the preset's.
    pub rules: Vec<RuleSetting>,
    /// Exceptions.
    pub allows: Vec<AllowSpec>,
    /// `[migration]`.
    pub migration: MigrationSpec,
    /// `[naming] singular`: plural folder name to singular, in file order.
    pub singular: Vec<(String, String)>,
    /// `[inputs]`.
    pub inputs: InputsSpec,
    /// `[output]`.
    pub output: OutputSpec,
    /// The preset extended in the end, with the SHA-256 of its text in hex.
    pub preset: Option<(String, String)>,
    /// The folder of the file given with `--config`; paths in it are relative to this.
    pub directory: PathBuf,
    /// The SHA-256 in hex of the effective configuration's canonical text (as `init --print-effective` prints
    /// it without origins).
    pub digest: String,
}

/// One `[[bucket]]`.
#[derive(Debug, Clone)]
pub struct BucketSpec {
    /// The bucket's name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// `""`, or a prefix ending in `/`.
    pub prefix: String,
    /// Other names records use: a bucket, and perhaps a prefix below it (`""` or ending in `/`).
    pub aliases: Vec<(String, String)>,
    /// `output` unless said otherwise.
    pub role: String,
    /// Whether an inventory of it is expected.
    pub inventory: bool,
    /// The prefix filters of its inventory configurations; empty means the whole bucket.
    pub inventory_prefixes: Vec<String>,
    /// Whose items this entry's are: attribute and values.
    pub records: Vec<(AttributePath, Vec<String>)>,
}

/// One `[placeholder.x]`.
#[derive(Debug, Clone)]
pub struct PlaceholderSpec {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// What its values look like.
    pub form: FormSpec,
    /// The longest value, in bytes.
    pub max_length: Option<usize>,
    /// Literals it does not take.
    pub except: Vec<String>,
    /// What it stands for.
    pub about: String,
    /// A value.
    pub example: Option<At<String>>,
    /// Spellings seen in records and the value they mean; for values from records and `path build` only.
    pub aliases: Vec<(String, String)>,
    /// A pattern and what replaces it; for values from records and `path build` only.
    pub replace: Option<(At<String>, String)>,
}

/// What a placeholder's values look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormSpec {
    /// An anchored regular expression over bytes that never matches `/`.
    Pattern(At<String>),
    /// One of these.
    OneOf(Vec<String>),
    /// A named form (`uuid`, `date`, `hex`, `integer`, …).
    Named(At<String>),
}

/// One `[[workflow]]`.
#[derive(Debug, Clone)]
pub struct WorkflowSpec {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// The table, an index into `tables`.
    pub table: usize,
    /// Which items run it.
    pub when: Option<Condition>,
    /// The reference attributes, first step first.
    pub steps: Vec<AttributePath>,
    /// The `bind` or member by which list elements of different steps join.
    pub on: Option<String>,
}

/// One `[[unchecked]]`.
#[derive(Debug, Clone)]
pub struct UncheckedSpec {
    /// What is not checked.
    pub what: String,
    /// Why.
    pub why: String,
    /// The areas concerned, by name.
    pub areas: Vec<String>,
}

/// One `[[requirement]]`.
#[derive(Debug, Clone)]
pub struct RequirementSpec {
    /// Its number.
    pub id: String,
    /// What it asks for.
    pub text: String,
    /// The rules that show it, by code or name.
    pub rules: Vec<String>,
    /// The commands that show it.
    pub commands: Vec<String>,
    /// The areas concerned, by name.
    pub areas: Vec<String>,
    /// What cannot be shown.
    pub limits: Option<String>,
    /// What would show it.
    pub shown_by: Option<String>,
    /// The requirements it contradicts, by number.
    pub conflicts_with: Vec<String>,
    /// Why it is waived.
    pub waived: Option<String>,
}

/// A severity for a rule, a name or a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSetting {
    /// Code, name or family letter, as written; it is known to name a rule or a family.
    pub selector: String,
    /// Before, during and after the migration.
    pub severity: [Severity; 3],
    /// 0 for the user's file, 1 for what it extends, and so on. What a nearer file overrules is not in the list, so
    /// that code or name before family decides, whatever the layers.
    pub layer: u8,
}

impl RuleSetting {
    /// The severity in a phase.
    pub const fn in_phase(&self, phase: Phase) -> Severity {
        self.severity[phase as usize]
    }
}

/// One `[[allow]]`.
#[derive(Debug, Clone)]
pub struct AllowSpec {
    /// Where it is declared.
    pub place: Place,
    /// The rule, by code or name.
    pub rule: String,
    /// A glob over the whole key.
    pub key: Option<At<String>>,
    /// An area, by name.
    pub area: Option<String>,
    /// A table, by name.
    pub table: Option<String>,
    /// An item, as findings name it.
    pub item: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day it holds, as the first millisecond after it, UTC.
    pub expires: Option<Millis>,
    /// The most findings it may hide; with more, it hides none.
    pub at_most: Option<Limit>,
}

/// `[migration]`.
#[derive(Debug, Clone, Default)]
pub struct MigrationSpec {
    /// Where the migration stands; `after` where nobody says.
    pub phase: Option<Phase>,
    /// From when on no writer may use a legacy path.
    pub cut_over: Option<Millis>,
    /// CSV files that name missing placeholders, relative to the configuration.
    pub mapping: Vec<String>,
}

/// `[inputs]`.
#[derive(Debug, Clone)]
pub struct InputsSpec {
    /// Inventories: paths relative to the configuration, or `s3://`.
    pub inventory: Vec<String>,
    /// Exports: likewise.
    pub exports: Vec<String>,
    /// The oldest an input may be (S006).
    pub max_age: Option<Millis>,
    /// The furthest inputs may lie apart (S007).
    pub max_skew: Option<Millis>,
    /// How long the other side may take to know; 24 h where nobody says.
    pub grace: Millis,
    /// The pinned time of judging.
    pub now: Option<Millis>,
    /// S011: the least judged references before their resolved share counts.
    pub implausible_references: u64,
    /// S011: the least share of resolved references, in percent.
    pub implausible_resolved_percent: u64,
    /// S011: the least judged objects before their orphan share counts.
    pub implausible_objects: u64,
    /// S011: the largest share of orphans, in percent.
    pub implausible_orphan_percent: u64,
}

/// `[output]`.
#[derive(Debug, Clone, Default)]
pub struct OutputSpec {
    /// Where the set of files goes, relative to the configuration.
    pub dir: Option<String>,
    /// A title for the reports.
    pub title: Option<String>,
    /// A folder of template overrides, relative to the configuration.
    pub templates: Option<String>,
}
