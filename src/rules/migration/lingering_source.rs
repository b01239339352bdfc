//! M405, lingering-source.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// The old copy of an object that the plan moves, and that is still there: beside its new copy, or without one.
    ///
    /// ## Why it matters
    /// Before and during the migration the old copy is the way back. After it, it is paid for twice and invites
    /// readers to the old layout. Where the layout says `keep_source` it stays for good and is no offence.
    ///
    /// ## Example
    /// `models/training/job-1/m` is in place, and `datasets//training-output/job-1/m` as well.
    ///
    /// ## How to mend it
    /// Once `stocktake migrate verify` passes and nothing names the old key, expire the old prefix with a lifecycle
    /// rule.
    "M405", "lingering-source", Migration, ByPhase, since "0.1.0", needs INVENTORY;
    Check::Elsewhere, sentence, help
}

/// `suggestion` is the new key; `detail` is `pending` where the copy is not there yet.
fn sentence(finding: &Finding<'_>) -> String {
    if finding.detail.as_deref() == Some("pending") {
        return format!("is still there, and its copy at {} is not", quoted(finding.suggestion.as_deref()));
    }
    format!("is still there, though its copy at {} is in place", quoted(finding.suggestion.as_deref()))
}

fn help(finding: &Finding<'_>) -> Option<String> {
    if finding.detail.as_deref() == Some("pending") {
        return Some("run the plan's manifests, or plan again for what is left".to_owned());
    }
    Some("expire the old prefix with a lifecycle rule once nothing names it".to_owned())
}
