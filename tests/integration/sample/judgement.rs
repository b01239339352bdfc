//! What the sample says of areas, rules, references and orphans.

use stocktake::model::{KeyClass, Outcome, ReferenceClass, Severity};
use stocktake::results::schema::{
    AreaResult, Bucketed, ChangeCount, ChangeResult, ClassResult, Classes, ExceptionResult, ExceptionState,
    OrphanFolder, OrphanResult, OutcomeResult, ReferenceResult, RuleArea, RuleResult, RuleState, SeverityCount,
    ThresholdResult,
};

use super::{BUCKET, GIB, MIB};

fn area(name: &str, path: &str, about: &str, objects: u64, bytes: u64, violating: u64, orphans: u64) -> AreaResult {
    AreaResult {
        bucket: BUCKET.into(),
        area: name.into(),
        path: path.into(),
        about: about.into(),
        standing: "wanted".into(),
        objects,
        bytes,
        compliant_objects: objects - violating,
        compliant_bytes: bytes - violating * MIB,
        violating_objects: violating,
        compliance_judged: true,
        referenced_objects: objects - orphans,
        orphan_objects: orphans,
        orphan_bytes: orphans * 120 * MIB,
        orphans_judged: true,
        near_misses: violating / 3,
        folders: objects / 12,
        newest: Some("2026-11-21T22:14:03Z".into()),
        not_covered: false,
    }
}

pub(super) fn areas() -> Vec<AreaResult> {
    let unseen = AreaResult {
        standing: "wanted".into(),
        not_covered: true,
        newest: None,
        ..area(
            "labeled",
            "datasets/labeled/{labeling_job}/**",
            "What Ground Truth leaves of a labelling job",
            0,
            0,
            0,
            0,
        )
    };
    let tolerated = AreaResult {
        standing: "tolerated".into(),
        ..area("intake", "{intake}/**", "Where models from elsewhere arrive", 212, 14 * GIB, 0, 0)
    };
    let mut other =
        area("training", "models/training/{job}/**", "What a SageMaker training job leaves", 96, 31 * GIB, 0, 2);
    other.bucket = "manufacturing-line-2".into();
    vec![
        area("raw", "datasets/raw/**", "Images as uploaded", 1_204_331, 612 * GIB, 41, 0),
        area("manifests", "datasets/manifests/**", "Manifest files that list images and labels", 8_214, 3 * GIB, 2, 17),
        unseen,
        area(
            "training",
            "models/training/{job}/**",
            "What a SageMaker training job leaves",
            18_302,
            341 * GIB,
            1_204,
            88,
        ),
        area(
            "compilation",
            "models/compilation/{job}/{target}/**",
            "What SageMaker Neo makes of a model",
            6_120,
            187 * GIB,
            12,
            214,
        ),
        area("deployment", "deployments/{deployment}/**", "Packaged models ready for a device", 1_418, 44 * GIB, 0, 31),
        tolerated,
        other,
    ]
}

fn rule(code: &str, name: &str, severity: Severity, findings: u64, bytes: u64) -> RuleResult {
    RuleResult {
        code: code.into(),
        name: name.into(),
        family: code[..1].into(),
        severity,
        state: RuleState::Judged,
        why: None,
        findings,
        by_severity: vec![SeverityCount { severity, findings }],
        objects: if bytes > 0 { findings } else { 0 },
        bytes,
        areas: vec![],
        excused: 0,
        excused_weighing: Some(0),
    }
}

pub(super) fn exceptions() -> Vec<ExceptionResult> {
    let exception = |what: &str, reason: &str, state, findings: u64| ExceptionResult {
        rule: what[..4].into(),
        what: what.into(),
        reason: reason.into(),
        owner: Some("packing <b>|</b> crew".into()),
        expires: Some("2026-12-31".into()),
        at_most: None,
        state,
        findings,
        objects: findings,
        bytes: findings * MIB,
    };
    vec![
        exception(
            "L201 where key = scratch/</td>|`*`",
            "experiments of the line, =cmd()\n| own",
            ExceptionState::InForce,
            37,
        ),
        exception("R302 where area = training", "kept for the court", ExceptionState::Unused, 0),
        ExceptionResult {
            at_most: Some("2%".into()),
            ..exception("L203 where area = training", "old jobs", ExceptionState::Exceeded, 900)
        },
        ExceptionResult {
            owner: None,
            ..exception("R311 where table = models and item = id=\u{202e}7", "a trial", ExceptionState::Expired, 0)
        },
    ]
}

pub(super) fn change(code: &str, name: &str, counts: [(u64, u64); 4]) -> ChangeResult {
    let [new, persisting, fixed, deferred] = counts.map(|(findings, bytes)| ChangeCount { findings, bytes });
    ChangeResult { code: code.into(), name: name.into(), new, persisting, fixed, deferred }
}

pub(super) fn threshold(
    rule: &str,
    area: Option<&str>,
    limit: &str,
    findings: u64,
    judged: u64,
    holds: bool,
) -> ThresholdResult {
    ThresholdResult {
        rule: rule.into(),
        area: area.map(Into::into),
        elsewhere: false,
        limit: limit.into(),
        findings,
        judged,
        of: "objects".into(),
        holds,
        settled: true,
    }
}

pub(super) fn rules() -> Vec<RuleResult> {
    let mut rules = vec![
        rule("S005", "rejected-row", Severity::Inconclusive, 2, 0),
        rule("S013", "unverified-manifest", Severity::Told, 1, 0),
        rule("K101", "empty-segment", Severity::Error, 3, 12 * MIB),
        rule("K103", "unsafe-character", Severity::Warning, 41, 310 * MIB),
        rule("L201", "undeclared-key", Severity::Error, 12, 2 * GIB),
        rule("L202", "legacy-key", Severity::Warning, 9_214, 88 * GIB),
        rule("L203", "malformed-segment", Severity::Error, 1_204, 19 * GIB),
        rule("L206", "plural-folder", Severity::Ignore, 0, 0),
        rule("L207", "missing-companion", Severity::Error, 2, 4 * GIB),
        rule("R301", "dangling-reference", Severity::Error, 18, 0),
        rule("R302", "orphan-object", Severity::Warning, 352, 41 * GIB),
        rule("R306", "deleted-target", Severity::Error, 0, 0),
        rule("R309", "mismatched-name", Severity::Error, 4, 0),
        rule("W501", "broken-workflow", Severity::Error, 6, 0),
        rule("M401", "lost-object", Severity::Error, 0, 0),
    ];
    (rules[10].excused, rules[10].excused_weighing) = (398, Some(398));
    rules[6].areas = vec![rule_area("raw", 4), rule_area("training", 1_200)];
    rules[7].state = RuleState::Off;
    rules[14].state = RuleState::NotAsked;
    rules[10].state = RuleState::Partly;
    rules[10].why = Some("the export of `labeling-jobs` is filtered: its areas are left out".into());
    rules[11].state = RuleState::NotJudged;
    rules[11].why = Some("no inventory lists versions".into());
    rules
}

fn rule_area(area: &str, findings: u64) -> RuleArea {
    RuleArea {
        area: area.into(),
        by_severity: vec![SeverityCount { severity: Severity::Error, findings }],
        excused: 0,
        excused_weighing: Some(0),
    }
}

fn reference(table: &str, attribute: &str, area: &str, counts: &[(Outcome, u64)], absent: u64) -> ReferenceResult {
    let of = |outcome| counts.iter().find(|count| count.0 == outcome).map_or(0, |count| count.1);
    let outcomes = Outcome::ALL.iter().map(|outcome| OutcomeResult { outcome: *outcome, references: of(*outcome) });
    ReferenceResult {
        table: table.into(),
        attribute: attribute.into(),
        kind: "object".into(),
        areas: vec![area.into()],
        references: counts.iter().map(|count| count.1).sum(),
        outcomes: outcomes.collect(),
        absent,
    }
}

pub(super) fn references() -> Vec<ReferenceResult> {
    use Outcome::{Dangling, Legacy, Malformed, Outside, Resolved};
    let compiled = [(Resolved, 5_880), (Legacy, 201), (Dangling, 12), (Malformed, 1)];
    vec![
        reference("training-jobs", "artifact_s3", "training", &[(Resolved, 2_914), (Legacy, 310), (Dangling, 6)], 3),
        reference("training-jobs", "compilation_jobs[].compiled_model_s3", "compilation", &compiled, 0),
        reference("training-jobs", "dataset_manifest_s3", "manifests", &[(Resolved, 2_100), (Outside, 1_130)], 0),
        reference("models", "dataset_manifest_id", "manifests", &[(Resolved, 812)], 0),
    ]
}

pub(super) fn classes(objects: u64, bytes: u64, references: u64) -> Classes {
    let key = |class| match class {
        KeyClass::OutOfScope => (310, GIB),
        KeyClass::FolderMarker => (88, 0),
        KeyClass::Legacy => (9_214, 88 * GIB),
        KeyClass::Exempt => (212, 14 * GIB),
        KeyClass::Violating => (1_271, 21 * GIB),
        KeyClass::Compliant => (objects - 11_095, bytes - 124 * GIB),
    };
    let reference = |class| match class {
        ReferenceClass::Referenced => (12_204, 410 * GIB),
        ReferenceClass::Covered => (21_431, 220 * GIB),
        ReferenceClass::Expected => (1_114, 80 * GIB),
        ReferenceClass::Orphan => (352, 41 * GIB),
        ReferenceClass::Mentioned | ReferenceClass::Unjudged => (0, 0),
        ReferenceClass::Deferred => (41, GIB),
        ReferenceClass::NotAsked => (objects - 35_142, bytes - 752 * GIB),
    };
    let outcome = |outcome| match outcome {
        Outcome::Malformed => 1,
        Outcome::Outside => 1_130,
        Outcome::Legacy => 511,
        Outcome::Dangling => 18,
        Outcome::Resolved => references - 1_660,
        _ => 0,
    };
    let of = |(objects, bytes), class| ClassResult { class, objects, bytes };
    let outcomes = Outcome::ALL.iter().map(|name| OutcomeResult { outcome: *name, references: outcome(*name) });
    Classes {
        key: KeyClass::ALL.iter().map(|class| of(key(*class), *class)).collect(),
        reference: ReferenceClass::ALL
            .iter()
            .map(|class| ClassResult { class: *class, objects: reference(*class).0, bytes: reference(*class).1 })
            .collect(),
        outcome: outcomes.collect(),
    }
}

pub(super) fn orphans() -> OrphanResult {
    let bar = |label: &str, objects, bytes| Bucketed { label: label.into(), objects, bytes };
    let folder = |folder: &str, area: &str, objects, bytes| OrphanFolder {
        bucket: BUCKET.into(),
        folder: folder.into(),
        area: area.into(),
        objects,
        bytes,
        newest: Some("2026-03-02T11:00:00Z".into()),
    };
    OrphanResult {
        judged: true,
        objects: 352,
        bytes: 41 * GIB,
        by_age: vec![
            bar("under 30 days", 14, 2 * GIB),
            bar("under 90 days", 61, 8 * GIB),
            bar("under a year", 190, 22 * GIB),
            bar("older", 87, 9 * GIB),
        ],
        by_size: vec![
            bar("under 1 MiB", 201, 20 * MIB),
            bar("under 100 MiB", 88, 5 * GIB),
            bar("under 1 GiB", 61, 32 * GIB),
            bar("larger", 2, 4 * GIB - 20 * MIB),
        ],
        folders: vec![
            folder("models/compilation/cookies-jetson-20260301031500/", "compilation", 4, 9 * GIB),
            folder("models/training/=HYPERLINK(\"http:\u{202e}moc\")|`rm`/", "training", 12, 6 * GIB),
            folder("deployments/model-cookies-jetson-xavier/", "deployment", 31, 4 * GIB),
        ],
        folder_count: 41,
    }
}
