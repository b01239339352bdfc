//! R310, shared-target.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, SharedContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::{counted, listed};

declare_rule! {
    /// ## What it finds
    /// Objects that several items name through an attribute declared `exclusive = true`.
    ///
    /// ## Why it matters
    /// Where each job should have an artifact of its own, a shared one means that jobs overwrote each other: all
    /// but the last record name something they did not make.
    ///
    /// ## Example
    /// A compilation service wrote flat into `compilation-output/`; two jobs with the same input left one file.
    ///
    /// ## How to mend it
    /// Find out whose the object is, usually the youngest record's, and run the other jobs again into folders of
    /// their own. Not judged when an export is absent or incomplete.
    "R310", "shared-target", Reference, Warning, since "0.1.0", needs EXPORTS;
    Check::Shared(check), sentence, help
}

/// Reported at the least of the references; `related` are other items, at most a few, `count` all that name it.
fn check(shared: &SharedContext<'_>, findings: &mut dyn FindingSink) {
    let mut finding = shared.finding(&RULE.meta);
    finding.related = shared.others.iter().map(|item| Text::Borrowed(item.as_str())).collect();
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let others = match finding.related.as_slice() {
        [] => String::new(),
        others => format!(", among them {}", listed(others.iter().map(AsRef::as_ref))),
    };
    format!("names an object that belongs to one item and that {} name{others}", counted(finding.count, "item"))
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("find out whose the object is, and give each of the other items one of its own".to_owned())
}
