//! `stocktake inspect`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use crate::cli::Failure;
use crate::cli::console::Console;
use crate::cli::reading::ReadingArgs;
use crate::cli::s3::S3Args;
use crate::model::{Finding, SourceDefect};
use crate::render::filters;
use crate::render::hostile::visible;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::{self, Check};
use crate::source::describe::{self, Description, ExportDescription, InventoryDescription, PartDescription, Told};
use crate::source::export::Origin as ExportOrigin;
use crate::source::inventory::{InventoryFormat, Origin};

/// What stands in for a name that nobody said.
const UNKNOWN: &str = "unknown";
/// How many parts and defects are listed before the rest is only counted.
const LISTED: usize = 20;

/// Say what a delivery or an export holds
///
/// Reads an S3 Inventory or a DynamoDB export to its end and prints its format, time, columns (present, absent,
/// unknown), parts with rows and checksums, the first rows, and everything that is wrong with it. It needs no
/// configuration and judges no bucket.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake inspect deliveries/line-1
  stocktake inspect deliveries/line-1/nightly/2026-11-22T01-00Z/manifest.json
  stocktake inspect deliveries/exports --format json
  stocktake inspect objects.csv.gz --schema 'Bucket, Key, Size, LastModifiedDate'
  stocktake inspect s3://inventories/media/ --profile audit

Exits 0 if nothing is wrong with the input, 3 if something is, 2 if it cannot be read at all.")]
pub(super) struct InspectArgs {
    /// A manifest, a delivery's or export's folder, or a folder of them (the newest complete one counts), here or in S3
    /// (s3://BUCKET/KEY); without a manifest a data file (CSV, Parquet, ORC, DynamoDB JSON), `symlink.txt`, the JSON of
    /// `aws s3api list-objects-v2` or `list-object-versions`, or what `aws dynamodb scan` printed
    input: PathBuf,
    #[command(flatten)]
    reading: ReadingArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t = InspectFormat::Text, value_name = "FORMAT")]
    format: InspectFormat,
    /// Where a part from S3 is kept that is not read from its beginning to its end and proves nothing by its ETag
    /// [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR", help_heading = "Resources")]
    tmp_dir: Option<PathBuf>,
    #[command(flatten)]
    s3: S3Args,
}

/// How a description is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum InspectFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl InspectArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        // Nothing is begun that an interrupt would have to clear away.
        let reach = self.s3.reach(&self.tmp_dir.unwrap_or_else(std::env::temp_dir), Arc::default());
        let input = reach.place(&self.input).map_err(|error| Failure::of(&error))?;
        let told = Told {
            // Nothing is judged here, so that a name may be unknown.
            inventory: self.reading.inventory(Some(UNKNOWN.to_owned())),
            export: self.reading.export(Some(UNKNOWN.to_owned())),
            csv_keys: self.reading.csv_keys(),
        };
        let description = describe::describe(input, &told).map_err(|error| Failure::of(&error))?;
        let text = match self.format {
            InspectFormat::Text => text(&description),
            InspectFormat::Json => {
                let json = serde_json::to_string_pretty(&description);
                json.map_err(|error| Failure::internal(error.to_string()))? + "\n"
            }
        };
        console.print(&text)?;
        let inventories = description.inventories.iter().flat_map(|inventory| &inventory.defects);
        let mut defects = inventories.chain(description.exports.iter().flat_map(|export| &export.defects));
        // An absent checksum is told and decides nothing, as in an audit.
        Ok(if defects.any(|defect| defect.problem.code() != "S013") { 3 } else { 0 })
    }
}

fn text(description: &Description) -> String {
    let mut text = String::new();
    for inventory in &description.inventories {
        write_inventory(&mut text, inventory);
    }
    for export in &description.exports {
        write_export(&mut text, export);
    }
    for passed in &description.passed_over {
        line(&mut text, "passed over", &format!("{}: {}", passed.manifest, passed.reason));
    }
    text
}

fn line(text: &mut String, label: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {label:<16} {}", visible(value));
}

fn write_inventory(text: &mut String, inventory: &InventoryDescription) {
    let what = if inventory.format == InventoryFormat::Listing { "Listing" } else { "S3 Inventory" };
    let _ = writeln!(text, "{what} of {}", visible(&inventory.bucket));
    let named = if inventory.origin == Origin::Manifest { "manifest" } else { "given" };
    line(text, named, &inventory.manifest.name);
    if let Some(remark) = inventory.origin.remark() {
        line(text, "no manifest", remark);
    }
    line(text, &format!("{named} SHA-256"), &inventory.manifest.sha256);
    line(text, "checksum", if inventory.verified { "verified" } else { "not verified" });
    line(text, "configuration", inventory.configuration.as_deref().unwrap_or("unknown"));
    line(text, "delivered to", if inventory.destination.is_empty() { "unknown" } else { &inventory.destination });
    line(text, "made at", inventory.created_at.as_deref().unwrap_or("unknown"));
    line(text, "format", inventory.format.name());
    line(text, "columns", &inventory.columns.join(", "));
    line(text, "absent columns", &or_none(&inventory.absent_columns.join(", ")));
    line(text, "unknown columns", &or_none(&inventory.unknown_columns.join(", ")));
    line(text, "rows", &filters::count(inventory.rows));
    write_parts(text, "parts", &inventory.parts);
    if !inventory.first_rows.is_empty() {
        let _ = writeln!(text, "\n  first rows");
        for row in &inventory.first_rows {
            let cells = inventory.columns.iter().zip(row).filter_map(|(name, cell)| Some((name, cell.as_deref()?)));
            let cells: Vec<String> = cells.map(|(name, cell)| format!("{name}={cell}")).collect();
            let _ = writeln!(text, "    {}", visible(&cells.join("  ")));
        }
    }
    write_defects(text, &inventory.defects);
}

fn write_export(text: &mut String, export: &ExportDescription) {
    let incremental = export.from.is_some();
    let what = match export.origin {
        ExportOrigin::Scan => "DynamoDB scan",
        _ if incremental => "Incremental DynamoDB export",
        _ => "DynamoDB export",
    };
    let _ = writeln!(text, "{what} of {}", visible(&export.table));
    let named = if export.origin == ExportOrigin::Manifest { "summary" } else { "given" };
    line(text, named, &export.summary.name);
    if let Some(remark) = export.origin.remark() {
        line(text, "no manifest", remark);
    }
    line(text, &format!("{named} SHA-256"), &export.summary.sha256);
    line(text, "checksums", if export.verified { "verified" } else { "not verified" });
    if export.origin == ExportOrigin::Manifest {
        line(text, "table", &export.table_arn);
        line(text, "export", &export.export_arn);
    }
    let until = export.export_time.as_deref().unwrap_or("unknown");
    match &export.from {
        None => line(text, "shows", until),
        Some(from) => line(text, "window", &format!("{from} to {until}")),
    }
    if let Some(view) = export.view {
        line(text, "view", view.name());
    }
    line(text, "format", export.format.name());
    line(text, "unknown fields", &or_none(&export.unknown_fields.join(", ")));
    let stated = export
        .stated_items
        .map_or_else(|| "a number not stated".to_owned(), |stated| format!("{} stated", filters::count(stated)));
    let noun = if incremental { "changes" } else { "items" };
    line(text, noun, &format!("{} of {stated}", filters::count(export.items)));
    write_parts(text, "files", &export.files);
    if !export.first_items.is_empty() {
        let _ = writeln!(text, "\n  first {noun}");
        for item in &export.first_items {
            let _ = writeln!(text, "    {}", visible(item));
        }
    }
    write_defects(text, &export.defects);
}

fn write_parts(text: &mut String, label: &str, parts: &[PartDescription]) {
    line(text, label, &filters::count(parts.len() as u64));
    for part in parts.iter().take(LISTED) {
        let _ = writeln!(
            text,
            "    {}  {} rows, {}, {}, MD5 {}",
            visible(&part.file),
            filters::count(part.rows),
            filters::bytes(part.bytes),
            part.compression.as_deref().unwrap_or("not opened"),
            if part.verified { "verified" } else { "not verified" },
        );
    }
    if parts.len() > LISTED {
        let _ = writeln!(text, "    … {} more", filters::count((parts.len() - LISTED) as u64));
    }
}

fn write_defects(text: &mut String, defects: &[SourceDefect]) {
    if defects.is_empty() {
        text.push_str("\n  nothing is wrong with it\n\n");
        return;
    }
    let _ = writeln!(text, "\n  what is wrong with it: {}", filters::count(defects.len() as u64));
    for defect in defects.iter().take(LISTED) {
        let mut told = Sentences::default();
        if let Some(rule) = rules::find(defect.problem.code())
            && let Check::Source(check) = rule.check
        {
            check(&SourceContext::Defect(defect), &mut told);
        }
        for sentence in told.sentences {
            let row = defect.row.map(|row| format!(", row {row}")).unwrap_or_default();
            let _ =
                writeln!(text, "    {}{row}: {} {}", visible(&defect.file), defect.problem.code(), visible(&sentence));
        }
    }
    if defects.len() > LISTED {
        let _ = writeln!(text, "    … {} more", filters::count((defects.len() - LISTED) as u64));
    }
    text.push('\n');
}

fn or_none(list: &str) -> String {
    if list.is_empty() { "none".to_owned() } else { list.to_owned() }
}

/// Keeps what rules say of defects.
#[derive(Default)]
struct Sentences {
    sentences: Vec<String>,
}

impl FindingSink for Sentences {
    fn report(&mut self, finding: Finding<'_>) {
        self.sentences.push(rules::sentence(&finding));
    }
}
