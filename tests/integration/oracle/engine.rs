//! The program's own answer to a world, read back from the files that it writes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use stocktake::model::{KeyClass, Outcome, ReferenceClass, Severity, Verdict};

use super::findings::Id;
use super::written;
use crate::delivery::Format;

/// What the program said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) exit_code: Option<i32>,
    pub(crate) verdict: Verdict,
    pub(crate) totals: BTreeMap<String, u64>,
    pub(crate) key: BTreeMap<KeyClass, (u64, u64)>,
    pub(crate) reference: BTreeMap<ReferenceClass, (u64, u64)>,
    pub(crate) outcome: BTreeMap<Outcome, u64>,
    /// Findings by rule, as `results.json` counts them.
    pub(crate) rules: BTreeMap<String, u64>,
    pub(crate) findings: Vec<Told>,
    /// What was audited, and how.
    pub(crate) name: String,
    /// `judgement` as it stands in `results.json`.
    pub(crate) judgement: String,
    /// The whole of `findings.parquet`.
    pub(crate) file: Vec<u8>,
}

/// One finding as the program wrote it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) id: Id,
    pub(crate) severity: Severity,
    pub(crate) bucket: String,
    pub(crate) suggestion: Option<String>,
}

#[derive(Deserialize)]
struct Results {
    judgement: Box<RawValue>,
}

#[derive(Deserialize)]
struct Judgement {
    verdict: Verdict,
    totals: BTreeMap<String, u64>,
    classes: Classes,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Classes {
    key: Vec<Class<KeyClass>>,
    reference: Vec<Class<ReferenceClass>>,
    outcome: Vec<Became>,
}

#[derive(Deserialize)]
struct Class<C> {
    class: C,
    objects: u64,
    bytes: u64,
}

#[derive(Deserialize)]
struct Became {
    outcome: Outcome,
    references: u64,
}

#[derive(Deserialize)]
struct Rule {
    code: String,
    findings: u64,
}

/// Audits the world written to `dir`; an error is what the program complained of.
pub(crate) fn audit(dir: &Path, format: Format, jobs: usize) -> Result<Answer, String> {
    let out = dir.join(format!("out-{format:?}-{jobs}"));
    let run = Command::new(env!("CARGO_BIN_EXE_stocktake"))
        .args(["audit", "--accept-implausible", "-q", "--color", "never", "--jobs", &jobs.to_string()])
        .arg("-c")
        .arg(dir.join("stocktake.toml"))
        .arg("--inventory")
        .arg(written::inventories(dir, format))
        .arg("--export")
        .arg(written::exports(dir, format))
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    if !matches!(run.status.code(), Some(0 | 1 | 3)) {
        return Err(format!("{}: {}", run.status, String::from_utf8_lossy(&run.stderr)));
    }
    let results: Results = read_json(&fs::read_to_string(out.join("results.json")).unwrap())?;
    let judgement: Judgement = read_json(results.judgement.get())?;
    let file = out.join("findings.parquet");
    Ok(Answer {
        exit_code: run.status.code(),
        verdict: judgement.verdict,
        totals: judgement.totals,
        key: objects(judgement.classes.key),
        reference: objects(judgement.classes.reference),
        outcome: judgement.classes.outcome.into_iter().map(|it| (it.outcome, it.references)).collect(),
        rules: judgement.rules.into_iter().map(|rule| (rule.code, rule.findings)).collect(),
        findings: findings(&file),
        name: format!("{format:?} with {jobs} jobs"),
        judgement: results.judgement.get().to_owned(),
        file: fs::read(&file).unwrap(),
    })
}

fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| format!("results.json: {error}"))
}

fn objects<C: Ord>(classes: Vec<Class<C>>) -> BTreeMap<C, (u64, u64)> {
    classes.into_iter().map(|it| (it.class, (it.objects, it.bytes))).collect()
}

/// The findings of every family that the oracle judges.
fn findings(file: &Path) -> Vec<Told> {
    let reader = SerializedFileReader::new(File::open(file).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    rows.map(|row| told(&row)).filter(|told| !told.id.code.starts_with('S')).collect()
}

fn told(row: &Row) -> Told {
    let column = |name: &str| match row.get_column_iter().find(|(known, _)| *known == name) {
        Some((_, Field::Str(text))) => Some(text.clone()),
        _ => None,
    };
    let field = |name| column(name).unwrap_or_default();
    let (code, subject) = (field("code"), field("subject"));
    let names = match subject.as_str() {
        "reference" | "workflow" => ["table", "item", "path"],
        _ => ["bucket", "key", "version"],
    };
    let mut fields = names.map(field);
    match code.as_str() {
        // One for each table and path: the item is an example.
        "R312" => fields[1].clear(),
        // One for each item: the path names the workflow.
        "W501" => fields[2].clear(),
        _ => {}
    }
    Told {
        severity: Severity::from_name(&field("severity")).unwrap(),
        bucket: field("bucket"),
        suggestion: column("suggestion"),
        id: Id { code, subject, fields },
    }
}
