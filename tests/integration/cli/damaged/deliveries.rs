//! Damaged inventories.

use parquet::file::metadata::{FileMetaData, ParquetMetaDataBuilder, ParquetMetaDataReader, ParquetMetaDataWriter};

use super::Expected::{Refused, Told};
use super::{Case, Expected, Row};
use crate::cli::runner::{INVENTORY_TIME, WRITTEN_AT, World};
use crate::delivery::{Column, Format, Inventory, ObjectRow, Part, hex, md5};

const KEYS: [&str; 2] = ["video/a1/clip.mp4", "video/a2/clip.mp4"];

/// The sound world with an inventory of one part, which `damage` may change, as what the manifest lists.
fn case(
    what: &'static str,
    format: Format,
    expected: Expected,
    damage: impl Fn(&Inventory<'_>, Part) -> Vec<Part>,
) -> Case {
    let world = World::of(&[], &KEYS);
    std::fs::remove_dir_all(world.path("inventory")).unwrap();
    let columns = [Column::Bucket, Column::Key, Column::Size, Column::LastModifiedDate];
    let inventory = Inventory::nightly("media", INVENTORY_TIME, format, &columns);
    let rows = KEYS.map(|key| ObjectRow::new(key, 1_000, WRITTEN_AT));
    let parts = damage(&inventory, inventory.part(0, &rows));
    inventory.seal(&parts).write(&world.path("inventory"));
    Case { what, world, expected }
}

/// A case of a part with other bytes, stated rightly.
fn restated(what: &'static str, format: Format, expected: Expected, damage: impl Fn(Vec<u8>) -> Vec<u8>) -> Case {
    case(what, format, expected, |_, mut part| {
        let bytes = part.bytes.take().unwrap();
        part.replace(damage(bytes));
        vec![part]
    })
}

/// A case of three CSV rows, of which the second is this one.
fn second_row(what: &'static str, row: &'static str) -> Case {
    let line = |key: &str| format!("\"media\",\"{key}\",\"1000\",\"2026-11-01T00:00:00.000Z\"\n");
    case(what, Format::Csv, Told("S005", ".csv.gz", Row::Is(2)), |inventory, _| {
        vec![inventory.part_of_text(0, &format!("{}{row}\n{}", line(KEYS[0]), line(KEYS[1])))]
    })
}

/// A case of another manifest, with the checksum that fits it.
fn manifest(what: &'static str, expected: Expected, damage: impl Fn(String) -> String) -> Case {
    let case = case(what, Format::Csv, expected, |_, part| vec![part]);
    let name = case.world.manifest();
    let text = damage(case.world.read(&name));
    case.world.write(&name.replace("manifest.json", "manifest.checksum"), hex(&md5(text.as_bytes())));
    case.world.write(&name, text);
    case
}

/// A Parquet part whose footer claims so many rows.
fn claiming(bytes: &[u8], rows: i64) -> Vec<u8> {
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&bytes::Bytes::copy_from_slice(bytes)).unwrap();
    let file = metadata.file_metadata();
    let claimed = FileMetaData::new(file.version(), rows, None, None, file.schema_descr_ptr(), None);
    let group = metadata.row_group(0).clone().into_builder().set_num_rows(rows).build().unwrap();
    let metadata = ParquetMetaDataBuilder::new(claimed).set_row_groups(vec![group]).build();
    // The old footer stays where it is: what it says counts no more.
    let mut content = bytes.to_vec();
    let mut footer = Vec::new();
    ParquetMetaDataWriter::new(&mut footer, &metadata).finish().unwrap();
    content.extend(footer);
    content
}

/// A Parquet part whose keys lie in a page that claims to hold two gigabytes.
fn swelling(bytes: &[u8]) -> Vec<u8> {
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&bytes::Bytes::copy_from_slice(bytes)).unwrap();
    let file = metadata.file_metadata();
    let group = metadata.row_group(0);
    // A data page of two values; in Thrift's compact protocol: its kind, both sizes, and how it is encoded.
    let page = [
        &[0x15, 0, 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x15, 0x10, 0x2c, 0x15, 4, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0][..],
        &[0; 8],
    ]
    .concat();
    let columns = group.columns().iter().map(|column| {
        if column.column_path().string() != "key" {
            return column.clone();
        }
        let column = column.clone().into_builder().set_dictionary_page_offset(None);
        let column = column.set_data_page_offset(bytes.len() as i64).set_total_compressed_size(page.len() as i64);
        column.build().unwrap()
    });
    let group = group.clone().into_builder().set_column_metadata(columns.collect()).build().unwrap();
    let same = FileMetaData::new(file.version(), file.num_rows(), None, None, file.schema_descr_ptr(), None);
    let metadata = ParquetMetaDataBuilder::new(same).set_row_groups(vec![group]).build();
    let mut content = [bytes, &page].concat();
    let mut footer = Vec::new();
    ParquetMetaDataWriter::new(&mut footer, &metadata).finish().unwrap();
    content.extend(footer);
    content
}

/// Two gigabytes of one letter, as members of gzip.
fn bomb() -> Vec<u8> {
    let member = Inventory::nightly("media", INVENTORY_TIME, Format::Csv, &[]).part_of_text(0, &"a".repeat(16 << 20));
    member.bytes.unwrap().repeat(128)
}

pub(super) fn cases() -> Vec<Case> {
    let flip = |_: &Inventory<'_>, mut part: Part| {
        // The byte of gzip's header that names the system: every row is still read.
        part.bytes.as_mut().unwrap()[9] ^= 1;
        vec![part]
    };
    let gone = |_: &Inventory<'_>, part: Part| vec![Part { bytes: None, ..part }];
    let half = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    let no_end = |bytes: Vec<u8>| bytes[..bytes.len() - 3].to_vec();
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let mut cases = vec![
        case("a flipped bit", Format::Csv, Told("S001", ".csv.gz", Row::None), flip),
        restated("a cut gzip with its MD5", Format::Csv, Told("S003", ".csv.gz", Row::Any), half),
        restated("a gzip bomb", Format::Csv, Told("S003", ".csv.gz", Row::Is(0)), |_| bomb()),
        second_row("a short row", "\"media\",\"video/x\",\"5\""),
        second_row("a bad escape", "\"media\",\"video/%zz\",\"5\",\"2026-11-01T00:00:00.000Z\""),
        second_row("a key that is not UTF-8", "\"media\",\"video/%FF\",\"5\",\"2026-11-01T00:00:00.000Z\""),
        second_row("a row of another bucket", "\"other\",\"video/x\",\"5\",\"2026-11-01T00:00:00.000Z\""),
        manifest("an unknown format", Refused("`Avro`, which is none of"), |text| text.replace("\"CSV\"", "\"Avro\"")),
        manifest("a schema without a key", Refused("no column `Key`"), |text| text.replace("Bucket, Key,", "Bucket,")),
        manifest("a manifest cut short", Refused("not the manifest"), |text| text[..text.len() / 2].to_owned()),
        manifest("deep JSON in a manifest", Refused("not the manifest"), move |text| {
            text.replace(&format!("\"{INVENTORY_TIME}\""), &deep)
        }),
    ];
    for (format, name) in [(Format::Csv, ".csv.gz"), (Format::Parquet, ".parquet"), (Format::Orc, ".orc")] {
        cases.push(case("a missing part", format, Told("S002", name, Row::None), gone));
        let twice = |_: &Inventory<'_>, part: Part| vec![part.clone(), part];
        cases.push(case("a part listed twice", format, Told("S010", name, Row::None), twice));
    }
    for (format, name) in [(Format::Parquet, ".parquet"), (Format::Orc, ".orc")] {
        cases.push(restated("a footer cut off", format, Told("S003", name, Row::Is(0)), no_end));
        // Where the length of the tail stands.
        let from_end = if format == Format::Parquet { 5 } else { 1 };
        cases.push(restated("a broken footer", format, Told("S003", name, Row::Any), move |mut bytes| {
            let at = bytes.len() - from_end;
            bytes[at] ^= 0x40;
            bytes
        }));
        cases.push(restated("half a file", format, Told("S003", name, Row::Is(0)), half));
    }
    let claims = Told("S003", ".parquet", Row::Any);
    cases.push(restated("two thousand million rows claimed", Format::Parquet, claims, |bytes| {
        claiming(&bytes, 1 << 31)
    }));
    let claims = Told("S003", ".parquet", Row::Is(0));
    cases.push(restated("a page of two gigabytes claimed", Format::Parquet, claims, |bytes| swelling(&bytes)));
    let claims = Told("S003", ".parquet", Row::Is(0));
    cases.push(restated("more rows than any file has", Format::Parquet, claims, |bytes| claiming(&bytes, i64::MAX)));
    cases
}
