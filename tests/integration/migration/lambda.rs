//! The Lambda function, run by Python against a client of its own on the rows that a manifest holds.

use std::cell::RefCell;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::rc::Rc;

use serde_json::{Value, json};
use stocktake::migration::batch_operations::{LAMBDA_HANDLER, MAX_FIELD_CHARACTERS, ManifestWriter, Written};

use crate::codegen::tool;

/// The bytes of each manifest written.
#[derive(Clone, Default)]
struct Shelf(Rc<RefCell<Vec<Vec<u8>>>>);

struct Slot(Shelf, usize);

impl Write for Slot {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.0.borrow_mut()[self.1].extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The manifests of some moves, and those that found no place in them.
pub(super) fn manifests(moves: &[(String, String)], most_bytes: u64) -> (Vec<String>, Vec<(String, usize)>) {
    let shelf = Shelf::default();
    let mut overflow = Vec::new();
    let mut writer = ManifestWriter::new("line-1", most_bytes, |number| {
        assert_eq!(number, shelf.0.borrow().len());
        shelf.0.borrow_mut().push(Vec::new());
        Ok(Slot(shelf.clone(), number))
    });
    for (old, new) in moves {
        if let Written::Overflow(characters) = writer.write(old, new).unwrap() {
            overflow.push((old.clone(), characters));
        }
    }
    let count = writer.finish().unwrap();
    let written: Vec<String> = shelf.0.borrow().iter().map(|bytes| String::from_utf8(bytes.clone()).unwrap()).collect();
    assert_eq!(count, written.len());
    (written, overflow)
}

/// Runs every row of the manifests through the handler, with these objects in the bucket; gives the results, the
/// bucket and the calls that were made; nothing where there is no Python.
fn run_handler(manifests: &[String], objects: &Value) -> Option<Value> {
    run_handler_in("line-1", manifests, objects)
}

/// The same in a bucket of another name.
pub(super) fn run_handler_in(bucket: &str, manifests: &[String], objects: &Value) -> Option<Value> {
    run_handler_beside(bucket, manifests, objects, &json!({}), true)
}

/// The same beside a writer, who puts these objects at new keys once they were looked for.
fn run_handler_beside(
    bucket: &str,
    manifests: &[String],
    objects: &Value,
    late: &Value,
    knows_if_none_match: bool,
) -> Option<Value> {
    let python = tool("python3")?;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("copy_object.py"), LAMBDA_HANDLER).unwrap();
    std::fs::write(folder.path().join("run.py"), include_str!("stub_client.py")).unwrap();
    let fields: Vec<&str> =
        manifests.iter().flat_map(|text| text.lines()).map(|row| row.split_once(',').unwrap().1).collect();
    let mut python = Command::new(python)
        .arg(folder.path().join("run.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let given = json!({
        "bucket": bucket, "fields": fields, "objects": objects, "late": late, "knows_if_none_match": knows_if_none_match,
    });
    let given = given.to_string();
    python.stdin.take().unwrap().write_all(given.as_bytes()).unwrap();
    let done = python.wait_with_output().unwrap();
    assert!(done.status.success());
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

pub(super) fn object(size: u64, etag: &str) -> Value {
    json!({ "ContentLength": size, "ETag": etag, "StorageClass": "STANDARD_IA", "Metadata": { "made-by": "line 1" },
        "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key-1", "ChecksumCRC32": "AAAA==", "ChecksumType": "FULL_OBJECT" })
}

pub(super) fn hostile() -> Vec<(String, String)> {
    let keys = [
        "a b",
        "a+b",
        "a%20b",
        "a%2Bb",
        "a%252Fb",
        "comma,quote\"",
        "back\\slash",
        "line\nbreak",
        "tab\tcr\r",
        "naïve/ключ/🦀",
        "pipe|lower",
        "{\"origKey\": \"x\"}",
        "/leading//empty/",
        "=1+1",
        "\u{202e}rtl",
        "\u{1}control",
    ];
    keys.iter().map(|key| (format!("old/{key}"), format!("new/{key}"))).collect()
}

#[test]
fn hostile_keys_arrive_as_they_were_meant() {
    let moves = hostile();
    let (manifests, overflow) = manifests(&moves, 300);
    assert!(overflow.is_empty());
    assert!(manifests.len() > 3 && manifests.iter().all(|text| text.len() <= 300 || text.lines().count() == 1));
    let objects: serde_json::Map<_, _> = moves.iter().map(|(old, _)| (old.clone(), object(7, "\"e\""))).collect();
    let Some(done) = run_handler(&manifests, &Value::Object(objects)) else { return };
    for (old, new) in &moves {
        assert_eq!(done["objects"][new], done["objects"][old], "{new:?}");
        assert_eq!(done["objects"][new]["StorageClass"], "STANDARD_IA");
    }
    assert_eq!(done["objects"].as_object().unwrap().len(), 2 * moves.len());
    assert!(done["results"].as_array().unwrap().iter().all(|result| result["resultString"] == "copied"));
}

#[test]
fn a_second_run_changes_nothing_and_another_object_is_not_written_over() {
    let moves = [("a".to_owned(), "x".to_owned()), ("b".to_owned(), "y".to_owned()), ("c".to_owned(), "z".to_owned())];
    let mut other = object(7, "\"f\"");
    other["ChecksumCRC32"] = json!("BBBB==");
    let objects = json!({ "a": object(7, "\"e\""), "x": object(7, "\"k\""), "b": object(7, "\"e\""), "y": other });
    let Some(done) = run_handler(&manifests(&moves, 10_000).0, &objects) else { return };
    let codes: Vec<_> = done["results"].as_array().unwrap().iter().map(|result| &result["resultCode"]).collect();
    assert_eq!(codes, ["Succeeded", "PermanentFailure", "PermanentFailure"]);
    assert_eq!(done["objects"], objects);
}

#[test]
fn what_another_writer_puts_there_after_the_look_stays() {
    let most = 5 * 1024 * 1024 * 1024_u64;
    let moves = [("a".to_owned(), "x".to_owned()), ("b".to_owned(), "y".to_owned())];
    let objects = json!({ "a": object(7, "\"e\""), "b": object(most + 1, "\"f-2\"") });
    let late = json!({ "x": object(8, "\"theirs\""), "y": object(9, "\"theirs\"") });
    let manifests = manifests(&moves, 10_000).0;
    let Some(done) = run_handler_beside("line-1", &manifests, &objects, &late, true) else { return };
    let results = done["results"].as_array().unwrap();
    assert!(results.iter().all(|result| result["resultCode"] == "PermanentFailure"), "{results:?}");
    assert_eq!((&done["objects"]["x"], &done["objects"]["y"]), (&late["x"], &late["y"]));
    assert!(done["calls"].as_array().unwrap().contains(&json!("abort_multipart_upload")));
    // What is there may be its own copy, of which the answer was lost.
    let own = json!({ "x": object(7, "\"e\"") });
    let Some(done) = run_handler_beside("line-1", &manifests[..1], &objects, &own, true) else { return };
    assert_eq!(done["results"][0]["resultString"], "copied");
    // A boto3 that knows no such condition copies nevertheless.
    let Some(done) = run_handler_beside("line-1", &manifests, &objects, &json!({}), false) else { return };
    assert!(done["results"].as_array().unwrap().iter().all(|result| result["resultString"] == "copied"));
}

#[test]
fn above_five_gibibytes_it_is_copied_in_parts_with_all_it_holds() {
    let most = 5 * 1024 * 1024 * 1024_u64;
    let moves = [("a".to_owned(), "x".to_owned()), ("b".to_owned(), "y".to_owned())];
    let objects = json!({ "a": object(most, "\"e\""), "b": object(most + 1, "\"f-2\"") });
    let Some(done) = run_handler(&manifests(&moves, 10_000).0, &objects) else { return };
    let calls = done["calls"].as_array().unwrap();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    assert_eq!((count("copy_object"), count("upload_part_copy"), count("create_multipart_upload")), (1, 11, 1));
    for held in ["ContentLength", "StorageClass", "Metadata", "SSEKMSKeyId"] {
        assert_eq!(done["objects"]["y"][held], objects["b"][held], "{held}");
    }
    assert!(!calls.iter().any(|call| call.as_str().unwrap().starts_with("delete")));
}

#[test]
fn a_field_that_is_too_long_overflows() {
    let base = manifests(&[("a".to_owned(), String::new())], 10_000).0[0].trim_end().len() - "line-1,".len();
    let fits = "n".repeat(MAX_FIELD_CHARACTERS - base);
    let (written, overflow) =
        manifests(&[("a".to_owned(), fits.clone()), ("b".to_owned(), format!("{fits}n"))], 10_000);
    assert_eq!(written[0].lines().count(), 1);
    assert_eq!(overflow, [("b".to_owned(), MAX_FIELD_CHARACTERS + 1)]);
}
