//! L203, malformed-segment.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::facts::report_miss;
use crate::rules::wording::{quoted, words};

declare_rule! {
    /// ## What it finds
    /// Objects that are in the right area but for a placeholder whose value is not of its form.
    ///
    /// ## Why it matters
    /// Readers that build keys from the layout never make this key, so they never see the object.
    ///
    /// ## Example
    /// With the area `media/{tenant}/{date}/**`, the key `media/acme/2024-1-5/a.jpg`: the third segment is no date
    /// of the form `2024-01-05`.
    ///
    /// ## How to mend it
    /// Move the object to a key of the right form, and mend the writer that made the segment. If the value is
    /// right, widen the `[placeholder]`.
    "L203", "malformed-segment", Layout, Error, since "0.1.0";
    Check::Object { trigger: Trigger::MALFORMED, check }, sentence, help
}

fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    report_miss(&RULE.meta, object, findings);
}

fn sentence(finding: &Finding<'_>) -> String {
    let area = quoted(finding.area.as_deref());
    let (value, expected) = (quoted(finding.value.as_deref()), words(finding.expected.as_deref()));
    match finding.segment {
        Some(segment) => {
            format!("leaves area {area} at segment {}, {value}: expected {expected}", u64::from(segment) + 1)
        }
        None => format!("leaves area {area}: expected {expected}"),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match finding.suggestion.as_deref() {
        Some(key) => format!("move the object to {}", quoted(key)),
        None => "move the object to a key of the right form, and mend the writer that made it".to_owned(),
    })
}
