//! M409, irreversible-move.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::words;

declare_rule! {
    /// ## What it finds
    /// A move whose rollback would fail.
    ///
    /// ## Why it matters
    /// A migration is safe only as long as there is a way back. Rollback readiness is a verdict of its own in the
    /// sign-off.
    ///
    /// ## Example
    /// Two old keys would return to one place; the new object has changed since; the old place is taken by another
    /// object, as a newer date or another ETag tells where no MD5 does.
    ///
    /// ## How to mend it
    /// Resolve what the finding names before the old copies go. If going back is not wanted for this object, say so
    /// with an `[[allow]]`.
    "M409", "irreversible-move", Migration, Error, since "0.1.0", needs INVENTORY;
    Check::Elsewhere, sentence, help
}

/// `value` says why, in words.
fn sentence(finding: &Finding<'_>) -> String {
    format!("cannot be moved back: {}", words(finding.value.as_deref()))
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("resolve this before the old copies go".to_owned())
}
