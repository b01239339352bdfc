//! A finding: which rule, about what, and the facts from which its sentence is made when it is read.

use std::borrow::Cow;

use crate::model::severity::Severity;
use crate::model::time::Millis;

/// Text that is borrowed while the engine runs and owned once it is read back.
pub type Text<'a> = Cow<'a, str>;

/// What a finding is about. The order is the order of reports and of `findings.parquet`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An input: `file`, perhaps `row`.
    Source,
    /// An object: `bucket`, `key`, perhaps `version`.
    Object,
    /// A folder: `bucket`, and `key` as the folder's prefix, ending in `/`.
    Folder,
    /// A reference or attribute: `table`, `item`, `path`.
    Reference,
    /// A workflow of one item: `table`, `item`, `path` as the workflow's name and element.
    Workflow,
    /// A move.
    Migration,
    /// The layout or the configuration itself: `key` as the name concerned.
    Configuration,
}

impl Subject {
    /// Every subject, in order.
    pub const ALL: [Self; 7] = [
        Self::Source,
        Self::Object,
        Self::Folder,
        Self::Reference,
        Self::Workflow,
        Self::Migration,
        Self::Configuration,
    ];

    /// The word used in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Object => "object",
            Self::Folder => "folder",
            Self::Reference => "reference",
            Self::Workflow => "workflow",
            Self::Migration => "migration",
            Self::Configuration => "configuration",
        }
    }

    /// Reads the word used in files.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.name() == name)
    }
}

/// One finding. Which facts are present depends on the rule; absent is `None`, never `""`.
///
/// The identity (by which findings are ordered, compared and baselined) is: subject, then for a source
/// `file`, `row`; for an object, folder, migration or configuration `bucket`, `key`, `version`; for a
/// reference or workflow `table`, `item`, `path`; then `code`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The rule's code. Only a registered rule makes findings.
    pub code: Text<'a>,
    /// How much it weighs in this audit.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// The bucket concerned.
    pub bucket: Option<Text<'a>>,
    /// The object's key, the folder's prefix, or the name concerned.
    pub key: Option<Text<'a>>,
    /// The object's version, where versions are listed and it is not the null version.
    pub version: Option<Text<'a>>,
    /// The table, as declared (without prefix).
    pub table: Option<Text<'a>>,
    /// The item's primary key, as `name=value` or `name=value,name=value`; of the latter `\` stands before each `,`, `=`
    /// and `\` in a value.
    pub item: Option<Text<'a>>,
    /// The attribute path with list indices (from 0), as `compilation_jobs[0].compiled_model_s3`.
    pub path: Option<Text<'a>>,
    /// The input file, as its manifest lists it.
    pub file: Option<Text<'a>>,
    /// The row in the decoded file, from 1.
    pub row: Option<u64>,
    /// The area concerned, or the one that came nearest.
    pub area: Option<Text<'a>>,
    /// The segment of `key` concerned, from 0.
    pub segment: Option<u32>,
    /// What stands there: the raw reference, the value, the stated checksum.
    pub value: Option<Text<'a>>,
    /// What was expected there.
    pub expected: Option<Text<'a>>,
    /// A key (or URI) to use instead; it always matches the layout.
    pub suggestion: Option<Text<'a>>,
    /// A word of the rule's own that distinguishes its cases, as `old-only`.
    pub detail: Option<Text<'a>>,
    /// Other keys, tables or items concerned, in byte order; at most a few.
    pub related: Vec<Text<'a>>,
    /// The object's size or the folder's total, in bytes.
    pub size: Option<u64>,
    /// When the object was last modified, or the record changed.
    pub modified: Option<Millis>,
    /// A number of the rule's own: objects, rows, occurrences.
    pub count: Option<u64>,
    /// What keeps it from counting: `baseline`, or `exception N` with the number of the `[[allow]]` from 1.
    pub excused: Option<Text<'a>>,
}

impl<'a> Finding<'a> {
    /// A finding without facts.
    pub const fn new(code: &'a str, severity: Severity, subject: Subject) -> Self {
        Self {
            code: Cow::Borrowed(code),
            severity,
            subject,
            bucket: None,
            key: None,
            version: None,
            table: None,
            item: None,
            path: None,
            file: None,
            row: None,
            area: None,
            segment: None,
            value: None,
            expected: None,
            suggestion: None,
            detail: None,
            related: Vec::new(),
            size: None,
            modified: None,
            count: None,
            excused: None,
        }
    }

    /// The same, holding its own text.
    pub fn into_owned(self) -> Finding<'static> {
        fn text(text: Text<'_>) -> Text<'static> {
            Cow::Owned(text.into_owned())
        }
        Finding {
            code: text(self.code),
            severity: self.severity,
            subject: self.subject,
            bucket: self.bucket.map(text),
            key: self.key.map(text),
            version: self.version.map(text),
            table: self.table.map(text),
            item: self.item.map(text),
            path: self.path.map(text),
            file: self.file.map(text),
            row: self.row,
            area: self.area.map(text),
            segment: self.segment,
            value: self.value.map(text),
            expected: self.expected.map(text),
            suggestion: self.suggestion.map(text),
            detail: self.detail.map(text),
            related: self.related.into_iter().map(text).collect(),
            size: self.size,
            modified: self.modified,
            count: self.count,
            excused: self.excused.map(text),
        }
    }
}
