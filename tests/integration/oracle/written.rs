//! A world on disk: its configuration, its inventories in every format, and its exports, in full and as chains.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::configuration;
use super::dice::Dice;
use super::history;
use super::world::{Inventory, Row, World};
use crate::delivery::{self, Column, Format, ObjectRow};

/// Writes everything an audit of `world` reads below `dir`; `shuffle` decides how rows fall into parts, for each
/// format in another way.
pub(crate) fn write(world: &World, dir: &Path, shuffle: u64) {
    fs::write(dir.join("stocktake.toml"), configuration::text(world)).unwrap();
    for (number, format) in Format::ALL.into_iter().enumerate() {
        let mut dice = Dice::new(shuffle.wrapping_add(number as u64));
        for inventory in &world.inventories {
            deliver(&mut dice, inventory, format, &inventories(dir, format));
        }
    }
    for export in &world.exports {
        let items: Vec<Value> = export.items.iter().cloned().map(Value::Object).collect();
        let (first, second) = items.split_at(items.len() / 2);
        delivery::write_export(
            &dir.join("exports"),
            export.table,
            export.at,
            &[first.to_vec(), Vec::new(), second.to_vec()],
        );
        // A table that nobody declared is not read.
        let key = world.tables.iter().find(|table| table.name == export.table).map(|table| table.key.as_slice());
        let mut dice = Dice::new(shuffle.wrapping_add(export.items.len() as u64));
        history::exports(&mut dice, export, key.unwrap_or_default()).write(&exports(dir, Format::Parquet));
    }
    Format::ALL.iter().for_each(|format| fs::create_dir_all(exports(dir, *format)).unwrap());
}

/// The folder that holds the inventories of one format.
pub(crate) fn inventories(dir: &Path, format: Format) -> PathBuf {
    dir.join(match format {
        Format::Csv => "csv",
        Format::Parquet => "parquet",
        Format::Orc => "orc",
    })
}

/// The folder of the exports that are read with the inventories of one format.
pub(crate) fn exports(dir: &Path, format: Format) -> PathBuf {
    dir.join(match format {
        Format::Csv => "exports",
        Format::Parquet | Format::Orc => "chains",
    })
}

fn deliver(dice: &mut Dice, inventory: &Inventory, format: Format, dir: &Path) {
    let mut rows: Vec<ObjectRow> = inventory.rows.iter().map(listed).collect();
    dice.shuffle(&mut rows);
    let mut parts: Vec<Vec<ObjectRow>> = vec![Vec::new(); dice.between(1, 4)];
    for row in rows {
        let part = dice.below(parts.len());
        parts[part].push(row);
    }
    if dice.chance(50) {
        // Deliveries are mostly sorted within their parts.
        parts.iter_mut().for_each(|part| part.sort_by(|one, other| one.key.cmp(&other.key)));
    }
    let columns = if inventory.lists_versions() { Column::ALL.to_vec() } else { Column::current() };
    let delivered = delivery::Inventory::nightly(inventory.bucket, inventory.at, format, &columns);
    let mut sealed: Vec<_> = parts.iter().enumerate().map(|(number, rows)| delivered.part(number, rows)).collect();
    if !inventory.is_complete() {
        let lost: Vec<ObjectRow> = inventory.lost.iter().map(listed).collect();
        let mut part = delivered.part(sealed.len(), &lost);
        part.bytes = None;
        sealed.push(part);
    }
    delivered.seal(&sealed).write(dir);
}

fn listed(row: &Row) -> ObjectRow {
    ObjectRow {
        key: row.key.clone(),
        version_id: row.version.clone(),
        is_latest: row.is_latest(),
        is_delete_marker: row.is_delete_marker,
        size: row.size,
        last_modified: row.modified,
        storage_class: row.storage_class.map(str::to_owned),
        access_tier: row.access_tier.map(str::to_owned),
        ..ObjectRow::default()
    }
}
