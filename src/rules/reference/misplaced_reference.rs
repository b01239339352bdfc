//! R308, misplaced-reference.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ReferenceContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::{quoted, words};

declare_rule! {
    /// ## What it finds
    /// References to an object that exists in another area, bucket role or use case than the attribute's.
    ///
    /// ## Why it matters
    /// The record resolves, to the wrong thing: a training artifact where a compiled model is wanted, or another
    /// line's data. What is deployed then is not what was built.
    ///
    /// ## Example
    /// `compiled_model_s3`, declared with `area = "compilation"`, names `models/training/job-1/model.tar.gz`.
    ///
    /// ## How to mend it
    /// Let the record name the right object. If the attribute may point there, add the area to its `area` list.
    "R308", "misplaced-reference", Reference, Error, since "0.1.0";
    Check::Reference(check), sentence, help
}

/// `detail` is `area`, `role` or `use-case`; `related` is the one found, `expected` the one wanted.
fn check(reference: &ReferenceContext<'_>, findings: &mut dyn FindingSink) {
    let Some(misplaced) = reference.misplaced else { return };
    let mut finding = reference.finding(&RULE.meta);
    finding.detail = Some(Text::Borrowed(misplaced.kind));
    finding.related = vec![Text::Borrowed(misplaced.found)];
    finding.expected = Some(Text::Borrowed(misplaced.expected));
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let kind = match finding.detail.as_deref() {
        Some("role") => "bucket role",
        Some("use-case") => "use case",
        _ => "area",
    };
    let found = quoted(finding.related.first().map(AsRef::as_ref));
    format!("names an object of {kind} {found} where {} is expected", words(finding.expected.as_deref()))
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("let the record name the right object, or widen what the attribute's declaration allows".to_owned())
}
