//! Plans: every legacy object is decided about, the same inputs give the same bytes, and what is left is planned.

use std::path::Path;

use serde_json::{Value, json};
use stocktake::layout::Layout;
use stocktake::layout::config::parse;
use stocktake::migration::Mapping;
use stocktake::model::Millis;
use stocktake::render::Templates;
use stocktake::report::runbook;
use stocktake::results::plan::Plan;
use stocktake::rules::known_rules;

use super::state::{BEFORE, How, State, moves, moves_that, planned};
use crate::delivery::{Files, Format, typed};
use crate::layout_naive::compiled;

/// A layout with everything that a legacy entry can say.
pub(super) fn layout() -> Layout {
    let text = include_str!("media.toml");
    compiled(parse(Path::new("stocktake.toml"), text.as_bytes(), &known_rules()).unwrap())
}

fn item(value: Value) -> Value {
    typed(&value)
}

/// A bucket in which every decision occurs.
pub(super) fn state() -> State {
    let mut state = State::default();
    for (key, size) in [
        ("clips/a1/master.mp4", 10),
        ("clips/a1/notes, \"old\".txt", 11),
        ("flat/x.bin", 12),
        ("flat/y.bin", 13),
        ("flat/z.bin", 14),
        ("flat/mapped.bin", 15),
        ("shared/s.bin", 16),
        ("drop/tmp.bin", 17),
        ("stay/old.bin", 18),
        ("pinned/p1/p.bin", 19),
        ("films/f1/one.mp4", 20),
        ("movies/f1/one.mp4", 21),
        ("video/v1/in-place.mp4", 22),
        ("elsewhere/what.bin", 23),
        ("clips/marker/", 0),
    ] {
        state.object("media", key, size);
    }
    let tables = [
        ("assets", json!({ "id": "1", "file": "s3://media/clips/a1/master.mp4", "kind": "mp4" })),
        ("assets", json!({ "id": "2", "file": "s3://media/flat/x.bin", "kind": "raw" })),
        ("assets", json!({ "id": "3", "file": "s3://media/shared/s.bin", "kind": "raw" })),
        ("assets", json!({ "id": "4", "file": "s3://media/shared/s.bin", "kind": "cut" })),
        (
            "assets",
            json!({ "id": "5", "file": "s3://media/flat/y.bin", "kind": "raw",
            "parts": [{ "uri": "s3://media/clips/a1/master.mp4" }, { "uri": "s3://media/flat/y.bin" }] }),
        ),
        ("assets", json!({ "id": "6", "file": "s3://media/flat/y.bin", "kind": "cut" })),
        ("assets", json!({ "id": "7", "file": "s3://media/stay/old.bin", "folder": "s3://media/clips/a1" })),
        ("assets", json!({ "id": "8", "file": "s3://media/clips/gone/master.mp4" })),
        ("assets", json!({ "id": "9", "file": "s3://media/drop/tmp.bin" })),
        ("assets", json!({ "id": "10", "file": "https://media.s3.eu-central-1.amazonaws.com/clips/a1/master.mp4" })),
    ];
    for (table, value) in tables {
        state.items.entry(table.to_owned()).or_default().push(item(value));
    }
    state
}

fn mapping() -> Mapping {
    let mut mapping = Mapping::default();
    mapping.add("map.csv", &mut "key,kind\nflat/mapped.bin,raw\n".as_bytes(), &|name| name == "kind").unwrap();
    mapping
}

#[test]
fn every_legacy_object_is_decided_about() {
    let (plan, files) = planned(&layout(), &state(), BEFORE, &mapping(), How::PLAINLY);
    let rows: Vec<String> = moves(&files)
        .into_iter()
        .map(|row| format!("{} {} -> {} ({})", row["action"], row["old_key"], row["new_key"], row["reason"]))
        .collect();
    insta::assert_debug_snapshot!(rows);
    let totals = plan.totals;
    let parts = [
        totals.in_place,
        totals.elsewhere,
        totals.copy,
        totals.done,
        totals.blocked,
        totals.unmapped,
        totals.keep,
        totals.retire,
    ];
    assert_eq!(totals.before.objects, parts.iter().map(|amount| amount.objects).sum::<u64>());
    assert_eq!(totals.before.bytes, parts.iter().map(|amount| amount.bytes).sum::<u64>());
    assert_eq!((totals.before.objects, totals.folder_markers), (14, 1));
    assert_eq!((totals.items, totals.references, totals.by_hand), (6, 6, 6));
}

#[test]
fn records_are_rewritten_by_their_paths() {
    let (_, files) = planned(&layout(), &state(), BEFORE, &mapping(), How::PLAINLY);
    let text = |name: &str| String::from_utf8(files.0[name].clone()).unwrap();
    insta::assert_snapshot!(text("references/by-hand.csv"));
    let mut after = state();
    assert_eq!(after.carry_out(&files, ""), 0);
    let of = |id: &str| after.items["assets"].iter().find(|item| item["id"]["S"] == id).unwrap().clone();
    assert_eq!(of("1")["file"]["S"], "s3://media/video/a1/master.mp4");
    assert_eq!(of("2")["file"]["S"], "s3://media/raw/raw/x.bin");
    assert_eq!(of("3")["file"]["S"], "s3://media/raw/raw/s.bin");
    assert_eq!(of("4")["file"]["S"], "s3://media/raw/cut/s.bin");
    assert_eq!(of("5")["parts"]["L"][0]["M"]["uri"]["S"], "s3://media/video/a1/master.mp4");
    assert_eq!(of("7")["folder"]["S"], "s3://media/video/a1");
    assert_eq!(of("7")["file"]["S"], "s3://media/stay/old.bin");
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let layout = layout();
    let (plan, files) = planned(&layout, &state(), BEFORE, &mapping(), How::PLAINLY);
    for (jobs, memory, format, parts) in
        [(1, 1 << 30, Format::Csv, 1), (4, 1, Format::Csv, 5), (2, 1 << 20, Format::Parquet, 3)]
    {
        let how = How { jobs, memory, format, parts, ..How::PLAINLY };
        let (other, others) = planned(&layout, &state(), BEFORE, &mapping(), how);
        let names = |files: &Files| files.0.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&files), names(&others));
        let differing: Vec<_> = files.0.keys().filter(|name| files.0[*name] != others.0[*name]).collect();
        assert!(differing.is_empty(), "{differing:?}");
        assert_eq!((plan.files.clone(), plan.totals), (other.files, other.totals));
    }
}

#[test]
fn in_the_middle_only_what_is_left_is_planned() {
    let layout = layout();
    let mut state = state();
    let (_, first) = planned(&layout, &state, BEFORE, &mapping(), How::PLAINLY);
    let copies = moves_that(&first, "copy");
    let (made, left) = copies.split_at(copies.len() / 2);
    for (bucket, old, new) in made {
        let mut copy = state.bucket(bucket)[old].clone();
        copy.key.clone_from(new);
        state.put(bucket, copy);
    }
    let (_, second) = planned(&layout, &state, BEFORE, &mapping(), How::PLAINLY);
    assert_eq!(moves_that(&second, "copy"), left);
    assert_eq!(moves_that(&second, "done"), made);
    state.carry_out(&second, "");
    let (plan, third) = planned(&layout, &state, BEFORE, &mapping(), How::PLAINLY);
    assert_eq!((plan.totals.copies.objects, plan.totals.items), (0, 0));
    assert!(!third.0.keys().any(|name| name.starts_with("batch-operations/media")));
}

#[test]
fn what_stands_at_a_new_key_is_told_apart() {
    let layout = layout();
    let at_new_key = |size: u64, etag: Option<&str>| {
        let mut state = state();
        let mut there = state.bucket("media")["clips/a1/master.mp4"].clone();
        there.key = "video/a1/master.mp4".to_owned();
        there.size = Some(size);
        if let Some(etag) = etag {
            there.e_tag = Some(etag.to_owned());
        }
        state.put("media", there);
        let (_, files) = planned(&layout, &state, BEFORE, &mapping(), How::PLAINLY);
        let row = moves(&files).into_iter().find(|row| row["old_key"] == "clips/a1/master.mp4").unwrap();
        (row["action"].clone(), row["reason"].clone())
    };
    let told = |action: &str, reason: &str| (action.to_owned(), reason.to_owned());
    assert_eq!(at_new_key(10, None), told("done", "md5"));
    assert_eq!(at_new_key(11, None), told("blocked", "different"));
    assert_eq!(at_new_key(10, Some("0cc175b9c0f1b6a831c399e269772661")), told("blocked", "different"));
    assert_eq!(at_new_key(10, Some("0cc175b9c0f1b6a831c399e269772661-2")), told("done", "size"));
}

#[test]
fn the_size_alone_makes_no_copy_of_what_is_older_than_its_source() {
    let layout = layout();
    let at_new_key = |modified: Option<Millis>| {
        let mut state = state();
        let mut there = state.bucket("media")["clips/a1/master.mp4"].clone();
        (there.key, there.last_modified) = ("video/a1/master.mp4".to_owned(), modified);
        there.encryption_status = Some("SSE-KMS".to_owned());
        state.put("media", there);
        let (_, files) = planned(&layout, &state, BEFORE, &mapping(), How::PLAINLY);
        let row = moves(&files).into_iter().find(|row| row["old_key"] == "clips/a1/master.mp4").unwrap();
        (row["action"].clone(), row["reason"].clone())
    };
    let source = BEFORE - 86_400_000;
    let (done, unclear) = (("done".to_owned(), "size".to_owned()), ("blocked".to_owned(), "unclear".to_owned()));
    assert_eq!(at_new_key(Some(source)), done);
    assert_eq!(at_new_key(Some(source + 1)), done);
    assert_eq!(at_new_key(Some(source - 1)), unclear);
    assert_eq!(at_new_key(None), unclear);
}

#[test]
fn a_legal_hold_is_told_as_what_a_copy_leaves_behind() {
    let locked = |hold: &str| {
        let mut state = state();
        state.bucket("media").get_mut("clips/a1/master.mp4").unwrap().legal_hold = Some(hold.to_owned());
        let (plan, files) = planned(&layout(), &state, BEFORE, &mapping(), How::PLAINLY);
        (plan.totals.locked, files.0.contains_key("not-kept.csv"))
    };
    assert_eq!(["On", "ON", "Off"].map(locked), [(1, true), (1, true), (0, false)]);
}

/// Keys of AWS's own worst habits, below a place that moves.
fn hostile() -> State {
    let mut state = State::default();
    state.items.insert("assets".to_owned(), Vec::new());
    for (old, _) in super::lambda::hostile() {
        state.object("media", &format!("clips/a1/{old}"), 7);
    }
    state
}

#[test]
fn the_function_copies_what_the_plan_meant() {
    let (_, files) = planned(&layout(), &hostile(), BEFORE, &Mapping::default(), How::PLAINLY);
    let moves = moves_that(&files, "copy");
    assert_eq!(moves.len(), super::lambda::hostile().len());
    let manifest = |name: &str| vec![String::from_utf8(files.0[name].clone()).unwrap()];
    let old = |(_, old, _): &(String, String, String)| (old.clone(), super::lambda::object(7, "\"e\""));
    let objects: Value = moves.iter().map(old).collect::<serde_json::Map<_, _>>().into();
    let there = manifest("batch-operations/media-00001.csv");
    let Some(done) = super::lambda::run_handler_in("media", &there, &objects) else { return };
    for (_, old, new) in &moves {
        assert_eq!(done["objects"][new], objects[old], "{new:?}");
    }
    // And back, once the old copies are gone.
    let mut left = done["objects"].as_object().unwrap().clone();
    left.retain(|key, _| moves.iter().any(|(_, _, new)| new == key));
    let back = manifest("rollback/batch-operations/media-00001.csv");
    let done = super::lambda::run_handler_in("media", &back, &left.into()).unwrap();
    for (_, old, _) in &moves {
        assert_eq!(done["objects"][old], objects[old], "{old:?}");
    }
}

#[test]
fn names_that_are_too_long_and_archived_objects_are_set_apart() {
    let mut state = State::default();
    state.items.insert("assets".to_owned(), Vec::new());
    let long = "é".repeat(120);
    state.object("media", &format!("clips/a1/{long}"), 1);
    state.object("media", "clips/a1/cold", 6 << 30);
    state.object("media", "clips/a1/warm", 3);
    state.bucket("media").get_mut("clips/a1/cold").unwrap().storage_class = Some("DEEP_ARCHIVE".to_owned());
    let (plan, files) = planned(&layout(), &state, BEFORE, &Mapping::default(), How::PLAINLY);
    let text = |name: &str| String::from_utf8(files.0[name].clone()).unwrap();
    assert_eq!(text("batch-operations/media-00001.csv").lines().count(), 1);
    assert!(text("batch-operations/media-00001.csv").contains("warm"));
    assert!(text("batch-operations/media-after-restore-00001.csv").contains("cold"));
    assert!(text("archived.csv").contains("clips/a1/cold,video/a1/cold,6442450944"));
    for name in ["batch-operations/overflow.csv", "rollback/batch-operations/overflow.csv"] {
        assert!(text(name).contains(&long), "{name}");
    }
    let totals = plan.totals;
    let counts = [totals.copies, totals.by_batch_operations, totals.overflow, totals.archived, totals.in_parts];
    assert_eq!(counts.map(|amount| amount.objects), [3, 2, 1, 1, 1]);
}

/// The pages for those who carry out the fixture's plan.
#[test]
fn the_pages_say_what_to_do() {
    let (bucket, rows, items) = crate::fixtures::portal_before();
    let mut state = State::default();
    rows.into_iter().for_each(|row| state.put(bucket, row));
    for (table, items) in items {
        state.items.insert(format!("dda-portal-{table}"), items.iter().map(typed).collect());
    }
    let file = crate::fixtures::root().join("edge-cv-portal/before.toml");
    let layout = compiled(stocktake::layout::config::load(&file, &known_rules()).unwrap());
    let (plan, _) = planned(&layout, &state, BEFORE, &Mapping::default(), How::PLAINLY);
    let templates = Templates::new(None).unwrap();
    let page = runbook::migration(&plan, &templates).unwrap();
    let digests = regex::Regex::new("`[0-9a-f]{12,64}…?`").unwrap();
    insta::assert_snapshot!(digests.replace_all(&page, "`[digest]`"));
    let calls = runbook::batch_operations(&plan, &templates).unwrap();
    insta::assert_snapshot!(calls.replace(&plan.digest[..12], "[digest]"));
}

/// A plan of these keys and records, under the layout with everything.
fn plan_of(keys: &[&str], records: &[Value]) -> (Plan, Files) {
    let mut state = State::default();
    keys.iter().for_each(|key| state.object("media", key, 5));
    state.items.insert("assets".to_owned(), records.iter().cloned().map(item).collect());
    planned(&layout(), &state, BEFORE, &Mapping::default(), How::PLAINLY)
}

#[test]
fn an_object_moves_to_all_its_places_or_to_none() {
    let record = |id, key, kind| json!({ "id": id, "file": format!("s3://media/{key}"), "kind": kind });
    let records = [record("1", "flat/b7", "raw"), record("2", "shared/b7", "raw"), record("3", "shared/b7", "cut")];
    let (plan, files) = plan_of(&["flat/b7", "shared/b7"], &records);
    let rows: Vec<_> = moves(&files).into_iter().map(|row| (row["new_key"].clone(), row["reason"].clone())).collect();
    let row = |new_key: &str, reason: &str| (new_key.to_owned(), reason.to_owned());
    let of_shared = [row("raw/cut/b7", "in-part"), row("raw/raw/b7", "contested")];
    assert_eq!(rows, [&[row("raw/raw/b7", "contested")], &of_shared[..]].concat());
    let totals = &plan.totals;
    assert_eq!((totals.blocked.objects, totals.copies.objects, totals.items, totals.by_hand), (2, 0, 0, 3));
}

#[test]
fn a_prefix_above_a_blocked_object_is_left_to_a_person() {
    let keys = ["films/f1/one.mp4", "films/f1/two.mp4", "films/f2/one.mp4", "movies/f1/one.mp4"];
    let records = ["f1", "f2"].map(|asset| json!({ "id": asset, "folder": format!("s3://media/films/{asset}/") }));
    let (plan, _) = plan_of(&keys, &records);
    assert_eq!((plan.totals.blocked.objects, plan.totals.items, plan.totals.by_hand), (2, 1, 1));
}

/// Two use cases in one bucket: an old key at its root does not say whose it is, records do.
const SHARED: &str = r#"
version = 1
[[bucket]]
name = "media"
prefix = "line-1/"
records = { owner = ["one"] }
[[bucket]]
name = "media"
prefix = "line-2/"
records = { owner = ["two"] }
[placeholder.asset]
pattern = "[a-z0-9-]+"
[[area]]
name = "video"
path = "video/{asset}/**"
[[area.legacy]]
name = "clips"
from = "clips/{asset}/{rest**}"
to = "video/{asset}/{rest**}"
anchor = "bucket"
[[table]]
name = "assets"
key = ["id"]
[[table.reference]]
attribute = "file"
kind = "object"
area = "video"
"#;

#[test]
fn in_a_shared_bucket_objects_go_where_their_records_are_at_home() {
    let layout = compiled(parse(Path::new("stocktake.toml"), SHARED.as_bytes(), &known_rules()).unwrap());
    let mut state = State::default();
    for key in ["clips/a1/master.mp4", "clips/a1/subtitles.srt", "clips/a2/master.mp4", "clips/a3/nobodys.mp4"] {
        state.object("media", key, 5);
    }
    let records = [("1", "one", "clips/a1/master.mp4"), ("2", "two", "clips/a2/master.mp4")];
    let items =
        records.map(|(id, owner, key)| item(json!({ "id": id, "owner": owner, "file": format!("s3://media/{key}") })));
    state.items.insert("assets".to_owned(), items.to_vec());
    let (plan, files) = planned(&layout, &state, BEFORE, &Mapping::default(), How::PLAINLY);
    let new_keys: Vec<String> = moves_that(&files, "copy").into_iter().map(|(_, _, new)| new).collect();
    // What no record names goes with the folder that a record of its job covers.
    assert_eq!(new_keys, ["line-1/video/a1/master.mp4", "line-1/video/a1/subtitles.srt", "line-2/video/a2/master.mp4"]);
    let unmapped = moves_that(&files, "unmapped");
    assert_eq!((unmapped.len(), unmapped[0].1.as_str()), (1, "clips/a3/nobodys.mp4"));
    assert_eq!((plan.totals.items, plan.totals.by_hand), (2, 0));
}
