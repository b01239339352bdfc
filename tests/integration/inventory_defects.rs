//! What is wrong with an inventory is told by file and row, and nothing that a file holds makes the reader panic.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use proptest::prelude::*;
use stocktake::source::inventory::{PartReader, ReadOptions, discover};

use crate::inventories::read;
use crate::raw_delivery::{
    Delivery, Format, Row, csv_line, csv_text, gzip, orc, parquet, parquet_of, parquet_with_keys,
};

const COLUMNS: &[&str] = &["Bucket", "Key", "Size", "LastModifiedDate"];

/// A delivery with few columns.
fn delivery(root: &Path) -> Delivery {
    Delivery { columns: COLUMNS.to_vec(), ..Delivery::new(root) }
}

/// The codes and rows that a delivery's defects have, and how many rows it gave.
fn outcome(root: &Path, options: &ReadOptions) -> (Vec<(&'static str, Option<u64>)>, usize) {
    let (rows, defects) = read(root, options);
    (defects.iter().map(|defect| (defect.problem.code(), defect.row)).collect(), rows.len())
}

fn line(key: &str) -> String {
    csv_line("photos", COLUMNS, &Row::new(key))
}

#[test]
fn a_bad_row_is_told_by_its_number_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let good = line("good");
    for bad in [
        good.replace("\"5\"", "\"five\""),
        good.replace("\"5\"", "\"-5\""),
        good.replace("2024-05-06", "2024-02-30"),
        good.replace("photos", "videos"),
        good.replace(",\"5\"", ""),
        good.replace("\"5\"", "\"5\",\"6\""),
        good.replace("good", "go%od"),
        good.replace("good", "go%FFod"),
        good.replace("good", ""),
        good.replace("good", &"k".repeat(1_025)),
        "good,5\n".to_owned(),
        "\"photos\",\"go\"od\",\"5\"\n".to_owned(),
    ] {
        // The bad row is the second; a blank line is no row.
        let text = format!("{}\n{bad}{}", line("first"), line("last"));
        delivery(folder.path()).write_parts(Format::Csv, &[gzip(text.as_bytes())]);
        let expected = (vec![("S005", Some(2))], 2);
        assert_eq!(outcome(folder.path(), &ReadOptions::default()), expected, "{bad:?}");
    }
    // Short and long rows in one block do not make up for each other.
    let text = [good.replace(",\"5\"", ""), good.replace("\"5\"", "\"5\",\"6\""), line("last")].concat();
    delivery(folder.path()).write_parts(Format::Csv, &[gzip(text.as_bytes())]);
    assert_eq!(outcome(folder.path(), &ReadOptions::default()).0, [("S005", Some(1)), ("S005", Some(2))]);
}

/// A reader that reads on until a row is good would not see that the user wants to stop.
#[test]
fn what_is_left_out_for_long_can_be_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let bad = line("bad").replace("\"5\"", "\"five\"");
    let rows = (6 << 20) / bad.len();
    let of_another = vec![Some(&b"a"[..]); 400];
    let options = ReadOptions { batch_rows: 100, ..ReadOptions::default() };
    let endless = gzip(&[bad.repeat(rows).as_bytes(), "\n".repeat(6 << 20).as_bytes()].concat());
    for (format, content, rows) in
        [(Format::Csv, endless, rows), (Format::Parquet, parquet_with_keys("videos", &of_another), of_another.len())]
    {
        delivery(folder.path()).write_parts(format, &[content]);
        let found = discover(&[folder.path().to_owned()]).unwrap();
        let (delivery, mut told) = (&found.deliveries[0], 0);
        let mut tell = |_| told += 1;
        let reader = PartReader::open(delivery, &delivery.parts[0], &options, &mut tell);
        let (mut reader, mut looks) = (reader.unwrap().unwrap(), Vec::new());
        while let Some(batch) = reader.next_batch(&mut tell).unwrap() {
            assert!(batch.is_empty());
            looks.push(reader.rows() as usize);
        }
        assert_eq!((reader.rows() as usize, told), (rows, rows));
        let longest = looks.windows(2).map(|look| look[1] - look[0]).chain([looks[0]]).max().unwrap();
        assert!(longest < rows / 2, "{format:?}: {looks:?} of {rows}");
        assert!(format != Format::Csv || looks.len() >= 5, "blank lines are rows to nobody, and take as long");
    }
}

#[test]
fn a_bad_key_in_parquet_costs_its_row_only() {
    let folder = tempfile::tempdir().unwrap();
    let long = [b'k'; 1_025];
    let keys: [Option<&[u8]>; 6] = [Some(b"a"), Some(b"\xff"), None, Some(b""), Some(&long), Some(b"z")];
    delivery(folder.path()).write_parts(Format::Parquet, &[parquet_with_keys("photos", &keys)]);
    let defects = (2..=5).map(|row| ("S005", Some(row))).collect();
    assert_eq!(outcome(folder.path(), &ReadOptions::default()), (defects, 2));
    // Rows of another bucket are found although the column is not read where its statistics will do.
    delivery(folder.path()).write_parts(Format::Parquet, &[parquet_with_keys("videos", &[Some(b"a")])]);
    assert_eq!(outcome(folder.path(), &ReadOptions::default()), (vec![("S005", Some(1))], 0));
}

#[test]
fn each_problem_of_a_part_has_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = (0..20).map(|number| Row::new(&format!("key{number}"))).collect();
    let csv = gzip(csv_text("photos", COLUMNS, &rows).as_bytes());
    let columnar = parquet("photos", COLUMNS, &rows);
    let no_key: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let no_key = parquet_of(RecordBatch::try_from_iter([("name", no_key)]));
    let endless = gzip(&vec![b'a'; 8 << 20]);
    let twice = gzip(format!("{}{}{}", line("a"), line("a"), line("b")).as_bytes());
    let striped = orc("photos", COLUMNS, &rows);
    let twice_orc = orc("photos", COLUMNS, &["a", "a", "b"].map(Row::new));
    let twice_columnar = parquet("photos", COLUMNS, &["a", "a", "b"].map(Row::new));
    for (what, format, content, code, row, rows) in [
        ("cut gzip", Format::Csv, csv[..csv.len() / 2].to_vec(), "S003", None, None),
        ("garbage behind gzip", Format::Csv, [&csv[..], b"garbage"].concat(), "S003", Some(20), Some(20)),
        ("no gzip", Format::Csv, b"\"photos\",\"a\"\n".to_vec(), "S003", Some(0), Some(0)),
        ("a line without end", Format::Csv, endless, "S003", Some(0), Some(0)),
        ("a row twice", Format::Csv, twice, "S010", Some(2), Some(3)),
        ("a row twice", Format::Parquet, twice_columnar, "S010", Some(2), Some(3)),
        ("cut footer", Format::Parquet, columnar[..columnar.len() - 1].to_vec(), "S003", Some(0), Some(0)),
        ("text", Format::Parquet, b"PAR1 no parquet PAR1".to_vec(), "S003", Some(0), Some(0)),
        ("a row twice", Format::Orc, twice_orc, "S010", Some(2), Some(3)),
        ("cut tail", Format::Orc, striped[..striped.len() - 1].to_vec(), "S003", Some(0), Some(0)),
        ("text", Format::Orc, b"ORC no orc ORC".to_vec(), "S003", Some(0), Some(0)),
        ("no key", Format::Parquet, no_key, "S003", Some(0), Some(0)),
    ] {
        delivery(folder.path()).write_parts(format, &[content]);
        let (defects, read) = outcome(folder.path(), &ReadOptions::default());
        assert_eq!(defects.iter().map(|defect| defect.0).collect::<Vec<_>>(), [code], "{what}");
        assert!(row.is_none_or(|row| defects[0].1 == Some(row)), "{what}: {defects:?}");
        assert!(rows.is_none_or(|rows| rows == read), "{what}: {read} rows");
    }
}

#[test]
fn what_the_manifest_states_is_held_against_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let delivery = delivery(folder.path());
        let path = delivery.write(format, &[vec![Row::new("a")]]);
        let sound: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let no_checksums = ReadOptions { verify: false, ..ReadOptions::default() };
        let change = |field: &str, value: serde_json::Value| {
            let mut manifest = sound.clone();
            manifest["files"][0][field] = value;
            delivery.write_manifest(&manifest);
        };
        change("MD5checksum", "d41d8cd98f00b204e9800998ecf8427e".into());
        assert_eq!(outcome(folder.path(), &ReadOptions::default()), (vec![("S001", None)], 1));
        assert_eq!(outcome(folder.path(), &no_checksums), (vec![], 1));
        // One cause, one defect: a wrong size implies a wrong MD5.
        change("size", 1.into());
        assert_eq!(outcome(folder.path(), &ReadOptions::default()), (vec![("S001", None)], 1));
        assert_eq!(outcome(folder.path(), &no_checksums), (vec![("S001", None)], 1));
        change("key", "inventories/photos/daily/data/gone".into());
        assert_eq!(outcome(folder.path(), &ReadOptions::default()), (vec![("S002", None)], 0));
        change("key", "../../etc/passwd".into());
        assert_eq!(outcome(folder.path(), &ReadOptions::default()), (vec![("S002", None)], 0));
        let mut manifest = sound.clone();
        manifest["files"] = vec![sound["files"][0].clone(); 2].into();
        delivery.write_manifest(&manifest);
        assert_eq!(outcome(folder.path(), &ReadOptions::default()), (vec![("S010", None)], 1));
        delivery.write_manifest(&sound);
        std::fs::write(path.with_extension("checksum"), "0".repeat(32)).unwrap();
        assert_eq!(outcome(folder.path(), &ReadOptions::default()), (vec![("S001", None)], 1));
    }
}

#[test]
fn times_of_every_unit_mean_the_same_instant() {
    let folder = tempfile::tempdir().unwrap();
    let millis = 1_715_035_068_123;
    let times: [ArrayRef; 3] = [
        Arc::new(TimestampMicrosecondArray::from(vec![millis * 1_000 + 999])),
        Arc::new(TimestampNanosecondArray::from(vec![millis * 1_000_000]).with_timezone("UTC")),
        Arc::new(Int64Array::from(vec![millis])),
    ];
    for time in times {
        let (bucket, key): (ArrayRef, ArrayRef) =
            (Arc::new(StringArray::from(vec!["photos"])), Arc::new(StringArray::from(vec!["a"])));
        // Names are taken from the footer, in any case.
        let columns = [("BUCKET", bucket), ("Key", key), ("Last_Modified_Date", time)];
        delivery(folder.path()).write_parts(Format::Parquet, &[parquet_of(RecordBatch::try_from_iter(columns))]);
        let (rows, defects) = read(folder.path(), &ReadOptions::default());
        assert_eq!(rows, [Row { key: "a".to_owned(), modified: Some(millis), ..Row::default() }]);
        assert!(defects.is_empty());
    }
}

#[test]
fn no_cut_part_passes_for_a_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let rows = ["a", "b b", "c"].map(Row::new);
    for format in Format::ALL {
        let whole = format.encode("photos", COLUMNS, &rows);
        for end in 1..whole.len() {
            delivery(folder.path()).write_parts(format, &[whole[..end].to_vec()]);
            let (defects, _) = outcome(folder.path(), &ReadOptions::default());
            assert!(defects.iter().any(|defect| defect.0 == "S003"), "{format:?} cut at {end}: {defects:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_flipped_bit_makes_a_reader_panic(format in prop::sample::select(&Format::ALL[..]), flips in proptest::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..4)) {
        let folder = tempfile::tempdir().unwrap();
        let rows: Vec<Row> = (0..20).map(|number| Row::new(&format!("folder/key {number}"))).collect();
        let delivery = delivery(folder.path());
        let mut content = format.encode("photos", COLUMNS, &rows);
        for (at, bit) in flips {
            let at = at.index(content.len());
            content[at] ^= 1 << bit;
        }
        delivery.write_parts(format, &[content]);
        let (rows, _) = read(folder.path(), &ReadOptions::default());
        prop_assert!(rows.len() <= 20);
    }
}
