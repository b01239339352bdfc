//! Records that name old places by a prefix, a folder or an object that nobody moves: planned for, and told once nothing
//! is left there.

use std::path::Path;

use serde_json::{Value, json};
use stocktake::layout::Layout;
use stocktake::layout::config::parse;
use stocktake::model::{Phase, Verdict};
use stocktake::rules::known_rules;

use super::planned::layout;
use super::proof::{Migration, Proof};
use super::state::{AFTER, State};
use crate::delivery::{ObjectRow, typed};
use crate::layout_naive::compiled;

const OLD: [&str; 7] = ["clips/", "films/", "flat/", "shared/", "drop/", "stay/", "pinned/"];

fn state(keys: &[&str], records: &[Value]) -> State {
    let mut state = State::default();
    keys.iter().for_each(|key| state.object("media", key, if key.ends_with('/') { 0 } else { 5 }));
    state.items.insert("assets".to_owned(), records.iter().map(typed).collect());
    state
}

/// A migration whose copies are made and of whose records none is rewritten; nothing is left at old places but these.
fn unwritten<'l>(layout: &'l Layout, keys: &[&str], records: &[Value], left: &[&str]) -> Migration<'l> {
    unwritten_of(layout, state(keys, records), left)
}

fn unwritten_of<'l>(layout: &'l Layout, before: State, left: &[&str]) -> Migration<'l> {
    let mut migration = Migration::done(layout, before);
    migration.after.items = migration.before.items.clone();
    migration.after.bucket("media").retain(|key, _| !OLD.iter().any(|old| key.starts_with(old)));
    for key in left {
        let row = migration.before.bucket("media")[*key].clone();
        migration.after.put("media", row);
    }
    migration
}

fn by_hand(migration: &Migration<'_>) -> String {
    let text = migration.files.0.get("references/by-hand.csv").cloned().unwrap_or_default();
    String::from_utf8(text).unwrap()
}

/// What is told of the references; nothing else is.
fn of_references(proof: &Proof) -> Vec<String> {
    proof.told().into_iter().filter(|told| told.starts_with("M407") || told.starts_with("M408")).collect()
}

#[test]
fn a_prefix_below_which_nothing_is_left_is_broken_in_every_phase() {
    let layout = layout();
    for folder in ["s3://media/clips/a1/", "s3://media/clips/a1"] {
        let migration = unwritten(&layout, &["clips/a1/m.mp4"], &[json!({ "id": "1", "folder": folder })], &[]);
        for phase in [Phase::During, Phase::After] {
            let proof = migration.proof(phase);
            assert_eq!(of_references(&proof), ["M407 id=1 folder", "M408 id=1 folder"]);
            assert_eq!(proof.judgement.verdict, Verdict::Fail);
            assert_eq!(proof.findings[0].suggestion.as_deref(), Some("s3://media/video/a1/"));
        }
        let references = migration.proof(Phase::During).migration().references.clone();
        assert_eq!((references[0].stale, references[0].broken), (1, 1));
    }
}

#[test]
fn a_prefix_is_whole_as_long_as_something_lies_below_it() {
    let layout = layout();
    let records = [json!({ "id": "1", "folder": "s3://media/clips/a1/" })];
    let keys = ["clips/a1/m.mp4", "clips/a1/n.mp4"];
    let mut migration = unwritten(&layout, &keys, &records, &keys[..1]);
    assert_eq!(of_references(&migration.proof(Phase::During)), ["M407 id=1 folder"]);
    // What a late writer puts there does not make the record right.
    migration.after.put("media", ObjectRow::new("clips/a1/late.mp4", 5, AFTER - 1));
    assert_eq!(of_references(&migration.proof(Phase::During)), ["M407 id=1 folder"]);
}

#[test]
fn a_key_that_ends_in_a_slash_is_a_prefix() {
    let layout = layout();
    let records = [json!({ "id": "1", "file": "s3://media/clips/a1/" })];
    let migration = Migration::done(&layout, state(&["clips/a1/m.mp4"], &records));
    assert_eq!(migration.after.items["assets"][0]["file"]["S"], "s3://media/video/a1/");
    assert_eq!(migration.proof(Phase::After).judgement.verdict, Verdict::Pass);

    let migration = unwritten(&layout, &["clips/a1/m.mp4"], &records, &[]);
    assert_eq!(of_references(&migration.proof(Phase::During)), ["M407 id=1 file", "M408 id=1 file"]);
    // A marker is something that it names.
    let migration = unwritten(&layout, &["clips/a1/m.mp4", "clips/a1/"], &records, &["clips/a1/"]);
    assert_eq!(of_references(&migration.proof(Phase::During)), ["M407 id=1 file"]);
}

#[test]
fn a_prefix_whose_objects_go_to_several_places_is_left_to_a_person_and_told_until_it_is_done() {
    let layout = layout();
    let file = |id, key, kind| json!({ "id": id, "file": format!("s3://media/{key}"), "kind": kind });
    let mut records = vec![file("1", "flat/x", "raw"), file("2", "flat/y", "cut"), file("3", "shared/s", "raw")];
    records.extend([file("4", "shared/s", "cut"), json!({ "id": "5", "folder": "s3://media/flat/" })]);
    records.push(json!({ "id": "6", "folder": "s3://media/shared/" }));
    let keys = ["flat/x", "flat/y", "shared/s"];
    let prefixes = |migration: &Migration<'_>| -> Vec<String> {
        let all = of_references(&migration.proof(Phase::During));
        all.into_iter().filter(|told| told.ends_with("folder")).collect()
    };
    let there = unwritten(&layout, &keys, &records, &keys);
    let why = "what lies below it goes to several places";
    assert_eq!(by_hand(&there).lines().filter(|line| line.ends_with(why)).count(), 2, "{}", by_hand(&there));
    assert_eq!(prefixes(&there), ["M407 id=5 folder", "M407 id=6 folder"]);
    let gone = unwritten(&layout, &keys, &records, &[]);
    let told = ["M407 id=5 folder", "M408 id=5 folder", "M407 id=6 folder", "M408 id=6 folder"];
    assert_eq!(prefixes(&gone), told);
    let proof = gone.proof(Phase::During);
    let finding = proof.findings.iter().find(|finding| finding.path.as_deref() == Some("folder")).unwrap();
    assert_eq!(finding.suggestion, None);
}

#[test]
fn a_record_of_what_is_given_up_kept_or_expired_is_broken_once_that_is_gone() {
    let layout = layout();
    let records = [
        json!({ "id": "1", "file": "s3://media/drop/tmp.bin" }),
        json!({ "id": "2", "folder": "s3://media/drop/" }),
        json!({ "id": "3", "file": "s3://media/stay/old.bin" }),
    ];
    let keys = ["drop/tmp.bin", "stay/old.bin"];
    let there = unwritten(&layout, &keys, &records, &keys);
    for (item, why) in [("id=1", "its object is given up: temporary"), ("id=2", "what lies below it is given up")] {
        assert!(by_hand(&there).lines().any(|line| line.contains(item) && line.ends_with(why)), "{}", by_hand(&there));
    }
    assert_eq!(of_references(&there.proof(Phase::After)), Vec::<String>::new());
    let mut before = state(&keys, &records);
    before.bucket("media").get_mut("stay/old.bin").unwrap().lifecycle_expiration = Some(AFTER - 1);
    let proof = unwritten_of(&layout, before, &[]).proof(Phase::During);
    assert_eq!(proof.told(), ["M408 id=1 file", "M408 id=2 folder", "M408 id=3 file"]);
    assert_eq!(proof.judgement.verdict, Verdict::Fail);
    let result = proof.migration();
    assert_eq!((result.equation.retired.objects, result.equation.expired.objects), (1, 1));
    assert_eq!(result.references.iter().map(|attribute| attribute.broken).sum::<u64>(), 3);
}

#[test]
fn a_copy_that_was_to_stay_and_each_reading_of_a_url_count_too() {
    let layout = layout();
    let records = [
        json!({ "id": "1", "file": "s3://media/pinned/p1/p.bin" }),
        json!({ "id": "2", "file": "https://media.s3.eu-central-1.amazonaws.com/clips/a1/a+b.mp4" }),
    ];
    let migration = unwritten(&layout, &["pinned/p1/p.bin", "clips/a1/a b.mp4"], &records, &[]);
    assert!(by_hand(&migration).contains("it is a URL"), "{}", by_hand(&migration));
    let told = ["M407 id=1 file", "M408 id=1 file", "M407 id=2 file", "M408 id=2 file"];
    assert_eq!(of_references(&migration.proof(Phase::During)), told);
}

/// The layout with everything, but for the primary key.
fn keyed(key: &str) -> Layout {
    let text = include_str!("media.toml").replace("key = [\"id\"]", &format!("key = {key}"));
    compiled(parse(Path::new("stocktake.toml"), text.as_bytes(), &known_rules()).unwrap())
}

#[test]
fn items_whose_keys_look_alike_keep_their_own_objects() {
    let layout = keyed(r#"["a", "b"]"#);
    let item = |a, b, key| json!({ "a": a, "b": b, "file": format!("s3://media/{key}") });
    let records = [item("1,b=2", "3", "clips/a1/m"), item("1", "2,b=3", "clips/a2/m")];
    let migration = Migration::done(&layout, state(&["clips/a1/m", "clips/a2/m"], &records));
    let files: Vec<_> = migration.after.items["assets"].iter().map(|item| item["file"]["S"].clone()).collect();
    assert_eq!(files, ["s3://media/video/a1/m", "s3://media/video/a2/m"]);
    let unwritten = unwritten(&layout, &["clips/a1/m", "clips/a2/m"], &records, &["clips/a1/m", "clips/a2/m"]);
    let told = [r"M407 a=1,b=2\,b\=3 file", r"M407 a=1\,b\=2,b=3 file"];
    assert_eq!(of_references(&unwritten.proof(Phase::During)), told);

    // Without a part of their keys they share a name, and each is still told of its own object.
    let item = |key| json!({ "a": "1", "file": format!("s3://media/{key}") });
    let migration =
        Migration::done(&layout, state(&["clips/a1/m", "clips/a2/m"], &[item("clips/a1/m"), item("clips/a2/m")]));
    for job in ["a1", "a2"] {
        let line = format!("s3://media/clips/{job}/m,s3://media/video/{job}/m,its item has no whole primary key");
        assert!(by_hand(&migration).contains(&line), "{}", by_hand(&migration));
    }
}

#[test]
fn a_reference_in_the_primary_key_is_left_to_a_person() {
    let layout = keyed(r#"["file"]"#);
    let records = [json!({ "file": "s3://media/clips/a1/m", "folder": "s3://media/clips/a1/" })];
    let migration = Migration::done(&layout, state(&["clips/a1/m"], &records));
    let line = "clips/a1/m,s3://media/video/a1/m,\"it is part of its item's primary key, which no update changes\"";
    assert!(by_hand(&migration).contains(line), "{}", by_hand(&migration));
    let item = &migration.after.items["assets"][0];
    let texts = [&item["file"]["S"], &item["folder"]["S"]];
    assert_eq!(texts, ["s3://media/clips/a1/m", "s3://media/video/a1/"]);
    assert_eq!((migration.plan.totals.references, migration.plan.totals.by_hand), (1, 1));
}
