//! L208, empty-object.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;

declare_rule! {
    /// ## What it finds
    /// Objects of zero bytes in an area, folder markers aside.
    ///
    /// ## Why it matters
    /// An empty artifact is most often an upload that failed and left its name behind: every record that names it
    /// resolves, and every reader fails.
    ///
    /// ## Example
    /// `models/training/job-1/model.tar.gz` with 0 bytes. A key that ends in `/` is a folder marker and no offence.
    ///
    /// ## How to mend it
    /// Upload the artifact again. Where empty files mean something (`_SUCCESS`), set `empty-object = "ignore"` in
    /// the area's `rules`. Not judged without the column `Size`.
    "L208", "empty-object", Layout, Warning, since "0.1.0", needs SIZE;
    Check::Object { trigger: Trigger::EMPTY, check }, sentence, help
}

fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    if object.size == Some(0) {
        findings.report(object.finding(&RULE.meta));
    }
}

fn sentence(_: &Finding<'_>) -> String {
    "is empty: 0 bytes".to_owned()
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("upload the artifact again, or set `empty-object` to `ignore` for the area".to_owned())
}
