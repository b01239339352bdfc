//! Conditional updates of records.

use serde_json::json;
use stocktake::migration::reference_updates::{Change, ItemUpdate, MOST_ACTIONS, Step, transactions};

fn update(id: usize) -> ItemUpdate {
    let name = |name: &str| Step::Name(name.to_owned());
    let change =
        |path: Vec<Step>, text: &str| Change { path, old: format!("s3://a/{text}"), new: format!("s3://b/{text}") };
    let key = json!({ "id": { "S": id.to_string() } });
    ItemUpdate {
        table: "jobs".to_owned(),
        key: key.as_object().unwrap().clone(),
        changes: vec![
            change(vec![name("compilations"), Step::Index(1), name("s3.uri")], "x"),
            change(vec![name("status"), name("s3.uri")], "y\"'"),
        ],
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
fn a_transaction_takes_a_hundred_items() {
    let updates: Vec<_> = (0..=2 * MOST_ACTIONS).map(update).collect();
    let sizes: Vec<_> = transactions(&updates).map(|body| body["TransactItems"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [100, 100, 1]);
}
