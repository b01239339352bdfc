//! The kernels of the object pass, each alone on rows of a generated world: inflate and MD5, CSV and Parquet batches,
//! the layout, the reference index. `cargo bench --bench kernels` prints the throughput of each.
#![allow(missing_docs, reason = "a benchmark is no library")]
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

mod support;
#[path = "generate/world/mod.rs"]
mod world;

use std::fs;
use std::hint::black_box;
use std::io::Read as _;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use md5::{Digest as _, Md5};
use stocktake::layout::{Captures, Layout};
use stocktake::references::{Declarations, Extractor, References};
use stocktake::source::export::{self, ItemReader};
use stocktake::source::inventory::{Delivery, PartReader, ReadOptions, discover};
use support::Silence;
use tempfile::TempDir;
use world::{Format, Options, Order};

const OBJECTS: u64 = 200_000;

fn write_world(dir: &Path, format: Format) {
    let options = Options {
        out: dir.to_owned(),
        objects: OBJECTS,
        references: 10_000,
        folders: 3_700,
        areas: 0,
        violations: 0.01,
        orphans: 0.015,
        broken: 0.015,
        key_length: 0,
        attributes: 6,
        format,
        order: Order::Sorted,
        parts: Some(1),
        seed: 1,
    };
    world::write(&options).unwrap();
}

fn delivery(dir: &Path) -> Delivery {
    discover(&[dir.join("inventory")]).unwrap().deliveries.pop().unwrap()
}

/// Reads every row; gives the keys if they are wanted.
fn read(delivery: &Delivery, verify: bool, mut each: impl FnMut(&[u8])) {
    let options = ReadOptions { verify, ..ReadOptions::default() };
    let mut defects = |defect| panic!("{defect:?}");
    for part in &delivery.parts {
        let mut reader = PartReader::open(delivery, part, &options, &mut defects).unwrap().unwrap();
        while let Some(batch) = reader.next_batch(&mut defects).unwrap() {
            (0..batch.len()).for_each(|row| each(batch.key(row)));
        }
    }
}

fn references(dir: &Path, layout: &Layout, declarations: &Declarations<'_>) -> References {
    let mut defects = |defect| panic!("{defect:?}");
    let mut extractor = Extractor::new(layout, declarations);
    for export in export::discover(&[dir.join("exports")]).unwrap().exports {
        let table = layout.spec().tables.iter().position(|table| export.table.ends_with(&table.name)).unwrap();
        for file in &export.files {
            let mut reader = ItemReader::open(file, false, &mut defects).unwrap().unwrap();
            while let Some(item) = reader.next_item(&mut defects).unwrap() {
                extractor.item(table as u16, export.export_time, item, &mut Silence);
            }
        }
    }
    extractor.merge(Vec::new())
}

fn bytes(criterion: &mut Criterion, dir: &Path) {
    let delivery = delivery(dir);
    let stored = fs::read(delivery.parts[0].path.as_ref().unwrap().display().to_string()).unwrap();
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&*stored).read_to_end(&mut plain).unwrap();
    let mut group = criterion.benchmark_group("bytes");
    group.throughput(Throughput::Bytes(plain.len() as u64));
    let mut buffer = vec![0; 128 << 10];
    group.bench_function("inflate, CRC", |bencher| {
        bencher.iter(|| {
            let mut decoder = flate2::read::GzDecoder::new(&*stored);
            while decoder.read(&mut buffer).unwrap() > 0 {}
        });
    });
    group.throughput(Throughput::Bytes(stored.len() as u64));
    group.bench_function("MD5", |bencher| bencher.iter(|| Md5::digest(&stored)));
    group.finish();
}

fn kernels(criterion: &mut Criterion) {
    let (csv, parquet) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    write_world(csv.path(), Format::Csv);
    write_world(parquet.path(), Format::Parquet);
    bytes(criterion, csv.path());

    let mut group = criterion.benchmark_group("rows");
    group.throughput(Throughput::Elements(OBJECTS)).sample_size(20);
    for (name, dir) in [("CSV", &csv), ("Parquet", &parquet)] {
        let delivery = delivery(dir.path());
        group.bench_function(format!("{name}: read"), |bencher| bencher.iter(|| read(&delivery, false, |_| {})));
        group.bench_function(format!("{name}: read, MD5"), |bencher| bencher.iter(|| read(&delivery, true, |_| {})));
    }
    let mut keys: Vec<Vec<u8>> = Vec::new();
    read(&delivery(csv.path()), false, |key| keys.push(key.to_owned()));
    let configuration = csv.path().join("stocktake.toml");
    let layout = support::layout(&configuration, &fs::read(&configuration).unwrap());
    let bucket = &layout.buckets()[0];
    group.bench_function("layout", |bencher| {
        let mut captures = Captures::new();
        bencher.iter(|| {
            for key in &keys {
                black_box(bucket.identify(key, &mut captures));
            }
        });
    });
    let declarations = Declarations::new(layout.spec());
    let references = references(csv.path(), &layout, &declarations);
    group.bench_function("references", |bencher| {
        bencher.iter(|| keys.iter().filter(|key| references.buckets[0].find(key, |_| {}).is_some()).count());
    });
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
