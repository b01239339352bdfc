//! L205, misplaced-area.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::facts::report_miss;
use crate::rules::wording::{quoted, words};

declare_rule! {
    /// ## What it finds
    /// Objects below an area's path at the wrong place, or below a name that nearly is an area's.
    ///
    /// ## Why it matters
    /// Somebody meant the area and missed it: a prefix too many or too few, singular for plural, another case, a
    /// slip of the keyboard. To readers the object is not there.
    ///
    /// ## Example
    /// With the area `models/training/{job}/**`: `datasets/models/training/job-1/a`, `model/training/job-1/a`,
    /// `Models/training/job-1/a` and `models/trainnig/job-1/a`. A name is near within two letters.
    ///
    /// ## How to mend it
    /// Move the object to the area's path, and correct the prefix that its writer was given.
    "L205", "misplaced-area", Layout, Error, since "0.1.0";
    Check::Object { trigger: Trigger::MISPLACED, check }, sentence, help
}

fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    report_miss(&RULE.meta, object, findings);
}

fn sentence(finding: &Finding<'_>) -> String {
    let area = quoted(finding.area.as_deref());
    match finding.expected.as_deref() {
        Some(expected) => format!("means area {area} and misses it: expected {}", words(expected)),
        None => format!("means area {area} and misses it"),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match finding.suggestion.as_deref() {
        Some(key) => format!("move the object to {}", quoted(key)),
        None => "move the object to the area's path, and correct the prefix of its writer".to_owned(),
    })
}
