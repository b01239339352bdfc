//! What findings say, from what results tell: whether one fails an audit, and whether there being none means anything.

use crate::model::{Finding, Severity};
use crate::results::schema::{Judgement, RuleResult, RuleState};

impl Judgement {
    /// Whether a finding that counts fails the audit, or keeps it from a verdict: by the limit of its rule in its area, by
    /// that of its rule, else by its severity.
    pub fn fails(&self, finding: &Finding<'_>) -> bool {
        let of_rule = || self.thresholds.iter().filter(|limit| limit.rule == finding.code);
        let in_area = of_rule().find(|limit| limit.area.is_some() && limit.area.as_deref() == finding.area.as_deref());
        if let Some(limit) = in_area.or_else(|| of_rule().find(|limit| limit.area.is_none())) {
            return !limit.holds;
        }
        if finding.severity == Severity::Inconclusive {
            return true;
        }
        Severity::settable(&self.fail_on).is_some_and(|least| finding.severity >= least)
    }

    /// Whether the inputs do not allow a verdict: what was not found may be in what could not be read, or be there by now.
    pub fn is_open(&self) -> bool {
        let inconclusive = |rule: &RuleResult| {
            rule.by_severity.iter().any(|count| count.severity == Severity::Inconclusive && count.findings > 0)
        };
        self.rules.iter().any(inconclusive)
    }

    /// Whether what a rule did not find is not there.
    pub fn settles(&self, code: &str) -> bool {
        let judged = |rule: &RuleResult| rule.code == code && rule.state == RuleState::Judged;
        self.rules.iter().any(judged) && !self.is_open()
    }
}
