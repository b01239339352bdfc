//! M408, broken-legacy-reference.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// An old key that is gone while records still name it, or a prefix of theirs below which nothing is left.
    ///
    /// ## Why it matters
    /// Old references must keep resolving until every record is rewritten: it is an error in every phase, before
    /// and during the migration too. Whoever reads through such a record fails today, whether the object was moved,
    /// given up or taken by a lifecycle rule.
    ///
    /// ## Example
    /// The old prefix was expired a week early; 12 records still name keys below it.
    ///
    /// ## How to mend it
    /// Bring the old copy back, or rewrite the record at once: its new location is named. Not judged on incomplete
    /// inputs.
    "M408", "broken-legacy-reference", Migration, Error, since "0.1.0", needs INVENTORY EXPORTS;
    Check::Elsewhere, sentence, help
}

/// `suggestion` is the new location.
fn sentence(finding: &Finding<'_>) -> String {
    match finding.suggestion.as_deref() {
        Some(location) => format!("names an old key that is gone; the new location is {}", quoted(location)),
        None => "names an old place that is gone".to_owned(),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("bring the old copy back, or rewrite the record at once".to_owned())
}
