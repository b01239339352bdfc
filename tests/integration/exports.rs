//! Exports are found and read, and what is wrong with them is told.

use std::path::Path;

use proptest::prelude::*;
use stocktake::model::UserError;
use stocktake::source::SourceError;
use stocktake::source::export::{ItemReader, discover};

use crate::raw_delivery::{Export, gzip};

fn line(id: &str) -> String {
    format!("{{\"Item\":{{\"id\":{{\"S\":\"{id}\"}}}}}}")
}

/// The ids that an export holds, and the codes and rows of its defects.
fn outcome(input: &Path, verify: bool) -> (Vec<String>, Vec<(&'static str, Option<u64>)>) {
    let found = discover(&[input.to_owned()]).unwrap();
    let (mut ids, mut defects) = (Vec::new(), found.exports[0].defects.clone());
    for file in &found.exports[0].files {
        let mut tell = |defect| defects.push(defect);
        let Some(mut reader) = ItemReader::open(file, verify, &mut tell).unwrap() else { continue };
        while let Some(item) = reader.next_item(&mut tell).unwrap() {
            ids.push(item.root().get("id").unwrap().text().to_owned());
        }
    }
    (ids, defects.iter().map(|defect| (defect.problem.code(), defect.row)).collect())
}

#[test]
fn every_file_of_the_newest_export_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let old = Export { time: "2024-05-06T01:00:00Z".to_owned(), ..Export::new(folder.path()) };
    old.write(&[vec![line("old")]]);
    let export = Export::new(folder.path());
    let summary = export.write(&[vec![line("a"), String::new(), line("b")], vec![], vec![line("c")]]);
    // The blank line is counted by the writer, not by the reader.
    let (ids, defects) = outcome(folder.path(), true);
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(defects, [("S004", None)]);
    let export_again = Export::new(folder.path());
    export_again.write(&[vec![line("a"), line("b")], vec![], vec![line("c")]]);
    let expected = (["a", "b", "c"].map(String::from).to_vec(), vec![]);
    for input in [folder.path(), &folder.path().join("exports"), &export.folder(), &summary] {
        assert_eq!(outcome(input, true), expected, "{}", input.display());
    }
    let found = discover(&[folder.path().to_owned()]).unwrap();
    assert_eq!((found.exports[0].table.as_str(), found.exports[0].item_count), ("jobs", Some(3)));
    assert!(found.exports[0].verified);
    // Documented, not met: another name for the checksums.
    for stem in ["manifest-files", "manifest-summary"] {
        let [written, documented] = ["md5", "checksum"].map(|end| export.folder().join(format!("{stem}.{end}")));
        std::fs::rename(written, documented).unwrap();
    }
    assert_eq!(outcome(folder.path(), true), expected);
    std::fs::remove_file(export.folder().join("manifest-files.json")).unwrap();
    assert_eq!(outcome(folder.path(), true).0, ["old"]);
    assert_eq!(discover(&[folder.path().to_owned()]).unwrap().passed_over.len(), 1);
}

#[test]
fn each_problem_of_an_export_has_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let export = Export::new(folder.path());
    let good = gzip(format!("{}\n{}\n", line("a"), line("b")).as_bytes());
    let broken = gzip(format!("{}\n{{\"Item\":{{\n{}", line("a"), line("b")).as_bytes());
    for (what, content, items, expected) in [
        ("fewer items than stated", good.clone(), 3, ("S004", None)),
        ("more items than stated", good.clone(), 1, ("S004", None)),
        ("a line that is no item", broken, 3, ("S005", Some(2))),
        ("a cut file", good[..good.len() - 1].to_vec(), 2, ("S003", Some(2))),
        ("no gzip", line("a").into_bytes(), 1, ("S003", Some(0))),
    ] {
        export.write_files(&[(content, items)]);
        assert_eq!(outcome(folder.path(), true).1, [expected], "{what}");
    }
    export.write_files(&[(good.clone(), 2)]);
    let data = export.folder().join("data/file0.json.gz");
    std::fs::write(&data, gzip(format!("{}\n{}\n", line("a"), line("c")).as_bytes())).unwrap();
    assert_eq!(outcome(folder.path(), true).1, [("S001", None)]);
    assert_eq!(outcome(folder.path(), false).1, []);
    std::fs::remove_file(data).unwrap();
    assert_eq!(outcome(folder.path(), true).1, [("S002", None)]);

    let list = std::fs::read_to_string(export.folder().join("manifest-files.json")).unwrap();
    export.write_files(&[(good.clone(), 2)]);
    export.write_manifest("manifest-files", &list.repeat(2));
    assert_eq!(outcome(folder.path(), true).1, [("S010", None)]);
    export.write_manifest("manifest-files", &format!("{{}}\n{list}"));
    assert_eq!(outcome(folder.path(), true).1, [("S003", Some(1))]);
    export.write_manifest("manifest-files", &list.replace("\"itemCount\":2", "\"itemCount\":1"));
    assert_eq!(outcome(folder.path(), true).1, [("S004", None), ("S004", None)], "the sum, and the file");
    export.write_manifest("manifest-files", &list);
    std::fs::write(export.folder().join("manifest-files.md5"), "FjvgqIxwymKf1RbbqtrZag==").unwrap();
    assert_eq!(outcome(folder.path(), true).1, [("S001", None)]);
    std::fs::remove_file(export.folder().join("manifest-files.md5")).unwrap();
    assert_eq!(outcome(folder.path(), true).1, [("S013", None)]);

    let filtered = Export { fields: vec![("filterSpecification", "id = 1".into())], ..export };
    filtered.write_files(&[(good, 2)]);
    assert_eq!(outcome(folder.path(), true).1, [("S009", None)]);
    assert_eq!(discover(&[folder.path().to_owned()]).unwrap().exports[0].unknown_fields, ["filterSpecification"]);
}

#[test]
fn lines_that_are_no_items_can_be_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    for line in ["{}\n", "\n"] {
        Export::new(folder.path()).write_files(&[(gzip(line.repeat(20_000).as_bytes()), 0)]);
        let found = discover(&[folder.path().to_owned()]).unwrap();
        let mut reader = ItemReader::open(&found.exports[0].files[0], true, &mut |_| {}).unwrap().unwrap();
        let mut told = 0;
        let stopped = reader.next_item_unless(&|| true, &mut |_| told += 1).map(|item| item.is_some());
        assert!(matches!(stopped, Err(SourceError::Interrupted)), "{line:?}: {stopped:?}");
        assert!(told < 5_000, "{told} lines were read first");
    }
}

#[test]
fn exports_that_cannot_be_used_say_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |fields: Vec<(&'static str, serde_json::Value)>| {
        let export = Export { fields, ..Export::new(folder.path()) };
        export.write(&[]);
        let errors = [folder.path().to_owned(), export.folder()].map(|input| discover(&[input]).unwrap_err());
        assert!(errors.iter().all(|error| error.help().is_some()));
        errors
    };
    let [searched, named] = refused(vec![("outputFormat", "PARQUET".into())]);
    assert!(matches!(searched, SourceError::UnknownFormat { .. }), "{searched}");
    assert!(matches!(named, SourceError::UnknownFormat { .. }), "{named}");
    let [_, named] = refused(vec![("exportType", "INCREMENTAL_EXPORT".into())]);
    assert!(matches!(named, SourceError::NotManifest { .. }), "{named}");
    let [_, named] = refused(vec![("tableArn", "jobs".into())]);
    assert!(matches!(named, SourceError::NotManifest { .. }), "{named}");
}

proptest! {
    #[test]
    fn no_flipped_bit_makes_the_reader_panic(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..4), plain in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let flip = |content: &mut Vec<u8>| for (at, bit) in &flips {
            let at = at.index(content.len());
            content[at] ^= 1 << bit;
        };
        let mut text = format!("{}\n{}\n", line("a"), r#"{"Item":{"id":{"S":"\ud83d\ude00"},"m":{"M":{"l":{"L":[{"N":"-1.5E3"}]}}}}}"#).into_bytes();
        if plain {
            flip(&mut text);
        }
        let mut content = gzip(&text);
        if !plain {
            flip(&mut content);
        }
        Export::new(folder.path()).write_files(&[(content, 2)]);
        let found = discover(&[folder.path().to_owned()]).unwrap();
        let mut reader = ItemReader::open(&found.exports[0].files[0], true, &mut |_| {}).unwrap().unwrap();
        let mut items = 0;
        while reader.next_item(&mut |_| {}).unwrap().is_some() {
            items += 1;
        }
        prop_assert!(items <= 4);
    }
}
