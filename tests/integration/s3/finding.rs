//! The newest complete delivery is found by listing, level by level.

use super::run;
use super::server::Server;
use crate::delivery::{Column, Format, Inventory, ObjectRow};
use crate::fixtures::root;

/// 2026-11-01T01:00:00Z.
const FIRST: i64 = 1_793_494_800_000;
const DAY: i64 = 86_400_000;

/// A delivery of each of so many days; the last ones are not complete.
fn deliveries(server: &Server, days: i64, incomplete: i64) {
    for day in 0..days {
        let columns = [Column::Bucket, Column::Key, Column::Size];
        let inventory = Inventory::nightly("media", FIRST + day * DAY, Format::Csv, &columns);
        let row = ObjectRow::new(format!("day-{day}"), 1, FIRST);
        let mut files = inventory.files(&[vec![row]]);
        if day >= days - incomplete {
            files.0.retain(|key, _| !key.ends_with("manifest.checksum"));
        }
        server.put_files("inventories", &files);
    }
}

#[test]
fn the_newest_complete_delivery_is_found_by_listing() {
    let server = Server::start();
    deliveries(&server, 20, 2);
    // Parts of years, and pages that hold three keys.
    for number in 0..50 {
        server.put("inventories", &format!("media/nightly/data/old-{number}.csv.gz"), vec![0]);
    }
    server.backend().set_page(3);
    let dir = tempfile::tempdir().unwrap();
    let ran = run(&server, dir.path(), "inspect s3://inventories/");
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.contains("Key=day-17"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("  passed over").count(), 2, "{}", ran.stdout);
    let requests = server.requests();
    let listed: Vec<&str> = requests
        .iter()
        .filter(|asked| asked.operation == "ListObjectsV2")
        .map(|asked| asked.key.as_str())
        .filter(|prefix| prefix.starts_with("media/nightly/"))
        .collect();
    assert!(!listed.iter().any(|prefix| prefix.contains("data")), "{listed:?}");
    let dated = listed.iter().filter(|prefix| prefix.contains("T01-00Z")).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(dated.len(), 5, "two that are not complete, three that are: {dated:?}");
    let read = requests.iter().filter(|asked| asked.key.ends_with("manifest.json")).count();
    assert!(read <= 10, "manifests of old deliveries are not read: {read}");
}

#[test]
fn where_no_delivery_is_complete_the_newest_counts() {
    let server = Server::start();
    deliveries(&server, 3, 3);
    let ran = run(&server, &root(), "inspect s3://inventories/media/nightly");
    assert!(ran.stdout.contains("Key=day-2"), "{ran:#?}");
    let named = run(&server, &root(), "inspect s3://inventories/media/nightly/2026-11-02T01-00Z/manifest.json");
    assert!(named.stdout.contains("Key=day-1"), "{named:#?}");
}

#[test]
fn a_folder_named_data_above_deliveries_is_searched() {
    let server = Server::start();
    let columns = [Column::Bucket, Column::Key, Column::Size];
    let inventory = Inventory::nightly("media", FIRST, Format::Csv, &columns);
    for (key, bytes) in inventory.files(&[vec![ObjectRow::new("found", 1, FIRST)]]).0 {
        server.put("lake", &format!("data/inventories/{key}"), bytes);
    }
    let ran = run(&server, &root(), "inspect s3://lake/");
    assert!(ran.stdout.contains("Key=found"), "{ran:#?}");
}
