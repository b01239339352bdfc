//! C602, unused-exception.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::context::{ExceptionContext, FindingSink};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// An `[[allow]]` that hides nothing.
    ///
    /// ## Why it matters
    /// What it allowed was mended, or it never matched because of a slip. Left in place it would hide the next
    /// offence of its kind.
    ///
    /// ## Example
    /// `[[allow]] rule = "orphan-object", key = "models/old/**"` after the folder is gone.
    ///
    /// ## How to mend it
    /// Remove it, or correct what it should match.
    "C602", "unused-exception", Configuration, Warning, since "0.1.0";
    Check::Exception(check), sentence, help
}

/// `value` is the rule that is allowed.
fn check(exception: &ExceptionContext<'_>, findings: &mut dyn FindingSink) {
    if exception.expired.is_none() && exception.unused {
        findings.report(exception.finding(&RULE.meta));
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    format!("allows {} and hides nothing", quoted(finding.value.as_deref()))
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("remove it, or correct what it should match".to_owned())
}
