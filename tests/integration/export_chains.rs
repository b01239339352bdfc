//! Incremental exports behind a full one: what a chain lacks is told, and what is of no use is left out.

use std::path::Path;

use serde_json::{Value, json};
use stocktake::model::Millis;
use stocktake::model::time::HOUR;
use stocktake::source::export::{ExportKind, discover};
use tempfile::TempDir;

use crate::delivery::{Encoding, Export};

/// 2026-11-22T00:00:00Z.
const START: Millis = 1_795_305_600_000;

/// Writes a full export of the hour `full`, if there is one, and increments of these windows, in hours.
fn chain(dir: &Path, full: Option<i64>, windows: &[(i64, i64)]) {
    let at = |hour: i64| START + hour * HOUR;
    if let Some(hour) = full {
        Export::full("jobs", at(hour)).files(&[vec![json!({ "id": { "S": "a" } })]]).write(dir);
    }
    for (number, &(from, to)) in windows.iter().enumerate() {
        let encoding = Encoding::ALL[number % Encoding::ALL.len()];
        let change: Value = json!({ "Keys": { "id": { "S": "a" } }, "NewImage": { "id": { "S": "a" } } });
        Export { encoding, ..Export::incremental("jobs", at(from), at(to)) }.files(&[vec![change]]).write(dir);
    }
}

/// The codes of what is wrong with the chain, how many increments it has, and the hour that it shows.
fn read(full: Option<i64>, windows: &[(i64, i64)]) -> (Vec<&'static str>, usize, i64) {
    let dir = TempDir::new().unwrap();
    chain(dir.path(), full, windows);
    let found = discover(&[dir.path().to_owned()]).unwrap();
    assert_eq!(found.exports.len(), 1, "one table makes one chain");
    let export = &found.exports[0];
    let codes = export.defects.iter().map(|defect| defect.problem.code()).collect();
    (codes, export.increments.len(), (export.shows_at() - START) / HOUR)
}

#[test]
fn windows_that_follow_each_other_make_a_whole_chain() {
    assert_eq!(read(Some(0), &[(0, 1), (1, 2), (2, 5)]), (vec![], 3, 5));
    assert_eq!(read(Some(0), &[(2, 5), (0, 1), (1, 2)]), (vec![], 3, 5), "however they are found");
}

#[test]
fn a_gap_is_a_missing_export() {
    assert_eq!(read(Some(0), &[(1, 2)]), (vec!["S012"], 1, 2), "between the full one and the first");
    assert_eq!(read(Some(0), &[(0, 1), (2, 3), (4, 5)]), (vec!["S012", "S012"], 3, 5), "between increments");
}

#[test]
fn what_two_windows_show_is_told() {
    assert_eq!(read(Some(0), &[(0, 2), (1, 3)]), (vec!["S010"], 2, 3));
}

#[test]
fn increments_without_a_full_export_are_not_a_whole_table() {
    assert_eq!(read(None, &[(0, 1), (1, 2)]), (vec!["S012"], 1, 2));
    let dir = TempDir::new().unwrap();
    chain(dir.path(), None, &[(0, 1)]);
    let found = discover(&[dir.path().to_owned()]).unwrap();
    assert!(matches!(found.exports[0].kind, ExportKind::Incremental { from: START, .. }));
}

#[test]
fn what_ended_before_the_full_export_is_left_out() {
    assert_eq!(read(Some(3), &[(0, 1), (1, 2), (3, 4)]), (vec![], 1, 4));
}
