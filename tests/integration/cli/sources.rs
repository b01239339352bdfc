//! Each S-rule's fixture ends in the verdict and exit code of its rule, with file and row where there is one.

use serde_json::json;
use stocktake::model::time::DAY;
use tempfile::TempDir;

use super::runner::{EXPORT_TIME, Ran, World, program};
use crate::delivery::{Format, typed, write_export};
use crate::rules_fixtures::Fixture;

/// The rule, the exit code, and of each of its findings the end of the file's name and the row (from 1), or nothing.
type Case = (&'static str, i32, &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    ("S001", 3, &[("manifest.json", ""), (".csv.gz", "")]),
    ("S002", 3, &[(".csv.gz", "")]),
    ("S003", 3, &[(".csv.gz", "0")]),
    ("S004", 3, &[(".json.gz", "")]),
    ("S005", 3, &[(".csv.gz", "1"), (".csv.gz", "2")]),
    ("S006", 3, &[("manifest.json", "")]),
    ("S007", 3, &[("manifest-summary.json", "")]),
    ("S008", 0, &[("manifest.json", "")]),
    ("S009", 0, &[("manifest-summary.json", "")]),
    ("S010", 3, &[(".csv.gz", ""), (".csv.gz", "2")]),
    ("S011", 3, &[("media", "")]),
    ("S012", 3, &[("licences", "")]),
    ("S013", 0, &[("manifest.json", "")]),
];

#[test]
fn every_input_rule_ends_in_its_verdict() {
    let fixtures = Fixture::all();
    let codes: Vec<&str> = fixtures.iter().map(Fixture::code).filter(|code| code.starts_with('S')).collect();
    assert_eq!(codes, CASES.iter().map(|case| case.0).collect::<Vec<_>>());
    for (code, exit, places) in CASES {
        let fixture = fixtures.iter().find(|fixture| fixture.code() == *code).unwrap();
        let dir = TempDir::new().unwrap();
        fixture.inventory(Format::Csv).write(&dir.path().join("inventory"));
        fixture.exports().write(&dir.path().join("exports"));
        let mut command = program();
        command.args(["audit", "-q", "--format", "csv", "--inventory", "inventory", "-o", "text=summary.txt"]);
        if dir.path().join("exports").is_dir() {
            command.args(["--export", "exports"]);
        }
        let output = command.arg("-c").arg(fixture.config()).current_dir(dir.path()).output().unwrap();
        let ran = Ran::of(&output, dir.path());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(*exit), ""), "{code}: {}", ran.stdout);
        let verdict = if *exit == 3 { "INCONCLUSIVE" } else { "PASS" };
        let summary = std::fs::read_to_string(dir.path().join("summary.txt")).unwrap();
        assert!(summary.starts_with(verdict), "{code}: {summary}");
        let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
        let headers = reader.headers().unwrap().clone();
        let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
        let found: Vec<(String, String)> = reader
            .records()
            .map(Result::unwrap)
            .inspect(|record| assert_eq!(&record[column("code")], *code))
            .map(|record| (record[column("file")].to_owned(), record[column("row")].to_owned()))
            .collect();
        assert_eq!(found.len(), places.len(), "{code}: {found:?}");
        for (place, row) in *places {
            let stands = |(file, at): &(String, String)| {
                file.ends_with(place) && file.is_empty() == place.is_empty() && at == row
            };
            assert!(found.iter().any(stands), "{code}: no finding at {place} {row}: {found:?}");
        }
    }
}

#[test]
fn of_the_exports_of_a_table_in_several_folders_the_newest_counts() {
    let world = World::sound();
    let item = typed(&json!({ "asset_id": "0", "file": "s3://media/video/gone.mp4" }));
    write_export(&world.path("older"), "assets", EXPORT_TIME - DAY, &[vec![item]]);
    let (code, results) = world.results("--export older --export exports");
    assert_eq!(code, Some(0), "{results:#}");
    assert_eq!(results["inputs"]["exports"].as_array().unwrap().len(), 1);
}
