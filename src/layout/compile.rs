//! A configuration compiled: every template read, every proof made, every example tried.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::captures::Captures;
use super::error::{ConfigError, ConfigErrors};
use super::expansion::{Expanded, Site, expand, located, read};
use super::glob::Glob;
use super::matcher::{BucketLayout, KeyMatch};
use super::obligations::Obligations;
use super::placeholder::{BUCKET, PlaceholderId, Placeholders};
use super::shape::Shapes;
use super::spec::{Anchor, At, LayoutSpec};

/// The most areas, legacy templates, placeholders and bucket entries a layout may have, each.
const MOST: usize = 4_096;
/// Likewise of what no template is held against, and has numbers of 16 bits.
const MOST_NUMBERED: usize = u16::MAX as usize;
/// The most steps of a workflow: they have numbers of 8 bits.
const MOST_STEPS: usize = u8::MAX as usize + 1;

/// A layout that answers what a key is and builds keys.
#[derive(Debug)]
pub struct Layout {
    grammar: Arc<Grammar>,
    buckets: Vec<BucketLayout>,
    companions: Vec<Vec<Vec<Glob>>>,
    expected_unreferenced: Vec<Vec<Glob>>,
    allowed: Vec<Option<Glob>>,
}

/// What all buckets of a layout share.
#[derive(Debug)]
pub(super) struct Grammar {
    pub(super) spec: LayoutSpec,
    /// The entries of `spec.buckets`, and behind them the pretended ones.
    pub(super) entries: Vec<Entry>,
    pub(super) placeholders: Placeholders,
    pub(super) shapes: Shapes,
}

/// A bucket entry: name, prefix, role.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) bucket: String,
    pub(super) prefix: String,
    pub(super) role: String,
}

impl Layout {
    /// Compiles a configuration.
    ///
    /// A role that areas have and no bucket has (as in a bare preset) is proved for a pretended bucket called
    /// `bucket`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, in the order of the file; proofs and examples are tried only once all templates are
    /// read.
    pub fn compile(spec: LayoutSpec) -> Result<Self, ConfigErrors> {
        let mut errors = Vec::new();
        check_numbers(&spec, &mut errors);
        stop_on(&mut errors)?;
        let mut placeholders = Placeholders::compile(&spec.placeholders, &mut errors);
        let raw = read(&spec, &mut errors);
        let mut globs = |texts: &[At<String>]| -> Vec<Glob> {
            texts.iter().filter_map(|text| glob(text).map_err(|error| errors.push(error)).ok()).collect()
        };
        let companions = spec.areas.iter().map(|area| area.companions.iter().map(|any| globs(any)).collect()).collect();
        let expected_unreferenced = spec.areas.iter().map(|area| globs(&area.expected_unreferenced)).collect();
        let allowed =
            spec.allows.iter().map(|allow| allow.key.as_ref().and_then(|key| globs(std::slice::from_ref(key)).pop()));
        let allowed = allowed.collect();

        let entries = entries(&spec);
        let mut shapes = Shapes::default();
        let mut expansions: Vec<(Group, Vec<Expanded>)> = Vec::new();
        for group in groups(&entries, spec.buckets.len()) {
            let site = Site {
                name: &entries[group.first()].bucket,
                entries: group
                    .entries
                    .iter()
                    .map(|&entry| (entry as u16, &*entries[entry].prefix, &*entries[entry].role))
                    .collect(),
            };
            let templates = expand(&spec, &raw, &site, &mut shapes, &mut placeholders, &mut errors);
            expansions.push((group, templates));
        }
        stop_on(&mut errors)?;

        let grammar = Arc::new(Grammar { spec, entries, placeholders, shapes });
        let mut obligations = Obligations::new(&grammar);
        for (_, templates) in &expansions {
            obligations.prove(templates);
        }
        let open: Vec<Vec<bool>> =
            expansions.iter().map(|(_, templates)| obligations.open_folders(templates)).collect();
        errors.extend(obligations.into_errors());
        stop_on(&mut errors)?;

        let mut buckets = Vec::new();
        for ((group, templates), open) in expansions.into_iter().zip(open) {
            let name = grammar.entries[group.first()].bucket.clone();
            let bucket = BucketLayout::new(name, group.entries, Arc::clone(&grammar), templates, &open);
            check_examples(&bucket, &grammar, &mut errors);
            if !group.pretended {
                buckets.push(bucket);
            }
        }
        stop_on(&mut errors)?;
        Ok(Self { grammar, buckets, companions, expected_unreferenced, allowed })
    }

    /// The configuration it was compiled from.
    pub fn spec(&self) -> &LayoutSpec {
        &self.grammar.spec
    }

    /// The bucket of exactly this name.
    pub fn bucket(&self, name: &str) -> Option<&BucketLayout> {
        self.buckets.iter().find(|bucket| bucket.name() == name)
    }

    /// Every physical bucket once, in file order.
    pub fn buckets(&self) -> &[BucketLayout] {
        &self.buckets
    }

    /// A placeholder's name; the number must be of this layout.
    pub fn placeholder_name(&self, id: PlaceholderId) -> &str {
        &self.grammar.placeholders.get(id).name
    }

    /// The number of the placeholder, or of the rest, that has this name in some template.
    pub fn placeholder(&self, name: &str) -> Option<PlaceholderId> {
        self.grammar.placeholders.id(name)
    }

    /// A placeholder's values in words, to follow "expected".
    pub fn expected(&self, placeholder: &str) -> Option<&str> {
        Some(&self.grammar.placeholders.get(self.placeholder(placeholder)?).expected)
    }

    /// The value that a record's spelling means: aliases, then `replace`. For values from records and `path build`
    /// only.
    pub fn normalise<'v>(&self, placeholder: &str, value: &'v str) -> Cow<'v, str> {
        self.grammar.placeholders.normalise(placeholder, value)
    }

    /// An area's `companions`: all of the outer list, any of an inner one.
    pub fn companions(&self, area: usize) -> &[Vec<Glob>] {
        &self.companions[area]
    }

    /// An area's `expected_unreferenced`.
    pub fn expected_unreferenced(&self, area: usize) -> &[Glob] {
        &self.expected_unreferenced[area]
    }

    /// The glob over whole keys of an exception, an index into `spec.allows`.
    pub fn allowed_keys(&self, allow: usize) -> Option<&Glob> {
        self.allowed[allow].as_ref()
    }
}

/// Ends here if anything is wrong, in the order of the file.
fn stop_on(errors: &mut Vec<ConfigError>) -> Result<(), ConfigErrors> {
    if errors.is_empty() {
        return Ok(());
    }
    let mut errors = std::mem::take(errors);
    errors.sort_by_key(|error| error.place.as_ref().map(|place| (Arc::clone(&place.file), place.line, place.column)));
    errors.dedup();
    Err(ConfigErrors(errors))
}

fn check_numbers(spec: &LayoutSpec, errors: &mut Vec<ConfigError>) {
    let legacy = spec.areas.iter().flat_map(|area| &area.legacy).map(|legacy| legacy.from.len()).sum();
    for (what, count, most) in [
        ("areas", spec.areas.len(), MOST),
        ("legacy templates", legacy, MOST),
        ("placeholders", spec.placeholders.len(), MOST),
        ("bucket entries", spec.buckets.len(), MOST),
        ("tables", spec.tables.len(), MOST_NUMBERED),
        ("references", spec.tables.iter().map(|table| table.references.len()).sum(), MOST_NUMBERED),
        ("workflows", spec.workflows.len(), MOST_NUMBERED),
        ("exceptions", spec.allows.len(), MOST_NUMBERED),
    ] {
        if count > most {
            let problem = format!("{count} {what} are more than the {most} that a layout may have");
            errors.push(ConfigError { problem, place: None, help: None });
        }
    }
    for workflow in spec.workflows.iter().filter(|workflow| workflow.steps.len() > MOST_STEPS) {
        let count = workflow.steps.len();
        let problem = format!("{count} steps are more than the {MOST_STEPS} that a workflow may have");
        errors.push(ConfigError { problem, place: Some(workflow.place.clone()), help: None });
    }
}

fn glob(text: &At<String>) -> Result<Glob, ConfigError> {
    Glob::read(&text.value).map_err(|fault| located(&text.place, fault))
}

fn entries(spec: &LayoutSpec) -> Vec<Entry> {
    let declared = spec.buckets.iter().map(|bucket| Entry {
        bucket: bucket.name.clone(),
        prefix: bucket.prefix.clone(),
        role: bucket.role.clone(),
    });
    let mut entries: Vec<Entry> = declared.collect();
    for area in &spec.areas {
        if !entries.iter().any(|entry| entry.role == area.role) {
            entries.push(Entry { bucket: BUCKET.to_owned(), prefix: String::new(), role: area.role.clone() });
        }
    }
    entries
}

/// The entries of one physical bucket.
struct Group {
    entries: Vec<usize>,
    pretended: bool,
}

impl Group {
    fn first(&self) -> usize {
        self.entries[0]
    }
}

/// Declared entries by bucket name, in file order; each pretended entry by itself.
fn groups(entries: &[Entry], declared: usize) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let pretended = index >= declared;
        match known.get(&*entry.bucket) {
            Some(group) if !pretended => groups[*group].entries.push(index),
            _ => {
                known.insert(&entry.bucket, groups.len());
                groups.push(Group { entries: vec![index], pretended });
            }
        }
    }
    groups
}

/// Every example is what it is an example of, in every entry of its role.
fn check_examples(bucket: &BucketLayout, grammar: &Grammar, errors: &mut Vec<ConfigError>) {
    let mut captures = Captures::new();
    for (index, area) in grammar.spec.areas.iter().enumerate() {
        let prefixes = |anchor: Anchor| -> Vec<&str> {
            let own =
                bucket.entries.iter().map(|entry| &grammar.entries[*entry]).filter(|entry| entry.role == area.role);
            match anchor {
                Anchor::Prefix => own.map(|entry| &*entry.prefix).collect(),
                Anchor::Bucket => own.take(1).map(|_| "").collect(),
            }
        };
        let mut check = |example: &At<String>, prefix: &str, legacy: Option<usize>| {
            let key = format!("{prefix}{}", example.value.replace("{bucket}", bucket.name()));
            let found = bucket.identify(key.as_bytes(), &mut captures);
            let is_right = match found {
                KeyMatch::Area(placed) | KeyMatch::Legacy(placed) => {
                    usize::from(placed.area) == index && placed.legacy.map(usize::from) == legacy
                }
                KeyMatch::OutOfScope | KeyMatch::Unmatched => false,
            };
            if !is_right {
                let lies = describe(found, bucket, &key);
                let what = match legacy {
                    Some(legacy) => format!("legacy `{}` of area `{}`", area.legacy[legacy].name, area.name),
                    None => format!("area `{}`", area.name),
                };
                let problem = format!("the example `{key}` is not of {what}: it {lies}");
                errors.push(ConfigError::at(&example.place, problem).help("mend the example or the template"));
            }
        };
        for prefix in prefixes(area.anchor) {
            area.examples.iter().for_each(|example| check(example, prefix, None));
        }
        for (number, legacy) in area.legacy.iter().enumerate() {
            for prefix in prefixes(legacy.anchor) {
                legacy.examples.iter().for_each(|example| check(example, prefix, Some(number)));
            }
        }
    }
}

fn describe(found: KeyMatch, bucket: &BucketLayout, key: &str) -> String {
    let spec = &bucket.grammar.spec;
    match found {
        KeyMatch::Area(placed) => format!("lies in area `{}`", spec.areas[usize::from(placed.area)].name),
        KeyMatch::Legacy(placed) => {
            let area = &spec.areas[usize::from(placed.area)];
            let legacy = placed.legacy.and_then(|legacy| area.legacy.get(usize::from(legacy)));
            format!("matches legacy `{}` of area `{}`", legacy.map_or("", |legacy| &legacy.name), area.name)
        }
        KeyMatch::OutOfScope => "lies below no prefix".to_owned(),
        KeyMatch::Unmatched => match bucket.explain(key).expected {
            Some(expected) => format!("matches nothing; expected {expected}"),
            None => "matches nothing".to_owned(),
        },
    }
}
