//! A disk that fills while outputs are written: told, and nothing is left half-written.

use std::process::Command;

use super::runner::{Ran, World, isolated};

/// Audits with files limited to one block.
fn audit_on_a_full_disk(world: &World, arguments: &str) -> Ran {
    let mut shell = isolated(Command::new("sh"));
    shell.args(["-c", "ulimit -f 1; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_stocktake"), "audit", "--tmp-dir", "tmp"]);
    world.finish(shell.args(arguments.split_whitespace()))
}

#[track_caller]
fn assert_is_full(ran: &Ran, place: &str) {
    ran.is_refused(74);
    let expected = format!(
        "error: this output cannot be written\n  --> {place}\n  caused by: File too large (os error 27)\n  help: make \
         room, or write to another disk\n"
    );
    assert_eq!(ran.stderr, expected);
}

#[test]
fn nothing_is_left_half_written() {
    for (arguments, place) in [
        ("-o audit.html", "audit.html"),
        ("-o audit.md", "audit.md"),
        ("-o results.json", "results.json"),
        ("-o findings.parquet", "findings.parquet"),
        ("-o parquet=a.parquet -o parquet=b.parquet", "b.parquet"),
        ("-o findings.csv", "tmp"),
        ("--format csv", "tmp"),
        ("--out out", "out/folders.parquet"),
        ("", "reports/folders.parquet"),
    ] {
        let world = World::dangling();
        world.write("tmp/.keep", "");
        let before = world.files();
        let ran = audit_on_a_full_disk(&world, arguments);
        assert_is_full(&ran, place);
        assert_eq!(world.files(), before, "{arguments}");
    }
}

#[test]
fn what_does_not_fit_in_memory_nor_on_the_disk_is_told_of_the_folder_for_temporary_files() {
    let keys: Vec<String> = (0..2_000).map(|number| format!("video/a{number}/clip.mp4")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let world = World::of(&keys, &keys);
    world.write("tmp/.keep", "");
    let before = world.files();
    assert_is_full(&audit_on_a_full_disk(&world, "-o results.json --memory 1"), "tmp");
    assert_eq!(world.files(), before);
}

#[test]
fn an_earlier_output_is_kept() {
    let world = World::dangling();
    assert_eq!(world.run("audit --out out -q").code, Some(1));
    let before = world.files();
    world.write("tmp/.keep", "");
    audit_on_a_full_disk(&world, "--out out").is_refused(74);
    let mut after = world.files();
    after.remove("tmp/.keep");
    assert_eq!(after, before);
}
