//! A sign-off prints the command that makes it again: what it prints gives the same evidence.

use std::process::Command;

use serde_json::Value;

use super::migrate::{MOVED, list_after, world};
use super::runner::{World, isolated};

/// Runs what a shell takes the command for, and gives the digest of its evidence.
fn digest(world: &World, command: &str) -> String {
    let program = command.replacen("stocktake", env!("CARGO_BIN_EXE_stocktake"), 1);
    let ran = world.finish(isolated(Command::new("sh")).arg("-c").arg(format!("{program} --format json")));
    let results: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{command}: {error}: {ran:#?}"));
    results["evidence_digest"].as_str().unwrap().to_owned()
}

/// The command that every report of a result prints.
fn printed(world: &World, command: &str) -> String {
    let program = command.replacen("stocktake", env!("CARGO_BIN_EXE_stocktake"), 1);
    world.finish(isolated(Command::new("sh")).arg("-c").arg(format!("{program} --out out -q")));
    let signoff = world.read("out/signoff.md");
    let again = signoff.split("Again: `").nth(1).unwrap().split('`').next().unwrap().to_owned();
    for page in ["out/signoff.html", "out/audit.html"] {
        let html = world.read(page).replace("&#x27;", "'").replace("&#39;", "'");
        assert!(html.contains(&format!("<code>{again}")), "{page} does not print {again}");
    }
    again
}

#[test]
fn the_command_that_is_printed_gives_the_same_evidence() {
    let keys = ["video/a1/clip.mp4", "video/a1/", "films/a3/clip.mp4", "stray/x.bin"];
    let world = World::of(&keys, &["video/a1/clip.mp4", "films/a3/clip.mp4"]);
    world.write("after.toml", world.read("stocktake.toml").replace("title = \"Media\"", "title = \"After\""));
    world.run("audit --out known -q");
    world.run("baseline create known --to known.jsonl");
    std::fs::rename(world.path("known.jsonl"), world.path("it's known.jsonl")).unwrap();
    let plain = digest(&world, "stocktake audit");
    for switches in [
        "--phase before",
        "--fail-on warning",
        "--fail-on never",
        "--config after.toml",
        "--max-findings R302=50% --max-findings L201@video=1",
        "--select L --select orphan-object",
        "--ignore R,K",
        "--baseline \"it's known.jsonl\"",
        "--no-checksums",
        "--phase during --fail-on note --ignore L201",
    ] {
        let asked = format!("stocktake audit {switches}");
        let (own, again) = (digest(&world, &asked), printed(&world, &asked));
        assert_ne!(own, plain, "{switches} changes nothing here");
        assert_eq!(digest(&world, &again), own, "{asked} prints {again}");
    }
    // What changes nothing is not printed.
    for switches in ["", "--phase after --fail-on error", "--config stocktake.toml --jobs 1"] {
        assert_eq!(printed(&world, &format!("stocktake audit {switches}")), "stocktake audit");
    }
    // A delivery that says little of itself.
    let told = "stocktake audit --csv-keys percent --accept-implausible --schema 'Bucket, Key'";
    assert_eq!(printed(&world, told), "stocktake audit --accept-implausible --schema 'Bucket, Key' --csv-keys percent");
}

#[test]
fn so_does_the_command_of_a_proof() {
    let world = world();
    assert_eq!(world.run("migrate plan --out plan").code, Some(0));
    list_after(&world, &MOVED);
    world.replace("stocktake.toml", "[\"inventory\"]", "[\"after\"]");
    world.write("done.csv", "media,films/a1/one.mp4,,succeeded,,200,\n");
    let verify = "stocktake migrate verify --plan plan --before inventory";
    let plain = digest(&world, verify);
    for switches in [
        "--phase before",
        "--fail-on never",
        "--ignore M408",
        "--before-export exports",
        "--completion-report done.csv",
        "--phase during --fail-on warning --ignore M405 --before-export exports --completion-report done.csv",
    ] {
        let asked = format!("{verify} {switches}");
        let (own, again) = (digest(&world, &asked), printed(&world, &asked));
        let given = again.replace("PLAN", "plan").replace("BEFORE", "inventory").replace("EXPORT", "exports");
        assert_ne!(own, plain, "{switches} changes nothing here");
        assert_eq!(digest(&world, &given), own, "{asked} prints {again}");
    }
}
