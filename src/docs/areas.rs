//! What is told of each area.

use serde::Serialize;

use super::migration::{LegacyDocs, generations};
use super::view::FolderTotals;
use super::words;
use crate::layout::Layout;
use crate::layout::outline::{example, outline, placeholders};
use crate::layout::spec::{Anchor, AreaSpec, LayoutSpec, ReferenceKind, Standing};
use crate::results::schema::Results;

/// An area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AreaDocs {
    /// Its name.
    pub name: String,
    /// An anchor for links to it, unique in the page.
    pub id: String,
    /// Its template.
    pub path: String,
    /// What lies there.
    pub about: String,
    /// Who writes it.
    pub written_by: String,
    /// `wanted`, `tolerated` or `outside`.
    pub standing: &'static str,
    /// The role of its buckets.
    pub role: String,
    /// Whether its template starts at the bucket's root whatever the prefix.
    pub at_root: bool,
    /// Whether it takes only what no other area and no legacy generation takes.
    pub fallback: bool,
    /// Keys that lie in it.
    pub examples: Vec<String>,
    /// Its placeholders, in the order of the path.
    pub placeholders: Vec<PlaceholderDocs>,
    /// The attributes that refer to it.
    pub references: Vec<ReferenceDocs>,
    /// The tables whose items own folders of it as a whole.
    pub claims: Vec<ClaimDocs>,
    /// What each folder must hold: all lists, one of each.
    pub companions: Vec<Vec<String>>,
    /// What need not be named by a record.
    pub expected_unreferenced: Vec<String>,
    /// The places before it.
    pub legacy: Vec<LegacyDocs>,
    /// What it held at the audit.
    pub held: Option<Held>,
}

/// A placeholder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceholderDocs {
    /// Its name.
    pub name: String,
    /// Its values in words.
    pub form: String,
    /// What it stands for.
    pub about: String,
    /// A value.
    pub example: Option<String>,
    /// Spellings of records and what they mean.
    pub aliases: Vec<(String, String)>,
    /// The pattern that is replaced in records' spellings, and what by.
    pub replace: Option<(String, String)>,
}

/// An attribute that refers to an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReferenceDocs {
    /// The table, with its prefix.
    pub table: String,
    /// The attribute.
    pub attribute: String,
    /// What its value is, in words.
    pub kind: &'static str,
    /// Conditions and bindings, in words.
    pub remarks: Vec<String>,
}

/// A table whose items own folders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimDocs {
    /// The table, with its prefix.
    pub table: String,
    /// Bindings and conditions, in words.
    pub remarks: Vec<String>,
}

/// What an area held, over all its buckets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Objects.
    pub objects: u64,
    /// Bytes.
    pub bytes: u64,
    /// Objects that keep to the layout.
    pub compliant: u64,
    /// Whether that was judged.
    pub compliance_judged: bool,
    /// Objects that no record names.
    pub orphans: u64,
    /// Folders.
    pub folders: u64,
    /// The newest modification.
    pub newest: Option<String>,
    /// The largest folder as URI, with its bytes, where the folders are known.
    pub largest: Option<(String, u64)>,
}

/// Every area but those out of scope, in the layout's order, the wanted ones first.
pub(super) fn areas(layout: &Layout, results: Option<&Results>, folders: Option<&FolderTotals>) -> Vec<AreaDocs> {
    let spec = layout.spec();
    let mut ids: Vec<String> = Vec::new();
    let mut made: Vec<AreaDocs> = Vec::new();
    for (number, area) in spec.areas.iter().enumerate() {
        let base = format!("area-{}", slug(&area.name));
        let taken = ids.iter().filter(|id| **id == base).count();
        ids.push(base.clone());
        let id = if taken == 0 { base } else { format!("{base}-{}", taken + 1) };
        made.push(AreaDocs {
            name: area.name.clone(),
            id,
            path: area.path.value.clone(),
            about: area.about.clone(),
            written_by: area.written_by.clone(),
            standing: area.standing.name(),
            role: area.role.clone(),
            at_root: area.anchor == Anchor::Bucket,
            fallback: area.fallback,
            examples: area.examples.iter().map(|example| example.value.clone()).collect(),
            placeholders: placeholders_of(layout, area),
            references: references(spec, number),
            claims: claims(spec, number),
            companions: area.companions.iter().map(|any| any.iter().map(|glob| glob.value.clone()).collect()).collect(),
            expected_unreferenced: area.expected_unreferenced.iter().map(|glob| glob.value.clone()).collect(),
            legacy: generations(layout, number, results),
            held: held(&area.name, results, folders),
        });
    }
    made.sort_by_key(|area| area.standing != Standing::Wanted.name());
    made
}

fn slug(name: &str) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' };
    name.chars().map(plain).collect()
}

fn placeholders_of(layout: &Layout, area: &AreaSpec) -> Vec<PlaceholderDocs> {
    let spec = layout.spec();
    let segments = outline(&area.path).unwrap_or_default();
    let told = placeholders(&segments).into_iter().map(|name| {
        let declared = spec.placeholders.iter().find(|known| known.name == name);
        PlaceholderDocs {
            name: name.to_owned(),
            form: layout.expected(name).unwrap_or_default().to_owned(),
            about: declared.map_or_else(String::new, |declared| declared.about.clone()),
            example: example(spec, name),
            aliases: declared.map_or_else(Vec::new, |declared| declared.aliases.clone()),
            replace: declared.and_then(|declared| {
                declared.replace.as_ref().map(|(pattern, with)| (pattern.value.clone(), with.clone()))
            }),
        }
    });
    told.collect()
}

fn references(spec: &LayoutSpec, area: usize) -> Vec<ReferenceDocs> {
    let mut told = Vec::new();
    for table in &spec.tables {
        for reference in table.references.iter().filter(|reference| reference.areas.contains(&area)) {
            let mut remarks = Vec::new();
            remarks.extend(reference.bucket.as_ref().map(|bucket| words::bucket(spec, bucket)));
            remarks.extend(reference.when.as_ref().map(|when| format!("when {}", words::condition(when))));
            let required = reference.required_when.as_ref();
            remarks.extend(required.map(|when| format!("required when {}", words::condition(when))));
            remarks.extend(words::bound(&reference.bind));
            if !reference.claims {
                remarks.push("reaches, but owns nothing".to_owned());
            }
            told.push(ReferenceDocs {
                table: format!("{}{}", spec.table_prefix, table.name),
                attribute: reference.attribute.text.clone(),
                kind: match reference.kind {
                    ReferenceKind::Object => "an object's location",
                    ReferenceKind::Prefix => "the location of a folder",
                    ReferenceKind::Key => "an object's key",
                    ReferenceKind::KeyPrefix => "a folder's key prefix",
                    ReferenceKind::Bucket => "a bucket's name",
                },
                remarks,
            });
        }
    }
    told
}

fn claims(spec: &LayoutSpec, area: usize) -> Vec<ClaimDocs> {
    let mut told = Vec::new();
    for table in &spec.tables {
        for claim in table.claims.iter().filter(|claim| claim.area == area) {
            let mut remarks = words::bound(&claim.bind);
            remarks.extend(claim.when.as_ref().map(|when| format!("when {}", words::condition(when))));
            told.push(ClaimDocs { table: format!("{}{}", spec.table_prefix, table.name), remarks });
        }
    }
    told
}

fn held(area: &str, results: Option<&Results>, folders: Option<&FolderTotals>) -> Option<Held> {
    let mut held = Held { largest: folders.and_then(|folders| folders.largest(area)), ..Held::default() };
    for found in results?.judgement.areas.iter().filter(|found| found.area == area) {
        held.objects += found.objects;
        held.bytes += found.bytes;
        held.compliance_judged |= found.compliance_judged;
        held.compliant += found.compliant_objects;
        held.orphans += found.orphan_objects;
        held.folders += found.folders;
        held.newest = held.newest.max(found.newest.clone());
    }
    Some(held)
}
