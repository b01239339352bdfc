//! What an input holds, found by reading all of it: the facts behind `stocktake inspect`.

use serde::Serialize;

use super::error::{InputKind, SourceError};
use super::export::{self, Export, ExportFormat, ExportKind, ItemReader, OutputView};
use super::input::{InputFile, PassedOver};
use super::inventory::{
    self, Batch, Checksums, Column, ColumnSet, CsvKeys, Delivery, InventoryFormat, PartReader, ReadOptions,
};
use super::place::Place;
use super::walk;
use crate::model::{SourceDefect, SourceProblem, time};

/// How many rows or items are shown.
const FIRST: usize = 5;
/// How many bad rows of one input are kept; a part may have millions.
const MOST_DEFECTS: usize = 1_000;

/// What the user tells of an input that does not say it itself.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Of an inventory.
    pub inventory: inventory::Told,
    /// Of items.
    pub export: export::Told,
    /// How the keys of a CSV are encoded.
    pub csv_keys: CsvKeys,
}

/// What an input holds.
#[derive(Debug, Serialize)]
pub struct Description {
    /// The inventories, in the order of their buckets.
    pub inventories: Vec<InventoryDescription>,
    /// The exports, in the order of their tables; behind a full one the incremental ones that go on from it.
    pub exports: Vec<ExportDescription>,
    /// Newer deliveries and exports that were not taken.
    pub passed_over: Vec<PassedOver>,
}

/// What an inventory holds.
#[derive(Debug, Serialize)]
pub struct InventoryDescription {
    /// The bucket that is listed.
    pub bucket: String,
    /// The bucket that the inventory was delivered to.
    pub destination: String,
    /// The inventory configuration's id, where it shows.
    pub configuration: Option<String>,
    /// When the inventory was begun, RFC 3339 in UTC.
    pub created_at: Option<String>,
    /// The format of its parts.
    pub format: InventoryFormat,
    /// What stands for it: a manifest, or something in place of one.
    pub origin: inventory::Origin,
    /// The manifest; without one, what stands for it.
    pub manifest: InputFile,
    /// Whether the manifest is what its checksum says.
    pub verified: bool,
    /// The columns that checks may ask for and the delivery has, by AWS's names.
    pub columns: Vec<&'static str>,
    /// Those that it lacks.
    pub absent_columns: Vec<&'static str>,
    /// Columns that AWS is not known to write.
    pub unknown_columns: Vec<String>,
    /// Its parts, in the manifest's order.
    pub parts: Vec<PartDescription>,
    /// Rows in all parts, those left out included.
    pub rows: u64,
    /// The first rows, as texts in the order of `columns`; nothing for null.
    pub first_rows: Vec<Vec<Option<String>>>,
    /// What is wrong with it; of bad rows the first thousand.
    pub defects: Vec<SourceDefect>,
}

/// What an export holds.
#[derive(Debug, Serialize)]
pub struct ExportDescription {
    /// The table's name.
    pub table: String,
    /// The table.
    pub table_arn: String,
    /// The export.
    pub export_arn: String,
    /// `full` or `incremental`.
    pub kind: &'static str,
    /// Where the window of an incremental export starts, RFC 3339 in UTC.
    pub from: Option<String>,
    /// The moment that it shows, or where its window ends, RFC 3339 in UTC, where it is known.
    pub export_time: Option<String>,
    /// Which images an incremental export holds.
    pub view: Option<OutputView>,
    /// The format of its data files.
    pub format: ExportFormat,
    /// What stands for it: a manifest, or something in place of one.
    pub origin: export::Origin,
    /// `manifest-summary.json`; without one, what stands for it.
    pub summary: InputFile,
    /// Whether both manifests are what their checksums say.
    pub verified: bool,
    /// Fields of the summary that AWS is not known to write.
    pub unknown_fields: Vec<String>,
    /// How many items or changes it should hold, if that is stated.
    pub stated_items: Option<u64>,
    /// How many it holds.
    pub items: u64,
    /// Its data files, in the order of the list.
    pub files: Vec<PartDescription>,
    /// The first items or changes, as lines.
    pub first_items: Vec<String>,
    /// What is wrong with it; of bad rows the first thousand.
    pub defects: Vec<SourceDefect>,
}

/// What a data file holds.
#[derive(Debug, Serialize)]
pub struct PartDescription {
    /// Its key, as listed.
    pub file: String,
    /// Its size in bytes, as read.
    pub bytes: u64,
    /// Its codec, where it could be opened.
    pub compression: Option<String>,
    /// Rows or items, those left out included.
    pub rows: u64,
    /// Whether its MD5 is stated and right.
    pub verified: bool,
}

/// Reads an input and says what it holds: a manifest of either kind, or a folder with deliveries and exports.
///
/// # Errors
///
/// What [`inventory::discover`] and [`export::discover`] refuse; a file or folder that is neither.
pub fn describe(input: impl Into<Place>, told: &Told) -> Result<Description, SourceError> {
    let inputs = [input.into()];
    let [input] = &inputs;
    let inventories = none_as_nothing(inventory::discover_told(&inputs, &told.inventory))?;
    let exports = none_as_nothing(export::discover_told(&inputs, &told.export))?;
    let (inventories, exports) = match (inventories, exports) {
        (Err(of_inventory), Err(of_export)) => return Err(neither(input, of_inventory, of_export)?),
        (inventories, exports) => (inventories.ok(), exports.ok()),
    };
    let mut description = Description { inventories: Vec::new(), exports: Vec::new(), passed_over: Vec::new() };
    if let Some(found) = inventories {
        description.passed_over.extend(found.passed_over);
        for delivery in found.deliveries {
            description.inventories.push(describe_inventory(delivery, told.csv_keys)?);
        }
    }
    if let Some(found) = exports {
        description.passed_over.extend(found.passed_over);
        for mut export in found.exports {
            // That an increment is given alone is nothing that is wrong with it.
            let alone =
                |defect: &SourceDefect| matches!(defect.problem, SourceProblem::MissingExport { end: None, .. });
            export.defects.retain(|defect| !alone(defect));
            let increments = std::mem::take(&mut export.increments);
            for link in std::iter::once(export).chain(increments) {
                description.exports.push(describe_export(link)?);
            }
        }
    }
    Ok(description)
}

/// Why an input is nothing that is known.
fn neither(input: &Place, of_inventory: SourceError, of_export: SourceError) -> Result<SourceError, SourceError> {
    let is_folder = matches!(walk::given(input)?, walk::Given::Folder(_));
    Ok(match (of_inventory, of_export) {
        // A folder whose manifest is broken holds one.
        (broken @ SourceError::NotManifest { .. }, _) | (_, broken @ SourceError::NotManifest { .. }) if is_folder => {
            broken
        }
        _ if is_folder => SourceError::NothingFound { root: input.clone(), kind: InputKind::Either },
        _ => {
            let reason = "it is not JSON with `sourceBucket`, `fileFormat` and `files`, or with `exportArn`, `tableArn` and `itemCount`";
            let reason = reason.to_owned();
            SourceError::NotManifest { path: input.clone(), kind: InputKind::Either, reason }
        }
    })
}

/// Sets apart the errors that only say that an input is of the other kind.
fn none_as_nothing<T>(found: Result<T, SourceError>) -> Result<Result<T, SourceError>, SourceError> {
    match found {
        Err(error @ (SourceError::NothingFound { .. } | SourceError::NotManifest { .. })) => Ok(Err(error)),
        Err(error) => Err(error),
        Ok(found) => Ok(Ok(found)),
    }
}

fn describe_inventory(delivery: Delivery, csv_keys: CsvKeys) -> Result<InventoryDescription, SourceError> {
    let options = ReadOptions { csv_keys, ..ReadOptions::default() };
    let mut defects = delivery.defects.clone();
    let (mut parts, mut first_rows) = (Vec::new(), Vec::new());
    let checksums = Checksums::new(&delivery);
    for (number, part) in delivery.parts.iter().enumerate() {
        let before = defects.len();
        let mut described = PartDescription::new(&part.file);
        let mut tell = |defect: SourceDefect| {
            if defects.len() < MOST_DEFECTS || denies(&defect) {
                defects.push(defect);
            }
        };
        if let Some(mut reader) = PartReader::open_among(&delivery, number, &checksums, &options, &mut tell)? {
            described.compression = Some(reader.compression().to_owned());
            while let Some(batch) = reader.next_batch(&mut tell)? {
                let room = FIRST.saturating_sub(first_rows.len()).min(batch.len());
                first_rows.extend((0..room).map(|row| cells(&batch, delivery.columns, row)));
            }
            described.bytes = reader.bytes_read();
            described.rows = reader.rows();
            described.verified = part.stated_md5.is_some() && !defects[before..].iter().any(denies);
        }
        parts.push(described);
    }
    let names = |present: bool| {
        let columns = Column::ALL.iter().filter(|column| delivery.columns.contains(**column) == present);
        columns.map(|column| column.aws_name()).collect()
    };
    Ok(InventoryDescription {
        columns: names(true),
        absent_columns: names(false),
        created_at: delivery.created_at.map(time::format_utc),
        bucket: delivery.bucket,
        destination: delivery.destination,
        configuration: delivery.configuration,
        format: delivery.format,
        origin: delivery.origin,
        manifest: delivery.manifest,
        verified: delivery.verified,
        unknown_columns: delivery.unknown_columns,
        rows: parts.iter().map(|part| part.rows).sum(),
        parts,
        first_rows,
        defects,
    })
}

fn describe_export(export: Export) -> Result<ExportDescription, SourceError> {
    let mut defects = export.defects.clone();
    let (mut files, mut first_items) = (Vec::new(), Vec::new());
    for file in &export.files {
        let before = defects.len();
        let mut described = PartDescription::new(&file.file);
        let mut tell = |defect: SourceDefect| {
            if defects.len() < MOST_DEFECTS || denies(&defect) {
                defects.push(defect);
            }
        };
        if let Some(mut reader) = ItemReader::open(file, true, &mut tell)? {
            described.compression = Some(reader.compression().to_owned());
            while let Some(item) = reader.next_record(&mut tell)? {
                if first_items.len() < FIRST {
                    first_items.push(String::from_utf8_lossy(item.raw_line()).into_owned());
                }
            }
            described.bytes = reader.bytes_read();
            described.rows = reader.rows();
            described.verified = file.stated_md5.is_some() && !defects[before..].iter().any(denies);
        }
        files.push(described);
    }
    let (from, view) = match export.kind {
        ExportKind::Full => (None, None),
        ExportKind::Incremental { from, view } => (Some(time::format_utc(from)), Some(view)),
    };
    Ok(ExportDescription {
        kind: export.kind.name(),
        from,
        view,
        format: export.format,
        table: export.table,
        table_arn: export.table_arn,
        export_arn: export.export_arn,
        export_time: export.is_dated.then(|| time::format_utc(export.export_time)),
        origin: export.origin,
        summary: export.summary,
        verified: export.verified,
        unknown_fields: export.unknown_fields,
        stated_items: export.item_count,
        items: files.iter().map(|file| file.rows).sum(),
        files,
        first_items,
        defects,
    })
}

impl PartDescription {
    fn new(file: &str) -> Self {
        Self { file: file.to_owned(), bytes: 0, compression: None, rows: 0, verified: false }
    }
}

/// Whether a defect speaks against a file's bytes.
fn denies(defect: &SourceDefect) -> bool {
    matches!(defect.problem.code(), "S001" | "S002" | "S003")
}

/// The values of a row as a person reads them.
fn cells(batch: &Batch, columns: ColumnSet, row: usize) -> Vec<Option<String>> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let cell = |column: Column| match column {
        Column::Key => Some(text(batch.key(row))),
        Column::Size => batch.size(row).map(|size| size.to_string()),
        Column::LastModified | Column::LifecycleExpiration => batch.time(column, row).map(time::format_utc),
        Column::IsLatest | Column::IsDeleteMarker => batch.flag(column, row).map(|flag| flag.to_string()),
        _ => batch.text(column, row).map(text),
    };
    columns.iter().map(cell).collect()
}
