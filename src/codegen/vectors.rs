//! What the layout itself answers to questions that a module can be asked: examples, and what is almost one.

use serde_json::{Map, Value, json};

use super::plan::Plan;
use super::{CodegenError, Language};
use crate::layout::outline::example;
use crate::layout::spec::{Anchor, LayoutSpec};
use crate::layout::{BucketLayout, Captures, KeyMatch, Layout, LegacyTarget};
use crate::model::key::segments;

/// Test vectors as JSON, a case a line.
///
/// # Errors
///
/// As [`module`](super::module).
pub fn vectors(layout: &Layout) -> Result<String, CodegenError> {
    let plan = Plan::new(layout, Language::Python)?;
    let spec = layout.spec();
    let (mut parse, mut resolve) = (Vec::new(), Vec::new());
    let all_known: Map<String, Value> = spec
        .placeholders
        .iter()
        .filter_map(|placeholder| Some((placeholder.name.clone(), json!(example(spec, &placeholder.name)?))))
        .collect();
    for bucket in layout.buckets() {
        for key in keys(spec, bucket) {
            parse.push(parsed(layout, bucket, &key));
            for known in [&Map::new(), &all_known] {
                resolve.push(resolved(bucket, &key, known));
            }
        }
    }
    let (mut build, mut folder) = (Vec::new(), Vec::new());
    for builder in &plan.builders {
        for (entry, bucket) in spec.buckets.iter().enumerate().filter(|(_, entry)| entry.role == builder.area.role) {
            let Some(own) = layout.bucket(&bucket.name) else { continue };
            let Some(area) = spec.areas.iter().position(|area| area.name == builder.area.name) else { continue };
            for values in value_sets(spec, &builder.placeholders) {
                let rests = ["a b/é.bin", "x", "", "/x", "x//y", "x/", "../x", "x/.", "x/.y"];
                for rest in if builder.is_open { rests.map(Some).to_vec() } else { vec![None] } {
                    let built = own.build(entry, area, &mut |name| given(&values, name), rest);
                    let uri =
                        built.ok().filter(|key| !has_odd_segment(key)).map(|key| format!("s3://{}/{key}", bucket.name));
                    build.push(json!({
                        "area": builder.area.name, "bucket": bucket.name, "prefix": bucket.prefix, "role": bucket.role,
                        "values": values, "rest": rest, "uri": uri,
                    }));
                }
            }
            let Some((segments, placeholders)) = &builder.folder else { continue };
            for values in value_sets(spec, placeholders) {
                let mut made = String::new();
                let held = |name: &str| values.get(name).and_then(Value::as_str);
                let is_made = own.folder(Some(entry), area, &held, &mut made) && !has_odd_segment(&made);
                folder.push(json!({
                    "area": builder.area.name, "bucket": bucket.name, "prefix": bucket.prefix, "role": bucket.role,
                    "values": values, "segments": segments,
                    "uri": is_made.then(|| format!("s3://{}/{made}", bucket.name)),
                }));
            }
        }
    }
    let mut text = format!("{{\n\"layout_sha256\": {}", json!(spec.digest));
    for (name, cases) in [("parse", parse), ("resolve", resolve), ("build", build), ("folder", folder)] {
        let lines: Vec<String> = cases.iter().map(Value::to_string).collect();
        text += &format!(",\n\"{name}\": [\n{}\n]", lines.join(",\n"));
    }
    Ok(text + "\n}\n")
}

/// Whether a module refuses a key for its segments (K101, K102), however its layout is matched.
fn has_odd_segment(key: &str) -> bool {
    let (above, _) = key.rsplit_once('/').unwrap_or(("a", key));
    above.split('/').any(str::is_empty) || segments(key).any(|segment| matches!(segment, "." | ".."))
}

fn given(values: &Map<String, Value>, name: &str) -> Option<String> {
    values.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// Values for placeholders: examples, and sets in which one is an alias, or of another form.
fn value_sets(spec: &LayoutSpec, placeholders: &[String]) -> Vec<Map<String, Value>> {
    let plain: Map<String, Value> = placeholders
        .iter()
        .map(|name| (name.clone(), json!(example(spec, name).unwrap_or_else(|| "a1".to_owned()))))
        .collect();
    let mut sets = vec![plain.clone()];
    for name in placeholders {
        let declared = spec.placeholders.iter().find(|known| known.name == *name);
        let aliases = declared.into_iter().flat_map(|declared| declared.aliases.iter().map(|(alias, _)| alias.clone()));
        let long = "a".repeat(70);
        for value in aliases.chain(["A B/ü", "", "-", "ABC", "x.1", "..", &long].map(str::to_owned)) {
            let mut set = plain.clone();
            set.insert(name.clone(), json!(value));
            sets.push(set);
        }
    }
    sets
}

/// Every example as a key of a bucket, and keys that differ from it a little.
fn keys(spec: &LayoutSpec, bucket: &BucketLayout) -> Vec<String> {
    let mut keys = Vec::new();
    for area in &spec.areas {
        let entries = bucket.entries().iter().map(|entry| &spec.buckets[*entry]);
        for entry in entries.filter(|entry| entry.role == area.role) {
            let prefix = |anchor: Anchor| if anchor == Anchor::Bucket { "" } else { entry.prefix.as_str() };
            let own = area.examples.iter().map(|example| (prefix(area.anchor), &example.value));
            let old = area
                .legacy
                .iter()
                .flat_map(|legacy| legacy.examples.iter().map(move |example| (prefix(legacy.anchor), &example.value)));
            for (prefix, example) in own.chain(old) {
                let key = format!("{prefix}{}", example.replace("{bucket}", bucket.name()));
                keys.extend(variants(&key));
            }
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

fn variants(key: &str) -> Vec<String> {
    let mut made = vec![key.to_owned(), format!("{key}/"), format!("{key}//x"), format!("x/{key}"), key.to_uppercase()];
    made.push(key.replacen('/', "//", 1));
    made.push(key.replacen(|character: char| character.is_ascii_digit(), "é", 1));
    made.extend(key.rsplit_once('/').map(|(folder, _)| folder.to_owned()));
    made.extend(key.split_once('/').map(|(_, below)| below.to_owned()));
    made.push(format!("{key}{}", "y".repeat(1_024usize.saturating_sub(key.len()))));
    made.push(format!("{key}{}", "y".repeat(1_025usize.saturating_sub(key.len()))));
    made
}

fn parsed(layout: &Layout, bucket: &BucketLayout, key: &str) -> Value {
    let spec = layout.spec();
    let (area, generation) = match bucket.identify(key.as_bytes(), &mut Captures::new()) {
        KeyMatch::Area(placed) | KeyMatch::Legacy(placed) => {
            let area = &spec.areas[usize::from(placed.area)];
            (Some(&area.name), placed.legacy.map(|legacy| &area.legacy[usize::from(legacy)].name))
        }
        KeyMatch::OutOfScope | KeyMatch::Unmatched => (None, None),
    };
    let values: Map<String, Value> = match area {
        Some(_) => bucket.captured(key).into_iter().map(|(name, value)| (name, json!(value))).collect(),
        None => Map::new(),
    };
    json!({ "uri": format!("s3://{}/{key}", bucket.name()), "area": area, "generation": generation, "values": values })
}

fn resolved(bucket: &BucketLayout, key: &str, known: &Map<String, Value>) -> Value {
    let uri = format!("s3://{}/{key}", bucket.name());
    let mut captures = Captures::new();
    let (state, place, mut missing) = match bucket.identify(key.as_bytes(), &mut captures) {
        KeyMatch::OutOfScope | KeyMatch::Unmatched => ("unknown", None, Vec::new()),
        KeyMatch::Area(_) => ("current", Some(uri.clone()), Vec::new()),
        KeyMatch::Legacy(placed) => {
            match bucket.legacy_target(key, &placed, &captures, None, &mut |name| given(known, name)) {
                LegacyTarget::Moves(new) => ("moved", Some(format!("s3://{}/{new}", bucket.name())), Vec::new()),
                LegacyTarget::Keeps(_) => ("kept", Some(uri.clone()), Vec::new()),
                LegacyTarget::Retires(_) => ("retired", None, Vec::new()),
                LegacyTarget::Unnamed { missing, .. } => ("unnamed", None, missing),
                LegacyTarget::Unfit(_) => ("unfit", None, Vec::new()),
            }
        }
    };
    let mut seen = Vec::new();
    missing.retain(|name| {
        !seen.contains(name) && {
            seen.push(name.clone());
            true
        }
    });
    let mut places: Vec<&String> = place.iter().collect();
    if state != "unknown" && place.as_ref() != Some(&uri) {
        places.push(&uri);
    }
    json!({ "uri": uri, "known": known, "state": state, "place": place, "places": places, "missing": missing })
}
