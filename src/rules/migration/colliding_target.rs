//! M403, colliding-target.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::{listed, quoted};

declare_rule! {
    /// ## What it finds
    /// Two old keys that would become one new key.
    ///
    /// ## Why it matters
    /// The second copy would overwrite the first, and an object would be lost. Neither is planned.
    ///
    /// ## Example
    /// `training-output/job-1/m` and `datasets//training-output/job-1/m` both map to `models/training/job-1/m`.
    ///
    /// ## How to mend it
    /// Decide which of them is wanted; retire the other, or map it elsewhere in the legacy template or in
    /// `[migration] mapping`.
    "M403", "colliding-target", Migration, Error, since "0.1.0", needs INVENTORY;
    Check::Elsewhere, sentence, help
}

/// `suggestion` is the new key, `related` are the other old keys.
fn sentence(finding: &Finding<'_>) -> String {
    format!(
        "would become {}, as would {}",
        quoted(finding.suggestion.as_deref()),
        listed(finding.related.iter().map(AsRef::as_ref))
    )
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("decide which is wanted, and retire the other or map it elsewhere".to_owned())
}
