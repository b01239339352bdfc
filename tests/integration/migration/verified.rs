//! Proofs: a plan carried out passes, on the fixture and on random buckets; each single fault is found and named; and
//! there is a way back.

use std::io;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use stocktake::audit::migrate::{Report, ReportKind, VerifyRequest, verify};
use stocktake::layout::Layout;
use stocktake::layout::config::load;
use stocktake::model::{Phase, Verdict};
use stocktake::results::moves::MovesReader;
use stocktake::results::schema::{LateWriter, RuleState};
use stocktake::rules::{Selection, Severities, known_rules};
use tempfile::TempDir;

use super::proof::{Keep, MEDIA, Migration, assert_adds_up};
use super::state::{AFTER, BEFORE, How, State, reading};
use crate::delivery::{ObjectRow, typed};
use crate::layout_naive::compiled;

static PORTAL: LazyLock<Layout> = LazyLock::new(|| {
    compiled(load(&crate::fixtures::root().join("edge-cv-portal/before.toml"), &known_rules()).unwrap())
});

fn portal() -> State {
    let (bucket, rows, items) = crate::fixtures::portal_before();
    let mut state = State::default();
    rows.into_iter().for_each(|row| state.put(bucket, row));
    for (table, items) in items {
        let items = items.iter().map(typed).collect();
        state.items.insert(format!("dda-portal-{table}"), items);
    }
    state
}

#[test]
fn the_fixture_planned_and_carried_out_passes() {
    let migration = Migration::done(&PORTAL, portal());
    let proof = migration.proof(Phase::After);
    assert_eq!(proof.judgement.verdict, Verdict::Pass, "{}: {:#?}", proof.judgement.sentence, proof.told());
    let result = proof.migration();
    assert_adds_up(result);
    assert_eq!(result.equation.moved.objects, migration.plan.totals.copy.objects);
    assert_eq!((result.equation.lost.objects, result.equation.altered.objects), (0, 0));
    assert!(result.rollback.ready && result.late_writers.is_empty() && result.remarks.is_empty(), "{result:#?}");
    assert_eq!(result.references.iter().map(|table| table.stale).sum::<u64>(), 0);
    assert!(result.references.iter().map(|table| table.rewritten).sum::<u64>() > 50);
    insta::assert_snapshot!(serde_json::to_string_pretty(result).unwrap().replace(&result.plan_digest, "[digest]"));
}

#[test]
fn one_object_lost_one_altered_one_reference_left_behind_fail_by_name() {
    let mut migration = Migration::done(&PORTAL, portal());
    let moves = migration.moves();
    let (bucket, old, new) = moves.iter().find(|(_, old, _)| old.contains("training-output")).unwrap();
    let (_, second_old, second_new) = moves.iter().find(|(_, old, _)| old.starts_with("labeled/")).unwrap();
    migration.after.bucket(bucket).remove(new);
    *migration.after.bucket(bucket).get_mut(second_new).unwrap().size.as_mut().unwrap() += 1;
    let table = "dda-portal-models";
    let was = migration.before.items[table].clone();
    migration.after.items.insert(table.to_owned(), was);
    let proof = migration.proof(Phase::After);
    assert_eq!(proof.judgement.verdict, Verdict::Fail);
    assert_adds_up(proof.migration());
    let told = proof.told();
    for expected in [format!("M401 {old}"), format!("M402 {second_new}")] {
        assert!(told.contains(&expected), "{expected}: {told:#?}");
    }
    assert!(told.iter().any(|told| told.starts_with("M407 model_id=") && told.ends_with("dataset_manifest_id")));
    assert!(told.iter().any(|told| told.starts_with("M408 model_id=")));
    let altered = proof.findings.iter().find(|finding| finding.code == "M402").unwrap();
    assert_eq!(altered.related, [second_old.as_str()]);
    assert_eq!(proof.migration().equation.lost.objects, 1);
    assert!(!proof.migration().rollback.ready);
}

/// Random buckets of the media layout, with records that name some of their objects.
fn states() -> impl Strategy<Value = State> {
    let name = "[a-c]{1,2}( |\\+|%20|,|é|\"|//)?[0-9]";
    let key = prop_oneof![
        (Just("clips/a1/"), name),
        (Just("movies/b2/"), name),
        (Just("pinned/c3/"), name),
        (Just("flat/"), "[a-c][0-9]( |%2B|é)?"),
        (Just("shared/"), "[a-c][0-9]"),
        (Just("drop/"), "[a-c]"),
        (Just("stay/"), "[a-c]"),
        (Just("video/v1/"), name),
        (Just("elsewhere/"), name),
    ];
    let key = key.prop_map(|(folder, name)| format!("{folder}{name}"));
    let object = (0_u64..1_000, "[0-9a-f]{32}", prop_oneof![Just("SSE-S3"), Just("SSE-KMS")], any::<bool>());
    let objects = prop::collection::btree_map(key, (object, 0_usize..4), 1..30);
    objects.prop_map(|objects| {
        let (mut state, mut items) = (State::default(), Vec::new());
        for (number, (key, ((size, etag, encryption, parts), named))) in (0..).zip(objects) {
            let mut row = ObjectRow::new(key.clone(), size, BEFORE - 86_400_000);
            row.e_tag = Some(if parts { format!("{etag}-2") } else { etag });
            row.encryption_status = Some(encryption.to_owned());
            let uri = format!("s3://media/{key}");
            let kind = if named == 1 { "raw" } else { "cut" };
            if named > 0 {
                items.push(typed(
                    &json!({ "id": number.to_string(), "file": uri, "kind": kind, "parts": [{ "uri": uri }] }),
                ));
            }
            if named == 3 {
                items.push(typed(&json!({ "id": format!("{number}b"), "file": uri, "kind": "raw" })));
            }
            state.put("media", row);
        }
        state.items.insert("assets".to_owned(), items);
        state
    })
}

/// Which records hold a text.
fn holding(state: &State, text: &str) -> bool {
    fn holds(value: &Value, text: &str) -> bool {
        match value {
            Value::String(own) => own == text,
            Value::Array(values) => values.iter().any(|value| holds(value, text)),
            Value::Object(values) => values.values().any(|value| holds(value, text)),
            _ => false,
        }
    }
    state.items.values().flatten().any(|item| holds(item, text))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_plan_carried_out_passes_and_goes_back(before in states(), parts in 1_usize..4, small in any::<bool>()) {
        let how = How { jobs: 2, memory: if small { 1 } else { 1 << 30 }, parts, ..How::PLAINLY };
        let mut migration = Migration::done_of(&MEDIA, before, how);
        let proof = migration.proof(Phase::After);
        let totals = &migration.plan.totals;
        let is_left = totals.blocked.objects > 0 || totals.by_hand > 0;
        if is_left {
            // Nothing but what the plan itself left to a person.
            prop_assert!(proof.told().iter().all(|told| ["M403", "M404", "M407", "M408"].contains(&&told[..4])));
        } else {
            prop_assert_eq!(proof.judgement.verdict, Verdict::Pass, "{:?}", proof.told());
        }
        assert_adds_up(proof.migration());
        prop_assert!(proof.migration().rollback.ready);
        prop_assert_eq!(proof.migration().equation.moved.objects, migration.plan.totals.copy.objects);
        for (_, old, _) in migration.moves() {
            let uri = format!("s3://media/{old}");
            let is_left = holding(&migration.after, &uri);
            prop_assert!(!is_left || migration.plan.totals.by_hand > 0, "{}", uri);
        }

        let files = migration.files.clone();
        prop_assert_eq!(migration.after.carry_out(&files, "rollback/"), 0);
        for (bucket, _, new) in migration.moves() {
            migration.after.bucket(&bucket).remove(&new);
        }
        prop_assert_eq!(migration.after.undated(), migration.before.undated());
    }

    #[test]
    fn each_single_fault_is_found_and_named(before in states(), at in any::<prop::sample::Index>(), fault in 0_usize..4) {
        let mut migration = Migration::done(&MEDIA, before);
        let moves = migration.moves();
        prop_assume!(!moves.is_empty());
        let sound = migration.proof(Phase::After).told();
        let (bucket, old, new) = at.get(&moves).clone();
        let kept = migration.stays(&old);
        let expected = match fault {
            0 => {
                migration.after.bucket(&bucket).remove(&new);
                format!("{} {old}", if kept { "M405" } else { "M401" })
            }
            1 => {
                *migration.after.bucket(&bucket).get_mut(&new).unwrap().size.as_mut().unwrap() += 1;
                format!("M402 {new}")
            }
            2 => {
                let row = migration.before.bucket(&bucket)[&old].clone();
                prop_assume!(!kept);
                migration.after.put(&bucket, row);
                format!("M405 {old}")
            }
            _ => {
                let was = migration.before.items["assets"].clone();
                let changed = |(was, is): &(&Value, &Value)| was != is;
                let position = was.iter().zip(&migration.after.items["assets"]).position(|pair| changed(&pair));
                prop_assume!(position.is_some());
                let position = position.unwrap();
                migration.after.items.get_mut("assets").unwrap()[position] = was[position].clone();
                format!("M407 id={}", was[position]["id"]["S"].as_str().unwrap())
            }
        };
        let proof = migration.proof(Phase::After);
        prop_assert_eq!(proof.judgement.verdict, Verdict::Fail);
        assert_adds_up(proof.migration());
        let told = proof.told();
        let new_ones: Vec<&String> = told.iter().filter(|told| !sound.contains(told)).collect();
        prop_assert!(new_ones.iter().any(|told| told.starts_with(&expected)), "{expected}: {new_ones:?}");
    }
}

#[test]
fn severities_follow_the_phase() {
    let mut migration = Migration::done(&MEDIA, super::planned::state());
    // Nothing is gone, and no record is rewritten.
    let copies = migration.after.bucket("media").clone();
    migration.after = migration.before.clone();
    for (key, row) in copies {
        migration.after.bucket("media").insert(key, row);
    }
    for (phase, lingers) in [(Phase::Before, "note"), (Phase::During, "warning"), (Phase::After, "error")] {
        let proof = migration.proof(phase);
        for code in ["M405", "M407"] {
            let severities: Vec<_> = proof.findings.iter().filter(|finding| finding.code == code).collect();
            assert!(
                !severities.is_empty() && severities.iter().all(|finding| finding.severity.name() == lingers),
                "{code}"
            );
        }
        assert!(!proof.findings.iter().any(|finding| finding.code == "M408"));
        let cell = |state: &str| {
            proof.migration().matrix.iter().find(|cell| cell.state == state).map(|cell| cell.objects).unwrap()
        };
        assert_eq!((cell("both"), cell("old-only"), cell("new-only"), cell("neither")), (5, 0, 0, 0));
    }
}

#[test]
fn a_writer_that_was_not_updated_is_told_by_what_its_keys_name_it_by() {
    let mut migration = Migration::done(&MEDIA, super::planned::state());
    let since = AFTER - 3 * 86_400_000;
    for (key, at) in
        [("clips/night-shift/1.mp4", since + 5), ("clips/night-shift/2.mp4", since), ("flat/new.bin", AFTER)]
    {
        migration.after.put("media", ObjectRow::new(key, 7, at));
    }
    let proof = migration.proof(Phase::After);
    let writers = &proof.migration().late_writers;
    let name = |writer: &LateWriter| writer.placeholder.clone().zip(writer.job.clone());
    let told: Vec<_> = writers.iter().map(|writer| (name(writer), writer.objects, writer.since.clone())).collect();
    let night_shift = Some(("asset".to_owned(), "night-shift".to_owned()));
    assert_eq!(told[0], (night_shift, 2, Some(stocktake::model::time::format_utc(since))));
    assert_eq!((told.len(), proof.migration().late_writer_count), (2, 2));
}

#[test]
fn what_a_lifecycle_rule_took_is_no_loss() {
    let mut before = super::planned::state();
    for key in ["clips/a1/master.mp4", "video/v1/in-place.mp4", "elsewhere/what.bin"] {
        before.bucket("media").get_mut(key).unwrap().lifecycle_expiration = Some(AFTER - 86_400_000);
    }
    let mut migration = Migration::done(&MEDIA, before);
    for key in ["video/a1/master.mp4", "video/v1/in-place.mp4", "elsewhere/what.bin"] {
        migration.after.bucket("media").remove(key);
    }
    let result = migration.proof(Phase::After).migration().clone();
    assert_adds_up(&result);
    assert_eq!((result.equation.expired.objects, result.equation.lost.objects), (3, 0));
}

#[test]
fn checksums_and_completion_reports_are_evidence() {
    let migration = Migration::done(&MEDIA, super::planned::state());
    let line = |key: &str, sum: &str| {
        let message =
            json!({ "checksum_base64": sum, "checksumAlgorithm": "CRC64NVME", "checksumType": "FULL_OBJECT" });
        format!("media,{},,succeeded,200,,{message}\n", key.replace(' ', "%20"))
    };
    let report = |kind, text: String| Report {
        name: "report.csv".to_owned(),
        kind,
        lines: Box::new(io::Cursor::new(text.into_bytes())),
    };
    let both = format!("{}{}", line("clips/a1/master.mp4", "AAAA"), line("video/a1/master.mp4", "AAAA"));
    let tasks = "media,%7B%22origKey%22:%22a%22%2C%22newKey%22:%22b%22%7D,,failed,500,LambdaError,no\n".to_owned();
    let reports = vec![report(ReportKind::Checksum, both), report(ReportKind::Completion, tasks)];
    let proof = migration.proof_with(Phase::After, How::PLAINLY, reports);
    let result = proof.migration();
    assert_eq!((result.evidence[0].grade.as_str(), result.evidence[0].objects, result.checksums), ("checksum", 1, 2));
    let completion = result.completion.as_ref().unwrap();
    assert_eq!((completion.failed, completion.errors[0].code.as_str()), (1, "LambdaError"));

    let differing = format!("{}{}", line("clips/a1/master.mp4", "AAAA"), line("video/a1/master.mp4", "BBBB"));
    let proof = migration.proof_with(Phase::After, How::PLAINLY, vec![report(ReportKind::Checksum, differing)]);
    assert!(proof.told().contains(&"M402 video/a1/master.mp4".to_owned()));

    let broken = vec![report(ReportKind::Checksum, "media,a,,succeeded,200,,nothing\n".to_owned())];
    let proof = migration.proof_with(Phase::After, How::PLAINLY, broken);
    assert_eq!(proof.judgement.verdict, Verdict::Inconclusive);
    let rejected = proof.findings.iter().find(|finding| finding.code == "S005").unwrap();
    assert_eq!((rejected.file.as_deref(), rejected.row), (Some("report.csv"), Some(1)));
}

#[test]
fn what_cannot_go_back_is_named() {
    let mut migration = Migration::done(&MEDIA, super::planned::state());
    let media = migration.after.bucket("media");
    media.get_mut("video/a1/master.mp4").unwrap().storage_class = Some("DEEP_ARCHIVE".to_owned());
    let mut late = ObjectRow::new("flat/x.bin", 99, AFTER - 1);
    late.size = Some(99);
    media.insert("flat/x.bin".to_owned(), late);
    let proof = migration.proof(Phase::During);
    let told: Vec<_> = proof.told().into_iter().filter(|told| told.starts_with("M409")).collect();
    assert_eq!(told, ["M409 clips/a1/master.mp4", "M409 flat/x.bin"]);
    assert_eq!(proof.migration().rollback.irreversible.objects, 2);
    assert!(!proof.migration().rollback.ready);
}

#[test]
fn an_incomplete_inventory_proves_nothing() {
    let migration = Migration::done(&MEDIA, super::planned::state());
    let dir = TempDir::new().unwrap();
    migration.before.deliver(dir.path(), BEFORE, How { parts: 2, ..How::PLAINLY });
    let part = crate::fixtures::read_below(dir.path()).0.into_keys().find(|name| name.ends_with(".csv.gz")).unwrap();
    std::fs::remove_file(dir.path().join(part)).unwrap();
    let severities = Severities::new(MEDIA.spec(), Phase::After, &Selection::default()).unwrap();
    let broken = reading(&MEDIA, &severities, Phase::After, dir.path(), AFTER, How::PLAINLY);
    let whole = TempDir::new().unwrap();
    migration.after.deliver(whole.path(), AFTER, How::PLAINLY);
    migration.files.write(&whole.path().join("plan"));
    let after = reading(&MEDIA, &severities, Phase::After, whole.path(), AFTER, How::PLAINLY);
    let moves = || MovesReader::open(Path::new(&whole.path().join("plan/moves.parquet"))).unwrap();
    for (before, after) in [(&broken, &after), (&after, &broken)] {
        let request = VerifyRequest { after, before, plan: &migration.plan, reports: Vec::new() };
        let outcome = verify(request, moves(), &mut Keep::default()).unwrap();
        assert_eq!(outcome.results.judgement.verdict, Verdict::Inconclusive);
        let mut of_migration = outcome.results.judgement.rules.iter().filter(|rule| rule.family == "M");
        assert!(of_migration.all(|rule| rule.state == RuleState::NotJudged));
        let result = outcome.results.judgement.migration.unwrap();
        assert!(result.remarks.iter().any(|remark| remark.starts_with("nothing is proved")));
        assert!(!result.rollback.ready);
    }
}
