//! What a key is, by one regular expression for each template, tried one after the other.

use std::rc::Rc;

use super::miss;
use super::template::{self, Captures, Pattern};
use super::world::{Fate, Standing, World};

/// A template in a bucket.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) bucket: &'static str,
    /// The bucket entry below whose prefix it stands; `None` at the root.
    entry: Option<usize>,
    pub(crate) area: usize,
    /// Which of the area's generations, for a legacy template.
    pub(crate) legacy: Option<usize>,
    /// What stands before the template.
    pub(crate) base: &'static str,
    pub(crate) text: &'static str,
    pattern: Rc<Pattern>,
}

/// Where a key lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spot {
    /// In an area.
    Area(Match),
    /// Below a legacy template.
    Legacy(Match),
    /// Below no declared prefix.
    OutOfScope,
    /// In no area; one of these codes.
    Nowhere(Vec<&'static str>),
}

/// A template that matches a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) area: usize,
    pub(crate) legacy: Option<usize>,
    pub(crate) entry: Option<usize>,
    pub(crate) captures: Captures,
    /// The prefix of the area's folder, for a key in an area.
    pub(crate) folder: String,
    /// The segments of the whole key that a legacy template spells out as empty ones.
    spelled_empty: Vec<usize>,
}

/// What becomes of a legacy key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// It moves to this key.
    Moves(String),
    /// It stays or needs no new key.
    Keeps,
    /// It goes, or no new key can be made.
    None,
}

/// A world's layout.
#[derive(Debug)]
pub(crate) struct Naive<'w> {
    pub(crate) world: &'w World,
    pub(crate) templates: Vec<Compiled>,
}

impl<'w> Naive<'w> {
    /// Compiles every template for every bucket entry of its area's role.
    pub(crate) fn new(world: &'w World) -> Self {
        let mut templates = Vec::new();
        for (area_index, area) in world.areas.iter().enumerate() {
            let own = [(None, area.at_root, area.path)];
            let legacy =
                area.legacy.iter().enumerate().flat_map(|(index, legacy)| {
                    legacy.from.iter().map(move |from| (Some(index), legacy.at_root, *from))
                });
            for (legacy, at_root, text) in own.into_iter().chain(legacy) {
                let mut rooted: Vec<&str> = Vec::new();
                for (entry, bucket) in world.buckets.iter().enumerate().filter(|(_, bucket)| bucket.role == area.role) {
                    if at_root && rooted.contains(&bucket.name) {
                        continue;
                    }
                    rooted.push(bucket.name);
                    let base = if at_root { "" } else { bucket.prefix };
                    let entry = (!at_root).then_some(entry);
                    let pattern = Pattern::of(base, text);
                    templates.push(Compiled {
                        bucket: bucket.name,
                        entry,
                        area: area_index,
                        legacy,
                        base,
                        text,
                        pattern,
                    });
                }
            }
        }
        Self { world, templates }
    }

    /// Where a key lies: areas, then legacy templates, then fallback areas.
    pub(crate) fn identify(&self, bucket: &str, key: &str) -> Spot {
        let is_fallback = |compiled: &&Compiled| self.world.areas[compiled.area].fallback;
        let of_bucket = || self.templates.iter().filter(|compiled| compiled.bucket == bucket);
        let areas = of_bucket().filter(|compiled| compiled.legacy.is_none() && !is_fallback(compiled));
        let legacy = of_bucket().filter(|compiled| compiled.legacy.is_some());
        let fallback = of_bucket().filter(|compiled| compiled.legacy.is_none() && is_fallback(compiled));
        for compiled in areas.chain(legacy).chain(fallback) {
            if let Some(captures) = compiled.pattern.captures(key) {
                let found = self.matched(compiled, key, captures);
                return if compiled.legacy.is_some() { Spot::Legacy(found) } else { Spot::Area(found) };
            }
        }
        let entries = self.world.buckets.iter().filter(|entry| entry.name == bucket);
        if entries.clone().any(|entry| key.starts_with(entry.prefix)) {
            return Spot::Nowhere(miss::codes(self, bucket, key));
        }
        // A key outside every prefix that would be right below one of them has been put at the wrong place.
        let would_fit = entries.clone().any(|entry| {
            self.world.areas.iter().any(|area| {
                let wanted = area.standing == Standing::Wanted && area.role == entry.role && !area.at_root;
                wanted && Pattern::of("", area.path).is_match(key)
            })
        });
        if would_fit { Spot::Nowhere(vec!["L205"]) } else { Spot::OutOfScope }
    }

    fn matched(&self, compiled: &Compiled, key: &str, captures: Captures) -> Match {
        let depth = template::folder_segments(compiled.text);
        let folder: String = key[compiled.base.len()..].split_inclusive('/').take(depth).collect();
        let before = compiled.base.matches('/').count();
        let spelled_empty = compiled.text.split('/').enumerate();
        let spelled_empty =
            spelled_empty.filter(|(_, text)| text.is_empty()).map(|(index, _)| before + index).collect();
        let entry = compiled.entry.or_else(|| self.entry_of(compiled.bucket, key));
        let folder = format!("{}{folder}", compiled.base);
        Match { area: compiled.area, legacy: compiled.legacy, entry, captures, folder, spelled_empty }
    }

    /// The one bucket entry below whose prefix a key lies.
    fn entry_of(&self, bucket: &str, key: &str) -> Option<usize> {
        let below = |(_, entry): &(usize, &super::world::Bucket)| entry.name == bucket && key.starts_with(entry.prefix);
        let entries: Vec<usize> = self.world.buckets.iter().enumerate().filter(below).map(|(index, _)| index).collect();
        if let [entry] = entries.as_slice() { Some(*entry) } else { None }
    }

    /// What becomes of a legacy key, given what records say.
    pub(crate) fn target(&self, bucket: &str, found: &Match, recorded: impl Fn(&str) -> Option<String>) -> Target {
        let area = &self.world.areas[found.area];
        let legacy = &area.legacy[found.legacy.unwrap()];
        let to = match legacy.fate {
            Fate::Keep => return Target::Keeps,
            Fate::Retire => return Target::None,
            Fate::To(to) => to,
        };
        let mut missing = false;
        let new = template::fill(to, |name| {
            if let Some((_, captured)) = found.captures.iter().find(|(known, _)| known == name) {
                let is_rest = to.contains(&format!("{{{name}**}}"));
                let full: Vec<&str> = captured.split('/').filter(|segment| !segment.is_empty()).collect();
                return Some(if is_rest { full.join("/") } else { captured.clone() });
            }
            let value = recorded(name);
            missing |= value.is_none();
            value.filter(|value| super::pool::fits(name, value))
        });
        let entry = found.entry.or_else(|| {
            let mut entries = self.world.buckets.iter().enumerate().filter(|(_, entry)| entry.name == bucket);
            entries.next().map(|(index, _)| index)
        });
        let prefix = if area.at_root { "" } else { self.world.buckets[entry.unwrap()].prefix };
        match new {
            Some(new) => Target::Moves(format!("{prefix}{new}")),
            None if missing && legacy.unnamed_keep => Target::Keeps,
            None => Target::None,
        }
    }

    /// The folders of an area whose placeholders have these values, in every bucket that has the area.
    pub(crate) fn folders(&self, area: usize, value: impl Fn(&str) -> Option<String>) -> Vec<(&'static str, String)> {
        let text = self.world.areas[area].path;
        let depth = template::folder_segments(text);
        let head: String = text.split_inclusive('/').take(depth).collect();
        let fitting = |name: &str| value(name).filter(|value| super::pool::fits(name, value));
        let Some(folder) = template::fill(&head, fitting) else { return Vec::new() };
        let own = self.templates.iter().filter(|compiled| compiled.area == area && compiled.legacy.is_none());
        own.map(|compiled| (compiled.bucket, format!("{}{folder}", compiled.base))).collect()
    }

    /// Whether a prefix is the bucket's root or lies above every placeholder of one of its areas.
    pub(crate) fn is_over_broad(&self, bucket: &str, prefix: &str) -> bool {
        let own = self.templates.iter().filter(|compiled| compiled.bucket == bucket && compiled.legacy.is_none());
        prefix.is_empty()
            || own.filter(|compiled| compiled.text.contains('{')).any(|compiled| {
                let literal = compiled.text.split('{').next().unwrap_or_default();
                let literal = &literal[..literal.rfind('/').map_or(0, |slash| slash + 1)];
                format!("{}{literal}", compiled.base).starts_with(prefix)
            })
    }
}

impl Match {
    /// The first empty segment of a key that its template does not spell out; a key's end in `/` is none.
    pub(crate) fn has_empty_segment(&self, key: &str) -> bool {
        empty_segments(key).any(|index| !self.spelled_empty.contains(&index))
    }
}

/// The positions of a key's empty segments, from 0; the one behind a final `/` does not count.
pub(crate) fn empty_segments(key: &str) -> impl Iterator<Item = usize> {
    let count = key.split('/').count();
    key.split('/').enumerate().filter(move |(index, text)| text.is_empty() && index + 1 < count).map(|(index, _)| index)
}
