//! S006, stale-source.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::model::time::{format_duration, format_utc};
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_file;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// An input that is older than `[inputs] max_age` allows at the time of judging.
    ///
    /// ## Why it matters
    /// An old inventory judges a bucket that is no longer there: the verdict is INCONCLUSIVE. The age counts from
    /// the inventory's `creationTimestamp` or the export's `exportTime`, never from the time of a file.
    ///
    /// ## Example
    /// With `max_age = "48h"`, judging on 8 May an inventory of 3 May. Without `max_age` no input is stale.
    ///
    /// ## How to mend it
    /// Audit the newest delivery; check that the inventory configuration is still enabled and its destination still
    /// writable. To judge the past on purpose, give the time with `--now`.
    "S006", "stale-source", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `value` is the age, `expected` the oldest allowed, `modified` the input's time.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    if let SourceContext::Stale { file, at, age, max_age } = source {
        let mut finding = about_file(&RULE.meta, file);
        finding.modified = Some(*at);
        finding.value = Some(Text::Owned(format_duration(*age)));
        finding.expected = Some(Text::Owned(format_duration(*max_age)));
        findings.report(finding);
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    let time = finding.modified.map(format_utc);
    format!(
        "is of {}, {} old, where `max_age` allows {}",
        quoted(time.as_deref()),
        quoted(finding.value.as_deref()),
        quoted(finding.expected.as_deref())
    )
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("audit a newer delivery, or raise `max_age` in `[inputs]`".to_owned())
}
