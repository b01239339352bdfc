//! The files that an audit leaves can be read back, and are the same bytes every time.

use std::fs;
use std::io::{self, Write as _};

use proptest::prelude::*;
use stocktake::model::finding::Text;
use stocktake::model::{Finding, Severity, Subject, UserError as _};
use stocktake::results::findings::{FindingRuns, FindingsReader, FindingsWriter, merge};
use stocktake::results::folders::{FoldersReader, FoldersWriter};
use stocktake::results::{Examples, FolderRow, LargestFolders};

fn text() -> impl Strategy<Value = Option<Text<'static>>> {
    prop::option::of("\\PC{0,6}|[\u{0}-\u{1f}\u{202e}]{1,3}".prop_map(Text::from))
}

prop_compose! {
    fn finding()(
        subject in prop::sample::select(&Subject::ALL[..]), severity in prop::sample::select(&Severity::ALL[..]),
        code in "[KLRS][1-5]0[1-9]", place in [text(), text(), text(), text(), text(), text(), text()],
        row in prop::option::of(any::<u64>()), facts in [text(), text(), text(), text(), text()],
        related in prop::collection::vec("\\PC{0,4}", 0..3), segment in prop::option::of(any::<u32>()),
        size in prop::option::of(any::<u64>()), modified in prop::option::of(any::<i64>()), count in prop::option::of(any::<u64>()),
        excused in text(),
    ) -> Finding<'static> {
        let [bucket, key, version, table, item, path, file] = place;
        let [area, value, expected, suggestion, detail] = facts;
        let related = related.into_iter().map(Text::from).collect();
        Finding {
            code: code.into(), severity, subject, bucket, key, version, table, item, path, file, row, area, segment, value,
            expected, suggestion, detail, related, size, modified, count, excused,
        }
    }
}

prop_compose! {
    fn folder()(
        names in ["\\PC{0,6}", "\\PC{0,6}", "[a-z]{0,6}"], captures in prop::collection::vec(("[a-z]{1,4}", "\\PC{0,4}"), 0..3),
        numbers in any::<[u64; 6]>(), newest in prop::option::of(any::<i64>()), covered in any::<bool>(),
        missing_companions in prop::option::of(any::<u32>()),
    ) -> FolderRow {
        let [bucket, folder, area] = names;
        let [objects, bytes, referenced, orphans, orphan_bytes, findings] = numbers;
        FolderRow {
            bucket, folder, area, captures, objects, bytes, newest, referenced, covered, orphans, orphan_bytes,
            missing_companions, findings,
        }
    }
}

fn findings_file(findings: &[Finding<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = FindingsWriter::new(&mut bytes).unwrap();
    for finding in findings {
        writer.push(finding).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn on_disk(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn findings_are_read_as_they_were_written(findings in prop::collection::vec(finding(), 0..20)) {
        let file = on_disk(&findings_file(&findings));
        let read: Vec<Finding<'_>> = FindingsReader::open(file.path()).unwrap().map(Result::unwrap).collect();
        prop_assert_eq!(read, findings);
    }

    #[test]
    fn folders_are_read_as_they_were_written(folders in prop::collection::vec(folder(), 0..20)) {
        let mut bytes = Vec::new();
        let mut writer = FoldersWriter::new(&mut bytes).unwrap();
        for folder in &folders {
            writer.push(folder).unwrap();
        }
        writer.finish().unwrap();
        let file = on_disk(&bytes);
        let read: Vec<FolderRow> = FoldersReader::open(file.path()).unwrap().map(Result::unwrap).collect();
        prop_assert_eq!(read, folders);
    }

    #[test]
    fn the_same_findings_give_the_same_file_however_they_were_divided(
        findings in prop::collection::vec(finding(), 0..40), cuts in any::<[prop::sample::Index; 3]>(), run_bytes in 1_usize..4_000,
    ) {
        let file_of = |parts: &[&[Finding<'_>]], run_bytes| {
            let runs = FindingRuns::with_run_bytes(None, run_bytes);
            let mut finished = Vec::new();
            for part in parts {
                let mut writer = runs.writer();
                part.iter().try_for_each(|finding| writer.push(finding)).unwrap();
                finished.extend(writer.finish().unwrap());
            }
            let mut bytes = Vec::new();
            let mut out = FindingsWriter::new(&mut bytes).unwrap();
            merge(finished, &mut |finding| out.push(finding)).unwrap();
            out.finish().unwrap();
            bytes
        };
        let mut cuts = cuts.map(|cut| cut.index(findings.len() + 1));
        cuts.sort_unstable();
        let parts = [&findings[..cuts[0]], &findings[cuts[0]..cuts[1]], &findings[cuts[1]..cuts[2]], &findings[cuts[2]..]];
        prop_assert_eq!(file_of(&parts, run_bytes), file_of(&[&findings], 1 << 20));
    }

    #[test]
    fn a_damaged_file_is_an_error_and_never_a_panic(
        findings in prop::collection::vec(finding(), 1..5), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut bytes = findings_file(&findings);
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        if let Ok(reader) = FindingsReader::open(on_disk(&bytes).path()) {
            let _read: Vec<bool> = reader.map(|finding| finding.is_ok()).take(10).collect();
            prop_assert!(!cut, "a file that is cut off was opened");
        }
    }
}

#[test]
fn many_batches_are_one_table() {
    let finding = |row| Finding { row: Some(row), ..Finding::new("S005", Severity::Inconclusive, Subject::Source) };
    let file = on_disk(&findings_file(&(0..20_000).map(finding).collect::<Vec<_>>()));
    let rows = FindingsReader::open(file.path()).unwrap().map(|finding| finding.unwrap().row.unwrap());
    assert!(rows.eq(0..20_000));
}

#[test]
fn one_table_is_not_taken_for_another() {
    let file = on_disk(&findings_file(&[]));
    let error = FoldersReader::open(file.path()).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "the schema is `stocktake-findings/1`, where `stocktake-folders/1` is wanted");
    assert_eq!(error.place(), Some(file.path().display().to_string()));
}

#[test]
fn a_full_disk_keeps_its_name() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let written = FindingsWriter::new(Full).and_then(FindingsWriter::finish);
    assert_eq!(written.unwrap_err().kind(), io::ErrorKind::StorageFull);
}

#[test]
fn spilled_runs_leave_no_file_behind() {
    let directory = tempfile::tempdir().unwrap();
    let runs = FindingRuns::with_run_bytes(Some(directory.path()), 1);
    let mut writer = runs.writer();
    writer.push(&Finding::new("L201", Severity::Error, Subject::Object)).unwrap();
    let finished = writer.finish().unwrap();
    assert_eq!((finished.len(), fs::read_dir(directory.path()).unwrap().count()), (1, 0));
}

#[test]
fn examples_are_the_first_of_each_rule() {
    let mut examples = Examples::new(2);
    for (code, key) in [("L201", "a"), ("K101", "b"), ("L201", "c"), ("L201", "d")] {
        examples.push(&Finding { key: Some(key.into()), ..Finding::new(code, Severity::Error, Subject::Object) });
    }
    let keys = |code| examples.of(code).iter().filter_map(|finding| finding.key.as_deref()).collect::<Vec<_>>();
    assert_eq!((keys("L201"), keys("K101"), keys("R301")), (vec!["a", "c"], vec!["b"], vec![]));
}

proptest! {
    #[test]
    fn the_largest_folders_are_those_a_whole_sort_would_give(mut folders in prop::collection::vec(folder(), 0..12), limit in 0_usize..6) {
        folders.iter_mut().for_each(|folder| folder.bytes %= 4);
        let mut largest = LargestFolders::new(limit);
        folders.iter().for_each(|folder| largest.push(folder));
        folders.sort_by(|left, right| {
            let name = |row: &FolderRow| (row.bucket.clone(), row.folder.clone(), row.area.clone());
            right.bytes.cmp(&left.bytes).then_with(|| name(left).cmp(&name(right)))
        });
        folders.truncate(limit);
        let names = |rows: &[FolderRow]| rows.iter().map(|row| (row.bytes, row.bucket.clone(), row.folder.clone())).collect::<Vec<_>>();
        prop_assert_eq!(names(&largest.into_sorted()), names(&folders));
    }
}
