//! K104, case-collision.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, FolderContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::listed;

declare_rule! {
    /// ## What it finds
    /// Folders of one area whose names differ only in upper and lower case.
    ///
    /// ## Why it matters
    /// To Amazon S3 they are two folders; on Windows and macOS a copy of both becomes one, and files of one
    /// overwrite those of the other. To people they are one thing stored in two places.
    ///
    /// ## Example
    /// `media/acme/2024/` beside `media/Acme/2024/`. Each of them gives a finding that names the others.
    ///
    /// ## How to mend it
    /// Decide on one spelling, move what lies under the other, and normalise the name where keys are made.
    "K104", "case-collision", Key, Warning, since "0.1.0";
    Check::Folder(check), sentence, help
}

/// `related` are the other spellings.
fn check(folder: &FolderContext<'_>, findings: &mut dyn FindingSink) {
    if folder.case_twins.is_empty() {
        return;
    }
    let mut finding = folder.finding(&RULE.meta);
    finding.related = folder.case_twins.iter().copied().map(Text::Borrowed).collect();
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    format!("differs only in case from {}", listed(finding.related.iter().map(AsRef::as_ref)))
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("decide on one spelling and move what lies under the other".to_owned())
}
