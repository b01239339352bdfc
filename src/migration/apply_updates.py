"""Applies a file of transactions that stocktake planned (`<table>.transactions.jsonl`) to DynamoDB.

    python3 apply.py dda-portal-training-jobs.transactions.jsonl

Every update is conditional: an item in which a value is not what the plan saw is left alone and told. Run it as often as
you like: what is applied already counts as done. It changes nothing but the values that the plan names.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError

DYNAMODB = boto3.client("dynamodb")
MISSED = "ConditionalCheckFailed"


def apply(lines):
    """Applies one transaction for each line; gives how many items were updated, were up to date, and were left."""
    updated, done, left = 0, 0, []
    for line in lines:
        body = json.loads(line)
        try:
            DYNAMODB.transact_write_items(**body)
            updated += len(body["TransactItems"])
            continue
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
        # One item that changed cancels the whole transaction: the others are made one by one.
        for action in body["TransactItems"]:
            update = action["Update"]
            try:
                DYNAMODB.update_item(**update)
                updated += 1
            except ClientError as error:
                if not error.response["Error"]["Code"].startswith(MISSED):
                    raise
                if is_done(update):
                    done += 1
                else:
                    left.append(update)
    return updated, done, left


def is_done(update):
    """Whether every new value is there already."""
    values = update["ExpressionAttributeValues"]
    pairs = [pair.split(" = ") for pair in update["UpdateExpression"].removeprefix("SET ").split(", ")]
    item = DYNAMODB.get_item(TableName=update["TableName"], Key=update["Key"], ConsistentRead=True).get("Item", {})
    return all(value_at({"M": item}, path, update["ExpressionAttributeNames"]) == values[new] for path, new in pairs)


def value_at(value, path, names):
    for step in path.replace("[", ".[").split("."):
        if value is None:
            return None
        if step.startswith("["):
            elements, index = value.get("L", []), int(step[1:-1])
            value = elements[index] if index < len(elements) else None
        else:
            value = value.get("M", {}).get(names[step])
    return value


def main(paths):
    missed = 0
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            updated, done, left = apply(lines)
        missed += len(left)
        print(f"{path}: {updated} items updated, {done} were up to date, {len(left)} left alone")
        for update in left:
            print("  changed since the plan: " + json.dumps({"table": update["TableName"], "key": update["Key"]}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
