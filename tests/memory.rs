//! Memory grows with the folders and the references, never with the objects: the same folders and references, ten
//! times the objects, under an allocator that counts.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

use std::alloc::System;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression as Codec;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use peakmem_alloc::{PeakMemAlloc, PeakMemAllocTrait as _};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use stocktake::audit::migrate::{PlanRequest, PlanSink, Planned, VerifyRequest, plan, verify};
use stocktake::audit::{self, AuditRequest, AuditSink, FailOn, Progress};
use stocktake::layout::Layout;
use stocktake::layout::config::{self, KnownRule};
use stocktake::migration::Mapping;
use stocktake::model::{Family, Finding, Millis, Phase};
use stocktake::results::FolderRow;
use stocktake::results::moves::MovesReader;
use stocktake::rules::{RULES, Selection, Severities};
use tempfile::TempDir;

/// Counts what is allocated, and remembers the most that was held.
#[global_allocator]
static ALLOCATOR: PeakMemAlloc<&StatsAlloc<System>> = PeakMemAlloc::new(&INSTRUMENTED_SYSTEM);

/// 2026-11-22T01:00:00Z.
const CREATED_AT: Millis = 1_795_309_200_000;
/// Folders of the one area.
const FOLDERS: usize = 5_000;
/// Records, two for each folder; each names an object.
const RECORDS: usize = 10_000;
/// Every so many-th record names an object that is not there.
const DANGLING_EVERY: usize = 50;
/// Parts of an inventory. AWS makes parts of some hundred megabytes: ten times the objects are not ten times the parts.
const PARTS: usize = 2;
/// The size of Parquet's pages.
const PAGE_BYTES: usize = 128 << 10;
/// What a migration may hold beside the records: far less than its objects take.
const MIGRATION_BYTES: u64 = 4 << 20;
const SMALL: usize = 100_000;
const LARGE: usize = 1_000_000;

const CONFIGURATION: &str = r#"
version = 1

[[bucket]]
name = "media"

[placeholder.asset]
pattern = "[0-9]{5}"

[[area]]
name = "video"
path = "video/{asset}/**"

[[table]]
name = "assets"
key = ["asset_id"]
[[table.reference]]
attribute = "file"
kind = "object"
area = "video"
bind = { asset = "asset" }
"#;

/// What an audit took.
#[derive(Debug)]
struct Taken {
    /// Calls that asked for memory or for more of it.
    calls: usize,
    /// The most that was held at once, in bytes.
    peak: usize,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Csv,
    Parquet,
}

#[test]
fn memory_does_not_grow_with_the_objects() {
    let dir = TempDir::new().unwrap();
    write_export(&dir.path().join("exports"));
    for format in [Format::Csv, Format::Parquet] {
        let [small, large] = [SMALL, LARGE].map(|rows| {
            let inventory = dir.path().join(format!("{format:?}-{rows}"));
            write_inventory(&inventory, format, rows);
            let taken = audit(dir.path(), &inventory, rows);
            fs::remove_dir_all(inventory).unwrap();
            taken
        });
        // Not against the rest, which shrinks as the program does.
        let objects_per_call = (LARGE - SMALL) / large.calls.saturating_sub(small.calls).max(1);
        assert!(objects_per_call > 100, "{format:?}: allocations from {small:?} to {large:?}");
        // A footer of Parquet says something of each of its pages.
        let objects_per_byte = (LARGE - SMALL) / large.peak.saturating_sub(small.peak).max(1);
        assert!(objects_per_byte >= 4, "{format:?}: peak from {small:?} to {large:?}");
    }
    for format in [Format::Csv, Format::Parquet] {
        let [small, large] = [SMALL, LARGE].map(|rows| {
            let inventory = dir.path().join(format!("{format:?}-{rows}"));
            write_inventory(&inventory, format, rows);
            let peaks = migration(dir.path(), &inventory, rows);
            fs::remove_dir_all(inventory).unwrap();
            peaks
        });
        for (what, small, large) in [("plan", small.0, large.0), ("proof", small.1, large.1)] {
            assert!(grows_less_than(10, small, large), "{format:?}: peak of the {what} from {small} to {large}");
        }
    }
}

/// Whether two numbers differ by less than so many percent of the first.
fn grows_less_than(percent: usize, small: usize, large: usize) -> bool {
    small.abs_diff(large) * 100 < small * percent
}

/// The layout and its severities.
fn layout() -> (Layout, Severities) {
    let known: Vec<KnownRule> = RULES
        .iter()
        .map(|rule| KnownRule {
            code: rule.meta.code,
            name: rule.meta.name,
            family: rule.meta.family,
            settable: rule.meta.family != Family::Source,
        })
        .collect();
    let spec = config::parse(Path::new("stocktake.toml"), CONFIGURATION.as_bytes(), &known).unwrap();
    let layout = Layout::compile(spec).unwrap();
    let severities = Severities::new(layout.spec(), Phase::After, &Selection::default()).unwrap();
    (layout, severities)
}

/// A request to read an inventory, and the export in `dir`, with one thread.
fn request<'a>(
    (layout, severities): (&'a Layout, &'a Severities),
    dir: &Path,
    inventory: &Path,
    memory: u64,
) -> AuditRequest<'a> {
    static GO_ON: AtomicBool = AtomicBool::new(false);
    AuditRequest {
        layout,
        severities,
        phase: Phase::After,
        fail_on: FailOn::Never,
        inventories: vec![inventory.into()],
        exports: vec![dir.join("exports").into()],
        now: CREATED_AT,
        now_is_pinned: true,
        jobs: 1,
        verify: true,
        inventory_told: Default::default(),
        export_told: Default::default(),
        csv_keys: Default::default(),
        proves_migration: false,
        accept_implausible: false,
        baseline: None,
        thresholds: Vec::new(),
        switches: Vec::new(),
        memory,
        tmp_dir: None,
        examples: 20,
        progress: &Silence,
        cancel: &GO_ON,
    }
}

/// Plans a migration in which nothing moves and proves it with after as before; gives the most bytes that each held.
fn migration(dir: &Path, inventory: &Path, rows: usize) -> (usize, usize) {
    let (layout, severities) = layout();
    let mut audit = request((&layout, &severities), dir, inventory, MIGRATION_BYTES);
    let mapping = Mapping::default();
    let folder = TempDir::new().unwrap();
    ALLOCATOR.reset_peak_memory();
    let asked = PlanRequest { audit: &audit, mapping: &mapping, mapping_files: Vec::new() };
    let Planned::Made(made) = plan(&asked, &mut Folder(folder.path().to_owned())).unwrap() else { panic!() };
    let planned = ALLOCATOR.get_peak_memory();
    assert_eq!(made.totals.before.objects as usize, rows);

    audit.proves_migration = true;
    ALLOCATOR.reset_peak_memory();
    let asked = VerifyRequest { after: &audit, before: &audit, plan: &made, reports: Vec::new() };
    let moves = MovesReader::open(&folder.path().join("moves.parquet")).unwrap();
    let outcome = verify(asked, moves, &mut Count::default()).unwrap();
    let proved = ALLOCATOR.get_peak_memory();
    let equation = outcome.results.judgement.migration.unwrap().equation;
    assert_eq!((equation.before.objects as usize, equation.kept.objects as usize), (rows, rows));
    (planned, proved)
}

/// Writes the files of a plan.
struct Folder(PathBuf);

impl PlanSink for Folder {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write + Send>> {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap())?;
        Ok(Box::new(File::create(path)?))
    }
}

/// Audits with one thread, and counts.
fn audit(dir: &Path, inventory: &Path, rows: usize) -> Taken {
    let (layout, severities) = layout();
    let request = request((&layout, &severities), dir, inventory, 1 << 30);
    let mut sink = Count::default();
    ALLOCATOR.reset_peak_memory();
    let region = Region::new(&INSTRUMENTED_SYSTEM);
    let outcome = audit::run(&request, &mut sink).unwrap();
    let (counted, peak) = (region.change(), ALLOCATOR.get_peak_memory());
    let totals = &outcome.results.judgement.totals;
    assert_eq!((totals.objects as usize, totals.references as usize), (rows, RECORDS));
    assert_eq!((sink.folders, sink.findings), (FOLDERS, RECORDS / DANGLING_EVERY));
    Taken { calls: counted.allocations + counted.reallocations, peak }
}

/// Counts what is streamed out.
#[derive(Default)]
struct Count {
    folders: usize,
    findings: usize,
}

impl AuditSink for Count {
    fn folder(&mut self, _: &FolderRow) -> io::Result<()> {
        self.folders += 1;
        Ok(())
    }

    fn finding(&mut self, _: &Finding<'_>) -> io::Result<()> {
        self.findings += 1;
        Ok(())
    }
}

struct Silence;

impl Progress for Silence {
    fn begin(&self, _: &'static str, _: u64) {}
    fn advance(&self, _: u64, _: u64) {}
    fn end(&self) {}
}

/// The key of an object; every eighth has to be decoded in CSV.
fn key(folder: usize, object: usize) -> String {
    let name = if object.is_multiple_of(8) { "frame 1" } else { "frame-1" };
    format!("video/{folder:05}/{name}-{object:06}.jpg")
}

/// Writes an inventory of so many objects below `dir`, part by part.
fn write_inventory(dir: &Path, format: Format, rows: usize) {
    let delivery = dir.join("media/nightly");
    fs::create_dir_all(delivery.join("data")).unwrap();
    let mut files = Vec::new();
    for part in 0..PARTS {
        let name = format!("media/nightly/data/{part}.{}", ending(format));
        let folders = part * FOLDERS / PARTS..(part + 1) * FOLDERS / PARTS;
        let path = dir.join(&name);
        let objects = rows / FOLDERS;
        match format {
            Format::Csv => write_csv(&path, folders, objects),
            Format::Parquet => write_parquet(&path, folders, objects),
        }
        let bytes = fs::read(&path).unwrap();
        files.push(serde_json::json!({ "key": name, "size": bytes.len(), "MD5checksum": md5_hex(&bytes) }));
    }
    let (format, schema) = match format {
        Format::Csv => ("CSV", "Bucket, Key, Size, LastModifiedDate, StorageClass"),
        Format::Parquet => ("Parquet", PARQUET_SCHEMA),
    };
    let manifest = serde_json::json!({
        "sourceBucket": "media",
        "destinationBucket": "arn:aws:s3:::deliveries",
        "version": "2016-11-30",
        "creationTimestamp": CREATED_AT.to_string(),
        "fileFormat": format,
        "fileSchema": schema,
        "files": files,
    })
    .to_string();
    let folder = delivery.join("2026-11-22T01-00Z");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("manifest.checksum"), md5_hex(manifest.as_bytes())).unwrap();
    fs::write(folder.join("manifest.json"), manifest).unwrap();
}

const PARQUET_SCHEMA: &str = "message s3.inventory {  required binary bucket (STRING);  required binary key (STRING);  \
    optional int64 size;  optional int64 last_modified_date (TIMESTAMP(MILLIS,true));  \
    optional binary storage_class (STRING);}";

const fn ending(format: Format) -> &'static str {
    match format {
        Format::Csv => "csv.gz",
        Format::Parquet => "parquet",
    }
}

fn write_csv(path: &Path, folders: std::ops::Range<usize>, objects: usize) {
    let file = BufWriter::new(File::create(path).unwrap());
    let mut out = BufWriter::new(GzEncoder::new(file, Compression::fast()));
    for folder in folders {
        for object in 0..objects {
            let key = key(folder, object).replace(' ', "+");
            writeln!(out, "\"media\",\"{key}\",\"{object}1\",\"2026-11-01T00:00:00.000Z\",\"STANDARD\"").unwrap();
        }
    }
    out.into_inner().unwrap().finish().unwrap().flush().unwrap();
}

fn write_parquet(path: &Path, folders: std::ops::Range<usize>, objects: usize) {
    let mut writer: Option<ArrowWriter<File>> = None;
    for folder in folders {
        let text = |of: &dyn Fn(usize) -> String| StringArray::from_iter_values((0..objects).map(of));
        let sizes = Int64Array::from_iter_values((0..objects).map(|object| object as i64 * 10 + 1));
        let modified = TimestampMillisecondArray::from_value(CREATED_AT - 86_400_000, objects).with_timezone("UTC");
        let columns: [(&str, ArrayRef); 5] = [
            ("bucket", Arc::new(text(&|_| "media".to_owned()))),
            ("key", Arc::new(text(&|object| key(folder, object)))),
            ("size", Arc::new(sizes)),
            ("last_modified_date", Arc::new(modified)),
            ("storage_class", Arc::new(text(&|_| "STANDARD".to_owned()))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let writer = writer.get_or_insert_with(|| {
            // Small pages: already the smaller inventory has batches that reach over several of them.
            let properties = WriterProperties::builder()
                .set_compression(Codec::SNAPPY)
                .set_dictionary_page_size_limit(PAGE_BYTES)
                .set_data_page_size_limit(PAGE_BYTES)
                .set_statistics_enabled(EnabledStatistics::Chunk)
                .set_offset_index_disabled(true)
                .build();
            ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap()
        });
        writer.write(&batch).unwrap();
    }
    writer.unwrap().close().unwrap();
}

/// Writes the export of the one table below `dir`.
fn write_export(dir: &Path) {
    let folder = dir.join("AWSDynamoDB/01795307400000-00000000");
    fs::create_dir_all(folder.join("data")).unwrap();
    let mut data = GzEncoder::new(Vec::new(), Compression::fast());
    for record in 0..RECORDS {
        let (folder, object) = (record % FOLDERS, record / FOLDERS);
        let key = key(folder, object);
        let lost = if record.is_multiple_of(DANGLING_EVERY) { ".lost" } else { "" };
        let item = serde_json::json!({
            "asset_id": { "S": record.to_string() },
            "asset": { "S": format!("{folder:05}") },
            "file": { "S": format!("s3://media/{key}{lost}") },
        });
        writeln!(data, "{}", serde_json::json!({ "Item": item })).unwrap();
    }
    let data = data.finish().unwrap();
    let prefix = "AWSDynamoDB/01795307400000-00000000";
    let files = serde_json::json!({
        "itemCount": RECORDS,
        "md5Checksum": BASE64.encode(Md5::digest(&data)),
        "etag": "0",
        "dataFileS3Key": format!("{prefix}/data/a.json.gz"),
    });
    let summary = serde_json::json!({
        "version": "2020-06-30",
        "exportArn": "arn:aws:dynamodb:eu-central-1:111122223333:table/assets/export/01795307400000-00000000",
        "startTime": "2026-11-22T00:30:00.000Z",
        "endTime": "2026-11-22T00:35:00.000Z",
        "tableArn": "arn:aws:dynamodb:eu-central-1:111122223333:table/assets",
        "tableId": "00000000-0000-4000-8000-000000000000",
        "exportTime": "2026-11-22T00:30:00.000Z",
        "s3Bucket": "deliveries",
        "s3Prefix": null,
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": null,
        "manifestFilesS3Key": format!("{prefix}/manifest-files.json"),
        "billedSizeBytes": data.len(),
        "itemCount": RECORDS,
        "outputFormat": "DYNAMODB_JSON",
    });
    fs::write(folder.join("data/a.json.gz"), data).unwrap();
    for (name, text) in [("manifest-files", format!("{files}\n")), ("manifest-summary", format!("{summary}\n"))] {
        fs::write(folder.join(format!("{name}.md5")), BASE64.encode(Md5::digest(&text))).unwrap();
        fs::write(folder.join(format!("{name}.json")), text).unwrap();
    }
}

fn md5_hex(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
