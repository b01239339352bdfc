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
    /// A part that a manifest names twice, or one key and version in two neighbouring rows.
    ///
    /// ## Why it matters
    /// An object listed twice is counted twice, in objects and in bytes, and something has probably been put
    /// together by hand: the verdict is INCONCLUSIVE.
    ///
    /// ## Example
    /// Two deliveries were merged into one folder and their manifests into one list. Rows with the same key and
    /// different versions are no duplicates.
    ///
    /// ## How to mend it
    /// Audit one delivery as Amazon S3 wrote it.
    "S010", "duplicate-listing", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `detail` is `part` or `row`; for a row `key` is the key listed twice.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    let SourceContext::Defect(defect) = source else { return };
    let (detail, key) = match &defect.problem {
        SourceProblem::DuplicatePart => ("part", None),
        SourceProblem::DuplicateRow { key } => ("row", Some(Text::Borrowed(key.as_str()))),
        _ => return,
    };
    let mut finding = about_defect(&RULE.meta, defect);
    finding.detail = Some(Text::Borrowed(detail));
    finding.key = key;
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    match finding.detail.as_deref() {
        Some("part") => "is named twice by its manifest".to_owned(),
        _ => format!("lists {} as the row before does", quoted(finding.key.as_deref())),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("audit one delivery as Amazon S3 wrote it".to_owned())
}
