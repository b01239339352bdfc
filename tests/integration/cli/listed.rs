//! What an inventory of some prefixes says of references into the rest of its bucket.

use serde_json::json;

use super::runner::{CONFIGURATION, EXPORT_TIME, World};
use crate::delivery::{typed, write_export};

#[test]
fn what_an_inventory_cannot_list_is_outside_and_not_dangling() {
    for (attribute, location, outcome) in [
        ("file", "s3://media/video/a1/clip.mp4", "resolved"),
        ("file", "s3://media/video/a1/none.mp4", "dangling"),
        ("file", "s3://media/video", "outside"),
        ("file", "s3://media/vid", "outside"),
        ("file", "s3://media/elsewhere", "outside"),
        // What ends in a slash may be a prefix.
        ("file", "s3://media/video/", "resolved"),
        ("file", "s3://media/films/", "outside"),
        ("below", "s3://media/video/a1", "resolved"),
        ("below", "s3://media/video/a1/none", "dangling"),
        ("below", "s3://media/video", "resolved"),
        ("below", "s3://media/", "resolved"),
        ("below", "s3://media/vid", "outside"),
        ("below", "s3://media/films", "outside"),
        ("below", "s3://media/elsewhere", "outside"),
    ] {
        let world = World::of(&["video/a1/clip.mp4"], &[]);
        let confined = "name = \"media\"\ninventory_prefixes = [\"video/a1/\", \"films/old/\"]\n";
        let below = "[[table.reference]]\nattribute = \"below\"\nkind = \"prefix\"\n";
        world.write("stocktake.toml", CONFIGURATION.replacen("name = \"media\"\n", confined, 1) + below);
        let item = typed(&json!({ "asset_id": "0", attribute: location }));
        write_export(&world.path("records"), "assets", EXPORT_TIME, &[vec![item]]);
        let (_, results) = world.results("--export records");
        let outcomes = results["judgement"]["classes"]["outcome"].as_array().unwrap();
        let found = outcomes.iter().find(|count| count["references"] == 1).unwrap();
        assert_eq!(found["outcome"], outcome, "{attribute}: {location}");
        let rules = results["judgement"]["rules"].as_array().unwrap();
        let misplaced = rules.iter().find(|rule| rule["code"] == "R308").unwrap();
        assert_eq!(misplaced["findings"], 0, "{attribute}: {location}");
    }
}
