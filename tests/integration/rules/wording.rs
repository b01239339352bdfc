//! How findings read: one printable line whatever the facts hold, and whichever of them are missing.

use proptest::prelude::*;
use stocktake::model::{Finding, Severity, Subject};
use stocktake::rules::{self, RULES};

type Fact = Option<String>;

fn fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        Just(None),
        any::<String>().prop_map(Some),
        prop_oneof![
            Just("a/`b`\n</script>"),
            Just("\u{1b}[2J\u{202e}gpj.exe"),
            Just("=cmd()|'x'"),
            Just("md5"),
            Just("keep"),
            Just("both"),
            Just("")
        ]
        .prop_map(|text| Some(text.to_owned())),
    ]
}

fn finding<'a>(code: &'a str, facts: &'a [Fact], related: &'a [String], number: Option<u64>) -> Finding<'a> {
    let mut finding = Finding::new(code, Severity::Error, Subject::Object);
    let mut facts = facts.iter().map(|fact| fact.as_deref().map(Into::into));
    finding.key = facts.next().flatten();
    finding.bucket = facts.next().flatten();
    finding.table = facts.next().flatten();
    finding.path = facts.next().flatten();
    finding.area = facts.next().flatten();
    finding.value = facts.next().flatten();
    finding.expected = facts.next().flatten();
    finding.suggestion = facts.next().flatten();
    finding.detail = facts.next().flatten();
    finding.related = related.iter().map(|text| text.as_str().into()).collect();
    finding.segment = number.map(|number| (number % u64::from(u32::MAX)) as u32);
    finding.modified = number.map(|number| number as i64);
    finding.row = number;
    finding.count = number;
    finding
}

proptest! {
    #[test]
    fn a_sentence_is_one_printable_line(
        facts in prop::collection::vec(fact(), 9),
        related in prop::collection::vec(any::<String>(), 0..3),
        number in prop::option::of(any::<u64>()),
    ) {
        for rule in RULES {
            let finding = finding(rule.meta.code, &facts, &related, number);
            let help = rules::help(&finding);
            for text in [Some(rules::sentence(&finding)), help].into_iter().flatten() {
                prop_assert!(!text.is_empty() && !text.chars().any(char::is_control), "{text:?}");
                prop_assert!(!text.contains(['\u{202e}', '\u{2028}', '\u{feff}']), "{text:?}");
            }
        }
    }
}

#[test]
fn every_rule_speaks_as_agreed() {
    let facts: Vec<Fact> = vec![Some("fact".to_owned()); 9];
    let related = ["one".to_owned(), "two".to_owned()];
    for rule in RULES {
        for number in [None, Some(2)] {
            let finding = finding(rule.meta.code, &facts, &related, number);
            let sentence = rules::sentence(&finding);
            let help = rules::help(&finding).unwrap();
            for text in [sentence, help] {
                let code = rule.meta.code;
                assert!(!text.ends_with('.') && !text.contains(". "), "{code}: a full stop: {text}");
                assert!(!text.starts_with(char::is_uppercase), "{code}: a capital: {text}");
                assert_eq!(text.matches('`').count() % 2, 0, "{code}: an odd backtick: {text}");
                assert!(!text.contains("  ") && text.trim() == text, "{code}: stray spaces: {text}");
            }
        }
    }
}
