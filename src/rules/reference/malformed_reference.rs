//! R304, malformed-reference.

use crate::model::finding::Text;
use crate::model::{Finding, Outcome};
use crate::rules::Check;
use crate::rules::context::{FindingSink, ReferenceContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::{quoted, words};

declare_rule! {
    /// ## What it finds
    /// Attributes that must hold an S3 location and hold something else.
    ///
    /// ## Why it matters
    /// No program can follow the value. A bucket that is declared nowhere, and within two letters of one that is,
    /// counts as a slip of the keyboard and is malformed as well.
    ///
    /// ## Example
    /// `s3:/line-1/a`, `models/job-1/model.tar.gz` where a URI is expected, `s3://lin-1/a` beside the bucket
    /// `line-1`. Read are `s3://`, `s3a://` and `s3n://`, the https URLs of Amazon S3 and bucket ARNs.
    ///
    /// ## How to mend it
    /// Correct the record. If the attribute holds keys, declare `kind = "key"`; if only some items hold locations,
    /// declare `when`.
    "R304", "malformed-reference", Reference, Error, since "0.1.0";
    Check::Reference(check), sentence, help
}

/// `expected` says what is wrong; `related` is the declared bucket that is nearly named.
fn check(reference: &ReferenceContext<'_>, findings: &mut dyn FindingSink) {
    if reference.outcome != Outcome::Malformed {
        return;
    }
    let mut finding = reference.finding(&RULE.meta);
    finding.expected = reference.malformed.map(Text::Borrowed);
    finding.related = reference.near_bucket.into_iter().map(Text::Borrowed).collect();
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let value = quoted(finding.value.as_deref());
    match finding.related.first() {
        Some(near) => format!("{value} names a bucket declared nowhere, but {} is", quoted(near.as_ref())),
        None => format!("{value} is no S3 location: expected {}", words(finding.expected.as_deref())),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match finding.related.first() {
        Some(near) => format!("let the record name bucket {}, or declare the other one", quoted(near.as_ref())),
        None => "correct the record, or declare the attribute's `kind` or `when`".to_owned(),
    })
}
