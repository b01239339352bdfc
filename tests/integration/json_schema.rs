//! The part of JSON Schema that our schemas use, so that they can be held to real outputs without another tool.

use regex::Regex;
use serde_json::Value;

/// Every word that may stand in a schema: one that is not judged here would be a hole.
const KNOWN: &[&str] = &[
    "$schema",
    "$defs",
    "$ref",
    "title",
    "description",
    "type",
    "properties",
    "additionalProperties",
    "required",
    "items",
    "minItems",
    "minLength",
    "minimum",
    "maximum",
    "enum",
    "const",
    "oneOf",
    "anyOf",
    "format",
    "default",
];

/// What a value breaks, each with where it stands.
pub(crate) fn breaches(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    judge(schema, schema, value, "", &mut found);
    found
}

fn judge(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(words) = schema.as_object() else {
        assert!(schema.is_boolean(), "{schema}");
        if *schema == Value::Bool(false) {
            found.push(format!("{at}: not allowed"));
        }
        return;
    };
    for word in words.keys() {
        assert!(KNOWN.contains(&word.as_str()), "the schema says `{word}`, which nobody judges");
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        judge(root, root.pointer(&reference[1..]).unwrap(), value, at, found);
    }
    if let Some(types) = schema.get("type") {
        let types: Vec<&str> = types
            .as_str()
            .map(|one| vec![one])
            .unwrap_or_else(|| types.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect());
        if !types.iter().any(|one| is(one, value)) {
            return found.push(format!("{at}: no {types:?}"));
        }
    }
    let mut must = |holds: bool, what: &str| {
        if !holds {
            found.push(format!("{at}: {what}"));
        }
    };
    if let Some(words) = schema.get("enum") {
        must(words.as_array().unwrap().contains(value), "none of the words");
    }
    if let Some(only) = schema.get("const") {
        must(only == value, "not the constant");
    }
    if let (Some(least), Some(number)) = (schema.get("minimum").and_then(Value::as_f64), value.as_f64()) {
        must(number >= least, "too small");
    }
    if let (Some(most), Some(number)) = (schema.get("maximum").and_then(Value::as_f64), value.as_f64()) {
        must(number <= most, "too large");
    }
    if let (Some(least), Some(text)) = (schema.get("minLength").and_then(Value::as_u64), value.as_str()) {
        must(text.chars().count() as u64 >= least, "too short");
    }
    if let (Some("date"), Some(text)) = (schema.get("format").and_then(Value::as_str), value.as_str()) {
        must(Regex::new(r"^\d{4}-\d\d-\d\d$").unwrap().is_match(text), "no date");
    }
    let passing =
        |ways: &Value| ways.as_array().unwrap().iter().filter(|way| breaches_in(root, way, value).is_empty()).count();
    if let Some(ways) = schema.get("anyOf") {
        must(passing(ways) >= 1, "none of several ways");
    }
    if let Some(ways) = schema.get("oneOf") {
        must(passing(ways) == 1, "not exactly one of several ways");
    }
    if let Some(list) = value.as_array() {
        must(schema.get("minItems").and_then(Value::as_u64).is_none_or(|least| list.len() as u64 >= least), "too few");
        if let Some(items) = schema.get("items") {
            for (index, element) in list.iter().enumerate() {
                judge(root, items, element, &format!("{at}/{index}"), found);
            }
        }
    }
    if let Some(object) = value.as_object() {
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if !object.contains_key(name.as_str().unwrap()) {
                found.push(format!("{at}: no {name}"));
            }
        }
        for (name, member) in object {
            let own = schema.get("properties").and_then(|properties| properties.get(name));
            if let Some(schema) = own.or_else(|| schema.get("additionalProperties")) {
                judge(root, schema, member, &format!("{at}/{name}"), found);
            }
        }
    }
}

fn breaches_in(root: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    judge(root, schema, value, "", &mut found);
    found
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other}"),
    }
}

/// A TOML file as JSON sees it: times are texts.
pub(crate) fn of_toml(text: &str) -> Value {
    fn json(value: toml::Value) -> Value {
        match value {
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(yes) => yes.into(),
            toml::Value::Datetime(time) => time.to_string().into(),
            toml::Value::Array(list) => list.into_iter().map(json).collect(),
            toml::Value::Table(table) => {
                Value::Object(table.into_iter().map(|(name, value)| (name, json(value))).collect())
            }
        }
    }
    json(toml::Value::Table(toml::from_str(text).unwrap()))
}
