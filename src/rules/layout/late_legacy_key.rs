//! L209, late-legacy-key.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::model::time::format_utc;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::wording::{quoted, words};

declare_rule! {
    /// ## What it finds
    /// Objects at a legacy key that were written at or after the cut-over.
    ///
    /// ## Why it matters
    /// A writer still uses the old layout. As long as it does, the migration cannot end: whatever is moved, it
    /// writes again.
    ///
    /// ## Example
    /// With `[migration] cut_over = 2026-06-01T00:00:00Z`, an object below `datasets//training-output/job-9/` that
    /// was last modified on 3 June. Its writer is told by the `{job}` of the legacy path, or where that has none by
    /// its first placeholder that is a whole segment.
    ///
    /// ## How to mend it
    /// Find the writer by the name told and give it the new path; then move the object. Not judged without
    /// `cut_over`, or without the column `LastModifiedDate`.
    "L209", "late-legacy-key", Layout, Error, since "0.1.0", needs MODIFIED;
    Check::Object { trigger: Trigger::LEGACY, check }, sentence, help
}

/// `value` is the generation, `detail` the placeholder that names the writer and `expected` its value (absent where the
/// template has none), `suggestion` the new key.
fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    let (Some(legacy), Some(modified), Some(cut_over)) = (object.legacy, object.modified, object.cut_over) else {
        return;
    };
    if modified < cut_over {
        return;
    }
    let mut finding = object.finding(&RULE.meta);
    finding.value = Some(Text::Borrowed(legacy.generation));
    let (placeholder, value) = legacy.writer.unzip();
    finding.detail = placeholder.map(Text::Borrowed);
    finding.expected = value.map(Text::Borrowed);
    finding.suggestion = legacy.target.map(Text::Borrowed);
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let modified = finding.modified.map(format_utc);
    let named = finding.detail.as_deref().zip(finding.expected.as_deref());
    let writer =
        named.map_or_else(String::new, |(placeholder, value)| format!(" by {} {}", words(placeholder), quoted(value)));
    format!(
        "was written{writer} at {}, after the cut-over, to a legacy key of generation {}",
        quoted(modified.as_deref()),
        quoted(finding.value.as_deref())
    )
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match finding.suggestion.as_deref() {
        Some(key) => format!("give the writer the new path, then move the object to {}", quoted(key)),
        None => "give the writer the new path, then move the object".to_owned(),
    })
}
