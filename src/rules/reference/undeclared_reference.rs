//! R312, undeclared-reference.

use crate::model::finding::Text;
use crate::model::{Finding, Severity, Subject};
use crate::rules::Check;
use crate::rules::context::{FindingSink, MentionContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::{counted, listed, quoted};

declare_rule! {
    /// ## What it finds
    /// Attributes that nobody declared and that hold locations in a declared bucket.
    ///
    /// ## Why it matters
    /// They are references nobody checks, and a migration would leave them behind. What they name is counted
    /// *mentioned*, neither referenced nor an orphan.
    ///
    /// ## Example
    /// `metadata.checkpoint_s3` holds `s3://line-1/models/…`, and no `[[table.reference]]` declares it. There is one
    /// finding for each table and attribute path, with the number of its values and one item as an example.
    ///
    /// ## How to mend it
    /// Declare the attribute as a `[[table.reference]]`; or, for history and free text, list it in
    /// `[[table.ignore]]` with the reason.
    "R312", "undeclared-reference", Reference, Warning, since "0.1.0";
    Check::Mention(check), sentence, help
}

/// `count` are the values, `related` an item that has one, `value` that one. The item is no part of the identity:
/// which one is least changes from run to run.
fn check(mention: &MentionContext<'_>, findings: &mut dyn FindingSink) {
    let mut finding = Finding::new(RULE.meta.code, Severity::Ignore, Subject::Reference);
    finding.table = Some(Text::Borrowed(&mention.table.name));
    finding.path = Some(Text::Borrowed(mention.path));
    finding.related = vec![Text::Borrowed(mention.item)];
    finding.value = Some(Text::Borrowed(mention.value));
    finding.count = Some(mention.occurrences);
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    format!(
        "is declared nowhere and holds {}, as {} in item {}",
        counted(finding.count, "location"),
        quoted(finding.value.as_deref()),
        listed(finding.related.iter().map(AsRef::as_ref))
    )
}

fn help(finding: &Finding<'_>) -> Option<String> {
    let path = quoted(finding.path.as_deref());
    Some(format!("declare {path} as a `[[table.reference]]`, or list it in `[[table.ignore]]` with the reason"))
}
