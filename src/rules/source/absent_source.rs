//! S012, absent-source.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_file;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// A declared table without an export, or a declared bucket without an inventory.
    ///
    /// ## Why it matters
    /// The absent table might name any object, and the absent inventory might list any: no orphan is judged, and
    /// the verdict is INCONCLUSIVE.
    ///
    /// ## Example
    /// `[[table]] name = "training-jobs"` is declared, and the exports given hold only `models`.
    ///
    /// ## How to mend it
    /// Give the missing input with `--export` or `--inventory`. If there is none on purpose, say so in the
    /// configuration: `optional = true` for a table, `inventory = false` for a bucket.
    "S012", "absent-source", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `detail` is `table` or `bucket`; its name stands as `file`, and as `table` or `bucket`.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    if let SourceContext::Absent { what, name } = source {
        let mut finding = about_file(&RULE.meta, name);
        finding.detail = Some(Text::Borrowed(what));
        let named = if *what == "table" { &mut finding.table } else { &mut finding.bucket };
        *named = Some(Text::Borrowed(name));
        findings.report(finding);
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    match finding.table.as_deref() {
        Some(table) => format!("table {} is declared and has no export", quoted(table)),
        None => format!("bucket {} is declared and has no inventory", quoted(finding.bucket.as_deref())),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    let advice = match finding.table {
        Some(_) => "give its export with `--export`, or declare the table `optional = true`",
        None => "give its inventory with `--inventory`, or declare the bucket `inventory = false`",
    };
    Some(advice.to_owned())
}
