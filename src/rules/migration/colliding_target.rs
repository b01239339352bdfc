//! M403, colliding-target.

use crate::migration::moves;
use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::{listed, quoted};

declare_rule! {
    /// ## What it finds
    /// An old key whose new key another old key would become too, or where something else lies already.
    ///
    /// ## Why it matters
    /// A copy would overwrite what is there, and an object would be lost. None of them is planned; an object that goes to
    /// several places stays whole if one of them is such.
    ///
    /// ## Example
    /// `training-output/job-1/m` and `datasets//training-output/job-1/m` both map to `models/training/job-1/m`.
    ///
    /// ## How to mend it
    /// Decide which of them is wanted; retire the other, or map it elsewhere in the legacy template or in
    /// `[migration] mapping`. Where the new key holds something else, move that away first.
    "M403", "colliding-target", Migration, Error, since "0.1.0", needs INVENTORY;
    Check::Elsewhere, sentence, help
}

/// `suggestion` is the new key, `detail` says why, `related` are the other old keys.
fn sentence(finding: &Finding<'_>) -> String {
    let new_key = quoted(finding.suggestion.as_deref());
    match finding.detail.as_deref() {
        Some(moves::DIFFERENT) => format!("would become {new_key}, which holds another object"),
        Some(moves::UNCLEAR) => {
            format!(
                "would become {new_key}, which holds an object; whether it is the same, the inventory does not tell"
            )
        }
        Some(moves::IN_PART) => format!("would become {new_key} and more, of which one is contested or taken"),
        _ => format!("would become {new_key}, as would {}", listed(finding.related.iter().map(AsRef::as_ref))),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    let help = match finding.detail.as_deref() {
        Some(moves::DIFFERENT | moves::UNCLEAR) => {
            "look at both; retire the old one, map it elsewhere, or move away what is there"
        }
        Some(moves::IN_PART) => "mend the other place, then plan again",
        _ => "decide which is wanted, and retire the other or map it elsewhere",
    };
    Some(help.to_owned())
}

#[cfg(test)]
mod tests {
    use super::sentence;
    use crate::migration::moves;
    use crate::model::{Finding, Severity, Subject};

    #[test]
    fn each_reason_has_its_sentence() {
        let told = |detail: &'static str, related: &[&'static str]| {
            let mut finding = Finding::new("M403", Severity::Error, Subject::Migration);
            finding.suggestion = Some("new".into());
            finding.detail = Some(detail.into());
            finding.related = related.iter().map(|&key| key.into()).collect();
            sentence(&finding)
        };
        assert_eq!(told(moves::CONTESTED, &["other"]), "would become `new`, as would `other`");
        assert_eq!(told(moves::DIFFERENT, &[]), "would become `new`, which holds another object");
        assert!(told(moves::UNCLEAR, &[]).ends_with("the inventory does not tell"));
        assert_eq!(told(moves::IN_PART, &[]), "would become `new` and more, of which one is contested or taken");
    }
}
