//! Conditional updates of the records that name moved objects, as requests to DynamoDB.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The most actions of one transaction (DynamoDB API Reference, "TransactWriteItems").
pub const MOST_ACTIONS: usize = 100;

/// One step of the way to a value within an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An attribute or a map's key, as it is spelled.
    Name(String),
    /// An element of a list, from 0.
    Index(u64),
}

/// One text in an item that becomes another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Where it is; begins with a name.
    pub path: Vec<Step>,
    /// What it must be for the update to be made.
    pub old: String,
    /// What it becomes.
    pub new: String,
}

/// All changes of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemUpdate {
    /// Its table.
    pub table: String,
    /// Its primary key in DynamoDB's JSON.
    pub key: Map<String, Value>,
    /// At least one; each path once.
    pub changes: Vec<Change>,
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
                    Step::Index(index) => path.push_str(&format!("[{index}]")),
                    Step::Name(name) => {
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
}

/// The updates as bodies of `TransactWriteItems`, in their order, at most [`MOST_ACTIONS`] items each. An item must not
/// come twice.
pub fn transactions(updates: &[ItemUpdate]) -> impl Iterator<Item = Value> + '_ {
    updates.chunks(MOST_ACTIONS).map(|updates| {
        let actions: Vec<Value> = updates.iter().map(|update| json!({ "Update": update.parameters() })).collect();
        json!({ "TransactItems": actions })
    })
}
