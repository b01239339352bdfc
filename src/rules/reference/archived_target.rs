//! R307, archived-target.

use crate::model::{Finding, Outcome};
use crate::rules::Check;
use crate::rules::context::{FindingSink, ReferenceContext};
use crate::rules::declare::declare_rule;

declare_rule! {
    /// ## What it finds
    /// References to an object in an archive: present, and not readable now.
    ///
    /// ## Why it matters
    /// An object in `GLACIER`, `DEEP_ARCHIVE` or an archive access tier of Intelligent-Tiering has to be restored
    /// before it can be read or copied, which takes minutes to days (Amazon S3 User Guide, "Working with archived
    /// objects"). `GLACIER_IR` and Archive Instant Access can be read at once and are no offence.
    ///
    /// ## Example
    /// A lifecycle rule sent models of last year to `DEEP_ARCHIVE`; a device asks for one of them today.
    ///
    /// ## How to mend it
    /// Restore the object if it is needed, and let the lifecycle rule spare what records name. Not judged without
    /// the column `StorageClass`.
    "R307", "archived-target", Reference, Warning, since "0.1.0", needs STORAGE_CLASS;
    Check::Reference(check), sentence, help
}

fn check(reference: &ReferenceContext<'_>, findings: &mut dyn FindingSink) {
    if reference.outcome == Outcome::Archived {
        let mut finding = reference.finding(&RULE.meta);
        finding.size = reference.size;
        findings.report(finding);
    }
}

fn sentence(_: &Finding<'_>) -> String {
    "names an object in an archive tier: present, not readable now".to_owned()
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("restore the object if it is needed, and let lifecycle rules spare what records name".to_owned())
}
