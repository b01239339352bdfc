//! A bucket and its tables in memory: delivered as AWS would, planned for, and moved by an executor that does what the
//! manifests and updates of a plan say, and nothing else.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use stocktake::audit::migrate::{PlanRequest, PlanSink, Planned, plan};
use stocktake::audit::{AuditRequest, FailOn, Progress};
use stocktake::layout::Layout;
use stocktake::migration::Mapping;
use stocktake::model::{Millis, Phase, Severity};
use stocktake::results::plan::Plan;
use stocktake::rules::{Selection, Severities};
use tempfile::TempDir;

use crate::delivery::{Column, Export, Files, Format, Inventory, ObjectRow};

/// When *before* was listed: 2026-11-01T01:00:00Z.
pub(super) const BEFORE: Millis = 1_793_494_800_000;
/// When *after* was listed, three weeks later.
pub(super) const AFTER: Millis = BEFORE + 21 * 86_400_000;

/// Objects by bucket and key, items by table, as DynamoDB writes them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct State {
    pub(super) objects: BTreeMap<String, BTreeMap<String, ObjectRow>>,
    pub(super) items: BTreeMap<String, Vec<Value>>,
}

impl State {
    /// Adds an object; of several rows of a key the latest version is the object.
    pub(super) fn put(&mut self, bucket: &str, row: ObjectRow) {
        if row.is_latest && !row.is_delete_marker {
            self.objects.entry(bucket.to_owned()).or_default().insert(row.key.clone(), row);
        }
    }

    /// Adds an object of this size, whose ETag is that of its name.
    pub(super) fn object(&mut self, bucket: &str, key: &str, size: u64) {
        self.put(bucket, ObjectRow::new(key, size, BEFORE - 86_400_000));
    }

    pub(super) fn bucket(&mut self, name: &str) -> &mut BTreeMap<String, ObjectRow> {
        self.objects.entry(name.to_owned()).or_default()
    }

    /// Writes inventories and exports below `dir`.
    pub(super) fn deliver(&self, dir: &Path, at: Millis, how: How) {
        for (bucket, objects) in &self.objects {
            let rows: Vec<ObjectRow> = objects.values().cloned().collect();
            let parts: Vec<Vec<ObjectRow>> = match rows.len() {
                0 => vec![Vec::new()],
                count => rows.chunks(count.div_ceil(how.parts)).map(<[_]>::to_vec).collect(),
            };
            let inventory = Inventory::nightly(bucket, at, how.format, how.columns);
            inventory.files(&parts).write(&dir.join("inventory"));
        }
        for (table, items) in &self.items {
            Export::full(table, at - 1_800_000).files(std::slice::from_ref(items)).write(&dir.join("exports"));
        }
    }

    /// Copies each row of the manifests in `folder` of a plan, and applies its updates; gives the items that had
    /// changed. A copy gets a date of its own, as S3 gives it.
    pub(super) fn carry_out(&mut self, plan: &Files, folder: &str) -> usize {
        let mut missed = 0;
        for (name, bytes) in &plan.0 {
            let Some(name) = name.strip_prefix(folder) else { continue };
            let lines = || std::str::from_utf8(bytes).unwrap().lines();
            if name.starts_with("batch-operations/") && name.ends_with(".csv") && !name.ends_with("overflow.csv") {
                lines().for_each(|line| self.copy(line));
            } else if name.starts_with("references/") && name.ends_with(".updates.jsonl") {
                missed += lines().filter(|line| !self.update(&serde_json::from_str(line).unwrap())).count();
            }
        }
        missed
    }

    fn copy(&mut self, line: &str) {
        let (bucket, field) = line.split_once(',').unwrap();
        let json = stocktake::model::uri::percent_decode(field).unwrap();
        let keys: BTreeMap<String, String> = serde_json::from_str(&json).unwrap();
        let objects = self.objects.get_mut(bucket).unwrap();
        let (old, new) = (&keys["origKey"], &keys["newKey"]);
        if objects.contains_key(new) {
            return;
        }
        let mut copy = objects[old].clone();
        copy.key = new.clone();
        copy.last_modified = Some(BEFORE + 86_400_000);
        objects.insert(new.clone(), copy);
    }

    /// One `UpdateItem`; whether its condition held.
    pub(super) fn update(&mut self, parameters: &Value) -> bool {
        let items = self.items.get_mut(parameters["TableName"].as_str().unwrap()).unwrap();
        let key = parameters["Key"].as_object().unwrap();
        let item = items.iter_mut().find(|item| key.iter().all(|(name, value)| item[name] == *value)).unwrap();
        let names = &parameters["ExpressionAttributeNames"];
        let values = &parameters["ExpressionAttributeValues"];
        let pairs = |expression: &str, separator: &str| -> Vec<(String, Value)> {
            let pairs = expression.split(separator).map(|pair| pair.split_once(" = ").unwrap());
            pairs.map(|(path, value)| (pointer(path, names), values[value].clone())).collect()
        };
        let conditions = pairs(parameters["ConditionExpression"].as_str().unwrap(), " AND ");
        if !conditions.iter().all(|(path, value)| item.pointer(path) == Some(value)) {
            return false;
        }
        let sets = parameters["UpdateExpression"].as_str().unwrap().strip_prefix("SET ").unwrap();
        for (path, value) in pairs(sets, ", ") {
            *item.pointer_mut(&path).unwrap() = value;
        }
        true
    }

    /// What the owner's lifecycle rule does once all is proved: the old copies go.
    pub(super) fn expire(&mut self, moves: &[(String, String, String)]) {
        for (bucket, old, _) in moves {
            self.bucket(bucket).remove(old);
        }
    }

    /// The same without dates: what a way back has to bring back.
    pub(super) fn undated(&self) -> Self {
        let mut undated = self.clone();
        undated.objects.values_mut().flat_map(BTreeMap::values_mut).for_each(|row| row.last_modified = None);
        undated
    }
}

/// An expression's path as a JSON pointer into a typed item.
fn pointer(path: &str, names: &Value) -> String {
    let mut pointer = String::new();
    for (number, step) in path.replace('[', ".[").split('.').enumerate() {
        if let Some(index) = step.strip_prefix('[') {
            pointer.push_str(&format!("/L/{}", index.trim_end_matches(']')));
            continue;
        }
        if number > 0 {
            pointer.push_str("/M");
        }
        let name = names[step].as_str().unwrap();
        pointer.push_str(&format!("/{}", name.replace('~', "~0").replace('/', "~1")));
    }
    pointer
}

/// Keeps the files of a plan in memory.
#[derive(Default)]
struct Shelf(BTreeMap<String, Slot>);

#[derive(Clone, Default)]
struct Slot(Arc<Mutex<Vec<u8>>>);

impl Write for Slot {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl PlanSink for Shelf {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write + Send>> {
        let slot = Slot::default();
        assert!(self.0.insert(name.to_owned(), slot.clone()).is_none(), "{name} is made twice");
        Ok(Box::new(slot))
    }
}

pub(super) struct Silence;

impl Progress for Silence {
    fn begin(&self, _: &'static str, _: u64) {}
    fn advance(&self, _: u64, _: u64) {}
    fn end(&self) {}
}

/// How inventories are delivered and read.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    pub(super) jobs: usize,
    pub(super) memory: u64,
    pub(super) format: Format,
    pub(super) parts: usize,
    pub(super) columns: &'static [Column],
}

impl How {
    pub(super) const PLAINLY: Self =
        Self { jobs: 1, memory: 1 << 30, format: Format::Csv, parts: 1, columns: Column::ALL };
}

/// A request to read what lies in `dir`.
pub(super) fn reading<'a>(
    layout: &'a Layout,
    severities: &'a Severities,
    phase: Phase,
    dir: &Path,
    at: Millis,
    how: How,
) -> AuditRequest<'a> {
    static GO_ON: AtomicBool = AtomicBool::new(false);
    let exports = dir.join("exports");
    AuditRequest {
        layout,
        severities,
        phase,
        fail_on: FailOn::Severity(Severity::Error),
        inventories: vec![dir.join("inventory").into()],
        exports: if exports.exists() { vec![exports.into()] } else { Vec::new() },
        now: at + 3_600_000,
        now_is_pinned: true,
        jobs: how.jobs,
        verify: true,
        inventory_told: Default::default(),
        export_told: Default::default(),
        csv_keys: Default::default(),
        proves_migration: true,
        accept_implausible: true,
        baseline: None,
        thresholds: Vec::new(),
        switches: Vec::new(),
        memory: how.memory,
        tmp_dir: None,
        examples: 20,
        progress: &Silence,
        cancel: &GO_ON,
    }
}

/// Delivers a state and plans its migration.
pub(super) fn planned(layout: &Layout, state: &State, at: Millis, mapping: &Mapping, how: How) -> (Plan, Files) {
    let dir = TempDir::new().unwrap();
    state.deliver(dir.path(), at, how);
    let severities = Severities::new(layout.spec(), Phase::Before, &Selection::default()).unwrap();
    let audit = reading(layout, &severities, Phase::Before, dir.path(), at, how);
    let mut shelf = Shelf::default();
    let request = PlanRequest { audit: &audit, mapping, mapping_files: Vec::new() };
    let made = match plan(&request, &mut shelf).unwrap() {
        Planned::Made(made) => *made,
        Planned::Inconclusive(why) => panic!("{why:#?}"),
    };
    let files = shelf.0.into_iter().map(|(name, slot)| (name, slot.0.lock().unwrap().clone()));
    (made, Files(files.collect()))
}

/// The rows of `moves.csv`, by the names of its columns.
pub(super) fn moves(files: &Files) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(files.0["moves.csv"].as_slice());
    reader.deserialize().map(Result::unwrap).collect()
}

/// Bucket, old key and new key of the moves with this action.
pub(super) fn moves_that(files: &Files, action: &str) -> Vec<(String, String, String)> {
    let rows = moves(files).into_iter().filter(|row| row["action"] == action);
    rows.map(|row| (row["bucket"].clone(), row["old_key"].clone(), row["new_key"].clone())).collect()
}
