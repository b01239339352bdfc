//! S012, absent-source.

use crate::model::finding::Text;
use crate::model::{Finding, SourceProblem};
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::{about_defect, about_file};
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// A declared table without an export, a declared bucket without an inventory, or a gap between exports.
    ///
    /// The first incremental export must start at the moment that the full export shows, each further one where the
    /// one before ends.
    ///
    /// ## Why it matters
    /// The absent table might name any object, and the absent inventory might list any: no orphan is judged, and
    /// the verdict is INCONCLUSIVE. What changed in a gap, or before the first of incremental exports that no full
    /// one leads, is in no export.
    ///
    /// ## Example
    /// `[[table]] name = "training-jobs"` is declared, and the exports given hold only `models`. Or `models` was
    /// exported in full on Sunday, and in increments from Sunday to Monday and from Tuesday to Wednesday.
    ///
    /// ## How to mend it
    /// Give the missing input with `--export` or `--inventory`. If there is none on purpose, say so in the
    /// configuration: `optional = true` for a table, `inventory = false` for a bucket. The changes in a gap can be
    /// exported for up to 35 days; a new full export needs none.
    "S012", "absent-source", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `detail` is `table` or `bucket`; its name stands as `file`, and as `table` or `bucket`. Of an export that is missing
/// in a chain `detail` is `export`, `value` where the next one starts, `expected` where it should, if that is known.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    match source {
        SourceContext::Absent { what, name } => {
            let mut finding = about_file(&RULE.meta, name);
            finding.detail = Some(Text::Borrowed(what));
            let named = if *what == "table" { &mut finding.table } else { &mut finding.bucket };
            *named = Some(Text::Borrowed(name));
            findings.report(finding);
        }
        SourceContext::Defect(defect) => {
            let SourceProblem::MissingExport { end, from } = &defect.problem else { return };
            let mut finding = about_defect(&RULE.meta, defect);
            finding.detail = Some(Text::Borrowed("export"));
            finding.value = Some(Text::Borrowed(from));
            finding.expected = end.as_deref().map(Text::Borrowed);
            findings.report(finding);
        }
        _ => {}
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    let from = quoted(finding.value.as_deref());
    match (finding.detail.as_deref(), finding.expected.as_deref(), finding.table.as_deref()) {
        (Some("export"), Some(end), _) => {
            format!(
                "starts at {from}, where the exports before end at {}: what changed between is missing",
                quoted(end)
            )
        }
        (Some("export"), None, _) => {
            format!("holds what changed from {from} on, and no full export of its table leads to that moment")
        }
        (_, _, Some(table)) => format!("table {} is declared and has no export", quoted(table)),
        (_, _, None) => format!("bucket {} is declared and has no inventory", quoted(finding.bucket.as_deref())),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    let advice = match (finding.detail.as_deref(), &finding.expected, &finding.table) {
        (Some("export"), Some(_), _) => {
            "give the incremental export of the time between as well, or make a full export of the table"
        }
        (Some("export"), None, _) => "give the full export that it goes on from as well, or make a new one",
        (_, _, Some(_)) => "give its export with `--export`, or declare the table `optional = true`",
        (_, _, None) => "give its inventory with `--inventory`, or declare the bucket `inventory = false`",
    };
    Some(advice.to_owned())
}
