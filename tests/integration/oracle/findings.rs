//! What the oracle expects to be found: identities with severities, and what may be found or not.

use std::collections::BTreeMap;

use stocktake::model::{Phase, Severity};

use super::world::{Area, Reference, Setting, Table, World};

/// A finding's identity: its code, what it is about, and three fields: bucket, key, version of an object or
/// folder; table, item, path of a reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id {
    pub(crate) code: String,
    pub(crate) subject: String,
    pub(crate) fields: [String; 3],
}

impl Id {
    /// An identity; absent fields are empty.
    pub(crate) fn new(code: &str, subject: &str, fields: [&str; 3]) -> Self {
        Self { code: code.to_owned(), subject: subject.to_owned(), fields: fields.map(str::to_owned) }
    }
}

/// What is expected.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Found, with this severity.
    pub(crate) must: BTreeMap<Id, Severity>,
    /// Found, with this severity, or not: the rule leaves it open.
    pub(crate) may: BTreeMap<Id, Severity>,
    /// Exactly one of each.
    pub(crate) either: Vec<BTreeMap<Id, Severity>>,
}

impl Findings {
    /// Expects a finding unless its rule is off there.
    pub(crate) fn must(&mut self, id: Id, severity: Severity) {
        if severity > Severity::Ignore {
            self.must.insert(id, severity);
        }
    }

    /// Expects a finding where `certain`, allows it where not.
    pub(crate) fn perhaps(&mut self, certain: bool, id: Id, severity: Severity) {
        if certain {
            self.must(id, severity);
        } else if severity > Severity::Ignore {
            self.may.insert(id, severity);
        }
    }
}

const NOTE: [Severity; 3] = [Severity::Note; 3];
const WARNING: [Severity; 3] = [Severity::Warning; 3];
const ERROR: [Severity; 3] = [Severity::Error; 3];
const OFF: [Severity; 3] = [Severity::Ignore; 3];
const BY_PHASE: [Severity; 3] = [Severity::Note, Severity::Warning, Severity::Error];

/// Every code that the oracle judges, its name, and its severity before, during and after a migration.
pub(crate) const RULES: &[(&str, &str, [Severity; 3])] = &[
    ("K101", "empty-segment", ERROR),
    ("K102", "relative-segment", ERROR),
    ("K103", "unsafe-character", WARNING),
    ("K104", "case-collision", WARNING),
    ("K105", "denormalised-key", NOTE),
    ("L201", "undeclared-key", ERROR),
    ("L202", "legacy-key", BY_PHASE),
    ("L203", "malformed-segment", ERROR),
    ("L204", "missing-segment", ERROR),
    ("L205", "misplaced-area", ERROR),
    ("L206", "plural-folder", OFF),
    ("L207", "missing-companion", ERROR),
    ("L208", "empty-object", WARNING),
    ("L209", "late-legacy-key", ERROR),
    ("R301", "dangling-reference", ERROR),
    ("R302", "orphan-object", WARNING),
    ("R303", "legacy-reference", BY_PHASE),
    ("R304", "malformed-reference", ERROR),
    ("R305", "outside-reference", NOTE),
    ("R306", "deleted-target", ERROR),
    ("R307", "archived-target", WARNING),
    ("R308", "misplaced-reference", ERROR),
    ("R309", "mismatched-name", ERROR),
    ("R310", "shared-target", WARNING),
    ("R311", "absent-reference", ERROR),
    ("R312", "undeclared-reference", WARNING),
    ("R313", "over-broad-prefix", WARNING),
    ("W501", "broken-workflow", ERROR),
    ("C604", "implausible-time", WARNING),
];

/// What a finding is about, for its severity: the nearest setting wins.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct About<'w> {
    pub(crate) reference: Option<&'w Reference>,
    pub(crate) table: Option<&'w Table>,
    pub(crate) area: Option<&'w Area>,
}

/// The severity of a rule there.
pub(crate) fn severity(world: &World, code: &str, about: About<'_>) -> Severity {
    let (_, name, default) = RULES.iter().find(|(known, _, _)| *known == code).unwrap();
    let reference = about.reference.map(|reference| reference.rules.as_slice());
    let table = about.table.map(|table| table.rules.as_slice());
    let area = about.area.map(|area| area.rules.as_slice());
    let layers = [reference, table, area, Some(world.rules.as_slice())];
    let found = layers.into_iter().flatten().find_map(|settings| {
        let setting = |selector: &str| settings.iter().find(|(known, _): &&Setting| *known == selector);
        setting(code).or_else(|| setting(name)).or_else(|| setting(&code[..1]))
    });
    let phase = match world.phase {
        Phase::Before => 0,
        Phase::During => 1,
        Phase::After => 2,
    };
    found.map_or(default[phase], |(_, severity)| *severity)
}
