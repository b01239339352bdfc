//! K105, denormalised-key.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::model::Finding;
use crate::model::finding::Text;
use crate::model::key::MAX_KEY_BYTES;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// Keys that are not in Unicode Normalization Form C (NFC).
    ///
    /// ## Why it matters
    /// `ü` can be one character or a `u` with a combining mark. Both look alike and are different keys: a record
    /// with one never reaches an object with the other. macOS is a common source of the second form.
    ///
    /// ## Example
    /// `media/Mu\u0308ller/a.jpg`, whose NFC form is `media/M\u00fcller/a.jpg`.
    ///
    /// ## How to mend it
    /// Move the object to the NFC form, change the records that name it, and normalise names before uploading.
    "K105", "denormalised-key", Key, Note, since "0.1.0";
    Check::Object { trigger: Trigger::NOT_ASCII, check }, sentence, help
}

/// `suggestion` is the NFC form, where that is a key and the object's place in the layout is right.
fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    // Nothing composes with a `/`, and `is_nfc` composes only where its quick check cannot tell.
    let mut segments = (0..).zip(object.key.split('/'));
    let Some((segment, _)) = segments.find(|(_, text)| !text.is_ascii() && !is_nfc(text)) else { return };
    let mut finding = object.finding(&RULE.meta);
    finding.segment = Some(segment);
    if object.area.is_some() && object.legacy.is_none() {
        let composed: String = object.key.nfc().collect();
        finding.suggestion = (composed.len() <= MAX_KEY_BYTES).then_some(Text::Owned(composed));
    }
    findings.report(finding);
}

fn sentence(_: &Finding<'_>) -> String {
    "is not in Unicode NFC: a record that spells it composed names another key".to_owned()
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match finding.suggestion.as_deref() {
        Some(key) => format!("move the object to {}", quoted(key)),
        None => "normalise the name before uploading".to_owned(),
    })
}
