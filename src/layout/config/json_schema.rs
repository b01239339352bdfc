//! The language as a JSON Schema, derived from the tables that configurations are held against.

use serde_json::{Map, Value, json};

use super::KnownRules;
use super::about::about;
use super::build::words;
use super::kind::Kind;
use super::schema::{FILE, SEVERITY, Schema};

/// The JSON Schema (draft 2020-12) of `stocktake.toml`, for editors.
///
/// It allows what may be left out because a preset says it: an entry needs what tells it from others, no more.
pub fn json_schema(rules: &KnownRules) -> Value {
    let mut schema = table(&FILE, rules, true);
    if let Some(file) = schema.as_object_mut() {
        file.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        file.insert("title".to_owned(), json!("stocktake.toml"));
    }
    schema
}

/// A table; one that merges needs its identity alone.
fn table(schema: &Schema, rules: &KnownRules, merges: bool) -> Value {
    let properties: Map<String, Value> = schema
        .keys
        .iter()
        .map(|key| {
            let mut made = restricted(kind(&key.kind, rules), words(schema.what, key.name));
            made["description"] = json!(about(schema.what, key.name));
            (key.name.to_owned(), made)
        })
        .collect();
    let is_needed = |key: &&super::schema::Key| {
        key.required && (!merges || schema.identity.is_empty() || schema.identity.contains(&key.name))
    };
    let required: Vec<&str> = schema.keys.iter().filter(is_needed).map(|key| key.name).collect();
    let mut made = json!({
        "description": schema.what.trim_matches('`'),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        made["required"] = json!(required);
    }
    if !merges && !schema.exactly_one.is_empty() {
        let removed = schema.key("remove").map(|key| key.name);
        let ways = schema.exactly_one.iter().copied().chain(removed);
        made["oneOf"] = ways.map(|name| json!({ "required": [name] })).collect();
    }
    if !schema.at_least_one.is_empty() {
        made["anyOf"] = schema.at_least_one.iter().map(|name| json!({ "required": [name] })).collect();
    }
    made
}

fn kind(kind_of: &Kind, rules: &KnownRules) -> Value {
    match kind_of {
        Kind::Text => json!({ "type": "string" }),
        Kind::Word | Kind::Path => json!({ "type": "string", "minLength": 1 }),
        Kind::Integer => json!({ "type": "integer", "minimum": 0 }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Time => json!({ "type": "string", "format": "date-time" }),
        Kind::List(element) => json!({ "type": "array", "items": kind(element, rules) }),
        Kind::Many(element) => json!({ "type": "array", "minItems": 1, "items": kind(element, rules) }),
        Kind::Either(one, other) => json!({ "anyOf": [kind(one, rules), kind(other, rules)] }),
        Kind::Map(value) => json!({ "type": "object", "additionalProperties": kind(value, rules) }),
        Kind::Table(schema) => table(schema, rules, false),
        Kind::Section(schema) => table(schema, rules, true),
        Kind::Named(value) => json!({ "type": "object", "additionalProperties": kind(value, rules) }),
        Kind::Entries(schema) => json!({ "type": "array", "items": table(schema, rules, true) }),
        Kind::Rules => severities(rules),
    }
}

/// Severities by code, name or family.
fn severities(rules: &KnownRules) -> Value {
    let severity = restricted_severity(kind(&SEVERITY, rules));
    let settable = rules.iter().filter(|rule| rule.settable);
    let names = settable.flat_map(|rule| [rule.code, rule.name, rule.family.letter()]);
    let properties: Map<String, Value> = names.map(|name| (name.to_owned(), severity.clone())).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Only these words, where the language has no others.
fn restricted(mut schema: Value, words: Vec<&'static str>) -> Value {
    if !words.is_empty() {
        schema["enum"] = json!(words);
    }
    schema
}

/// The words for a severity, also by phase.
fn restricted_severity(mut schema: Value) -> Value {
    let words = words("the severity", "");
    schema["anyOf"][0]["enum"] = json!(words);
    for phase in ["before", "during", "after"] {
        schema["anyOf"][1]["properties"][phase]["enum"] = json!(words);
    }
    schema
}
