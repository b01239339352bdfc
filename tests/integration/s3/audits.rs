//! An audit of what lies in S3 is the audit of what lies on disk, byte for byte.

use std::collections::BTreeSet;

use super::backend::Fault;
use super::server::Server;
use super::{audit_on_disk, judged_in_s3, portal, run};
use crate::fixtures::{read_below, root};

const WHOLE: [&str; 2] = ["s3://inventories/", "s3://exports/"];

#[test]
fn an_audit_from_s3_is_the_audit_from_disk() {
    for format in ["csv", "parquet", "orc"] {
        let reference = audit_on_disk(format);
        assert!(reference.code == Some(1) && reference.findings.len() > 10_000, "too little to compare");
        let server = portal(format);
        for more in ["--jobs 1", "--jobs 8", "--memory 64KiB"] {
            assert!(judged_in_s3(&server, WHOLE, more) == reference, "{format} {more}");
        }
    }
}

#[test]
fn every_way_to_name_a_delivery_finds_it() {
    let server = portal("csv");
    let reference = audit_on_disk("csv");
    for inventory in [
        "s3://inventories",
        "s3://inventories/manufacturing-line-1",
        "s3://inventories/manufacturing-line-1/nightly/",
        "S3://inventories/manufacturing-line-1/nightly/2026-11-15T01-00Z",
        "s3://inventories/manufacturing-line-1/nightly/2026-11-15T01-00Z/manifest.json",
    ] {
        let judged = judged_in_s3(&server, [inventory, "s3://exports/AWSDynamoDB"], "");
        assert!(judged.findings == reference.findings && judged.code == reference.code, "{inventory}");
    }
}

#[test]
fn a_delivery_is_found_wherever_a_copy_of_it_begins() {
    let reference = audit_on_disk("csv");
    let server = Server::start();
    let during = root().join("edge-cv-portal/during");
    // A key that begins with a slash, and one with two in its middle, are keys like any other.
    for (number, folder) in ["copies/2026", "/slash", "two//slashes"].into_iter().enumerate() {
        let bucket = format!("copies-{number}");
        for (key, bytes) in read_below(&during.join("csv")).0 {
            server.put(&bucket, &format!("{folder}/{key}"), bytes);
        }
        for (key, bytes) in read_below(&during.join("exports")).0 {
            server.put(&bucket, &format!("{folder}/{key}"), bytes);
        }
        let input = format!("s3://{bucket}/{folder}/");
        assert!(judged_in_s3(&server, [&input, &input], "") == reference, "{folder}");
    }
}

#[test]
fn requests_say_who_pays() {
    let server = portal("parquet");
    server.break_it(Fault::Requester);
    assert!(judged_in_s3(&server, WHOLE, "--requester-pays") == audit_on_disk("parquet"));
    let ran = run(&server, &root(), "inspect s3://inventories/");
    ran.is_refused(2);
}

#[test]
fn a_columnar_part_with_another_etag_is_read_once_through_the_disk() {
    for format in ["parquet", "orc"] {
        let server = portal(format);
        let objects = server.backend().objects("inventories").into_keys();
        let parts: Vec<String> = objects.filter(|key| key.ends_with(format)).collect();
        assert!(!parts.is_empty());
        for part in &parts {
            server.make_multipart("inventories", part);
        }
        assert!(judged_in_s3(&server, WHOLE, "") == audit_on_disk(format), "{format}");
    }
}

#[test]
fn nothing_is_asked_for_twice_and_no_data_folder_is_listed() {
    let server = portal("csv");
    judged_in_s3(&server, WHOLE, "--jobs 1");
    let requests = server.requests();
    let listed = requests.iter().filter(|asked| asked.operation == "ListObjectsV2").map(|asked| asked.key.as_str());
    let listed: Vec<&str> = listed.collect();
    assert!(listed.iter().all(|prefix| !prefix.contains("/data/") && !prefix.contains("/hive/")), "{listed:?}");
    assert_eq!(
        listed.len(),
        listed.iter().collect::<BTreeSet<_>>().len() + 1,
        "only the two roots are alike: {listed:?}"
    );
    // The first part is looked for before it is read; every other one is asked for once.
    let of_parts = requests.iter().filter(|asked| asked.key.ends_with(".csv.gz") && asked.range != Some((0, 1)));
    let of_parts: Vec<&str> = of_parts.map(|asked| asked.key.as_str()).collect();
    assert_eq!(of_parts.len(), of_parts.iter().collect::<BTreeSet<_>>().len(), "{of_parts:?}");
}

#[test]
fn an_input_of_the_configuration_may_be_in_s3() {
    let server = portal("csv");
    let dir = tempfile::tempdir().unwrap();
    let portal = std::fs::read_to_string(root().join("edge-cv-portal/stocktake.toml")).unwrap();
    let configuration = portal.replace("\"during/csv\"", "\"s3://inventories/\"");
    let configuration = configuration.replace("\"during/exports\"", "\"s3://exports/\"");
    assert_ne!(portal, configuration);
    std::fs::write(dir.path().join("stocktake.toml"), configuration).unwrap();
    let ran = run(&server, dir.path(), "audit --format text");
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stdout.starts_with("FAIL  Edge CV Portal"), "{}", ran.stdout);
}

#[test]
fn an_inspection_from_s3_is_the_inspection_from_disk() {
    let server = portal("csv");
    for (uri, path) in [("s3://inventories/", "csv"), ("s3://exports/", "exports")] {
        let there = run(&server, &root(), &format!("inspect {uri}"));
        let dir = root().join("edge-cv-portal/during").join(path);
        let here = run(&server, &root(), &format!("inspect {}", dir.display()));
        assert_eq!((there.code, &there.stdout), (here.code, &here.stdout), "{}", there.stderr);
    }
}
