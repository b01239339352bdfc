//! How severities are settled: nearest wins, the command line beats all.

use stocktake::layout::LayoutSpec;
use stocktake::layout::spec::{InputsSpec, MigrationSpec, OutputSpec, ReferenceKind, RuleSetting};
use stocktake::model::{Phase, Severity, UserError};
use stocktake::rules::{RULES, Selection, SelectionError, Severities, index_of};

use super::shown::{area, declaration, table};

use Severity::{Error, Ignore, Note, Warning};

fn set(selector: &str, severity: Severity, layer: u8) -> RuleSetting {
    RuleSetting { selector: selector.to_owned(), severity: [severity; 3], layer }
}

fn layout() -> LayoutSpec {
    LayoutSpec {
        title: String::new(),
        table_prefix: String::new(),
        buckets: Vec::new(),
        placeholders: Vec::new(),
        areas: vec![area("raw"), area("models")],
        tables: vec![table("jobs")],
        workflows: Vec::new(),
        unchecked: Vec::new(),
        requirements: Vec::new(),
        rules: Vec::new(),
        allows: Vec::new(),
        migration: MigrationSpec::default(),
        singular: Vec::new(),
        inputs: InputsSpec {
            inventory: Vec::new(),
            exports: Vec::new(),
            max_age: None,
            max_skew: None,
            grace: 0,
            now: None,
            implausible_references: 100,
            implausible_resolved_percent: 5,
            implausible_objects: 1_000,
            implausible_orphan_percent: 90,
        },
        output: OutputSpec::default(),
        preset: None,
        directory: std::path::PathBuf::new(),
        digest: String::new(),
    }
}

fn choose(select: &[&str], ignore: &[&str]) -> Selection {
    let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
    Selection { select: owned(select), ignore: owned(ignore) }
}

fn weigh(layout: &LayoutSpec, selection: &Selection) -> Severities {
    Severities::new(layout, Phase::After, selection).unwrap()
}

const ORPHAN: &str = "R302";

fn base(rules: &[RuleSetting], selection: &Selection, code: &str) -> Severity {
    let layout = LayoutSpec { rules: rules.to_vec(), ..layout() };
    weigh(&layout, selection).base(index_of(code).unwrap())
}

#[test]
fn at_one_place_the_users_file_wins_then_code_then_name_then_family() {
    let all = Selection::default();
    for (rules, expected) in [
        (vec![], Warning),
        (vec![set("R", Note, 0)], Note),
        (vec![set("L", Note, 0)], Warning),
        (vec![set("R", Note, 0), set("orphan-object", Error, 0)], Error),
        (vec![set("orphan-object", Error, 0), set("R302", Ignore, 0), set("R", Note, 0)], Ignore),
        (vec![set("R", Note, 0), set("R302", Error, 1)], Note),
        (vec![set("R302", Error, 2), set("R302", Note, 1)], Note),
    ] {
        assert_eq!(base(&rules, &all, ORPHAN), expected, "{rules:?}");
    }
}

#[test]
fn the_nearest_place_wins_whatever_its_layer() {
    let mut layout = layout();
    layout.rules = vec![set("R302", Error, 0)];
    layout.areas[0].rules = vec![set("orphan-object", Ignore, 1)];
    layout.tables[0].rules = vec![set("R301", Note, 1)];
    let mut near = declaration(ReferenceKind::Object);
    near.rules = vec![set("R301", Ignore, 1)];
    let mut in_raw = declaration(ReferenceKind::Object);
    in_raw.areas = vec![0];
    let mut anywhere = declaration(ReferenceKind::Object);
    anywhere.areas = vec![0, 1];
    layout.tables[0].references = vec![near, in_raw, anywhere];
    let severities = weigh(&layout, &Selection::default());
    let (dangling, orphan) = (index_of("R301").unwrap(), index_of(ORPHAN).unwrap());
    assert_eq!([severities.area(orphan, 0), severities.area(orphan, 1)], [Ignore, Error]);
    assert_eq!([severities.base(dangling), severities.table(dangling, 0)], [Error, Note]);
    assert_eq!([0, 1].map(|reference| severities.reference(dangling, 0, reference)), [Ignore, Note]);
    // The table says nothing of R302, so the one area of a reference speaks; of two neither does.
    assert_eq!([1, 2].map(|reference| severities.reference(orphan, 0, reference)), [Ignore, Error]);
}

#[test]
fn the_command_line_beats_every_file() {
    let rules = [set("R302", Error, 0), set("K", Ignore, 0)];
    for (select, ignore, code, expected) in [
        (&["R302"][..], &[][..], "R302", Error),
        (&["R302"], &[], "R301", Ignore),
        (&["R"], &[], "R301", Error),
        (&["R"], &["orphan-object"], "R302", Ignore),
        (&[], &["R"], "R302", Ignore),
        (&[], &["R"], "L201", Error),
        (&["K101"], &[], "K101", Warning),
        (&["plural-folder"], &[], "L206", Warning),
        (&["R302"], &[], "S001", Severity::Inconclusive),
        (&["R302"], &[], "S008", Severity::Told),
    ] {
        assert_eq!(base(&rules, &choose(select, ignore), code), expected, "{select:?} {ignore:?} {code}");
    }
}

#[test]
fn selecting_a_rule_does_not_ask_where_an_area_asks_nothing() {
    let mut layout = layout();
    layout.areas[0].rules = vec![set("R302", Ignore, 0)];
    let severities = weigh(&layout, &choose(&["R302"], &[]));
    let orphan = index_of(ORPHAN).unwrap();
    assert_eq!([severities.area(orphan, 0), severities.area(orphan, 1)], [Ignore, Warning]);
    let severities = weigh(&layout, &choose(&[], &["R302"]));
    assert_eq!([severities.area(orphan, 0), severities.area(orphan, 1)], [Ignore, Ignore]);
}

#[test]
fn a_severity_by_phase_follows_the_phase() {
    let mut layout = layout();
    layout.rules = vec![RuleSetting { selector: "R303".into(), severity: [Ignore, Note, Warning], layer: 0 }];
    let expected = [(Ignore, Note), (Note, Warning), (Warning, Error)];
    for (phase, expected) in Phase::ALL.into_iter().zip(expected) {
        let severities = Severities::new(&layout, phase, &Selection::default()).unwrap();
        let found = ["R303", "L202"].map(|code| severities.base(index_of(code).unwrap()));
        assert_eq!((found[0], found[1]), expected, "{phase:?}");
    }
}

#[test]
fn the_inputs_are_judged_whatever_a_file_says() {
    let layout = LayoutSpec { rules: vec![set("S001", Ignore, 0), set("S", Note, 0)], ..layout() };
    let severities = weigh(&layout, &Selection::default());
    for (index, rule) in RULES.iter().enumerate().filter(|(_, rule)| rule.meta.family.letter() == "S") {
        assert_eq!(severities.base(index), rule.meta.default.in_phase(Phase::After));
        assert_eq!(severities.area(index, 0), severities.base(index));
    }
}

#[test]
fn a_selection_that_cannot_be_meant_is_refused() {
    let refuse = |selection: Selection| Severities::new(&layout(), Phase::After, &selection).unwrap_err();
    let told = |error: &SelectionError| (error.to_string(), error.place().unwrap(), error.help().unwrap());
    for (selection, message, place, help) in [
        (
            choose(&["R302", "dangling-refrence"], &[]),
            "`dangling-refrence` names no rule and no family",
            "--select",
            "did you mean `dangling-reference`?",
        ),
        (
            choose(&[], &["colour"]),
            "`colour` names no rule and no family",
            "--ignore",
            "give a code, a name or a family (S, K, L, R, W, M, C); `stocktake rules` lists them all",
        ),
        (
            choose(&[], &["stale-source"]),
            "`stale-source` judges the inputs and is always on",
            "--ignore",
            "mend the input: the rule's page says how",
        ),
        (
            choose(&[], &["S"]),
            "`S` judges the inputs and is always on",
            "--ignore",
            "mend the input: the rule's page says how",
        ),
        (
            choose(&["L"], &["L"]),
            "`--select` and `--ignore` leave no rule to judge by",
            "--select, --ignore",
            "an audit without a rule would pass whatever lies in the bucket: ignore fewer",
        ),
        (
            choose(&[], &["K", "L", "R", "W", "M", "C"]),
            "`--select` and `--ignore` leave no rule to judge by",
            "--select, --ignore",
            "an audit without a rule would pass whatever lies in the bucket: ignore fewer",
        ),
    ] {
        let error = refuse(selection);
        assert_eq!(told(&error), (message.to_owned(), place.to_owned(), help.to_owned()));
    }
}
