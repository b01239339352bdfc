//! What is no proof: an inventory that the plan was not made of, an object written anew or older than its source, a
//! checksum beside another MD5, an inventory that tells no sizes.

use std::io;
use std::path::Path;

use serde_json::json;
use stocktake::audit::migrate::{Report, ReportKind};
use stocktake::layout::Layout;
use stocktake::layout::config::parse;
use stocktake::model::{Millis, Phase, Verdict};
use stocktake::results::schema::{Equation, RuleState};
use stocktake::rules::{self, known_rules};

use super::planned::state;
use super::proof::{MEDIA, Migration, Proof, assert_adds_up};
use super::state::{AFTER, BEFORE, How};
use crate::delivery::{Column, ObjectRow};
use crate::layout_naive::compiled;

const DAY: Millis = 86_400_000;
const OLD: &str = "clips/a1/master.mp4";
const NEW: &str = "video/a1/master.mp4";

fn all_but(left_out: &[Column]) -> &'static [Column] {
    Column::ALL.iter().copied().filter(|column| !left_out.contains(column)).collect::<Vec<_>>().leak()
}

/// A line of a checksum report.
fn sum(key: &str, algorithm: &str, value: &str) -> String {
    let message = json!({ "checksum_base64": value, "checksumAlgorithm": algorithm, "checksumType": "FULL_OBJECT" });
    format!("media,{key},,succeeded,200,,{message}\n")
}

fn sums(lines: &[String]) -> Vec<Report> {
    let lines = Box::new(io::Cursor::new(lines.concat().into_bytes()));
    vec![Report { name: "sums.csv".to_owned(), kind: ReportKind::Checksum, lines }]
}

/// A migration that is done, of which the object at `OLD` is encrypted so that no ETag is an MD5.
fn encrypted() -> Migration<'static> {
    let mut before = state();
    before.bucket("media").get_mut(OLD).unwrap().encryption_status = Some("SSE-KMS".to_owned());
    Migration::done(&MEDIA, before)
}

#[track_caller]
fn assert_unproved(proof: &Proof) {
    assert_eq!(proof.judgement.verdict, Verdict::Inconclusive, "{}", proof.judgement.sentence);
    assert!(proof.migration().remarks.iter().any(|remark| remark.starts_with("nothing is proved")));
    assert!(!proof.migration().rollback.ready);
    let told = proof.findings.iter().find(|finding| finding.code == "S011").unwrap();
    assert_eq!(told.detail.as_deref(), Some("plan"));
    // Nothing is claimed of any object or record, neither by a finding nor by a figure.
    assert_eq!((proof.told(), &proof.migration().equation), (Vec::new(), &Equation::default()));
    assert!(proof.migration().references.is_empty() && proof.migration().reference_matrix.is_empty());
    assert!(!proof.judgement.sentence.contains("fail"), "{}", proof.judgement.sentence);
    let of_migration = proof.judgement.rules.iter().filter(|rule| rule.family == "M");
    of_migration.for_each(|rule| assert_eq!(rule.state, RuleState::NotJudged, "{}", rule.code));
}

#[test]
fn another_delivery_than_the_one_planned_from_proves_nothing() {
    let done = || Migration::done(&MEDIA, state());
    assert_eq!(done().proof(Phase::During).judgement.verdict, Verdict::Fail, "of the records that the layout leaves");

    // Every object of the plan is there, and one that nobody planned for.
    let mut newer = done();
    newer.before.object("media", "clips/late/master.mp4", 5);
    newer.after.object("media", "clips/late/master.mp4", 5);
    assert_unproved(&newer.proof(Phase::After));

    // The same objects, listed again.
    let again = Migration { how: How { parts: 2, ..How::PLAINLY }, ..done() };
    let proof = again.proof(Phase::After);
    assert_unproved(&proof);

    let mut wrong = done();
    wrong.before = wrong.after.clone();
    assert_unproved(&wrong.proof(Phase::After));
}

#[test]
fn what_the_plan_does_not_know_proves_nothing() {
    let mut other = Migration::done(&MEDIA, state());
    other.plan.totals.before.objects += 1;
    assert_unproved(&other.proof(Phase::After));
    // A layout that moved less when the plan was made.
    let text = include_str!("media.toml").replace("\"films/{asset}/{rest**}\", ", "");
    let narrow: Layout = compiled(parse(Path::new("stocktake.toml"), text.as_bytes(), &known_rules()).unwrap());
    let planned = Migration::done(&narrow, state());
    let verified = Migration { layout: &MEDIA, ..planned };
    assert!(verified.after.objects["media"].contains_key("films/f1/one.mp4"));
    assert_unproved(&verified.proof(Phase::After));
    let mut changed = verified;
    changed.after.bucket("media").get_mut("films/f1/one.mp4").unwrap().size = Some(99);
    assert_unproved(&changed.proof(Phase::After));
    // What is lost, altered or still named under the plan's own layout is none of this one's business.
    changed.after.bucket("media").remove(NEW);
    changed.after.items = changed.before.items.clone();
    assert_unproved(&changed.proof(Phase::After));
}

#[test]
fn a_source_written_anew_after_its_copy_cannot_go_back_and_its_writer_is_told() {
    let with_source = |columns: &'static [Column], write: &dyn Fn(&mut ObjectRow)| {
        let mut migration = Migration::done_of(&MEDIA, encrypted().before, How { columns, ..How::PLAINLY });
        let mut row = migration.before.objects["media"][OLD].clone();
        write(&mut row);
        migration.after.put("media", row);
        let proof = migration.proof(Phase::During);
        assert_adds_up(proof.migration());
        let m409 = proof.told().contains(&format!("M409 {OLD}"));
        (m409, proof.migration().rollback.ready, proof.migration().late_writer_count)
    };
    let newer = |row: &mut ObjectRow| row.last_modified = Some(AFTER - DAY);
    let other = |row: &mut ObjectRow| row.e_tag = Some("f".repeat(32));
    assert_eq!(with_source(Column::ALL, &|_| {}), (false, true, 0));
    assert_eq!(with_source(Column::ALL, &newer), (true, false, 1));
    assert_eq!(with_source(all_but(&[Column::LastModifiedDate]), &other), (true, false, 1));
}

#[test]
fn the_same_bytes_written_again_can_go_back() {
    let mut migration = Migration::done(&MEDIA, state());
    let mut row = migration.before.objects["media"][OLD].clone();
    row.last_modified = Some(AFTER - DAY);
    migration.after.put("media", row);
    let proof = migration.proof(Phase::During);
    assert!(!proof.told().contains(&format!("M409 {OLD}")));
    assert!(proof.migration().rollback.ready);
    assert_eq!(proof.migration().late_writer_count, 1);
}

#[test]
fn an_object_older_than_its_source_is_not_its_copy() {
    let mut migration = encrypted();
    let row = migration.after.bucket("media").get_mut(NEW).unwrap();
    row.last_modified = Some(BEFORE - 9 * DAY);
    row.e_tag = Some("e".repeat(32));
    let proof = migration.proof(Phase::After);
    assert_adds_up(proof.migration());
    assert!(proof.told().contains(&format!("M401 {OLD}")), "{:?}", proof.told());
    assert!(!proof.migration().rollback.ready);
    // With the old copy at hand nothing is lost yet.
    let source = migration.before.objects["media"][OLD].clone();
    migration.after.put("media", source);
    let proof = migration.proof(Phase::During);
    assert_eq!((proof.migration().equation.pending.objects, proof.migration().equation.lost.objects), (1, 0));
    assert!(proof.told().contains(&format!("M405 {OLD}")));
}

#[test]
fn no_checksum_outweighs_another_md5_or_another_checksum() {
    let altered = |etag: Option<&str>, lines: &[String]| {
        let mut migration = Migration::done(&MEDIA, state());
        if let Some(etag) = etag {
            migration.after.bucket("media").get_mut(NEW).unwrap().e_tag = Some(etag.to_owned());
        }
        let proof = migration.proof_with(Phase::After, How::PLAINLY, sums(lines));
        proof.told().contains(&format!("M402 {NEW}"))
    };
    let of_both = |algorithm: &str, old: &str, new: &str| [sum(OLD, algorithm, old), sum(NEW, algorithm, new)];
    let same = of_both("CRC32", "AAAA", "AAAA");
    assert!(!altered(None, &same));
    assert!(altered(Some(&"b".repeat(32)), &same));
    assert!(altered(None, &[same, of_both("SHA256", "AAAA", "BBBB")].concat()));
}

#[test]
fn the_checksum_of_what_was_written_since_is_none_of_the_object_before() {
    let mut migration = encrypted();
    let mut row = migration.before.objects["media"][OLD].clone();
    row.last_modified = Some(AFTER - DAY);
    migration.after.put("media", row);
    for of_new in ["AAAA", "BBBB"] {
        let lines = [sum(OLD, "CRC32", "AAAA"), sum(NEW, "CRC32", of_new)];
        let proof = migration.proof_with(Phase::During, How::PLAINLY, sums(&lines));
        assert_eq!(proof.migration().evidence[0].objects, 0);
        assert!(!proof.told().iter().any(|told| told.starts_with("M402")));
    }
}

#[test]
fn without_sizes_nothing_counts_as_unaltered() {
    let sizeless = How { columns: all_but(&[Column::Size]), ..How::PLAINLY };
    for (before, after) in [(How::PLAINLY, sizeless), (sizeless, How::PLAINLY)] {
        let migration = Migration::done_of(&MEDIA, state(), before);
        let proof = migration.proof_with(Phase::During, after, Vec::new());
        assert_eq!(proof.judgement.verdict, Verdict::Inconclusive, "{}", proof.judgement.sentence);
        let told = proof.findings.iter().find(|finding| finding.code == "S008").unwrap();
        assert_eq!((told.value.as_deref(), told.related.as_slice()), (Some("Size"), &["M402".into()][..]));
    }
}

#[test]
fn an_object_of_no_size_counts_as_unaltered_only_by_its_md5() {
    let verdict = |before: &[&str], after: &[&str], has_etag: bool| {
        let hole = |row: &mut ObjectRow| (row.size, row.e_tag) = (None, row.e_tag.take().filter(|_| has_etag));
        let mut state = state();
        before.iter().for_each(|&key| hole(state.bucket("media").get_mut(key).unwrap()));
        let mut migration = Migration::done(&MEDIA, state);
        after.iter().for_each(|&key| hole(migration.after.bucket("media").get_mut(key).unwrap()));
        let proof = migration.proof(Phase::During);
        (proof.judgement.verdict, proof.migration().rollback.ready)
    };
    let kept = "elsewhere/what.bin";
    for (before, after) in [(&[OLD][..], &[][..]), (&[], &[NEW]), (&[kept], &[]), (&[], &[kept])] {
        let is_kept = [before, after].concat() == [kept];
        assert_eq!(verdict(before, after, false), (Verdict::Inconclusive, is_kept), "{before:?} {after:?}");
        // Of the records that the layout leaves.
        assert_eq!(verdict(before, after, true), (Verdict::Fail, true));
    }
}

#[test]
fn an_object_that_stays_is_changed_only_by_a_newer_date() {
    let kept = "video/v1/in-place.mp4";
    let with = |columns: &'static [Column], modified: Millis| {
        let mut migration = Migration::done_of(&MEDIA, state(), How { columns, ..How::PLAINLY });
        let row = migration.after.bucket("media").get_mut(kept).unwrap();
        (row.size, row.last_modified) = (Some(0), Some(modified));
        let proof = migration.proof(Phase::After);
        assert_adds_up(proof.migration());
        (proof.migration().changed.objects, proof.told().contains(&format!("M402 {kept}")))
    };
    assert_eq!(with(Column::ALL, AFTER - DAY), (1, false));
    assert_eq!(with(Column::ALL, BEFORE - DAY), (0, true));
    assert_eq!(with(all_but(&[Column::LastModifiedDate, Column::ETag]), AFTER - DAY), (0, true));
}

/// The help of each finding of a rule.
fn helps(proof: &Proof, code: &str) -> Vec<String> {
    proof.findings.iter().filter(|finding| finding.code == code).filter_map(rules::help).collect()
}

#[test]
fn what_was_written_over_an_old_copy_is_neither_expired_nor_copied_from() {
    let mut migration = Migration::done(&MEDIA, state());
    let source = migration.before.objects["media"][OLD].clone();
    migration.after.put("media", ObjectRow::new(OLD, 99, AFTER - DAY));
    let proof = migration.proof(Phase::During);
    let lingers: Vec<_> = proof.findings.iter().filter(|finding| finding.key.as_deref() == Some(OLD)).collect();
    assert!(lingers.iter().any(|finding| rules::sentence(finding) == "holds another object now, which no plan moves"));
    assert_eq!(helps(&proof, "M405"), ["update its writer and plan again; do not expire it"]);
    assert_eq!(proof.migration().lingering.objects, 0);
    assert_eq!(proof.migration().rollback.sentence, "1 object cannot go back");
    // A copy that is altered is made again only from what it was a copy of.
    migration.after.bucket("media").get_mut(NEW).unwrap().size = Some(98);
    let restored = "restore it from a noncurrent version or a backup";
    assert_eq!(helps(&migration.proof(Phase::During), "M402"), [restored]);
    migration.after.bucket("media").remove(OLD);
    assert_eq!(helps(&migration.proof(Phase::During), "M402"), [restored]);
    migration.after.put("media", source);
    assert_eq!(helps(&migration.proof(Phase::During), "M402"), ["copy the object again from its old key"]);
}

#[test]
fn a_copy_that_is_missing_at_one_of_several_places_is_made_again_from_another() {
    let mut migration = Migration::done(&MEDIA, state());
    let [old, there, missing] = ["shared/s.bin", "raw/raw/s.bin", "raw/cut/s.bin"];
    let sound = migration.proof(Phase::After).migration().clone();
    migration.after.bucket("media").remove(missing);
    let proof = migration.proof(Phase::After);
    assert_eq!(proof.judgement.verdict, Verdict::Fail);
    let told = proof.findings.iter().find(|finding| finding.code == "M401").unwrap();
    assert_eq!(told.key.as_deref(), Some(old));
    assert_eq!(rules::sentence(told), format!("is at `{there}`, and not at `{missing}`"));
    assert_eq!(rules::help(told), Some(format!("copy it there from `{there}`")));
    let result = proof.migration();
    assert_adds_up(result);
    assert_eq!((result.equation.pending.objects, result.equation.lost.objects), (1, 0));
    assert_eq!((&result.matrix, &result.rollback), (&sound.matrix, &sound.rollback));
    // In an archive it is no less there.
    migration.after.bucket("media").get_mut(there).unwrap().storage_class = Some("DEEP_ARCHIVE".to_owned());
    let proof = migration.proof(Phase::After);
    assert_eq!((proof.migration().equation.pending.objects, proof.migration().equation.lost.objects), (1, 0));
    assert!(proof.told().contains(&format!("M409 {old}")), "{:?}", proof.told());
    // At no place it is lost.
    migration.after.bucket("media").remove(there);
    assert_eq!(migration.proof(Phase::After).migration().equation.lost.objects, 1);
}

/// The old copy may be there for whoever looks: more copies seen must not make a harsher verdict than none.
#[test]
fn a_copy_that_is_missing_while_nobody_looks_at_the_old_key_is_not_judged() {
    let mut migration = Migration::done(&MEDIA, state());
    migration.after.bucket("media").remove("raw/cut/s.bin");
    let all_but_shared = r#"["clips", "films", "movies", "pinned", "video", "raw", "flat", "drop", "stay"]"#;
    let bucket = format!(
        "name = \"media\"\ninventory_prefixes = {}\n",
        all_but_shared.replace("\",", "/\",").replace("\"]", "/\"]")
    );
    let text = include_str!("media.toml").replacen("name = \"media\"\n", &bucket, 1);
    let filtered: Layout = compiled(parse(Path::new("stocktake.toml"), text.as_bytes(), &known_rules()).unwrap());
    let proof = Migration { layout: &filtered, ..migration }.proof(Phase::After);
    assert_eq!(proof.judgement.verdict, Verdict::Inconclusive, "{}", proof.judgement.sentence);
    let result = proof.migration();
    assert_adds_up(result);
    assert_eq!((result.equation.unjudged.objects, result.equation.lost.objects), (1, 0));
    assert!(!proof.told().iter().any(|told| told.starts_with("M401")), "{:?}", proof.told());
}

#[test]
fn what_was_listed_before_the_plan_proves_nothing() {
    let mut migration = Migration::done(&MEDIA, state());
    migration.after_at = BEFORE - DAY;
    let proof = migration.proof(Phase::After);
    assert_eq!(proof.judgement.verdict, Verdict::Inconclusive, "{}", proof.judgement.sentence);
    let older = "nothing is proved: the inventory given as after is older than the one given as before";
    assert_eq!(proof.migration().remarks, [older]);
    assert_eq!((proof.told(), &proof.migration().equation), (Vec::new(), &Equation::default()));
    assert!(!proof.migration().rollback.ready);
    let of_migration = proof.judgement.rules.iter().filter(|rule| rule.family == "M");
    of_migration.for_each(|rule| assert_eq!(rule.state, RuleState::NotJudged, "{}", rule.code));
}

#[test]
fn the_checksums_of_other_parts_prove_nothing() {
    let migration = encrypted();
    let of_parts = |key: &str, value: &str| sum(key, "SHA256", value).replace("FULL_OBJECT", "COMPOSITE");
    for (copy, grade) in [("AAAA-12", "checksum"), ("BBBB-7", "size")] {
        let reports = sums(&[of_parts(OLD, "AAAA-12"), of_parts(NEW, copy)]);
        let proof = migration.proof_with(Phase::After, How::PLAINLY, reports);
        assert!(!proof.told().iter().any(|told| told.starts_with("M402")), "{:?}", proof.told());
        let told = proof.migration().evidence.iter().find(|evidence| evidence.grade == grade).unwrap();
        assert_eq!(told.objects, 1, "{copy}");
    }
    let proof =
        migration.proof_with(Phase::After, How::PLAINLY, sums(&[of_parts(OLD, "AAAA-12"), of_parts(NEW, "BBBB-12")]));
    assert!(proof.told().contains(&format!("M402 {NEW}")), "{:?}", proof.told());
}
