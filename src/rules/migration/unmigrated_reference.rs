//! M407, unmigrated-reference.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// A record that still names the old key of a planned move, or a prefix from which all moves.
    ///
    /// ## Why it matters
    /// As long as one does, the old copy cannot go. During the migration that is expected, after it an error.
    ///
    /// ## Example
    /// `artifact_s3` names `datasets//training-output/job-1/m`, while `models/training/job-1/m` is in place.
    ///
    /// ## How to mend it
    /// Apply the plan's updates in `references/`: they are conditional, so a record that changed since is left
    /// alone; plan again for those. A prefix whose objects go to several places is left to a person, and listed in
    /// `references/by-hand.csv`. Not judged when an export is absent or incomplete.
    "M407", "unmigrated-reference", Migration, ByPhase, since "0.1.0", needs INVENTORY EXPORTS;
    Check::Elsewhere, sentence, help
}

/// `suggestion` is the new location; a prefix from which objects go to several has none.
fn sentence(finding: &Finding<'_>) -> String {
    match finding.suggestion.as_deref() {
        Some(location) => format!("still names the old key; the new location is {}", quoted(location)),
        None => "still names the old prefix, whose objects go to several places".to_owned(),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    let how = match finding.suggestion {
        Some(_) => "apply the plan's updates in `references/`",
        None => "rewrite it by hand: the plan lists it in `references/by-hand.csv`",
    };
    Some(how.to_owned())
}
