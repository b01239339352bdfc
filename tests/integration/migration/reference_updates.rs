//! Conditional updates of records.

use serde_json::json;
use stocktake::migration::reference_updates::{Change, ItemUpdate, MOST_ACTIONS, MOST_BYTES, Transactions};
use stocktake::references::PathStep;

fn update(id: usize) -> ItemUpdate {
    let name = |name: &str| PathStep::Name(name.to_owned());
    let change =
        |path: Vec<PathStep>, text: &str| Change { path, old: format!("s3://a/{text}"), new: format!("s3://b/{text}") };
    let key = json!({ "id": { "S": id.to_string() } });
    ItemUpdate {
        table: "jobs".to_owned(),
        key: key.as_object().unwrap().clone(),
        changes: vec![
            change(vec![name("compilations"), PathStep::Index(1), name("s3.uri")], "x"),
            change(vec![name("status"), name("s3.uri")], "y\"'"),
        ],
        bytes: 100,
    }
}

#[test]
fn nested_paths_name_every_step_and_every_old_value_is_a_condition() {
    assert_eq!(
        update(7).parameters(),
        json!({
            "TableName": "jobs",
            "Key": { "id": { "S": "7" } },
            "UpdateExpression": "SET #n0[1].#n1 = :new0, #n2.#n1 = :new1",
            "ConditionExpression": "#n0[1].#n1 = :old0 AND #n2.#n1 = :old1",
            "ExpressionAttributeNames": { "#n0": "compilations", "#n1": "s3.uri", "#n2": "status" },
            "ExpressionAttributeValues": {
                ":old0": { "S": "s3://a/x" }, ":new0": { "S": "s3://b/x" },
                ":old1": { "S": "s3://a/y\"'" }, ":new1": { "S": "s3://b/y\"'" },
            },
        })
    );
}

#[test]
fn the_way_back_expects_what_the_way_there_wrote() {
    let (there, back) = (update(1), update(1).reversed());
    assert_eq!(back.reversed(), there);
    let (there, back) = (there.parameters(), back.parameters());
    assert_eq!(back["ExpressionAttributeValues"][":old0"], there["ExpressionAttributeValues"][":new0"]);
    assert_eq!(back["ConditionExpression"], there["ConditionExpression"]);
}

#[test]
fn a_statement_says_the_same() {
    let statement = update(7).statement();
    assert_eq!(
        statement["Statement"],
        "UPDATE \"jobs\" SET \"compilations\"[1].\"s3.uri\" = ? SET \"status\".\"s3.uri\" = ? WHERE \"id\" = ? \
         AND \"compilations\"[1].\"s3.uri\" = ? AND \"status\".\"s3.uri\" = ?"
    );
    let texts = ["s3://b/x", "s3://b/y\"'", "7", "s3://a/x", "s3://a/y\"'"].map(|text| json!({ "S": text }));
    assert_eq!(statement["Parameters"], json!(texts));
}

/// How many items each transaction takes.
fn sizes(updates: impl Iterator<Item = ItemUpdate>) -> Vec<usize> {
    let mut transactions = Transactions::default();
    let mut bodies: Vec<_> = updates.filter_map(|update| transactions.push(&update)).collect();
    bodies.extend(transactions.take());
    bodies.iter().map(|body| body["TransactItems"].as_array().unwrap().len()).collect()
}

#[test]
fn a_transaction_takes_a_hundred_items() {
    assert_eq!(sizes((0..=2 * MOST_ACTIONS).map(update)), [100, 100, 1]);
    assert!(sizes(std::iter::empty()).is_empty());
}

#[test]
fn a_transaction_takes_four_mebibytes() {
    let large = |number: usize| ItemUpdate { bytes: MOST_BYTES / 2 - number as u64 % 2, ..update(number) };
    assert_eq!(sizes((0..5).map(large)), [2, 2, 1]);
    let huge = |number: usize| ItemUpdate { bytes: MOST_BYTES + 1, ..update(number) };
    assert_eq!(sizes((0..2).map(huge)), [1, 1]);
}
