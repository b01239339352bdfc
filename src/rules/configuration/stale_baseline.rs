//! C603, stale-baseline.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::context::{FindingSink, StaleContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// An entry of the baseline whose finding no longer occurs.
    ///
    /// ## Why it matters
    /// It was mended, which is good, and the entry would hide it if it came back.
    ///
    /// ## Example
    /// A baseline of May lists 40 dangling references; by July 12 of them are mended.
    ///
    /// ## How to mend it
    /// `stocktake baseline prune` removes such entries and adds none.
    "C603", "stale-baseline", Configuration, Note, since "0.1.0";
    Check::Stale(check), sentence, help
}

/// `value` is the rule of the entry; the place is the entry's.
fn check(stale: &StaleContext<'_>, findings: &mut dyn FindingSink) {
    findings.report(stale.finding(&RULE.meta));
}

fn sentence(finding: &Finding<'_>) -> String {
    format!("is a known finding of {} that no longer occurs", quoted(finding.value.as_deref()))
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("run `stocktake baseline prune`".to_owned())
}
