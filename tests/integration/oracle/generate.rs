//! A whole random world from a seed.

use std::collections::BTreeMap;

use stocktake::model::time::{DAY, HOUR, MINUTE};
use stocktake::model::{Phase, Severity};

use super::aim::Range;
use super::areas::{self, Cut};
use super::bucket::Stocking;
use super::dice::Dice;
use super::items::Writing;
use super::references::{self, Holdings};
use super::tables;
use super::world::{Bucket, Export, Row, Setting, Table, World};

/// 2026-11-22T01:00:00Z.
pub(crate) const NIGHT: i64 = 1_795_309_200_000;

/// Settings that any world may have.
const SETTINGS: &[Setting] = &[
    ("unsafe-character", Severity::Note),
    ("K101", Severity::Warning),
    ("K105", Severity::Warning),
    ("L208", Severity::Error),
    ("archived-target", Severity::Error),
    ("R305", Severity::Ignore),
    ("W", Severity::Warning),
    ("implausible-time", Severity::Error),
    ("missing-companion", Severity::Warning),
    ("case-collision", Severity::Note),
    ("R313", Severity::Ignore),
];

/// The world of a seed.
pub(crate) fn world(seed: u64) -> World {
    let dice = &mut Dice::new(seed);
    let cut = *dice.pick(&[Cut::Whole, Cut::Whole, Cut::Whole, Cut::Prefixed, Cut::Shared]);
    let areas = areas::draw(dice, cut);
    let buckets = buckets(dice, cut);
    let (tables, workflow) = tables::draw(dice, cut, &areas, buckets[0].name);
    let mut rules: Vec<Setting> = SETTINGS.iter().filter(|_| dice.chance(12)).copied().collect();
    let singular = if dice.chance(20) { vec![("models", "model"), ("datasets", "dataset")] } else { Vec::new() };
    if !singular.is_empty() {
        rules.push(("plural-folder", Severity::Warning));
    }
    if dice.chance(10) {
        rules.clear();
        rules.extend(["K", "L", "R", "W", "C"].map(|family| (family, Severity::Note)));
    }
    let mut world = World {
        buckets,
        areas,
        tables,
        workflow,
        rules,
        phase: *dice.pick(&Phase::ALL),
        cut_over: dice.chance(70).then_some(NIGHT - DAY * 10),
        grace: if dice.chance(50) { DAY } else { HOUR * 6 },
        now: NIGHT + HOUR * 8,
        singular,
        inventories: Vec::new(),
        exports: Vec::new(),
    };
    stock(dice, &mut world);
    write(dice, &mut world);
    world
}

fn buckets(dice: &mut Dice, cut: Cut) -> Vec<Bucket> {
    let plain = Bucket { role: "output", inventory: true, ..Bucket::default() };
    let mut buckets = match cut {
        Cut::Whole => {
            let aliases = vec![("line-one-replica", ""), ("mirror-of-lines", "copy/one/")];
            let aliases = if dice.chance(60) { aliases } else { Vec::new() };
            let filters = vec!["models/", "old/", "datasets/", "reports/", "flat-out/", "stray"];
            // So that something lies above them, and above one below which nothing is.
            let deeper = vec!["models/training/", "old/", "datasets/", "reports/", "stray", "nothing/at/all/"];
            let inventory_prefixes = match dice.below(100) {
                0..10 => filters,
                10..22 => deeper,
                _ => Vec::new(),
            };
            vec![Bucket { name: "line-one", aliases, inventory_prefixes, ..plain.clone() }]
        }
        Cut::Prefixed => vec![Bucket { name: "line-one", prefix: "site/a/", ..plain.clone() }],
        Cut::Shared => {
            let entry = |prefix, value| {
                let records = Some(("usecase_id", value));
                Bucket { name: "line-one", prefix, records, ..plain.clone() }
            };
            vec![entry("line-1/", "u1"), entry("line-2/", "u2")]
        }
    };
    if dice.chance(40) {
        buckets.push(Bucket { name: "camera-images-two", role: "data", ..plain.clone() });
    }
    buckets.push(Bucket { name: "cold-archive-store", role: "data", inventory: false, ..plain });
    buckets
}

/// Fills the buckets.
fn stock(dice: &mut Dice, world: &mut World) {
    let mut entries: BTreeMap<&str, Vec<&Bucket>> = BTreeMap::new();
    for bucket in world.buckets.iter().filter(|bucket| bucket.inventory) {
        entries.entry(bucket.name).or_default().push(bucket);
    }
    let versioned = dice.chance(60);
    let mut inventories = Vec::new();
    for entries in entries.values() {
        let at = NIGHT + MINUTE * i64::try_from(dice.below(120)).unwrap();
        inventories.push(Stocking::new(dice, at, versioned).inventory(world, entries));
    }
    world.inventories = inventories;
}

/// Writes the records, moves some of what they name, and sometimes loses a part or an export.
fn write(dice: &mut Dice, world: &mut World) {
    let mut exports = Vec::new();
    for table in &world.tables {
        let offset = HOUR * i64::try_from(dice.below(6)).unwrap() - HOUR * 2;
        let mut writing = Writing { dice: &mut *dice, range: Range::new(world), at: NIGHT };
        if !table.optional {
            exports.push(Export { table: table.name, at: NIGHT + offset, items: writing.items(table) });
        }
    }
    world.exports = exports;
    let moved = moved(dice, world);
    for (bucket, key, row) in moved {
        let inventory = world.inventories.iter_mut().find(|inventory| inventory.bucket == bucket).unwrap();
        if inventory.rows.iter().all(|row| row.key != key) {
            inventory.rows.push(Row { key, is_delete_marker: false, ..row });
        }
    }
    if dice.chance(10) {
        // An export that is not there: nothing can be called an orphan.
        world.tables.push(Table { name: "ledger", key: vec!["id"], ..Table::default() });
    }
    if dice.chance(12) {
        let inventory = &mut world.inventories[0];
        let keep = inventory.rows.len() - inventory.rows.len() / 3;
        inventory.lost = inventory.rows.split_off(keep);
    }
}

/// The new keys of some of the legacy keys that records name, and a row for each.
fn moved(dice: &mut Dice, world: &World) -> Vec<(String, String, Row)> {
    let naive = super::layout::Naive::new(world);
    let holdings = Holdings::new(world);
    let mut moved = Vec::new();
    for named in references::read(&naive, &holdings) {
        let bucket = world.buckets.iter().find(|bucket| bucket.name == named.bucket);
        let filters = bucket.map_or(&[][..], |bucket| &bucket.inventory_prefixes);
        if let Some(key) = named.new_key
            && (filters.is_empty() || filters.iter().any(|prefix| key.starts_with(prefix)))
            && dice.chance(45)
        {
            let versioned = world.inventories.iter().any(|it| it.rows.iter().any(|row| row.is_latest.is_some()));
            let row = Row::object(key.as_str(), 1_000, NIGHT - DAY * 3);
            moved.push((named.bucket, key, Row { is_latest: versioned.then_some(true), ..row }));
        }
    }
    moved
}
