//! S003, unreadable-part.

use crate::model::finding::Text;
use crate::model::{Finding, SourceProblem};
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_defect;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// A part that cannot be read to its end: a truncated gzip stream, a broken Parquet, ORC or Ion file.
    ///
    /// ## Why it matters
    /// What stood behind the break is unknown, not lost. The verdict is INCONCLUSIVE, nothing that was read from
    /// this part counts, and the finding says which row was reached.
    ///
    /// ## Example
    /// A download of `data/7f3a.csv.gz` was interrupted at 40 MiB of 64 MiB: the gzip stream ends without its
    /// trailer, after row 512,007.
    ///
    /// ## How to mend it
    /// Copy the part again. If the copy in the bucket is broken as well, take another delivery.
    "S003", "unreadable-part", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `value` holds the reader's own words, `row` the last row that was read.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    if let SourceContext::Defect(defect) = source
        && let SourceProblem::Unreadable { reason } = &defect.problem
    {
        let mut finding = about_defect(&RULE.meta, defect);
        finding.value = Some(Text::Borrowed(reason));
        findings.report(finding);
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    let reason = quoted(finding.value.as_deref());
    match finding.row {
        Some(0) | None => format!("cannot be read: {reason}"),
        Some(_) => format!("cannot be read beyond this row: {reason}"),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("copy the part again, or audit another delivery".to_owned())
}
