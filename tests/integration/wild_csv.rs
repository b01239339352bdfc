//! CSV as other writers than AWS's of today leave it.

use std::path::Path;

use serde_json::json;
use stocktake::source::SourceError;
use stocktake::source::inventory::{CsvKeys, PartReader, ReadOptions, discover};

use crate::inventories::read;
use crate::raw_delivery::{Delivery, Format, Row, gzip, md5_hex};

const COLUMNS: &[&str] = &["Bucket", "Key", "IsLatest", "Size"];

fn deliver(folder: &Path, text: &str) {
    let delivery = Delivery { columns: COLUMNS.to_vec(), ..Delivery::new(folder) };
    delivery.write_parts(Format::Csv, &[gzip(text.as_bytes())]);
}

fn row(key: &str, is_latest: Option<bool>, size: Option<i64>) -> Row {
    Row { key: key.to_owned(), is_latest, size, ..Row::default() }
}

#[test]
fn sizes_with_exponents_and_flags_in_any_case_are_values() {
    let folder = tempfile::tempdir().unwrap();
    for (size, flag, expected) in [
        ("2E+10", "True", row("a", Some(true), Some(20_000_000_000))),
        ("2.5e3", "TRUE", row("a", Some(true), Some(2_500))),
        ("0E+0", "False", row("a", Some(false), Some(0))),
        ("1.0E0", "FALSE", row("a", Some(false), Some(1))),
        ("", "", row("a", None, None)),
    ] {
        deliver(folder.path(), &format!("\"photos\",\"a\",\"{flag}\",\"{size}\"\n"));
        assert_eq!(read(folder.path(), &ReadOptions::default()), (vec![expected], vec![]), "{size} {flag}");
    }
    for (size, flag) in [("2.5E0", "true"), ("1E+99", "true"), ("1E-1", "true"), ("0x10", "true"), ("1", "yes")] {
        deliver(folder.path(), &format!("\"photos\",\"a\",\"{flag}\",\"{size}\"\n"));
        let (rows, defects) = read(folder.path(), &ReadOptions::default());
        let told: Vec<_> = defects.iter().map(|defect| (defect.problem.code(), defect.row)).collect();
        assert_eq!((rows, told), (vec![], vec![("S005", Some(1))]), "{size} {flag}");
    }
}

#[test]
fn more_fields_than_columns_in_every_row_are_left_aside() {
    let folder = tempfile::tempdir().unwrap();
    // A column that the manifest does not name; the last line has no end.
    deliver(folder.path(), "photos,a,true,1,new\nphotos,b,true,2,\nphotos,c,true,3,\"x,\ny\"");
    let expected = [("a", 1), ("b", 2), ("c", 3)].map(|(key, size)| row(key, Some(true), Some(size)));
    assert_eq!(read(folder.path(), &ReadOptions::default()), (expected.to_vec(), vec![]));
}

/// What a reader that goes over it would make a key of, or lose a row by.
#[test]
fn a_quote_that_ends_nowhere_or_within_a_field_costs_its_line_alone() {
    let folder = tempfile::tempdir().unwrap();
    let good = "\"photos\",\"a\",\"true\",\"1\"\n";
    let next = good.replace("\"a\"", "\"z\"");
    for (text, kept, faults) in [
        // The delivery was cut off within its last field.
        (format!("{good}\"photos\",\"b\",\"true\",\"2"), 1, vec![2]),
        (format!("{good}\"photos\",\"b\n{next}"), 2, vec![2]),
        (format!("\"photos\",\"b\",\"true\",\"2\n{good}"), 1, vec![1]),
        (format!("\"photos\",\"b\"c,\"true\",\"2\"\n{good}"), 1, vec![1]),
        (format!("\"photos\",\"b\n{good}\"photos\",\"c\n"), 1, vec![1, 3]),
    ] {
        deliver(folder.path(), &text);
        let (rows, defects) = read(folder.path(), &ReadOptions::default());
        let told: Vec<_> = defects.iter().map(|defect| (defect.problem.code(), defect.row.unwrap())).collect();
        let expected = ["a", "z"].map(|key| row(key, Some(true), Some(1)));
        assert_eq!(rows, expected[..kept], "{text}");
        assert_eq!(told, faults.iter().map(|&row| ("S005", row)).collect::<Vec<_>>(), "{text}");
    }
}

/// Each of these lines sends the reader far ahead, to where its quote may end.
#[test]
fn a_text_of_stray_quotes_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..20_000).map(|number| format!("\"photos\",\"a{number}\n")).collect();
    deliver(folder.path(), &format!("{lines}\"photos\",\"z\",\"true\",\"1\"\n"));
    let (rows, defects) = read(folder.path(), &ReadOptions::default());
    let (last, others) = defects.split_last().unwrap();
    assert_eq!((rows, last.problem.code()), (vec![], "S003"));
    assert!(others.len() < 2_000 && others.iter().all(|defect| defect.problem.code() == "S005"), "{}", others.len());
}

/// Without quotes a comma in a key looks like a column more.
#[test]
fn a_comma_in_a_key_without_quotes_is_no_column() {
    let folder = tempfile::tempdir().unwrap();
    let told = |columns: &[&'static str], text: &str| {
        let delivery = Delivery { columns: columns.to_vec(), ..Delivery::new(folder.path()) };
        delivery.write_parts(Format::Csv, &[gzip(text.as_bytes())]);
        let (rows, defects) = read(folder.path(), &ReadOptions::default());
        let reasons = defects.into_iter().map(|defect| (defect.row, format!("{:?}", defect.problem)));
        (rows.into_iter().map(|row| row.key).collect::<Vec<_>>(), reasons.collect::<Vec<_>>())
    };
    let reason = |has: usize, names: usize| {
        format!("Rejected {{ reason: \"the row has {has} fields, the manifest names {names}\" }}")
    };
    let both = told(&["Bucket", "Key"], "photos,a,b.jpg\nphotos,c.jpg\n");
    assert_eq!(both, (vec!["c.jpg".to_owned()], vec![(Some(1), reason(3, 2))]));
    let sized = told(&["Bucket", "Key", "Size"], "photos,a,b.jpg,5\nphotos,c.jpg,5\n");
    assert_eq!(sized, (vec!["c.jpg".to_owned()], vec![(Some(1), reason(4, 3))]));
}

/// The keys that a delivery gives under an encoding.
fn keys(folder: &Path, csv_keys: CsvKeys) -> Result<Vec<String>, SourceError> {
    let found = discover(&[folder.to_owned()])?;
    let delivery = &found.deliveries[0];
    let options = ReadOptions { csv_keys, ..ReadOptions::default() };
    let mut keys = Vec::new();
    let mut tell = |defect| panic!("{defect:?}");
    for part in &delivery.parts {
        let mut reader = PartReader::open(delivery, part, &options, &mut tell)?.unwrap();
        while let Some(batch) = reader.next_batch(&mut tell)? {
            keys.extend((0..batch.len()).map(|row| String::from_utf8(batch.key(row).to_owned()).unwrap()));
        }
    }
    Ok(keys)
}

#[test]
fn keys_that_can_be_read_in_two_ways_are_not_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let line = |key: &str| format!("\"photos\",\"{key}\",\"true\",\"1\"\n");
    // Alone, neither is ambiguous.
    deliver(folder.path(), &line("a%20b"));
    assert_eq!(keys(folder.path(), CsvKeys::Auto).unwrap(), ["a b"]);
    deliver(folder.path(), &line("a+b%2B"));
    assert_eq!(keys(folder.path(), CsvKeys::Auto).unwrap(), ["a b+"]);
    // A literal `%20` in a key is `%2520`, and decoded once.
    deliver(folder.path(), &(line("a+b") + &line("c%2520d")));
    assert_eq!(keys(folder.path(), CsvKeys::Auto).unwrap(), ["a b", "c%20d"]);
    // Together they are, in one part as in two.
    let delivery = Delivery { columns: COLUMNS.to_vec(), ..Delivery::new(folder.path()) };
    let two = || [line("a%20b"), line("c+d")];
    for parts in [vec![two().concat()], two().to_vec()] {
        let parts: Vec<_> = parts.iter().map(|text| gzip(text.as_bytes())).collect();
        delivery.write_parts(Format::Csv, &parts);
        let refused = keys(folder.path(), CsvKeys::Auto);
        let named =
            matches!(&refused, Err(SourceError::AmbiguousKeys { manifest }) if manifest.ends_with("manifest.json"));
        assert!(named, "whichever part showed it first: {refused:?}");
        for (encoding, expected) in
            [(CsvKeys::Form, ["a b", "c d"]), (CsvKeys::Percent, ["a b", "c+d"]), (CsvKeys::Plain, ["a%20b", "c+d"])]
        {
            assert_eq!(keys(folder.path(), encoding).unwrap(), expected, "{encoding:?}");
        }
    }
}

#[test]
fn a_manifest_of_tencent_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let part = gzip(b"1250000000,\"photos\",\"a%2Fb\",\"5\",\"2024-05-06T22:37:48Z\",\"e\"\n");
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/one.csv.gz"), &part).unwrap();
    // A bare bucket, no version, seconds, another set of columns.
    let manifest = json!({
        "sourceAppid": "1250000000", "sourceBucket": "photos", "destinationBucket": "reports",
        "creationTimestamp": "1715043600", "fileFormat": "CSV",
        "fileSchema": "Appid, Bucket, Key, Size, LastModifiedDate, ETag",
        "files": [{ "key": "data/one.csv.gz", "size": part.len(), "MD5checksum": md5_hex(&part) }],
    });
    std::fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
    let found = discover(&[folder.path().to_owned()]).unwrap();
    let delivery = &found.deliveries[0];
    assert_eq!((delivery.created_at, delivery.destination.as_str()), (Some(1_715_043_600_000), "reports"));
    assert!(delivery.unknown_columns.is_empty(), "{:?}", delivery.unknown_columns);
    let (rows, defects) = read(folder.path(), &ReadOptions::default());
    let modified = Some(1_715_035_068_000);
    let expected =
        Row { key: "a/b".to_owned(), modified, e_tag: Some("e".to_owned()), size: Some(5), ..Row::default() };
    assert_eq!(rows, [expected]);
    // Only that no checksum lies beside the manifest.
    assert_eq!(defects.iter().map(|defect| defect.problem.code()).collect::<Vec<_>>(), ["S013"]);
}

#[test]
fn a_destination_that_ends_in_a_slash_does_not_hide_its_parts() {
    let folder = tempfile::tempdir().unwrap();
    // With a destination prefix in `/` AWS stores below `prefix//`, and a copy on disk has `prefix/`; a manifest that
    // lists either is the same delivery.
    for listed in ["prefix//photos/daily/data/one.csv.gz", "prefix/photos/daily/data/one.csv.gz"] {
        let part = gzip(b"\"photos\",\"a\",\"true\",\"1\"\n");
        let data = folder.path().join("prefix/photos/daily/data");
        std::fs::create_dir_all(&data).unwrap();
        std::fs::write(data.join("one.csv.gz"), &part).unwrap();
        let delivery = Delivery { columns: COLUMNS.to_vec(), ..Delivery::new(folder.path()) };
        delivery.write_manifest(&json!({
            "sourceBucket": "photos", "destinationBucket": "arn:aws:s3:::reports", "version": "2016-11-30",
            "creationTimestamp": "1715043600000", "fileFormat": "CSV", "fileSchema": COLUMNS.join(", "),
            "files": [{ "key": listed, "size": part.len(), "MD5checksum": md5_hex(&part) }],
        }));
        let expected = (vec![row("a", Some(true), Some(1))], vec![]);
        assert_eq!(read(folder.path(), &ReadOptions::default()), expected, "{listed}");
    }
}
