//! Inventories are found and read, the same in every format.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use stocktake::model::{SourceDefect, UserError};
use stocktake::source::SourceError;
use stocktake::source::inventory::{Batch, Column, ColumnSet, PartReader, ReadOptions, discover};

use crate::raw_delivery::{Delivery, Format, Row, csv_text, gzip};

/// Reads everything that an input stands for.
pub(crate) fn read(input: &Path, options: &ReadOptions) -> (Vec<Row>, Vec<SourceDefect>) {
    let found = discover(&[input.to_owned()]).unwrap();
    let (mut rows, mut defects) = (Vec::new(), Vec::new());
    for delivery in &found.deliveries {
        defects.extend(delivery.defects.clone());
        for part in &delivery.parts {
            let mut tell = |defect| defects.push(defect);
            let Some(mut reader) = PartReader::open(delivery, part, options, &mut tell).unwrap() else { continue };
            while let Some(batch) = reader.next_batch(&mut tell).unwrap() {
                assert!(batch.len() <= options.batch_rows);
                rows.extend((0..batch.len()).map(|row| row_of(&batch, row)));
            }
        }
    }
    (rows, defects)
}

fn row_of(batch: &Batch, row: usize) -> Row {
    let own = |bytes: &[u8]| String::from_utf8(bytes.to_owned()).unwrap();
    let text = |column| batch.text(column, row).map(own);
    Row {
        key: own(batch.key(row)),
        version: text(Column::VersionId),
        is_latest: batch.flag(Column::IsLatest, row),
        is_delete_marker: batch.flag(Column::IsDeleteMarker, row),
        size: batch.size(row).map(u64::cast_signed),
        modified: batch.time(Column::LastModified, row),
        e_tag: text(Column::ETag),
        storage_class: text(Column::StorageClass),
        encryption: text(Column::EncryptionStatus),
        tier: text(Column::AccessTier),
    }
}

/// Rows with hostile keys; markers and other gaps included.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let text = || proptest::option::of("[A-Z_-]{1,14}");
    let flag = || proptest::option::of(any::<bool>());
    let key = prop_oneof!["[a-c/]{1,3}", "[ +%\"',|\\\\\n\r\t~é日\u{1f600}\u{202e}/a-z0-9]{1,60}", "\\PC{1,40}"];
    let times = (proptest::option::of(0..=i64::MAX), proptest::option::of(0..4_000_000_000_000_i64));
    let row = (key, (text(), flag(), flag()), times, (text(), text(), text(), text())).prop_map(
        |(key, (version, is_latest, is_delete_marker), (size, modified), (e_tag, storage_class, encryption, tier))| {
            let size = size.filter(|_| is_delete_marker != Some(true));
            Row { key, version, is_latest, is_delete_marker, size, modified, e_tag, storage_class, encryption, tier }
        },
    );
    proptest::collection::vec(row, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_format_gives_the_same_rows_and_defects(rows in rows(), batch_rows in 1_usize..50) {
        let options = ReadOptions { batch_rows, ..ReadOptions::default() };
        let [csv, parquet, orc] = Format::ALL.map(|format| {
            let folder = tempfile::tempdir().unwrap();
            Delivery::new(folder.path()).write(format, &[rows.clone(), rows.clone()]);
            let (read, defects) = read(folder.path(), &options);
            let defects = defects.into_iter().map(|defect| (defect.row, defect.problem)).collect::<Vec<_>>();
            (read, defects)
        });
        prop_assert_eq!(&csv, &parquet);
        prop_assert_eq!(&csv, &orc);
        prop_assert_eq!(csv.0, [rows.clone(), rows].concat());
    }

    #[test]
    fn every_dialect_of_csv_gives_the_same_rows(rows in rows(), ending in prop_oneof![Just("\n"), Just("\r\n"), Just("\n\n")]) {
        let folder = tempfile::tempdir().unwrap();
        let delivery = Delivery::new(folder.path());
        let usual = csv_text("photos", &delivery.columns, &rows);
        let unquoted = usual.replace('"', "").replace('\n', ending);
        let unended = usual.trim_end_matches('\n').to_owned();
        for text in [usual.replace('\n', ending), unquoted, unended] {
            delivery.write_parts(Format::Csv, &[gzip(text.as_bytes())]);
            prop_assert_eq!(&read(folder.path(), &ReadOptions::default()).0, &rows);
        }
    }
}

#[test]
fn any_subset_and_order_of_columns_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let row = Row { version: None, encryption: None, ..Row::new("a b/c") };
    for (columns, expected) in [
        (vec!["Bucket", "Key"], Row { key: row.key.clone(), ..Row::default() }),
        (vec!["Colour", "Size", "Key", "Bucket"], Row { key: row.key.clone(), size: row.size, ..Row::default() }),
        (
            vec!["Bucket", "Key", "Shape", "Size", "ObjectOwner"],
            Row { key: row.key.clone(), size: row.size, ..Row::default() },
        ),
    ] {
        for format in Format::ALL {
            let delivery = Delivery { columns: columns.clone(), ..Delivery::new(folder.path()) };
            delivery.write(format, &[vec![row.clone()]]);
            let (rows, defects) = read(folder.path(), &ReadOptions::default());
            assert_eq!((rows, defects), (vec![expected.clone()], vec![]), "{columns:?} {format:?}");
            let found = discover(&[folder.path().to_owned()]).unwrap();
            assert!(
                found.deliveries[0]
                    .unknown_columns
                    .iter()
                    .all(|name| ["colour", "shape"].contains(&name.to_lowercase().as_str()))
            );
            assert_eq!(found.deliveries[0].columns.contains(Column::Size), columns.contains(&"Size"));
        }
    }
}

#[test]
fn only_the_columns_asked_for_are_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let columns: ColumnSet = [Column::Size, Column::AccessTier].into_iter().collect();
    for format in Format::ALL {
        Delivery::new(folder.path()).write(format, &[vec![Row::new("a")]]);
        let (rows, _) = read(folder.path(), &ReadOptions { columns, ..ReadOptions::default() });
        assert_eq!(rows, [Row { key: "a".to_owned(), size: Some(5), ..Row::default() }]);
    }
}

#[test]
fn many_batches_and_blocks_lose_nothing_at_their_seams() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<Row> =
        (0..60_000).map(|number| Row::new(&format!("folder+{}/object {number}", number / 7))).collect();
    Delivery::new(folder.path()).write(Format::Csv, std::slice::from_ref(&rows));
    for batch_rows in [1_000, 1_000_000] {
        let (read, defects) = read(folder.path(), &ReadOptions { batch_rows, ..ReadOptions::default() });
        assert!(defects.is_empty());
        assert!(read == rows, "with batches of {batch_rows}");
    }
}

#[test]
fn members_blank_lines_and_empty_parts_are_no_defects() {
    let folder = tempfile::tempdir().unwrap();
    let delivery = Delivery::new(folder.path());
    let [one, two] = ["a", "b"].map(|key| csv_text("photos", &delivery.columns, &[Row::new(key)]));
    let members =
        [gzip(&one.as_bytes()[..20]), gzip(b""), gzip(format!("{}\n\n{two}\n\n", &one[20..]).as_bytes())].concat();
    delivery.write_parts(Format::Csv, &[members, gzip(b""), Vec::new(), gzip(&b"\n".repeat(3 << 20))]);
    assert_eq!(read(folder.path(), &ReadOptions::default()), (vec![Row::new("a"), Row::new("b")], vec![]));
    for format in Format::ALL {
        delivery.write_parts(format, &[]);
        assert_eq!(read(folder.path(), &ReadOptions::default()), (vec![], vec![]), "files: []");
        delivery.write_parts(format, &[vec![]]);
        assert_eq!(read(folder.path(), &ReadOptions::default()), (vec![], vec![]), "a file of no bytes");
    }
    for format in Format::ALL {
        delivery.write(format, &[vec![]]);
        assert_eq!(read(folder.path(), &ReadOptions::default()), (vec![], vec![]), "a part without rows");
    }
}

#[test]
fn the_newest_complete_delivery_is_taken_and_a_newer_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let day = 86_400_000;
    let deliveries = [0, 1, 2].map(|number| {
        let delivery = Delivery { created_at: 1_715_043_600_000 + number * day, ..Delivery::new(folder.path()) };
        delivery.write(Format::Csv, &[vec![Row::new(&number.to_string())]]);
        delivery
    });
    assert_eq!(read(folder.path(), &ReadOptions::default()).0, [Row::new("2")]);
    std::fs::remove_file(deliveries[2].folder().join("manifest.checksum")).unwrap();
    let found = discover(&[folder.path().to_owned()]).unwrap();
    assert_eq!(found.deliveries[0].manifest.name, "inventories/photos/daily/2024-05-08T01-00Z/manifest.json");
    assert_eq!(found.deliveries[0].configuration.as_deref(), Some("daily"));
    assert_eq!(found.passed_over.len(), 1);
    assert_eq!(found.passed_over[0].manifest, "inventories/photos/daily/2024-05-09T01-00Z/manifest.json");
    // The user's own word counts: a folder or a manifest that is named is taken as it is, and told as unverified.
    for input in [deliveries[2].folder(), deliveries[2].folder().join("manifest.json")] {
        let (rows, defects) = read(&input, &ReadOptions::default());
        assert_eq!(rows, [Row::new("2")]);
        assert_eq!(defects.iter().map(|defect| defect.problem.code()).collect::<Vec<_>>(), ["S013"]);
    }
}

#[test]
fn inputs_that_cannot_be_used_say_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let write = |name: &str, text: &str| {
        std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        std::fs::write(root.join(name), text).unwrap();
        root.join(name)
    };
    let manifest = |format: &str, schema: &str| {
        format!(r#"{{"sourceBucket":"b","fileFormat":"{format}","fileSchema":"{schema}","files":[]}}"#)
    };
    let twice = root.join("twice");
    for configuration in ["daily", "weekly"] {
        Delivery { configuration: configuration.to_owned(), ..Delivery::new(&twice) }.write(Format::Csv, &[]);
    }
    std::fs::create_dir(root.join("empty")).unwrap();
    type Expected = fn(&SourceError) -> bool;
    let cases: Vec<(PathBuf, Expected)> = vec![
        ("s3://bucket/inventory".into(), |error| matches!(error, SourceError::Remote { .. })),
        (root.join("absent"), |error| matches!(error, SourceError::NotFound { .. })),
        (root.join("empty"), |error| matches!(error, SourceError::NothingFound { .. })),
        (write("not.json", "{}"), |error| matches!(error, SourceError::NotManifest { .. })),
        (write("cut.json", "{\"sourceBucket\""), |error| matches!(error, SourceError::NotManifest { .. })),
        (write("avro.json", &manifest("Avro", "")), |error| matches!(error, SourceError::UnknownFormat { .. })),
        (write("size.json", &manifest("CSV", "Bucket, Size")), |error| {
            matches!(error, SourceError::NoKeyColumn { .. })
        }),
        (
            twice,
            |error| matches!(error, SourceError::TwoConfigurations { first, second, .. } if first == "daily" && second == "weekly"),
        ),
    ];
    for (input, expected) in cases {
        let error = discover(std::slice::from_ref(&input)).unwrap_err();
        assert!(expected(&error), "{}: {error}", input.display());
        assert!(error.help().is_some(), "{error}");
    }
    // A search passes by what it cannot use, and tells it.
    Delivery { bucket: "videos".to_owned(), ..Delivery::new(&root.join("more")) }.write(Format::Csv, &[]);
    write("more/deeper/manifest.json", &manifest("Avro", ""));
    let found = discover(&[root.join("more")]).unwrap();
    assert_eq!((found.deliveries.len(), found.deliveries[0].bucket.as_str()), (1, "videos"));
    assert_eq!(found.passed_over[0].manifest, "deeper/manifest.json");
    // What has a checksum beside it is a damaged manifest, and no file of somebody else.
    write("searched/2026/manifest.json", "{}");
    assert!(matches!(discover(&[root.join("searched")]), Err(SourceError::NothingFound { .. })));
    write("searched/2026/manifest.checksum", "d41d8cd98f00b204e9800998ecf8427e");
    assert!(matches!(discover(&[root.join("searched")]), Err(SourceError::NotManifest { .. })));
    // So may one be that was cut short.
    std::fs::remove_file(root.join("searched/2026/manifest.checksum")).unwrap();
    for cut in ["", "{", "{\"destina"] {
        write("searched/2026/manifest.json", cut);
        assert!(matches!(discover(&[root.join("searched")]), Err(SourceError::NotManifest { .. })));
    }
    // Each input must hold something.
    assert!(matches!(discover(&[root.join("more"), root.join("empty")]), Err(SourceError::NothingFound { .. })));
}

/// Folders join what slashes part.
#[test]
fn two_keys_that_lead_to_one_file_count_once() {
    let folder = tempfile::tempdir().unwrap();
    let delivery = Delivery::new(folder.path());
    delivery.write(Format::Csv, &[vec![Row::new("a")]]);
    let path = delivery.folder().join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let mut file = manifest["files"][0].clone();
    file["key"] = file["key"].as_str().unwrap().replace("/data/", "//data/").into();
    manifest["files"].as_array_mut().unwrap().push(file);
    std::fs::write(&path, manifest.to_string()).unwrap();
    std::fs::remove_file(delivery.folder().join("manifest.checksum")).unwrap();
    let (rows, defects) = read(&path, &ReadOptions::default());
    assert_eq!(rows, [Row::new("a")]);
    assert_eq!(defects.iter().map(|defect| defect.problem.code()).collect::<Vec<_>>(), ["S013", "S010"]);
}
