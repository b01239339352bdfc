//! What exceptions, baseline and limits come to once every finding is counted: which exceptions hide too much, what C601,
//! C602 and C603 say, and what results tell of all of them.

use crate::audit::error::AuditError;
use crate::audit::pass::check_cancel;
use crate::audit::population::Population;
use crate::audit::settings::AuditRequest;
use crate::audit::sink::{Concern, Emitter, RuleTally, Tallies, asked, excepted, kind};
use crate::audit::tally::Partial;
use crate::audit::verdict::{Given, state};
use crate::model::time::{DAY, format_utc};
use crate::model::{Finding, KeyClass, Severity};
use crate::results::baseline::Entry;
use crate::results::schema::{
    BaselineResult, ExceptionResult, ExceptionState, KnownResult, RuleState, ThresholdResult,
};
use crate::rules::RULES;
use crate::rules::context::{ExceptionContext, StaleContext};
use crate::rules::exceptions::{described, rule_of};

/// What was excused.
#[derive(Debug, Default)]
pub(super) struct Excused {
    pub(super) exceptions: Vec<ExceptionResult>,
    pub(super) baseline: Option<BaselineResult>,
    pub(super) thresholds: Vec<ThresholdResult>,
    /// How findings name exceptions that hide nothing after all.
    lifted: Vec<String>,
}

impl Excused {
    /// A finding as it counts: what is said to be hidden by an exception with too much to hide is not.
    pub(super) fn settled<'f>(&self, finding: &'f Finding<'f>) -> std::borrow::Cow<'f, Finding<'f>> {
        let is_lifted = |excuse: &str| self.lifted.iter().any(|lifted| lifted == excuse);
        match &finding.excused {
            Some(excuse) if is_lifted(excuse) => std::borrow::Cow::Owned(Finding { excused: None, ..finding.clone() }),
            _ => std::borrow::Cow::Borrowed(finding),
        }
    }
}

/// Settles what was excused.
pub(super) struct Excusing<'a> {
    pub(super) request: &'a AuditRequest<'a>,
    pub(super) given: Given,
}

impl Excusing<'_> {
    /// Lifts the exceptions that would hide more than they may.
    pub(super) fn lift(&self, population: &Population<'_>, tallies: &mut Tallies) -> Vec<usize> {
        let allows = &self.request.layout.spec().allows;
        let mut lifted = Vec::new();
        for (number, allow) in allows.iter().enumerate() {
            let (Some(limit), Some(rule)) = (allow.at_most, rule_of(allow)) else { continue };
            let hidden = tallies.excepted[number].findings();
            if hidden > 0 && !limit.holds(hidden, population.of(rule, allow.area.as_deref()).0) {
                tallies.lift(number, rule);
                lifted.push(number);
            }
        }
        lifted
    }

    /// Calls the rules about exceptions and about the baseline, and sums up.
    pub(super) fn close(
        &self,
        tallies: &Tallies,
        lifted: &[usize],
        emitter: &mut Emitter<'_>,
    ) -> Result<Excused, AuditError> {
        let exceptions = self.exceptions(tallies, lifted, emitter);
        let baseline = self.baseline(tallies, emitter)?;
        let lifted = lifted.iter().map(|&number| excepted(number)).collect();
        Ok(Excused { exceptions, baseline, thresholds: Vec::new(), lifted })
    }

    /// Whether what a rule did not find is not there: it was judged, on inputs that allow a verdict.
    fn settles(&self, rule: usize, tallies: &Tallies) -> bool {
        let open = tallies.rules.iter().any(|tally| tally.by_severity[Severity::Inconclusive as usize] > 0);
        !open && state(self.request, rule, self.given, &tallies.rules[rule]).0 == RuleState::Judged
    }

    fn exceptions(&self, tallies: &Tallies, lifted: &[usize], emitter: &mut Emitter<'_>) -> Vec<ExceptionResult> {
        let severities = self.request.severities;
        let mut results = Vec::new();
        for (number, allow) in self.request.layout.spec().allows.iter().enumerate() {
            let rule = rule_of(allow);
            let code = rule.map_or(allow.rule.as_str(), |rule| RULES[rule].meta.code);
            let hidden = tallies.excepted[number];
            // Its last day, not the moment after it.
            let last_day = allow.expires.map(|end| format_utc(end - DAY).chars().take(10).collect::<String>());
            let state = if allow.expires.is_some_and(|end| self.request.now >= end) {
                ExceptionState::Expired
            } else if lifted.contains(&number) {
                ExceptionState::Exceeded
            } else if hidden.findings() > 0 {
                ExceptionState::InForce
            } else if rule.is_some_and(|rule| self.settles(rule, tallies)) {
                ExceptionState::Unused
            } else {
                ExceptionState::NotJudged
            };
            let what = described(allow);
            let context = ExceptionContext {
                what: &what,
                rule: code,
                area: allow.area.as_deref(),
                expired: last_day.clone().filter(|_| state == ExceptionState::Expired),
                unused: state == ExceptionState::Unused,
            };
            for (rule, severity, check) in asked(kind!(Exception), |rule| severities.base(rule)) {
                check(&context, &mut emitter.rule(rule, severity, Concern::default()));
            }
            results.push(ExceptionResult {
                rule: code.to_owned(),
                what,
                reason: allow.reason.clone(),
                owner: allow.owner.clone(),
                expires: last_day,
                at_most: allow.at_most.map(|limit| limit.to_string()),
                state,
                findings: hidden.findings(),
                objects: hidden.objects,
                bytes: hidden.bytes,
            });
        }
        results
    }

    fn baseline(&self, tallies: &Tallies, emitter: &mut Emitter<'_>) -> Result<Option<BaselineResult>, AuditError> {
        let Some(known) = self.request.baseline else { return Ok(None) };
        let settled: Vec<bool> = (0..RULES.len()).map(|rule| self.settles(rule, tallies)).collect();
        let is_settled = |entry: &Entry| {
            RULES.iter().position(|rule| rule.meta.code == entry.rule).is_some_and(|rule| settled[rule])
        };
        let severities = self.request.severities;
        let (mut stale, mut deferred, mut buffer) = (0, 0, Vec::new());
        for entry in known.entries()? {
            let entry = entry?;
            if known.occurs(&entry, &mut buffer) {
                continue;
            }
            check_cancel(self.request)?;
            if !is_settled(&entry) {
                deferred += 1;
                continue;
            }
            stale += 1;
            let context = StaleContext { known: entry.finding() };
            for (rule, severity, check) in asked(kind!(Stale), |rule| severities.base(rule)) {
                check(&context, &mut emitter.rule(rule, severity, Concern::default()));
            }
            emitter.check()?;
        }
        let mut all = RuleTally::default();
        tallies.known.iter().for_each(|tally| all.add(tally));
        let rules = RULES.iter().zip(&tallies.known).filter(|(_, tally)| tally.findings() > 0);
        let rules =
            rules.map(|(rule, tally)| KnownResult { code: rule.meta.code.to_owned(), findings: tally.findings() });
        Ok(Some(BaselineResult {
            sha256: known.sha256().to_owned(),
            entries: known.len(),
            findings: all.findings(),
            objects: all.objects,
            bytes: all.bytes,
            stale,
            deferred,
            rules: rules.collect(),
        }))
    }

    /// What became of each limit.
    pub(super) fn thresholds(&self, population: &Population<'_>, tallies: &Tallies) -> Vec<ThresholdResult> {
        let all = &self.request.thresholds;
        let results = all.iter().map(|threshold| {
            let sum = |counts: &[u64]| counts.iter().sum::<u64>();
            let findings = match threshold.area.as_deref() {
                Some(area) => tallies.areas[threshold.rule].get(area).map_or(0, |counts| sum(counts)),
                None => sum(&beyond_areas(self.request, tallies, threshold.rule)),
            };
            let (mut judged, of) = population.of(threshold.rule, threshold.area.as_deref());
            let mut of = of.to_owned();
            let own: Vec<&str> = limited_areas(self.request, threshold.rule).collect();
            let elsewhere = threshold.area.is_none() && !own.is_empty();
            if !RULES[threshold.rule].check.is_by_area() {
                of.push_str(if elsewhere || threshold.area.is_some() { " in all" } else { "" });
            } else if elsewhere {
                judged -= own.iter().map(|area| population.of(threshold.rule, Some(area)).0).sum::<u64>();
            }
            ThresholdResult {
                rule: RULES[threshold.rule].meta.code.to_owned(),
                area: threshold.area.clone(),
                elsewhere,
                limit: threshold.limit.to_string(),
                findings,
                judged,
                of,
                holds: threshold.limit.holds(findings, judged),
                settled: self.settles(threshold.rule, tallies),
            }
        });
        results.collect()
    }
}

/// The findings of a rule by severity, without those in areas that have a limit of their own.
pub(super) fn beyond_areas(request: &AuditRequest<'_>, tallies: &Tallies, rule: usize) -> [u64; 6] {
    let mut rest = tallies.rules[rule].by_severity;
    for counts in limited_areas(request, rule).filter_map(|area| tallies.areas[rule].get(area)) {
        rest.iter_mut().zip(counts).for_each(|(rest, own)| *rest -= own);
    }
    rest
}

/// The areas in which a rule has a limit of its own.
fn limited_areas<'a>(request: &'a AuditRequest<'_>, rule: usize) -> impl Iterator<Item = &'a str> {
    let limits = request.thresholds.iter().filter(move |threshold| threshold.rule == rule);
    limits.filter_map(|threshold| threshold.area.as_deref())
}

/// Settles the classes of objects that hung on exceptions which were lifted.
pub(super) fn settle_classes(partial: &mut Partial, lifted: &[usize]) {
    for ((area, class, exceptions), amount) in std::mem::take(&mut partial.undecided) {
        let shown = exceptions.iter().filter(|(number, _)| lifted.contains(&usize::from(*number)));
        let Some(worst) = shown.map(|(_, severity)| *severity).max() else { continue };
        let settled = if worst >= Severity::Warning { KeyClass::Violating } else { KeyClass::Compliant };
        if settled == class {
            continue;
        }
        partial.keys[class as usize].take(amount);
        partial.keys[settled as usize].merge(amount);
        let Some(tally) = area.map(|area| &mut partial.areas[area]) else { continue };
        if class == KeyClass::Compliant {
            tally.compliant.take(amount);
        }
        match settled {
            KeyClass::Violating => tally.violating += amount.objects,
            _ => tally.compliant.merge(amount),
        }
    }
}
