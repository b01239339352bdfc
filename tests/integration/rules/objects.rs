//! What the rules about keys, objects, folders and names report.

use proptest::prelude::*;
use stocktake::model::Finding;
use stocktake::rules::context::{FindingSink, FolderContext, LegacyContext, MissContext, NameContext, ObjectContext};
use stocktake::rules::{Check, find};

use super::shown::{area, object, report, report_object};

#[test]
fn an_empty_segment_is_told_by_what_stands_before_it() {
    for (key, empty_segment, expected) in [
        ("a//b", Some(1), "K101 object segment=1 — has an empty segment after `a`"),
        ("/a", Some(0), "K101 object segment=0 — begins with a slash"),
        ("//a", Some(0), "K101 object segment=0 — begins with a slash"),
    ] {
        assert_eq!(report_object("K101", &ObjectContext { empty_segment, ..object(key) }), [expected], "{key}");
    }
    // A matched legacy template spells the `//` out: the engine names no segment.
    assert!(report_object("K101", &object("datasets//training-output/j/m")).is_empty());
}

#[test]
fn a_step_up_or_down_is_a_whole_segment() {
    for (key, expected) in [
        ("a/../b", "K102 object segment=1 value=.. — has `..` as a segment"),
        ("./a", "K102 object segment=0 value=. — has `.` as a segment"),
        ("a/..", "K102 object segment=1 value=.. — has `..` as a segment"),
    ] {
        assert_eq!(report_object("K102", &object(key)), [expected], "{key}");
    }
    for key in ["a/..b/c", "...", ".hidden", "a.b/c.", "a//b"] {
        assert!(report_object("K102", &object(key)).is_empty(), "{key}");
    }
}

#[test]
fn unsafe_characters_are_one_finding_with_the_first_and_their_number() {
    for (key, expected) in [
        ("a/100%.jpg", "segment=1 value=% count=1 — holds `%`, an unsafe character"),
        ("{a}/b", "segment=0 value={ count=2 — holds `{`, the first of 2 unsafe characters"),
        ("a/b\u{7}", "segment=1 value=U+0007 count=1 — holds `U+0007`, an unsafe character"),
        ("a\nb", "segment=0 value=U+000A count=1 — holds `U+000A`, an unsafe character"),
        ("a/b\u{7f}", "segment=1 value=U+007F count=1 — holds `U+007F`, an unsafe character"),
        ("ü/\u{85}", "segment=1 value=U+0085 count=1 — holds `U+0085`, an unsafe character"),
        ("a/`", "segment=1 value=` count=1 — holds a grave accent, an unsafe character"),
    ] {
        assert_eq!(report_object("K103", &object(key)), [format!("K103 object {expected}")], "{key:?}");
    }
    for key in ["a b/c+d", "größe/日本語.tar.gz", "a&$@=;:,?'()*!-_.b", "\u{a0}"] {
        assert!(report_object("K103", &object(key)).is_empty(), "{key}");
    }
    let listed = "\\{^}%`]\">[~<#|";
    assert!(report_object("K103", &object(listed))[0].contains("count=14"));
}

#[test]
fn a_key_that_is_not_composed_is_told_with_the_composed_one() {
    let area = area("media");
    let key = "a/Mu\u{308}ller";
    let placed = ObjectContext { area: Some(&area), ..object(key) };
    let sentence = "is not in Unicode NFC: a record that spells it composed names another key";
    assert_eq!(
        report_object("K105", &placed),
        [format!("K105 object area=media segment=1 suggestion=a/M\u{fc}ller — {sentence}")]
    );
    assert_eq!(report_object("K105", &object(key)), [format!("K105 object segment=1 — {sentence}")]);
    // U+0958 decomposes even in NFC, from 3 bytes to 6: the composed form would be no key.
    let long = "\u{958}".repeat(341);
    let placed = ObjectContext { area: Some(&area), ..object(&long) };
    assert_eq!(report_object("K105", &placed), [format!("K105 object area=media segment=0 — {sentence}")]);
    for key in ["a/M\u{fc}ller", "日本語", "plain"] {
        assert!(report_object("K105", &object(key)).is_empty(), "{key}");
    }
}

#[test]
fn a_key_in_no_area_is_told_with_what_came_nearest() {
    let nothing = MissContext { area: None, segment: None, expected: None, suggestion: None };
    let near =
        MissContext { area: Some("media"), segment: Some(1), expected: Some("a date, `2024-01-05`"), suggestion: None };
    let suggested = MissContext { suggestion: Some("media/2024-01-05/a"), ..near };
    for (code, miss, expected) in [
        ("L201", Some(nothing), "— lies in no area of the layout"),
        ("L201", None, "— lies in no area of the layout"),
        (
            "L201",
            Some(MissContext { area: Some("media"), ..nothing }),
            "area=media — lies in no area of the layout; `media` comes nearest",
        ),
        (
            "L203",
            Some(suggested),
            "area=media segment=1 value=2024-1-5 expected=a date, `2024-01-05` suggestion=media/2024-01-05/a — \
             leaves area `media` at segment 2, `2024-1-5`: expected a date, `2024-01-05`",
        ),
        (
            "L204",
            Some(near),
            "area=media segment=1 value=2024-1-5 expected=a date, `2024-01-05` — \
             ends above area `media`: expected a date, `2024-01-05`",
        ),
        (
            "L205",
            Some(MissContext { expected: None, ..near }),
            "area=media segment=1 value=2024-1-5 — means area `media` and misses it",
        ),
    ] {
        let object = ObjectContext { miss, ..object("media/2024-1-5/a") };
        assert_eq!(report_object(code, &object), [format!("{code} object {expected}")]);
    }
    // A segment that the key does not reach has no text.
    let beyond = ObjectContext { miss: Some(MissContext { segment: Some(9), ..near }), ..object("media/x") };
    assert!(!report_object("L204", &beyond)[0].contains("value="));
}

#[test]
fn a_legacy_key_is_told_with_its_fate() {
    let area = area("training");
    let moves = LegacyContext { generation: "portal", target: Some("models/j/m"), fate: "move", writer: None };
    let legacy = |legacy| ObjectContext { area: Some(&area), legacy: Some(legacy), ..object("old/j/m") };
    for (fate, target, expected) in [
        (
            "move",
            moves.target,
            "suggestion=models/j/m detail=move — is a legacy key, generation `portal` of area `training`",
        ),
        (
            "retire",
            None,
            "detail=retire — is a legacy key, generation `portal` of area `training`: the layout retires it",
        ),
        (
            "unnamed",
            None,
            "detail=unnamed — is a legacy key, generation `portal` of area `training`: nothing names its new key",
        ),
    ] {
        let found = report_object("L202", &legacy(LegacyContext { fate, target, ..moves }));
        assert_eq!(found, [format!("L202 object area=training value=portal {expected}")]);
    }
    assert!(report_object("L202", &object("media/a")).is_empty());
}

#[test]
fn a_late_legacy_key_is_one_written_from_the_cut_over_on() {
    let area = area("training");
    let by = |writer| Some(LegacyContext { generation: "portal", target: None, fate: "move", writer });
    let of = |legacy, modified, cut_over| ObjectContext {
        area: Some(&area),
        legacy,
        modified,
        cut_over,
        ..object("old/j/m")
    };
    let written = |modified, cut_over| of(by(Some(("job", "j"))), modified, cut_over);
    let cut_over = Some(1_715_043_600_000);
    assert_eq!(
        report_object("L209", &written(cut_over, cut_over)),
        ["L209 object area=training value=portal expected=j detail=job — was written by job `j` at \
          `2024-05-07T01:00:00Z`, after the cut-over, to a legacy key of generation `portal`"]
    );
    for (writer, told) in [(Some(("tenant", "t")), "was written by tenant `t` at"), (None, "was written at")] {
        assert!(report_object("L209", &of(by(writer), cut_over, cut_over))[0].contains(told));
    }
    for (modified, cut_over) in [(Some(1_715_043_599_999), cut_over), (None, cut_over), (Some(i64::MAX), None)] {
        assert!(report_object("L209", &written(modified, cut_over)).is_empty());
    }
}

#[test]
fn an_empty_object_is_one_that_is_known_to_be() {
    assert_eq!(
        report_object("L208", &ObjectContext { size: Some(0), ..object("a") }),
        ["L208 object — is empty: 0 bytes"]
    );
    for size in [None, Some(1)] {
        assert!(report_object("L208", &ObjectContext { size, ..object("a") }).is_empty());
    }
}

#[test]
fn an_orphan_is_told_with_the_folder_by_which_reports_group() {
    let orphan = ObjectContext { folder: Some("models/j/"), ..object("models/j/m") };
    assert_eq!(
        report_object("R302", &orphan),
        ["R302 object value=models/j/ — is named by no record, nor is its folder `models/j/`"]
    );
    assert_eq!(report_object("R302", &object("m")), ["R302 object — is named by no record"]);
}

#[test]
fn folders_tell_their_twins_and_what_they_lack() {
    let area = area("media");
    let missing = ["**/model.tar.gz".to_owned(), "a.json or b.json".to_owned()];
    let folder = FolderContext {
        bucket: "line-1",
        folder: "media/acme/",
        area: &area,
        objects: 3,
        bytes: 12,
        newest: None,
        missing_companions: &missing,
        case_twins: &["media/ACME/", "media/Acme/"],
    };
    assert_eq!(
        report!("K104", Folder, folder),
        ["K104 folder area=media related=media/ACME/,media/Acme/ count=3 — \
          differs only in case from `media/ACME/` and `media/Acme/`"]
    );
    assert_eq!(
        report!("L207", Folder, folder),
        ["L207 folder area=media related=**/model.tar.gz,a.json or b.json count=3 — \
          holds 3 objects and lacks `**/model.tar.gz` and `a.json` or `b.json`"]
    );
    let whole = FolderContext { missing_companions: &[], case_twins: &[], ..folder };
    assert!(report!("K104", Folder, whole).is_empty() && report!("L207", Folder, whole).is_empty());
}

#[test]
fn a_plural_is_told_where_it_stands() {
    let literal = NameContext { bucket: None, name: "models", singular: "model", area: Some("training") };
    assert_eq!(
        report!("L206", Name, literal),
        ["L206 configuration area=training expected=model — \
          spells `models` in the path of area `training`, a plural; the singular is `model`"]
    );
    let met = NameContext { bucket: Some("line-1"), area: None, ..literal };
    assert_eq!(
        report!("L206", Name, met),
        ["L206 configuration expected=model — has a top-level folder `models`, a plural; the singular is `model`"]
    );
}

/// Counts, and holds every finding to what all findings about an object promise.
struct Checked<'a>(&'a str, usize);

impl FindingSink for Checked<'_> {
    fn report(&mut self, finding: Finding<'_>) {
        self.1 += 1;
        assert_eq!(finding.key.as_deref(), Some(self.0));
        let segments = self.0.split('/').count();
        assert!(finding.segment.is_none_or(|segment| (segment as usize) < segments), "{finding:?}");
        assert!(finding.suggestion.is_none_or(|key| (1..=1_024).contains(&key.len())));
    }
}

proptest! {
    #[test]
    fn no_key_upsets_a_check(key in "[\\PC/.%`\u{7}\u{301}u\u{85}]{1,40}") {
        let area = area("media");
        let object = ObjectContext { area: Some(&area), size: Some(0), ..object(&key) };
        for code in ["K101", "K102", "K103", "K105", "L201", "L202", "L203", "L204", "L205", "L208", "L209", "R302"] {
            let Check::Object { check, .. } = find(code).unwrap().check else { panic!("{code}") };
            let mut checked = Checked(&key, 0);
            check(&object, &mut checked);
            prop_assert!(checked.1 <= 1, "{code}");
        }
    }
}
