//! What an audit is asked to do, and what it works with once the exports are read.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use crate::layout::Layout;
use crate::model::{Millis, Phase, Severity};
use crate::references::References;
use crate::results::baseline::KnownFindings;
use crate::rules::Severities;
use crate::rules::context::Trigger;
use crate::rules::{Check, RULES, Threshold};
use crate::source::Place;
use crate::source::export;
use crate::source::inventory::{self, CsvKeys};

/// The least severity that fails an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// A finding of this severity or above.
    Severity(Severity),
    /// No finding does.
    Never,
}

impl FailOn {
    /// `error`, `warning`, `note` or `never`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Severity(severity) => severity.name(),
            Self::Never => "never",
        }
    }

    /// Whether a finding of this severity fails the audit.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Severity(least) => severity >= least && severity != Severity::Inconclusive,
            Self::Never => false,
        }
    }
}

/// Hears how an audit gets on; called from any thread.
pub trait Progress: Sync {
    /// A phase begins that will read this many bytes.
    fn begin(&self, phase: &'static str, bytes: u64);
    /// So many more bytes and rows were read.
    fn advance(&self, bytes: u64, rows: u64);
    /// The phase is over.
    fn end(&self);
}

/// Everything an audit is asked to do.
pub struct AuditRequest<'a> {
    /// The layout to judge by.
    pub layout: &'a Layout,
    /// The severities in the phase.
    pub severities: &'a Severities,
    /// Where the migration stands.
    pub phase: Phase,
    /// The least severity that fails.
    pub fail_on: FailOn,
    /// Inventories to read.
    pub inventories: Vec<Place>,
    /// Exports to read.
    pub exports: Vec<Place>,
    /// The time of judging, milliseconds UTC.
    pub now: Millis,
    /// Whether that time was given rather than read from the clock.
    pub now_is_pinned: bool,
    /// Threads to use, at least one.
    pub jobs: usize,
    /// Whether parts are checked against their checksums.
    pub verify: bool,
    /// What was told of inventories without a manifest.
    pub inventory_told: inventory::Told,
    /// What was told of items without a manifest.
    pub export_told: export::Told,
    /// How the keys of CSV inventories are encoded.
    pub csv_keys: CsvKeys,
    /// Whether a migration is proved: only then are its rules judged.
    pub proves_migration: bool,
    /// Whether S011 is switched off for this run.
    pub accept_implausible: bool,
    /// Findings that are known already, which do not count.
    pub baseline: Option<&'a KnownFindings>,
    /// How many findings of a rule are taken before they fail the audit.
    pub thresholds: Vec<Threshold>,
    /// Switches that were given and change what is judged, as the user wrote them.
    pub switches: Vec<String>,
    /// Where sorted runs go that do not fit in memory; the system's folder for such things if absent.
    pub tmp_dir: Option<PathBuf>,
    /// The memory that tallies of folders and findings may take before they go to disk, in bytes.
    pub memory: u64,
    /// How many findings of each rule reports show.
    pub examples: usize,
    /// Hears how it gets on.
    pub progress: &'a dyn Progress,
    /// Set from outside to stop.
    pub cancel: &'a AtomicBool,
}

/// The position of R302 in [`RULES`]; without it there, this would not compile.
pub(super) const ORPHAN_RULE: usize = {
    let mut rule = 0;
    while !matches!(RULES[rule].meta.code.as_bytes(), b"R302") {
        rule += 1;
    }
    rule
};

/// A check that is asked about objects.
#[derive(Clone, Copy)]
pub(super) struct ObjectRule {
    /// Its position in [`RULES`].
    pub(super) rule: usize,
    pub(super) trigger: Trigger,
    pub(super) check: fn(&crate::rules::context::ObjectContext<'_>, &mut dyn crate::rules::context::FindingSink),
    /// Whether a finding of it makes an object violating.
    pub(super) violates: bool,
}

/// What every thread of the object pass shares.
pub(super) struct Shared<'a> {
    pub(super) layout: &'a Layout,
    pub(super) references: &'a References,
    pub(super) severities: &'a Severities,
    pub(super) object_rules: Vec<ObjectRule>,
    pub(super) cut_over: Option<Millis>,
    /// Whether every declared table was read whole, and no declared bucket lacks its inventory.
    pub(super) orphans_can_be_judged: bool,
    /// Whether any table is declared: else no orphan is asked for.
    pub(super) has_tables: bool,
    /// Objects modified after this are deferred.
    pub(super) settled_before: Millis,
    /// The oldest export's time, from which the age of orphans counts.
    pub(super) exported_at: Millis,
}

impl<'a> Shared<'a> {
    pub(super) fn new(
        request: &AuditRequest<'a>,
        references: &'a References,
        oldest_export: Option<Millis>,
        orphans_can_be_judged: bool,
    ) -> Self {
        let (layout, spec) = (request.layout, request.layout.spec());
        let exported_at = oldest_export.unwrap_or(Millis::MAX);
        Self {
            layout,
            references,
            severities: request.severities,
            object_rules: Self::object_rules(),
            cut_over: spec.migration.cut_over,
            orphans_can_be_judged,
            has_tables: !spec.tables.is_empty(),
            settled_before: exported_at.saturating_sub(spec.inputs.grace),
            exported_at,
        }
    }

    pub(super) fn object_rules() -> Vec<ObjectRule> {
        let rules = RULES.iter().enumerate().filter_map(|(rule, registered)| match registered.check {
            Check::Object { trigger, check } => {
                Some(ObjectRule { rule, trigger, check, violates: registered.meta.violates() })
            }
            _ => None,
        });
        rules.collect()
    }

    /// The severity of an object rule for an area, or without one.
    pub(super) fn severity(&self, rule: usize, area: Option<usize>) -> Severity {
        match area {
            Some(area) => self.severities.area(rule, area),
            None => self.severities.base(rule),
        }
    }

    pub(super) fn area_index(&self, bucket: u16, area: u16) -> usize {
        usize::from(bucket) * self.layout.spec().areas.len() + usize::from(area)
    }
}
