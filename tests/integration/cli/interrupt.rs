//! Ctrl-C: the program ends within a second, says so, and leaves nothing half-written.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use stocktake::model::{Finding, Severity, Subject};
use stocktake::results::findings::FindingsWriter;

use super::runner::{INVENTORY_TIME, Ran, World, program};
use crate::delivery::{Column, Format, Inventory};

/// Rows of a part, and parts that say the same: enough that nobody reads them in a moment.
const ROWS: usize = 100_000;
const PARTS: usize = 200;
/// Findings that nobody renders in a moment.
const FINDINGS: u64 = 400_000;

/// A world whose inventory takes long to read.
fn endless() -> World {
    let world = World::sound();
    fs::remove_dir_all(world.path("inventory")).unwrap();
    let columns = [Column::Bucket, Column::Key, Column::Size, Column::LastModifiedDate];
    let inventory = Inventory::nightly("media", INVENTORY_TIME, Format::Csv, &columns);
    let rows: String = (0..ROWS)
        .map(|row| format!("\"media\",\"video/a{}/{row}.mp4\",\"1\",\"2026-11-01T00:00:00.000Z\"\n", row / 100))
        .collect();
    let part = inventory.part_of_text(0, &rows);
    let parts: Vec<_> = (0..PARTS)
        .map(|number| {
            let mut copy = part.clone();
            copy.key = part.key.replace(".csv.gz", &format!("-{number}.csv.gz"));
            copy
        })
        .collect();
    inventory.seal(&parts).write(&world.path("inventory"));
    world.write("tmp/.keep", "");
    world.write("out/audit.md", "what was there");
    world
}

/// Waits until the program has opened its outputs in this folder, which it does before it reads.
fn wait_for_outputs(world: &World, out: &str, child: &mut Child) {
    let begun = Instant::now();
    while !world.path(out).is_dir() || world.names(out).len() < 6 {
        assert!(child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(20), "it never began");
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(300));
}

#[test]
fn an_interrupt_ends_the_program_within_a_second_and_leaves_nothing() {
    let world = endless();
    let before = world.files();
    for (signal, out) in [("-INT", "out"), ("-TERM", "out"), ("-HUP", "out"), ("-INT", "new/below")] {
        let mut child = program()
            .args(["audit", "--out", out, "-o", "findings.csv", "--tmp-dir", "tmp", "--format", "json"])
            .current_dir(world.dir())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for_outputs(&world, out, &mut child);
        let sent = Instant::now();
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        let took = sent.elapsed();
        let ran = Ran::of(&output, world.dir());
        ran.is_refused(130);
        assert_eq!(ran.stderr, "error: interrupted; no file was written\n", "{signal}");
        assert!(took < Duration::from_secs(1), "{signal}: it took {took:?}");
        assert!(world.files() == before, "{signal}: left {:?}", world.files().keys());
        assert!(!world.path("new").exists(), "a folder was made for nothing");
    }
}

/// A format that reads all findings by itself looks at the flag as well.
#[test]
fn an_interrupted_report_leaves_nothing() {
    let world = World::sound();
    assert_eq!(world.run("audit --out audited -q").code, Some(0));
    let mut findings = FindingsWriter::new(fs::File::create(world.path("audited/findings.parquet")).unwrap()).unwrap();
    for row in 0..FINDINGS {
        let finding = Finding::new("S005", Severity::Inconclusive, Subject::Source);
        findings.push(&Finding { file: Some("part-0.csv.gz".into()), row: Some(row), ..finding }).unwrap();
    }
    findings.finish().unwrap();
    let before = world.files();
    for output in ["findings.csv", "findings.xml", "findings.parquet"] {
        let mut child = program()
            .args(["report", "audited", "-o", output])
            .current_dir(world.dir())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while world.names(".").len() == before.len() {
            assert!(child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(20), "it never began");
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(Duration::from_millis(200));
        let sent = Instant::now();
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let ran = Ran::of(&child.wait_with_output().unwrap(), world.dir());
        let took = sent.elapsed();
        ran.is_refused(130);
        assert_eq!(ran.stderr, "error: interrupted; no file was written\n", "{output}");
        assert!(took < Duration::from_secs(1), "{output}: it took {took:?}");
        assert!(world.files() == before, "{output}: left {:?}", world.files().keys());
    }
}

#[test]
fn an_interrupted_plan_leaves_nothing() {
    let world = endless();
    let before = world.files();
    let mut child = program()
        .args(["migrate", "plan", "--out", "plan", "--tmp-dir", "tmp"])
        .current_dir(world.dir())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !fs::read_dir(world.dir())
        .unwrap()
        .any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with(".plan."))
    {
        assert!(child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(20), "it never began");
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(300));
    let sent = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = Ran::of(&child.wait_with_output().unwrap(), world.dir());
    let took = sent.elapsed();
    ran.is_refused(130);
    assert!(took < Duration::from_secs(1), "it took {took:?}");
    assert!(world.files() == before, "left {:?}", world.files().keys());
    assert!(
        !fs::read_dir(world.dir()).unwrap().any(|entry| entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .contains(".plan."))
    );
}
