//! What templates may name: the result itself, and what is drawn or put in order from it. No template sorts or calculates.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::{KeyClass, Outcome, ReferenceClass, Severity, Verdict};
use crate::report::ReportView;
use crate::report::evidence::{Requirement, requirements};
use crate::report::sections::{Section, sections};
use crate::report::sparkline::Sparkline;
use crate::report::treemap::Treemap;
use crate::results::Results;
use crate::results::schema::{Inputs, Judgement, MigrationResult, RuleResult, RuleState};

/// A report's page.
#[derive(Debug, Serialize)]
pub struct Page<'a> {
    /// The result: what `results.json` holds.
    pub results: &'a Results,
    /// `pass`, `fail` or `inconclusive`.
    pub verdict: &'static str,
    /// Findings by severity, the heaviest first; those without findings left out.
    pub severities: Vec<SeverityTotal>,
    /// The findings about the inputs, rule by rule.
    pub integrity: Vec<Section<'a>>,
    /// All other findings, the heaviest rule first.
    pub sections: Vec<Section<'a>>,
    /// What the layout says of the objects.
    pub key_classes: Vec<Share>,
    /// Why orphans are not judged, if they are not.
    pub why_no_orphans: &'a str,
    /// What the records say of the objects.
    pub reference_classes: Vec<Share>,
    /// What became of the references.
    pub outcomes: Vec<Share>,
    /// References by table, attribute and outcome.
    pub matrix: Matrix<'a>,
    /// Requirements with how each fared.
    pub requirements: Vec<Requirement<'a>>,
    /// The areas of the findings that are shown, by name.
    pub finding_areas: Vec<&'a str>,
    /// The source that the page's policy allows scripts from: its own script, by digest.
    pub script: String,
    /// Findings of earlier runs, drawn; none without an earlier run.
    pub runs: Option<Sparkline>,
    /// What became of a migration, where that was asked.
    pub migration: Option<&'a MigrationResult>,
    /// Whether it can be taken back, in words.
    pub readiness: Option<&'static str>,
    /// The command that gives this result again, from the same inputs and configuration.
    pub command: String,
    /// What was read of *before*, likewise.
    pub before: Option<&'a Inputs>,
    /// The structure by bytes, drawn for wide and for narrow pages.
    pub structure: [Treemap; 2],
}

/// Findings of one severity.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct SeverityTotal {
    /// The severity.
    pub severity: Severity,
    /// Findings.
    pub findings: u64,
    /// Rules that have some.
    pub rules: u64,
}

/// A class or an outcome as part of a bar.
#[derive(Debug, Serialize)]
pub struct Share {
    /// Its words.
    pub title: &'static str,
    /// How it is drawn: `good`, `fine`, `fair`, `bad`, `plain` or `faint`.
    pub tone: &'static str,
    /// Objects, or references.
    pub count: u64,
    /// Bytes, of objects.
    pub bytes: Option<u64>,
}

/// References by attribute and outcome.
#[derive(Debug, Serialize)]
pub struct Matrix<'a> {
    /// The outcomes that occur, and `resolved` and `dangling` always.
    pub outcomes: Vec<Share>,
    /// A row for each attribute.
    pub rows: Vec<MatrixRow<'a>>,
}

/// The references of one attribute.
#[derive(Debug, Serialize)]
pub struct MatrixRow<'a> {
    /// The table.
    pub table: &'a str,
    /// The attribute.
    pub attribute: &'a str,
    /// What its values are.
    pub kind: &'a str,
    /// The areas it may name.
    pub areas: &'a [String],
    /// References.
    pub references: u64,
    /// Records that should have one.
    pub absent: u64,
    /// A number for each outcome of the matrix.
    pub cells: Vec<u64>,
}

impl<'a> Page<'a> {
    /// A page with at most so many examples of each rule.
    pub fn new(report: &ReportView<'a>, examples: usize) -> Self {
        let judgement = &report.results.judgement;
        let (integrity, sections) = sections(report, examples);
        let judged = judgement.areas.iter().any(|area| area.compliance_judged);
        let key_classes = judgement.classes.key.iter().map(|class| Share {
            title: if judged || class.class != KeyClass::Compliant { class.class.title() } else { "not judged" },
            tone: if judged || class.class != KeyClass::Compliant { key_tone(class.class) } else { "plain" },
            count: class.objects,
            bytes: Some(class.bytes),
        });
        let reference_classes = judgement.classes.reference.iter().map(|class| Share {
            title: class.class.title(),
            tone: reference_tone(class.class),
            count: class.objects,
            bytes: Some(class.bytes),
        });
        let outcomes = judgement.classes.outcome.iter().map(|outcome| share(outcome.outcome, outcome.references));
        let finding_areas = sections.iter().flat_map(|section| &section.groups).filter_map(|group| group.area);
        let finding_areas: BTreeSet<&str> = finding_areas.collect();
        Self {
            finding_areas: finding_areas.into_iter().collect(),
            script: "'none'".to_owned(),
            results: report.results,
            verdict: verdict_word(judgement.verdict),
            severities: severities(report.results),
            integrity,
            sections,
            key_classes: by_tone(key_classes.collect()),
            why_no_orphans: why_no_orphans(judgement),
            reference_classes: by_tone(reference_classes.collect()),
            outcomes: by_tone(outcomes.collect()),
            matrix: matrix(report.results),
            requirements: requirements(report.results),
            runs: Sparkline::new(report.results),
            migration: judgement.migration.as_ref(),
            readiness: judgement.migration.as_ref().map(MigrationResult::readiness),
            command: command(report.results),
            before: report.results.inputs.before.as_deref(),
            structure: [Treemap::new(report, 1_120, 460), Treemap::new(report, 360, 560)],
        }
    }
}

/// The command that gives a result again; what has no place in a result stands in capitals.
pub(super) fn command(results: &Results) -> String {
    let command = match results.judgement.migration {
        None => "stocktake audit",
        Some(_) => "stocktake migrate verify --plan PLAN --before BEFORE",
    };
    let switches = results.configuration.switches.iter().map(String::as_str);
    std::iter::once(command).chain(switches).collect::<Vec<_>>().join(" ")
}

/// The verdict as pages are classed by it.
pub(super) const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Inconclusive => "inconclusive",
    }
}

fn severities(results: &Results) -> Vec<SeverityTotal> {
    let counts =
        || results.judgement.rules.iter().flat_map(|rule| &rule.by_severity).filter(|count| count.findings > 0);
    let total = |severity| {
        let of_it = || counts().filter(move |count| count.severity == severity);
        let findings = of_it().map(|count| count.findings).sum();
        SeverityTotal { severity, findings, rules: of_it().count() as u64 }
    };
    Severity::ALL.into_iter().rev().map(total).filter(|total| total.findings > 0).collect()
}

/// Why orphans are not judged.
fn why_no_orphans(judgement: &Judgement) -> &str {
    match judgement.rules.iter().find(|rule| rule.code == "R302") {
        Some(rule) if rule.state == RuleState::Off => "its rule is switched off",
        Some(RuleResult { why: Some(why), .. }) => why,
        _ => "nothing says what records should name",
    }
}

/// From what is well to what is not, then what says little: a bar reads from left to right.
fn by_tone(mut shares: Vec<Share>) -> Vec<Share> {
    const ORDER: [&str; 6] = ["good", "fine", "fair", "bad", "plain", "faint"];
    shares.sort_by_key(|share| ORDER.iter().position(|tone| *tone == share.tone));
    shares
}

const fn key_tone(class: KeyClass) -> &'static str {
    match class {
        KeyClass::Compliant => "good",
        KeyClass::Legacy => "fair",
        KeyClass::Exempt | KeyClass::FolderMarker => "plain",
        KeyClass::OutOfScope => "faint",
        KeyClass::Violating => "bad",
    }
}

const fn reference_tone(class: ReferenceClass) -> &'static str {
    match class {
        ReferenceClass::Referenced => "good",
        ReferenceClass::Covered | ReferenceClass::Expected => "fine",
        ReferenceClass::Mentioned => "fair",
        ReferenceClass::Deferred | ReferenceClass::Unjudged => "plain",
        ReferenceClass::NotAsked => "faint",
        ReferenceClass::Orphan => "bad",
    }
}

const fn share(outcome: Outcome, references: u64) -> Share {
    let tone = match outcome {
        Outcome::Resolved => "good",
        Outcome::Legacy | Outcome::Archived => "fair",
        Outcome::Deferred | Outcome::Unjudged => "plain",
        Outcome::Outside => "faint",
        Outcome::Malformed | Outcome::Deleted | Outcome::Dangling => "bad",
    };
    Share { title: outcome.title(), tone, count: references, bytes: None }
}

fn matrix(results: &Results) -> Matrix<'_> {
    let judgement = &results.judgement;
    let always = |outcome| matches!(outcome, Outcome::Resolved | Outcome::Dangling);
    let occurs = |outcome: Outcome| {
        let all = judgement.references.iter().flat_map(|row| &row.outcomes);
        always(outcome) || all.into_iter().any(|result| result.outcome == outcome && result.references > 0)
    };
    let shown: Vec<Outcome> = Outcome::ALL.iter().copied().filter(|outcome| occurs(*outcome)).collect();
    let rows = judgement.references.iter().map(|row| {
        let of = |outcome: &Outcome| {
            let results = row.outcomes.iter().filter(|result| result.outcome == *outcome);
            results.map(|result| result.references).sum()
        };
        MatrixRow {
            table: &row.table,
            attribute: &row.attribute,
            kind: &row.kind,
            areas: &row.areas,
            references: row.references,
            absent: row.absent,
            cells: shown.iter().map(of).collect(),
        }
    });
    let rows: Vec<MatrixRow<'_>> = rows.collect();
    let total = |column: usize| rows.iter().map(|row| row.cells[column]).sum();
    let outcomes = shown.iter().enumerate().map(|(column, outcome)| share(*outcome, total(column))).collect();
    Matrix { outcomes, rows }
}
