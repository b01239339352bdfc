//! A world's configuration as the text of its `stocktake.toml`.

use serde_json::{Value, json};
use stocktake::model::time::format_utc;

use super::pool::{PLACEHOLDERS, Placeholder};
use super::world::{
    Area, Binding, Bucket, BucketFrom, Claim, Condition, Fate, Kind, Legacy, Reference, Setting, Standing, Table, Test,
    Unit, World,
};

/// The configuration of a world.
pub(crate) fn text(world: &World) -> String {
    let placeholders = PLACEHOLDERS.iter().map(|it| (it.name.to_owned(), placeholder(it)));
    let whole = table([
        ("version", json!(1)),
        ("title", json!("a world")),
        ("naming", json!({ "singular": pairs(&world.singular) })),
        ("placeholder", Value::Object(placeholders.collect())),
        ("bucket", list(&world.buckets, bucket)),
        ("area", list(&world.areas, area)),
        ("table", list(&world.tables, declared_table)),
        ("workflow", workflow(world)),
        ("rules", settings(&world.rules)),
    ]);
    let inputs = format!("[inputs]\nnow = {}\ngrace = \"{}ms\"\n", format_utc(world.now), world.grace);
    let cut_over = world.cut_over.map(|at| format!("cut_over = {}\n", format_utc(at))).unwrap_or_default();
    let migration = format!("[migration]\nphase = \"{}\"\n{cut_over}", world.phase.name());
    format!("{}\n{inputs}\n{migration}", toml::to_string(&whole).unwrap())
}

/// A table of those entries that say something.
fn table<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let is_said = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    };
    let said = entries.into_iter().filter(|(_, value)| is_said(value));
    Value::Object(said.map(|(name, value)| (name.to_owned(), value)).collect())
}

fn list<T>(entries: &[T], write: impl Fn(&T) -> Value) -> Value {
    Value::Array(entries.iter().map(write).collect())
}

fn pairs(pairs: &[(&str, &str)]) -> Value {
    Value::Object(pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect())
}

fn settings(rules: &[Setting]) -> Value {
    Value::Object(rules.iter().map(|(selector, severity)| ((*selector).to_owned(), json!(severity.name()))).collect())
}

fn placeholder(placeholder: &Placeholder) -> Value {
    table([
        ("pattern", json!(placeholder.pattern)),
        ("one_of", json!(placeholder.one_of)),
        ("max_length", json!(placeholder.max_length)),
        ("except", json!(placeholder.except)),
        ("aliases", pairs(placeholder.aliases)),
        (
            "replace",
            placeholder.replace.map_or(Value::Null, |(pattern, with)| json!({ "pattern": pattern, "with": with })),
        ),
    ])
}

fn bucket(bucket: &Bucket) -> Value {
    let aliases: Vec<String> = bucket
        .aliases
        .iter()
        .map(|(name, prefix)| if prefix.is_empty() { (*name).to_owned() } else { format!("{name}/{prefix}") })
        .collect();
    let mut entry = table([
        ("name", json!(bucket.name)),
        ("prefix", json!(bucket.prefix)),
        ("aliases", json!(aliases)),
        ("role", json!(bucket.role)),
        ("inventory_prefixes", json!(bucket.inventory_prefixes)),
        ("records", pairs(bucket.records.as_slice())),
    ]);
    if !bucket.inventory {
        entry["inventory"] = json!(false);
    }
    entry
}

fn area(area: &Area) -> Value {
    let standing = match area.standing {
        Standing::Wanted => "",
        Standing::Tolerated => "tolerated",
        Standing::Outside => "outside",
    };
    table([
        ("name", json!(area.name)),
        ("path", json!(area.path)),
        ("role", json!(area.role)),
        ("anchor", json!(if area.at_root { "bucket" } else { "" })),
        ("standing", json!(standing)),
        ("fallback", json!(area.fallback)),
        ("companions", json!(area.companions)),
        ("expected_unreferenced", json!(area.expected)),
        ("orphan_scope", json!(if area.by_object { "object" } else { "" })),
        ("rules", settings(&area.rules)),
        ("legacy", list(&area.legacy, legacy)),
    ])
}

fn legacy(legacy: &Legacy) -> Value {
    let (fate, how) = match legacy.fate {
        Fate::To(to) => ("to", to),
        Fate::Keep => ("keep", "nobody minds it"),
        Fate::Retire => ("retire", "nobody wants it"),
    };
    table([
        ("name", json!(legacy.name)),
        ("from", json!(legacy.from)),
        (fate, json!(how)),
        ("record", json!(legacy.record)),
        ("unnamed", json!(if legacy.unnamed_keep { "keep" } else { "" })),
        ("anchor", json!(if legacy.at_root { "bucket" } else { "" })),
    ])
}

fn declared_table(declared: &Table) -> Value {
    let changed_at = declared.changed_at.as_ref().map_or(Value::Null, |(attributes, unit)| {
        let unit = match unit {
            Unit::Seconds => "s",
            Unit::Millis => "ms",
            Unit::Rfc3339 => "rfc3339",
        };
        json!({ "attribute": attributes, "unit": unit })
    });
    let ignores = if declared.ignores.is_empty() {
        Value::Null
    } else {
        json!([{ "attributes": declared.ignores, "reason": "free text" }])
    };
    table([
        ("name", json!(declared.name)),
        ("key", json!(declared.key)),
        ("changed_at", changed_at),
        ("optional", json!(declared.optional)),
        ("rules", settings(&declared.rules)),
        ("reference", list(&declared.references, reference)),
        ("claim", list(&declared.claims, claim)),
        ("ignore", ignores),
    ])
}

fn reference(reference: &Reference) -> Value {
    let kind = match reference.kind {
        Kind::Object => "object",
        Kind::Prefix => "prefix",
        Kind::Key => "key",
        Kind::KeyPrefix => "key-prefix",
        Kind::Bucket => "bucket",
    };
    let bucket = match &reference.bucket {
        None => Value::Null,
        Some(BucketFrom::Named(name)) => json!({ "name": name }),
        Some(BucketFrom::Attributes(attributes)) => json!({ "attribute": attributes }),
        Some(BucketFrom::Table(table, by, attributes)) => {
            json!({ "table": table, "by": by, "attribute": attributes })
        }
    };
    let mut entry = table([
        ("attribute", json!(reference.attribute)),
        ("kind", json!(kind)),
        ("bucket", bucket),
        ("area", json!(reference.areas)),
        ("when", condition(reference.when.as_ref())),
        ("required_when", condition(reference.required_when.as_ref())),
        ("bind", bindings(&reference.bind)),
        ("fill", bindings(&reference.fill)),
        ("exclusive", json!(reference.exclusive)),
        ("rules", settings(&reference.rules)),
    ]);
    if !reference.claims {
        entry["claims"] = json!(false);
    }
    entry
}

fn claim(claim: &Claim) -> Value {
    table([
        ("area", json!(claim.area)),
        ("bind", bindings(&claim.bind)),
        ("when", condition(claim.when.as_ref())),
        ("unfinished_when", condition(claim.unfinished_when.as_ref())),
    ])
}

fn bindings(bindings: &[Binding]) -> Value {
    let written = bindings.iter().map(|(placeholder, attribute, on)| {
        let source = on.map_or_else(|| json!(attribute), |on| json!({ "attribute": attribute, "on": on }));
        ((*placeholder).to_owned(), source)
    });
    Value::Object(written.collect())
}

fn condition(condition: Option<&Condition>) -> Value {
    let Some(Condition { attribute, test }) = condition else { return Value::Null };
    match test {
        Test::Equals(list) => json!({ "attribute": attribute, "equals": list }),
        Test::Not(list) => json!({ "attribute": attribute, "not": list }),
        Test::Present(wanted) => json!({ "attribute": attribute, "present": wanted }),
    }
}

fn workflow(world: &World) -> Value {
    let Some(workflow) = &world.workflow else { return Value::Null };
    let entry = table([
        ("name", json!(workflow.name)),
        ("table", json!(workflow.table)),
        ("when", condition(workflow.when.as_ref())),
        ("steps", json!(workflow.steps)),
        ("on", json!(workflow.on)),
    ]);
    json!([entry])
}
