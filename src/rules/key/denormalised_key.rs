//! K105, denormalised-key.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::model::Finding;
use crate::model::finding::Text;
use crate::model::key::{MAX_KEY_BYTES, segments};
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

/// The first character that may not stand in NFC as it is, and may have to be composed with what is in front of it.
const FIRST_MARK: char = '\u{300}';

/// `suggestion` is the NFC form, where that is a key and the object's place in the layout is right.
fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    // Nothing composes with a `/`.
    let Some((segment, _)) = (0..).zip(segments(object.key)).find(|(_, text)| !is_composed(text)) else { return };
    let mut finding = object.finding(&RULE.meta);
    finding.segment = Some(segment);
    if object.area.is_some() && object.legacy.is_none() {
        let composed = composed(object.key);
        finding.suggestion = (composed.len() <= MAX_KEY_BYTES).then_some(Text::Owned(composed));
    }
    findings.report(finding);
}

/// Whether a segment is in NFC. The characters in front of the first combining mark are, and they are most.
fn is_composed(segment: &str) -> bool {
    segment.chars().all(|character| character < FIRST_MARK) || is_nfc(segment)
}

/// A key in NFC.
fn composed(key: &str) -> String {
    let mut composed = String::with_capacity(key.len());
    for (number, segment) in segments(key).enumerate() {
        if number > 0 {
            composed.push('/');
        }
        // To compose costs more than all else that is done for a finding.
        if segment.is_ascii() { composed.push_str(segment) } else { composed.extend(segment.nfc()) }
    }
    composed
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::{UnicodeNormalization, is_nfc};

    use super::{composed, is_composed};

    proptest! {
        #[test]
        fn segments_compose_as_the_whole_does(key in "[a-zé/u\u{308}\u{301}\u{1100}\u{1161}\u{212b}]{0,12}") {
            prop_assert_eq!(composed(&key), key.nfc().collect::<String>());
            prop_assert_eq!(key.split('/').all(is_composed), is_nfc(&key));
        }
    }
}
