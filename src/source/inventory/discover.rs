//! Which deliveries the inputs stand for: the newest complete one of each bucket.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::IgnoredAny;

use super::bare::{self, Bare, Told};
use super::columns::{Column, ColumnSet};
use super::csv_keys::KeysSeen;
use super::manifest::{InventoryFormat, Manifest, looks_like_one, unknown};
use super::part::column_names;
use crate::model::{Millis, SourceDefect};
use crate::source::error::{InputKind, SourceError};
use crate::source::input::{self, InputFile, ManifestPath, Notation, PassedOver, Verified};
use crate::source::locate::{Locator, Twice};
use crate::source::place::Place;

/// The inventories that the inputs stand for.
#[derive(Debug)]
pub struct Discovered {
    /// One for each bucket, in the order of the buckets' names.
    pub deliveries: Vec<Delivery>,
    /// Newer deliveries that are not complete, in the order of their names.
    pub passed_over: Vec<PassedOver>,
}

/// What stands for a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// `manifest.json`.
    Manifest,
    /// `symlink.txt`.
    Symlink,
    /// Data files alone.
    File,
    /// The JSON of `aws s3api list-objects-v2` or `list-object-versions`.
    Listing,
}

impl Origin {
    /// What a report has to say of it, if it is not a manifest.
    pub const fn remark(self) -> Option<&'static str> {
        match self {
            Self::Manifest => None,
            Self::Symlink => Some(
                "a `symlink.txt` was given in place of a manifest: no size, checksum or time of its parts is stated",
            ),
            Self::File => Some("data files were given without a manifest: nothing shows that they are all there is"),
            Self::Listing => Some("a listing was given, not an inventory: it is no snapshot of one moment"),
        }
    }
}

/// One delivery of an inventory.
#[derive(Debug)]
pub struct Delivery {
    /// The bucket that is listed.
    pub bucket: String,
    /// The bucket that the inventory was delivered to.
    pub destination: String,
    /// The inventory configuration's id, where the listed keys or the folders show it.
    pub configuration: Option<String>,
    /// When the inventory was begun, ms UTC.
    pub created_at: Option<Millis>,
    /// The format of its parts.
    pub format: InventoryFormat,
    /// What stands for it.
    pub origin: Origin,
    /// The columns that it has: from `fileSchema` of a CSV, from the footer of the first part that is there of any other format.
    pub columns: ColumnSet,
    /// Those of them that each of its parts has: files without a manifest need not be alike.
    pub(super) columns_of_each: ColumnSet,
    /// Columns that AWS is not known to write; they are skipped.
    pub unknown_columns: Vec<String>,
    /// Its parts, each once, in the manifest's order.
    pub parts: Vec<Part>,
    /// The manifest; without one, what stands for it.
    pub manifest: InputFile,
    /// Where that lies.
    pub path: Place,
    /// Whether the manifest is what the checksum beside it says.
    pub verified: bool,
    /// What is wrong with the manifest itself: S001, S010, S013.
    pub defects: Vec<SourceDefect>,
    /// The column names of a CSV, in their order.
    pub(super) columns_listed: Vec<String>,
    /// What the keys of a CSV showed of their producer, as far as they were read.
    pub(super) keys_seen: Arc<KeysSeen>,
}

impl Delivery {
    /// Whether no row lacks a column; without parts there is none that could.
    pub fn has_everywhere(&self, column: Column) -> bool {
        self.parts.is_empty() || self.columns_of_each.contains(column)
    }
}

/// One data file of a delivery.
#[derive(Debug)]
pub struct Part {
    /// Its key, as listed.
    pub file: String,
    /// Where it lies; `None` if it was not found.
    pub path: Option<Place>,
    /// The places where it was looked for, in order; empty if it was found.
    pub looked: Vec<String>,
    /// Its size in bytes, as listed.
    pub stated_size: u64,
    /// Its MD5, as listed.
    pub stated_md5: Option<[u8; 16]>,
}

/// A manifest that was read.
struct Candidate {
    from: ManifestPath,
    content: Vec<u8>,
    manifest: Manifest,
    verified: Verified,
    configuration: Option<String>,
}

impl Candidate {
    /// AWS writes the checksum last. A manifest that the user named needs none.
    fn is_complete(&self) -> bool {
        self.from.explicit || self.verified != Verified::Absent
    }

    /// What tells it from another inventory of its bucket.
    fn title(&self, other: &Self) -> String {
        let id = self.configuration.clone().filter(|_| self.configuration != other.configuration);
        id.unwrap_or_else(|| self.from.path.display().to_string())
    }
}

/// Finds the newest complete delivery of each bucket.
///
/// An input is a manifest by any name, the folder of a delivery, or a folder that holds deliveries at most six levels
/// down. In a folder that was searched a delivery is complete once `manifest.checksum` is there; if none of a
/// bucket is, the newest is taken without.
///
/// # Errors
///
/// A wrong path, a file that is no manifest, a format that is not read, a folder without a delivery, or two
/// inventories of one bucket.
pub fn discover<P: Clone + Into<Place>>(inputs: &[P]) -> Result<Discovered, SourceError> {
    discover_told(inputs, &Told::default())
}

/// The same, also for files without a manifest, of which the user tells what they do not say.
///
/// # Errors
///
/// Likewise, and a file without a manifest of which too little was told.
pub fn discover_told<P: Clone + Into<Place>>(inputs: &[P], told: &Told) -> Result<Discovered, SourceError> {
    let inputs: Vec<Place> = inputs.iter().cloned().map(Into::into).collect();
    let mut bare = Vec::new();
    let mut passed_over = Vec::new();
    let mut buckets: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    let manifests = input::manifests(&inputs, InputKind::Inventory)?;
    let mut refused = None;
    for from in manifests {
        let explicit = from.explicit;
        let name = from.name();
        if explicit && let Some(kind) = bare::recognise(&from.path, told)? {
            bare.push(Bare::new(from, kind));
            continue;
        }
        match candidate(from) {
            Ok(Some(candidate)) => buckets.entry(candidate.manifest.bucket.clone()).or_default().push(candidate),
            Ok(None) => {}
            Err(error) if explicit => return Err(error),
            Err(error) => {
                passed_over.push(PassedOver { manifest: name, reason: error.to_string() });
                refused = refused.or(Some(error));
            }
        }
    }
    let bare = bare::deliveries(bare, told)?;
    if buckets.is_empty() && bare.is_empty() {
        let root = inputs.first().cloned().unwrap_or_default();
        return Err(refused.unwrap_or(SourceError::NothingFound { root, kind: InputKind::Inventory }));
    }
    let mut deliveries = Vec::new();
    for (bucket, candidates) in buckets {
        deliveries.push(delivery(newest(bucket, candidates, &mut passed_over)?));
    }
    for delivery in bare {
        if let Some(other) = deliveries.iter().find(|other| other.bucket == delivery.bucket) {
            let [first, second] = [&other.path, &delivery.path].map(|path| path.display().to_string());
            return Err(SourceError::TwoConfigurations { bucket: delivery.bucket, first, second });
        }
        deliveries.push(delivery);
    }
    deliveries.sort_by(|one, other| one.bucket.cmp(&other.bucket));
    for delivery in &mut deliveries {
        delivery.created_at = delivery.created_at.or(told.time);
    }
    passed_over.sort_by(|one, other| one.manifest.cmp(&other.manifest));
    Ok(Discovered { deliveries, passed_over })
}

/// Reads a manifest; `None` for a `manifest.json` of something else that a search came across. With a checksum beside it, it
/// is AWS's, however damaged.
fn candidate(from: ManifestPath) -> Result<Option<Candidate>, SourceError> {
    let content = input::read(&from.path)?;
    let beside = [from.path.with_extension("checksum")];
    let verified = Verified::check(&content, &beside, Notation::Hex)?;
    // One that was cut short may be AWS's.
    let is_whole = || serde_json::from_slice::<IgnoredAny>(&content).is_ok();
    if !from.explicit && verified == Verified::Absent && !looks_like_one(&content) && is_whole() {
        return Ok(None);
    }
    let manifest = Manifest::parse(&from.path, &content)?;
    let configuration = manifest.configuration(&from.path);
    Ok(Some(Candidate { from, content, manifest, verified, configuration }))
}

fn newest(
    bucket: String,
    mut candidates: Vec<Candidate>,
    passed_over: &mut Vec<PassedOver>,
) -> Result<Candidate, SourceError> {
    // Newest first; a tie is settled by name.
    candidates.sort_by(|one, other| {
        let times = other.manifest.created_at.cmp(&one.manifest.created_at);
        times.then_with(|| one.from.path.cmp(&other.from.path))
    });
    let chosen = candidates.iter().position(Candidate::is_complete).unwrap_or(0);
    let mut chosen_one = None;
    for (at, candidate) in candidates.into_iter().enumerate() {
        match &chosen_one {
            None if at < chosen => passed_over.push(PassedOver {
                manifest: candidate.from.name(),
                reason: "no `manifest.checksum` lies beside it, so the delivery has not ended".to_owned(),
            }),
            None => chosen_one = Some(candidate),
            Some(chosen) if is_another_inventory(chosen, &candidate) => {
                let (first, second) = (chosen.title(&candidate), candidate.title(chosen));
                return Err(SourceError::TwoConfigurations { bucket, first, second });
            }
            Some(_) => {}
        }
    }
    chosen_one.ok_or(SourceError::NothingFound { root: Place::default(), kind: InputKind::Inventory })
}

/// Whether two manifests of a bucket are not an older and a newer delivery of the same inventory.
fn is_another_inventory(one: &Candidate, other: &Candidate) -> bool {
    one.configuration != other.configuration || one.manifest.created_at == other.manifest.created_at
}

fn delivery(candidate: Candidate) -> Delivery {
    let Candidate { from, content, manifest, verified, configuration } = candidate;
    let name = from.name();
    let mut defects: Vec<SourceDefect> = verified.defect(&name).into_iter().collect();
    let mut locator = Locator::new(&from.root, &from.path);
    let mut parts: Vec<Part> = Vec::new();
    let mut twice = Twice::default();
    for listed in manifest.files {
        let (path, looked) = match locator.find(&listed.key) {
            Ok(path) => (Some(path), Vec::new()),
            Err(looked) => (None, looked),
        };
        if let Some(defect) = twice.defect(&listed.key, path.as_ref()) {
            // Its rows count once.
            defects.push(defect);
            continue;
        }
        parts.push(Part { file: listed.key, path, looked, stated_size: listed.size, stated_md5: listed.md5 });
    }
    let names = match manifest.format {
        InventoryFormat::Csv => manifest.columns.clone(),
        format => {
            let paths = parts.iter().filter_map(|part| part.path.as_ref());
            paths.into_iter().find_map(|path| column_names(format, path)).unwrap_or_default()
        }
    };
    let columns = names.iter().filter_map(|name| Column::named(name)).collect();
    Delivery {
        bucket: manifest.bucket,
        destination: manifest.destination,
        configuration,
        created_at: manifest.created_at,
        format: manifest.format,
        origin: Origin::Manifest,
        columns,
        columns_of_each: columns,
        unknown_columns: unknown(&names),
        parts,
        manifest: InputFile::new(name, &content),
        path: from.path,
        verified: verified == Verified::Yes,
        defects,
        columns_listed: manifest.columns,
        keys_seen: Arc::default(),
    }
}
