//! Whether a finding fails an audit, from what results tell: for formats that show finding by finding.

use crate::model::{Finding, Severity};
use crate::results::schema::Judgement;

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
}
