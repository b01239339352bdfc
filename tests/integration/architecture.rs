//! The house rules of `src/ARCHITECTURE.md`, held by reading the source.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Every module and its rank; a module imports only from lower ranks.
const RANKS: &[(&str, u8)] = &[
    ("model", 0),
    ("layout", 1),
    ("source", 1),
    ("render", 1),
    ("references", 2),
    ("rules", 4),
    ("results", 5),
    ("audit", 6),
    ("report", 7),
    ("cli", 8),
];
/// Longer files hold two things.
const MOST_LINES: usize = 400;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file with its path below `src/` and its text.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let src = root().join("src");
    let mut paths = Vec::new();
    walk(&src, &mut paths);
    paths.sort();
    assert!(paths.len() > 100, "the source was not found");
    let name = |path: &Path| path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn rank(module: &str) -> Option<u8> {
    RANKS.iter().find(|(name, _)| *name == module).map(|(_, rank)| *rank)
}

/// The module that a file below `src/` belongs to; `None` for the crate's two roots.
fn module(file: &str) -> Option<&str> {
    (file != "lib.rs" && file != "main.rs").then(|| file.split(['/', '.']).next().unwrap())
}

/// The top-level modules that a text names: `crate::x`, and `crate::{x, y::z}`.
fn named_modules(text: &str) -> Vec<String> {
    let single = Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    let nested = Regex::new(r"\bcrate::\{([^;]*)\}").unwrap();
    let first = Regex::new(r"(?:^|,)\s*([a-z_]+)").unwrap();
    let mut names: Vec<String> = single.captures_iter(text).map(|found| found[1].to_owned()).collect();
    for list in nested.captures_iter(text) {
        names.extend(first.captures_iter(&list[1]).map(|found| found[1].to_owned()));
    }
    names
}

#[test]
fn imports_go_down() {
    let mut offences = Vec::new();
    for (file, text) in sources() {
        let Some(own) = module(&file) else { continue };
        let Some(own_rank) = rank(own) else {
            offences.push(format!("{file}: the module {own} has no rank"));
            continue;
        };
        for target in named_modules(&text) {
            match rank(&target) {
                Some(target_rank) if target == own || target_rank < own_rank => {}
                Some(_) => offences.push(format!("{file}: {own} -> {target}")),
                None => offences.push(format!("{file}: {target} is no module with a rank")),
            }
        }
    }
    assert_eq!(offences, Vec::<String>::new(), "imports that go up or sideways");
}

#[test]
fn every_file_says_what_it_is_for_in_at_most_four_hundred_lines() {
    for (file, text) in sources() {
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") || file == "lib.rs", "{file} does not begin with a `//!` line");
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "{file} has {lines} lines: what two things are in there?");
    }
}

#[test]
fn only_the_command_line_prints_exits_and_asks_what_time_it_is() {
    let words = [
        "println!",
        "eprintln!",
        "print!(",
        "process::exit",
        "SystemTime::now",
        "Timestamp::now",
        "Zoned::now",
        "Instant::now",
        "std::env::var",
        "env::args",
    ];
    for (file, text) in sources().into_iter().filter(|(file, _)| !file.starts_with("cli/")) {
        // What stands behind `mod tests` is a test's.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in words {
            assert!(!text.contains(word), "{file} holds `{word}`: only `cli` may");
        }
    }
}

#[test]
fn nothing_is_left_unfinished() {
    for (file, text) in sources() {
        for word in ["todo!(", "unimplemented!(", "FIXME", "XXX", "dbg!("] {
            assert!(!text.contains(word), "{file} holds `{word}`");
        }
    }
}

#[test]
fn the_architecture_page_lists_the_ranks() {
    let page = fs::read_to_string(root().join("src/ARCHITECTURE.md")).unwrap();
    for (module, rank) in RANKS {
        assert!(
            page.contains(&format!("| {rank} | `{module}` |")),
            "src/ARCHITECTURE.md does not list {rank} {module}"
        );
    }
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)#]+)(?:#[^)]*)?\)").unwrap();
    for page in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "fixtures/README.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        // Every second piece stands between fences.
        let text: String = text.split("```").step_by(2).collect();
        let folder = root().join(page).parent().unwrap().to_owned();
        for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
            assert!(
                target.contains("://") || folder.join(&target).exists(),
                "{page} links to {target}, which is not there"
            );
        }
    }
}
