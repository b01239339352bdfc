//! What `inspect` says of every kind of input, as text and as JSON.

use serde_json::{Value, json};

use super::runner::{INVENTORY_TIME, WRITTEN_AT, World};
use crate::delivery::{Column, Format, Inventory, ObjectRow, write_inventory};

/// A world with an input of every kind.
fn world() -> World {
    let world = World::sound();
    let columns = Column::current();
    let rows =
        [ObjectRow::new("video/a1/clip.mp4", 1_000, WRITTEN_AT), ObjectRow::new("video/é b/x.mp4", 0, WRITTEN_AT)];
    for (format, name) in [(Format::Parquet, "parquet"), (Format::Orc, "orc")] {
        write_inventory(&world.path(name), "media", INVENTORY_TIME, &[rows.to_vec()], format, &columns);
        let inventory = Inventory::nightly("media", INVENTORY_TIME, format, &columns);
        world.write(&format!("objects.{name}"), inventory.part(0, &rows).bytes.unwrap());
    }
    world.write("objects.csv", "media,video%2Fa1%2Fclip.mp4,1E+3,blue\nmedia,video/a1,5,red\n");
    let object = json!({ "Key": "a b", "Size": 3, "LastModified": "2026-11-01T00:00:00+00:00", "ETag": "\"e\"" });
    world.write("listing.json", json!({ "Contents": [object] }).to_string());
    world.write("scan.json", json!({ "Items": [{ "asset_id": { "S": "1" } }], "Count": 2 }).to_string());
    world
}

#[test]
fn each_kind_of_input_is_described() {
    let world = world();
    let mut said = String::new();
    for (arguments, code) in [
        ("inventory", 0),
        ("parquet", 0),
        ("orc", 0),
        ("exports", 0),
        ("objects.csv --schema Bucket,Key,Size,Colour", 0),
        ("objects.parquet --inventory-time 2026-11-22T01:00:00Z", 0),
        ("objects.orc", 0),
        ("listing.json --inventory-bucket media", 0),
        ("scan.json --export-table assets", 3),
    ] {
        let ran = world.run(&format!("inspect {arguments}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(code), ""), "{arguments}: {}", ran.stdout);
        said += &format!("$ stocktake inspect {arguments}\n{}", ran.stdout);
        // The JSON tells the same facts.
        let json = world.run(&format!("inspect {arguments} --format json")).stdout;
        let described: Value = serde_json::from_str(&json).unwrap();
        let [inventories, exports] = ["inventories", "exports"].map(|kind| described[kind].as_array().unwrap().len());
        assert_eq!(inventories + exports, 1, "{arguments}");
        let defects = described.pointer("/inventories/0/defects").or(described.pointer("/exports/0/defects")).unwrap();
        assert_eq!(defects.as_array().unwrap().is_empty(), code == 0, "{arguments}: {defects}");
    }
    insta::assert_snapshot!(said);
}

#[test]
fn json_has_the_parts_the_columns_and_the_first_rows() {
    let ran = world().run("inspect parquet --format json");
    let described: Value = serde_json::from_str(&ran.stdout).unwrap();
    let inventory = &described["inventories"][0];
    assert_eq!((&inventory["format"], &inventory["origin"]), (&json!("parquet"), &json!("manifest")));
    assert_eq!((&inventory["bucket"], &inventory["rows"]), (&json!("media"), &json!(2)));
    assert_eq!(inventory["created_at"], "2026-11-22T01:00:00Z");
    let part = &inventory["parts"][0];
    assert_eq!((&part["compression"], &part["verified"], &part["rows"]), (&json!("snappy"), &json!(true), &json!(2)));
    assert_eq!(inventory["first_rows"][1][0], "video/é b/x.mp4");
}
