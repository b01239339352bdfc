//! The recipes of the README, run as they stand there: with the program on the `PATH`, and an `aws` that copies files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::runner::{Ran, SET, World, isolated};
use crate::codegen::tool;
use crate::readme::{block, readme};

/// `aws s3 sync FROM TO`: takes a delivery from the world's folders, and notes what it was asked.
const AWS: &str = r#"#!/usr/bin/env bash
set -euo pipefail
echo "$*" >> aws.log
from="${@: -2:1}" to="${@: -1}"
case "$from" in
  s3://exports/*) mkdir -p "$to" && cp -r exports/. "$to" ;;
  s3://*) mkdir -p "$to" && cp -r inventory/. "$to" ;;
  *) test -d "$from" ;;
esac
"#;

/// Runs a script in a world, as a user would.
fn run(world: &World, script: &str, variables: &[(&str, &str)]) -> Ran {
    world.write("bin/aws", AWS);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(world.path("bin/aws"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    world.write("script", script);
    let program = Path::new(env!("CARGO_BIN_EXE_stocktake")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{}:{path}", world.path("bin").display(), program.display());
    let mut command = isolated(Command::new("bash"));
    command.arg("script").env("PATH", path).envs(variables.iter().copied());
    world.finish(&mut command)
}

const PLACES: [(&str, &str); 3] = [
    ("INVENTORY", "s3://inventories/media/nightly"),
    ("EXPORTS", "s3://exports/AWSDynamoDB"),
    ("REPORTS", "s3://reports"),
];

/// A world whose configuration reads what the scripts fetch.
fn fetching(world: World) -> World {
    world.replace("stocktake.toml", "[\"inventory\"]", "[\"deliveries/my-bucket\"]");
    world.replace("stocktake.toml", "[\"exports\"]", "[\"deliveries/exports\"]");
    world
}

#[test]
fn the_nightly_script_fetches_audits_keeps_and_exits_as_the_audit_does() {
    let script = block("bash", "Fetches the newest deliveries");
    for (world, code) in [(World::sound(), 0), (World::dangling(), 1), (World::incomplete(), 3)] {
        let world = fetching(world);
        let ran = run(&world, &script, &PLACES);
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        let day = &world.names("reports")[0];
        assert!(day.starts_with("20") && world.names("reports").len() == SET.len(), "{:?}", world.names("reports"));
        let log = world.read("aws.log");
        let asked: Vec<&str> = log.lines().collect();
        assert_eq!(asked.len(), 3, "{log}");
        assert_eq!(asked[0], "s3 sync --only-show-errors s3://inventories/media/nightly deliveries/my-bucket");
        assert!(asked[2].starts_with("s3 sync --only-show-errors reports/20"), "{log}");
    }
    let ran = run(&World::sound(), &script, &PLACES[..2]);
    assert!(ran.code != Some(0) && ran.stderr.contains("REPORTS: as s3://reports"), "{ran:#?}");
}

/// The commands of a workflow, in order.
fn steps(workflow: &str) -> Vec<String> {
    let commands = workflow.lines().filter_map(|line| line.trim().strip_prefix("- run: "));
    commands.map(str::to_owned).collect()
}

#[test]
fn the_nightly_workflow_shows_the_report_and_fails_as_the_audit_does() {
    let workflow = block("yaml", "name: nightly audit");
    assert_eq!(steps(&workflow).len(), 3);
    let world = fetching(World::dangling());
    let variables = [&PLACES[..], &[("GITHUB_STEP_SUMMARY", "summary.md")]].concat();
    let ran = run(&world, &format!("set -e\n{}\n", steps(&workflow).join("\n")), &variables);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(world.read("summary.md").contains("FAIL: Media") && world.path("reports/audit.html").exists());
}

#[test]
fn the_workflow_of_derived_files_tells_a_stale_one() {
    let workflow = block("yaml", "name: derived files");
    let world = World::sound();
    world.write("STRUCTURE.md", "# Ours\n<!-- stocktake docs: begin -->\n<!-- stocktake docs: end -->\n");
    let renewed = steps(&workflow).join("\n").replace(" --check", "");
    assert_eq!(run(&world, &format!("set -e\n{renewed}\n"), &[]).code, Some(0));
    let checks = steps(&workflow);
    assert_eq!(checks.len(), 4);
    for check in &checks {
        assert_eq!(run(&world, check, &[]).code, Some(0), "{check}");
    }
    world.replace("stocktake.toml", "path = \"video/{asset}/**\"", "path = \"video/{asset}/**\"\nabout = \"Films.\"");
    for check in &checks[1..] {
        assert_eq!(run(&world, check, &[]).code, Some(1), "{check}");
    }
}

#[test]
fn what_is_signed_can_be_made_again() {
    let world = World::sound();
    let script = format!(
        "set -e\n{}sha256sum --version > /dev/null && cd signed && sha256sum -c ../signed.sha256",
        block("bash", "evidence_digest")
    );
    let ran = run(&world, &script, &[("AS_OF", "2026-11-22T06:00:00Z")]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(ran.stdout.matches(": OK").count(), 5, "{ran:#?}");
    let html = world.read("signed/audit.html");
    for section in ["What was read", "Requirements", "Not checked, and why"] {
        assert!(html.contains(section), "the report has no {section}");
    }
}

#[test]
fn the_first_audit_goes_as_it_says() {
    let world = World::sound();
    fs::remove_file(world.path("stocktake.toml")).unwrap();
    let ran = run(&world, &format!("set -e\n{}", block("sh", "stocktake init --from")), &[]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(world.read("stocktake.toml").contains("path = \"video/"), "{}", world.read("stocktake.toml"));
    assert!(world.path("reports/audit.html").exists());
}

#[test]
fn the_commands_about_paths_print_what_they_show() {
    let shown = block("console", "$ stocktake path build");
    let mut asked = 0;
    for part in shown.split("$ stocktake ").skip(1) {
        let (arguments, printed) = part.split_once('\n').unwrap();
        let mut command = super::runner::program();
        command.args(arguments.split_whitespace()).current_dir(env!("CARGO_MANIFEST_DIR"));
        let run = command.env("STOCKTAKE_CONFIG", "fixtures/edge-cv-portal/stocktake.toml").output().unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stdout), printed, "{arguments}");
        asked += 1;
    }
    assert_eq!(asked, 3);
}

#[test]
fn the_code_that_uses_a_module_runs() {
    let Some(python) = tool("python3") else { return };
    let world = World::empty();
    let fixture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/edge-cv-portal/stocktake.toml");
    let ran = world.run(&format!("codegen python -c {} -o portal_paths.py", fixture.display()));
    assert_eq!(ran.code, Some(0));
    world.write("use.py", block("python", "from portal_paths import"));
    let ran = world.finish(isolated(Command::new(python)).arg("use.py"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    if let Some(mypy) = tool("mypy") {
        let ran = world.finish(isolated(Command::new(mypy)).args(["--strict", "--cache-dir", "types", "use.py"]));
        assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    }
}

#[test]
fn what_other_systems_read_is_well_formed() {
    let schedule: serde_json::Value = serde_json::from_str(&block("json", "ScheduleExpression")).unwrap();
    assert_eq!(schedule["ScheduleExpression"], "cron(0 6 * * ? *)");
    let image = block("dockerfile", "ENTRYPOINT");
    for line in image.lines().filter(|line| !line.is_empty()) {
        let instruction = line.split(' ').next().unwrap();
        assert!(["FROM", "WORKDIR", "COPY", "RUN", "ENTRYPOINT"].contains(&instruction), "{line}");
    }
    let text = readme();
    let units: Vec<&str> = text.split("```ini\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(units.len(), 2);
    for unit in units {
        for line in unit.lines().filter(|line| !line.is_empty()) {
            let is_head = line.starts_with('[') && line.ends_with(']');
            assert!(
                is_head || line.split_once('=').is_some_and(|(name, _)| name.chars().all(char::is_alphabetic)),
                "{line}"
            );
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let ini = |mark: &str| block("ini", mark);
    fs::write(
        folder.path().join("stocktake.service"),
        ini("ExecStart").replace("/usr/local/bin/nightly-audit", "/bin/true"),
    )
    .unwrap();
    fs::write(folder.path().join("stocktake.timer"), ini("OnCalendar")).unwrap();
    if Command::new("systemd-analyze").arg("--version").output().is_ok_and(|run| run.status.success()) {
        let units = ["stocktake.service", "stocktake.timer"].map(|name| folder.path().join(name));
        let run = Command::new("systemd-analyze").arg("verify").args(units).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn a_move_is_planned_and_proved_as_it_says() {
    let world = World::of(&["films/a1/one.mp4"], &[]);
    let script = format!("set -e\n{}", block("bash", "stocktake migrate plan"));
    // Nothing is moved yet, which is what `during` is for.
    let places = [("BEFORE", "inventory"), ("AFTER", "inventory"), ("EXPORTS", "exports")];
    let ran = run(&world, &script, &places);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(world.path("plan/MIGRATION.md").exists() && world.path("proof/signoff.html").exists());
}
