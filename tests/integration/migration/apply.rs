//! The program that applies updates, run by Python against tables in memory.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use stocktake::migration::Mapping;
use stocktake::migration::reference_updates::APPLY_SCRIPT;

use super::planned::{layout, state};
use super::state::{BEFORE, How, planned};
use crate::codegen::tool;

/// Runs the program on a file of transactions; gives the tables after it, what it printed, and its exit code.
fn apply(transactions: &[u8], tables: &Value) -> Option<Value> {
    let python = tool("python3")?;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("apply.py"), APPLY_SCRIPT).unwrap();
    std::fs::write(folder.path().join("run.py"), include_str!("stub_tables.py")).unwrap();
    std::fs::write(folder.path().join("t.transactions.jsonl"), transactions).unwrap();
    let mut python = Command::new(python)
        .args(["run.py", "t.transactions.jsonl"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(tables.to_string().as_bytes()).unwrap();
    let done = python.wait_with_output().unwrap();
    assert!(done.status.success());
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

#[test]
fn updates_are_applied_once_and_what_changed_is_left_alone() {
    let (_, files) = planned(&layout(), &state(), BEFORE, &Mapping::default(), How::PLAINLY);
    let mut expected = state();
    expected.carry_out(&files, "");
    let tables = json!(state().items);
    let Some(done) = apply(&files.0["references/assets.transactions.jsonl"], &tables) else { return };
    assert_eq!((&done["tables"], &done["code"]), (&json!(expected.items), &json!(0)));
    assert_eq!(done["calls"], json!(["transact_write_items"]));

    // Again: everything is up to date.
    let again = apply(&files.0["references/assets.transactions.jsonl"], &done["tables"]).unwrap();
    assert_eq!((&again["tables"], &again["code"]), (&done["tables"], &json!(0)));

    // One record changed meanwhile: the others are rewritten all the same.
    let mut changed = tables.clone();
    changed["assets"][0]["file"]["S"] = json!("s3://media/elsewhere");
    let partly = apply(&files.0["references/assets.transactions.jsonl"], &changed).unwrap();
    assert_eq!(partly["code"], 1);
    assert_eq!(partly["tables"]["assets"][0], changed["assets"][0]);
    assert_eq!(partly["tables"]["assets"][1], done["tables"]["assets"][1]);
    assert!(partly["printed"].as_str().unwrap().contains("1 left alone"));

    // And back.
    let back = apply(&files.0["rollback/references/assets.transactions.jsonl"], &done["tables"]).unwrap();
    assert_eq!((&back["tables"], &back["code"]), (&tables, &json!(0)));
}
