//! What a drafted layout explains of the inventory it was drafted from.

use std::collections::BTreeMap;

use super::{DraftError, keys};
use crate::layout::{Captures, KeyMatch, Layout};
use crate::source::inventory::Delivery;

/// The most beginnings of unexplained keys that are kept apart.
const MOST_BEGINNINGS: usize = 1_000;

/// What lies in one area.
#[derive(Debug, Clone, Default)]
pub(super) struct AreaCount {
    /// Objects.
    pub(super) objects: u64,
    /// Their bytes.
    pub(super) bytes: u64,
    /// The key of one.
    pub(super) example: Option<String>,
}

/// Objects by what the layout says of them.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// All, without markers of folders.
    pub(super) objects: u64,
    /// Those in an area.
    pub(super) explained: u64,
    /// By area.
    pub(super) areas: Vec<AreaCount>,
    /// Those in none, by the first two segments of their keys, with one key.
    pub(super) rest: BTreeMap<String, (u64, String)>,
}

pub(super) fn count(
    delivery: &Delivery,
    layout: &Layout,
    areas: usize,
    go_on: &dyn Fn() -> bool,
) -> Result<Counts, DraftError> {
    let mut counts = Counts { areas: vec![AreaCount::default(); areas], ..Counts::default() };
    let Some(bucket) = layout.bucket(&delivery.bucket) else { return Ok(counts) };
    let mut captures = Captures::new();
    keys::each(delivery, go_on, &mut |key, size| {
        counts.objects += 1;
        match bucket.identify(key.as_bytes(), &mut captures) {
            KeyMatch::Area(placed) => {
                counts.explained += 1;
                if let Some(area) = counts.areas.get_mut(usize::from(placed.area)) {
                    area.objects += 1;
                    area.bytes += size;
                    area.example.get_or_insert_with(|| key.to_owned());
                }
            }
            KeyMatch::Legacy(_) | KeyMatch::OutOfScope | KeyMatch::Unmatched => note(&mut counts.rest, key),
        }
    })?;
    Ok(counts)
}

fn note(rest: &mut BTreeMap<String, (u64, String)>, key: &str) {
    let end = key.match_indices('/').nth(1).or_else(|| key.match_indices('/').next()).map_or(0, |(slash, _)| slash + 1);
    let beginning = &key[..end];
    if let Some((count, _)) = rest.get_mut(beginning) {
        *count += 1;
        return;
    }
    let beginning = if rest.len() < MOST_BEGINNINGS { beginning } else { "…" };
    rest.entry(beginning.to_owned()).or_insert_with(|| (0, key.to_owned())).0 += 1;
}
