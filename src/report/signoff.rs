//! The sign-off: what a QA engineer puts a name under, in Markdown and in HTML, with a digest over everything that two
//! people must agree on.

use std::io;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::model::{Severity, Verdict};
use crate::render::Templates;
use crate::report::evidence::{Evidence, Requirement, RequirementState, requirements};
use crate::report::page::verdict_word;
use crate::report::{FormatError, Formatter, ReportView};
use crate::results::Results;
use crate::results::schema::{ExceptionState, InventoryInput, MigrationResult, RuleResult, RuleState};

/// The template of what is digested: Markdown, whatever the format.
const BODY: &str = "signoff/body.md";
/// Why nothing is shown, though nothing was found.
const INPUTS: &str = "the inputs do not allow a verdict";

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
    /// What became of a migration, where that was asked.
    migration: Option<&'a MigrationResult>,
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
        view.digest = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
        self.templates.render(self.page, &view, out)?;
        Ok(())
    }
}

impl<'a> View<'a> {
    fn new(results: &'a Results) -> Self {
        let gaps = Gaps::of(results);
        let requirements: Vec<Traced<'a>> =
            requirements(results).iter().map(|entry| Traced::new(entry, &gaps)).collect();
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
        Self {
            results,
            verdict,
            requirements,
            counts,
            conflicts: conflicts(results),
            exceptions,
            migration: results.judgement.migration.as_ref(),
            before_inventories: results.inputs.before.as_deref().map_or(&[], |before| &before.inventories),
            digest: String::new(),
        }
    }
}

impl<'a> Traced<'a> {
    fn new(entry: &Requirement<'a>, gaps: &Gaps<'_>) -> Self {
        let requirement = entry.requirement;
        let by_audit = is_the_audit(entry);
        let (tone, result) = if by_audit { gaps.result() } else { result(entry) };
        let others: Vec<String> = requirement
            .commands
            .iter()
            .filter(|command| *command != "audit")
            .map(|command| format!("`stocktake {command}`"))
            .collect();
        // A command shows what no rule of this audit could; what no command could show is said in the layout.
        let by_command = !by_audit && matches!(tone, "elsewhere" | "partly") && !others.is_empty();
        let shown_by = requirement.shown_by.clone().or_else(|| by_command.then(|| others.join(", ")));
        let missing = if by_audit { gaps.told() } else { entry.by_inputs.then(|| INPUTS.to_owned()) };
        Self {
            id: &requirement.id,
            text: &requirement.text,
            tone,
            result,
            evidence: entry.rules.iter().map(told).chain(missing).collect(),
            commands: &requirement.commands,
            limits: requirement.limits.as_deref(),
            shown_by,
            waived: requirement.waived.as_deref(),
        }
    }
}

/// Whether a requirement has no rule, and the audit itself is what is asked for.
fn is_the_audit(entry: &Requirement<'_>) -> bool {
    let requirement = entry.requirement;
    entry.state == RequirementState::NotShown
        && requirement.rules.is_empty()
        && requirement.limits.is_none()
        && requirement.commands.iter().any(|command| command == "audit")
}

/// What an audit did not judge of what audits are for: keys, their places, references and workflows.
struct Gaps<'a> {
    /// The codes of the rules, but for those that are off by default.
    rules: Vec<&'a str>,
    /// Whether nothing of a family was judged; of one rule the list says as much.
    of_a_family: bool,
    /// Whether the inputs allow no verdict.
    is_open: bool,
}

impl<'a> Gaps<'a> {
    fn of(results: &'a Results) -> Self {
        let by_default = |rule: &RuleResult| {
            let known = crate::rules::find(&rule.code);
            known.is_some_and(|known| known.meta.default.in_phase(results.judgement.phase) == Severity::Ignore)
        };
        let is_open = results.judgement.verdict == Verdict::Inconclusive;
        let mut gaps = Self { rules: Vec::new(), of_a_family: false, is_open };
        for family in ["K", "L", "R", "W"] {
            let rules = || results.judgement.rules.iter().filter(move |rule| rule.family == family);
            let missing = rules().filter(|rule| match rule.state {
                RuleState::Off => !by_default(rule),
                RuleState::NotJudged | RuleState::Partly => true,
                RuleState::Judged | RuleState::NotAsked => false,
            });
            let missing: Vec<&str> = missing.map(|rule| rule.code.as_str()).collect();
            let is_family = rules().nth(1).is_some();
            gaps.of_a_family |= is_family && !missing.is_empty() && rules().all(|rule| rule.state != RuleState::Judged);
            gaps.rules.extend(missing);
        }
        gaps
    }

    /// How a requirement fared that asks for the audit itself.
    fn result(&self) -> (&'static str, &'static str) {
        if self.is_open || self.of_a_family {
            ("not-judged", "not judged")
        } else if self.rules.is_empty() {
            ("holds", "shown by this audit")
        } else {
            ("partly", "shown in part")
        }
    }

    /// What is missing, in a line.
    fn told(&self) -> Option<String> {
        let open = self.is_open.then(|| INPUTS.to_owned());
        let rules = (!self.rules.is_empty()).then(|| format!("not judged: {}", self.rules.join(", ")));
        let told: Vec<String> = open.into_iter().chain(rules).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// How a requirement fared: how it is drawn, and in words.
fn result(entry: &Requirement<'_>) -> (&'static str, &'static str) {
    let requirement = entry.requirement;
    match entry.state {
        RequirementState::Holds if requirement.limits.is_some() => ("holds", "holds, within its limits"),
        RequirementState::Holds => ("holds", "holds"),
        RequirementState::Partly => ("partly", "holds in part"),
        RequirementState::Violated => ("violated", "violated"),
        RequirementState::NotJudged => ("not-judged", "not judged"),
        RequirementState::Waived => ("waived", "waived"),
        RequirementState::NotShown if requirement.limits.is_some() => ("cannot", "cannot be shown from an inventory"),
        RequirementState::NotShown => ("elsewhere", "not part of this audit"),
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
