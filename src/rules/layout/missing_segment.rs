//! L204, missing-segment.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::facts::report_miss;
use crate::rules::wording::{quoted, words};

declare_rule! {
    /// ## What it finds
    /// Objects that are on the way into an area and end before they are in it: the key has too few segments.
    ///
    /// ## Why it matters
    /// The segment that is missing says whose the object is. Without it objects of several owners lie in one
    /// folder and overwrite each other.
    ///
    /// ## Example
    /// With the area `models/compilation/{job}/{target}/**`, the key `models/compilation/model.tar.gz`.
    ///
    /// ## How to mend it
    /// Move the object below the folder that names its owner, and give the writer the whole path.
    "L204", "missing-segment", Layout, Error, since "0.1.0";
    Check::Object { trigger: Trigger::MISSING, check }, sentence, help
}

fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    report_miss(&RULE.meta, object, findings);
}

fn sentence(finding: &Finding<'_>) -> String {
    let area = quoted(finding.area.as_deref());
    match finding.expected.as_deref() {
        Some(expected) => format!("ends above area {area}: expected {}", words(expected)),
        None => format!("ends above area {area}: too few segments"),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match finding.suggestion.as_deref() {
        Some(key) => format!("move the object to {}", quoted(key)),
        None => "move the object below the folder that names its owner, and give the writer the whole path".to_owned(),
    })
}
