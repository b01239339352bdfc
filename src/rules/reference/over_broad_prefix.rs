//! R313, over-broad-prefix.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ReferenceContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// Prefix references too high to mean anything: the bucket's root, or above every placeholder of an area.
    ///
    /// ## Why it matters
    /// Such a prefix would cover everything below it, and no object there could ever be an orphan. It covers
    /// nothing.
    ///
    /// ## Example
    /// `output_s3_uri = "s3://line-1/models/"`, where the layout has `models/training/{job}/**`;
    /// `s3://line-1/models/training/job-1/` would be right.
    ///
    /// ## How to mend it
    /// Let the record name the folder that is its own. If the attribute only says where to look, declare it with
    /// `claims = false` and set `over-broad-prefix = "ignore"` for it.
    "R313", "over-broad-prefix", Reference, Warning, since "0.1.0";
    Check::Reference(check), sentence, help
}

fn check(reference: &ReferenceContext<'_>, findings: &mut dyn FindingSink) {
    if reference.over_broad {
        findings.report(reference.finding(&RULE.meta));
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    match finding.key.as_deref() {
        None | Some("") => "covers the whole bucket, and so means nothing".to_owned(),
        Some(prefix) => format!("covers {}, above every placeholder, and so means nothing", quoted(prefix)),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("let the record name the folder that is its own".to_owned())
}
