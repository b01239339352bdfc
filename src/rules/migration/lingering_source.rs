//! M405, lingering-source.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// The old copy of an object that the plan moves, still there beside its new copy or without one, or another object
    /// that was written over it.
    ///
    /// ## Why it matters
    /// Before and during the migration the old copy is the way back. After it, it is paid for twice and invites
    /// readers to the old layout. Where the layout says `keep_source` it stays for good and is no offence.
    ///
    /// ## Example
    /// `models/training/job-1/m` is in place, and `datasets//training-output/job-1/m` as well.
    ///
    /// ## How to mend it
    /// Once `stocktake migrate verify` passes and nothing names the old key, expire it with a lifecycle rule for a
    /// prefix that holds nothing else: what is kept, blocked or new may lie beside it. What was written over an old
    /// copy exists nowhere else: update its writer and plan again.
    "M405", "lingering-source", Migration, ByPhase, since "0.1.0", needs INVENTORY;
    Check::Elsewhere, sentence, help
}

/// `suggestion` is the new key; `detail` is `pending` where the copy is not there yet, and `rewritten` where another
/// object is at the old key.
fn sentence(finding: &Finding<'_>) -> String {
    let new_key = quoted(finding.suggestion.as_deref());
    match finding.detail.as_deref() {
        Some("pending") => format!("is still there, and its copy at {new_key} is not"),
        Some("rewritten") => "holds another object now, which no plan moves".to_owned(),
        _ => format!("is still there, though its copy at {new_key} is in place"),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    let help = match finding.detail.as_deref() {
        Some("pending") => "run the plan's manifests, or plan again for what is left",
        Some("rewritten") => "update its writer and plan again; do not expire it",
        _ => "once nothing names it, expire it with a lifecycle rule for a prefix that holds nothing else",
    };
    Some(help.to_owned())
}
