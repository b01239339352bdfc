//! Conditional updates of the records that name moved objects, as requests to DynamoDB.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::references::PathStep;

/// A program that applies the files of updates, in Python; it needs nothing but boto3.
pub const APPLY_SCRIPT: &str = include_str!("apply_updates.py");

/// The most actions of one transaction (DynamoDB API Reference, "TransactWriteItems").
pub const MOST_ACTIONS: usize = 100;
/// The most bytes that the items of one transaction may have together.
pub const MOST_BYTES: u64 = 4 * 1_024 * 1_024;

/// One text in an item that becomes another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// Where it is; begins with a name.
    pub path: Vec<PathStep>,
    /// What it must be for the update to be made.
    pub old: String,
    /// What it becomes.
    pub new: String,
}

/// All changes of one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemUpdate {
    /// Its table.
    pub table: String,
    /// Its primary key in DynamoDB's JSON.
    pub key: Map<String, Value>,
    /// At least one; each path once.
    pub changes: Vec<Change>,
    /// The item's size, at most, in bytes.
    pub bytes: u64,
}

impl ItemUpdate {
    /// The update that takes this one back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let back =
            |change: &Change| Change { path: change.path.clone(), old: change.new.clone(), new: change.old.clone() };
        Self { changes: self.changes.iter().map(back).collect(), ..self.clone() }
    }

    /// The update as the parameters of `UpdateItem`, and of an `Update` in `TransactWriteItems`: made only while every
    /// old value is still there. Names are never spelled out in an expression, so that reserved words and dots do no
    /// harm.
    pub fn parameters(&self) -> Value {
        let (mut names, mut values) = (BTreeMap::<String, String>::new(), BTreeMap::<String, Value>::new());
        let mut placeholders = BTreeMap::<&str, String>::new();
        let (mut sets, mut conditions) = (Vec::new(), Vec::new());
        for (number, change) in self.changes.iter().enumerate() {
            let mut path = String::new();
            for step in &change.path {
                match step {
                    PathStep::Index(index) => path.push_str(&format!("[{index}]")),
                    PathStep::Name(name) => {
                        let next = placeholders.len();
                        let placeholder = placeholders.entry(name).or_insert_with(|| format!("#n{next}"));
                        names.insert(placeholder.clone(), name.clone());
                        if !path.is_empty() {
                            path.push('.');
                        }
                        path.push_str(placeholder);
                    }
                }
            }
            values.insert(format!(":old{number}"), json!({ "S": change.old }));
            values.insert(format!(":new{number}"), json!({ "S": change.new }));
            sets.push(format!("{path} = :new{number}"));
            conditions.push(format!("{path} = :old{number}"));
        }
        json!({
            "TableName": self.table,
            "Key": self.key,
            "UpdateExpression": format!("SET {}", sets.join(", ")),
            "ConditionExpression": conditions.join(" AND "),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        })
    }

    /// The update as the parameters of `ExecuteStatement`: one PartiQL statement with the same conditions.
    pub fn statement(&self) -> Value {
        let path = |steps: &[PathStep]| {
            let mut path = String::new();
            for step in steps {
                match step {
                    PathStep::Index(index) => path.push_str(&format!("[{index}]")),
                    PathStep::Name(name) => {
                        if !path.is_empty() {
                            path.push('.');
                        }
                        path.push_str(&quoted(name));
                    }
                }
            }
            path
        };
        let mut text = format!("UPDATE {}", quoted(&self.table));
        let mut parameters = Vec::new();
        for change in &self.changes {
            text.push_str(&format!(" SET {} = ?", path(&change.path)));
            parameters.push(json!({ "S": change.new }));
        }
        let mut word = " WHERE";
        for (name, value) in &self.key {
            text.push_str(&format!("{word} {} = ?", quoted(name)));
            parameters.push(value.clone());
            word = " AND";
        }
        for change in &self.changes {
            text.push_str(&format!(" AND {} = ?", path(&change.path)));
            parameters.push(json!({ "S": change.old }));
        }
        json!({ "Statement": text, "Parameters": parameters })
    }
}

/// A name for PartiQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Gathers updates into bodies of `TransactWriteItems`, in their order: at most [`MOST_ACTIONS`] items and
/// [`MOST_BYTES`] each. An item must not come twice.
#[derive(Debug, Default)]
pub struct Transactions {
    actions: Vec<Value>,
    bytes: u64,
}

impl Transactions {
    /// Takes an update; gives the body that is full before it.
    pub fn push(&mut self, update: &ItemUpdate) -> Option<Value> {
        let full = self.actions.len() == MOST_ACTIONS || self.bytes + update.bytes > MOST_BYTES;
        let body = if full { self.take() } else { None };
        self.actions.push(json!({ "Update": update.parameters() }));
        self.bytes += update.bytes;
        body
    }

    /// The last body, if there is one.
    pub fn take(&mut self) -> Option<Value> {
        self.bytes = 0;
        let actions = std::mem::take(&mut self.actions);
        (!actions.is_empty()).then(|| json!({ "TransactItems": actions }))
    }
}
