//! What records say and what became of it: every reference read and judged on its own.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::Value;
use stocktake::model::{Millis, Outcome, time, uri};
use strsim::osa_distance;

use super::layout::{Naive, Spot, Target};
use super::paths::{self, Instance};
use super::world::{BucketFrom, Item, Kind, Reference, Row, Table, Unit, World};

/// A bucket and a key in it.
pub(crate) type Object = (String, String);

/// What the inventories show.
#[derive(Debug, Default)]
pub(crate) struct Holdings<'w> {
    /// Objects.
    pub(crate) live: HashMap<Object, &'w Row>,
    /// Every version of them, and of what is deleted.
    versions: HashMap<(Object, String), &'w Row>,
    /// Keys whose latest version is a delete marker.
    deleted: HashSet<Object>,
    /// Buckets whose inventory lists versions.
    versioned: HashSet<String>,
}

impl<'w> Holdings<'w> {
    /// Everything the inventories of a world list.
    pub(crate) fn new(world: &'w World) -> Self {
        let mut holdings = Self::default();
        for inventory in &world.inventories {
            if inventory.lists_versions() {
                holdings.versioned.insert(inventory.bucket.to_owned());
            }
            for row in &inventory.rows {
                let object = (inventory.bucket.to_owned(), row.key.clone());
                if !row.is_delete_marker {
                    let version = row.version.clone().unwrap_or_else(|| "null".to_owned());
                    holdings.versions.insert((object.clone(), version), row);
                }
                if !row.is_latest() {
                    continue;
                }
                if row.is_delete_marker {
                    holdings.deleted.insert(object);
                } else {
                    holdings.live.insert(object, row);
                }
            }
        }
        holdings
    }

    /// What is listed of a key, in the version asked for where versions are listed.
    fn find(&self, bucket: &str, key: &str, version: Option<&str>) -> Option<&'w Row> {
        let object = (bucket.to_owned(), key.to_owned());
        match version.filter(|_| self.versioned.contains(bucket)) {
            Some(version) => self.versions.get(&(object, version.to_owned())).copied(),
            None => self.live.get(&object).copied(),
        }
    }

    fn has_below(&self, bucket: &str, prefix: &str) -> bool {
        self.live.iter().any(|((name, key), row)| name == bucket && key.starts_with(prefix) && !row.is_marker())
    }
}

/// One reference.
#[derive(Debug)]
pub(crate) struct Named<'w> {
    pub(crate) table: &'w Table,
    pub(crate) spec: &'w Reference,
    /// The position of its item in the export.
    pub(crate) item: usize,
    pub(crate) item_text: String,
    pub(crate) at: Instance,
    pub(crate) outcome: Outcome,
    /// The bucket, where it names one.
    pub(crate) bucket: String,
    /// The readings of its key; empty for a prefix or a bucket.
    pub(crate) keys: Vec<String>,
    /// The prefix it names.
    pub(crate) prefix: Option<String>,
    /// Where its key lies.
    pub(crate) spot: Option<Spot>,
    /// A legacy key's new one.
    pub(crate) new_key: Option<String>,
    /// Whether it names a legacy key that is not in order as it is.
    pub(crate) is_overdue: bool,
    /// Whether its object exists where the declaration does not want it; `None` where that is open.
    pub(crate) misplaced: Option<bool>,
    /// Whether a capture is not the record's value.
    pub(crate) mismatched: bool,
    /// Whether its prefix is too high to mean anything.
    pub(crate) over_broad: bool,
}

/// When an item last changed, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Changed {
    Unknown,
    At(Millis),
    /// The attribute holds a time that cannot be meant.
    Implausible(&'static str),
}

/// Where a value points.
enum Pointed {
    Malformed,
    Outside,
    /// A bucket that is declared and has an inventory.
    Bucket(String),
    /// Readings of a key in such a bucket, and the version asked for.
    Key(String, Vec<String>, Option<String>),
}

/// The item as findings name it.
pub(crate) fn item_text(table: &Table, item: &Item) -> String {
    let value = |name: &str| item.get(name).and_then(paths::string).unwrap_or_default();
    let shown = |name: &str| match value(name) {
        alone if table.key.len() == 1 => alone,
        several => several.replace('\\', "\\\\").replace(',', "\\,").replace('=', "\\="),
    };
    table.key.iter().map(|name| format!("{name}={}", shown(name))).collect::<Vec<_>>().join(",")
}

/// When an item changed, by the first of its table's attributes that is present.
pub(crate) fn changed_at(table: &Table, item: &Item, exported: Millis) -> Changed {
    let Some((attributes, unit)) = &table.changed_at else { return Changed::Unknown };
    let Some(attribute) = attributes.iter().find(|name| paths::is_present(item.get(**name))) else {
        return Changed::Unknown;
    };
    let value = &item[*attribute];
    let number = || value.get("N")?.as_str()?.parse::<i64>().ok();
    let at = match unit {
        Unit::Seconds => number().map(|seconds| seconds * time::SECOND),
        Unit::Millis => number(),
        Unit::Rfc3339 => value.get("S").and_then(Value::as_str).and_then(time::parse_rfc3339),
    };
    match at {
        Some(at) if (time::BEGINNING_OF_S3..=exported + time::DAY).contains(&at) => Changed::At(at),
        _ => Changed::Implausible(attribute),
    }
}

/// Whether exactly this declaration speaks of this place: its own condition holds and that of no other
/// declaration of the same attribute.
pub(crate) fn is_declared_by(table: &Table, spec: &Reference, item: &Item, at: &Instance) -> bool {
    let from = paths::steps(spec.attribute);
    let holding = table
        .references
        .iter()
        .filter(|other| other.attribute == spec.attribute && paths::holds(item, &from, &at.taken, other.when.as_ref()));
    holding.clone().count() == 1 && paths::holds(item, &from, &at.taken, spec.when.as_ref())
}

/// Reads and judges every reference of every item.
pub(crate) fn read<'w>(naive: &Naive<'w>, holdings: &Holdings<'w>) -> Vec<Named<'w>> {
    let mut all = Vec::new();
    for table in &naive.world.tables {
        let Some(export) = naive.world.export(table.name) else { continue };
        for (index, item) in export.items.iter().enumerate() {
            let changed = changed_at(table, item, export.at);
            for spec in &table.references {
                for at in paths::instances(item, spec.attribute) {
                    if paths::is_present(at.value.as_ref()) && is_declared_by(table, spec, item, &at) {
                        all.push(judge(naive, holdings, (table, spec), (index, item), at, &changed));
                    }
                }
            }
        }
    }
    all
}

fn judge<'w>(
    naive: &Naive<'w>,
    holdings: &Holdings<'w>,
    (table, spec): (&'w Table, &'w Reference),
    (index, item): (usize, &Item),
    at: Instance,
    changed: &Changed,
) -> Named<'w> {
    let mut named = Named {
        table,
        spec,
        item: index,
        item_text: item_text(table, item),
        at,
        outcome: Outcome::Malformed,
        bucket: String::new(),
        keys: Vec::new(),
        prefix: None,
        spot: None,
        new_key: None,
        is_overdue: false,
        misplaced: Some(false),
        mismatched: false,
        over_broad: false,
    };
    let (bucket, keys, version) = match point(naive.world, spec, item, named.at.value.as_ref().unwrap()) {
        Pointed::Malformed => return named,
        Pointed::Outside => {
            named.outcome = Outcome::Outside;
            return named;
        }
        Pointed::Bucket(bucket) => {
            named.outcome = Outcome::Resolved;
            named.bucket = bucket;
            return named;
        }
        Pointed::Key(bucket, keys, version) => (bucket, keys, version),
    };
    let unseen = match naive.world.inventory(&bucket) {
        Some(inventory) if inventory.is_complete() => match changed {
            Changed::At(at) if *at > inventory.at - naive.world.grace => Outcome::Deferred,
            _ => Outcome::Dangling,
        },
        _ => Outcome::Unjudged,
    };
    let exists = |key: &str| holdings.find(&bucket, key, version.as_deref()).is_some();
    let is_prefix = matches!(spec.kind, Kind::Prefix | Kind::KeyPrefix);
    if is_prefix || (keys[0].ends_with('/') && !exists(&keys[0])) {
        let prefix = with_slash(&keys[0]);
        named.outcome = match holdings.has_below(&bucket, &prefix) {
            true => Outcome::Resolved,
            false if is_listed(naive.world, &bucket, &prefix) => unseen,
            false => Outcome::Outside,
        };
        // A prefix that is declared to own nothing may lie as high as it likes.
        named.over_broad = spec.claims && naive.is_over_broad(&bucket, &prefix);
        named.misplaced =
            if naive.world.buckets.iter().any(|entry| entry.records.is_some()) { None } else { Some(false) };
        named.prefix = Some(prefix);
        named.bucket = bucket;
        return named;
    }
    let key = keys.iter().find(|key| exists(key)).unwrap_or(&keys[0]).clone();
    let row = holdings.find(&bucket, &key, version.as_deref());
    let spot = naive.identify(&bucket, &key);
    if let Spot::Legacy(found) = &spot {
        let from = paths::steps(spec.attribute);
        let target = naive.target(&bucket, found, |name| {
            let bindings = spec.bind.iter().chain(&spec.fill);
            let mut named_so = bindings.filter(|binding| binding.0 == name);
            named_so.find_map(|binding| paths::bound(item, &from, &named.at.taken, binding))
        });
        named.is_overdue = target != Target::Keeps;
        if let Target::Moves(new) = target {
            named.new_key = Some(new);
        }
    }
    let new_exists = named.new_key.as_deref().is_some_and(|key| holdings.find(&bucket, key, None).is_some());
    named.outcome = match row {
        Some(row) if row.is_archived() => Outcome::Archived,
        _ if matches!(spot, Spot::Legacy(_)) && (row.is_some() || new_exists) => Outcome::Legacy,
        Some(_) => Outcome::Resolved,
        None if holdings.deleted.contains(&(bucket.clone(), key.clone())) => Outcome::Deleted,
        None => unseen,
    };
    let area = match &spot {
        Spot::Area(found) | Spot::Legacy(found) => Some(found),
        Spot::OutOfScope | Spot::Nowhere(_) => None,
    };
    let wanted: Vec<usize> = spec.areas.iter().map(|name| naive.world.area(name)).collect();
    let is_elsewhere = !wanted.is_empty() && !area.is_some_and(|found| wanted.contains(&found.area));
    let is_foreign = is_of_another_use_case(naive.world, item, &bucket, &key);
    named.misplaced = match (is_elsewhere || is_foreign, row.is_some()) {
        (true, true) => Some(true),
        (true, false) if named.outcome == Outcome::Legacy => None,
        _ => Some(false),
    };
    named.mismatched = named.outcome != Outcome::Unjudged
        && area.is_some_and(|found| wanted.contains(&found.area))
        && spec.bind.iter().any(|binding| {
            let recorded = paths::bound(item, &paths::steps(spec.attribute), &named.at.taken, binding);
            let captured = area.and_then(|found| found.captures.iter().find(|(name, _)| name == binding.0));
            matches!((recorded, captured), (Some(recorded), Some((_, captured))) if recorded != *captured)
        });
    named.spot = Some(spot);
    named.bucket = bucket;
    named.keys = keys;
    named
}

/// Whether the key lies below an entry whose items are others than this one.
fn is_of_another_use_case(world: &World, item: &Item, bucket: &str, key: &str) -> bool {
    world.buckets.iter().filter(|entry| entry.name == bucket && key.starts_with(entry.prefix)).any(|entry| {
        entry.records.is_some_and(|(attribute, value)| {
            item.get(attribute).and_then(paths::string).is_some_and(|recorded| recorded != value)
        })
    })
}

/// The declared bucket and the key in it that a bucket and key mean, by name or alias.
pub(crate) fn declared(world: &World, bucket: &str, key: &str) -> Option<Object> {
    if world.buckets.iter().any(|entry| entry.name == bucket) {
        return Some((bucket.to_owned(), key.to_owned()));
    }
    world.buckets.iter().find_map(|entry| {
        let (_, prefix) = entry.aliases.iter().find(|(name, prefix)| *name == bucket && key.starts_with(prefix))?;
        Some((entry.name.to_owned(), key[prefix.len()..].to_owned()))
    })
}

fn point(world: &World, spec: &Reference, item: &Item, value: &Value) -> Pointed {
    let Some(text) = value.get("S").and_then(Value::as_str) else { return Pointed::Malformed };
    let mut version = None;
    let (bucket, readings): (String, Vec<String>) = match spec.kind {
        Kind::Bucket => (text.to_owned(), vec![String::new()]),
        Kind::Object | Kind::Prefix => match uri::parse(text) {
            Err(uri::UriError::AccessPoint) => return Pointed::Outside,
            Err(_) => return Pointed::Malformed,
            Ok(location) => {
                version = location.version.map(Cow::into_owned);
                let keys = [Some(location.key.into_owned()), location.other_key].into_iter().flatten().collect();
                (location.bucket.into_owned(), keys)
            }
        },
        Kind::Key | Kind::KeyPrefix => match bucket_of(world, spec, item) {
            Some(bucket) => (bucket, vec![text.to_owned()]),
            None => return Pointed::Malformed,
        },
    };
    let Some((name, first)) = declared(world, &bucket, &readings[0]) else {
        let names =
            world.buckets.iter().flat_map(|entry| entry.aliases.iter().map(|(alias, _)| *alias).chain([entry.name]));
        let is_near = names.into_iter().any(|name| osa_distance(name, &bucket) <= 2);
        let is_bad = is_near || !uri::is_bucket_name(&bucket);
        return if is_bad { Pointed::Malformed } else { Pointed::Outside };
    };
    let entries: Vec<_> = world.buckets.iter().filter(|entry| entry.name == name).collect();
    if spec.kind == Kind::Object && first.is_empty() {
        return Pointed::Malformed;
    }
    let is_prefix = matches!(spec.kind, Kind::Prefix | Kind::KeyPrefix) || first.ends_with('/');
    let asked = if is_prefix { with_slash(&first) } else { first.clone() };
    let is_above = is_prefix && filters(world, &name).any(|filter| filter.starts_with(&asked));
    let is_beyond = spec.kind != Kind::Bucket && !is_listed(world, &name, &asked) && !is_above;
    if entries.iter().all(|entry| !entry.inventory) || is_beyond {
        return Pointed::Outside;
    }
    if spec.kind == Kind::Bucket {
        return Pointed::Bucket(name);
    }
    let keys = readings.iter().filter_map(|key| Some(declared(world, &bucket, key)?.1)).collect();
    Pointed::Key(name, keys, version)
}

/// The prefixes to which a bucket's inventories are confined, if they are.
fn filters<'w>(world: &'w World, bucket: &str) -> impl Iterator<Item = &'w str> {
    let entries = world.buckets.iter().filter(move |entry| entry.name == bucket);
    entries.flat_map(|entry| entry.inventory_prefixes.iter().copied())
}

/// Whether the inventories of a bucket list a key, or all that lies below a prefix.
fn is_listed(world: &World, bucket: &str, key: &str) -> bool {
    filters(world, bucket).next().is_none() || filters(world, bucket).any(|filter| key.starts_with(filter))
}

fn with_slash(prefix: &str) -> String {
    let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
    format!("{prefix}{slash}")
}

/// The bucket of a key without one.
fn bucket_of(world: &World, spec: &Reference, item: &Item) -> Option<String> {
    let first = |item: &Item, attributes: &[&str]| {
        let present = attributes.iter().find(|name| paths::is_present(item.get(**name)))?;
        paths::string(&item[*present])
    };
    match spec.bucket.as_ref()? {
        BucketFrom::Named(name) => Some((*name).to_owned()),
        BucketFrom::Attributes(attributes) => first(item, attributes),
        BucketFrom::Table(table, by, attributes) => {
            let key = world.tables.iter().find(|other| other.name == *table)?.key[0];
            let wanted = item.get(*by).and_then(paths::string)?;
            let export = world.export(table)?;
            let other =
                export.items.iter().find(|other| other.get(key).and_then(paths::string) == Some(wanted.clone()))?;
            first(other, attributes)
        }
    }
}
