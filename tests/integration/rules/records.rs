//! What the rules about references, attributes, times and workflows report.

use stocktake::layout::spec::{Condition, ReferenceKind, ReferenceSpec, TableSpec, Test};
use stocktake::model::Outcome;
use stocktake::rules::context::{
    AbsenceContext, MentionContext, Mismatch, Misplaced, ReferenceContext, SharedContext, TimeContext, WorkflowContext,
};
use stocktake::rules::{Check, RULES};

use super::shown::{Reported, declaration, path, report, report_reference, table};

fn reference<'a>(table: &'a TableSpec, spec: &'a ReferenceSpec, outcome: Outcome) -> ReferenceContext<'a> {
    ReferenceContext {
        table,
        spec,
        item: "id=7",
        path: "artifact_s3",
        value: "s3://line-1/models/j/m",
        outcome,
        bucket: Some("line-1"),
        key: Some("models/j/m"),
        expected_areas: "",
        area: None,
        malformed: None,
        near_bucket: None,
        old_exists: false,
        new_exists: false,
        new_key: None,
        is_legacy: false,
        nearest: &[],
        misplaced: None,
        mismatches: &[],
        over_broad: false,
        changed_at: Some(1_715_043_600_000),
        size: None,
    }
}

const VALUE: &str = "value=s3://line-1/models/j/m";

#[test]
fn an_outcome_is_a_finding_of_its_one_rule() {
    let (table, spec) = (table("jobs"), declaration(ReferenceKind::Object));
    for (outcome, expected) in [
        (Outcome::Malformed, &["R304"][..]),
        (Outcome::Outside, &["R305"]),
        (Outcome::Unjudged, &[]),
        (Outcome::Archived, &["R307"]),
        (Outcome::Legacy, &[]),
        (Outcome::Resolved, &[]),
        (Outcome::Deleted, &["R306"]),
        (Outcome::Deferred, &[]),
        (Outcome::Dangling, &["R301"]),
    ] {
        let mut reported = Reported::default();
        for rule in RULES {
            if let Check::Reference(check) = rule.check {
                check(&reference(&table, &spec, outcome), &mut reported);
            }
        }
        let codes: Vec<String> = reported.lines().iter().map(|line| line[..4].to_owned()).collect();
        assert_eq!(codes, expected, "{outcome:?}");
    }
}

#[test]
fn a_dangling_reference_is_told_with_the_keys_near_it() {
    let (table, spec) = (table("jobs"), declaration(ReferenceKind::Object));
    let dangling =
        |nearest, changed_at| ReferenceContext { nearest, changed_at, ..reference(&table, &spec, Outcome::Dangling) };
    let (one, two) = (["Models/j/m".to_owned()], ["models//j/m".to_owned(), "models/j/M".to_owned()]);
    for (nearest, changed_at, expected) in [
        (&[][..], Some(1), " — names no object"),
        (&[], None, " — names no object; when its record changed is not known"),
        (&one, Some(1), " related=Models/j/m — names no object; a key that differs only in case exists: `Models/j/m`"),
        (
            &two,
            Some(1),
            " related=models//j/m,models/j/M — names no object; keys near it exist: `models//j/m` and `models/j/M`",
        ),
    ] {
        let found = report_reference("R301", &dangling(nearest, changed_at));
        assert_eq!(found, [format!("R301 reference {VALUE}{expected}")]);
    }
}

#[test]
fn a_legacy_reference_is_told_whatever_exists() {
    let (table, object, key) =
        (table("jobs"), declaration(ReferenceKind::Object), declaration(ReferenceKind::KeyPrefix));
    for (spec, outcome, old_exists, new_exists, new_key, expected) in [
        (
            &object,
            Outcome::Legacy,
            true,
            false,
            Some("new/m"),
            "suggestion=s3://line-1/new/m detail=old-only — names a legacy key; only the old object exists",
        ),
        (
            &object,
            Outcome::Legacy,
            true,
            true,
            Some("new/m"),
            "suggestion=s3://line-1/new/m detail=both — names a legacy key; the old and the new object exist",
        ),
        (
            &key,
            Outcome::Legacy,
            false,
            true,
            Some("new/m"),
            "suggestion=new/m detail=new-only — names a legacy key; only the new object exists",
        ),
        (
            &object,
            Outcome::Dangling,
            false,
            false,
            None,
            "detail=neither — names a legacy key; neither the old nor the new object exists",
        ),
    ] {
        let legacy =
            ReferenceContext { is_legacy: true, old_exists, new_exists, new_key, ..reference(&table, spec, outcome) };
        assert_eq!(report_reference("R303", &legacy), [format!("R303 reference {VALUE} {expected}")]);
    }
    for outcome in [Outcome::Malformed, Outcome::Outside, Outcome::Unjudged] {
        let unseen = ReferenceContext { is_legacy: true, ..reference(&table, &object, outcome) };
        assert!(report_reference("R303", &unseen).is_empty(), "{outcome:?}");
    }
}

#[test]
fn what_is_no_location_is_told_with_what_was_expected() {
    let (table, spec) = (table("jobs"), declaration(ReferenceKind::Object));
    let malformed = ReferenceContext {
        value: "s3:/x`y",
        bucket: None,
        key: None,
        malformed: Some("an S3 location such as s3://bucket/key"),
        ..reference(&table, &spec, Outcome::Malformed)
    };
    assert_eq!(
        report_reference("R304", &malformed),
        ["R304 reference value=s3:/x`y expected=an S3 location such as s3://bucket/key — \
          `s3:/x\\u{60}y` is no S3 location: expected an S3 location such as s3://bucket/key"]
    );
    let near = ReferenceContext { value: "s3://lin-1/a", near_bucket: Some("line-1"), malformed: None, ..malformed };
    assert_eq!(
        report_reference("R304", &near),
        ["R304 reference value=s3://lin-1/a related=line-1 — \
          `s3://lin-1/a` names a bucket declared nowhere, but `line-1` is"]
    );
}

#[test]
fn a_place_that_cannot_be_seen_or_read_is_told() {
    let (table, spec) = (table("jobs"), declaration(ReferenceKind::Object));
    let outside = reference(&table, &spec, Outcome::Outside);
    assert_eq!(
        report_reference("R305", &outside),
        [format!("R305 reference {VALUE} — names a place in bucket `line-1` that no inventory lists")]
    );
    let access_point = ReferenceContext { bucket: None, key: None, ..outside };
    assert_eq!(
        report_reference("R305", &access_point),
        [format!("R305 reference {VALUE} — names a place that no inventory lists")]
    );
    let nearest = ["models/j/n".to_owned()];
    let deleted = ReferenceContext { nearest: &nearest, ..reference(&table, &spec, Outcome::Deleted) };
    assert_eq!(
        report_reference("R306", &deleted),
        [format!(
            "R306 reference {VALUE} related=models/j/n — \
             names an object whose latest version is a delete marker; near it exists `models/j/n`"
        )]
    );
    assert_eq!(
        report_reference("R307", &reference(&table, &spec, Outcome::Archived)),
        [format!("R307 reference {VALUE} — names an object in an archive tier: present, not readable now")]
    );
}

#[test]
fn a_target_that_is_not_the_records_own_is_told() {
    let (table, spec) = (table("jobs"), declaration(ReferenceKind::Object));
    let resolved = || reference(&table, &spec, Outcome::Resolved);
    let misplaced = Misplaced { kind: "use-case", found: "line-2", expected: "`line-1` or `line-3`" };
    assert_eq!(
        report_reference("R308", &ReferenceContext { misplaced: Some(misplaced), ..resolved() }),
        [format!(
            "R308 reference {VALUE} expected=`line-1` or `line-3` detail=use-case related=line-2 — \
             names an object of use case `line-2` where `line-1` or `line-3` is expected"
        )]
    );
    let mismatch = |placeholder: &str| Mismatch {
        placeholder: placeholder.to_owned(),
        captured: "j1".to_owned(),
        recorded: "j2".to_owned(),
    };
    let mismatches = [mismatch("job"), mismatch("target")];
    assert_eq!(
        report_reference("R309", &ReferenceContext { mismatches: &mismatches, ..resolved() }),
        ["R309 reference value=j1 expected=j2 detail=job related=target count=2 — \
          names an object of `job` `j1` where the record says `j2`; likewise `target`"]
    );
    assert!(report_reference("R308", &resolved()).is_empty() && report_reference("R309", &resolved()).is_empty());
}

#[test]
fn a_prefix_too_high_is_told() {
    let (table, spec) = (table("jobs"), declaration(ReferenceKind::Prefix));
    let broad = |key| ReferenceContext { over_broad: true, key, ..reference(&table, &spec, Outcome::Resolved) };
    for (key, expected) in [
        (Some("models/"), "covers `models/`, above every placeholder, and so means nothing"),
        (Some(""), "covers the whole bucket, and so means nothing"),
    ] {
        assert_eq!(report_reference("R313", &broad(key)), [format!("R313 reference {VALUE} — {expected}")]);
    }
    assert!(report_reference("R313", &reference(&table, &spec, Outcome::Resolved)).is_empty());
}

#[test]
fn a_shared_target_is_told_once_with_some_of_those_that_name_it() {
    let (table, others) = (table("jobs"), ["jobs id=8".to_owned()]);
    let shared = SharedContext {
        table: &table,
        item: "id=7",
        path: "artifact_s3",
        bucket: "line-1",
        key: "m",
        others: &others,
        items: 2,
    };
    assert_eq!(
        report!("R310", Shared, shared),
        ["R310 reference related=jobs id=8 count=2 — \
          names an object that belongs to one item and that 2 items name, among them `jobs id=8`"]
    );
}

#[test]
fn an_absent_reference_is_told_with_what_demands_it() {
    let table = table("jobs");
    for (test, condition) in [
        (Test::Equals(vec!["Completed".into(), "done".into()]), "status = Completed | done"),
        (Test::Not(vec!["failed".into()]), "status != failed"),
        (Test::Present(true), "status present"),
        (Test::Present(false), "status absent"),
    ] {
        let required_when = Some(Condition { attribute: path("status"), test });
        let spec = ReferenceSpec { required_when, ..declaration(ReferenceKind::Object) };
        let absence = AbsenceContext {
            table: &table,
            spec: &spec,
            area: None,
            item: "id=7",
            path: "artifact_s3",
            changed_at: None,
        };
        assert_eq!(
            report!("R311", Absence, absence),
            [format!(
                "R311 reference expected={condition} — \
                 holds no reference, which the record's state demands: `{condition}`"
            )]
        );
    }
}

#[test]
fn an_undeclared_attribute_is_told_once_with_an_example() {
    let table = table("jobs");
    let mention =
        MentionContext { table: &table, path: "meta[].uri", occurrences: 1_204, item: "id=7", value: "s3://line-1/m" };
    assert_eq!(
        report!("R312", Mention, mention),
        ["R312 reference value=s3://line-1/m related=id=7 count=1204 — \
          is declared nowhere and holds 1,204 locations, as `s3://line-1/m` in item `id=7`"]
    );
}

#[test]
fn a_broken_workflow_is_told_by_its_first_broken_step() {
    let (table, elements) = (table("jobs"), ["arm".to_owned(), "x86".to_owned()]);
    let workflow = |reason, elements, broken| WorkflowContext {
        table: &table,
        item: "id=7",
        workflow: "build",
        step: "compilation_jobs[].s3",
        step_index: 1,
        reason,
        elements,
        broken,
    };
    for (reason, elements, broken, expected) in [
        ("dangling", &[][..], 1, " count=1 — breaks at `compilation_jobs[].s3`, which names no object"),
        ("deleted", &[], 1, " count=1 — breaks at `compilation_jobs[].s3`, which names a deleted object"),
        (
            "misplaced",
            &[],
            1,
            " count=1 — breaks at `compilation_jobs[].s3`, which names an object elsewhere than it should",
        ),
        (
            "absent",
            &elements,
            2,
            " related=arm,x86 count=2 — breaks at `compilation_jobs[].s3`, which holds no reference for `arm` and `x86`",
        ),
        (
            "absent",
            &elements,
            9,
            " related=arm,x86 count=9 — breaks at `compilation_jobs[].s3`, which holds no reference for `arm` and \
             `x86`, 9 elements in all",
        ),
    ] {
        let found = report!("W501", Workflow, workflow(reason, elements, broken));
        assert_eq!(found, [format!("W501 workflow value=compilation_jobs[].s3 detail={reason}{expected}")]);
    }
}

#[test]
fn a_time_that_cannot_be_meant_is_told_with_the_likely_unit() {
    let table = table("jobs");
    let time = |likely_unit| TimeContext {
        table: &table,
        item: "id=7",
        path: "updated_at",
        value: "1717200000",
        unit: "ms",
        likely_unit,
    };
    for (likely, expected) in [
        (
            Some("s"),
            "expected=s detail=ms — `1717200000` read as `ms` is no time a record can have; as `s` it would be",
        ),
        (None, "detail=ms — `1717200000` read as `ms` is no time a record can have"),
    ] {
        assert_eq!(report!("C604", Time, time(likely)), [format!("C604 reference value=1717200000 {expected}")]);
    }
}
