//! S009, partial-export.

use crate::model::finding::Text;
use crate::model::{Finding, SourceProblem};
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_defect;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// An export that holds only some of its table's items, because it was made with a filter.
    ///
    /// ## Why it matters
    /// An object that no exported record names may be named by one that was left out: orphans are not judged. The
    /// references that are there are judged as ever.
    ///
    /// ## Example
    /// An export whose summary carries a filter, such as items of one tenant alone.
    ///
    /// ## How to mend it
    /// Export the whole table, or accept that this audit says nothing about orphans.
    "S009", "partial-export", Source, Told, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `value` says how the filter was recognised.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    if let SourceContext::Defect(defect) = source
        && let SourceProblem::PartialExport { reason } = &defect.problem
    {
        let mut finding = about_defect(&RULE.meta, defect);
        finding.value = Some(Text::Borrowed(reason));
        findings.report(finding);
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    format!("is an export of only a part of its table: {}; no orphan is judged", quoted(finding.value.as_deref()))
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("export the whole table to judge orphans".to_owned())
}
