//! R302, orphan-object.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// Objects in an area of the layout that no record names.
    ///
    /// ## Why it matters
    /// They are paid for and nobody reaches them through the records: leftovers of jobs that ran again, or objects
    /// whose record was deleted or never written.
    ///
    /// ## Example
    /// A job was compiled again; its record names the new folder, and `models/compilation/job-1/` is left over. A
    /// reference to anything in a folder covers the whole folder, unless the area says `orphan_scope = "object"`.
    ///
    /// An object younger than the oldest export less `grace` (24 hours where nobody says) is deferred, and one of
    /// unknown age is never an orphan. Not judged when an export is absent, incomplete or partial.
    ///
    /// ## How to mend it
    /// Find out who wrote it before anything else: what no record names is not proven unused. Then write the
    /// missing record or remove the object by your own means. Where records name nothing, set
    /// `orphan-object = "ignore"` in the area's `rules`.
    "R302", "orphan-object", Reference, Warning, since "0.1.0", needs EXPORTS EVERY_BUCKET MODIFIED;
    Check::Object { trigger: Trigger::ORPHAN, check }, sentence, help
}

/// `value` is the folder, by which reports group.
fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    let mut finding = object.finding(&RULE.meta);
    finding.value = object.folder.map(Text::Borrowed);
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    match finding.value.as_deref() {
        None | Some("") => "is named by no record".to_owned(),
        Some(folder) => format!("is named by no record, nor is its folder {}", quoted(folder)),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("find out who wrote it, then write the missing record or remove the object by your own means".to_owned())
}
