//! What is written where: the set, single files, stdout; and that stdout carries only what was asked for.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::json;

use super::runner::{EXPORT_TIME, INVENTORY_TIME, SET, World, isolated, program};
use crate::delivery::{Column, Format, typed, write_export, write_inventory};

#[test]
fn without_outputs_the_summary_is_printed_and_the_set_goes_to_the_configured_folder() {
    let world = World::sound();
    let ran = world.run("audit");
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.starts_with("PASS  Media\n"), "{}", ran.stdout);
    assert_eq!(world.names("reports"), SET);
    let wrote: Vec<String> = SET.iter().map(|name| format!("wrote [DIR]/reports/{name}\n")).collect();
    assert_eq!(ran.stderr.replace("wrote reports", "wrote [DIR]/reports"), wrote.concat());
}

#[test]
fn without_a_configured_folder_only_the_summary_is_printed() {
    let world = World::sound();
    world.replace("stocktake.toml", "dir = \"reports\"", "");
    let before = world.files();
    let ran = world.run("audit");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.starts_with("PASS"));
    assert_eq!(world.files(), before);
}

#[test]
fn out_takes_the_set_instead_and_the_verdict_is_said_on_stderr() {
    let world = World::dangling();
    let ran = world.run("audit --out some/new/folder");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert_eq!(world.names("some/new/folder"), SET);
    assert_eq!(world.names("reports"), [""; 0]);
    assert!(ran.stderr.starts_with("FAIL: "), "{}", ran.stderr);
}

#[test]
fn single_outputs_have_the_format_of_their_name_or_the_one_given() {
    let world = World::dangling();
    let arguments = "audit -o a.html -o a.md -o a.json -o a.parquet -o a.csv -o a.txt -o md=b.html -o json=c -o text=d=e.json -o ./f=g.md \
                     -o html=-o -o parquet=b.parquet -o worklist=keys.txt --worklist-rule R302";
    let ran = world.run(arguments);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{}", ran.stderr);
    assert_eq!(world.names("reports"), [""; 0]);
    for (file, beginning) in [
        ("a.html", "<!doctype html>"),
        ("-o", "<!doctype html>"),
        ("a.md", "## "),
        ("b.html", "## "),
        ("a.json", "{"),
        ("c", "{"),
        ("f=g.md", "## "),
        ("a.csv", "code,severity,"),
        ("a.txt", "FAIL  "),
        ("d=e.json", "FAIL  "),
        ("keys.txt", ""),
    ] {
        let text = world.read(file);
        assert!(text.to_lowercase().starts_with(&beginning.to_lowercase()), "{file}: {text:.80}");
    }
    let files = world.files();
    assert_eq!(files["a.parquet"], files["b.parquet"]);
    assert!(files["a.parquet"].starts_with(b"PAR1"));
    assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("wrote ")).count(), 13, "{}", ran.stderr);
    assert!(!files.keys().any(|name| name.ends_with(".tmp")));
}

#[test]
fn a_worklist_holds_the_keys_of_its_rule() {
    let world = World::of(&["video/a1/b.mp4", "video/a1/a b.mp4", "video/a2/c.mp4"], &["video/a2/c.mp4"]);
    let ran = world.run("audit -q --format worklist --worklist-rule orphan-object");
    assert_eq!(ran.stdout, "video/a1/a b.mp4\nvideo/a1/b.mp4\n");
}

#[test]
fn a_worklist_is_whole_and_of_a_bucket_that_was_read_or_nothing() {
    let keys = ["video/a1/b.mp4", "video/a1/c\nd.mp4"];
    let world = World::of(&keys, &[]);
    let list = "--format worklist --worklist-rule R302";
    assert_eq!(world.run("audit -q --out out").code, Some(0));
    for command in [format!("audit -q {list}"), format!("report out {list}")] {
        let ran = world.run(&command);
        ran.is_refused(2);
        assert!(ran.stderr.contains("holds a line break"), "{ran:#?}");
    }
    let ran = world.run(&format!("report out {list} --worklist-bucket medai"));
    ran.is_refused(2);
    assert!(
        ran.stderr.contains("no inventory of the bucket `medai` was read\n  help: did you mean `media`?"),
        "{ran:#?}"
    );
    let ran = world.run("report out --format worklist --worklist-rule L201 --worklist-bucket media");
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn a_worklist_of_a_bucket_that_is_not_declared_is_one_of_r305() {
    let world = World::sound();
    let item = |id: &str, uri: &str| typed(&json!({ "asset_id": id, "file": uri }));
    let items = [item("1", "s3://other-bucket/k1"), item("2", "s3://third-bucket/k2")];
    fs::remove_dir_all(world.path("exports")).unwrap();
    write_export(&world.path("exports"), "assets", INVENTORY_TIME, &[items.to_vec()]);
    world.run("audit -q --out out");
    for command in ["audit -q", "report out"] {
        let list = format!("{command} --format worklist --worklist-rule R305 --worklist-bucket third-bucket");
        assert_eq!(world.run(&list).stdout, "k2\n");
    }
}

#[test]
fn a_format_asked_for_is_all_that_is_printed() {
    let world = World::dangling();
    assert_eq!(world.run("audit -q --out out").code, Some(1));
    for (format, file) in [("html", "audit.html"), ("md", "audit.md"), ("json", "results.json")] {
        let ran = world.run(&format!("audit -q --format {format}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{format}");
        assert!(ran.stdout == world.read(&format!("out/{file}")), "{format}: stdout is not what the file holds");
    }
    let parquet = program().args(["audit", "--format", "parquet"]).current_dir(world.dir()).output().unwrap();
    assert_eq!(parquet.stdout, world.files()["out/findings.parquet"]);
    assert!(world.run("audit --format csv").stdout.starts_with("code,severity,"));
    assert_eq!(world.names("reports"), [""; 0]);
}

#[test]
fn stdout_and_files_may_be_asked_for_together() {
    let world = World::sound();
    let ran = world.run("audit --format md -o audit.md --out out");
    assert_eq!(ran.stdout, world.read("audit.md"));
    assert_eq!(world.read("out/audit.md"), world.read("audit.md"));
}

#[test]
fn a_format_that_nobody_knows_is_refused_with_the_nearest() {
    let world = World::sound();
    for (arguments, expected) in [
        ("audit --format jsn", "'--format <NAME>': there is no format `jsn`; did you mean `json`?"),
        ("audit --format pdf", "there is no format `pdf`; it is one of html, md, json, parquet, csv, text, worklist"),
        ("audit -o htlm=audit.html", "there is no format `htlm`; did you mean `html`?"),
        ("audit -o audit.pdf", "write FORMAT=audit.pdf, with one of html, md, json, parquet, csv, text, worklist"),
        ("audit -o md=", "no file stands after `=`"),
        ("audit --fail-on fatal", "it is one of error, warning, note, never"),
        ("audit --phase later", "it is one of before, during, after"),
        ("audit --now yesterday", "write a time as 2026-11-22T06:00:00Z"),
        ("audit --jobs 0", "0 is not in 1..=1024"),
        ("audit --memory much", "write a size as 512MiB or 2GiB"),
        ("audit --memory 0", "write a size as 512MiB or 2GiB"),
        ("audti", "a similar subcommand exists: 'audit'"),
        ("audit --inventroy x", "a similar argument exists: '--inventory'"),
    ] {
        let ran = world.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(expected), "{arguments}: {}", ran.stderr);
    }
}

#[test]
fn quiet_says_nothing_and_verbose_says_more() {
    let world = World::dangling();
    let quiet = world.run("audit -q");
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(1), ""));
    assert!(quiet.stdout.starts_with("FAIL"));
    let [plain, verbose] = ["", "-v"].map(|more| world.run(&format!("audit --out out {more}")).stderr);
    assert!(verbose.contains("reading inventory: 1 rows in "), "{verbose}");
    assert!(verbose.contains("inventory of `media`, made 2026-11-22T01:00:00Z: 1 rows in 1 parts\n"), "{verbose}");
    assert!(verbose.contains("export of `assets`, made 2026-11-22T00:30:00Z: 2 items\n"), "{verbose}");
    assert!(!plain.contains("made "), "{plain}");
}

#[test]
fn messages_are_json_lines_if_asked_for() {
    let world = World::sound();
    let ran = world.run("audit --out out -v --log-format json");
    let levels = ran.stderr.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    assert!(levels.map(|line| line["level"].as_str().unwrap().to_owned()).all(|level| level == "info"));
    assert!(ran.stderr.lines().count() > SET.len());
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let world = World::sound();
    for (arguments, coloured) in
        [("audit -q", false), ("audit -q --color always", true), ("audit -q --color never", false)]
    {
        assert_eq!(world.run(arguments).stdout.contains('\u{1b}'), coloured, "{arguments}");
    }
    let failing = world.run("audit --inventory nowhere --color always");
    assert!(failing.stderr.starts_with("\u{1b}[1m\u{1b}[31merror\u{1b}[0m: "), "{:?}", failing.stderr);
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let world = World::dangling();
    for format in ["text", "html", "json", "csv", "parquet"] {
        let mut child = program()
            .args(["audit", "--format", format, "-o", "audit.md"])
            .current_dir(world.dir())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{format}: {told}");
        assert!(told.starts_with("FAIL: ") && told.ends_with("wrote audit.md\n"), "{format}: {told}");
        assert!(world.path("audit.md").exists(), "{format}");
    }
}

#[test]
fn a_closed_stderr_is_no_failure() {
    let world = World::sound();
    let mut shell = isolated(Command::new("sh"));
    shell.args(["-c", "exec \"$0\" audit --out out 2>&-", env!("CARGO_BIN_EXE_stocktake")]);
    assert_eq!(world.finish(&mut shell).code, Some(0));
    assert_eq!(world.names("out"), SET);
}

#[test]
fn an_earlier_output_is_replaced_by_success_only() {
    let world = World::sound();
    world.write("out/audit.md", "what was there");
    world.replace("stocktake.toml", "\"media\"", "\"stills\"");
    world.run("audit --out out").is_refused(2);
    assert_eq!(world.read("out/audit.md"), "what was there");
    assert_eq!(world.names("out"), ["audit.md"]);
    world.replace("stocktake.toml", "\"stills\"", "\"media\"");
    assert_eq!(world.run("audit --out out").code, Some(0));
    assert!(world.read("out/audit.md").starts_with("## "));
}

#[test]
fn outputs_are_readable_by_whom_their_folder_is_for() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::sound();
    world.run("audit --out out");
    for name in SET {
        let mode = std::fs::metadata(world.path("out").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{name}");
    }
}

#[test]
fn templates_of_ones_own_replace_file_by_file() {
    let world = World::sound();
    world.write("mine/audit.md", "{{ results.judgement.verdict }} of {{ results.configuration.title }}\n");
    assert_eq!(world.run("audit -q --format md --templates mine").stdout.trim_end(), "PASS of Media");
    let html = world.run("audit -q --format html --templates mine").stdout;
    assert!(html.to_lowercase().starts_with("<!doctype html>"));
    world.replace("stocktake.toml", "dir = \"reports\"", "templates = \"mine\"");
    assert_eq!(world.run("audit -q --format md").stdout.trim_end(), "PASS of Media");
}

#[test]
fn paths_of_the_configuration_are_relative_to_it_and_those_of_the_command_line_to_the_caller() {
    let world = World::sound();
    world.write("elsewhere/.keep", "");
    let mut command = program();
    let ran = command.args(["audit", "-c", "../stocktake.toml", "-o", "here.md"]).current_dir(world.path("elsewhere"));
    assert_eq!(ran.output().unwrap().status.code(), Some(0));
    assert_eq!(world.names("elsewhere"), [".keep", "here.md"]);
    let mut command = program();
    command.env("STOCKTAKE_CONFIG", "../stocktake.toml").arg("audit").current_dir(world.path("elsewhere"));
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    assert_eq!(world.names("reports"), SET);
}

/// A night later a delivery and an export began and did not end.
#[test]
fn what_was_passed_over_is_a_warning_whatever_it_is() {
    let world = World::sound();
    assert_eq!(world.run("migrate plan --out plan").code, Some(0));
    let night = 24 * 60 * 60_000;
    let late = write_inventory(
        &world.path("inventory"),
        "media",
        INVENTORY_TIME + night,
        &[],
        Format::Csv,
        &Column::current(),
    );
    fs::remove_file(late.join("manifest.checksum")).unwrap();
    let late = write_export(&world.path("exports"), "assets", EXPORT_TIME + night, &[]);
    fs::remove_file(late.join("manifest-files.json")).unwrap();
    for (command, inventories, exports) in [
        ("audit", 1, 1),
        ("migrate verify --plan plan --before inventory", 2, 1),
        ("migrate verify --plan plan --before inventory --before-export exports", 2, 2),
    ] {
        let ran = world.run(&format!("{command} --now 2026-11-24T00:00:00Z"));
        let warned = |what: &str| {
            let lines =
                ran.stderr.lines().filter(|line| line.starts_with("warning: ") && line.contains("was passed over"));
            lines.filter(|line| line.contains(what)).count()
        };
        assert_eq!(
            (warned("manifest.json"), warned("manifest-summary.json")),
            (inventories, exports),
            "{command}: {ran:#?}"
        );
    }
}
