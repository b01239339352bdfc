//! S004, count-mismatch.

use crate::model::finding::Text;
use crate::model::{Finding, SourceProblem};
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_defect;
use crate::rules::wording::{counted, quoted};

declare_rule! {
    /// ## What it finds
    /// An input that holds fewer or more rows or items than it states, or a listing that says of itself that it goes on.
    ///
    /// ## Why it matters
    /// Records are missing, or some are not of this export: references could look absent, or objects orphaned, by
    /// mistake. The verdict is INCONCLUSIVE. DynamoDB states `itemCount` for the export and for each of its files
    /// (Developer Guide, "DynamoDB table export output format").
    ///
    /// ## Example
    /// `manifest-files.json` states 374 items for a file in which 371 lines are found. The JSON of
    /// `aws s3api list-objects-v2 --no-paginate` ends with `"IsTruncated": true`.
    ///
    /// ## How to mend it
    /// Copy the export again, or make a new one; check that no listing was cut off at its first page.
    "S004", "count-mismatch", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `detail` is `items`, `rows` or `goes-on`; `expected` as stated, `count` as found.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    let SourceContext::Defect(defect) = source else { return };
    let mut finding = about_defect(&RULE.meta, defect);
    match &defect.problem {
        SourceProblem::Count { stated, actual, what } => {
            finding.detail = Some(Text::Borrowed(what));
            finding.expected = Some(Text::Owned(stated.to_string()));
            finding.count = Some(*actual);
        }
        SourceProblem::Continued => finding.detail = Some(Text::Borrowed("goes-on")),
        _ => return,
    }
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    if finding.detail.as_deref() == Some("goes-on") {
        return "goes on: it is not the whole listing".to_owned();
    }
    let noun = if finding.detail.as_deref() == Some("items") { "item" } else { "row" };
    format!("holds {} where {} are stated", counted(finding.count, noun), quoted(finding.expected.as_deref()))
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match finding.detail.as_deref() {
        Some("goes-on") => "list again without `--no-paginate`, `--max-items` and `--max-keys`".to_owned(),
        _ => "copy the input again, or make a new export".to_owned(),
    })
}
