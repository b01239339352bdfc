//! M401, lost-object.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// An object of *before* that is at neither its old nor its new key, or is missing at one of several new keys while
    /// its old copy is gone.
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
    /// until none is lost. One that is at another of its new keys is copied from there. Not judged on an incomplete inventory.
    "M401", "lost-object", Migration, Error, since "0.1.0", needs INVENTORY;
    Check::Elsewhere, sentence, help
}

/// `suggestion` is the new key, where one was planned; `detail` is `partly` where `value` is another that has the copy.
fn sentence(finding: &Finding<'_>) -> String {
    let new_key = finding.suggestion.as_deref();
    if is_partly(finding) {
        return format!("is at {}, and not at {}", quoted(finding.value.as_deref()), quoted(new_key));
    }
    match new_key {
        Some(key) => format!("is at neither its old key nor its new one, {}", quoted(key)),
        None => "is no longer at its key, and no other was planned".to_owned(),
    }
}

fn is_partly(finding: &Finding<'_>) -> bool {
    finding.detail.as_deref() == Some("partly")
}

fn help(finding: &Finding<'_>) -> Option<String> {
    if is_partly(finding) {
        return Some(format!("copy it there from {}", quoted(finding.value.as_deref())));
    }
    Some("restore it from a noncurrent version or a backup, then copy it to its new key".to_owned())
}
