//! One fixture for each rule, `fixtures/rules/<CODE>-<name>/`: audited with all rules at their defaults, it gives that
//! code and no other. What is in such a folder is told in `fixtures/README.md`.

mod damage;
mod rows;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use stocktake::model::Millis;
use tempfile::TempDir;

use crate::delivery::{Column, Export, Files, Format, Inventory, typed};
use crate::fixtures::root;
use damage::Damage;

/// The bucket of every fixture.
const BUCKET: &str = "media";
/// When every inventory was made: 2026-11-22T01:00:00Z.
const INVENTORY_TIME: Millis = 1_795_309_200_000;
/// When every table was exported: half an hour before.
const EXPORT_TIME: Millis = INVENTORY_TIME - 30 * 60_000;

/// The file in a fixture's folder that is the baseline of its audit, and no table.
const BASELINE: &str = "baseline.jsonl";

/// The codes that have a fixture: those that an audit can report.
const CODES: &[&str] = &[
    "S001", "S002", "S003", "S004", "S005", "S006", "S007", "S008", "S009", "S010", "S011", "S012", "S013", "K101",
    "K102", "K103", "K104", "K105", "L201", "L202", "L203", "L204", "L205", "L206", "L207", "L208", "L209", "R301",
    "R302", "R303", "R304", "R305", "R306", "R307", "R308", "R309", "R310", "R311", "R312", "R313", "W501", "C601",
    "C602", "C603", "C604",
];

/// The folder of one rule's fixture.
pub(crate) struct Fixture {
    folder: PathBuf,
}

impl Fixture {
    /// Every fixture, by the order of their names.
    pub(crate) fn all() -> Vec<Self> {
        let entries = fs::read_dir(root().join("rules")).unwrap();
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        folders.into_iter().map(|folder| Self { folder }).collect()
    }

    fn name(&self) -> &str {
        self.folder.file_name().unwrap().to_str().unwrap()
    }

    /// The code of its rule.
    pub(crate) fn code(&self) -> &str {
        self.name().split('-').next().unwrap()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("stocktake.toml")
    }

    /// A file of the folder, if it is there.
    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }

    fn damage(&self) -> Damage {
        Damage::parse(&self.read("damage.toml").unwrap_or_default())
    }

    /// The delivery of its inventory.
    pub(crate) fn inventory(&self, format: Format) -> Files {
        let (rows, mut columns) = rows::parse(&self.read("objects.csv").unwrap());
        let damage = self.damage();
        columns.retain(|column: &Column| !damage.without_columns.iter().any(|name| name == column.name()));
        let inventory = Inventory::nightly(BUCKET, INVENTORY_TIME, format, &columns);
        let half = rows.len().div_ceil(2).max(1);
        let mut parts: Vec<_> =
            rows.chunks(half).enumerate().map(|(number, rows)| inventory.part(number, rows)).collect();
        if let Some(text) = &damage.rows {
            parts.push(inventory.part_of_text(parts.len(), text));
        }
        damage.break_parts(&mut parts);
        let mut files = inventory.seal(&parts);
        damage.break_manifest(&mut files);
        files
    }

    /// The exports of its tables: `assets.jsonl` is the table `assets`.
    pub(crate) fn exports(&self) -> Files {
        let damage = self.damage();
        let mut files = Files::default();
        for entry in fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            let is_table = path.extension().is_some_and(|extension| extension == "jsonl");
            if !is_table || path.file_name().is_some_and(|name| name == BASELINE) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let items: Vec<Value> = text.lines().map(|line| typed(&serde_json::from_str(line).unwrap())).collect();
            let table = path.file_stem().unwrap().to_str().unwrap();
            let export = Export { filter: damage.filter.as_deref(), ..Export::full(table, EXPORT_TIME) };
            let mut data = export.data_file(0, &items);
            data.items += damage.extra_items;
            files.0.extend(export.seal(&[data]).0);
        }
        files
    }
}

/// Audits with the program itself; the codes of the rules that have findings.
fn audit(config: &Path, inventory: &Path, exports: &Path) -> BTreeSet<String> {
    let results = inventory.with_file_name("results.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_stocktake"));
    command.arg("audit").arg("--config").arg(config).arg("--inventory").arg(inventory);
    if exports.is_dir() {
        command.arg("--export").arg(exports);
    }
    let baseline = config.with_file_name(BASELINE);
    if baseline.is_file() {
        command.arg("--baseline").arg(baseline);
    }
    let output = command.arg("-o").arg(format!("json={}", results.display())).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let results = fs::read(&results).unwrap_or_else(|error| panic!("no results ({error}); the program said:\n{told}"));
    let results: Value = serde_json::from_slice(&results).unwrap();
    let rules = results["judgement"]["rules"].as_array().unwrap();
    let found = rules.iter().filter(|rule| rule["findings"].as_u64().unwrap() > 0);
    found.map(|rule| rule["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_rule_of_an_audit_has_a_fixture_and_each_becomes_a_delivery() {
    let fixtures = Fixture::all();
    let codes: Vec<&str> = fixtures.iter().map(Fixture::code).collect();
    let mut expected = CODES.to_vec();
    expected.sort_unstable();
    assert_eq!(codes, expected);
    for fixture in fixtures {
        assert!(fixture.config().is_file(), "{}", fixture.name());
        for format in Format::ALL {
            let has_manifest = fixture.inventory(format).0.keys().any(|key| key.ends_with("/manifest.json"));
            assert!(has_manifest, "{}", fixture.name());
        }
        let tables = fixture.exports().0.keys().filter(|key| key.ends_with("manifest-summary.json")).count();
        let declared = fs::read_to_string(fixture.config()).unwrap().matches("[[table]]").count();
        let absent = usize::from(fixture.code() == "S012");
        assert_eq!(tables + absent, declared, "{}", fixture.name());
    }
}

#[test]
fn rules_fixtures() {
    let mut offences = Vec::new();
    for fixture in Fixture::all() {
        for format in Format::ALL {
            if format != Format::Csv && fixture.damage().rows.is_some() {
                continue;
            }
            let dir = TempDir::new().unwrap();
            let (inventory, exports) = (dir.path().join("inventory"), dir.path().join("exports"));
            fixture.inventory(format).write(&inventory);
            fixture.exports().write(&exports);
            let codes = audit(&fixture.config(), &inventory, &exports);
            if codes != BTreeSet::from([fixture.code().to_owned()]) {
                offences.push(format!("{} ({format:?}): {codes:?}", fixture.name()));
            }
        }
    }
    assert!(offences.is_empty(), "fixtures that do not give their own code, and only that:\n{}", offences.join("\n"));
}
