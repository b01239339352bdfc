//! K102, relative-segment.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::model::key::segments;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// Keys with `.` or `..` as a segment.
    ///
    /// ## Why it matters
    /// To Amazon S3 these are plain characters; to web clients, SDKs and file systems they are steps up and down,
    /// so the object is read from another place or not at all, and a copy to a disk may leave its folder (User
    /// Guide, "Naming Amazon S3 objects").
    ///
    /// ## Example
    /// `media/../secret/a.jpg` and `./readme.md`; `media/..a.jpg` is fine.
    ///
    /// ## How to mend it
    /// Move the object to the key that was meant, and mend the writer: it uploaded a relative path.
    "K102", "relative-segment", Key, Error, since "0.1.0";
    Check::Object { trigger: Trigger::RELATIVE_SEGMENT, check }, sentence, help
}

/// `segment` is the first such segment, `value` its text.
fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    let Some((segment, text)) = (0..).zip(segments(object.key)).find(|(_, text)| matches!(*text, "." | "..")) else {
        return;
    };
    let mut finding = object.finding(&RULE.meta);
    finding.segment = Some(segment);
    finding.value = Some(Text::Borrowed(text));
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    format!("has {} as a segment", quoted(finding.value.as_deref()))
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("move the object to the key that was meant, and mend the writer: it uploaded a relative path".to_owned())
}
