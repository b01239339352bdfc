//! The same inputs give the same bytes: whatever the number of threads, the memory allowed, the
//! format of the inventory, the order of parts.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tempfile::TempDir;

use super::runner::program;
use crate::delivery::{Files, hex, md5};
use crate::fixtures::{orc_during, read_below, root};

/// What must not differ.
#[derive(PartialEq, Eq)]
struct Judged {
    judgement: String,
    findings: Vec<u8>,
    folders: Vec<u8>,
}

#[derive(Deserialize)]
struct Results {
    judgement: Box<RawValue>,
}

fn audit(inventory: &Path, resources: &str, out: &Path) -> Judged {
    let portal = root().join("edge-cv-portal");
    let mut command = program();
    command.args(["audit", "-q"]).args(resources.split_whitespace()).arg("-c").arg(portal.join("stocktake.toml"));
    let output = command.arg("--inventory").arg(inventory).arg("--out").arg(out).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let results: Results = serde_json::from_slice(&fs::read(out.join("results.json")).unwrap()).unwrap();
    Judged {
        judgement: results.judgement.get().to_owned(),
        findings: fs::read(out.join("findings.parquet")).unwrap(),
        folders: fs::read(out.join("folders.parquet")).unwrap(),
    }
}

/// The delivery with the parts of its manifest in the opposite order.
fn reversed(mut delivery: Files) -> Files {
    let manifest = delivery.0.keys().find(|key| key.ends_with("/manifest.json")).unwrap().clone();
    let mut value: Value = serde_json::from_slice(&delivery.0[&manifest]).unwrap();
    let parts = value["files"].as_array_mut().unwrap();
    assert!(parts.len() > 2, "too few parts for an order");
    parts.reverse();
    let text = value.to_string();
    delivery.insert(manifest.replace(".json", ".checksum"), hex(&md5(text.as_bytes())));
    delivery.insert(manifest, text);
    delivery
}

#[test]
fn threads_memory_formats_and_the_order_of_parts_change_nothing() {
    let portal = root().join("edge-cv-portal/during");
    let dir = TempDir::new().unwrap();
    let mut inventories = Vec::new();
    for format in ["csv", "parquet"] {
        let turned = dir.path().join(format);
        reversed(read_below(&portal.join(format))).write(&turned);
        inventories.extend([portal.join(format), turned]);
    }
    let reference = audit(&inventories[0], "--jobs 1", &dir.path().join("reference"));
    assert!(reference.findings.len() > 10_000 && reference.judgement.contains("L209"), "too little to compare");
    let orc = dir.path().join("orc");
    orc_during().write(&orc);
    inventories.push(orc);
    for inventory in &inventories {
        for resources in ["--jobs 1", "--jobs 8", "--jobs 1 --memory 1", "--jobs 8 --memory 64KiB"] {
            let judged = audit(inventory, resources, &dir.path().join("out"));
            let name = format!("{} {resources}", inventory.display());
            assert!(judged.judgement == reference.judgement, "judgement: {name}");
            assert!(judged.findings == reference.findings, "findings.parquet: {name}");
            assert!(judged.folders == reference.folders, "folders.parquet: {name}");
        }
    }
}
