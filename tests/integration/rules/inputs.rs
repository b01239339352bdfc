//! What the S-rules say of what readers and the audit found wrong with the inputs.

use stocktake::model::time::{DAY, HOUR};
use stocktake::model::{SourceDefect, SourceProblem};
use stocktake::rules::context::SourceContext;
use stocktake::rules::{Check, RULES};

use super::shown::Reported;

/// Every S-rule sees every context; all that any of them reports.
fn report_all(context: &SourceContext<'_>) -> Vec<String> {
    let mut reported = Reported::default();
    for rule in RULES {
        if let Check::Source(check) = rule.check {
            check(context, &mut reported);
        }
    }
    reported.lines()
}

#[test]
fn a_defect_is_a_finding_of_its_one_rule() {
    let text = str::to_owned;
    for (row, problem, expected) in [
        (
            None,
            SourceProblem::Checksum { stated: text("d41d"), actual: text("9e10") },
            "S001 source file=p.gz value=9e10 expected=d41d detail=md5 — \
             has the MD5 `9e10` where the delivery states `d41d`",
        ),
        (
            None,
            SourceProblem::Size { stated: 12, actual: 7 },
            "S001 source file=p.gz value=7 expected=12 detail=size — has `7` bytes where the delivery states `12`",
        ),
        (
            None,
            SourceProblem::Missing { looked: vec![text("/home/me/p.gz")] },
            "S002 source file=p.gz — is listed by the manifest and is not there",
        ),
        (
            Some(41),
            SourceProblem::Unreadable { reason: text("the gzip stream\nends early") },
            "S003 source file=p.gz row=41 value=the gzip stream\nends early — \
             cannot be read beyond this row: `the gzip stream\\nends early`",
        ),
        (
            None,
            SourceProblem::Unreadable { reason: text("no footer") },
            "S003 source file=p.gz value=no footer — cannot be read: `no footer`",
        ),
        (
            None,
            SourceProblem::Count { stated: 374, actual: 1, what: "items" },
            "S004 source file=p.gz expected=374 detail=items count=1 — holds 1 item where `374` are stated",
        ),
        (
            None,
            SourceProblem::Count { stated: 3, actual: 1_500, what: "rows" },
            "S004 source file=p.gz expected=3 detail=rows count=1500 — holds 1,500 rows where `3` are stated",
        ),
        (
            Some(9),
            SourceProblem::Rejected { reason: text("3 fields, expected 4") },
            "S005 source file=p.gz row=9 value=3 fields, expected 4 — cannot be understood: 3 fields, expected 4",
        ),
        (
            None,
            SourceProblem::PartialExport { reason: text("FilterSpecification") },
            "S009 source file=p.gz value=FilterSpecification — \
             is an export of only a part of its table: `FilterSpecification`; no orphan is judged",
        ),
        (None, SourceProblem::DuplicatePart, "S010 source file=p.gz detail=part — is named twice by its manifest"),
        (
            Some(2),
            SourceProblem::DuplicateRow { key: text("a/`b`") },
            "S010 source file=p.gz row=2 detail=row — lists `a/\\u{60}b\\u{60}` as the row before does",
        ),
        (
            None,
            SourceProblem::Unverified,
            "S013 source file=p.gz — has no checksum beside it, so nothing proves it whole",
        ),
    ] {
        let defect = SourceDefect { file: text("p.gz"), row, problem };
        assert_eq!(report_all(&SourceContext::Defect(&defect)), [expected]);
        assert!(expected.starts_with(defect.problem.code()));
    }
}

#[test]
fn what_is_judged_over_all_inputs_is_a_finding_of_its_one_rule() {
    for (context, expected) in [
        (
            SourceContext::Stale { file: "nightly", at: 1_715_043_600_000, age: 9 * DAY + 3 * HOUR, max_age: 2 * DAY },
            "S006 source file=nightly value=9d 3h expected=2d — \
             is of `2024-05-07T01:00:00Z`, `9d 3h` old, where `max_age` allows `2d`",
        ),
        (
            SourceContext::Skewed { oldest: "jobs", newest: "nightly", skew: 3 * DAY, max_skew: DAY },
            "S007 source file=jobs value=3d expected=1d related=nightly — \
             is `3d` older than `nightly`, where `max_skew` allows `1d`",
        ),
        (
            SourceContext::AbsentColumn { file: "nightly", column: "last_modified_date", rules: "L209, R302" },
            "S008 source file=nightly value=last_modified_date related=L209,R302 — \
             has no column `last_modified_date`, so `L209` and `R302` are not judged",
        ),
        (
            SourceContext::Implausible { detail: "references", part: 3, whole: 1_200, bucket: None },
            "S011 source file=exports value=3 detail=references count=1200 — \
             only 3 of 1,200 judged references are resolved",
        ),
        (
            SourceContext::Implausible { detail: "orphans", part: 9_500, whole: 10_000, bucket: None },
            "S011 source file=inventory value=9500 detail=orphans count=10000 — \
             9,500 of 10,000 judged objects are orphans",
        ),
        (
            SourceContext::Implausible { detail: "empty", part: 0, whole: 7, bucket: Some("line-1") },
            "S011 source file=line-1 value=0 detail=empty count=7 — \
             the inventory of `line-1` is empty though records name the bucket",
        ),
        (
            SourceContext::Absent { what: "table", name: "jobs" },
            "S012 source file=jobs detail=table — table `jobs` is declared and has no export",
        ),
        (
            SourceContext::Absent { what: "bucket", name: "line-1" },
            "S012 source file=line-1 detail=bucket — bucket `line-1` is declared and has no inventory",
        ),
    ] {
        assert_eq!(report_all(&context), [expected]);
    }
}
