//! Parts of many ranges: read ahead in order, or here and there, and broken in the middle.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::backend::{Asked, Fault};
use super::server::Server;
use super::{flags, program_with_credentials, run};
use crate::cli::runner::Ran;
use crate::delivery::{Column, Export, Format, Inventory, ObjectRow, digest};
use crate::fixtures::root;

/// 2026-11-01T01:00:00Z.
const AT: i64 = 1_793_494_800_000;
const ROWS: usize = 24_000;

/// An inventory with one part of some 20 MiB, which no codec makes smaller than a half; gives the part's key.
fn large(server: &Server, format: Format) -> String {
    let row = |number: usize| {
        let noise: String = (0..28).map(|part| digest(&format!("{number}/{part}"))).collect();
        ObjectRow::new(format!("{number:05}/{noise}"), 1, AT)
    };
    let rows: Vec<ObjectRow> = (0..ROWS).map(row).collect();
    let columns = [Column::Bucket, Column::Key, Column::Size, Column::LastModifiedDate];
    let files = Inventory::nightly("media", AT, format, &columns).files(&[rows]);
    server.put_files("inventories", &files);
    let part = files.0.into_iter().find(|(key, _)| key.contains("/data/")).unwrap();
    assert!(part.1.len() > 9 << 20, "too small to be read in several ranges: {}", part.1.len());
    part.0
}

/// What was asked of a part's object.
fn ranges(server: &Server, key: &str) -> Vec<Asked> {
    let requests = server.requests().into_iter();
    requests.filter(|asked| asked.key == key && asked.range != Some((0, 1))).collect()
}

#[test]
fn a_part_of_many_ranges_is_read_whole_and_once() {
    for (format, every) in [(Format::Csv, 2), (Format::Parquet, 2), (Format::Orc, 2)] {
        let server = Server::start();
        let key = large(&server, format);
        server.break_it(Fault::Cut { every });
        let ran = run(&server, &root(), "inspect s3://inventories/");
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(ran.stdout.contains("24 000 rows") || ran.stdout.contains("24,000 rows"), "{}", ran.stdout);
        assert!(ran.stdout.contains("MD5 verified"), "{}", ran.stdout);
        let asked = ranges(&server, &key);
        assert!(asked.len() > 3, "{asked:?}");
        // Whoever opens it asks for its beginning or its end, and from then on for that version alone.
        let size = server.backend().objects("inventories")[&key].len() as u64;
        let opens = |asked: &Asked| {
            asked.range.is_some_and(|(start, end)| start == 0 || start + (1 << 20) == size && end == size)
        };
        assert!(asked.iter().all(|asked| asked.if_match.is_some() || opens(asked)), "{asked:?}");
    }
}

#[test]
fn a_large_columnar_part_without_an_md5_is_kept_aside_and_leaves_nothing() {
    for format in [Format::Parquet, Format::Orc] {
        let server = Server::start();
        let key = large(&server, format);
        server.make_multipart("inventories", &key);
        server.break_it(Fault::Cut { every: 3 });
        let dir = tempfile::tempdir().unwrap();
        let ran = run(&server, dir.path(), "inspect s3://inventories/ --tmp-dir .");
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(ran.stdout.contains("MD5 verified"), "{}", ran.stdout);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let ran = run(&server, dir.path(), "inspect s3://inventories/ --tmp-dir nowhere");
        ran.is_refused(2);
        assert!(ran.stderr.contains("cannot be kept in `nowhere`"), "{}", ran.stderr);
    }
}

#[test]
fn a_part_that_changes_while_it_is_read_is_an_error() {
    for format in [Format::Csv, Format::Parquet, Format::Orc] {
        for deleted in [false, true] {
            let server = Server::start();
            let key = large(&server, format);
            let after = if format == Format::Csv { 2 } else { 3 };
            server.break_it(match deleted {
                false => Fault::Replaced { key: key.clone(), after, bytes: vec![0; 20 << 20].into() },
                true => Fault::Deleted { key: key.clone(), after },
            });
            let ran = run(&server, &root(), "inspect s3://inventories/");
            ran.is_refused(2);
            let expected = format!("error: `s3://inventories/{key}` was replaced or deleted while it was read\n");
            assert!(ran.stderr.starts_with(&expected), "{format:?} {deleted}: {}", ran.stderr);
        }
    }
}

#[test]
fn an_interrupt_in_the_middle_of_a_slow_body_ends_the_program_within_a_second() {
    let server = Server::start();
    let key = large(&server, Format::Csv);
    server.put_files("exports", &Export::full("assets", AT).files(&[Vec::new()]));
    server.break_it(Fault::Stalled { key: key.clone() });
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("stocktake.toml"), crate::cli::runner::CONFIGURATION).unwrap();
    let mut child = program_with_credentials()
        .args(["audit", "--inventory", "s3://inventories/", "--export", "s3://exports/", "--out", "out"])
        .args(flags(&server))
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while ranges(&server, &key).is_empty() && !server.requests().iter().any(|asked| asked.key == key) {
        assert!(child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(30), "it never began");
        thread::sleep(Duration::from_millis(10));
    }
    thread::sleep(Duration::from_millis(300));
    let sent = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = Ran::of(&child.wait_with_output().unwrap(), dir.path());
    let took = sent.elapsed();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(130), "error: interrupted; no file was written\n"));
    assert!(took < Duration::from_secs(1), "it took {took:?}");
    assert!(!dir.path().join("out").exists(), "a folder was made for nothing");
}
