//! K101, empty-segment.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::facts::segment_of;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// Keys with an empty segment: `//` somewhere, or a `/` at their beginning.
    ///
    /// ## Why it matters
    /// `a//b` and `a/b` are two objects, and many programs tidy one into the other: browsers, path libraries and
    /// copies to a disk. Such keys are made by joining a prefix that ends in `/` with a name that begins with one.
    ///
    /// ## Example
    /// `datasets//training-output/job-1/model.tar.gz`. Where a legacy template of the layout spells the `//` out,
    /// legacy-key (L202) speaks and this rule keeps silent.
    ///
    /// ## How to mend it
    /// Mend the writer that joins the two, then move the object to the key without the empty segment and change the
    /// records that name it.
    "K101", "empty-segment", Key, Error, since "0.1.0";
    Check::Object { trigger: Trigger::EMPTY_SEGMENT, check }, sentence, help
}

fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    let Some(segment) = object.empty_segment else { return };
    let mut finding = object.finding(&RULE.meta);
    finding.segment = Some(segment);
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let before = finding.segment.and_then(|segment| segment.checked_sub(1));
    match (finding.key.as_deref(), before) {
        (Some(key), Some(before)) => format!("has an empty segment after {}", quoted(segment_of(key, before))),
        (_, None) => "begins with a slash".to_owned(),
        (None, _) => "has an empty segment".to_owned(),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("move the object to the key without the empty segment, and mend the writer that joined it".to_owned())
}
