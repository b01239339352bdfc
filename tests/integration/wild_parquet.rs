//! Parquet as other writers than AWS's leave it: every codec, page and kind of time, and the columns of S3 Metadata.

use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{MapBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, TimestampMillisecondArray,
};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int96, Int96Type};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use stocktake::source::inventory::{Column, PartReader, ReadOptions, Told, discover, discover_told};

use crate::inventories::read;
use crate::raw_delivery::{Delivery, Format, Row};

/// 2024-05-06T22:37:48.123Z.
const AT: i64 = 1_715_035_068_123;

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn write(columns: Vec<(&str, ArrayRef)>, properties: WriterProperties) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// What a delivery of one part gives; nothing may be wrong with it.
fn rows_of(folder: &Path, part: Vec<u8>) -> Vec<Row> {
    Delivery::new(folder).write_parts(Format::Parquet, &[part]);
    let (rows, defects) = read(folder, &ReadOptions::default());
    assert_eq!(defects, []);
    rows
}

#[test]
fn every_codec_and_page_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<String> = (0..500).map(|number| format!("folder/object é+ %20 {number}")).collect();
    for codec in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
    ] {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            for dictionary in [true, false] {
                let properties = WriterProperties::builder()
                    .set_compression(codec)
                    .set_writer_version(version)
                    .set_dictionary_enabled(dictionary)
                    .set_max_row_group_row_count(Some(200))
                    .set_data_page_row_count_limit(70)
                    .build();
                // Neither AWS's order nor all of its columns, and one that it does not know.
                let columns = vec![
                    ("colour", texts(&vec![Some("red"); keys.len()])),
                    ("size", Arc::new(Int64Array::from_iter_values(0..keys.len() as i64)) as ArrayRef),
                    ("key", Arc::new(StringArray::from(keys.clone())) as ArrayRef),
                    ("bucket", texts(&vec![Some("photos"); keys.len()])),
                    ("storage_class", texts(&vec![Some(""); keys.len()])),
                ];
                let rows = rows_of(folder.path(), write(columns, properties));
                let what = format!("{codec} {version:?} dictionary: {dictionary}");
                assert_eq!(rows.len(), keys.len(), "{what}");
                for (number, (row, key)) in rows.iter().zip(&keys).enumerate() {
                    // Keys are taken literally, and the empty text is none, as in CSV.
                    let expected = Row { key: key.clone(), size: Some(number as i64), ..Row::default() };
                    assert_eq!(*row, expected, "{what}");
                }
                let found = discover(&[folder.path().to_owned()]).unwrap();
                assert_eq!(found.deliveries[0].unknown_columns, ["colour"]);
                assert!(!found.deliveries[0].columns.contains(Column::LastModified));
            }
        }
    }
}

#[test]
fn a_time_is_utc_in_every_unit_with_or_without_a_zone() {
    let folder = tempfile::tempdir().unwrap();
    let millis = || TimestampMillisecondArray::from(vec![Some(AT), None]);
    let micros = || TimestampMicrosecondArray::from(vec![Some(AT * 1_000), None]);
    let times: [ArrayRef; 5] = [
        Arc::new(millis()),
        Arc::new(millis().with_timezone("UTC")),
        Arc::new(micros()),
        Arc::new(micros().with_timezone("UTC")),
        Arc::new(Int64Array::from(vec![Some(AT), None])),
    ];
    for time in times {
        let what = time.data_type().clone();
        let columns = vec![
            ("bucket", texts(&[Some("photos"); 2])),
            ("key", texts(&[Some("a"), Some("b")])),
            ("last_modified_date", time),
        ];
        let rows = rows_of(folder.path(), write(columns, WriterProperties::default()));
        assert_eq!(rows.iter().map(|row| row.modified).collect::<Vec<_>>(), [Some(AT), None], "{what}");
    }
}

#[test]
fn a_time_of_96_bits_is_read_whatever_its_year() {
    const DAY: i64 = 86_400_000;
    /// Of the day of the epoch.
    const JULIAN: i64 = 2_440_588;
    let folder = tempfile::tempdir().unwrap();
    // The last is beyond what nanoseconds in 64 bits can tell.
    let times = [0, AT, 253_402_300_799_999];
    let schema = "message spark_schema { required binary bucket (STRING); required binary key (STRING);
        optional int96 last_modified_date; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::default())).unwrap();
    let mut group = file.next_row_group().unwrap();
    for values in [["photos"; 3], ["a", "b", "c"]] {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&values.map(ByteArray::from), None, None).unwrap();
        column.close().unwrap();
    }
    let int96 = times.map(|time| {
        let nanos = (time % DAY) as u64 * 1_000_000;
        Int96::from(vec![nanos as u32, (nanos >> 32) as u32, (time / DAY + JULIAN) as u32])
    });
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int96Type>().write_batch(&int96, Some(&[1; 3]), None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    let rows = rows_of(folder.path(), file.into_inner().unwrap());
    assert_eq!(rows.iter().map(|row| row.modified).collect::<Vec<_>>(), times.map(Some));
}

#[test]
fn a_live_inventory_of_s3_metadata_is_read_by_its_own_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut tags = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for _ in 0..2 {
        tags.keys().append_value("team");
        tags.values().append_value("vision");
        tags.append(true).unwrap();
    }
    let columns = vec![
        ("bucket", texts(&[Some("photos"); 2])),
        ("key", texts(&[Some("a+b c"), Some("gone")])),
        ("sequence_number", texts(&[Some("1"), Some("2")])),
        ("version_id", texts(&[None, Some("v1")])),
        ("is_delete_marker", Arc::new(BooleanArray::from(vec![false, true])) as ArrayRef),
        ("size", Arc::new(Int64Array::from(vec![7, 0]))),
        ("last_modified_date", Arc::new(TimestampMicrosecondArray::from(vec![AT * 1_000; 2]))),
        ("is_multipart", Arc::new(BooleanArray::from(vec![true, false]))),
        ("object_tags", Arc::new(tags.finish())),
    ];
    let rows = rows_of(folder.path(), write(columns, WriterProperties::default()));
    let object = Row { key: "a+b c".to_owned(), size: Some(7), modified: Some(AT), ..Row::default() };
    // A delete marker has no size, whatever is written there.
    let marker = Row { key: "gone".to_owned(), version: Some("v1".to_owned()), modified: Some(AT), ..Row::default() };
    let [object, marker] = [(object, false), (marker, true)].map(|(row, is)| Row { is_delete_marker: Some(is), ..row });
    assert_eq!(rows, [object, marker]);
    let found = discover(&[folder.path().to_owned()]).unwrap();
    assert!(found.deliveries[0].unknown_columns.is_empty(), "{:?}", found.deliveries[0].unknown_columns);
}

#[test]
fn neither_spelling_of_the_schema_decides_anything() {
    let folder = tempfile::tempdir().unwrap();
    for schema in [
        "message s3.inventory {  required binary bucket (UTF8);  required binary key (UTF8);  optional int64 size;}",
        "message s3.inventory {  required binary bucket (STRING);  required binary key (STRING);  optional int64 size;}",
        "",
    ] {
        let delivery = Delivery { columns: vec![schema], ..Delivery::new(folder.path()) };
        let columns =
            vec![("bucket", texts(&[Some("photos")])), ("key", texts(&[Some("a")])), ("e_tag", texts(&[Some("e")]))];
        delivery.write_parts(Format::Parquet, &[write(columns, WriterProperties::default())]);
        let (rows, defects) = read(folder.path(), &ReadOptions::default());
        assert_eq!(defects, []);
        assert_eq!(rows, [Row { key: "a".to_owned(), e_tag: Some("e".to_owned()), ..Row::default() }], "{schema}");
    }
}

#[test]
fn a_part_with_other_columns_than_the_first_one_is_not_judged_by_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let part = |more: &[&str]| {
        let mut columns = vec![("bucket", texts(&[Some("photos")])), ("key", texts(&[Some("a")]))];
        columns.extend(more.iter().map(|name| (*name, texts(&[None]))));
        write(columns, WriterProperties::default())
    };
    for (first, second, reason) in [
        (&["storage_class"][..], &[][..], "it has no column StorageClass, and the first part has one"),
        (&[], &["storage_class"], "it has a column StorageClass, and the first part has none"),
    ] {
        Delivery::new(folder.path()).write_parts(Format::Parquet, &[part(first), part(second)]);
        let (rows, defects) = read(folder.path(), &ReadOptions::default());
        let told: Vec<_> =
            defects.iter().map(|defect| (defect.problem.code(), format!("{:?}", defect.problem))).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(told, [("S003", format!("Unreadable {{ reason: {reason:?} }}"))]);
    }
    // What AWS is not known to write may differ.
    Delivery::new(folder.path()).write_parts(Format::Parquet, &[part(&["colour"]), part(&[])]);
    assert_eq!(read(folder.path(), &ReadOptions::default()).1, []);
}

/// Where the footer states other numbers of rows than the pages hold.
#[test]
fn more_or_fewer_rows_than_the_footer_states_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<String> = (0..77).map(|number| format!("{number}")).collect();
    let properties = WriterProperties::builder().set_dictionary_enabled(false).build();
    let columns = vec![
        ("bucket", texts(&vec![Some("photos"); keys.len()])),
        ("key", Arc::new(StringArray::from(keys)) as ArrayRef),
    ];
    let whole = write(columns, properties);
    let footer = whole.len() - 8 - u32::from_le_bytes(whole[whole.len() - 8..][..4].try_into().unwrap()) as usize;
    // 77, 70 and 80 as Thrift writes them.
    let (held, others) = ([0x9a, 0x01], [[0x8c, 0x01], [0xa0, 0x01]]);
    for stated in others {
        let mut part = whole.clone();
        let places: Vec<usize> = (footer..part.len() - 1).filter(|&at| part[at..].starts_with(&held)).collect();
        assert!(places.len() >= 4, "rows of the file and of the group, values of both columns");
        places.iter().for_each(|&at| part[at..at + 2].copy_from_slice(&stated));
        Delivery::new(folder.path()).write_parts(Format::Parquet, &[part]);
        let (_, defects) = read(folder.path(), &ReadOptions::default());
        assert_eq!(defects.iter().map(|defect| defect.problem.code()).collect::<Vec<_>>(), ["S003"], "{stated:?}");
    }
}

/// A row of such a page may take as much memory as the page, so few of them are decoded at once.
#[test]
fn texts_that_go_on_from_the_text_before_are_decoded_a_few_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<String> = (0..1_000).map(|number| format!("folder/{number}")).collect();
    let delta = |column: &str| {
        WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_data_page_size_limit(8 << 20)
            .set_column_encoding(column.into(), parquet::basic::Encoding::DELTA_BYTE_ARRAY)
            .build()
    };
    let columns = vec![
        ("bucket", texts(&vec![Some("photos"); keys.len()])),
        ("key", Arc::new(StringArray::from(keys.clone())) as ArrayRef),
    ];
    Delivery::new(folder.path()).write_parts(Format::Parquet, &[write(columns, delta("key"))]);
    let found = discover(&[folder.path().to_owned()]).unwrap();
    let delivery = &found.deliveries[0];
    let mut tell = |defect| panic!("{defect:?}");
    let mut reader =
        PartReader::open(delivery, &delivery.parts[0], &ReadOptions::default(), &mut tell).unwrap().unwrap();
    let mut read = Vec::new();
    while let Some(batch) = reader.next_batch(&mut tell).unwrap() {
        assert!(batch.len() <= 256);
        read.extend((0..batch.len()).map(|row| String::from_utf8(batch.key(row).to_owned()).unwrap()));
    }
    assert_eq!(read, keys);
}

/// Large pages are refused only where each row may spell most of one.
#[test]
fn large_pages_of_other_columns_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<String> = (0..4_000).map(|number| format!("{number:05}{}", "k".repeat(1_000))).collect();
    let columns = || {
        vec![
            ("bucket", texts(&vec![Some("photos"); keys.len()])),
            ("key", Arc::new(StringArray::from(keys.clone())) as ArrayRef),
            ("e_tag", texts(&vec![Some("e"); keys.len()])),
        ]
    };
    let properties = |column: &str| {
        WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_data_page_size_limit(8 << 20)
            .set_write_batch_size(keys.len())
            .set_column_encoding(column.into(), parquet::basic::Encoding::DELTA_BYTE_ARRAY)
            .build()
    };
    assert_eq!(rows_of(folder.path(), write(columns(), properties("e_tag"))).len(), keys.len());
}

/// The parts that a `symlink.txt` names may come from anywhere.
#[test]
fn what_one_part_of_a_symlink_lacks_is_not_taken_for_there() {
    let folder = tempfile::tempdir().unwrap();
    let key = || ("key", texts(&[Some("a")]));
    let part = |more: Vec<(&'static str, ArrayRef)>| {
        write([vec![("bucket", texts(&[Some("photos")])), key()], more].concat(), WriterProperties::default())
    };
    let size = ("size", Arc::new(Int64Array::from(vec![1])) as ArrayRef);
    std::fs::write(folder.path().join("whole.parquet"), part(vec![size])).unwrap();
    std::fs::write(folder.path().join("short.parquet"), part(vec![])).unwrap();
    for names in [["whole", "short"], ["short", "whole"]] {
        let lines = names.map(|name| format!("s3://any/{name}.parquet\n")).concat();
        let symlink = folder.path().join("symlink.txt");
        std::fs::write(&symlink, lines).unwrap();
        let told = Told { bucket: Some("photos".to_owned()), ..Told::default() };
        let delivery = discover_told(&[symlink], &told).unwrap().deliveries.remove(0);
        assert!(delivery.columns.contains(Column::Size) && !delivery.has_everywhere(Column::Size), "{names:?}");
    }
}
