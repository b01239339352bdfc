//! A random past of a table that ends in what its export shows: an older full export, and incremental ones since.

use serde_json::{Map, Value, json};
use stocktake::model::time::HOUR;

use super::dice::Dice;
use super::world::{Export, Item};
use crate::delivery::{self, Encoding, Files};

/// The exports of a table whose primary key has these attributes: together they show what `export` shows.
pub(crate) fn exports(dice: &mut Dice, export: &Export, key: &[&str]) -> Files {
    let count = dice.below(4);
    let start = export.at - count as i64 * HOUR;
    // What each item was at the start and after each window; nothing where it was not there.
    let mut pasts: Vec<(Item, Vec<Option<Item>>)> = export
        .items
        .iter()
        .map(|item| {
            let mut past: Vec<Option<Item>> = (0..count).map(|_| version(dice, item, key)).collect();
            past.push(Some(item.clone()));
            (keys(item, key), past)
        })
        .collect();
    for number in 0..dice.below(4) {
        let gone: Item =
            key.iter().map(|name| ((*name).to_owned(), json!({ "S": format!("gone-{number}") }))).collect();
        let mut past: Vec<Option<Item>> = (0..count).map(|_| version(dice, &gone, key)).collect();
        past.push(None);
        pasts.push((gone, past));
    }
    // An item stays as it is for a while.
    for (_, past) in &mut pasts {
        for at in (0..count).rev() {
            if dice.chance(40) {
                past[at] = past[at + 1].clone();
            }
        }
    }
    dice.shuffle(&mut pasts);
    let full = delivery::Export { encoding: *dice.pick(&Encoding::ALL), ..delivery::Export::full(export.table, start) };
    let items: Vec<Value> = pasts.iter().filter_map(|(_, past)| past[0].clone()).map(Value::Object).collect();
    let mut files = full.files(&spread(dice, items));
    for window in 0..count {
        let (from, to) = (start + window as i64 * HOUR, start + (window + 1) as i64 * HOUR);
        let increment = delivery::Export {
            encoding: *dice.pick(&Encoding::ALL),
            old_images: dice.chance(50),
            ..delivery::Export::incremental(export.table, from, to)
        };
        let mut changes = Vec::new();
        for (keys, past) in &pasts {
            let (old, new) = (&past[window], &past[window + 1]);
            // A view of new images alone may tell of what came and went within its window.
            let told = old != new || (old.is_none() && !increment.old_images && dice.chance(20));
            if told || (old.is_some() && dice.chance(10)) {
                changes.push(change(keys, old.as_ref().filter(|_| increment.old_images), new.as_ref(), to * 1_000));
            }
        }
        files.0.extend(increment.files(&spread(dice, changes)).0);
    }
    files
}

/// The item with other attributes, as it is, or not there.
fn version(dice: &mut Dice, item: &Item, key: &[&str]) -> Option<Item> {
    if dice.chance(30) {
        return None;
    }
    let mut item = item.clone();
    item.retain(|name, _| key.contains(&name.as_str()) || dice.chance(70));
    if dice.chance(50) {
        item.insert("image_s3".to_owned(), json!({ "S": "s3://nowhere/at/all" }));
        item.insert("revision".to_owned(), json!({ "N": dice.below(1_000).to_string() }));
    }
    Some(item)
}

fn keys(item: &Item, key: &[&str]) -> Item {
    key.iter().map(|name| ((*name).to_owned(), item[*name].clone())).collect()
}

fn change(keys: &Item, old: Option<&Item>, new: Option<&Item>, written: i64) -> Value {
    let mut change = Map::new();
    change.insert("Metadata".to_owned(), json!({ "WriteTimestampMicros": { "N": written.to_string() } }));
    change.insert("Keys".to_owned(), Value::Object(keys.clone()));
    let images = [("OldImage", old), ("NewImage", new)];
    change
        .extend(images.into_iter().filter_map(|(name, image)| Some((name.to_owned(), Value::Object(image?.clone())))));
    Value::Object(change)
}

/// Records in one to three files.
fn spread(dice: &mut Dice, records: Vec<Value>) -> Vec<Vec<Value>> {
    let mut files = vec![Vec::new(); dice.between(1, 3)];
    for record in records {
        let file = dice.below(files.len());
        files[file].push(record);
    }
    files
}
