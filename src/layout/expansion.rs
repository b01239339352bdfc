//! What a layout's templates come to in one bucket: each template once for every entry it holds for.

use std::sync::{Arc, OnceLock};

use super::captures::Extraction;
use super::error::ConfigError;
use super::placeholder::Placeholders;
use super::shape::{Piece, Segment, Shapes, Template};
use super::spec::{Anchor, AreaSpec, At, Fate, LayoutSpec};
use super::template::{Fault, RawSegment, Use, parse};
use crate::model::Place;

/// The order in which templates are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Class {
    /// An area's path.
    Area,
    /// A legacy template.
    Legacy,
    /// A fallback area's path.
    Fallback,
}

/// One template as it holds in one bucket.
#[derive(Debug)]
pub(super) struct Expanded {
    /// Its class.
    pub(super) class: Class,
    /// Its area, an index into `spec.areas`.
    pub(super) area: u16,
    /// Its legacy generation, an index into the area's `legacy`.
    pub(super) legacy: Option<u16>,
    /// The entry below whose prefix it starts; `None` at the bucket's root.
    pub(super) entry: Option<u16>,
    /// What stands in front of it: that entry's prefix, or nothing.
    pub(super) prefix: String,
    /// The template, below the prefix.
    pub(super) template: Template,
    /// Where it stands in the configuration.
    pub(super) place: Place,
    /// Where its objects move to, below the prefix of their entry or at the root, as the area is anchored.
    pub(super) target: Option<Template>,
    /// The part of the template that is a key's folder, and where its placeholders are; worked out when asked for.
    pub(super) folder: OnceLock<(Template, Extraction)>,
}

impl Expanded {
    /// The part of the template that is a key's folder, and where its placeholders are.
    pub(super) fn folder(&self, shapes: &Shapes) -> &(Template, Extraction) {
        self.folder.get_or_init(|| {
            let segments = self.template.segments[..self.folder_segments(shapes)].to_vec();
            let template = Template { text: Arc::clone(&self.template.text), segments };
            let extraction = Extraction::of(&template, shapes);
            (template, extraction)
        })
    }

    /// How many leading segments make up a key's folder: up to the last placeholder that is a whole segment before
    /// the last `/`, else the leading literals before it.
    pub(super) fn folder_segments(&self, shapes: &Shapes) -> usize {
        let segments = &self.template.segments;
        let inner = &segments[..segments.len() - 1];
        let is_hole = |segment: &Segment| match segment {
            Segment::Shaped(shape) => matches!(*shapes.get(*shape).pieces, [Piece::Hole(_)]),
            _ => false,
        };
        let leading = || inner.iter().take_while(|segment| matches!(segment, Segment::Fixed(_))).count();
        inner.iter().rposition(is_hole).map_or_else(leading, |last| last + 1)
    }

    /// Whether the folder of every key ends where the template's rest begins.
    pub(super) fn is_folder_open(&self, shapes: &Shapes) -> bool {
        let segments = &self.template.segments;
        matches!(segments.last(), Some(Segment::Rest(_))) && self.folder_segments(shapes) + 1 == segments.len()
    }

    /// Whether at least one segment is a literal.
    pub(super) fn spells_out(&self) -> bool {
        self.template.segments.iter().any(|segment| matches!(segment, Segment::Fixed(_)))
    }
}

/// An area's templates, read but not yet resolved.
#[derive(Debug)]
pub(super) struct RawArea {
    path: Raw,
    legacy: Vec<RawLegacy>,
}

#[derive(Debug)]
struct RawLegacy {
    from: Vec<Raw>,
    to: Option<Raw>,
}

#[derive(Debug)]
struct Raw {
    text: Arc<str>,
    segments: Vec<RawSegment>,
    place: Place,
}

/// Reads the templates of all areas; what is wrong goes to `errors`, and such a template is left out.
pub(super) fn read(spec: &LayoutSpec, errors: &mut Vec<ConfigError>) -> Vec<Option<RawArea>> {
    let mut raw = |text: &At<String>, purpose| match parse(&text.value, purpose) {
        Ok(segments) => Some(Raw { text: Arc::from(&*text.value), segments, place: text.place.clone() }),
        Err(fault) => {
            errors.push(located(&text.place, fault));
            None
        }
    };
    let areas = spec.areas.iter().map(|area| {
        let path = raw(&area.path, Use::Path { fallback: area.fallback });
        let legacy = area.legacy.iter().map(|legacy| RawLegacy {
            from: legacy.from.iter().filter_map(|from| raw(from, Use::From)).collect(),
            to: match &legacy.fate {
                Fate::To(to) => raw(to, Use::To),
                Fate::Keep(_) | Fate::Retire(_) => None,
            },
        });
        let legacy = legacy.collect();
        Some(RawArea { path: path?, legacy })
    });
    areas.collect()
}

/// A template's fault at its place in the file; the text starts behind a quote.
pub(super) fn located(place: &Place, fault: Fault) -> ConfigError {
    let mut place = place.clone();
    if place.column > 0 {
        place.column += 1 + u32::try_from(fault.offset).unwrap_or(0);
    }
    ConfigError { problem: fault.problem, place: Some(place), help: fault.help }
}

/// A bucket to expand templates for.
pub(super) struct Site<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its entries: index into `spec.buckets`, prefix, role.
    pub(super) entries: Vec<(u16, &'a str, &'a str)>,
}

impl Site<'_> {
    /// Where a template starts: entry and prefix.
    fn starts(&self, role: &str, anchor: Anchor) -> Vec<(Option<u16>, &str)> {
        let mut entries = self.entries.iter().filter(|(_, _, own)| *own == role);
        match anchor {
            Anchor::Bucket => entries.next().map(|_| (None, "")).into_iter().collect(),
            Anchor::Prefix => entries.map(|(entry, prefix, _)| (Some(*entry), *prefix)).collect(),
        }
    }
}

/// Expands all templates for one bucket, best first: areas in file order, legacy templates in file order, fallback
/// areas in file order, each for the longest prefix first.
pub(super) fn expand(
    spec: &LayoutSpec,
    raw: &[Option<RawArea>],
    site: &Site<'_>,
    shapes: &mut Shapes,
    placeholders: &mut Placeholders,
    errors: &mut Vec<ConfigError>,
) -> Vec<Expanded> {
    let mut expanded = Vec::new();
    let mut resolve = |raw: &Raw| {
        let resolved = shapes.resolve(&raw.text, &raw.segments, site.name, placeholders);
        resolved.map_err(|fault| errors.push(located(&raw.place, fault))).ok()
    };
    for ((area, raw), number) in spec.areas.iter().zip(raw).zip(0_u16..) {
        let Some(raw) = raw else { continue };
        if site.starts(&area.role, Anchor::Bucket).is_empty() {
            continue;
        }
        let class = if area.fallback { Class::Fallback } else { Class::Area };
        if let Some(template) = resolve(&raw.path) {
            let made = Made { class, area: number, legacy: None, place: &raw.path.place, target: None };
            push(&mut expanded, site, area, area.anchor, &made, &template);
        }
        for ((legacy, raw), number_within) in area.legacy.iter().zip(&raw.legacy).zip(0_u16..) {
            let target = raw.to.as_ref().and_then(&mut resolve);
            for from in &raw.from {
                let Some(template) = resolve(from) else { continue };
                let (class, target) = (Class::Legacy, target.clone());
                let made = Made { class, area: number, legacy: Some(number_within), place: &from.place, target };
                push(&mut expanded, site, area, legacy.anchor, &made, &template);
            }
        }
    }
    expanded.sort_by(|left, right| {
        let longest_first = right.prefix.len().cmp(&left.prefix.len());
        left.class
            .cmp(&right.class)
            .then(left.area.cmp(&right.area))
            .then(left.legacy.cmp(&right.legacy))
            .then(longest_first)
    });
    expanded
}

struct Made<'a> {
    class: Class,
    area: u16,
    legacy: Option<u16>,
    place: &'a Place,
    target: Option<Template>,
}

fn push(
    expanded: &mut Vec<Expanded>,
    site: &Site<'_>,
    area: &AreaSpec,
    anchor: Anchor,
    made: &Made<'_>,
    template: &Template,
) {
    for (entry, prefix) in site.starts(&area.role, anchor) {
        expanded.push(Expanded {
            class: made.class,
            area: made.area,
            legacy: made.legacy,
            entry,
            prefix: prefix.to_owned(),
            template: template.clone(),
            place: made.place.clone(),
            target: made.target.clone(),
            folder: OnceLock::new(),
        });
    }
}
