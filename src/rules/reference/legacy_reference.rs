//! R303, legacy-reference.

use crate::layout::spec::ReferenceKind;
use crate::model::finding::Text;
use crate::model::{Finding, Outcome};
use crate::rules::Check;
use crate::rules::context::{FindingSink, ReferenceContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// References that name a legacy key: a place of an earlier layout.
    ///
    /// ## Why it matters
    /// Before the migration they are how records are, a note; while it runs they must keep resolving and wait to be
    /// rewritten, a warning; after it they keep the old layout alive, an error. The finding says whether the old
    /// object, the new one, both or neither exist.
    ///
    /// ## Example
    /// `s3://line-1/datasets//training-output/job-1/output/model.tar.gz`, where the layout wants
    /// `models/training/job-1/output/model.tar.gz`. If neither exists, the reference is dangling (R301) as well.
    ///
    /// ## How to mend it
    /// `stocktake migrate plan` writes the updates of the records. Rewrite a record only once its new object is
    /// there. Not judged on an incomplete inventory.
    "R303", "legacy-reference", Reference, ByPhase, since "0.1.0", needs INVENTORY;
    Check::Reference(check), sentence, help
}

/// `detail` is `old-only`, `both`, `new-only` or `neither`; `suggestion` is the new location as the attribute
/// holds it: a key for attributes that hold keys, a URI for the others.
fn check(reference: &ReferenceContext<'_>, findings: &mut dyn FindingSink) {
    let undecided = [Outcome::Malformed, Outcome::Outside, Outcome::Unjudged, Outcome::Deferred];
    if !reference.is_legacy || undecided.contains(&reference.outcome) {
        return;
    }
    let mut finding = reference.finding(&RULE.meta);
    finding.detail = Some(Text::Borrowed(match (reference.old_exists, reference.new_exists) {
        (true, false) => "old-only",
        (true, true) => "both",
        (false, true) => "new-only",
        (false, false) => "neither",
    }));
    finding.suggestion = match (reference.spec.kind, reference.bucket, reference.new_key) {
        (ReferenceKind::Key | ReferenceKind::KeyPrefix, _, Some(key)) => Some(Text::Borrowed(key)),
        (_, Some(bucket), Some(key)) => Some(Text::Owned(format!("s3://{bucket}/{key}"))),
        _ => None,
    };
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let state = match finding.detail.as_deref() {
        Some("old-only") => "only the old object exists",
        Some("both") => "the old and the new object exist",
        Some("new-only") => "only the new object exists",
        _ => "neither the old nor the new object exists",
    };
    format!("names a legacy key; {state}")
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match (finding.detail.as_deref(), finding.suggestion.as_deref()) {
        (Some("both" | "new-only"), Some(location)) => format!("let the record name {}", quoted(location)),
        (Some("old-only"), Some(location)) => {
            format!("copy the object to its new place, then let the record name {}", quoted(location))
        }
        (Some("neither"), _) => "restore the object at its new place, then correct the record".to_owned(),
        _ => "find its new key with `stocktake migrate plan`".to_owned(),
    })
}
