//! The README, held to what the program says and does.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub(crate) fn readme() -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The text of the fenced block of a language that holds `mark`.
pub(crate) fn block(language: &str, mark: &str) -> String {
    let text = readme();
    let mut blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix(language));
    let found = blocks.find(|block| block.contains(mark)).unwrap_or_else(|| panic!("no {language} block with {mark}"));
    found.trim_start_matches('\n').to_owned()
}

fn stocktake(arguments: &[&str]) -> (Option<i32>, String) {
    let folder = env!("CARGO_MANIFEST_DIR");
    let run = Command::new(env!("CARGO_BIN_EXE_stocktake")).args(arguments).current_dir(folder).output().unwrap();
    (run.status.code(), String::from_utf8(run.stdout).unwrap())
}

#[test]
fn its_help_is_the_programs() {
    let (code, help) = stocktake(&["--help"]);
    assert_eq!(code, Some(0));
    let bare = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(bare(&block("text", "Usage: stocktake")).trim(), bare(&help).trim());
}

#[test]
fn its_configuration_is_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stocktake.toml");
    fs::write(&file, block("toml", "version = 1")).unwrap();
    assert_eq!(stocktake(&["check", "-q", "-c", file.to_str().unwrap()]).0, Some(0));
}

#[test]
fn its_first_command_prints_what_it_shows() {
    let (code, summary) = stocktake(&["audit", "-c", "fixtures/edge-cv-portal/stocktake.toml", "--format", "text"]);
    assert_eq!(code, Some(1));
    for line in block("text", "FAIL  Edge CV Portal").lines().filter(|line| !line.is_empty()) {
        assert!(summary.lines().any(|printed| printed.trim_end() == line.trim_end()), "it does not print: {line}");
    }
}

#[test]
fn it_begins_with_the_two_commands() {
    let first = readme().split("```").nth(1).unwrap().to_owned();
    let audit = "cargo run --release -- audit --config fixtures/edge-cv-portal/stocktake.toml";
    assert_eq!(first.lines().skip(1).collect::<Vec<_>>(), [audit, "cargo test"]);
}

/// What stands between two lines such as `<!-- report: begin -->` and `<!-- report: end -->`.
fn between(name: &str) -> String {
    let text = readme();
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    text.split_once(&begin).unwrap().1.split_once(&end).unwrap().0.to_owned()
}

#[test]
fn its_report_is_what_the_first_command_writes() {
    let (_, report) = stocktake(&["audit", "-c", "fixtures/edge-cv-portal/stocktake.toml", "--format", "md"]);
    let excerpt = between("report");
    assert!(excerpt.lines().count() > 15);
    for line in excerpt.lines() {
        let line = line.strip_prefix('>').unwrap_or_else(|| panic!("no quote: {line}")).trim();
        assert!(line.is_empty() || report.lines().any(|written| written.trim() == line), "it does not write: {line}");
    }
}

/// `STOCKTAKE_BLESS=1 cargo test the_language_in_it_is_derived` writes it again.
#[test]
fn the_language_in_it_is_derived() {
    let (code, reference) = stocktake(&["schema", "config", "--format", "md"]);
    assert_eq!(code, Some(0));
    let (is, should) = (between("configuration"), format!("\n{}\n\n", reference.trim()));
    if std::env::var_os("STOCKTAKE_BLESS").is_some() {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
        let mark = "<!-- configuration: begin -->\n";
        fs::write(path, readme().replace(&format!("{mark}{is}"), &format!("{mark}{should}"))).unwrap();
        return;
    }
    assert!(is == should, "the reference is not what the program says: run this test with STOCKTAKE_BLESS=1");
}
