//! L201, undeclared-key.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::facts::report_miss;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// Objects whose key lies in no area of the layout, and near none.
    ///
    /// ## Why it matters
    /// Whoever builds keys from the layout never sees such an object. It is outside every convention: nobody has
    /// said what it is, who writes it, or which records name it.
    ///
    /// ## Example
    /// With the area `media/{tenant}/{date}/**`, the key `tmp/export.zip`. A key gets one layout finding at most;
    /// one that comes close to an area is malformed-segment, missing-segment or misplaced-area instead.
    ///
    /// ## How to mend it
    /// Move the object to where it belongs, or declare an `[[area]]` for it; `standing = "tolerated"` for what may
    /// stay, `"outside"` for what is not to be judged.
    "L201", "undeclared-key", Layout, Error, since "0.1.0";
    Check::Object { trigger: Trigger::UNDECLARED, check }, sentence, help
}

fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    report_miss(&RULE.meta, object, findings);
}

fn sentence(finding: &Finding<'_>) -> String {
    match finding.area.as_deref() {
        Some(area) => format!("lies in no area of the layout; {} comes nearest", quoted(area)),
        None => "lies in no area of the layout".to_owned(),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match finding.suggestion.as_deref() {
        Some(key) => format!("move the object to {}", quoted(key)),
        None => "move the object to where it belongs, or declare an area for it".to_owned(),
    })
}
