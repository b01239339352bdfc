//! The chapter on moving: what lay where before, and what becomes of it.

use serde::Serialize;

use crate::layout::spec::Fate;
use crate::layout::{Captures, KeyMatch, Layout, LegacyTarget};
use crate::results::schema::Results;

/// A legacy generation of an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LegacyDocs {
    /// The area's name.
    pub area: String,
    /// Its name.
    pub name: String,
    /// Where its objects lie.
    pub from: Vec<String>,
    /// `moves`, `stays` or `goes`.
    pub fate: &'static str,
    /// Where they move to, for one that moves.
    pub to: Option<String>,
    /// Why they stay or go.
    pub why: Option<String>,
    /// Placeholders that records or a mapping must give.
    pub needs: Vec<String>,
    /// Why the old copy stays too.
    pub keep_source: Option<String>,
    /// An old key, with its new one where it has one that needs nothing from records.
    pub examples: Vec<(String, Option<String>)>,
    /// Objects still there at the audit, and their bytes.
    pub left: Option<(u64, u64)>,
}

/// An area's generations, in file order.
pub(super) fn generations(layout: &Layout, area: usize, results: Option<&Results>) -> Vec<LegacyDocs> {
    let spec = layout.spec();
    let area_spec = &spec.areas[area];
    let told = area_spec.legacy.iter().map(|legacy| {
        let (fate, to, why) = match &legacy.fate {
            Fate::To(to) => ("moves", Some(to.value.clone()), None),
            Fate::Keep(why) => ("stays", None, Some(why.clone())),
            Fate::Retire(why) => ("goes", None, Some(why.clone())),
        };
        let left = results.map(|results| {
            let own = results.judgement.legacy.iter();
            let own = own.filter(|found| found.area == area_spec.name && found.generation == legacy.name);
            own.fold((0, 0), |(objects, bytes), found| (objects + found.objects, bytes + found.bytes))
        });
        LegacyDocs {
            area: area_spec.name.clone(),
            name: legacy.name.clone(),
            from: legacy.from.iter().map(|from| from.value.clone()).collect(),
            fate,
            to,
            why,
            needs: legacy.record.clone(),
            keep_source: legacy.keep_source.clone(),
            examples: legacy
                .examples
                .iter()
                .map(|example| (example.value.clone(), new_key(layout, &example.value)))
                .collect(),
            left,
        }
    });
    told.collect()
}

/// Where an example moves to, in the first bucket that knows it.
fn new_key(layout: &Layout, key: &str) -> Option<String> {
    layout.buckets().iter().find_map(|bucket| {
        let mut captures = Captures::new();
        let KeyMatch::Legacy(placed) = bucket.identify(key.as_bytes(), &mut captures) else { return None };
        match bucket.legacy_target(key, &placed, &captures, None, &mut |_| None) {
            LegacyTarget::Moves(new) => Some(new),
            _ => None,
        }
    })
}
