//! Damaged exports.

use serde_json::{Value, json};

use super::Expected::{Refused, Told};
use super::{Case, Expected, Row};
use crate::cli::runner::{EXPORT_TIME, World};
use crate::delivery::{DataFile, Encoding, Export, compressed, typed};

const KEYS: [&str; 2] = ["video/a1/clip.mp4", "video/a2/clip.mp4"];

/// The sound world with an export of one data file, which `damage` may change, as what the manifest lists.
fn case(what: &'static str, expected: Expected, damage: impl Fn(&Export<'_>, DataFile) -> Vec<DataFile>) -> Case {
    let world = World::of(&KEYS, &[]);
    std::fs::remove_dir_all(world.path("exports")).unwrap();
    let export = Export::full("assets", EXPORT_TIME);
    let items = [0, 1].map(|number| item(&number.to_string(), KEYS[number]));
    export.seal(&damage(&export, export.data_file(0, &items))).write(&world.path("exports"));
    Case { what, world, expected }
}

/// A case of two items in Ion, of which the second has this text.
fn second_record(what: &'static str, expected: Expected, text: &str) -> Case {
    let world = World::of(&KEYS, &[]);
    std::fs::remove_dir_all(world.path("exports")).unwrap();
    let export = Export { encoding: Encoding::Ion, ..Export::full("assets", EXPORT_TIME) };
    let record = |id: &str, file: &str| format!("$ion_1_0 {{Item:{{asset_id:\"{id}\",file:\"{file}\"}}}}\n");
    let text = record("0", &format!("s3://media/{}", KEYS[0])) + &record("1", text);
    export.seal(&[export.data_file_of(0, compressed(text.as_bytes()), 2)]).write(&world.path("exports"));
    Case { what, world, expected }
}

fn item(id: &str, key: &str) -> Value {
    typed(&json!({ "asset_id": id, "file": format!("s3://media/{key}") }))
}

/// A case of three items, of which the second is this line.
fn second_line(what: &'static str, expected: Expected, line: &str) -> Case {
    let around = [("0", KEYS[0]), ("1", KEYS[1])].map(|(id, key)| format!("{{\"Item\":{}}}", item(id, key)));
    let text = format!("{}\n{line}\n{}\n", around[0], around[1]);
    case(what, expected, |export, _| vec![export.data_file_of(0, compressed(text.as_bytes()), 3)])
}

pub(super) fn cases() -> Vec<Case> {
    let rejected = || Told("S005", ".json.gz", Row::Is(2));
    let deep = format!("{}{{\"S\":\"x\"}}{}", "{\"M\":{\"a\":".repeat(100_000), "}}".repeat(100_000));
    let enormous = "x".repeat(16 << 20);
    let with = |value: &str| format!("{{\"Item\":{{\"asset_id\":{{\"S\":\"2\"}},\"file\":{value}}}}}");
    vec![
        case("a flipped bit", Told("S001", ".json.gz", Row::None), |_, mut file| {
            file.bytes.as_mut().unwrap()[9] ^= 1;
            vec![file]
        }),
        case("a cut gzip with its MD5", Told("S003", ".json.gz", Row::Any), |export, file| {
            let bytes = file.bytes.unwrap();
            vec![export.data_file_of(0, bytes[..bytes.len() / 2].to_vec(), 2)]
        }),
        case("a missing file", Told("S002", ".json.gz", Row::None), |_, mut file| {
            file.bytes = None;
            vec![file]
        }),
        case("a wrong item count", Told("S004", ".json.gz", Row::None), |_, mut file| {
            file.items = 3;
            vec![file]
        }),
        second_line("no JSON", rejected(), "{\"Item\":"),
        second_line("not an item", rejected(), "[1]"),
        second_line("an unknown type", rejected(), &with("{\"X\":\"x\"}")),
        second_line("a bad escape", rejected(), &with("{\"S\":\"\\q\"}")),
        second_line("deep JSON", rejected(), &with(&deep)),
        second_record("no Ion", Told("S005", ".ion.gz", Row::Is(2)), "\\q"),
        // At which the general reader panics.
        second_record("an escape for no character", Told("S005", ".ion.gz", Row::Is(2)), "\\U0401F600"),
        second_line(
            "an enormous attribute",
            Told("S003", ".json.gz", Row::Is(1)),
            &with(&format!("{{\"S\":\"{enormous}\"}}")),
        ),
        case("a gzip bomb", Told("S003", ".json.gz", Row::Is(0)), |export, _| {
            vec![export.data_file_of(0, compressed(&b"x".repeat(16 << 20)).repeat(128), 2)]
        }),
        summary("an unknown format", Refused("`AVRO`"), "\"DYNAMODB_JSON\"", "\"AVRO\""),
        summary("a summary cut short", Refused("not the manifest"), "\"outputFormat\":\"DYNAMODB_JSON\"}", ""),
    ]
}

/// A case of another summary, with the checksum that fits it.
fn summary(what: &'static str, expected: Expected, old: &str, new: &str) -> Case {
    let case = case(what, expected, |_, file| vec![file]);
    let name = case.world.files().into_keys().find(|name| name.ends_with("manifest-summary.json")).unwrap();
    case.world.replace(&name, old, new);
    std::fs::remove_file(case.world.path(&name.replace(".json", ".md5"))).unwrap();
    case
}
