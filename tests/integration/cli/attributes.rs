//! Every form of attribute path, and versions that a URL asks for, followed from a record to a finding.

use serde_json::json;

use super::runner::{CONFIGURATION, INVENTORY_TIME, WRITTEN_AT, World};
use crate::delivery::{Column, Format, ObjectRow, typed, write_export, write_inventory};

const REFERENCES: &str = r##"
[[table.reference]]
attribute = "packed@json.files[].uri"
kind = "object"
[[table.reference]]
attribute = "coded@base64"
kind = "object"
[[table.reference]]
attribute = "by_uri.*#key"
kind = "object"
[[table.reference]]
attribute = "by_name.*"
kind = "object"
[[table.reference]]
attribute = "set[]"
kind = "object"
[[table.reference]]
attribute = '"with.dot"'
kind = "object"
[[table.reference]]
attribute = "lists[].inner[]"
kind = "object"
"##;

/// The paths and keys of the references that dangle.
fn dangling(world: &World) -> Vec<(String, String)> {
    let ran = world.run("audit --format csv --select R301");
    let mut rows = csv::Reader::from_reader(ran.stdout.as_bytes());
    let headers = rows.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (path, key) = (column("path"), column("key"));
    rows.records().map(|row| row.unwrap()).map(|row| (row[path].to_owned(), row[key].to_owned())).collect()
}

#[test]
fn every_form_of_path_reaches_its_values() {
    let world = World::sound();
    world.write("stocktake.toml", format!("{CONFIGURATION}{REFERENCES}"));
    let mut item = typed(&json!({
        "asset_id": "1",
        "packed": r#"{"files":[{"uri":"s3://media/video/zz/0"},{"name":"none"},{"uri":"s3://media/video/zz/1"}]}"#,
        "coded": "czM6Ly9tZWRpYS92aWRlby96ei9i",
        "by_uri": { "s3://media/video/zz/k": 1 },
        "by_name": { "one": "s3://media/video/zz/n", "two": "" },
        "with.dot": "s3://media/video/zz/d",
        "lists": [{ "inner": ["s3://media/video/zz/l"] }, {}, { "inner": [null, "s3://media/video/zz/m"] }],
    }));
    item["set"] = json!({ "SS": ["s3://media/video/zz/s"] });
    std::fs::remove_dir_all(world.path("exports")).unwrap();
    write_export(&world.path("exports"), "assets", INVENTORY_TIME, &[vec![item]]);
    let expected = [
        ("\"with.dot\"", "d"),
        ("by_name.one", "n"),
        ("by_uri.s3://media/video/zz/k#key", "k"),
        ("coded@base64", "b"),
        ("lists[0].inner[0]", "l"),
        ("lists[2].inner[1]", "m"),
        ("packed@json.files[0].uri", "0"),
        ("packed@json.files[2].uri", "1"),
        ("set[0]", "s"),
    ];
    let expected = expected.map(|(path, key)| (path.to_owned(), format!("video/zz/{key}")));
    assert_eq!(dangling(&world), expected);
}

#[test]
fn a_version_that_a_url_asks_for_must_be_listed() {
    let version = |key: &str, name: &str, latest: bool, class: &str| ObjectRow {
        version_id: Some(name.to_owned()),
        is_latest: latest,
        is_delete_marker: false,
        storage_class: Some(class.to_owned()),
        ..ObjectRow::new(key, 1_000, WRITTEN_AT)
    };
    let world = World::sound();
    for path in ["inventory", "exports"] {
        std::fs::remove_dir_all(world.path(path)).unwrap();
    }
    let rows = vec![
        version("video/a1/clip one.mp4", "v2", true, "STANDARD"),
        version("video/a1/clip one.mp4", "v1", false, "GLACIER"),
        version("video/a1/clip.mp4", "v2", true, "GLACIER"),
        version("video/a1/clip.mp4", "v1", false, "STANDARD"),
    ];
    write_inventory(&world.path("inventory"), "media", INVENTORY_TIME, &[rows], Format::Csv, Column::ALL);
    // A `+` may stand for itself or for a space.
    let urls = ["clip.mp4", "clip+one.mp4"].map(|name| format!("https://media.s3.amazonaws.com/video/a1/{name}"));
    let items = urls.iter().zip(["plain", "plus"]).flat_map(|(url, name)| {
        ["v1", "v2", "v9"].map(|version| {
            typed(&json!({ "asset_id": format!("{name}-{version}"), "file": format!("{url}?versionId={version}") }))
        })
    });
    write_export(&world.path("exports"), "assets", INVENTORY_TIME, &[items.collect()]);
    let items = |code: &str| {
        let ran = world.run(&format!("audit --format csv --select {code}"));
        let mut rows = csv::Reader::from_reader(ran.stdout.as_bytes());
        let column = rows.headers().unwrap().iter().position(|header| header == "item").unwrap();
        let items = rows.records().map(|row| row.unwrap()[column].to_owned());
        items.collect::<Vec<_>>()
    };
    assert_eq!(items("R301"), ["asset_id=plain-v9", "asset_id=plus-v9"]);
    let told = world.run("audit --format text --select R301").stdout;
    assert_eq!(told.matches("names no object in the version it asks for; the key has others").count(), 1, "{told}");
    // Each version has its own storage class.
    assert_eq!(items("R307"), ["asset_id=plain-v2", "asset_id=plus-v1"]);
}

/// `on` names a member; the placeholder that is bound from it says which of its values mean the same.
#[test]
fn the_steps_of_a_workflow_pair_by_what_their_members_mean() {
    const STEPS: &str = r#"
[placeholder.chip]
one_of = ["arm64", "x86"]
aliases = { aarch64 = "arm64" }
[[area]]
name = "builds"
path = "builds/{asset}/{chip}/{file}"
[[table.reference]]
attribute = "built[].uri"
kind = "object"
area = "builds"
bind = { chip = "built[].target" }
[[table.reference]]
attribute = "shipped[].uri"
kind = "object"
[[workflow]]
name = "release"
table = "assets"
steps = ["built[].uri", "shipped[].uri"]
on = "target"
"#;
    let world = World::sound();
    world.write("stocktake.toml", format!("{CONFIGURATION}{STEPS}"));
    for path in ["inventory", "exports"] {
        std::fs::remove_dir_all(world.path(path)).unwrap();
    }
    let keys = ["builds/a1/arm64/app", "builds/a1/x86/app"];
    let rows = keys.map(|key| ObjectRow::new(key, 1_000, WRITTEN_AT)).to_vec();
    write_inventory(&world.path("inventory"), "media", INVENTORY_TIME, &[rows], Format::Csv, Column::ALL);
    let item = |id: &str, built: &str, shipped: &str| {
        let element = |target: &str, key: &str| json!([{ "target": target, "uri": format!("s3://media/{key}") }]);
        let (built, shipped) = (element(built, keys[0]), element(shipped, keys[0]));
        typed(&json!({ "asset_id": id, "built": built, "shipped": shipped }))
    };
    let items =
        vec![item("alike", "aarch64", "arm64"), item("turned", "arm64", "aarch64"), item("other", "arm64", "x86")];
    write_export(&world.path("exports"), "assets", INVENTORY_TIME, &[items]);
    let ran = world.run("audit --format csv --select W501");
    let mut rows = csv::Reader::from_reader(ran.stdout.as_bytes());
    let item = rows.headers().unwrap().iter().position(|header| header == "item").unwrap();
    let items: Vec<String> = rows.records().map(|row| row.unwrap()[item].to_owned()).collect();
    assert_eq!(items, ["asset_id=other"]);
}

#[test]
fn what_ends_in_a_slash_and_names_no_marker_is_a_prefix_and_told() {
    let told = |keys: &[&str]| {
        let (_, results) = World::of(keys, &["video/a1/"]).results("");
        let list = results["judgement"]["not_checked"].as_array().unwrap().clone();
        let resolved = &results["judgement"]["references"][0]["outcomes"];
        let resolved = resolved.as_array().unwrap().iter().find(|outcome| outcome["outcome"] == "resolved").unwrap();
        assert_eq!(resolved["references"], 1);
        list.into_iter().any(|entry| entry["what"] == "the object that 1 value of file in the table assets may mean")
    };
    assert!(told(&["video/a1/clip.mp4"]));
    assert!(!told(&["video/a1/clip.mp4", "video/a1/"]));
}
