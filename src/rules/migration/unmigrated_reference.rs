//! M407, unmigrated-reference.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// A record that still names the old key of a planned move.
    ///
    /// ## Why it matters
    /// As long as one does, the old copy cannot go. During the migration that is expected, after it an error.
    ///
    /// ## Example
    /// `artifact_s3` names `datasets//training-output/job-1/m`, while `models/training/job-1/m` is in place.
    ///
    /// ## How to mend it
    /// Apply the plan's updates in `references/`: they are conditional, so a record that changed since is left
    /// alone; plan again for those. Not judged when an export is absent or incomplete.
    "M407", "unmigrated-reference", Migration, ByPhase, since "0.1.0", needs INVENTORY EXPORTS;
    Check::Elsewhere, sentence, help
}

/// `suggestion` is the new location.
fn sentence(finding: &Finding<'_>) -> String {
    format!("still names the old key; the new location is {}", quoted(finding.suggestion.as_deref()))
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("apply the plan's updates in `references/`".to_owned())
}
