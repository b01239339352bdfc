//! What random buckets hold: rows of every age, size, tier and version.

use std::collections::HashSet;

use stocktake::model::Millis;
use stocktake::model::time::{DAY, HOUR};

use super::dice::Dice;
use super::keys::{Ground, Manner};
use super::world::{Bucket, Inventory, Row, World};

/// What one bucket's inventory is made with.
#[derive(Debug)]
pub(crate) struct Stocking<'d> {
    pub(crate) dice: &'d mut Dice,
    pub(crate) at: Millis,
    pub(crate) versioned: bool,
    taken: HashSet<String>,
}

impl<'d> Stocking<'d> {
    /// Nothing yet.
    pub(crate) fn new(dice: &'d mut Dice, at: Millis, versioned: bool) -> Self {
        Self { dice, at, versioned, taken: HashSet::new() }
    }

    /// The inventory of one bucket; `entries` are its use cases.
    pub(crate) fn inventory(&mut self, world: &World, entries: &[&Bucket]) -> Inventory {
        let mut rows = Vec::new();
        for entry in entries {
            let ground = Ground { world, bucket: entry };
            for number in 0..self.dice.between(12, 36) {
                let key = self.key(ground, number);
                self.stock(entries, key, &mut rows);
            }
        }
        self.dice.shuffle(&mut rows);
        Inventory { bucket: entries[0].name, at: self.at, rows, lost: Vec::new() }
    }

    fn key(&mut self, ground: Ground<'_>, number: usize) -> String {
        let dice = &mut *self.dice;
        let areas = ground.areas();
        let area = *dice.pick(&areas);
        let plain = Manner::default();
        match dice.below(100) {
            0..45 => ground.in_area(dice, area, plain),
            45..55 => ground.in_area(dice, area, Manner { hostile: true, ..plain }),
            55..62 => ground.in_area(dice, area, Manner { broken: true, ..plain }),
            62..67 => ground.in_area(dice, area, Manner { fresh: Some(number), ..plain }),
            67..79 => {
                let with_legacy: Vec<_> = areas.iter().copied().filter(|area| !area.legacy.is_empty()).collect();
                let area = if with_legacy.is_empty() { area } else { *dice.pick(&with_legacy) };
                let manner = Manner { hostile: dice.chance(15), ..plain };
                ground.legacy(dice, area, manner).unwrap_or_else(|| ground.in_area(dice, area, plain))
            }
            79..85 => {
                let key = ground.in_area(dice, area, plain);
                let end = key.rfind('/').map_or(0, |slash| slash + 1);
                if end == 0 { "stray-marker/".to_owned() } else { key[..end].to_owned() }
            }
            85..96 => ground.astray(dice),
            _ if ground.bucket.prefix.is_empty() => ground.astray(dice),
            _ => ground.outside(dice),
        }
    }

    /// Adds the rows of one key, if it is new and the inventory's filters let it pass.
    pub(crate) fn stock(&mut self, entries: &[&Bucket], key: String, rows: &mut Vec<Row>) {
        let mut prefixes = entries.iter().flat_map(|entry| &entry.inventory_prefixes).peekable();
        let is_listed = prefixes.peek().is_none() || prefixes.any(|prefix| key.starts_with(prefix));
        // A key that differs only in `+` and space would be the other reading of a URL.
        let read_as = key.replace('+', " ");
        if !is_listed || key.is_empty() || !self.taken.insert(read_as) {
            return;
        }
        let row = self.row(key);
        if self.versioned && !row.key.ends_with('/') {
            for number in 0..self.dice.below(3) {
                let version = Some(format!("old-{number}"));
                let is_delete_marker = self.dice.chance(20);
                let mut old = Row { version, is_latest: Some(false), is_delete_marker, ..self.row(row.key.clone()) };
                blank_marker(&mut old);
                rows.push(old);
            }
        }
        rows.push(row);
    }

    fn row(&mut self, key: String) -> Row {
        let is_folder = key.ends_with('/');
        let dice = &mut *self.dice;
        let size = match dice.below(100) {
            _ if is_folder && dice.chance(30) => None,
            _ if is_folder => Some(0),
            0..8 => Some(0),
            8..11 => None,
            _ => Some(dice.next() % 5_000_000_000),
        };
        let modified = match dice.below(100) {
            0..55 => Some(self.at - DAY * 40),
            55..75 => Some(self.at - DAY * 5),
            75..88 => Some(self.at - HOUR * 2),
            88..94 => Some(self.at - HOUR * 30),
            94..97 => Some(self.at - HOUR * 13),
            _ => None,
        };
        let (storage_class, access_tier) = match dice.below(100) {
            0..70 => (Some("STANDARD"), None),
            70..74 => (Some("GLACIER"), None),
            74..78 => (Some("DEEP_ARCHIVE"), None),
            78..83 => (Some("GLACIER_IR"), None),
            83..86 => (None, None),
            86..90 => (Some("INTELLIGENT_TIERING"), Some("FREQUENT")),
            90..93 => (Some("INTELLIGENT_TIERING"), Some("ARCHIVE_INSTANT_ACCESS")),
            93..97 => (Some("INTELLIGENT_TIERING"), Some("ARCHIVE")),
            _ => (Some("INTELLIGENT_TIERING"), Some("DEEP_ARCHIVE")),
        };
        let mut row = Row {
            key,
            version: None,
            is_latest: None,
            is_delete_marker: false,
            size,
            modified,
            storage_class,
            access_tier,
        };
        if self.versioned {
            row.is_latest = Some(true);
            row.version = dice.chance(80).then(|| format!("v{:08x}", dice.next() >> 32));
            row.is_delete_marker = !is_folder && dice.chance(12);
            blank_marker(&mut row);
        }
        row
    }
}

/// A delete marker has neither size nor class, but always a time.
fn blank_marker(row: &mut Row) {
    if row.is_delete_marker {
        row.size = None;
        row.storage_class = None;
        row.access_tier = None;
        row.modified = row.modified.or(Some(1_700_000_000_000));
    }
}
