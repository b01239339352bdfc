//! S007, skewed-sources.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::model::time::format_duration;
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_file;
use crate::rules::wording::{listed, quoted};

declare_rule! {
    /// ## What it finds
    /// Inputs that were taken further apart in time than `[inputs] max_skew` allows.
    ///
    /// ## Why it matters
    /// What was written or deleted between two snapshots is in one and not in the other, and so looks dangling or
    /// orphaned. `grace` (24 hours where nobody says) covers what is young, not what was deleted: beyond
    /// `max_skew` the verdict is INCONCLUSIVE.
    ///
    /// ## Example
    /// With `max_skew = "24h"`, an inventory of Sunday and exports of the Friday before. Without `max_skew` any
    /// distance is accepted.
    ///
    /// ## How to mend it
    /// Export the tables on the day of the inventory: an export at a point in time can be made for any moment
    /// of up to the last 35 days (DynamoDB Developer Guide, "Point-in-time recovery"). Or raise `max_skew`.
    "S007", "skewed-sources", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `file` is the oldest input, `related` the newest; `value` is the skew, `expected` the furthest allowed.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    if let SourceContext::Skewed { oldest, newest, skew, max_skew } = source {
        let mut finding = about_file(&RULE.meta, oldest);
        finding.related = vec![Text::Borrowed(newest)];
        finding.value = Some(Text::Owned(format_duration(*skew)));
        finding.expected = Some(Text::Owned(format_duration(*max_skew)));
        findings.report(finding);
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    format!(
        "is {} older than {}, where `max_skew` allows {}",
        quoted(finding.value.as_deref()),
        listed(finding.related.iter().map(AsRef::as_ref)),
        quoted(finding.expected.as_deref())
    )
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("take inventory and exports of the same day, or raise `max_skew` in `[inputs]`".to_owned())
}
