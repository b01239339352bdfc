//! Inputs without a manifest are audited as the delivery that they come from, and named as what they are.

use std::fs;

use serde_json::{Value, json};

use super::runner::{CONFIGURATION, INVENTORY_TIME, WRITTEN_AT, World};
use crate::delivery::{Column, Format, Inventory, ObjectRow};

/// When the inventory was made, for inputs that do not say it.
const AT: &str = "--inventory-time 2026-11-22T01:00:00Z";

/// A world with a dangling reference, whose files were set aside as inputs of their own.
struct Bare {
    world: World,
}

impl Bare {
    fn new() -> Self {
        let world =
            World::of(&["video/a1/clip.mp4", "video/a 2+b/x.mp4"], &["video/a1/clip.mp4", "video/gone/clip.mp4"]);
        let rows: Vec<ObjectRow> =
            ["video/a1/clip.mp4", "video/a 2+b/x.mp4"].map(|key| ObjectRow::new(key, 1_000, WRITTEN_AT)).to_vec();
        for (format, name) in [(Format::Csv, "csv.gz"), (Format::Parquet, "parquet"), (Format::Orc, "orc")] {
            let columns = Column::current();
            let inventory = Inventory::nightly("media", INVENTORY_TIME, format, &columns);
            world.write(&format!("objects.{name}"), inventory.part(0, &rows).bytes.unwrap());
        }
        let contents: Vec<Value> = rows.iter().map(|row| listed(&row.key)).collect();
        let versions: Vec<Value> = contents
            .iter()
            .map(|object| {
                let mut version = object.clone();
                version["VersionId"] = json!("null");
                version["IsLatest"] = json!(true);
                version
            })
            .collect();
        world.write("listing.json", json!({ "Contents": contents, "RequestCharged": null }).to_string());
        world.write("versions.json", json!({ "Versions": versions, "DeleteMarkers": [] }).to_string());
        let data = world.files().into_iter().find(|(name, _)| name.ends_with(".json.gz")).unwrap();
        world.write("items.json.gz", data.1);
        let item =
            |id: &str, key: &str| json!({ "asset_id": { "S": id }, "file": { "S": format!("s3://media/{key}") } });
        let items = [item("0", "video/a1/clip.mp4"), item("1", "video/gone/clip.mp4")];
        world.write("scan.json", json!({ "Items": items, "Count": 2, "ScannedCount": 2 }).to_string());
        Self { world }
    }

    fn symlink(&self) -> String {
        self.world.files().into_keys().find(|name| name.ends_with("symlink.txt")).unwrap()
    }
}

fn listed(key: &str) -> Value {
    json!({
        "Key": key, "LastModified": "2026-11-01T00:00:00+00:00", "ETag": "\"d8e8fca2dc0f896fd7cb4cb0031ba249\"",
        "Size": 1_000, "StorageClass": "STANDARD",
    })
}

/// The verdict and how often each rule found something, without the rules on inputs.
fn judged(results: &Value) -> (String, Vec<(String, u64)>) {
    let rules = results["judgement"]["rules"].as_array().unwrap().iter();
    let found = rules.map(|rule| (rule["code"].as_str().unwrap().to_owned(), rule["findings"].as_u64().unwrap()));
    let found = found.filter(|(code, count)| *count > 0 && !code.starts_with('S'));
    (results["judgement"]["verdict"].as_str().unwrap().to_owned(), found.collect())
}

#[test]
fn an_inventory_without_its_manifest_is_judged_as_with_it_and_named() {
    let bare = Bare::new();
    let (_, reference) = bare.world.results("");
    let reference = judged(&reference);
    assert_eq!(reference.0, "FAIL");
    assert!(reference.1.iter().any(|(code, _)| code == "R301"), "{reference:?}");
    let schema: Vec<&str> = Column::current().iter().map(|column| column.name()).collect();
    let schema = format!("--schema {}", schema.join(","));
    let symlink = bare.symlink();
    for (input, more, remark) in [
        ("objects.csv.gz", schema.as_str(), "data files were given without a manifest"),
        ("objects.parquet", "", "data files were given without a manifest"),
        ("objects.orc", "", "data files were given without a manifest"),
        (&symlink, &schema, "a `symlink.txt` was given"),
        ("listing.json", "", "a listing was given"),
        ("versions.json", "", "a listing was given"),
    ] {
        let (code, results) = bare.world.results(&format!("--inventory {input} {AT} {more}"));
        assert_eq!((code, judged(&results)), (Some(1), reference.clone()), "{input}");
        let inventory = &results["inputs"]["inventories"][0];
        assert_eq!(inventory["bucket"], "media", "{input}");
        assert!(inventory["remarks"][0].as_str().unwrap().starts_with(remark), "{input}: {inventory}");
        // Nobody knows of what time it is, save that AWS writes it into the folder of a `symlink.txt`.
        let (code, _) = bare.world.results(&format!("--inventory {input} {more}"));
        assert_eq!(code, Some(if input == symlink { 1 } else { 3 }), "{input}");
    }
}

#[test]
fn a_column_that_one_file_of_several_lacks_is_absent() {
    let world = World::of(&[], &["video/a1/clip.mp4"]);
    let timeless: Vec<Column> = Column::current().into_iter().filter(|it| *it != Column::LastModifiedDate).collect();
    for (name, key, columns) in
        [("a.parquet", "video/a1/clip.mp4", Column::current()), ("b.parquet", "video/a2/clip.mp4", timeless)]
    {
        let inventory = Inventory::nightly("media", INVENTORY_TIME, Format::Parquet, &columns);
        world.write(name, inventory.part(0, &[ObjectRow::new(key, 1_000, WRITTEN_AT)]).bytes.unwrap());
    }
    let arguments = format!("--fail-on warning {AT} --inventory");
    for inputs in ["a.parquet --inventory b.parquet", "b.parquet --inventory a.parquet"] {
        let (code, results) = world.results(&format!("{arguments} {inputs}"));
        assert_eq!(code, Some(3), "whether b/clip.mp4 is an orphan nobody knows: {inputs}");
        let rules = results["judgement"]["rules"].as_array().unwrap();
        let rule = |code: &str| rules.iter().find(|rule| rule["code"] == code).unwrap();
        assert_eq!((&rule("S008")["findings"], &rule("R302")["state"]), (&json!(1), &json!("not-judged")), "{inputs}");
        assert_eq!(results["judgement"]["areas"][0]["orphans_judged"], json!(false), "{inputs}");
    }
    assert_eq!(world.results(&format!("{arguments} a.parquet")).0, Some(0));
}

#[test]
fn items_without_a_manifest_are_judged_as_with_it_and_named() {
    let bare = Bare::new();
    let (_, reference) = bare.world.results("");
    for (input, remark) in [("items.json.gz", "a data file was given"), ("scan.json", "a scan was given")] {
        let (code, results) = bare.world.results(&format!("--export {input} --export-time 2026-11-22T00:30:00Z"));
        assert_eq!((code, judged(&results)), (Some(1), judged(&reference)), "{input}");
        let export = &results["inputs"]["exports"][0];
        assert_eq!((&export["table"], &export["items"]), (&json!("assets"), &json!(2)), "{input}");
        assert!(export["remarks"][0].as_str().unwrap().starts_with(remark), "{input}: {export}");
        assert_eq!(bare.world.results(&format!("--export {input}")).0, Some(3), "{input}");
    }
}

/// What an interrupted download leaves.
#[test]
fn a_file_of_no_bytes_shows_no_empty_bucket() {
    let bare = Bare::new();
    let (code, _) = bare.world.results("");
    assert_eq!(code, Some(1));
    for name in ["empty.csv", "empty.csv.gz", "empty.parquet", "empty.orc"] {
        bare.world.write(name, "");
        let (code, results) =
            bare.world.results(&format!("--inventory {name} {AT} --schema Bucket,Key --inventory-bucket media"));
        let rules = results["judgement"]["rules"].as_array().unwrap();
        let broken = rules.iter().find(|rule| rule["code"] == "S003").unwrap();
        assert_eq!((code, &broken["findings"]), (Some(3), &json!(1)), "{name}");
    }
    bare.world.write("other.json", json!({ "Contents": { "Key": "video/a1/clip.mp4" } }).to_string());
    let (code, results) = bare.world.results(&format!("--inventory other.json {AT} --inventory-bucket media"));
    let rules = results["judgement"]["rules"].as_array().unwrap();
    assert_eq!((code, &rules.iter().find(|rule| rule["code"] == "S005").unwrap()["findings"]), (Some(3), &json!(1)));
}

/// Its rows count once.
#[test]
fn a_part_that_a_symlink_names_twice_is_told() {
    let bare = Bare::new();
    let symlink = bare.symlink();
    let line = bare.world.read(&symlink);
    bare.world.write(&symlink, line.trim().to_owned() + "\n" + line.trim() + "\n");
    let schema: Vec<&str> = Column::current().iter().map(|column| column.name()).collect();
    let (code, results) = bare.world.results(&format!("--inventory {symlink} {AT} --schema {}", schema.join(",")));
    let rules = results["judgement"]["rules"].as_array().unwrap();
    assert_eq!((code, &rules.iter().find(|rule| rule["code"] == "S010").unwrap()["findings"]), (Some(3), &json!(1)));
    assert_eq!(results["judgement"]["totals"]["objects"], 2);
}

#[test]
fn what_only_the_user_can_tell_is_asked_for() {
    let bare = Bare::new();
    // Nothing says which of the two.
    let two = CONFIGURATION.replace("[placeholder.asset]", "[[bucket]]\nname = \"other\"\n\n[placeholder.asset]");
    bare.world.write("two.toml", two);
    for (arguments, asked) in [
        ("audit --inventory objects.csv.gz", "--schema"),
        ("audit -c two.toml --inventory listing.json", "--inventory-bucket"),
        ("audit --inventory objects.csv.gz --schema Bucket,Size", "Key"),
    ] {
        let ran = bare.world.run(arguments);
        ran.is_refused(2);
        assert!(ran.stderr.contains(asked), "{arguments}: {}", ran.stderr);
    }
}

#[test]
fn a_listing_or_scan_that_goes_on_carries_no_judgement() {
    let bare = Bare::new();
    for (name, field, value) in [
        ("listing.json", "IsTruncated", json!(true)),
        ("scan.json", "LastEvaluatedKey", json!({"asset_id": {"S": "1"}})),
    ] {
        let path = bare.world.path(name);
        let mut page: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        page[field] = value;
        fs::write(&path, page.to_string()).unwrap();
    }
    for arguments in
        [format!("--inventory listing.json {AT}"), "--export scan.json --export-time 2026-11-22T00:30:00Z".to_owned()]
    {
        let (code, results) = bare.world.results(&arguments);
        assert_eq!(code, Some(3), "{arguments}");
        let rules = results["judgement"]["rules"].as_array().unwrap();
        let told = rules.iter().find(|rule| rule["code"] == "S004").unwrap();
        assert_eq!(told["findings"], 1, "{arguments}");
    }
}

#[test]
fn ambiguous_keys_stop_the_audit_until_their_encoding_is_told() {
    let world = World::sound();
    let schema = "--schema Bucket,Key,Size,LastModifiedDate";
    let row = |key: &str| format!("\"media\",\"{key}\",\"1000\",\"2026-11-01T00:00:00.000Z\"\n");
    world.write("mixed.csv", row("video/a1/one%20two.mp4") + &row("video/a1/one+two.mp4"));
    let ran = world.run(&format!("audit --inventory mixed.csv {schema} {AT}"));
    ran.is_refused(2);
    assert!(ran.stderr.contains("--csv-keys form"), "{}", ran.stderr);
    for (keys, expected) in [
        ("form", ["video/a1/one two.mp4", "video/a1/one two.mp4"]),
        ("percent", ["video/a1/one two.mp4", "video/a1/one+two.mp4"]),
        ("none", ["video/a1/one%20two.mp4", "video/a1/one+two.mp4"]),
    ] {
        let ran = world.run(&format!("inspect mixed.csv {schema} --csv-keys {keys} --format json"));
        let described: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
        let rows = described["inventories"][0]["first_rows"].as_array().unwrap();
        let keys_read: Vec<&str> = rows.iter().map(|row| row[0].as_str().unwrap()).collect();
        assert_eq!(keys_read, expected, "{keys}");
    }
}
