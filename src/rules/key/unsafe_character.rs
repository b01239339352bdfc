//! K103, unsafe-character.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::model::key::segments;
use crate::render::filters;
use crate::rules::Check;
use crate::rules::context::{FindingSink, ObjectContext, Trigger};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// Keys with a character that Amazon S3 advises to avoid, or a control character.
    ///
    /// ## Why it matters
    /// Such keys need escaping in URLs, shells, XML, logs and spreadsheets, and each program escapes differently:
    /// the object is there, and some reader cannot name it. The list is that of the User Guide ("Naming Amazon S3
    /// objects", characters to avoid): `\`, `{`, `^`, `}`, `%`, the grave accent, `]`, `"`, `>`, `[`, `~`, `<`,
    /// `#` and `|`; the control characters are U+0000 to U+001F and U+007F to U+009F.
    ///
    /// ## Example
    /// `media/acme/100%.jpg`. Letters beyond ASCII, such as `ü`, are no offence. A key gives one finding, with its
    /// first such character and the number of all.
    ///
    /// ## How to mend it
    /// Move the object to a key without the character, change the records that name it, and sanitise names where
    /// they are made.
    "K103", "unsafe-character", Key, Warning, since "0.1.0";
    Check::Object { trigger: Trigger::UNSAFE_CHARACTER, check }, sentence, help
}

/// Whether a key had better not hold this character.
#[inline]
pub const fn is_unsafe(character: char) -> bool {
    matches!(
        character,
        '\\' | '{' | '^' | '}' | '%' | '`' | ']' | '"' | '>' | '[' | '~' | '<' | '#' | '|'
            | '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
    )
}

/// `segment` is where the first one stands, `value` names it (`%`, or `U+0007` where it cannot be shown), `count`
/// says how many there are.
fn check(object: &ObjectContext<'_>, findings: &mut dyn FindingSink) {
    let mut unsafe_ones = object.key.char_indices().filter(|(_, character)| is_unsafe(*character));
    let Some((offset, first)) = unsafe_ones.next() else { return };
    let mut finding = object.finding(&RULE.meta);
    finding.segment = (0..).zip(segments(&object.key[..offset])).last().map(|(segment, _)| segment);
    finding.value =
        Some(Text::Owned(if first.is_control() { format!("U+{:04X}", u32::from(first)) } else { first.to_string() }));
    finding.count = Some(unsafe_ones.fold(1, |count, _| count + 1));
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let first = match finding.value.as_deref() {
        Some("`") => "a grave accent".to_owned(),
        value => quoted(value).to_string(),
    };
    match finding.count {
        Some(count) if count > 1 => format!("holds {first}, the first of {} unsafe characters", filters::count(count)),
        _ => format!("holds {first}, an unsafe character"),
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("move the object to a key of safe characters: letters, digits and `!-_.*'()`".to_owned())
}
