//! L202, legacy-key.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// Objects whose key matches a legacy template: a place of an earlier layout.
    ///
    /// ## Why it matters
    /// Before the migration this is how the bucket is, a note; while it runs, work that is left, a warning; after
    /// it, an object that was forgotten, an error.
    ///
    /// ## Example
    /// `datasets//training-output/job-1/output/model.tar.gz`, where the layout wants
    /// `models/training/job-1/output/model.tar.gz`.
    ///
    /// ## How to mend it
    /// Move the object to the new key that the finding names, or retire it where the layout says so. A key that the
    /// layout leaves where it is (`keep`, `keep_source`, or `unnamed = "keep"` where nothing names its new key) is none.
    "L202", "legacy-key", Layout, ByPhase, since "0.1.0";
    Check::Object { trigger: Trigger::LEGACY, check }, sentence, help
}

/// `value` is the generation; `detail` is `move`, `retire` or `unnamed`; `suggestion` is the new key.
fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    let Some(legacy) = object.legacy.filter(|legacy| legacy.fate != "keep") else { return };
    let mut finding = object.finding(&RULE.meta);
    finding.value = Some(Text::Borrowed(legacy.generation));
    finding.detail = Some(Text::Borrowed(legacy.fate));
    finding.suggestion = legacy.target.map(Text::Borrowed);
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let (generation, area) = (quoted(finding.value.as_deref()), quoted(finding.area.as_deref()));
    let fate = match finding.detail.as_deref() {
        Some("retire") => ": the layout retires it",
        Some("unnamed") => ": nothing names its new key",
        _ => "",
    };
    format!("is a legacy key, generation {generation} of area {area}{fate}")
}

fn help(finding: &Finding<'_>) -> Option<String> {
    match (finding.detail.as_deref(), finding.suggestion.as_deref()) {
        (Some("retire"), _) => Some("retire the object by your own means once nothing names it".to_owned()),
        (_, Some(key)) => Some(format!("move the object to {}", quoted(key))),
        (_, None) => Some("name its missing placeholders in a record or in `[migration] mapping`".to_owned()),
    }
}
