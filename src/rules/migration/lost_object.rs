//! M401, lost-object.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// An object of *before* that is at neither its old nor its new key.
    ///
    /// ## Why it matters
    /// The migration lost it, or somebody deleted it meanwhile. Objects retired by the user's list and objects whose
    /// lifecycle date has passed are counted apart and are not lost. What lies at its new key and is older is no copy
    /// of it, unless MD5 or checksum agree.
    ///
    /// ## Example
    /// `datasets//training-output/job-1/model.tar.gz` was planned to become `models/training/job-1/model.tar.gz`;
    /// the inventory of *after* has neither.
    ///
    /// ## How to mend it
    /// Restore it from a noncurrent version or a backup, then copy it to its new key. Do not remove any old copy
    /// until none is lost. Not judged on an incomplete inventory.
    "M401", "lost-object", Migration, Error, since "0.1.0", needs INVENTORY;
    Check::Elsewhere, sentence, help
}

/// `suggestion` is the new key, where one was planned.
fn sentence(finding: &Finding<'_>) -> String {
    match finding.suggestion.as_deref() {
        Some(key) => format!("is at neither its old key nor its new one, {}", quoted(key)),
        None => "is no longer at its key, and no other was planned".to_owned(),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("restore it from a noncurrent version or a backup, then copy it to its new key".to_owned())
}
