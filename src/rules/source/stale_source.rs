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
    /// An input that is older than `[inputs] max_age` allows at the time of judging, or whose time nobody knows.
    ///
    /// ## Why it matters
    /// An old inventory judges a bucket that is no longer there: the verdict is INCONCLUSIVE. The age counts from
    /// the inventory's `creationTimestamp` or the export's `exportTime`, never from the time of a file. An input without a
    /// manifest says neither: without a time nothing can be told from what is merely too young to be known.
    ///
    /// ## Example
    /// With `max_age = "48h"`, judging on 8 May an inventory of 3 May. Without `max_age` no input of a known time is stale.
    ///
    /// ## How to mend it
    /// Audit the newest delivery; check that the inventory configuration is still enabled and its destination still
    /// writable. To judge the past on purpose, give the time with `--now`. Of inputs without a manifest give the time with
    /// `--inventory-time` and `--export-time`.
    "S006", "stale-source", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// Nothing but the file where no time is known; else `value` is the age, `expected` the oldest allowed, `modified` the input's time.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    match source {
        SourceContext::Stale { file, at, age, max_age } => {
            let mut finding = about_file(&RULE.meta, file);
            finding.modified = Some(*at);
            finding.value = Some(Text::Owned(format_duration(*age)));
            finding.expected = Some(Text::Owned(format_duration(*max_age)));
            findings.report(finding);
        }
        SourceContext::Undated { file } => findings.report(about_file(&RULE.meta, file)),
        _ => {}
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    if finding.modified.is_none() {
        return "is of an unknown time".to_owned();
    }
    let time = finding.modified.map(format_utc);
    format!(
        "is of {}, {} old, where `max_age` allows {}",
        quoted(time.as_deref()),
        quoted(finding.value.as_deref()),
        quoted(finding.expected.as_deref())
    )
}

fn help(finding: &Finding<'_>) -> Option<String> {
    if finding.modified.is_none() {
        return Some("say when it was made: `--inventory-time` or `--export-time`".to_owned());
    }
    Some("audit a newer delivery, or raise `max_age` in `[inputs]`".to_owned())
}
