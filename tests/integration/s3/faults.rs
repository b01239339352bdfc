//! What breaks on the way is tried again where it broke; what changed under the reader is an error.

use super::backend::Fault;
use super::{audit_in_s3, audit_on_disk, deliveries, judged_in_s3, portal, run};
use crate::delivery::Files;
use crate::fixtures::root;

const WHOLE: [&str; 2] = ["s3://inventories/", "s3://exports/"];

#[test]
fn throttling_and_broken_bodies_change_nothing() {
    for format in ["csv", "parquet", "orc"] {
        let reference = audit_on_disk(format);
        let server = portal(format);
        server.break_it(Fault::Busy { every: 4 });
        server.break_it(Fault::Cut { every: 3 });
        for more in ["--jobs 1", "--jobs 4"] {
            assert!(judged_in_s3(&server, WHOLE, more) == reference, "{format} {more}");
        }
        let requests = server.requests();
        // What broke off was asked for again from the byte it broke off at, of the same object.
        let resumed = requests.iter().filter(|asked| asked.range.is_some_and(|(start, _)| start > 0));
        assert!(resumed.clone().count() > 2, "{format}: {requests:#?}");
        assert!(resumed.clone().all(|asked| asked.if_match.is_some()), "{format}: {requests:#?}");
    }
}

#[test]
fn a_store_that_stays_busy_is_an_error() {
    let server = portal("csv");
    server.break_it(Fault::Busy { every: 1 });
    let ran = run(&server, &root(), "inspect s3://inventories/manufacturing-line-1/");
    ran.is_refused(2);
    insta::assert_snapshot!(ran.stderr);
}

/// A key of a part of the inventory, not the first, which is looked for before it is read.
fn part(files: &Files) -> String {
    files.0.keys().filter(|key| key.contains("/data/")).nth(1).unwrap().clone()
}

#[test]
fn a_part_that_is_not_there_is_missing_and_not_lost_objects() {
    let server = portal("csv");
    let key = part(&deliveries("csv"));
    server.backend().delete("inventories", &key);
    let (ran, judged) = audit_in_s3(&server, WHOLE, "");
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    let results = judged.unwrap().results;
    assert!(results.contains("S002"), "{results}");
    let told = run(&server, &root(), "inspect s3://inventories/");
    assert!(told.code == Some(3) && told.stdout.contains(&key), "{told:#?}");
}

#[test]
fn a_part_with_other_bytes_is_told_by_its_checksum() {
    for format in ["csv", "parquet", "orc"] {
        let server = portal(format);
        let key = part(&deliveries(format));
        let mut bytes = server.backend().objects("inventories")[&key].to_vec();
        // Of gzip the system that wrote it; of the others a byte of the magic number in front, which the checksum
        // alone notices: their readers begin at the end.
        let at = if format == "csv" { 9 } else { 2 };
        bytes[at] ^= 1;
        server.put("inventories", &key, bytes);
        let (ran, judged) = audit_in_s3(&server, WHOLE, "");
        assert_eq!(ran.code, Some(3), "{ran:#?}");
        assert!(judged.unwrap().results.contains("S001"), "{format}");
    }
}
