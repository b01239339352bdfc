//! R301, dangling-reference.

use crate::model::finding::Text;
use crate::model::uri::percent_decode;
use crate::model::{Finding, Outcome};
use crate::rules::Check;
use crate::rules::context::{FindingSink, ReferenceContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::{listed, quoted};

declare_rule! {
    /// ## What it finds
    /// References that name no object of the inventory.
    ///
    /// ## Why it matters
    /// Whoever follows the record fails: a download, a deployment, a training run. Either the object is gone, or
    /// the record spells its key in another way.
    ///
    /// ## Example
    /// `artifact_s3 = "s3://line-1/models/job-1/model.tar.gz"`, while the bucket holds `Models/job-1/model.tar.gz`.
    /// Up to three keys that exist and nearly match are named: other case, slashes, `+` for a space, percent
    /// escapes, the old or the new place of a legacy key.
    ///
    /// A record that changed within `grace` (24 hours where nobody says) before the inventory is deferred; one of
    /// unknown age counts as settled. Not judged on an incomplete inventory.
    ///
    /// ## How to mend it
    /// Correct the record, or restore the object: from a noncurrent version, from a backup, or by running the job
    /// again.
    "R301", "dangling-reference", Reference, Error, since "0.1.0", needs INVENTORY;
    Check::Reference(check), sentence, help
}

/// `related` are the nearest keys that exist, or the key itself where it lacks the version that is asked for.
fn check(reference: &ReferenceContext<'_>, findings: &mut dyn FindingSink) {
    if reference.outcome != Outcome::Dangling {
        return;
    }
    let mut finding = reference.finding(&RULE.meta);
    finding.related = reference.nearest.iter().map(|key| Text::Borrowed(key.as_str())).collect();
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let age = if finding.modified.is_none() { "; when its record changed is not known" } else { "" };
    let near = match (finding.key.as_deref(), finding.related.as_slice()) {
        (_, []) => String::new(),
        (Some(key), [near]) if *key == **near => " in the version it asks for; the key has others".to_owned(),
        (Some(key), [near]) => format!("; a key that {} exists: {}", difference(key, near), quoted(near.as_ref())),
        (_, near) => format!("; keys near it exist: {}", listed(near.iter().map(AsRef::as_ref))),
    };
    format!("names no object{near}{age}")
}

/// How a key that exists differs from the one named.
fn difference(named: &str, near: &str) -> &'static str {
    let slashless = |key: &str| key.split('/').filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("/");
    let decoded = |key: &str| percent_decode(key).map(|text| text.into_owned());
    if named.to_lowercase() == near.to_lowercase() {
        "differs only in case"
    } else if slashless(named) == slashless(near) {
        "differs only in slashes"
    } else if named.replace('+', " ") == near.replace('+', " ") {
        "differs only in `+` and space"
    } else if decoded(named).is_some() && decoded(named) == decoded(near) {
        "differs only in percent escapes"
    } else {
        "may be meant"
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match finding.related.as_slice() {
        [near] if finding.key.as_ref() == Some(near) => {
            "let the record name a version that is there, or none, for the latest".to_owned()
        }
        [near] => format!("let the record name {}, or restore the object", quoted(near.as_ref())),
        _ => "correct the record, or restore the object".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_near_key_says_how_it_differs() {
        for (named, near, expected) in [
            ("models/A", "Models/a", "differs only in case"),
            ("a//b", "a/b", "differs only in slashes"),
            ("a/b", "a/b/", "differs only in slashes"),
            ("a+b", "a b", "differs only in `+` and space"),
            ("a%20b", "a b", "differs only in percent escapes"),
            ("a%zz", "b", "may be meant"),
            ("training-output/j/m", "models/training/j/m", "may be meant"),
        ] {
            assert_eq!(difference(named, near), expected, "{named} {near}");
        }
    }
}
