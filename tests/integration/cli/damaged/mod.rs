//! Damaged deliveries and exports: each ends in its verdict, with the rule's code, the file and the row, and in bounded
//! memory.

mod deliveries;
mod exports;

use std::process::Command;

use super::runner::{Ran, World, isolated};

/// What a process may hold: address space, in KiB. A damaged input may claim any size.
const MOST_KIB: u64 = 1 << 20;

/// A damaged world and what must be said of it.
struct Case {
    /// What is damaged, in a few words.
    what: &'static str,
    world: World,
    expected: Expected,
}

/// What an audit says.
enum Expected {
    /// The audit is inconclusive for one finding of an S-rule: its code, the end of the file's name, and the row.
    Told(&'static str, &'static str, Row),
    /// The audit does not begin: a word of the error.
    Refused(&'static str),
}

/// The row of a finding.
#[derive(Clone, Copy)]
enum Row {
    /// It has none.
    None,
    /// Exactly this one.
    Is(u64),
    /// Some row: how far a decoder came is its own affair.
    Any,
}

/// Runs the program where it may not hold more than [`MOST_KIB`].
fn run(world: &World, arguments: &[&str]) -> Ran {
    let mut command = isolated(Command::new("sh"));
    command.args(["-c", &format!("ulimit -v {MOST_KIB} && exec \"$@\""), "sh", env!("CARGO_BIN_EXE_stocktake")]);
    world.finish(command.args(arguments))
}

/// Code, file and row of every finding of an S-rule that decides something.
fn told(csv: &str) -> Vec<(String, String, String)> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let [code, file, row] = ["code", "file", "row"].map(column);
    let records = reader.records().map(Result::unwrap);
    let told = records.map(|record| (record[code].to_owned(), record[file].to_owned(), record[row].to_owned()));
    told.filter(|(code, ..)| code.starts_with('S') && !matches!(code.as_str(), "S008" | "S013")).collect()
}

#[test]
fn each_damage_is_told_with_code_file_and_row_in_bounded_memory() {
    let cases = deliveries::cases().into_iter().chain(exports::cases());
    for Case { what, world, expected } in cases {
        let ran = run(&world, &["audit", "-q", "--jobs", "2", "--format", "csv", "-o", "text=summary.txt"]);
        match expected {
            Expected::Refused(word) => {
                ran.is_refused(2);
                assert!(ran.stderr.contains(word), "{what}: {}", ran.stderr);
            }
            Expected::Told(code, file, row) => {
                assert_eq!((ran.code, ran.stderr.as_str()), (Some(3), ""), "{what}: {}", ran.stdout);
                let summary = world.read("summary.txt");
                assert!(summary.starts_with("INCONCLUSIVE"), "{what}: {summary}");
                let told = told(&ran.stdout);
                assert_eq!(told.len(), 1, "{what}: {told:?}");
                let (told_code, told_file, told_row) = &told[0];
                assert_eq!(told_code, code, "{what}: {told:?}");
                assert!(told_file.ends_with(file), "{what}: {told:?}");
                let fits = match row {
                    Row::None => told_row.is_empty(),
                    Row::Is(row) => *told_row == row.to_string(),
                    Row::Any => told_row.parse::<u64>().is_ok(),
                };
                assert!(fits, "{what}: {told:?}");
            }
        }
    }
}

#[test]
fn inspect_lives_through_every_damage() {
    for Case { what, world, .. } in deliveries::cases().into_iter().chain(exports::cases()) {
        let codes = ["inventory", "exports"].map(|input| {
            let ran = run(&world, &["inspect", input, "--format", "json"]);
            assert!(matches!(ran.code, Some(0 | 2 | 3)), "{what}: {ran:#?}");
            ran.code
        });
        assert_ne!(codes, [Some(0); 2], "{what}: nothing is said of it");
    }
}
