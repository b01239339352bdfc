//! Memory grows with the folders and the references, never with the objects: the same folders and references, ten
//! times the objects, under an allocator that counts.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

mod delivery;

use std::alloc::System;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use delivery::{Format, write_export, write_inventory};
use peakmem_alloc::{PeakMemAlloc, PeakMemAllocTrait as _};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use stocktake::audit::migrate::{PlanRequest, PlanSink, Planned, VerifyRequest, plan, verify};
use stocktake::audit::{self, AuditRequest, AuditSink, FailOn, Progress};
use stocktake::layout::Layout;
use stocktake::layout::config;
use stocktake::migration::Mapping;
use stocktake::model::{Finding, Millis, Phase};
use stocktake::results::FolderRow;
use stocktake::results::moves::MovesReader;
use stocktake::rules::{Selection, Severities, known_rules};
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
    let spec = config::parse(Path::new("stocktake.toml"), CONFIGURATION.as_bytes(), &known_rules()).unwrap();
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
