//! What cannot be audited: one message that says what, where and how to mend it, exit 2, and nothing is left behind.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::runner::{INVENTORY_TIME, WRITTEN_AT, World, isolated, program};
use crate::delivery::{Column, Format, ObjectRow, write_inventory};

/// A sound world made unfit, and the arguments that then fail.
type Case = (&'static str, fn(&World), &'static str);

const CASES: &[Case] = &[
    ("a configuration that is not there", |_| {}, "audit -c nowhere.toml"),
    (
        "a configuration that cannot be understood",
        |world| world.replace("stocktake.toml", "title =", "titel ="),
        "audit",
    ),
    ("an inventory that is not there", |_| {}, "audit --inventory nowhere"),
    ("an export that is not there", |_| {}, "audit --export nowhere"),
    ("no inventory at all", |world| world.replace("stocktake.toml", r#"["inventory"]"#, "[]"), "audit"),
    (
        "a file that is no manifest",
        |world| world.write("notes.json", "to do: everything"),
        "audit --inventory notes.json",
    ),
    ("JSON that is no manifest", |world| world.write("notes.json", "{\"todo\": []}"), "audit --inventory notes.json"),
    ("a folder without a manifest", |world| world.write("notes/todo.txt", "everything"), "audit --inventory notes"),
    ("an inventory where exports are asked for", |_| {}, "audit --export inventory"),
    ("an inventory of another bucket", |world| world.replace("stocktake.toml", "\"media\"", "\"stills\""), "audit"),
    ("exports of other tables only", |world| world.replace("stocktake.toml", "\"assets\"", "\"films\""), "audit"),
    ("exports of one table in two regions", export_elsewhere, "audit --export exports --export elsewhere"),
    (
        "an export of a table and a scan of it",
        |world| world.write("scan.json", r#"{"Items": [], "Count": 0, "ScannedCount": 0}"#),
        "audit --export exports --export scan.json --export-table assets",
    ),
    ("inputs from the future", |_| {}, "audit --now 2026-11-21T00:00:00Z"),
    ("an inventory that is not on this machine", |_| {}, "audit --offline --inventory s3://deliveries/media/"),
    ("templates that are not there", |_| {}, "audit --templates nowhere"),
    ("a template that is a folder", |world| world.write("mine/audit.html/x", ""), "audit --templates mine --out new"),
    (
        "a template that is no text",
        |world| world.write("mine/audit.html", [0xff, 0xfe]),
        "audit --templates mine --out new",
    ),
    (
        "a template that is no template",
        |world| world.write("mine/audit.html", "{% if %}"),
        "audit --templates mine --out new",
    ),
    (
        "a template with an unknown name",
        |world| world.write("mine/audit.md", "{{ nobody }}"),
        "audit --templates mine --out new",
    ),
    ("a rule that nobody knows", |_| {}, "audit --ignore dangling-referense"),
    ("an S-rule ignored", |_| {}, "audit --ignore S002"),
    ("a worklist of an unknown rule", |_| {}, "audit -o worklist=keys.txt --worklist-rule L999"),
    ("a worklist of no rule", |_| {}, "audit -o worklist=keys.txt"),
    (
        "a worklist of an undeclared bucket",
        |_| {},
        "audit --format worklist --worklist-rule R302 --worklist-bucket medai",
    ),
    ("an output in a folder that is not there", |_| {}, "audit -o nowhere/audit.html"),
    ("an output that is a folder", |_| {}, "audit -o html=inventory"),
    ("an output folder below a file", |_| {}, "audit --out stocktake.toml/reports"),
    ("an output folder that is a file", |_| {}, "audit --out stocktake.toml"),
    ("a folder for temporary files that is not there", |_| {}, "audit --format csv --tmp-dir nowhere"),
    ("a rule's page that there is not", |_| {}, "rules nonsense"),
    ("a preset that there is not", |_| {}, "init --preset edge-cv-portl --to new.toml"),
    ("a name that is no bucket's", |_| {}, "init --bucket My! --to new.toml"),
    ("folders before any audit", |_| {}, "path list"),
    (
        "folders of an audit that wrote them to S3",
        |world| world.replace("stocktake.toml", "\"reports\"", "\"s3://reports/media\""),
        "path list",
    ),
    (
        "columns without the key",
        |world| world.write("objects.csv", "media,2\n"),
        "inspect objects.csv --schema Bucket,Size",
    ),
    ("a configuration that is already there", |_| {}, "init"),
    ("an input that is not there", |_| {}, "inspect nowhere"),
    ("a configuration to check that is not there", |_| {}, "check -c nowhere.toml"),
];

/// The export once more, as that of the table of the same name in another region.
fn export_elsewhere(world: &World) {
    for (name, bytes) in world.files().into_iter().filter(|(name, _)| name.starts_with("exports/")) {
        let copy = name.replacen("exports", "elsewhere", 1);
        world.write(&copy, bytes);
        if name.ends_with("manifest-summary.json") {
            world.replace(&copy, "dynamodb:eu-central-1", "dynamodb:us-east-1");
        }
    }
}

#[test]
fn each_error_is_one_message_and_leaves_nothing_behind() {
    let mut told = String::new();
    for (name, break_it, arguments) in CASES {
        let world = World::sound();
        break_it(&world);
        let before = world.files();
        let ran = world.run(arguments);
        write!(told, "# {name}\n$ stocktake {arguments}\n{}\n", ran.stderr).unwrap();
        assert_eq!(world.files(), before, "{name}");
        ran.is_refused(2);
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(told) });
}

#[test]
fn a_pipe_is_neither_an_input_nor_an_output() {
    let world = World::sound();
    let made = Command::new("mkfifo").arg(world.path("pipe")).status().unwrap();
    assert!(made.success());
    for (arguments, message) in [
        ("audit --inventory pipe", "`pipe` is neither a file nor a folder"),
        ("audit -o md=pipe", "`pipe` is no regular file"),
    ] {
        let ran = world.run(arguments);
        ran.is_refused(2);
        assert!(ran.stderr.starts_with(&format!("error: {message}\n")), "{}", ran.stderr);
    }
}

/// Nobody writes to it: whoever opened it would wait for ever.
#[test]
fn a_pipe_in_a_delivery_is_refused() {
    for suffix in [".csv.gz", "manifest.checksum", ".json.gz", "manifest-files.json", "manifest-summary.md5"] {
        let world = World::sound();
        let file = world.files().into_keys().find(|name| name.ends_with(suffix)).unwrap();
        fs::remove_file(world.path(&file)).unwrap();
        assert!(Command::new("mkfifo").arg(world.path(&file)).status().unwrap().success());
        let ran = world.run("audit -o results.json");
        ran.is_refused(2);
        let expected = format!("{file}` is neither a file nor a folder");
        assert!(ran.stderr.lines().next().unwrap().ends_with(&expected), "{}", ran.stderr);
    }
}

/// Parts of these are hashed together with others: whoever reads the first opens the second.
#[test]
fn a_pipe_among_columnar_parts_is_refused() {
    let world = World::sound();
    fs::remove_dir_all(world.path("inventory")).unwrap();
    let parts: Vec<_> =
        (0..3).map(|part| vec![ObjectRow::new(format!("video/a{part}/clip.mp4"), 1, WRITTEN_AT)]).collect();
    let columns = Column::current();
    write_inventory(&world.path("inventory"), "media", INVENTORY_TIME, &parts, Format::Parquet, &columns);
    let file = world.files().into_keys().filter(|name| name.ends_with(".parquet")).nth(1).unwrap();
    fs::remove_file(world.path(&file)).unwrap();
    assert!(Command::new("mkfifo").arg(world.path(&file)).status().unwrap().success());
    for command in ["audit --jobs 1 -o results.json", "audit --jobs 4 -o results.json", "inspect inventory"] {
        let ran = world.run(command);
        ran.is_refused(2);
        assert!(ran.stderr.contains("is neither a file nor a folder"), "{}", ran.stderr);
    }
}

#[test]
fn an_output_that_is_a_link_is_written_where_it_leads() {
    let world = World::sound();
    world.write("elsewhere/audit.md", "of yesterday");
    std::os::unix::fs::symlink("elsewhere/audit.md", world.path("latest.md")).unwrap();
    assert_eq!(world.run("audit -o latest.md").code, Some(0));
    assert!(world.path("latest.md").is_symlink());
    assert!(world.read("elsewhere/audit.md").contains("PASS"));
}

#[test]
fn a_file_without_permission_is_named() {
    for (name, denied) in [("manifest", "manifest.json"), ("part", ".csv.gz"), ("export", "manifest-summary.json")] {
        let world = World::sound();
        let file = world.files().into_keys().find(|file| file.ends_with(denied)).unwrap();
        fs::set_permissions(world.path(&file), fs::Permissions::from_mode(0o000)).unwrap();
        let ran = world.finish(unprivileged(&world, &file).arg("audit"));
        ran.is_refused(2);
        assert!(
            ran.stderr.replace("[DIR]/", "").starts_with(&format!("error: no permission to read `{file}`\n")),
            "{name}: {}",
            ran.stderr
        );
        assert!(!world.path("reports").join("audit.html").exists(), "{name}");
    }
}

/// The program without the power to read what nobody may read, which root has.
fn unprivileged(world: &World, denied: &str) -> Command {
    if fs::read(world.path(denied)).is_err() {
        return program();
    }
    let mut command = isolated(Command::new("setpriv"));
    command.args(["--bounding-set=-dac_override,-dac_read_search", env!("CARGO_BIN_EXE_stocktake")]);
    command
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let world = World::sound();
    fs::create_dir(world.path("locked")).unwrap();
    fs::set_permissions(world.path("locked"), fs::Permissions::from_mode(0o500)).unwrap();
    let secret = "secret";
    world.write(secret, "");
    fs::set_permissions(world.path(secret), fs::Permissions::from_mode(0o000)).unwrap();
    let ran = world.finish(unprivileged(&world, secret).args(["audit", "-o", "locked/audit.html"]));
    ran.is_refused(2);
    let expected = "error: this output cannot be written\n  --> locked/audit.html\n  \
                    caused by: permission denied";
    assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
}

#[test]
fn messages_for_programs_are_json_lines() {
    let world = World::sound();
    let ran = world.run("audit --inventory nowhere --log-format json");
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.lines().count()), (Some(2), "", 1));
    let told: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((&told["level"], &told["message"]), (&"error".into(), &"there is no file or folder `nowhere`".into()));
}

#[test]
fn mistakes_of_the_command_line_are_json_lines_too() {
    let world = World::sound();
    for (arguments, message, help) in [
        ("audit --log-format json --nonsense", "unexpected argument '--nonsense' found", "`--help` says what there is"),
        ("audit --configg a --log-format=json", "unexpected argument '--configg' found", "similar argument"),
        ("--log-format json migrate verify", "the following required arguments were not provided: --plan", "`--help`"),
        ("--log-format json path", "no subcommand is given", "`--help` lists them"),
        ("check --log-format json --color pink", "invalid value 'pink' for '--color <WHEN>'", "`--help`"),
    ] {
        let ran = world.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.lines().count()), (Some(2), "", 1), "{ran:#?}");
        let told: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(told["level"], "error");
        assert!(told["message"].as_str().unwrap().starts_with(message), "{told}");
        assert!(told["help"].as_str().unwrap().contains(help), "{told}");
    }
    assert!(world.run("audit --nonsense").stderr.starts_with("error: unexpected argument"));
    assert!(world.run("audit --log-format json --help").stdout.contains("Examples:"));
}

#[test]
fn a_message_does_not_pass_on_what_would_drive_a_terminal() {
    let world = World::sound();
    let ran = world.finish(program().args(["audit", "--inventory", "\u{1b}[2J\u{202e}"]));
    ran.is_refused(2);
    assert!(!ran.stderr.contains(['\u{1b}', '\u{202e}']), "{:?}", ran.stderr);
}
