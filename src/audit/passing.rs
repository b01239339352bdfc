//! What a PASS says: what was judged, what was found all the same, and what did not count; and what to do next.

use crate::audit::settings::ORPHAN_RULE;
use crate::audit::unchecked::switched_off;
use crate::audit::verdict::Grounds;
use crate::model::{Family, Severity};
use crate::render::filters::plural;
use crate::results::schema::{ExceptionState, RuleState};
use crate::rules::RULES;

/// The severities that findings can have where an audit passes, the heaviest first.
const FOUND: [Severity; 4] = [Severity::Error, Severity::Warning, Severity::Note, Severity::Told];

impl Grounds<'_> {
    /// The sentence of a PASS, and what to do next.
    pub(super) fn passed(&self) -> (String, String) {
        let off = switched_off(self.request, self.states);
        let excused = self.excused_findings();
        let scope =
            (self.out_of_scope > 0).then(|| format!("{} out of scope", plural(self.out_of_scope, "object", None)));
        let hidden = (excused > 0).then(|| format!("{} excused", plural(excused, "finding", None)));
        let parts = [Some(self.judged()), scope, self.found(), hidden].into_iter().flatten();
        let limits = if self.excused.thresholds.is_empty() { "" } else { " within the limits" };
        let tails = [
            (!self.fails_at_all() && self.total(|_| true) > 0)
                .then(|| format!("nothing{limits} fails an audit with `--fail-on never`")),
            (off > 0).then(|| format!("{} off", plural(off, "rule is", Some("rules are")))),
        ];
        let parts = std::iter::once(parts.collect::<Vec<_>>().join(", ")).chain(tails.into_iter().flatten());
        let sentence = parts.collect::<Vec<_>>().join("; ");
        let tolerated = self.tolerated();
        let next = if let [first, ..] = tolerated.as_slice() {
            let codes = tolerated.join(", ");
            let what = if self.fails_at_all() { "what the limits let pass" } else { "the errors all the same" };
            format!("mend {what}: {codes}; `stocktake rules {first}` explains the first")
        } else if off > 0 && !(self.judges_objects() && (self.judges_references() || self.references == 0)) {
            "judge by the rules that are off too: the reports list them under what was not checked".to_owned()
        } else if self.total(|_| true) > 0 && self.total(|severity| severity != Severity::Told) == 0 {
            "look at what the reports tell of the inputs, and at what they list as not checked".to_owned()
        } else if self.total(|_| true) > 0 {
            "look through the notes and warnings when there is time".to_owned()
        } else if excused > 0 {
            "look at whether what is excused still has to be: the reports list it under exceptions".to_owned()
        } else {
            "nothing to do".to_owned()
        };
        (sentence, next)
    }

    /// Objects and references, and whether any rule on them was judged.
    fn judged(&self) -> String {
        let objects = plural(self.objects, "object", None);
        let references = plural(self.references, "reference", None);
        match (self.judges_objects(), self.judges_references()) {
            (true, true) => format!("{objects} and {references} judged"),
            (true, false) if self.references == 0 => format!("{objects} judged"),
            (true, false) => format!("{objects} judged, {references} read"),
            (false, true) => format!("{references} judged, {objects} read"),
            (false, false) => format!("{objects} and {references} read and not judged"),
        }
    }

    fn judges_objects(&self) -> bool {
        self.any_judged(|rule, family| {
            rule == ORPHAN_RULE || matches!(family, Family::Key | Family::Layout | Family::Migration)
        })
    }

    fn judges_references(&self) -> bool {
        self.any_judged(|rule, family| rule != ORPHAN_RULE && matches!(family, Family::Reference | Family::Migration))
    }

    fn any_judged(&self, of: impl Fn(usize, Family) -> bool) -> bool {
        let mut judged = self.states.iter().enumerate();
        judged.any(|(rule, (state, _))| {
            matches!(state, RuleState::Judged | RuleState::Partly) && of(rule, RULES[rule].meta.family)
        })
    }

    /// What was found, by whether it would fail without a limit; none where nobody looked.
    fn found(&self) -> Option<String> {
        let fails = |severity: Severity| self.request.fail_on.fails(severity);
        if self.total(|_| true) == 0 {
            return (self.judges_objects() || self.judges_references()).then(|| "nothing to report".to_owned());
        }
        if !self.fails_at_all() {
            let others = self.each(|severity| severity != Severity::Error);
            let errors = match self.total(|severity| severity == Severity::Error) {
                0 => "no error".to_owned(),
                errors => plural(errors, "error", None),
            };
            return Some(std::iter::once(errors).chain(others).collect::<Vec<_>>().join(", "));
        }
        let within = self.each(fails).join(", ");
        let within = (!within.is_empty()).then(|| format!("{within} within the limits"));
        let below = self.total(|severity| !fails(severity));
        let below = (below > 0).then(|| format!("{} below the failing severity", plural(below, "finding", None)));
        Some(within.into_iter().chain(below).collect::<Vec<_>>().join(", "))
    }

    /// Whether any severity fails the audit.
    fn fails_at_all(&self) -> bool {
        FOUND.into_iter().any(|severity| self.request.fail_on.fails(severity))
    }

    /// Findings of these severities.
    fn total(&self, of: impl Fn(Severity) -> bool) -> u64 {
        let of_each = FOUND.into_iter().filter(|&severity| of(severity)).map(|severity| self.findings_of(severity));
        of_each.sum()
    }

    /// The same, each severity with its word: `4 errors`.
    fn each(&self, of: impl Fn(Severity) -> bool) -> Vec<String> {
        let counts = FOUND.into_iter().filter(|&severity| of(severity)).map(|severity| {
            let many = (severity == Severity::Told).then_some("told");
            (self.findings_of(severity), severity.name(), many)
        });
        counts.filter(|(findings, ..)| *findings > 0).map(|(findings, one, many)| plural(findings, one, many)).collect()
    }

    fn findings_of(&self, severity: Severity) -> u64 {
        self.tallies.rules.iter().map(|tally| tally.by_severity[severity as usize]).sum()
    }

    /// The codes of rules with findings that would fail without a limit, or with the usual `--fail-on`.
    fn tolerated(&self) -> Vec<&'static str> {
        let heavy = |severity: Severity| severity == Severity::Error || self.request.fail_on.fails(severity);
        let found = |by_severity: &[u64; 6]| {
            FOUND.into_iter().any(|severity| heavy(severity) && by_severity[severity as usize] > 0)
        };
        let rules = RULES.iter().zip(&self.tallies.rules).filter(|(_, tally)| found(&tally.by_severity));
        rules.map(|(rule, _)| rule.meta.code).collect()
    }

    /// Findings that an exception hides or the baseline knows.
    fn excused_findings(&self) -> u64 {
        let in_force = self.excused.exceptions.iter().filter(|exception| exception.state == ExceptionState::InForce);
        let known = self.excused.baseline.as_ref().map_or(0, |baseline| baseline.findings);
        known + in_force.map(|exception| exception.findings).sum::<u64>()
    }
}
