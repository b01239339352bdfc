//! Small worlds by hand, in which the right answer is plain to see.

use serde_json::{Value, json};
use stocktake::model::time::{DAY, HOUR};
use stocktake::model::{KeyClass, Outcome, Phase, ReferenceClass, Verdict};

use super::generate::NIGHT;
use super::judge::{Judged, judge};
use super::layout::{Naive, Spot};
use super::world::{
    Area, Bucket, Condition, Export, Fate, Inventory, Kind, Legacy, Reference, Row, Standing, Table, Test, Unit,
    Workflow, World,
};
use crate::delivery::typed;

const OLD: i64 = NIGHT - DAY * 50;

/// One bucket, a training area with a generation before it, a tolerated and an outside area, and a table.
fn world(rows: Vec<Row>, items: &[Value]) -> World {
    let area = |name, path| Area { name, path, role: "output", ..Area::default() };
    let legacy = Legacy {
        name: "portal",
        from: vec!["old//{job}/{rest**}"],
        fate: Fate::To("models/training/{job}/{rest**}"),
        record: Vec::new(),
        unnamed_keep: false,
        at_root: false,
    };
    let artifact = Reference {
        areas: vec!["training"],
        bind: vec![("job", "job_name", None)],
        required_when: Some(Condition { attribute: "status", test: Test::Equals(vec!["completed"]) }),
        exclusive: true,
        ..Reference::new("artifact", Kind::Object)
    };
    let parts = Reference::new("parts[].at", Kind::Object);
    let jobs = Table {
        name: "jobs",
        key: vec!["id"],
        changed_at: Some((vec!["changed"], Unit::Millis)),
        references: vec![artifact, parts, Reference::new("below", Kind::Prefix)],
        ..Table::default()
    };
    World {
        buckets: vec![Bucket { name: "line-one", role: "output", inventory: true, ..Bucket::default() }],
        areas: vec![
            Area {
                companions: vec![vec!["**/model.tar.gz"]],
                legacy: vec![legacy],
                ..area("training", "models/training/{job}/**")
            },
            Area { by_object: true, expected: vec!["*.log"], ..area("reports", "reports/{tenant}/{week}/{file}") },
            Area { standing: Standing::Tolerated, ..area("scratch", "scratch/**") },
            Area { standing: Standing::Outside, ..area("system", "system/**") },
        ],
        tables: vec![jobs],
        workflow: Some(Workflow {
            name: "w",
            table: "jobs",
            when: None,
            steps: vec!["artifact", "parts[].at"],
            on: Some("name"),
        }),
        rules: Vec::new(),
        phase: Phase::After,
        cut_over: Some(NIGHT - DAY * 10),
        grace: DAY,
        now: NIGHT,
        singular: Vec::new(),
        inventories: vec![Inventory { bucket: "line-one", at: NIGHT, rows, lost: Vec::new() }],
        exports: vec![Export {
            table: "jobs",
            at: NIGHT,
            items: items.iter().map(|item| typed(item).as_object().unwrap().clone()).collect(),
        }],
    }
}

fn codes(judged: &Judged) -> Vec<&str> {
    let mut codes: Vec<&str> = judged.findings.must.keys().map(|id| id.code.as_str()).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn a_key_is_what_its_template_says() {
    let world = world(Vec::new(), &[]);
    let naive = Naive::new(&world);
    let area = |key: &str| match naive.identify("line-one", key) {
        Spot::Area(found) => format!("{} {}", world.areas[found.area].name, found.folder),
        Spot::Legacy(found) => format!("legacy {}", found.captures[0].1),
        Spot::OutOfScope => "out of scope".to_owned(),
        Spot::Nowhere(codes) => codes.join(" or "),
    };
    for (key, expected) in [
        ("models/training/beta/output/model.tar.gz", "training models/training/beta/"),
        ("models/training/beta//x", "training models/training/beta/"),
        ("reports/acme/w01/é.log", "reports reports/acme/w01/"),
        ("scratch/x", "scratch scratch/"),
        ("old//beta/x/y", "legacy beta"),
        ("models/training/bad_job/x", "L203"),
        ("models/training/this-name-is-too-long-for-a-job/x", "L203"),
        ("models/training", "L204"),
        ("models/training/beta", "L204"),
        ("reports/acme", "L204"),
        ("reports/acme/w1/x", "L203"),
        ("Models/training/beta/x", "L205"),
        ("model/training/beta/x", "L205"),
        ("stray/models/training/beta/x", "L205"),
        ("models/trainings/beta/x", "L205"),
        ("qqqqqqqqqq/wwwwwwwwwwww", "L201"),
        ("models/zzzzzzzzzzzz/x", "L201 or L205"),
    ] {
        assert_eq!(area(key), expected, "{key}");
    }
}

#[test]
fn every_object_has_the_class_of_its_key() {
    let cases = [
        ("models/training/beta/model.tar.gz", 9, KeyClass::Compliant, ""),
        ("models/training/beta/", 0, KeyClass::FolderMarker, ""),
        ("models/training/beta/model.tar.gz", 0, KeyClass::Violating, "L208"),
        ("models/training/beta/./model.tar.gz", 9, KeyClass::Violating, "K102"),
        ("models/training/beta/e\u{301}/model.tar.gz", 9, KeyClass::Compliant, "K105"),
        ("models/training/beta/x#/model.tar.gz", 9, KeyClass::Violating, "K103"),
        ("models/training/beta//model.tar.gz", 9, KeyClass::Violating, "K101"),
        ("scratch//x#", 9, KeyClass::Exempt, ""),
        ("system//x#", 9, KeyClass::OutOfScope, ""),
        ("old//beta/x", 9, KeyClass::Legacy, "L202"),
        ("old//beta/x//y", 9, KeyClass::Legacy, "K101 L202"),
        ("qqqqqqqqqq", 9, KeyClass::Violating, "L201"),
    ];
    for (key, size, class, expected) in cases {
        let mut world = world(vec![Row::object(key, size, OLD)], &[]);
        world.tables.clear();
        world.exports.clear();
        world.workflow = None;
        let judged = judge(&world);
        assert_eq!(judged.key.keys().collect::<Vec<_>>(), [&class], "{key}");
        assert_eq!(codes(&judged).join(" "), expected, "{key}");
    }
}

#[test]
fn every_reference_has_the_outcome_of_its_target() {
    let deleted = |key: &str| Row { is_delete_marker: true, is_latest: Some(true), ..Row::object(key, 0, OLD) };
    let rows = || {
        vec![
            Row::object("models/training/beta/model.tar.gz", 9, OLD),
            Row { storage_class: Some("GLACIER"), ..Row::object("scratch/cold", 9, OLD) },
            deleted("models/training/delta/model.tar.gz"),
            Row::object("old//gamma-7/x", 9, OLD),
        ]
    };
    for (location, changed, outcome, expected) in [
        ("s3://line-one/models/training/beta/model.tar.gz", OLD, Outcome::Resolved, ""),
        ("s3://line-one/models/training/beta/", OLD, Outcome::Resolved, ""),
        ("s3://line-one/scratch/cold", OLD, Outcome::Archived, "R307"),
        ("s3://line-one/old//gamma-7/x", OLD, Outcome::Legacy, "R303"),
        ("s3://line-one/old//beta/model.tar.gz", OLD, Outcome::Legacy, "R303"),
        ("s3://line-one/old//beta/none", OLD, Outcome::Dangling, "R301 R303"),
        ("s3://line-one/models/training/delta/model.tar.gz", OLD, Outcome::Deleted, "R306"),
        ("s3://line-one/models/training/none/model.tar.gz", OLD, Outcome::Dangling, "R301"),
        ("s3://line-one/models/training/none/model.tar.gz", NIGHT - HOUR, Outcome::Deferred, ""),
        ("s3://line-one/models/training/none/model.tar.gz", NIGHT / 1000, Outcome::Dangling, "C604 R301"),
        ("s3://line-onne/models", OLD, Outcome::Malformed, "R304"),
        ("s3://quite-another/models", OLD, Outcome::Outside, "R305"),
        ("s3://line-one", OLD, Outcome::Malformed, "R304"),
        ("nothing", OLD, Outcome::Malformed, "R304"),
    ] {
        let mut world = world(rows(), &[json!({ "id": "a", "changed": changed, "parts": [{ "at": location }] })]);
        world.workflow = None;
        let judged = judge(&world);
        assert_eq!(judged.outcome.keys().collect::<Vec<_>>(), [&outcome], "{location}");
        let about_records = codes(&judged).into_iter().filter(|code| !matches!(*code, "L202" | "L207" | "R302"));
        assert_eq!(about_records.collect::<Vec<_>>().join(" "), expected, "{location}");
    }
}

#[test]
fn every_object_has_the_class_of_what_records_say() {
    let rows = [
        Row::object("models/training/beta/model.tar.gz", 1, OLD),
        Row::object("models/training/beta/other", 1, OLD),
        Row::object("models/training/delta/model.tar.gz", 1, OLD),
        Row::object("models/training/gamma-7/model.tar.gz", 1, OLD),
        Row::object("models/training/young/model.tar.gz", 1, NIGHT - HOUR),
        Row { modified: None, ..Row::object("models/training/ageless/model.tar.gz", 1, OLD) },
        Row::object("models/training/lonely/model.tar.gz", 1, OLD),
        Row::object("reports/acme/w01/a.txt", 1, OLD),
        Row::object("reports/acme/w01/run.log", 1, OLD),
        Row::object("reports/acme/w02/run.log", 1, OLD),
        Row::object("nowhere", 1, OLD),
    ];
    let items = [
        json!({ "id": "a", "artifact": "s3://line-one/models/training/beta/model.tar.gz" }),
        json!({ "id": "b", "below": "s3://line-one/models/training/delta" }),
        json!({ "id": "c", "free": "s3://line-one/models/training/gamma-7/model.tar.gz" }),
        json!({ "id": "d", "parts": [{ "at": "s3://line-one/reports/acme/w01/a.txt" }] }),
    ];
    for (row, class) in rows.iter().zip([
        ReferenceClass::Referenced,
        ReferenceClass::Covered,
        ReferenceClass::Covered,
        ReferenceClass::Mentioned,
        ReferenceClass::Deferred,
        ReferenceClass::Unjudged,
        ReferenceClass::Orphan,
        ReferenceClass::Referenced,
        ReferenceClass::Expected,
        ReferenceClass::Orphan,
        ReferenceClass::NotAsked,
    ]) {
        let judged = judge(&world(vec![row.clone()], &items));
        assert_eq!(judged.reference.keys().collect::<Vec<_>>(), [&class], "{}", row.key);
    }
}

#[test]
fn items_are_held_against_what_they_promise() {
    let there = "s3://line-one/models/training/beta/model.tar.gz";
    let rows = || vec![Row::object("models/training/beta/model.tar.gz", 1, OLD), Row::object("scratch/y", 1, OLD)];
    for (items, expected) in [
        (vec![json!({ "id": "a", "artifact": there, "job_name": "beta" })], ""),
        (vec![json!({ "id": "a", "artifact": there, "job_name": "delta" })], "R309"),
        (vec![json!({ "id": "a", "artifact": "", "status": "Completed" })], "R311 W501"),
        (vec![json!({ "id": "a", "artifact": there }), json!({ "id": "b", "artifact": there })], "R310"),
        (vec![json!({ "id": "a", "artifact": "s3://line-one/scratch/y" })], "R308 W501"),
        (vec![json!({ "id": "a", "parts": [{ "name": "x", "at": there }] })], "W501"),
        (
            vec![json!({ "id": "a", "artifact": there, "parts": [{ "name": "x", "at": "s3://line-one/no" }] })],
            "R301 W501",
        ),
        (vec![json!({ "id": "a", "below": "s3://line-one/models/training/" })], "R313"),
        (vec![json!({ "id": "a", "below": "s3://line-one" })], "R313"),
        (
            vec![
                json!({ "id": "a", "deep": { "list": ["x", there] } }),
                json!({ "id": "b", "deep": { "list": [there] } }),
            ],
            "R312",
        ),
    ] {
        let judged = judge(&world(rows(), &items));
        let codes: Vec<&str> = codes(&judged).into_iter().filter(|code| *code != "R302").collect();
        assert_eq!(codes.join(" "), expected, "{items:?}");
    }
}

#[test]
fn folders_are_judged_whole() {
    let rows = |keys: &[&str]| keys.iter().map(|key| Row::object(*key, 1, OLD)).collect::<Vec<_>>();
    let found = |keys: &[&str]| {
        let judged = judge(&world(rows(keys), &[]));
        let folders = judged.findings.must.into_keys().filter(|id| id.subject == "folder");
        folders.map(|id| format!("{} {}", id.code, id.fields[1])).collect::<Vec<_>>()
    };
    assert_eq!(found(&["models/training/beta/model.tar.gz"]), Vec::<String>::new());
    assert_eq!(found(&["models/training/beta/x"]), ["L207 models/training/beta/"]);
    let twins = ["models/training/beta/model.tar.gz", "models/training/Beta/model.tar.gz"];
    assert_eq!(found(&twins), ["K104 models/training/Beta/", "K104 models/training/beta/"]);
}

#[test]
fn the_inputs_are_judged_before_the_bucket() {
    let mut whole = world(vec![Row::object("models/training/none/model.tar.gz", 1, OLD)], &[]);
    whole.areas[0].rules = vec![("R302", stocktake::model::Severity::Ignore)];
    assert_eq!(judge(&whole).verdict, Some(Verdict::Pass));
    whole.inventories[0].lost = vec![Row::object("scratch/lost", 1, OLD)];
    assert_eq!(judge(&whole).verdict, Some(Verdict::Inconclusive));
    let location = json!({ "id": "a", "artifact": "s3://line-one/models/training/none/x" });
    whole.exports[0].items.push(typed(&location).as_object().unwrap().clone());
    assert_eq!(judge(&whole).outcome.keys().collect::<Vec<_>>(), [&Outcome::Unjudged]);
    whole.inventories[0].lost.clear();
    assert_eq!(judge(&whole).verdict, Some(Verdict::Fail));
}
