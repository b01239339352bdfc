//! The way of the records: items read, references extracted, and what the index of the references holds.
//!
//! `cargo bench --bench records` prints the throughput in decoded bytes, and first what each reference takes in memory.
//! `STOCKTAKE_REFERENCES=10000000` sets how many references that is measured with.
#![allow(missing_docs, reason = "a benchmark is no library")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic and prints")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use stocktake::layout::Layout;
use stocktake::model::Millis;
use stocktake::references::{Declarations, Extractor};
use stocktake::source::export::{ExportFile, ExportFormat, ItemReader};
use support::Silence;
use tempfile::TempDir;

const EXPORTED_AT: Millis = 1_795_309_200_000;
const CONFIGURATION: &str = r#"
version = 1
extends = "edge-cv-portal"
[[bucket]]
name = "cookie-line-1"
"#;

/// The item of a training job that was compiled for two targets and packaged for one: five references.
fn training_job(lines: &mut String, number: usize) {
    let hash = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let id = format!("{:08x}-{:04x}-4{:03x}-8000-{number:012x}", hash >> 32, hash & 0xffff, hash >> 16 & 0xfff);
    let job = format!("cookies-binary-{number:08}-{:06}", hash % 1_000_000);
    let time = 1_780_000_000_000 + number as u64;
    let s3 = "s3://cookie-line-1";
    let _ = write!(
        lines,
        "{{\"Item\":{{\"training_id\":{{\"S\":\"{id}\"}},\"usecase_id\":{{\"S\":\"{hash:032x}\"}},\
         \"model_name\":{{\"S\":\"cookies-binary\"}},\"model_version\":{{\"S\":\"1.0.{number}\"}},\
         \"training_job_name\":{{\"S\":\"{job}\"}},\"status\":{{\"S\":\"Completed\"}},\
         \"created_at\":{{\"N\":\"{time}\"}},\"updated_at\":{{\"N\":\"{time}\"}},\"progress\":{{\"N\":\"100\"}},\
         \"description\":{{\"S\":\"a model that tells broken cookies from whole ones, \\\"run {number}\\\"\"}},\
         \"created_by\":{{\"S\":\"operator@example.com\"}},\"auto_compile\":{{\"BOOL\":true}},\
         \"hyperparameters\":{{\"M\":{{\"epochs\":{{\"N\":\"50\"}},\"rate\":{{\"N\":\"0.001\"}},\
         \"optimizer\":{{\"S\":\"adam\"}},\"batch\":{{\"N\":\"16\"}}}}}},\
         \"dataset_manifest_s3\":{{\"S\":\"{s3}/datasets/manifests/labeling-{:08x}.manifest\"}},\
         \"artifact_s3\":{{\"S\":\"{s3}/models/training/{job}/{job}/output/model.tar.gz\"}},\
         \"compilation_targets\":{{\"L\":[{{\"S\":\"jetson-xavier\"}},{{\"S\":\"x86_64-cpu\"}}]}},\
         \"compilation_jobs\":{{\"L\":[",
        hash >> 32
    );
    for (position, (target, file)) in
        [("jetson-xavier", "LINUX_ARM64_NVIDIA"), ("x86_64-cpu", "LINUX_X86_64")].iter().enumerate()
    {
        let comma = if position == 0 { "" } else { "," };
        let _ = write!(
            lines,
            "{comma}{{\"M\":{{\"target\":{{\"S\":\"{target}\"}},\"compilation_job_name\":{{\"S\":\"{job}-{position}\"}},\
             \"status\":{{\"S\":\"Completed\"}},\"compiled_model_s3\":\
             {{\"S\":\"{s3}/models/compilation/{job}-{position}/{target}/model_for_compilation-{file}.tar.gz\"}}}}}}"
        );
    }
    let uid = hash & 0xffff_ffff_ffff;
    let component = format!("model-{job}-jetson-xavier");
    let _ = writeln!(
        lines,
        "]}},\"packaged_components\":{{\"L\":[{{\"M\":{{\"target\":{{\"S\":\"jetson-xavier\"}},\
         \"status\":{{\"S\":\"packaged\"}},\"component_package_s3\":\
         {{\"S\":\"{s3}/deployments/{component}/{uid:012x}_greengrass_model_component.zip\"}}}}}}]}},\
         \"published_components\":{{\"L\":[{{\"M\":{{\"target\":{{\"S\":\"jetson-xavier\"}},\
         \"component_name\":{{\"S\":\"{component}\"}}}}}}]}}}}}}"
    );
}

/// A training job's item of forty attributes, one of which holds a declared reference.
fn wide(lines: &mut String, number: usize) {
    let _ = write!(
        lines,
        "{{\"Item\":{{\"training_id\":{{\"S\":\"training-{number:012}\"}},\
         \"artifact_s3\":{{\"S\":\"s3://cookie-line-1/models/training/job-{number:08}/output/model.tar.gz\"}}"
    );
    for attribute in 2..40 {
        let _ = match attribute % 6 {
            0 => write!(lines, ",\"metric_{attribute}\":{{\"N\":\"{}.{attribute}\"}}", number * 7),
            1 => write!(lines, ",\"enabled_{attribute}\":{{\"BOOL\":true}}"),
            2 => write!(
                lines,
                ",\"label_{attribute}\":{{\"L\":[{{\"S\":\"anomaly\"}},{{\"S\":\"normal\"}},{{\"N\":\"{attribute}\"}}]}}"
            ),
            3 => write!(
                lines,
                ",\"note_{attribute}\":{{\"S\":\"what an operator typed about part {number} on line {attribute}, in words\"}}"
            ),
            4 => write!(
                lines,
                ",\"camera_{attribute}\":{{\"M\":{{\"gain\":{{\"N\":\"2\"}},\"id\":{{\"S\":\"c-{number}\"}}}}}}"
            ),
            _ => write!(lines, ",\"identity_{attribute}\":{{\"S\":\"{number:032x}\"}}"),
        };
    }
    lines.push_str("}}\n");
}

/// The items in one data file, as it is or compressed.
fn data_file(dir: &TempDir, name: &str, items: usize, lines: &str, compressed: bool) -> ExportFile {
    let path: PathBuf = dir.path().join(name);
    let stored = if compressed {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
        std::io::Write::write_all(&mut encoder, lines.as_bytes()).unwrap();
        encoder.finish().unwrap()
    } else {
        lines.as_bytes().to_vec()
    };
    fs::write(&path, &stored).unwrap();
    let stated_md5 = Some(<md5::Md5 as md5::Digest>::digest(&stored).into());
    let item_count = Some(items as u64);
    ExportFile {
        file: name.to_owned(),
        path: Some(path.into()),
        looked: Vec::new(),
        item_count,
        stated_md5,
        format: ExportFormat::DynamoDbJson,
        changes: false,
        is_scan: false,
    }
}

/// Reads a file, and gives each item to `each`.
fn read(file: &ExportFile, verify: bool, mut each: impl FnMut(&stocktake::source::export::Item)) {
    let mut defects = |defect| panic!("{defect:?}");
    let mut reader = ItemReader::open(file, verify, &mut defects).unwrap().unwrap();
    while let Some(item) = reader.next_item(&mut defects).unwrap() {
        each(item);
    }
}

fn benchmark(group: &mut BenchmarkGroup<'_, WallTime>, layout: &Layout, items: usize, one: fn(&mut String, usize)) {
    let declarations = Declarations::new(layout.spec());
    let table = layout.spec().tables.iter().position(|table| table.name == "training-jobs").unwrap() as u16;
    let mut lines = String::new();
    (0..items).for_each(|number| one(&mut lines, number));
    let dir = TempDir::new().unwrap();
    let plain = data_file(&dir, "plain.json", items, &lines, false);
    let compressed = data_file(&dir, "compressed.json.gz", items, &lines, true);
    group.throughput(Throughput::Bytes(lines.len() as u64));
    group.bench_function("parse", |bencher| bencher.iter(|| read(&plain, false, |_| {})));
    let extract = |file: &ExportFile, verify: bool| {
        let mut extractor = Extractor::new(layout, &declarations);
        read(file, verify, |item| extractor.item(table, EXPORTED_AT, item, &mut Silence));
    };
    group.bench_function("parse, extract", |bencher| bencher.iter(|| extract(&plain, false)));
    group.bench_function("inflate, parse, extract", |bencher| bencher.iter(|| extract(&compressed, false)));
    group.bench_function("inflate, MD5, parse, extract", |bencher| bencher.iter(|| extract(&compressed, true)));
}

/// Reads items of training jobs until there are enough references, and prints what each takes in memory.
fn memory(layout: &Layout) {
    const ITEMS: usize = 10_000;
    let wanted = std::env::var("STOCKTAKE_REFERENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let declarations = Declarations::new(layout.spec());
    let table = layout.spec().tables.iter().position(|table| table.name == "training-jobs").unwrap() as u16;
    let mut extractor = Extractor::new(layout, &declarations);
    let dir = TempDir::new().unwrap();
    let mut lines = String::new();
    let mut start = 0;
    while extractor.references().held().references < wanted {
        lines.clear();
        (start..start + ITEMS).for_each(|number| training_job(&mut lines, number));
        start += ITEMS;
        let file = data_file(&dir, "items.json", ITEMS, &lines, false);
        read(&file, false, |item| extractor.item(table, EXPORTED_AT, item, &mut Silence));
    }
    let held = extractor.merge(Vec::new()).held();
    let each = |bytes: usize| bytes as f64 / held.references as f64;
    println!(
        "{} references: {:.1} bytes each beside {:.1} of keys and {:.1} of primary keys",
        held.references,
        each(held.rest),
        each(held.keys),
        each(held.primary_keys)
    );
}

fn records(criterion: &mut Criterion) {
    let layout = support::layout(Path::new("stocktake.toml"), CONFIGURATION.as_bytes());
    memory(&layout);
    for (name, items, one) in [
        ("one declared attribute in forty", 20_000, wide as fn(&mut String, usize)),
        ("training jobs", 20_000, training_job),
    ] {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        benchmark(&mut group, &layout, items, one);
    }
}

criterion_group!(benches, records);
criterion_main!(benches);
