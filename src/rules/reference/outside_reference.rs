//! R305, outside-reference.

use crate::model::{Finding, Outcome};
use crate::rules::Check;
use crate::rules::context::{FindingSink, ReferenceContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// References to a place that no inventory lists.
    ///
    /// ## Why it matters
    /// Whether the object exists cannot be said: it is outside, not missing. Access points are outside too, since
    /// their names do not say which bucket they lead to.
    ///
    /// ## Example
    /// `dataset_manifest_s3 = "s3://someone-elses-bucket/train.manifest"`; or a key beyond the
    /// `inventory_prefixes` of its bucket, or a prefix above them of which they show no object.
    ///
    /// ## How to mend it
    /// Give that bucket's inventory as well (`--inventory` may be repeated) and declare the bucket; or accept that
    /// these references are not checked.
    "R305", "outside-reference", Reference, Note, since "0.1.0";
    Check::Reference(check), sentence, help
}

fn check(reference: &ReferenceContext<'_>, findings: &mut dyn FindingSink) {
    if reference.outcome == Outcome::Outside {
        findings.report(reference.finding(&RULE.meta));
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    match finding.bucket.as_deref() {
        Some(bucket) => format!("names a place in bucket {} that no inventory lists", quoted(bucket)),
        None => "names a place that no inventory lists".to_owned(),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    let bucket = finding.bucket.as_deref()?;
    Some(format!("give an inventory of {} that lists it as well, or accept that this is not checked", quoted(bucket)))
}
