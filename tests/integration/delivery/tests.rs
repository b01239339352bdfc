//! What the writers promise, held against bytes and rules that AWS is known to have written.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::{any, prop_assert_eq, proptest};
use serde_json::json;

use super::{Column, Export, Files, Format, Inventory, ObjectRow, typed, write_export, write_inventory};

/// 2026-11-22T01:00:00Z.
const NIGHT: i64 = 1_795_309_200_000;

fn text_of(gzip: &[u8]) -> String {
    let mut text = String::new();
    MultiGzDecoder::new(gzip).read_to_string(&mut text).unwrap();
    text
}

fn only_ending<'a>(files: &'a Files, ending: &str) -> &'a [u8] {
    let mut found = files.0.iter().filter(|(key, _)| key.ends_with(ending));
    let (_, bytes) = found.next().unwrap();
    assert_eq!(found.next(), None, "one file ends in {ending}");
    bytes
}

#[test]
fn csv_rows_are_written_in_the_dialect_of_aws() {
    let rows = vec![
        ObjectRow { version_id: Some("v1".into()), ..ObjectRow::new("a b+c%d/é,\"\n~*.txt", 5, NIGHT) },
        ObjectRow::delete_marker("gone", "v2", NIGHT + 1),
    ];
    let columns = &Column::ALL[..10];
    let files = Inventory::nightly("media", NIGHT, Format::Csv, columns).files(&[rows]);
    let text = text_of(only_ending(&files, ".csv.gz"));
    let (object, marker) = text.split_once('\n').unwrap();
    let key = "a+b%2Bc%25d/%C3%A9%2C%22%0A%7E*.txt";
    let e_tag = super::digest("a b+c%d/é,\"\n~*.txt");
    let rest = format!(r#""5","2026-11-22T01:00:00.000Z","{e_tag}","STANDARD","false""#);
    assert_eq!(object, format!(r#""media","{key}","v1","true","false",{rest}"#));
    let rest = r#""","2026-11-22T01:00:00.001Z","","","""#;
    assert_eq!(marker, format!("\"media\",\"gone\",\"v2\",\"true\",\"true\",{rest}\n"));
}

#[test]
fn a_manifest_is_printed_as_jackson_prints_it_and_verified_by_33_bytes() {
    let files = Inventory::nightly("media", NIGHT, Format::Csv, &Column::ALL[..2]).files(&[]);
    let manifest = only_ending(&files, "media/nightly/2026-11-22T01-00Z/manifest.json");
    let expected = r#"{
  "sourceBucket" : "media",
  "destinationBucket" : "arn:aws:s3:::audit-deliveries",
  "version" : "2016-11-30",
  "creationTimestamp" : "1795309200000",
  "fileFormat" : "CSV",
  "fileSchema" : "Bucket, Key",
  "files" : [ ]
}"#;
    assert_eq!(std::str::from_utf8(manifest).unwrap(), expected);
    let checksum = only_ending(&files, "manifest.checksum");
    assert_eq!(std::str::from_utf8(checksum).unwrap(), format!("{}\n", super::digest(expected)));
    assert_eq!(checksum.len(), 33);
    assert_eq!(only_ending(&files, "media/nightly/hive/dt=2026-11-22-01-00/symlink.txt"), b"");
}

#[test]
fn a_listed_part_has_the_stated_size_and_checksum() {
    let parts = [vec![ObjectRow::new("a", 1, NIGHT)], vec![]];
    for format in Format::ALL {
        let files = Inventory::nightly("media", NIGHT, format, &Column::current()).files(&parts);
        let manifest: serde_json::Value = serde_json::from_slice(only_ending(&files, "manifest.json")).unwrap();
        let listed = manifest["files"].as_array().unwrap();
        assert_eq!(listed.len(), 2);
        for part in listed {
            let bytes = &files.0[part["key"].as_str().unwrap()];
            assert_eq!(part["size"], bytes.len());
            assert_eq!(part["MD5checksum"], super::hex(&super::md5(bytes)));
        }
    }
}

#[test]
fn parquet_has_the_schema_and_the_writer_of_aws() {
    let parts = [vec![ObjectRow::new("a/é", 1, NIGHT), ObjectRow::delete_marker("b", "v", NIGHT)]];
    let files = Inventory::nightly("media", NIGHT, Format::Parquet, Column::ALL).files(&parts);
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(only_ending(&files, ".parquet"))).unwrap();
    let metadata = reader.metadata().file_metadata();
    assert_eq!(metadata.schema().name(), "s3.inventory");
    assert_eq!(metadata.created_by(), Some("parquet-mr version 1.12.2"));
    assert_eq!(metadata.version(), 1);
    assert!(metadata.key_value_metadata().is_none());
    let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].contains(r#"key: "a/é", version_id: null, is_latest: true, is_delete_marker: false, size: 1,"#));
    assert!(rows[1].contains("size: null") && rows[1].contains(r#"bucket_key_status: "DISABLED""#));
}

#[test]
fn an_export_is_laid_out_and_verified_as_aws_does_it() {
    let item = typed(&json!({ "id": "a", "n": 1.5, "on": true, "none": null, "list": [{ "s3": "x" }] }));
    let export = Export::full("jobs", NIGHT);
    let files = export.files(&[vec![item], vec![]]);
    let lines = std::str::from_utf8(only_ending(&files, "manifest-files.json")).unwrap();
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let data = text_of(&files.0[first["dataFileS3Key"].as_str().unwrap()]);
    let expected = concat!(
        r#"{"id":{"S":"a"},"list":{"L":[{"M":{"s3":{"S":"x"}}}]},"#,
        r#""n":{"N":"1.5"},"none":{"NULL":true},"on":{"BOOL":true}}"#,
    );
    assert_eq!(data, format!("{{\"Item\":{expected}}}\n"));
    let empty: serde_json::Value = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
    assert_eq!(empty["md5Checksum"], "FjvgqIxwymKf1RbbqtrZag==", "the MD5 of every empty data file AWS has written");
    assert_eq!(empty["itemCount"], 0);
    let summary: serde_json::Value = serde_json::from_slice(only_ending(&files, "manifest-summary.json")).unwrap();
    assert_eq!((&summary["itemCount"], &summary["exportTime"]), (&json!(1), &json!("2026-11-22T01:00:00.000Z")));
    assert_eq!(only_ending(&files, "manifest-files.md5").len(), 24);
    assert_eq!(only_ending(&files, "_started"), b"");
}

#[test]
fn a_data_file_has_the_etag_that_s3_gives_to_one_part() {
    // A pair from a real export.
    let md5 = [0xcb, 0xec, 0xe0, 0xe5, 0xf5, 0x5e, 0xb9, 0xd6, 0xf7, 0x47, 0x70, 0xce, 0x43, 0xe4, 0x4a, 0x80];
    assert_eq!(super::export::multipart_etag(md5), "b5443265c5e545b6c8d8275e0b6f8c15-1");
}

#[test]
fn the_writers_give_the_folder_of_what_they_wrote() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [vec![ObjectRow::new("a", 1, NIGHT)]];
    let inventory = write_inventory(dir.path(), "media", NIGHT, &rows, Format::Csv, &Column::current());
    assert!(inventory.join("manifest.json").is_file());
    let export = write_export(dir.path(), "jobs", NIGHT, &[vec![typed(&json!({ "id": "a" }))]]);
    assert!(export.join("manifest-summary.json").is_file());
}

proptest! {
    #[test]
    fn a_form_encoded_key_decodes_to_itself(key in any::<String>()) {
        let rows = vec![ObjectRow::new(key.as_str(), 0, NIGHT)];
        let files = Inventory::nightly("b", NIGHT, Format::Csv, &[Column::Key]).files(&[rows]);
        let text = text_of(only_ending(&files, ".csv.gz"));
        let cell = text.strip_prefix('"').unwrap().strip_suffix("\"\n").unwrap().replace('+', " ");
        let mut decoded = Vec::new();
        let mut rest = cell.as_bytes();
        while let Some((&byte, tail)) = rest.split_first() {
            let (byte, tail) = match byte {
                b'%' => (u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap(), &tail[2..]),
                _ => (byte, tail),
            };
            decoded.push(byte);
            rest = tail;
        }
        prop_assert_eq!(decoded, key.as_bytes());
    }
}
