//! The structure of the buckets by bytes, drawn: where each rectangle stands and what is written in it.

use std::cmp::Reverse;

use serde::Serialize;

use crate::layout::spec::Standing;
use crate::render::filters;
use crate::render::hostile::visible;
use crate::report::ReportView;

/// The most rectangles before the smallest are drawn as one.
const MOST_TILES: usize = 24;
/// The height of a rectangle's caption, and the width of a character of it, in the drawing's units.
const CAPTION: f64 = 34.0;
const CHARACTER: f64 = 7.2;

/// A drawing; its units are pixels where it is shown at its own size.
#[derive(Debug, Serialize)]
pub struct Treemap {
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Its rectangles, most bytes first.
    pub tiles: Vec<Tile>,
}

/// A rectangle that stands for bytes.
#[derive(Debug, Serialize)]
pub struct Tile {
    /// From the left.
    pub x: String,
    /// From the top.
    pub y: String,
    /// Its width.
    pub width: String,
    /// Its height.
    pub height: String,
    /// How it is drawn: `wanted`, `tolerated`, `outside`, `legacy`, `none`.
    pub kind: &'static str,
    /// All of what it stands for, shown when pointed at.
    pub title: String,
    /// Its caption, as much as fits; empty where nothing does.
    pub caption: String,
    /// A second line of its caption.
    pub detail: String,
    /// The largest folders in it.
    pub folders: Vec<Tile>,
}

#[derive(Clone, Copy)]
struct Rectangle {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// What a rectangle is made of.
struct Part<'a> {
    kind: &'static str,
    name: String,
    /// What is written where the whole name does not fit.
    short: String,
    area: Option<(&'a str, &'a str)>,
    objects: Option<u64>,
    bytes: u64,
}

impl Part<'_> {
    fn rest(kind: &'static str, name: String, bytes: u64) -> Self {
        Self { kind, short: name.clone(), name, area: None, objects: None, bytes }
    }
}

impl Treemap {
    /// Draws areas, legacy generations and what lies in neither, with the largest folders of the areas.
    pub fn new(report: &ReportView<'_>, width: u32, height: u32) -> Self {
        let parts = parts(report);
        let whole = Rectangle { x: 0.0, y: 0.0, width: f64::from(width), height: f64::from(height) };
        let total = report.results.judgement.totals.bytes;
        let places = squarify(&parts.iter().map(|part| part.bytes).collect::<Vec<_>>(), whole);
        let tiles = parts.iter().zip(places).map(|(part, place)| {
            let mut tile = Tile::new(part, total, place);
            tile.folders = folders(report, part, total, place);
            tile
        });
        Self { width, height, tiles: tiles.collect() }
    }
}

impl Tile {
    fn new(part: &Part<'_>, total: u64, place: Rectangle) -> Self {
        let (name, size) = (visible(&part.name), filters::bytes(part.bytes));
        let share = filters::percent(part.bytes, total);
        let objects = part.objects.map(|objects| format!(", {}", filters::plural(objects, "object", None)));
        let room = ((place.width - 16.0) / CHARACTER).max(0.0) as usize;
        let (one_line, two_lines) = (place.height >= 20.0 && room >= 4, place.height >= CAPTION && room >= 6);
        Self {
            x: format!("{:.1}", place.x),
            y: format!("{:.1}", place.y),
            width: format!("{:.1}", place.width),
            height: format!("{:.1}", place.height),
            kind: part.kind,
            title: format!("{name}: {size}, {share}{}", objects.unwrap_or_default()),
            caption: if one_line { fitted(&name, &visible(&part.short), room) } else { String::new() },
            detail: if two_lines { fitted(&format!("{size} · {share}"), &size, room) } else { String::new() },
            folders: Vec::new(),
        }
    }
}

fn parts<'a>(report: &ReportView<'a>) -> Vec<Part<'a>> {
    let judgement = &report.results.judgement;
    let several = judgement.areas.iter().any(|area| area.bucket != judgement.areas[0].bucket);
    let named = |bucket: &str, name: &str| if several { format!("{name} · {bucket}") } else { name.to_owned() };
    let areas = judgement.areas.iter().map(|area| Part {
        kind: known_standing(&area.standing),
        name: named(&area.bucket, &area.area),
        short: area.area.clone(),
        area: Some((&area.bucket, &area.area)),
        objects: Some(area.objects),
        bytes: area.bytes,
    });
    let legacy = judgement.legacy.iter().map(|legacy| Part {
        kind: "legacy",
        name: named(&legacy.bucket, &format!("legacy {}, {}", legacy.area, legacy.generation)),
        short: format!("legacy {}", legacy.area),
        area: None,
        objects: Some(legacy.objects),
        bytes: legacy.bytes,
    });
    let mut parts: Vec<Part<'_>> = areas.chain(legacy).collect();
    let placed: u64 = parts.iter().map(|part| part.bytes).fold(0, u64::saturating_add);
    let rest = judgement.totals.bytes.saturating_sub(placed);
    parts.push(Part::rest("none", "in no area".to_owned(), rest));
    parts.retain(|part| part.bytes > 0);
    parts.sort_by_key(|part| Reverse(part.bytes));
    if parts.len() > MOST_TILES {
        let small = parts.split_off(MOST_TILES - 1);
        let bytes = small.iter().map(|part| part.bytes).fold(0, u64::saturating_add);
        let name = format!("{} smaller parts", small.len());
        parts.push(Part::rest(Standing::Tolerated.name(), name, bytes));
        parts.sort_by_key(|part| Reverse(part.bytes));
    }
    parts
}

/// A standing as results spell it; one that this version does not know is drawn like a wanted one.
fn known_standing(name: &str) -> &'static str {
    let known = Standing::WORDS.iter().find(|(word, _)| *word == name);
    known.map_or(Standing::Wanted.name(), |(word, _)| word)
}

/// The largest folders of an area, below the caption of its rectangle, and one blank for all others.
fn folders(report: &ReportView<'_>, part: &Part<'_>, whole: u64, place: Rectangle) -> Vec<Tile> {
    let Some((bucket, area)) = part.area else { return Vec::new() };
    let inner = Rectangle {
        x: place.x + 4.0,
        y: place.y + CAPTION + 6.0,
        width: place.width - 8.0,
        height: place.height - CAPTION - 10.0,
    };
    if inner.width < 60.0 || inner.height < 30.0 {
        return Vec::new();
    }
    let rows = report.largest_folders.iter().filter(|row| row.bucket == bucket && row.area == area && row.bytes > 0);
    let mut largest: Vec<(String, u64, u64)> =
        rows.map(|row| (row.folder.clone(), row.objects, row.bytes)).take(40).collect();
    let shown: u64 = largest.iter().map(|folder| folder.2).fold(0, u64::saturating_add);
    let rest = part.bytes.saturating_sub(shown);
    if largest.is_empty() {
        return Vec::new();
    }
    if rest > 0 {
        largest.push((String::new(), 0, rest));
    }
    let places = squarify(&largest.iter().map(|folder| folder.2).collect::<Vec<_>>(), inner);
    let tiles = largest.into_iter().zip(places).filter(|((name, ..), _)| !name.is_empty());
    let tiles = tiles.map(|((folder, objects, bytes), place)| {
        let last = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        let part = Part { kind: part.kind, name: folder, short: last, area: None, objects: Some(objects), bytes };
        Tile { detail: String::new(), ..Tile::new(&part, whole, place) }
    });
    tiles.collect()
}

/// A text that fits into this many characters: all of it, or the short form, or as much of that as fits.
fn fitted(text: &str, short: &str, room: usize) -> String {
    match [text, short].into_iter().find(|form| form.chars().count() <= room) {
        Some(form) => form.to_owned(),
        None => short.chars().take(room.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Divides a rectangle by weights, none of them zero, in their order, into parts as square as can be (Bruls, Huizing and
/// van Wijk, "Squarified treemaps", 2000).
fn squarify(weights: &[u64], whole: Rectangle) -> Vec<Rectangle> {
    let total: f64 = weights.iter().map(|weight| *weight as f64).sum();
    let scale = whole.width * whole.height / total;
    let areas: Vec<f64> = weights.iter().map(|weight| *weight as f64 * scale).collect();
    let (mut free, mut rest, mut placed) = (whole, areas.as_slice(), Vec::with_capacity(weights.len()));
    while !rest.is_empty() {
        let side = free.width.min(free.height);
        let mut length = 1;
        while length < rest.len() && worst(&rest[..=length], side) <= worst(&rest[..length], side) {
            length += 1;
        }
        let (row, others) = rest.split_at(length);
        let thickness = row.iter().sum::<f64>() / side;
        let mut along = 0.0;
        for area in row {
            let extent = area / thickness;
            placed.push(if free.width >= free.height {
                Rectangle { x: free.x, y: free.y + along, width: thickness, height: extent }
            } else {
                Rectangle { x: free.x + along, y: free.y, width: extent, height: thickness }
            });
            along += extent;
        }
        if free.width >= free.height {
            free = Rectangle { x: free.x + thickness, width: (free.width - thickness).max(f64::MIN_POSITIVE), ..free };
        } else {
            free =
                Rectangle { y: free.y + thickness, height: (free.height - thickness).max(f64::MIN_POSITIVE), ..free };
        }
        rest = others;
    }
    placed
}

/// The worst ratio of sides in a row of these areas along a side.
fn worst(row: &[f64], side: f64) -> f64 {
    let thickness = row.iter().sum::<f64>() / side;
    row.iter().map(|area| (area / thickness / thickness).max(thickness * thickness / area)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Rectangle, fitted, squarify};

    proptest! {
        #[test]
        fn parts_fill_the_whole_by_their_weights_and_never_overlap(mut weights in prop::collection::vec(1_u64..1_000_000, 1..30)) {
            weights.sort_by_key(|weight| std::cmp::Reverse(*weight));
            let whole = Rectangle { x: 0.0, y: 0.0, width: 1_000.0, height: 440.0 };
            let placed = squarify(&weights, whole);
            let total = weights.iter().sum::<u64>() as f64;
            for (weight, part) in weights.iter().zip(&placed) {
                prop_assert!((part.width * part.height - *weight as f64 / total * 440_000.0).abs() < 0.01);
                prop_assert!(part.x > -0.01 && part.y > -0.01 && part.x + part.width < 1_000.01 && part.y + part.height < 440.01);
            }
            for (index, left) in placed.iter().enumerate() {
                for right in &placed[index + 1..] {
                    let apart = left.x + left.width <= right.x + 0.01 || right.x + right.width <= left.x + 0.01
                        || left.y + left.height <= right.y + 0.01 || right.y + right.height <= left.y + 0.01;
                    prop_assert!(apart);
                }
            }
        }
    }

    #[test]
    fn a_caption_is_cut_between_characters() {
        let cases = [
            ("training", "", 8, "training"),
            ("training · a", "training", 8, "training"),
            ("a · tráining", "tráining", 4, "trá…"),
        ];
        for (text, short, room, caption) in cases {
            assert_eq!(fitted(text, short, room), caption);
        }
    }
}
