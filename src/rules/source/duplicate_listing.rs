//! S010, duplicate-listing.

use crate::model::finding::Text;
use crate::model::{Finding, SourceProblem};
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_defect;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// A part that a manifest names twice, one key and version in two neighbouring rows, or changes in two exports.
    ///
    /// The last is an incremental export that starts before the one that it goes on from ends, or has an item twice.
    ///
    /// ## Why it matters
    /// An object listed twice is counted twice, in objects and in bytes, and something has probably been put
    /// together by hand: the verdict is INCONCLUSIVE. Of changes that two exports hold, nothing says which is later.
    ///
    /// ## Example
    /// Two deliveries were merged into one folder and their manifests into one list. Rows with the same key and
    /// different versions are no duplicates. Or a table was exported in full at noon, and the incremental export
    /// given with it starts at 11:00.
    ///
    /// ## How to mend it
    /// Audit one delivery as Amazon S3 wrote it. Of exports, give those whose windows meet exactly, or a full export
    /// alone.
    "S010", "duplicate-listing", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `detail` is `part`, `row`, `item` or `window`; for a row `key` is the key listed twice, for an item `value` its primary
/// key. A window starts at `value`, where it should at `expected`.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    let SourceContext::Defect(defect) = source else { return };
    let mut finding = about_defect(&RULE.meta, defect);
    let detail = match &defect.problem {
        SourceProblem::DuplicatePart => "part",
        SourceProblem::DuplicateRow { key } => {
            finding.key = Some(Text::Borrowed(key));
            "row"
        }
        SourceProblem::DuplicateItem { key } => {
            finding.value = Some(Text::Borrowed(key));
            "item"
        }
        SourceProblem::OverlappingExport { from, end } => {
            finding.value = Some(Text::Borrowed(from));
            finding.expected = Some(Text::Borrowed(end));
            "window"
        }
        _ => return,
    };
    finding.detail = Some(Text::Borrowed(detail));
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let value = quoted(finding.value.as_deref());
    match finding.detail.as_deref() {
        Some("part") => "is named twice by its manifest".to_owned(),
        Some("item") => format!("holds two changes of the item {value}, where each has one"),
        Some("window") => {
            let end = quoted(finding.expected.as_deref());
            format!("starts at {value}, before the exports that it goes on from end at {end}")
        }
        _ => format!("lists {} as the row before does", quoted(finding.key.as_deref())),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    let advice = match finding.detail.as_deref() {
        Some("window") => "give incremental exports whose windows meet exactly, or a full export alone",
        Some("item") => "give the export as DynamoDB wrote it, each of its files once",
        _ => "audit one delivery as Amazon S3 wrote it",
    };
    Some(advice.to_owned())
}
