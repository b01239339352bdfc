//! Which exports the inputs stand for: the newest complete full export of each table, and what goes on from it.

use std::collections::BTreeMap;

use super::bare::{self, Origin, Told};
use super::chain;
use super::kind::{ExportFormat, ExportKind};
use super::manifest::{Summary, listed_files};
use crate::model::{Millis, SourceDefect, SourceProblem};
use crate::source::error::{InputKind, SourceError};
use crate::source::input::{self, InputFile, ManifestPath, Notation, PassedOver, Verified};
use crate::source::locate::{Locator, Twice};
use crate::source::place::Place;

/// The exports that the inputs stand for.
#[derive(Debug)]
pub struct Exports {
    /// One for each table, in the order of the tables' ARNs.
    pub exports: Vec<Export>,
    /// Newer exports that were not taken, in the order of their names.
    pub passed_over: Vec<PassedOver>,
}

/// One export of a table; a full one with the incremental ones that go on from it.
#[derive(Debug)]
pub struct Export {
    /// Full or incremental. An incremental one stands by itself only where there is no full one.
    pub kind: ExportKind,
    /// The format of its data files.
    pub format: ExportFormat,
    /// The incremental exports to be applied on top of it, the oldest first.
    pub increments: Vec<Export>,
    /// The id of the table, which a table of the same name that is made anew does not have.
    pub table_id: Option<String>,
    /// The table's name.
    pub table: String,
    /// The table.
    pub table_arn: String,
    /// The export.
    pub export_arn: String,
    /// The moment that it shows by itself, ms UTC; of an incremental one the end of its window; 0 if it is not dated.
    pub export_time: Millis,
    /// Whether that moment is known: items without a manifest do not say it.
    pub is_dated: bool,
    /// What stands for it.
    pub origin: Origin,
    /// How many items or changes it holds, as stated.
    pub item_count: Option<u64>,
    /// Its data files, each once, in the order of the list.
    pub files: Vec<ExportFile>,
    /// `manifest-summary.json`.
    pub summary: InputFile,
    /// `manifest-files.json`, if it was found.
    pub list: Option<InputFile>,
    /// Where the summary lies.
    pub path: Place,
    /// Whether both manifests are what the checksums beside them say.
    pub verified: bool,
    /// What is wrong with the manifests, those of its increments included: S001–S004, S009, S010, S012, S013.
    pub defects: Vec<SourceDefect>,
    /// Fields of the summary that AWS is not known to write.
    pub unknown_fields: Vec<String>,
}

/// One data file of an export.
#[derive(Debug)]
pub struct ExportFile {
    /// Its key, as listed.
    pub file: String,
    /// Where it lies; `None` if it was not found.
    pub path: Option<Place>,
    /// The places where it was looked for, in order; empty if it was found.
    pub looked: Vec<String>,
    /// How many items it holds, as listed.
    pub item_count: Option<u64>,
    /// The MD5 of the file as stored, as listed.
    pub stated_md5: Option<[u8; 16]>,
    /// Its format.
    pub format: ExportFormat,
    /// Whether its lines are changes, not items.
    pub changes: bool,
    /// Whether it is what `aws dynamodb scan` printed, not a data file.
    pub is_scan: bool,
}

impl ExportFile {
    /// Its size in bytes as stored; 0 if it was not found, or lies where asking costs a request.
    pub fn size(&self) -> u64 {
        self.path.as_ref().and_then(Place::size_at_hand).unwrap_or(0)
    }
}

impl Export {
    /// The moment that it shows together with its increments, ms UTC.
    pub fn shows_at(&self) -> Millis {
        self.links().map(|link| link.export_time).max().unwrap_or(self.export_time)
    }

    /// The exports of the chain, the oldest first; one without increments is its only link.
    pub fn links(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.increments)
    }

    /// The start of its window; of a full export the moment that it shows.
    pub(super) fn window_start(&self) -> Millis {
        match self.kind {
            ExportKind::Full => self.export_time,
            ExportKind::Incremental { from, .. } => from,
        }
    }
}

/// A summary that was read.
struct Candidate {
    from: ManifestPath,
    content: Vec<u8>,
    summary: Summary,
    locator: Locator,
    /// `manifest-files.json`, or the places where it was looked for.
    list: Result<Place, Vec<String>>,
}

/// Finds the newest full export of each table, and the incremental ones that go on from it.
///
/// An input is a summary by any name, the folder of an export, or a folder that holds exports at most six levels down.
/// An export is complete once its list of files is there; if no full one of a table is, the newest is taken without.
///
/// # Errors
///
/// A wrong path, a file that is no summary, a format that is not read, a folder without an export.
pub fn discover<P: Clone + Into<Place>>(inputs: &[P]) -> Result<Exports, SourceError> {
    discover_told(inputs, &Told::default())
}

/// The same, also for files without a manifest, of which the user tells what they do not say.
///
/// # Errors
///
/// Likewise, and a file without a manifest of which too little was told.
pub fn discover_told<P: Clone + Into<Place>>(inputs: &[P], told: &Told) -> Result<Exports, SourceError> {
    let inputs: Vec<Place> = inputs.iter().cloned().map(Into::into).collect();
    let mut bare = Vec::new();
    let mut passed_over = Vec::new();
    let mut tables: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    let mut refused = None;
    for from in input::manifests(&inputs, InputKind::Export)? {
        let (explicit, name) = (from.explicit, from.name());
        if explicit && let Some((origin, format)) = bare::recognise(&from)? {
            bare.push((from, origin, format));
            continue;
        }
        match candidate(from) {
            Ok(candidate) => tables.entry(candidate.summary.table_arn.clone()).or_default().push(candidate),
            Err(error) if explicit => return Err(error),
            Err(error) => {
                passed_over.push(PassedOver { manifest: name, reason: error.to_string() });
                refused = refused.or(Some(error));
            }
        }
    }
    let mut exports = bare::exports(bare, told)?;
    if tables.is_empty() && exports.is_empty() {
        let root = inputs.first().cloned().unwrap_or_default();
        return Err(refused.unwrap_or(SourceError::NothingFound { root, kind: InputKind::Export }));
    }
    for candidates in tables.into_values() {
        let (mut full, mut increments): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|candidate| candidate.summary.kind == ExportKind::Full);
        let mut pass_over = |candidate: &Candidate| {
            let reason = "its `manifest-files.json` is not there, so the export has not ended".to_owned();
            passed_over.push(PassedOver { manifest: candidate.from.name(), reason });
        };
        // Newest first; a tie is settled by name.
        full.sort_by(|one, other| {
            other.summary.time.cmp(&one.summary.time).then_with(|| one.from.path.cmp(&other.from.path))
        });
        let chosen = full.iter().position(|candidate| candidate.list.is_ok()).unwrap_or(0);
        full.drain(..chosen).for_each(|candidate| pass_over(&candidate));
        // What an increment without its list would show is missing, or may be missed at the end.
        if !full.is_empty() || increments.iter().any(|candidate| candidate.list.is_ok()) {
            increments.retain(|candidate| {
                let ended = candidate.list.is_ok();
                if !ended {
                    pass_over(candidate);
                }
                ended
            });
        }
        let base = full.into_iter().next().map(export).transpose()?;
        let increments = increments.into_iter().map(export).collect::<Result<_, _>>()?;
        exports.extend(chain::link(base, increments));
    }
    passed_over.sort_by(|one, other| one.manifest.cmp(&other.manifest));
    Ok(Exports { exports, passed_over })
}

fn candidate(from: ManifestPath) -> Result<Candidate, SourceError> {
    let content = input::read(&from.path)?;
    let summary = Summary::parse(&from.path, &content)?;
    let mut locator = Locator::new(&from.root, &from.path);
    // The documentation shows the key without the prefix, every real export with it.
    let list = locator.find(&summary.files_key).or_else(|looked| {
        let prefixed = format!("{}/{}", summary.prefix.trim_end_matches('/'), summary.files_key);
        if summary.prefix.is_empty() { Err(looked) } else { locator.find(&prefixed).map_err(|_| looked) }
    });
    Ok(Candidate { from, content, summary, locator, list })
}

fn export(candidate: Candidate) -> Result<Export, SourceError> {
    let Candidate { from, content, summary, mut locator, list } = candidate;
    let name = from.name();
    let mut defects = Vec::new();
    let mut verified = check(&from.path, &name, &content, &mut defects)?;
    let (mut files, mut list_file) = (Vec::new(), None);
    match list {
        Err(looked) => {
            verified = false;
            let problem = SourceProblem::Missing { looked };
            defects.push(SourceDefect { file: summary.files_key.clone(), row: None, problem });
        }
        Ok(path) => {
            let content = input::read(&path)?;
            let list_name = path.name_below(&from.root);
            verified &= check(&path, &list_name, &content, &mut defects)?;
            let broken = defects.len();
            let listed = listed_files(&list_name, &content, &mut defects);
            let actual = listed.iter().map(|file| file.item_count).fold(0, u64::saturating_add);
            // A list with a broken line is told already.
            if actual != summary.item_count && defects.len() == broken {
                let problem = SourceProblem::Count { stated: summary.item_count, actual, what: "items" };
                defects.push(SourceDefect { file: name.clone(), row: None, problem });
            }
            let mut twice = Twice::default();
            for listed in listed {
                let (path, looked) = match locator.find(&listed.key) {
                    Ok(path) => (Some(path), Vec::new()),
                    Err(looked) => (None, looked),
                };
                if let Some(defect) = twice.defect(&listed.key, path.as_ref()) {
                    // Its items count once.
                    defects.push(defect);
                    continue;
                }
                files.push(ExportFile {
                    file: listed.key,
                    path,
                    looked,
                    item_count: Some(listed.item_count),
                    stated_md5: listed.md5,
                    format: summary.format,
                    changes: summary.kind != ExportKind::Full,
                    is_scan: false,
                });
            }
            list_file = Some(InputFile::new(list_name, &content));
        }
    }
    if let Some(field) = summary.filter() {
        let reason = format!("the summary has the field `{field}`");
        defects.push(SourceDefect { file: name.clone(), row: None, problem: SourceProblem::PartialExport { reason } });
    }
    Ok(Export {
        kind: summary.kind,
        format: summary.format,
        increments: Vec::new(),
        table_id: summary.table_id,
        table: summary.table,
        table_arn: summary.table_arn,
        export_arn: summary.export_arn,
        export_time: summary.time,
        is_dated: true,
        origin: Origin::Manifest,
        item_count: Some(summary.item_count),
        files,
        summary: InputFile::new(name, &content),
        list: list_file,
        path: from.path,
        verified,
        defects,
        unknown_fields: summary.unknown.into_keys().collect(),
    })
}

/// Holds a manifest against its `.md5`, which is what AWS writes, or `.checksum`, which is what it documents.
fn check(path: &Place, name: &str, content: &[u8], defects: &mut Vec<SourceDefect>) -> Result<bool, SourceError> {
    let beside = [path.with_extension("md5"), path.with_extension("checksum")];
    let verified = Verified::check(content, &beside, Notation::Base64)?;
    defects.extend(verified.defect(name));
    Ok(verified == Verified::Yes)
}
