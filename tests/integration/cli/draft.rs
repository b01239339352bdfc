//! `init --from`: a layout drafted from an inventory, and what an audit of the same inventory says of it.

use std::path::Path;

use serde_json::Value;

use super::runner::{INVENTORY_TIME, WRITTEN_AT, World};
use crate::delivery::{Column, Format, ObjectRow, write_inventory};

/// The share that a draft claims: objects in areas, and all.
fn claimed(text: &str) -> (u64, u64) {
    let line = text.lines().nth(1).unwrap();
    let numbers = regex::Regex::new("^# ([0-9,]+) of ([0-9,]+) objects? lie").unwrap().captures(line).expect(line);
    let number = |at: usize| numbers[at].replace(',', "").parse().unwrap();
    (number(1), number(2))
}

/// Objects in areas, and all but markers of folders, as an audit counts them.
fn audited(world: &World) -> (u64, u64) {
    let (_, results) = world.results("");
    let sum = |list: &Value| list.as_array().unwrap().iter().map(|one| one["objects"].as_u64().unwrap()).sum::<u64>();
    let classes = results["judgement"]["classes"]["key"].as_array().unwrap();
    let markers = classes.iter().find(|class| class["class"] == "folder-marker").unwrap();
    (
        sum(&results["judgement"]["areas"]),
        results["judgement"]["totals"]["objects"].as_u64().unwrap() - markers["objects"].as_u64().unwrap(),
    )
}

fn delivered(keys: &[String], format: Format) -> World {
    let world = World::empty();
    let mut rows: Vec<ObjectRow> = keys.iter().map(|key| ObjectRow::new(key.as_str(), 1_000, WRITTEN_AT)).collect();
    rows.push(ObjectRow::new("models/", 0, WRITTEN_AT));
    write_inventory(&world.path("inventory"), "shop", INVENTORY_TIME, &[rows], format, &Column::current());
    world
}

fn many() -> Vec<String> {
    let mut keys = Vec::new();
    for number in 0..200 {
        let job = format!("cookies-2026{:02}{:02}-0246{:02}", number % 12 + 1, number % 28 + 1, number % 60);
        let target = ["jetson-xavier", "x86_64-cpu", "onnx"][number % 3];
        keys.push(format!("models/training/{job}/{job}/output/model.tar.gz"));
        keys.push(format!("models/training/{job}/debug-output/log.txt"));
        keys.push(format!("models/compilation/{job}/{target}/model.tar.gz"));
        keys.push(format!("logs/2026-{:02}-{:02}/app.log", number % 12 + 1, number % 28 + 1));
        keys.push(format!("uploads/5f3c2b1a-0d4e-4c6b-9a77-{number:012x}/picture {number}.png"));
        keys.push(format!("raw/alien/{number}.png"));
    }
    keys.extend(["notes//odd.txt", "readme.md", "raw/list.csv"].map(str::to_owned));
    keys.sort();
    keys.dedup();
    keys
}

#[test]
fn a_draft_loads_and_explains_at_least_what_it_claims() {
    for format in [Format::Csv, Format::Parquet] {
        let world = delivered(&many(), format);
        let ran = world.run("init --from inventory");
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
        let text = world.read("stocktake.toml");
        for part in [
            "path = \"models/training/{job}/**\"",
            "path = \"models/compilation/{job}/{kind}/**\"",
            "path = \"logs/{date}/**\"",
            "path = \"uploads/{id}/**\"",
            "path = \"raw/**\"",
            "one_of = [\"jetson-xavier\", \"onnx\", \"x86_64-cpu\"]",
            "form = \"date\"",
            "form = \"uuid\"",
            "# In no area: 2 objects, 0.2 % of all.",
            "#           1  notes//, as notes//odd.txt",
        ] {
            assert!(text.contains(part), "no {part} in\n{text}");
        }
        assert_eq!(world.run("check -q").code, Some(0));
        let (explained, objects) = claimed(&text);
        assert_eq!(objects - explained, 2);
        assert_eq!(audited(&world), (explained, objects));
        assert!(ran.stderr.contains("for shop: 5 areas that explain 99.8 % of"), "{}", ran.stderr);
    }
}

#[test]
fn the_fixtures_bucket_is_drafted_in_every_state() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/edge-cv-portal");
    for state in ["before", "during", "after"] {
        let world = World::empty();
        let from = fixtures.join(state).join("csv");
        let ran = world.run(&format!("init --from {}", from.display()));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let text = world.read("stocktake.toml");
        let (explained, objects) = claimed(&text);
        assert!(explained * 100 >= objects * 80, "{explained} of {objects}\n{text}");
        let (audited, all) = audited(&world);
        assert_eq!(all, objects, "{state}");
        assert!(audited >= explained, "{audited} < {explained}\n{text}");
        assert!(text.contains("{job"), "{text}");
    }
}

#[test]
fn names_that_are_hard_to_write_are_written_right() {
    let keys: Vec<String> = ["{a}/x", "{a}/y", "q\"uote/x", "new\nline/x", "é/ü/x", "b**/x", "a b/c d/e", "{bucket}/x"]
        .map(str::to_owned)
        .to_vec();
    let world = delivered(&keys, Format::Csv);
    assert_eq!(world.run("init --from inventory").code, Some(0), "{}", world.run("init --from inventory").stderr);
    let (explained, objects) = claimed(&world.read("stocktake.toml"));
    assert!(explained >= 6, "{}", world.read("stocktake.toml"));
    assert_eq!(audited(&world), (explained, objects));
}

#[test]
fn thousands_of_names_become_one_area() {
    let word = |number: usize| {
        let letter = |shift: usize| char::from(b'a' + (number / shift % 26) as u8);
        format!("{}{}{}x", letter(1), letter(26), letter(676))
    };
    let keys: Vec<String> = (0..3_000).map(|number| format!("customers/{}/invoice.pdf", word(number))).collect();
    let world = delivered(&keys, Format::Csv);
    assert_eq!(world.run("init --from inventory").code, Some(0));
    let text = world.read("stocktake.toml");
    assert_eq!(text.matches("[[area]]").count(), 1, "{text}");
    assert!(text.contains("path = \"customers/{customer}/**\"") && text.contains("form = \"slug\""), "{text}");
    assert_eq!(claimed(&text), (3_000, 3_000));
}

#[test]
fn what_cannot_be_drafted_from_is_refused() {
    let world = delivered(&["readme.md".to_owned()], Format::Csv);
    assert_eq!(world.run("init --from inventory").code, Some(0));
    world.run("init --from inventory").is_refused(2);
    let broken = World::incomplete();
    broken.run("init --from inventory --to new.toml").is_refused(2);
    assert!(!broken.path("new.toml").exists());
    broken.run("init --from nowhere --to new.toml").is_refused(2);
    let none = World::of(&[], &[]);
    none.run("init --from inventory --to new.toml").is_refused(2);
}
