"""Runs apply.py on files (arguments) against tables held in memory (stdin); any call it does not know is an error."""

import contextlib
import copy
import io
import json
import sys
import types


class ClientError(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


tables, calls = json.load(sys.stdin), []


def find(table, key):
    return next(item for item in tables[table] if all(item[name] == value for name, value in key.items()))


def walk(item, path, names):
    """The map or list that holds the last step of a path, and that step."""
    value, steps = {"M": item}, path.replace("[", ".[").split(".")
    steps = [int(step[1:-1]) if step.startswith("[") else names[step] for step in steps]
    for step in steps[:-1]:
        value = value["L" if isinstance(step, int) else "M"][step]
    return value["L" if isinstance(steps[-1], int) else "M"], steps[-1]


def update(parameters):
    item = find(parameters["TableName"], parameters["Key"])
    names, values = parameters["ExpressionAttributeNames"], parameters["ExpressionAttributeValues"]
    for condition in parameters["ConditionExpression"].split(" AND "):
        path, value = condition.split(" = ")
        holder, step = walk(item, path, names)
        if holder[step] != values[value]:
            raise ClientError("ConditionalCheckFailedException")
    for change in parameters["UpdateExpression"].removeprefix("SET ").split(", "):
        path, value = change.split(" = ")
        holder, step = walk(item, path, names)
        holder[step] = values[value]


class Client:
    def transact_write_items(self, TransactItems):
        calls.append("transact_write_items")
        assert 0 < len(TransactItems) <= 100
        held = copy.deepcopy(tables)
        try:
            for action in TransactItems:
                update(action["Update"])
        except ClientError:
            tables.clear()
            tables.update(held)
            raise ClientError("TransactionCanceledException")

    def update_item(self, **parameters):
        calls.append("update_item")
        update(parameters)

    def get_item(self, TableName, Key, ConsistentRead):
        assert ConsistentRead
        return {"Item": find(TableName, Key)}


boto3, botocore = types.ModuleType("boto3"), types.ModuleType("botocore")
exceptions = types.ModuleType("botocore.exceptions")
boto3.client, exceptions.ClientError = (lambda name: Client()), ClientError
sys.modules.update({"boto3": boto3, "botocore": botocore, "botocore.exceptions": exceptions})

import apply  # noqa: E402

with contextlib.redirect_stdout(io.StringIO()) as printed:
    code = apply.main(sys.argv[1:])
json.dump({"tables": tables, "calls": calls, "code": code, "printed": printed.getvalue()}, sys.stdout)
