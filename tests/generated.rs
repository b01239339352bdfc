//! The benchmarks' generator says what an audit of its worlds must find: the audit finds just that, whatever the format
//! and the order of the inventory.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

#[path = "../benches/generate/world/mod.rs"]
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use world::{Format, Options, Order};

#[test]
fn an_audit_of_a_generated_world_finds_what_was_put_into_it() {
    for (format, order) in [(Format::Csv, Order::Sorted), (Format::Parquet, Order::Shuffled)] {
        let dir = TempDir::new().unwrap();
        // Large shares, so that a small world has something of everything.
        let options = Options {
            out: dir.path().to_owned(),
            objects: 20_000,
            references: 2_500,
            folders: 900,
            areas: 3,
            violations: 0.2,
            orphans: 0.1,
            broken: 0.6,
            key_length: 0,
            attributes: 10,
            format,
            order,
            parts: Some(3),
            seed: 7,
        };
        world::write(&options).unwrap();
        let expected = json_of(&dir.path().join("expected.json"));
        assert_eq!(found(&audit(dir.path())), expected, "{format:?} {order:?}");
    }
}

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Runs the program on a world and gives the judgement of its `results.json`.
fn audit(dir: &Path) -> Value {
    let mut program = Command::new(env!("CARGO_BIN_EXE_stocktake"));
    program.args(["audit", "--quiet", "--config"]).arg(dir.join("stocktake.toml"));
    let output = program.env_clear().stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    json_of(&dir.join("reports/results.json"))["judgement"].take()
}

/// What was found, as `expected.json` puts it.
fn found(judgement: &Value) -> Value {
    let totals = &judgement["totals"];
    let amount = |of: &Value| json!({ "objects": of["objects"], "bytes": of["bytes"] });
    let legacy = judgement["legacy"].as_array().unwrap().iter();
    let sum = |name: &str| legacy.clone().map(|generation| generation[name].as_u64().unwrap()).sum::<u64>();
    json!({
        "objects": totals["objects"],
        "bytes": totals["bytes"],
        "items": totals["items"],
        "references": totals["references"],
        "outcomes": counted(&judgement["classes"]["outcome"], "outcome", |of| of["references"].clone()),
        "findings": counted(&judgement["rules"], "code", |of| of["findings"].clone()),
        "areas": counted(&judgement["areas"], "area", |of| if of["objects"] == 0 { json!(0) } else { amount(of) }),
        "orphans": amount(&judgement["orphans"]),
        "legacy": { "objects": sum("objects"), "bytes": sum("bytes") },
    })
}

/// What is not zero, by name.
fn counted(list: &Value, name: &str, count: impl Fn(&Value) -> Value) -> Value {
    let entries = list.as_array().unwrap().iter().map(|entry| (entry[name].as_str().unwrap(), count(entry)));
    let counted: BTreeMap<&str, Value> = entries.filter(|(_, count)| *count != 0).collect();
    Value::Object(counted.into_iter().map(|(name, count)| (name.to_owned(), count)).collect::<Map<_, _>>())
}
