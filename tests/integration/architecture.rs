//! The house rules of `src/ARCHITECTURE.md`, held by reading the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// A module imports only from modules of a lower rank; equal ranks do not see each other.
const RANKS: &[(&str, u8)] = &[
    ("model", 0),
    ("layout", 1),
    ("source", 1),
    ("render", 1),
    ("references", 2),
    ("migration", 3),
    ("rules", 4),
    ("results", 5),
    ("audit", 6),
    ("report", 7),
    ("docs", 7),
    ("compare", 7),
    ("codegen", 7),
    ("draft", 7),
    ("cli", 8),
];

/// The modules that open files by name; all others are given what they work on.
const OPENERS: &[&str] = &["source", "layout", "render", "results", "cli"];

/// What only these modules may do.
const RESERVED: &[(&str, &[&str])] = &[
    ("println!", &["cli"]),
    ("eprintln!", &["cli"]),
    ("print!", &["cli"]),
    ("eprint!", &["cli"]),
    ("dbg!", &[]),
    ("stdout()", &["cli"]),
    ("stderr()", &["cli"]),
    ("process::exit", &["cli"]),
    ("Timestamp::now", &["cli"]),
    ("Zoned::now", &["cli"]),
    ("SystemTime", &["cli"]),
    ("Instant", &["cli"]),
    ("std::env", &["cli"]),
    ("env::var", &["cli"]),
    ("clap", &["cli"]),
    // What is opened by its name: deliveries, configurations, templates, results, outputs.
    ("File::open", OPENERS),
    ("File::create", OPENERS),
    ("OpenOptions", OPENERS),
    ("fs::read", OPENERS),
    ("read_dir", OPENERS),
    ("fs::metadata", OPENERS),
    ("fs::write", &["cli"]),
    ("fs::create_dir", &["cli"]),
    // Nothing deletes; what is half-written goes with its `tempfile`, and a folder that was made for it while it is empty.
    ("remove_file", &[]),
    ("remove_dir_all", &[]),
    ("fs::remove_dir", &["cli"]),
    ("delete_object", &[]),
    ("delete_objects", &[]),
    ("aws_sdk_s3", &["source"]),
    ("aws_config", &["source"]),
    // No input panics.
    (".expect(\"", &[]),
    ("panic!", &[]),
    ("unreachable!", &[]),
    ("todo!", &[]),
    ("unimplemented!", &[]),
];

/// Marks of what is not finished, anywhere.
const UNFINISHED: &[&str] = &["FIXME", "TODO", "XXX"];

/// The most lines of a file, tests included.
const LINES: usize = 400;

/// One file below `src`.
struct SourceFile {
    /// From the repository's root.
    name: String,
    /// The path of its module, without `crate`; empty for `lib.rs` and `main.rs`.
    module: Vec<String>,
    text: String,
}

impl SourceFile {
    fn top(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }

    /// The line of a byte, from 1.
    fn line_of(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    /// Where the tests at its foot begin.
    fn tests_at(&self) -> usize {
        self.text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(self.text.len())
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of Rust below a folder of the repository.
fn files_below(folder: &str) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn source_files() -> Vec<SourceFile> {
    let file = |path: &PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        SourceFile { module: module_of(&name), name, text: fs::read_to_string(path).unwrap() }
    };
    files_below("src").iter().map(file).collect()
}

fn module_of(name: &str) -> Vec<String> {
    let path = Path::new(name).with_extension("");
    let mut module: Vec<String> = path.iter().skip(1).map(|part| part.to_str().unwrap().to_owned()).collect();
    if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        module.pop();
    }
    module
}

fn rank(module: &str) -> Option<u8> {
    RANKS.iter().find(|(name, _)| *name == module).map(|(_, rank)| *rank)
}

/// The top-level modules that there are.
fn modules() -> BTreeSet<String> {
    source_files().into_iter().filter_map(|file| file.module.into_iter().next()).collect()
}

/// Every top-level module that a file names, with the byte where it does: after `crate::`, within `crate::{…}`, and
/// after as many `super::` as lead up to the crate.
fn targets(file: &SourceFile) -> Vec<(usize, String)> {
    let mut targets = Vec::new();
    for (at, path) in file.text.match_indices("crate::") {
        let after = &file.text[at + path.len()..];
        match after.strip_prefix('{') {
            Some(list) => targets.extend(first_names(list).into_iter().map(|name| (at, name))),
            None => targets.push((at, identifier(after))),
        }
    }
    for (at, _) in file.text.match_indices("super::") {
        let steps = file.text[at..].split("super::").take_while(|rest| rest.is_empty()).count();
        let depth = file.module.len() + usize::from(at > file.tests_at());
        // The first of a chain is at the first `super`; the others start further down and never reach the crate.
        if steps == depth && !file.text[..at].ends_with("super::") {
            targets.push((at, identifier(&file.text[at + steps * "super::".len()..])));
        }
    }
    targets
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|next| next.is_alphanumeric() || *next == '_').collect()
}

/// The first names of a use list, up to its closing brace: of `a::{b, c}, d}` these are `a` and `d`.
fn first_names(list: &str) -> Vec<String> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, next) in list.char_indices() {
        match next {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(identifier(list[start..at].trim_start()));
                start = at + 1;
                if next == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Fails with all offences at once, a line each.
#[track_caller]
fn none(what: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{what}:\n{}", offences.join("\n"));
}

#[test]
fn a_module_imports_only_from_lower_ranks() {
    let mut offences = Vec::new();
    for file in source_files().iter().filter(|file| !file.module.is_empty()) {
        let own = file.top();
        for (at, target) in targets(file).into_iter().filter(|(_, target)| target != own) {
            if rank(&target).is_none_or(|rank_of_target| rank(own).is_none_or(|rank| rank <= rank_of_target)) {
                offences.push(format!("{}:{}: {own} -> {target}", file.name, file.line_of(at)));
            }
        }
    }
    none("imports that go up or sideways", &offences);
}

#[test]
fn every_module_has_a_rank() {
    assert_eq!(RANKS.iter().map(|(module, _)| (*module).to_owned()).collect::<BTreeSet<_>>(), modules());
}

#[test]
fn the_crate_lists_its_modules_by_rank() {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let listed: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(listed.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), modules());
    assert!(listed.is_sorted_by_key(|name| rank(name)), "{listed:?}");
}

/// The table in `src/ARCHITECTURE.md` is this one.
#[test]
fn the_ranks_that_are_described_are_those_that_hold() {
    let text = fs::read_to_string(root().join("src/ARCHITECTURE.md")).unwrap();
    let described: BTreeSet<(u8, String)> = text.lines().filter_map(described_rank).collect();
    let held = RANKS.iter().map(|&(module, rank)| (rank, module.to_owned())).collect();
    assert_eq!(described, held);
}

/// A row such as ``| 1 | `layout` | … |``.
fn described_rank(line: &str) -> Option<(u8, String)> {
    let mut cells = line.strip_prefix("| ")?.split(" | ");
    let rank = cells.next()?.parse().ok()?;
    Some((rank, cells.next()?.strip_prefix('`')?.strip_suffix('`')?.to_owned()))
}

/// What a file does that is not its module's to do, with the line where it does.
fn trespasses(file: &SourceFile) -> Vec<(usize, &'static str)> {
    let own = &file.text[..file.tests_at()];
    let code = own.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    let found = code.zip(1..).flat_map(|(line, number)| {
        let held = RESERVED.iter().filter(move |(pattern, _)| says(line, pattern));
        held.filter(|(_, allowed)| !allowed.contains(&file.top())).map(move |(pattern, _)| (number, *pattern))
    });
    found.collect()
}

#[test]
fn only_some_modules_may_do_some_things() {
    let mut offences = Vec::new();
    for file in source_files() {
        let found = trespasses(&file).into_iter();
        offences.extend(found.map(|(line, pattern)| format!("{}:{line}: {pattern}", file.name)));
    }
    none("things that are not this module's to do", &offences);
}

#[test]
fn nothing_is_left_unfinished() {
    let mut offences = Vec::new();
    for file in source_files() {
        let marks = UNFINISHED.iter().filter(|mark| says(&file.text, mark));
        offences.extend(marks.map(|mark| format!("{}: {mark}", file.name)));
    }
    none("marks of what is not finished", &offences);
}

/// Whether the pattern stands there, and not as the end of a longer name.
fn says(line: &str, pattern: &str) -> bool {
    line.match_indices(pattern).any(|(at, _)| {
        !pattern.starts_with(char::is_alphabetic)
            || !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
    })
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let says = |file: &SourceFile| {
        let first = file.text.lines().next().unwrap_or_default();
        file.name == "src/lib.rs" || first.strip_prefix("//! ").is_some_and(|purpose| purpose.len() > 8)
    };
    let silent: Vec<String> = source_files().into_iter().filter(|file| !says(file)).map(|file| file.name).collect();
    none("files without a first line `//! …`", &silent);
}

#[test]
fn no_file_is_long() {
    let mut files = source_files();
    files.retain(|file| file.text.lines().count() > LINES);
    let long: Vec<String> =
        files.iter().map(|file| format!("{}: {} lines", file.name, file.text.lines().count())).collect();
    none("files of more than 400 lines", &long);
}

/// A page of the repository, without what stands between fences.
fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap().split("```").step_by(2).collect()
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)#]+)(?:#[^)]*)?\)").unwrap();
    let mut dead = Vec::new();
    for name in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "fixtures/README.md"] {
        let folder = root().join(name).parent().unwrap().to_owned();
        for target in link.captures_iter(&page(name)).map(|found| found[1].to_owned()) {
            if !target.contains("://") && !folder.join(&target).exists() {
                dead.push(format!("{name}: {target}"));
            }
        }
    }
    none("links to what is not there", &dead);
}

/// A path is named from the root, from `src` or from `tests/integration`, a test by its name.
#[test]
fn the_files_and_tests_that_the_architecture_names_are_there() {
    let span = Regex::new("`([^`]+)`").unwrap();
    let tests = tests();
    let is_name = |span: &str| span.contains('_') && span.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase());
    let is_path = |span: &str| !span.contains(['<', ' ', '(']) && (span.contains('/') || span.ends_with(".rs"));
    let is_file =
        |span: &str| ["", "src", "tests/integration"].iter().any(|folder| root().join(folder).join(span).exists());
    let page = page("src/ARCHITECTURE.md");
    let spans = span.captures_iter(&page).map(|found| found[1].to_owned());
    let dead: Vec<String> =
        spans.filter(|span| (is_name(span) && !tests.contains(span)) || (is_path(span) && !is_file(span))).collect();
    none("what src/ARCHITECTURE.md names and is not there", &dead);
}

/// The names of all tests.
fn tests() -> BTreeSet<String> {
    let test = Regex::new(r"(?m)^\s*fn ([a-z0-9_]+)\(").unwrap();
    let mut names = BTreeSet::new();
    for file in files_below("tests").into_iter().chain(files_below("src")) {
        let text = fs::read_to_string(file).unwrap();
        names.extend(test.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    names
}

fn sample(name: &str, text: &str) -> SourceFile {
    SourceFile { module: module_of(name), name: name.to_owned(), text: text.to_owned() }
}

#[test]
fn every_kind_of_import_is_seen() {
    for (name, text, expected) in [
        ("src/layout/glob.rs", "use crate::model::Place;", vec!["model"]),
        ("src/layout/glob.rs", "use crate::{audit::{self, run}, cli};", vec!["audit", "cli"]),
        ("src/layout/mod.rs", "fn f() -> crate::rules::Rule {\n    super::cli::run()\n}", vec!["rules", "cli"]),
        ("src/layout/glob.rs", "use super::template::Piece;\nuse super::super::cli::run;", vec!["cli"]),
        ("src/layout/glob.rs", "\n#[cfg(test)]\nmod tests {\n    use super::super::Glob;\n}", vec![]),
        ("src/layout/glob.rs", "\n#[cfg(test)]\nmod tests {\n    use super::super::super::audit;\n}", vec!["audit"]),
    ] {
        let found: Vec<String> = targets(&sample(name, text)).into_iter().map(|(_, target)| target).collect();
        assert_eq!(found, expected, "{name}: {text}");
    }
}

#[test]
fn every_kind_of_trespass_is_seen() {
    for (name, line, expected) in [
        ("src/audit/pass.rs", "eprintln!(\"{rows}\");", vec!["eprintln!"]),
        ("src/cli/console.rs", "println!(\"{rows}\");", vec![]),
        ("src/rules/rule.rs", "let text = std::fs::read(path)?;", vec!["fs::read"]),
        ("src/source/locate.rs", "let text = std::fs::read(path)?;", vec![]),
        ("src/cli/staged.rs", "fs::remove_file(&target)?;", vec!["remove_file"]),
        ("src/model/time.rs", "let now = jiff::Timestamp::now();", vec!["Timestamp::now"]),
        ("src/model/time.rs", "// Timestamp::now is for the command line.", vec![]),
        ("src/model/time.rs", "\n#[cfg(test)]\nmod tests {\n    println!();\n}", vec![]),
    ] {
        let found: Vec<&str> = trespasses(&sample(name, line)).into_iter().map(|(_, pattern)| pattern).collect();
        assert_eq!(found, expected, "{name}: {line}");
    }
}
