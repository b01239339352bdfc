//! R306, deleted-target.

use crate::model::finding::Text;
use crate::model::{Finding, Outcome};
use crate::rules::Check;
use crate::rules::context::{FindingSink, ReferenceContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::listed;

declare_rule! {
    /// ## What it finds
    /// References to an object whose latest version is a delete marker.
    ///
    /// ## Why it matters
    /// The object was deleted and the record still names it. In a versioned bucket its content may still be there
    /// as a noncurrent version, until a lifecycle rule removes it.
    ///
    /// ## Example
    /// Somebody cleaned up `models/training/job-1/` by hand; the record of `job-1` says `Completed` and names the
    /// model. Only an inventory that includes all versions shows this; without versions such a reference dangles.
    ///
    /// ## How to mend it
    /// Soon: remove the delete marker, which brings the last version back (Amazon S3 User Guide, "Managing delete
    /// markers"). Or correct the record.
    "R306", "deleted-target", Reference, Error, since "0.1.0";
    Check::Reference(check), sentence, help
}

/// `related` are the nearest keys that exist.
fn check(reference: &ReferenceContext<'_>, findings: &mut dyn FindingSink) {
    if reference.outcome != Outcome::Deleted {
        return;
    }
    let mut finding = reference.finding(&RULE.meta);
    finding.related = reference.nearest.iter().map(|key| Text::Borrowed(key.as_str())).collect();
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    match finding.related.as_slice() {
        [] => "names an object whose latest version is a delete marker".to_owned(),
        near => format!(
            "names an object whose latest version is a delete marker; near it exists {}",
            listed(near.iter().map(AsRef::as_ref))
        ),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("remove the delete marker while the version below it is kept, or correct the record".to_owned())
}
