//! The sign-off: what a QA engineer puts a name under, in Markdown and in HTML, with a digest over everything that two
//! people must agree on.

use std::io;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::model::KeyClass;
use crate::model::bytes::hex;
use crate::render::Templates;
use crate::report::evidence::{Evidence, Requirement, RequirementState, requirements};
use crate::report::page::{command, verdict_word};
use crate::report::{FormatError, Formatter, ReportView};
use crate::results::Results;
use crate::results::plan::Amount;
use crate::results::schema::{ExceptionState, InventoryInput, MigrationResult, RuleState};

/// The template of what is digested: Markdown, whatever the format.
const BODY: &str = "signoff/body.md";

/// Writes `signoff.md` or `signoff.html`.
pub(super) struct Signoff<'a> {
    pub(super) templates: &'a Templates,
    /// The template of the whole: `signoff.md` or `signoff.html`.
    pub(super) page: &'static str,
}

/// What the templates may name.
#[derive(Debug, Serialize)]
struct View<'a> {
    results: &'a Results,
    verdict: &'static str,
    requirements: Vec<Traced<'a>>,
    /// Requirements by result, as a line of counts tells them.
    counts: Vec<(u64, &'static str)>,
    conflicts: Vec<Conflict<'a>>,
    /// Exceptions that hide findings, or should not be there any more.
    exceptions: Vec<&'a crate::results::schema::ExceptionResult>,
    /// Objects that were held against the layout, and those that are out of its scope.
    in_scope: Amount,
    out_of_scope: Amount,
    /// The command that gives this result again.
    command: String,
    /// What became of a migration, where that was asked.
    migration: Option<&'a MigrationResult>,
    /// Whether it can be taken back, in words.
    readiness: Option<&'static str>,
    /// The inventories of *before*, likewise.
    before_inventories: &'a [InventoryInput],
    /// SHA-256 in hex of the body; empty while the body itself is written.
    digest: String,
}

/// A requirement, what shows it, and what came of that.
#[derive(Debug, Serialize)]
struct Traced<'a> {
    id: &'a str,
    text: &'a str,
    /// How it is drawn: `holds`, `violated`, `not-judged`, `elsewhere`, `cannot`, `waived`.
    tone: &'static str,
    result: &'static str,
    /// What the rules found, one a line.
    evidence: Vec<String>,
    /// The commands that show it.
    commands: &'a [String],
    /// What this document cannot show, and what would.
    limits: Option<&'a str>,
    shown_by: Option<String>,
    waived: Option<&'a str>,
}

/// Requirements that cannot all hold.
#[derive(Debug, Serialize)]
struct Conflict<'a> {
    id: &'a str,
    text: &'a str,
    with: Vec<&'a str>,
    waived: Option<&'a str>,
}

impl Formatter for Signoff<'_> {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        let mut view = View::new(report.results);
        let mut body = Vec::new();
        self.templates.render(BODY, &view, &mut body)?;
        view.digest = hex(&Sha256::digest(&body));
        self.templates.render(self.page, &view, out)?;
        Ok(())
    }
}

impl<'a> View<'a> {
    fn new(results: &'a Results) -> Self {
        let requirements: Vec<Traced<'a>> = requirements(results).iter().map(Traced::new).collect();
        let mut counts: Vec<(u64, &'static str)> = Vec::new();
        for requirement in &requirements {
            match counts.iter_mut().find(|(_, result)| *result == requirement.result) {
                Some((count, _)) => *count += 1,
                None => counts.push((1, requirement.result)),
            }
        }
        let told =
            |state| matches!(state, ExceptionState::InForce | ExceptionState::Exceeded | ExceptionState::Expired);
        let exceptions = results.judgement.exceptions.iter().filter(|exception| told(exception.state)).collect();
        let verdict = verdict_word(results.judgement.verdict);
        let classes = results.judgement.classes.key.iter();
        let (mut in_scope, mut out_of_scope) = (Amount::default(), Amount::default());
        for class in classes {
            let side = if class.class == KeyClass::OutOfScope { &mut out_of_scope } else { &mut in_scope };
            *side += Amount { objects: class.objects, bytes: class.bytes };
        }
        Self {
            results,
            verdict,
            requirements,
            counts,
            conflicts: conflicts(results),
            exceptions,
            in_scope,
            out_of_scope,
            command: command(results),
            migration: results.judgement.migration.as_ref(),
            readiness: results.judgement.migration.as_ref().map(MigrationResult::readiness),
            before_inventories: results.inputs.before.as_deref().map_or(&[], |before| &before.inventories),
            digest: String::new(),
        }
    }
}

impl<'a> Traced<'a> {
    fn new(entry: &Requirement<'a>) -> Self {
        let requirement = entry.requirement;
        let others: Vec<String> = requirement
            .commands
            .iter()
            .filter(|command| *command != "audit")
            .map(|command| format!("`stocktake {command}`"))
            .collect();
        // A command shows what no rule of this audit could; what no command could show is said in the layout.
        let tone = tone(entry);
        let by_command = (tone == "elsewhere" || entry.has_rules_elsewhere()) && !others.is_empty();
        let shown_by = requirement.shown_by.clone().or_else(|| by_command.then(|| others.join(", ")));
        Self {
            id: &requirement.id,
            text: &requirement.text,
            tone,
            result: entry.title,
            evidence: entry.rules.iter().map(told).chain(entry.missing.clone()).collect(),
            commands: &requirement.commands,
            limits: requirement.limits.as_deref(),
            shown_by,
            waived: requirement.waived.as_deref(),
        }
    }
}

/// How a requirement is drawn.
fn tone(entry: &Requirement<'_>) -> &'static str {
    match entry.state {
        RequirementState::Holds => "holds",
        RequirementState::Partly => "partly",
        RequirementState::Violated => "violated",
        RequirementState::NotJudged => "not-judged",
        RequirementState::Waived => "waived",
        RequirementState::NotShown if entry.requirement.limits.is_some() => "cannot",
        RequirementState::NotShown => "elsewhere",
    }
}

/// What one rule found, in a line.
fn told(rule: &Evidence<'_>) -> String {
    use crate::render::filters::{count, plural};
    let excused = match rule.excused {
        0 => String::new(),
        excused => format!(", {} excused", count(excused)),
    };
    let found = match rule.state {
        RuleState::Judged if rule.findings == 0 => "none found".to_owned(),
        RuleState::Judged if rule.weighing == 0 => format!("{} below a warning", plural(rule.findings, "note", None)),
        RuleState::Judged => plural(rule.weighing, "finding", None),
        RuleState::Partly => format!("{}, judged in part", plural(rule.findings, "finding", None)),
        RuleState::NotJudged => "not judged".to_owned(),
        RuleState::Off => "off".to_owned(),
        RuleState::NotAsked => "not part of this audit".to_owned(),
    };
    format!("{} {}: {found}{excused}", rule.code, rule.name)
}

/// Each requirement that contradicts others, once: those that are waived for it first.
fn conflicts(results: &Results) -> Vec<Conflict<'_>> {
    let all = &results.configuration.requirements;
    let mut told: Vec<(&str, &str)> = Vec::new();
    let mut conflicts = Vec::new();
    let (waived, others): (Vec<_>, Vec<_>) = all.iter().partition(|requirement| requirement.waived.is_some());
    for requirement in waived.into_iter().chain(others) {
        let id = requirement.id.as_str();
        let stated = all.iter().filter(|other| {
            other.id != id
                && (requirement.conflicts_with.contains(&other.id) || other.conflicts_with.contains(&requirement.id))
        });
        let with = stated.map(|other| other.id.as_str()).filter(|&other| !told.contains(&(other, id)));
        let with: Vec<&str> = with.collect();
        told.extend(with.iter().map(|&other| (id, other)));
        if !with.is_empty() {
            let (text, waived) = (requirement.text.as_str(), requirement.waived.as_deref());
            conflicts.push(Conflict { id, text, with, waived });
        }
    }
    conflicts
}
