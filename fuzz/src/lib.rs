//! What is fuzzed: each function gives any bytes to one parser, as a user's file would, through the public interface of
//! the crate. None of them may panic, and each holds the answer against a property that no input breaks.

use std::path::{Path, PathBuf};

use stocktake::layout::{Captures, KeyMatch, Layout, config};
use stocktake::model::uri;
use stocktake::source::export::{self, ExportFile, ExportFormat, ItemReader, Value, ValueKind};
use stocktake::source::inventory::{self, Column, CsvKeys, PartReader, ReadOptions};

/// What reads any bytes.
pub type Target = fn(&[u8]);

/// Every target, by its name.
pub const TARGETS: [(&str, Target); 6] = [
    ("csv_row", csv_row),
    ("dynamodb_json", dynamodb_json),
    ("ion", ion),
    ("manifest", manifest),
    ("template", template),
    ("uri", uri),
];

/// A summary whose list of files is the input.
const SUMMARY: &str = r#"{"version":"2020-06-30","exportArn":"arn:aws:dynamodb:eu-central-1:1:table/t/export/1","startTime":"2026-11-22T00:00:00Z","endTime":"2026-11-22T00:01:00Z","tableArn":"arn:aws:dynamodb:eu-central-1:1:table/t","exportTime":"2026-11-22T00:00:00Z","s3Bucket":"b","s3Prefix":null,"itemCount":1,"manifestFilesS3Key":"list.json","outputFormat":"DYNAMODB_JSON"}"#;

thread_local! {
    /// One folder for all inputs of a thread.
    static FOLDER: tempfile::TempDir = tempfile::tempdir().expect("a folder for temporary files");
}

/// A fuzzer ends at any panic, also at one of a third party's decoder that becomes a finding.
fn leave_guarded_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !inventory::is_guarded() {
                usual(panic);
            }
        }));
    });
}

/// The path of a file of this name that holds these bytes.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    leave_guarded_panics();
    FOLDER.with(|folder| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("room for a file");
        path
    })
}

/// Manifests of inventories and exports, and lists of data files.
pub fn manifest(data: &[u8]) {
    let path = file("manifest.json", data);
    if let Ok(found) = inventory::discover(&[&path as &Path]) {
        for delivery in found.deliveries {
            let mut keys: Vec<_> = delivery.parts.iter().map(|part| &part.file).collect();
            keys.sort();
            keys.dedup();
            assert_eq!(keys.len(), delivery.parts.len(), "each part counts once");
        }
    }
    let _ = export::discover(&[&path as &Path]);
    file("list.json", data);
    let summary = file("manifest-summary.json", SUMMARY.as_bytes());
    let found = export::discover(&[&summary as &Path]).expect("the summary is in order");
    let listed: u64 = found.exports[0].files.iter().filter_map(|file| file.item_count).fold(0, u64::saturating_add);
    assert!(listed == 1 || !found.exports[0].defects.is_empty(), "another number of items is told");
}

/// Rows of a CSV inventory, in every encoding of keys.
pub fn csv_row(data: &[u8]) {
    let path = file("rows.csv", data);
    let told = inventory::Told {
        schema: Some(
            std::iter::once("Bucket")
                .chain(Column::ALL.iter().map(|column| column.aws_name()))
                .map(str::to_owned)
                .collect(),
        ),
        bucket: Some("media".to_owned()),
        ..inventory::Told::default()
    };
    let Ok(found) = inventory::discover_told(&[&path as &Path], &told) else { return };
    for delivery in &found.deliveries {
        for csv_keys in [CsvKeys::Auto, CsvKeys::Form, CsvKeys::Percent, CsvKeys::Plain] {
            let options = ReadOptions { csv_keys, batch_rows: 3, ..ReadOptions::default() };
            let (mut rejected, mut delivered) = (0, 0);
            let mut tell = |defect: stocktake::model::SourceDefect| {
                rejected += u64::from(
                    defect.row.is_some() && matches!(defect.problem, stocktake::model::SourceProblem::Rejected { .. }),
                );
            };
            let Ok(Some(mut reader)) = PartReader::open(delivery, &delivery.parts[0], &options, &mut tell) else {
                continue;
            };
            let ended = loop {
                match reader.next_batch(&mut tell) {
                    Ok(Some(batch)) => delivered += batch.len() as u64,
                    Ok(None) => break true,
                    Err(_) => break false,
                }
            };
            let rows = reader.rows();
            assert!(!ended || delivered + rejected == rows, "{delivered} delivered, {rejected} rejected, {rows} rows");
        }
    }
}

/// Lines of DynamoDB JSON, items and changes.
pub fn dynamodb_json(data: &[u8]) {
    items("items.json", data, ExportFormat::DynamoDbJson);
}

/// Records of Ion, items and changes.
pub fn ion(data: &[u8]) {
    items("items.ion", data, ExportFormat::Ion);
}

fn items(name: &str, data: &[u8], format: ExportFormat) {
    let path = file(name, data);
    for (changes, is_scan) in [(false, false), (true, false), (false, true)] {
        if is_scan && format == ExportFormat::Ion {
            continue;
        }
        let file = ExportFile {
            file: name.to_owned(),
            path: Some((&path).into()),
            looked: Vec::new(),
            item_count: None,
            stated_md5: None,
            format,
            changes,
            is_scan,
        };
        let mut rejected = 0;
        let mut tell = |defect: stocktake::model::SourceDefect| rejected += u64::from(defect.row.is_some());
        let mut reader =
            ItemReader::open(&file, true, &mut tell).expect("the file is there").expect("the file is there");
        let mut read = 0;
        while let Some(item) = reader.next_record(&mut tell).expect("the file can be read") {
            read += 1;
            walk(item.root(), 0);
        }
        assert!(read <= reader.rows() && reader.rows() <= read + rejected, "each record is read or told");
    }
}

/// Goes through a value as rules do.
fn walk(value: Value<'_>, depth: usize) {
    assert!(depth < 200, "no document is that deep");
    match value.kind() {
        ValueKind::M => value.members().for_each(|(name, member)| {
            assert!(value.get(name).is_some());
            walk(member, depth + 1);
        }),
        _ => value.iter().for_each(|element| walk(element, depth + 1)),
    }
    let _ = (value.text(), value.boolean(), value.len());
}

/// Locations in S3 as records and command lines hold them.
pub fn uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = uri::percent_decode(text);
    if let Ok(location) = uri::parse(text) {
        assert!(uri::is_bucket_name(&location.bucket), "{location:?}");
        assert!(location.key.len() <= 1_024, "{location:?}");
        let plain = format!("s3://{}/{}", location.bucket, location.key);
        let again = uri::parse(&plain).expect("what was read can be written");
        assert_eq!((again.bucket, again.key), (location.bucket, location.key));
    }
}

/// Templates of areas: what compiles identifies what it builds.
pub fn template(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (path, key) = text.split_once('\n').unwrap_or((text, text));
    let quoted: String = path
        .chars()
        .flat_map(|next| match next {
            '"' | '\\' => vec!['\\', next],
            next if next.is_control() => format!("\\u{:04X}", u32::from(next)).chars().collect(),
            next => vec![next],
        })
        .collect();
    let configuration = format!(
        "version = 1\ntitle = \"t\"\n[[bucket]]\nname = \"media\"\n[placeholder.asset]\npattern = \"[a-z0-9-]+\"\n\
         [[area]]\nname = \"area\"\npath = \"{quoted}\"\n"
    );
    let Ok(spec) = config::parse(Path::new("stocktake.toml"), configuration.as_bytes(), &[]) else { return };
    let Ok(layout) = Layout::compile(spec) else { return };
    let bucket = &layout.buckets()[0];
    let mut captures = Captures::new();
    let _ = bucket.identify(key.as_bytes(), &mut captures);
    if let Ok(built) = bucket.build(0, 0, &mut |_| Some("a1".to_owned()), Some("file")) {
        let found = bucket.identify(built.as_bytes(), &mut captures);
        assert!(matches!(found, KeyMatch::Area(placed) if placed.area == 0), "`{path}` builds `{built}`: {found:?}");
    }
}
