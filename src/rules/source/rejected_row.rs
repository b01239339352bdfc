//! S005, rejected-row.

use crate::model::finding::Text;
use crate::model::{Finding, SourceProblem};
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_defect;
use crate::rules::wording::words;

declare_rule! {
    /// ## What it finds
    /// A row of an inventory, or a line of an export, that cannot be understood.
    ///
    /// ## Why it matters
    /// The row is left out, so an object or a record is unknown: the input is not complete, and the verdict is
    /// INCONCLUSIVE. Rows are counted from 1 in the decompressed part.
    ///
    /// ## Example
    /// `"my-bucket","media/a.jpg","twelve"`: a size that is no number. Likewise a row of too few fields, a bad
    /// escape in a key, a key that is not UTF-8, or the name of another bucket.
    ///
    /// ## How to mend it
    /// Look at the row named. If a script rewrote the delivery, use the original; otherwise take another delivery.
    "S005", "rejected-row", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `value` says why, in the reader's words.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    if let SourceContext::Defect(defect) = source
        && let SourceProblem::Rejected { reason } = &defect.problem
    {
        let mut finding = about_defect(&RULE.meta, defect);
        finding.value = Some(Text::Borrowed(reason));
        findings.report(finding);
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    format!("cannot be understood: {}", words(finding.value.as_deref()))
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("use the delivery as it was written; if this is the original, audit another one".to_owned())
}
