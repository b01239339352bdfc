//! A system that lets a program open few files: what goes to disk meanwhile must not take one for each time.

use std::fs;
use std::process::Command;

use super::runner::{WRITTEN_AT, World, isolated};
use crate::delivery::{Column, ObjectRow};

/// How many files may be open.
const FILES: usize = 48;
/// Parts, each of which has more folders than fit in the least memory.
const PARTS: usize = 80;
const FOLDERS: usize = 320;

/// Folders with long names, some of which occur in several parts.
fn many_folders() -> World {
    let row = |folder: usize| {
        let name = format!("{folder:05}-{}", "long".repeat(40));
        ObjectRow::new(format!("video/{name}/clip.mp4"), folder as u64, WRITTEN_AT)
    };
    let parts: Vec<Vec<ObjectRow>> =
        (0..PARTS).map(|part| (part * FOLDERS * 3 / 4..).take(FOLDERS).map(row).collect()).collect();
    World::of_rows(&parts, &Column::current(), &[])
}

#[test]
fn an_audit_that_may_open_few_files_says_the_same_whatever_goes_to_disk() {
    let world = many_folders();
    let audit = |limit: &str, arguments: &str| {
        let mut shell = isolated(Command::new("sh"));
        let command = format!("{limit} exec \"$0\" audit --accept-implausible --jobs 1 {arguments}");
        let ran = world.finish(shell.args(["-c", &command, env!("CARGO_BIN_EXE_stocktake")]));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    };
    audit("", "--out all");
    audit(&format!("ulimit -n {FILES};"), "--out few --memory 1");
    for file in ["folders.parquet", "findings.parquet"] {
        let read = |out: &str| fs::read(world.path(out).join(file)).unwrap();
        assert!(read("few") == read("all"), "{file}");
    }
}
