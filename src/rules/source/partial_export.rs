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
    /// An export that holds only some of its table's items or attributes, because it was made with a filter.
    ///
    /// It is recognised by a field of the summary whose name speaks of a filter, a condition or a projection, and by
    /// items that lack an attribute of the declared `key`: all items of a table have it, so that a projection has left
    /// it out, or `key` is misspelt.
    ///
    /// ## Why it matters
    /// An object that no exported record names may be named by one that was left out: orphans are not judged. The
    /// references that are there are judged as ever. A filter of which neither summary nor items say anything
    /// cannot be recognised: the counts of such an export are those of what it holds.
    ///
    /// ## Example
    /// An export whose summary carries a filter, such as items of one tenant alone.
    ///
    /// ## How to mend it
    /// Export the whole table, correct `key`, or accept that this audit says nothing about orphans.
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
    Some("export the whole table to judge orphans, or correct the table's `key` if items seem to lack it".to_owned())
}
