//! S008, absent-column.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_file;
use crate::rules::wording::{listed, quoted};

declare_rule! {
    /// ## What it finds
    /// A column that a selected rule needs and that the inventory does not have.
    ///
    /// ## Why it matters
    /// The rule is *not judged*, which is not the same as passed. If it could have failed the audit, the verdict is
    /// INCONCLUSIVE.
    ///
    /// ## Example
    /// An inventory without `LastModifiedDate`: an object of unknown age is never an orphan, so orphan-object
    /// (R302) is not judged.
    ///
    /// ## How to mend it
    /// Add the optional field to the inventory configuration; the next delivery has it. Or leave the rule out with
    /// `--ignore`, or in `[rules]`.
    "S008", "absent-column", Source, Told, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `value` is the column, `related` are the codes of the rules that are not judged.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    if let SourceContext::AbsentColumn { file, column, rules } = source {
        let mut finding = about_file(&RULE.meta, file);
        finding.value = Some(Text::Borrowed(column));
        finding.related = rules.split(", ").map(Text::Borrowed).collect();
        findings.report(finding);
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    let verb = if finding.related.len() == 1 { "is" } else { "are" };
    format!(
        "has no column {}, so {} {verb} not judged",
        quoted(finding.value.as_deref()),
        listed(finding.related.iter().map(AsRef::as_ref))
    )
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(format!("add {} to the fields of the inventory configuration", quoted(finding.value.as_deref())))
}
