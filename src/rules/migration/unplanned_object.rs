//! M406, unplanned-object.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;

declare_rule! {
    /// ## What it finds
    /// An object that is new under the layout and that no plan put there.
    ///
    /// ## Why it matters
    /// It may be today's work, written by a writer that already uses the new layout; or a copy that somebody made
    /// by hand, which nothing verifies.
    ///
    /// ## Example
    /// `models/training/job-2/m` is in the inventory of *after*, not in that of *before*, and the target of no move.
    ///
    /// ## How to mend it
    /// Nothing, if a writer made it after the inventory of *before*. Otherwise find out where it came from, and plan
    /// again.
    "M406", "unplanned-object", Migration, Warning, since "0.1.0", needs INVENTORY;
    Check::Elsewhere, sentence, help
}

fn sentence(_: &Finding<'_>) -> String {
    "is new and in no plan".to_owned()
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("find out who wrote it; if it was copied by hand, plan again".to_owned())
}
