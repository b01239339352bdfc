//! S001, checksum-mismatch.

use crate::model::finding::Text;
use crate::model::{Finding, SourceProblem};
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_defect;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// A manifest or part whose MD5 or size is not the one its delivery states.
    ///
    /// ## Why it matters
    /// The file was cut short, altered or mixed up on its way, so nothing in it can be trusted: the verdict is
    /// INCONCLUSIVE, and rules that need the complete input are not judged. Amazon S3 writes the MD5 of every part
    /// into `manifest.json` and that of the manifest into `manifest.checksum` (User Guide, "Locating your
    /// inventory list"); DynamoDB exports state theirs likewise.
    ///
    /// ## Example
    /// `manifest.json` states `"MD5checksum": "f11166069f1990abeb9c97ace9cdfabc"` for a part that was edited and
    /// compressed again.
    ///
    /// ## How to mend it
    /// Copy the delivery again, whole and into an empty folder. `--no-checksums` leaves out the MD5, and the report
    /// then says so first under *not checked*.
    "S001", "checksum-mismatch", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `detail` is `md5` or `size`; `expected` as stated, `value` as found.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    let SourceContext::Defect(defect) = source else { return };
    let (detail, stated, actual) = match &defect.problem {
        SourceProblem::Checksum { stated, actual } => {
            ("md5", Text::Borrowed(stated.as_str()), Text::Borrowed(actual.as_str()))
        }
        SourceProblem::Size { stated, actual } => {
            ("size", Text::Owned(stated.to_string()), Text::Owned(actual.to_string()))
        }
        _ => return,
    };
    let mut finding = about_defect(&RULE.meta, defect);
    finding.detail = Some(Text::Borrowed(detail));
    finding.expected = Some(stated);
    finding.value = Some(actual);
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let (actual, stated) = (quoted(finding.value.as_deref()), quoted(finding.expected.as_deref()));
    match finding.detail.as_deref() {
        Some("size") => format!("has {actual} bytes where the delivery states {stated}"),
        _ => format!("has the MD5 {actual} where the delivery states {stated}"),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("copy the delivery again, whole and into an empty folder".to_owned())
}
