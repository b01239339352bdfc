//! C601, expired-exception.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{ExceptionContext, FindingSink};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// An `[[allow]]` whose date has passed.
    ///
    /// ## Why it matters
    /// Somebody promised to mend something by that day. From then on the exception hides nothing and its findings
    /// count again.
    ///
    /// ## Example
    /// `expires = 2026-06-30`, judged on 1 July: it holds through its last day, in UTC.
    ///
    /// ## How to mend it
    /// Mend what it allowed and remove it, or give it a new date with its owner's consent.
    "C601", "expired-exception", Configuration, Error, since "0.1.0";
    Check::Exception(check), sentence, help
}

/// `value` is the rule that was allowed, `expected` the last day.
fn check(exception: &ExceptionContext<'_>, findings: &mut dyn FindingSink) {
    let Some(last_day) = exception.expired.as_deref() else { return };
    let mut finding = exception.finding(&RULE.meta);
    finding.expected = Some(Text::Borrowed(last_day));
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    format!(
        "allowed {} through {}, which has passed",
        quoted(finding.value.as_deref()),
        quoted(finding.expected.as_deref())
    )
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("mend what it allowed and remove it, or give it a new date with its owner's consent".to_owned())
}
