//! Whatever is read from disk is read from S3: inputs without a manifest, Ion, and chains of exports.

use serde_json::{Value, json};

use super::server::Server;
use super::{deliveries, run};
use crate::delivery::{Encoding, Export, Files, typed};
use crate::fixtures::{read_below, root};

/// 2026-11-22T00:00:00Z.
const START: i64 = 1_795_305_600_000;
const HOUR: i64 = 3_600_000;

/// Inspects what the same files hold, given by the same name in S3 and on disk.
#[track_caller]
fn same(files: &Files, input: &str, more: &str) -> String {
    let (server, dir) = (Server::start(), tempfile::tempdir().unwrap());
    server.put_files("lake", files);
    files.write(dir.path());
    let there = run(&server, dir.path(), &format!("inspect s3://lake/{input} {more}"));
    let here = run(&server, dir.path(), &format!("inspect ./{input} {more}"));
    assert_eq!((there.code, &there.stdout), (here.code, &here.stdout), "{input}: {}", there.stderr);
    assert!(here.code == Some(0) || here.code == Some(3), "{here:#?}");
    here.stdout
}

/// One file alone, under another name.
fn alone(files: &Files, ending: &str, name: &str) -> Files {
    let (_, bytes) = files.0.iter().find(|(key, _)| key.ends_with(ending)).unwrap();
    Files([(name.to_owned(), bytes.clone())].into())
}

#[test]
fn data_files_without_a_manifest() {
    for (format, ending) in [("csv", ".csv.gz"), ("parquet", ".parquet"), ("orc", ".orc")] {
        let file = alone(&deliveries(format), ending, &format!("objects{ending}"));
        let schema = if format == "csv" { "--schema Bucket,Key,VersionId" } else { "" };
        let told = same(&file, &format!("objects{ending}"), schema);
        assert!(told.contains("manufacturing-line-1"), "{told}");
    }
    let exports = read_below(&root().join("edge-cv-portal/during/exports"));
    same(&alone(&exports, ".json.gz", "items.json.gz"), "items.json.gz", "--export-table jobs");
}

#[test]
fn listings_scans_and_lists_for_hive() {
    let listing =
        json!({ "Contents": [{ "Key": "a/b", "Size": 7 }, { "Key": "a/c", "Size": 8 }], "RequestCharged": null });
    let scan = json!({ "Items": [typed(&json!({ "id": "a" }))], "Count": 1, "ScannedCount": 1 });
    let mut files = Files::default();
    files.insert("listing.json", listing.to_string());
    files.insert("scan.json", scan.to_string());
    assert!(same(&files, "listing.json", "--inventory-bucket media").contains("a/c"));
    assert!(same(&files, "scan.json", "--export-table jobs").contains("jobs"));
    let mut hive = deliveries("parquet");
    let parts: Vec<String> = hive.0.keys().filter(|key| key.ends_with(".parquet")).cloned().collect();
    let text: String = parts.iter().map(|key| format!("s3://inventories/{key}\n")).collect();
    let list = "manufacturing-line-1/nightly/hive/dt=2026-11-15-01-00/symlink.txt";
    hive.insert(list, text);
    assert!(same(&hive, list, "").contains(&parts[2]));
}

#[test]
fn chains_of_exports_in_both_encodings() {
    let mut files = Export::full("jobs", START).files(&[vec![typed(&json!({ "id": "a" }))]]);
    let change: Value = json!({ "Keys": { "id": { "S": "a" } }, "NewImage": { "id": { "S": "a" } } });
    for (number, encoding) in (0..).zip(Encoding::ALL) {
        let [from, to] = [number, number + 1].map(|hour| START + hour * HOUR);
        let export = Export { encoding, ..Export::incremental("jobs", from, to) };
        files.0.extend(export.files(&[vec![change.clone()]]).0);
    }
    let told = same(&files, "", "");
    assert!(told.matches("Incremental").count() >= Encoding::ALL.len(), "{told}");
}
