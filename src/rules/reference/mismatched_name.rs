//! R309, mismatched-name.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ReferenceContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::{listed, quoted};

declare_rule! {
    /// ## What it finds
    /// References whose key says another name than their record does.
    ///
    /// ## Why it matters
    /// The record of one job names the artifact of another. It resolves, and what is used is somebody else's.
    ///
    /// ## Example
    /// With `bind = { job = "training_job_name" }`, a record of `job-2` that names `models/training/job-1/a`. The
    /// record's value is compared after the placeholder's `aliases` and `replace`.
    ///
    /// ## How to mend it
    /// Let the record name its own artifact. If the spelling differs on purpose, declare an alias for it in the
    /// `[placeholder]`.
    "R309", "mismatched-name", Reference, Error, since "0.1.0";
    Check::Reference(check), sentence, help
}

/// Of the first mismatch `detail` is the placeholder, `value` what the key says, `expected` what the record says;
/// `related` are the other placeholders, `count` says how many there are in all.
fn check(reference: &ReferenceContext<'_>, findings: &mut dyn FindingSink) {
    let [first, others @ ..] = reference.mismatches else { return };
    let mut finding = reference.finding(&RULE.meta);
    finding.detail = Some(Text::Borrowed(&first.placeholder));
    finding.value = Some(Text::Borrowed(&first.captured));
    finding.expected = Some(Text::Borrowed(&first.recorded));
    finding.related = others.iter().map(|mismatch| Text::Borrowed(mismatch.placeholder.as_str())).collect();
    finding.count = u64::try_from(reference.mismatches.len()).ok();
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let also = match finding.related.as_slice() {
        [] => String::new(),
        others => format!("; likewise {}", listed(others.iter().map(AsRef::as_ref))),
    };
    format!(
        "names an object of {} {} where the record says {}{also}",
        quoted(finding.detail.as_deref()),
        quoted(finding.value.as_deref()),
        quoted(finding.expected.as_deref())
    )
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("let the record name its own artifact, or declare the spelling as an alias".to_owned())
}
