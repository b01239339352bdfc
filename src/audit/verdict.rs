//! Which rules were judged, and what follows: PASS, FAIL or INCONCLUSIVE, in one sentence, with the next step.

use crate::audit::excusing::{Excused, beyond_areas};
use crate::audit::settings::{AuditRequest, ORPHAN_RULE};
use crate::audit::sink::{RuleTally, Tallies};
use crate::layout::spec::LayoutSpec;
use crate::model::{Family, Needs, RuleMeta, Severity, Verdict};
use crate::render::filters::{count, plural};
use crate::results::schema::{RuleState, ThresholdResult};
use crate::rules::{Check, RULES};

/// What the inputs allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    /// Every declared inventory was read whole.
    pub(super) inventories: bool,
    /// Every declared export was read whole and without a filter.
    pub(super) exports: bool,
    /// No declared bucket lacks its inventory.
    pub(super) every_bucket: bool,
    /// Columns that every inventory has.
    pub(super) columns: Needs,
    /// Why nothing can be proved of a plan, if so.
    pub(super) unproved: Option<&'static str>,
    /// Whether the inventories list every place that a plan's objects are to be at; without a plan it is true.
    pub(super) targets: bool,
}

impl Given {
    /// What a rule needs and does not have, in words.
    pub(super) fn lacks(self, needs: Needs) -> Option<&'static str> {
        let wants = |need: Needs, have: bool| needs.contains(need) && need != Needs::NOTHING && !have;
        let column = |need: Needs| self.columns.contains(need);
        if wants(Needs::INVENTORY, self.unproved.is_none()) {
            self.unproved
        } else if wants(Needs::INVENTORY, self.inventories) {
            Some("an inventory is missing or was not read whole")
        } else if wants(Needs::EXPORTS, self.exports) {
            Some("an export is missing, was made with a filter or was not read whole")
        } else if wants(Needs::EVERY_BUCKET, self.every_bucket) {
            Some("an inventory is missing")
        } else if wants(Needs::SIZE, column(Needs::SIZE)) {
            Some("an inventory has no column Size, or leaves it empty")
        } else if wants(Needs::MODIFIED, column(Needs::MODIFIED)) {
            Some("the inventory has no column LastModifiedDate")
        } else if wants(Needs::STORAGE_CLASS, column(Needs::STORAGE_CLASS)) {
            Some("the inventory has no column StorageClass")
        } else {
            None
        }
    }
}

/// The severity that a rule has anywhere in this layout, at its highest.
pub(super) fn highest(request: &AuditRequest<'_>, rule: usize) -> Severity {
    let spec = request.layout.spec();
    let areas = (0..spec.areas.len()).map(|area| request.severities.area(rule, area));
    if rule == ORPHAN_RULE && !spec.areas.is_empty() {
        // An orphan lies in an area: no other severity is ever asked for.
        return areas.max().unwrap_or(Severity::Ignore);
    }
    let references = spec.tables.iter().enumerate().flat_map(|(table, declared)| {
        let own = std::iter::once(request.severities.table(rule, table));
        own.chain(
            (0..declared.references.len()).map(move |reference| request.severities.reference(rule, table, reference)),
        )
    });
    areas.chain(references).chain([request.severities.base(rule)]).max().unwrap_or(Severity::Ignore)
}

/// Whether a rule was judged, and why not.
pub(super) fn state(
    request: &AuditRequest<'_>,
    rule: usize,
    given: Given,
    tally: &RuleTally,
) -> (RuleState, Option<String>) {
    let registered = RULES[rule];
    let meta: &RuleMeta = &registered.meta;
    if meta.family == Family::Source {
        let unasked = unasked_of_inputs(request, meta).filter(|_| tally.findings() == 0);
        return match unasked {
            Some(why) => (RuleState::NotAsked, Some(why.to_owned())),
            None => (RuleState::Judged, None),
        };
    }
    let proved = request.proves_migration && meta.family == Family::Migration;
    let elsewhere = match registered.check {
        Check::Elsewhere if !proved => Some("judged by `migrate verify`"),
        Check::Exception(_) if request.layout.spec().allows.is_empty() => Some("no exception is declared"),
        Check::Stale(_) if request.baseline.is_none() => Some("no baseline is given"),
        _ => None,
    };
    if let Some(why) = elsewhere {
        return (RuleState::NotAsked, Some(why.to_owned()));
    }
    if highest(request, rule) == Severity::Ignore {
        return (RuleState::Off, None);
    }
    if let Some(why) = not_asked(request.layout.spec(), meta) {
        return (RuleState::NotAsked, Some(why.to_owned()));
    }
    let unlisted = !given.targets && matches!(meta.code, "M401" | "M402");
    let unlisted = unlisted.then_some("no inventory lists the places that some objects are to be at");
    match given.lacks(meta.needs).or(unlisted) {
        None => (RuleState::Judged, None),
        Some(why) if tally.findings() > 0 => (RuleState::Partly, Some(why.to_owned())),
        Some(why) => (RuleState::NotJudged, Some(why.to_owned())),
    }
}

/// Why nobody asks for a rule about the inputs.
fn unasked_of_inputs(request: &AuditRequest<'_>, meta: &RuleMeta) -> Option<&'static str> {
    let inputs = &request.layout.spec().inputs;
    match meta.code {
        "S001" if !request.verify => Some("checksums were switched off with --no-checksums"),
        "S006" if inputs.max_age.is_none() => Some("no `max_age` is set under `[inputs]`"),
        "S007" if inputs.max_skew.is_none() => Some("no `max_skew` is set under `[inputs]`"),
        _ => None,
    }
}

/// Why nothing in the configuration asks for a rule.
fn not_asked(spec: &LayoutSpec, meta: &RuleMeta) -> Option<&'static str> {
    match meta.code {
        "L209" if spec.migration.cut_over.is_none() => Some("no `cut_over` is set under `[migration]`"),
        "L207" if spec.areas.iter().all(|area| area.companions.is_empty()) => Some("no area has `companions`"),
        "W501" if spec.workflows.is_empty() => Some("no workflow is declared"),
        "C604" if spec.tables.iter().all(|table| table.changed_at.is_none()) => Some("no table has `changed_at`"),
        _ if meta.family == Family::Reference && spec.tables.is_empty() => Some("no table is declared"),
        _ => None,
    }
}

/// What the verdict rests on.
pub(super) struct Grounds<'a> {
    pub(super) request: &'a AuditRequest<'a>,
    pub(super) tallies: &'a Tallies,
    pub(super) excused: &'a Excused,
    pub(super) states: &'a [(RuleState, Option<String>)],
    /// Objects in scope.
    pub(super) objects: u64,
    /// All others.
    pub(super) out_of_scope: u64,
    pub(super) references: u64,
}

impl Grounds<'_> {
    /// The verdict, the sentence that says why, and what to do next.
    pub(super) fn verdict(&self) -> (Verdict, String, String) {
        let inconclusive = self.inconclusive();
        let failing = self.failing();
        let what_fails = || {
            let total: u64 = failing.iter().map(|(_, findings)| findings).sum();
            let (name, most) = failing
                .iter()
                .max_by_key(|(rule, findings)| (*findings, std::cmp::Reverse(*rule)))
                .map_or(("", 0), |(rule, findings)| (RULES[*rule].meta.name, *findings));
            let rules = failing.len();
            if rules == 1 {
                format!("{} of {name}", plural(total, "finding", None))
            } else {
                format!("{} of {rules} rules, above all {name} ({})", plural(total, "finding", None), count(most))
            }
        };
        match (inconclusive, failing.is_empty()) {
            (Some((why, next)), true) => {
                (Verdict::Inconclusive, format!("the inputs do not allow a verdict: {why}"), next)
            }
            (Some((why, next)), false) => {
                let sentence = format!(
                    "the inputs do not allow a verdict: {why}; of what could be judged, {} already fail",
                    what_fails()
                );
                (Verdict::Inconclusive, sentence, next)
            }
            (None, false) => {
                let first = failing.iter().max_by_key(|(rule, findings)| (*findings, std::cmp::Reverse(*rule)));
                let code = first.map_or("", |(rule, _)| RULES[*rule].meta.code);
                let next = format!(
                    "start with the findings of {code}, then audit the next delivery; `stocktake rules {code}` explains the rule"
                );
                (Verdict::Fail, format!("{} {}", what_fails(), self.why_failing()), next)
            }
            (None, true) => {
                let (sentence, next) = self.passed();
                (Verdict::Pass, sentence, next)
            }
        }
    }

    /// Rules with findings that fail, and how many.
    fn failing(&self) -> Vec<(usize, u64)> {
        let failing = |rule: usize| self.beyond_limits(rule) + self.by_severity(rule);
        (0..RULES.len()).map(|rule| (rule, failing(rule))).filter(|(_, findings)| *findings > 0).collect()
    }

    /// Findings of a rule that fail because they are more than a limit allows.
    fn beyond_limits(&self, rule: usize) -> u64 {
        let limits = self.request.thresholds.iter().zip(&self.excused.thresholds);
        let exceeded = limits.filter(|(limit, result)| limit.rule == rule && !result.holds);
        exceeded.map(|(_, result)| result.findings).sum()
    }

    /// Findings of a rule that fail by their severity: those without a limit.
    fn by_severity(&self, rule: usize) -> u64 {
        if self.request.thresholds.iter().any(|limit| limit.rule == rule && limit.area.is_none()) {
            return 0;
        }
        let rest = beyond_areas(self.request, self.tallies, rule);
        let severities = [Severity::Note, Severity::Warning, Severity::Error].into_iter();
        let fail = severities.filter(|&severity| self.request.fail_on.fails(severity));
        fail.map(|severity| rest[severity as usize]).sum()
    }

    /// Why findings fail: their severity, or a limit.
    fn why_failing(&self) -> String {
        let exceeded = self.excused.thresholds.iter().filter(|limit| !limit.holds);
        let exceeded = exceeded.map(told_limit).collect::<Vec<_>>().join(", ");
        let by_severity = (0..RULES.len()).any(|rule| self.by_severity(rule) > 0);
        let severity = by_severity.then(|| format!("at severity {} or above", self.request.fail_on.name()));
        let limit = (!exceeded.is_empty()).then(|| format!("beyond the limit of {exceeded}"));
        severity.into_iter().chain(limit).collect::<Vec<_>>().join(", or ")
    }

    /// Whether findings of a rule could fail the audit.
    fn could_fail(&self, rule: usize) -> bool {
        let highest = highest(self.request, rule);
        let is_limited = self.request.thresholds.iter().any(|limit| limit.rule == rule);
        self.request.fail_on.fails(highest) || is_limited && highest != Severity::Ignore
    }

    /// Why there is no verdict, and what to do about it.
    fn inconclusive(&self) -> Option<(String, String)> {
        let told = |rule: usize| self.tallies.rules[rule].by_severity[Severity::Inconclusive as usize];
        let sources: Vec<usize> = (0..RULES.len()).filter(|&rule| told(rule) > 0).collect();
        if let Some(&first) = sources.first() {
            let named: Vec<String> = sources
                .iter()
                .map(|&rule| format!("{} {} ({})", RULES[rule].meta.code, RULES[rule].meta.name, count(told(rule))))
                .collect();
            let code = RULES[first].meta.code;
            let next = format!("mend the inputs and audit again; `stocktake rules {code}` explains the first problem");
            return Some((named.join(", "), next));
        }
        let unjudged = (0..RULES.len()).find(|&rule| {
            matches!(self.states[rule].0, RuleState::NotJudged | RuleState::Partly) && self.could_fail(rule)
        })?;
        let meta = &RULES[unjudged].meta;
        let why = self.states[unjudged].1.as_deref().unwrap_or_default();
        Some((
            format!("{} {} could not be judged: {why}", meta.code, meta.name),
            format!("give the missing input and audit again, or leave the rule out with `--ignore {}`", meta.code),
        ))
    }
}

/// A limit with its rule, as `R302@training (40)`.
fn told_limit(limit: &ThresholdResult) -> String {
    let area = match &limit.area {
        Some(area) => format!("@{area}"),
        None if limit.elsewhere => " elsewhere".to_owned(),
        None => String::new(),
    };
    format!("{}{area} ({})", limit.rule, limit.limit)
}
