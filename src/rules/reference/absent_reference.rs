//! R311, absent-reference.

use crate::layout::spec::{Condition, Test};
use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{AbsenceContext, FindingSink};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// Records in a state that demands a reference and that have none.
    ///
    /// ## Why it matters
    /// A job that says it is complete and names no artifact cannot be used, and its artifact, if there is one,
    /// looks like an orphan.
    ///
    /// ## Example
    /// With `required_when = { attribute = "status", equals = "Completed" }`, an item of that status without
    /// `artifact_s3`. Missing, NULL and `""` are all absent; text is compared without regard to case.
    ///
    /// ## How to mend it
    /// Find the artifact and write its location into the record; or correct the status of a job that left none.
    "R311", "absent-reference", Reference, Error, since "0.1.0";
    Check::Absence(check), sentence, help
}

/// `expected` is the condition that demands it, as `status = Completed`.
fn check(absence: &AbsenceContext<'_>, findings: &mut dyn FindingSink) {
    let mut finding = absence.finding(&RULE.meta);
    finding.expected = absence.spec.required_when.as_ref().map(|condition| Text::Owned(describe(condition)));
    findings.report(finding);
}

fn describe(condition: &Condition) -> String {
    let attribute = &condition.attribute.text;
    match &condition.test {
        Test::Equals(values) => format!("{attribute} = {}", values.join(" | ")),
        Test::Not(values) => format!("{attribute} != {}", values.join(" | ")),
        Test::Present(true) => format!("{attribute} present"),
        Test::Present(false) => format!("{attribute} absent"),
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    match finding.expected.as_deref() {
        Some(condition) => format!("holds no reference, which the record's state demands: {}", quoted(condition)),
        None => "holds no reference, which the record's state demands".to_owned(),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("write the artifact's location into the record, or correct the record's state".to_owned())
}
