//! `migrate plan` and `migrate verify` from outside.

use std::fs;

use serde_json::{Value, json};

use super::runner::{CONFIGURATION, EXPORT_TIME, INVENTORY_TIME, Ran, WRITTEN_AT, World};
use crate::delivery::{Column, Export, Format, ObjectRow, typed, write_inventory};

/// A bucket with something to move, and a record that names it.
pub(super) fn world() -> World {
    let keys = ["films/a1/one.mp4", "films/a1/two, \"b\".mp4", "video/a2/clip.mp4"];
    World::of(&keys, &["films/a1/one.mp4", "video/a2/clip.mp4"])
}

/// An inventory of after in which these keys are, with the ETags that the keys behind `=` had.
pub(super) fn list_after(world: &World, keys: &[(&str, &str)]) {
    let row = |(key, was): &(&str, &str)| {
        let mut row = ObjectRow::new(*was, 1_000, WRITTEN_AT);
        (*key).clone_into(&mut row.key);
        row
    };
    let rows: Vec<ObjectRow> = keys.iter().map(row).collect();
    write_inventory(&world.path("after"), "media", INVENTORY_TIME, &[rows], Format::Csv, &Column::current());
}

pub(super) const MOVED: [(&str, &str); 3] = [
    ("video/a1/one.mp4", "films/a1/one.mp4"),
    ("video/a1/two, \"b\".mp4", "films/a1/two, \"b\".mp4"),
    ("video/a2/clip.mp4", "video/a2/clip.mp4"),
];

fn verified(world: &World, more: &str) -> (Ran, Value) {
    let ran = world.run(&format!("migrate verify --plan plan --before inventory --after after --format json {more}"));
    let results = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    (ran, results)
}

#[test]
fn a_plan_appears_whole_and_is_the_same_again() {
    let world = world();
    let ran = world.run("migrate plan --out plan");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:#?}");
    assert!(ran.stderr.contains("2 objects, 2.0 KiB: to be copied"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("wrote plan: start with MIGRATION.md\n"), "{}", ran.stderr);
    for name in ["MIGRATION.md", "plan.json", "moves.csv", "moves.parquet", "batch-operations/README.md"] {
        assert!(world.path("plan").join(name).exists(), "{name}");
    }
    let again = world.run("migrate plan --out again --jobs 3 --memory 1MiB");
    assert_eq!(again.code, Some(0));
    assert_eq!(crate::fixtures::read_below(&world.path("plan")).0, crate::fixtures::read_below(&world.path("again")).0);
    let plan: Value = serde_json::from_str(&world.read("plan/plan.json")).unwrap();
    for file in plan["files"].as_array().unwrap() {
        let bytes = fs::read(world.path("plan").join(file["name"].as_str().unwrap())).unwrap();
        assert_eq!(file["bytes"], bytes.len(), "{file}");
    }
    assert!(world.names("").iter().all(|name| !name.contains(".tmp")));
}

#[test]
fn a_plan_is_never_mixed_with_another() {
    let world = world();
    world.write("plan/notes.txt", "mine");
    world.run("migrate plan --out plan").is_refused(2);
    assert_eq!(world.names("plan"), ["notes.txt"]);
    world.write("file", "mine");
    world.run("migrate plan --out file").is_refused(2);
}

#[test]
fn inputs_that_are_not_whole_allow_no_plan() {
    let world = World::incomplete();
    let ran = world.run("migrate plan --out plan");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran:#?}");
    assert!(ran.stderr.contains("S002"), "{}", ran.stderr);
    assert!(!world.path("plan").exists());
    assert!(world.names("").iter().all(|name| !name.contains(".tmp")));
    // Nor does what the plan was to lie in.
    world.write("a/notes.txt", "mine");
    assert_eq!(world.run("migrate plan --out a/b/c/plan").code, Some(3));
    assert!(!world.path("a/b").exists() && world.path("a/notes.txt").exists());
}

#[test]
fn a_mapping_file_names_what_nothing_else_does_and_its_mistakes_are_told() {
    let world = World::of(&["loose/x.mp4"], &[]);
    world.replace(
        "stocktake.toml",
        "[[table]]",
        "[[area.legacy]]\nname = \"loose\"\nfrom = \"loose/{file}\"\nto = \"video/{asset}/{file}\"\nrecord = [\"asset\"]\n\n\
         [migration]\nmapping = [\"map.csv\"]\n\n[[table]]",
    );
    world.run("migrate plan --out plan").is_refused(2);
    world.write("map.csv", "key,colour\nloose/x.mp4,red\n");
    let ran = world.run("migrate plan --out plan");
    ran.is_refused(2);
    assert!(ran.stderr.contains("`colour` is no placeholder of the layout"), "{}", ran.stderr);
    world.write("map.csv", "key,asset\n");
    let ran = world.run("migrate plan --out unmapped --fail-on warning");
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(world.read("unmapped/blocked.csv").contains("M404,media,loose/x.mp4,,asset,"));
    world.write("map.csv", "key,asset\nloose/x.mp4,a9\n");
    assert_eq!(world.run("migrate plan --out plan --fail-on warning").code, Some(0));
    assert!(world.read("plan/moves.csv").contains("loose/x.mp4,video/a9/x.mp4,copy"));
}

#[test]
fn a_proof_passes_fails_and_is_inconclusive() {
    let world = world();
    assert_eq!(world.run("migrate plan --out plan").code, Some(0));
    list_after(&world, &MOVED);
    let (ran, results) = verified(&world, "--phase during");
    // The record is not rewritten yet, and its old key is gone.
    assert_eq!(ran.code, Some(1), "{}", results["judgement"]["sentence"]);
    let (ran, results) = verified(&world, "--phase during --ignore M408");
    assert_eq!(ran.code, Some(0), "{}", results["judgement"]["sentence"]);
    let migration = &results["judgement"]["migration"];
    assert_eq!(migration["equation"]["moved"]["objects"], 2);
    assert_eq!(migration["references"][0]["stale"], 1);
    assert_eq!(results["inputs"]["before"]["inventories"][0]["rows"], 3);

    list_after(&world, &MOVED[1..]);
    let ran = world.run("migrate verify --plan plan --before inventory --after after --ignore M407,M408 --out reports");
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    for (file, text) in [
        ("audit.html", "id=\"migration\""),
        ("audit.html", "stocktake migrate verify --plan PLAN --before BEFORE --ignore M407 --ignore M408 --now"),
        ("audit.md", "| **lost (M401)** | **1** |"),
        ("signoff.md", "Again: `stocktake migrate verify"),
        ("signoff.html", "<code>stocktake migrate verify"),
    ] {
        assert!(world.read(&format!("reports/{file}")).contains(text), "{file}");
    }

    let part = world.names("after").into_iter().find(|name| name.ends_with(".csv.gz")).unwrap();
    fs::remove_file(world.path("after").join(part)).unwrap();
    let (ran, _) = verified(&world, "");
    assert_eq!(ran.code, Some(3));
}

/// What an optional table of the plan says now is not known without its export.
#[test]
fn a_table_of_the_plan_that_is_not_read_again_proves_nothing_of_its_records() {
    let world = world();
    world.replace("stocktake.toml", "name = \"assets\"\n", "name = \"assets\"\noptional = true\n");
    assert_eq!(world.run("migrate plan --out plan").code, Some(0));
    list_after(&world, &MOVED);
    fs::remove_dir_all(world.path("exports")).unwrap();
    world.replace("stocktake.toml", "exports = [\"exports\"]\n", "");
    let (ran, results) = verified(&world, "");
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    let migration = &results["judgement"]["migration"];
    assert_eq!(migration["references_judged"], false);
    let remarks = migration["remarks"].as_array().unwrap();
    assert!(remarks.iter().any(|remark| remark == "the plan was made with an export of assets, and none is given now"));
    let (ran, results) = verified(&world, "--ignore M404,M407,M408");
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let next = results["judgement"]["next_step"].as_str().unwrap();
    assert!(next.starts_with("give whole exports of every table of the plan"), "{next}");
}

#[test]
fn a_part_of_a_table_allows_no_plan() {
    let world = world();
    fs::remove_dir_all(world.path("exports")).unwrap();
    let export = Export { filter: Some("file <> :none"), ..Export::full("assets", EXPORT_TIME) };
    let item = typed(&json!({ "asset_id": "1", "file": "s3://media/films/a1/one.mp4" }));
    export.files(&[vec![item]]).write(&world.path("exports"));
    let ran = world.run("migrate plan --out plan");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran:#?}");
    assert!(ran.stderr.contains("S009"), "{}", ran.stderr);
    assert!(!world.path("plan").exists());
}

#[test]
fn a_plan_is_used_as_it_was_written() {
    let world = world();
    let verify = "migrate verify --plan plan --before inventory --after inventory";
    world.run(verify).is_refused(2);
    assert_eq!(world.run("migrate plan --out plan").code, Some(0));
    let moves = fs::read(world.path("plan/moves.parquet")).unwrap();
    world.write("plan/moves.parquet", &moves[1..]);
    let ran = world.run(verify);
    ran.is_refused(2);
    assert!(ran.stderr.contains("is not the file that plan.json lists"), "{}", ran.stderr);
    world.write("plan/moves.parquet", &moves);
    world.replace("stocktake.toml", "name = \"films\"", "name = \"movies\"");
    let ran = world.run(verify);
    ran.is_refused(2);
    assert!(ran.stderr.contains("the generation `films` of the area `video`"), "{}", ran.stderr);
    world.write("plan/plan.json", "{}");
    world.run(verify).is_refused(2);
}

#[test]
fn a_proof_says_nothing_of_what_only_an_audit_judges() {
    let world = world();
    let asked = "[[requirement]]\nid = '6.1'\ntext = 'a script'\ncommands = ['audit']\n";
    world.write("stocktake.toml", format!("{CONFIGURATION}\n{asked}"));
    assert_eq!(world.run("migrate plan --out plan").code, Some(0));
    list_after(&world, &MOVED);
    let verify = "migrate verify --plan plan --before inventory --after after -q";
    let ran = world.run(&format!("{verify} --format md"));
    assert!(ran.stdout.contains("| media | video | 3 | 2.9 KiB | – | – |"), "{ran:#?}");
    let ran = world.run(&format!("{verify} --format signoff"));
    assert!(
        ran.stdout.contains("| 6.1 | a script | `stocktake audit` | **not judged** | not judged: K101, "),
        "{ran:#?}"
    );
}

#[test]
fn the_text_has_the_remarks_that_the_other_reports_have() {
    let world = world();
    assert_eq!(world.run("migrate plan --out plan").code, Some(0));
    list_after(&world, &MOVED);
    // The plan was made of another inventory.
    let verify = "migrate verify --plan plan --before after --after after -q";
    let results = world.run(&format!("{verify} --format json")).stdout;
    let results: Value = serde_json::from_str(&results).unwrap();
    let remark = results["judgement"]["migration"]["remarks"][0].as_str().unwrap().to_owned();
    let text = world.run(&format!("{verify} --format text")).stdout;
    assert!(text.contains(&format!("\n  {remark}\n")), "{remark}\n{text}");
}
