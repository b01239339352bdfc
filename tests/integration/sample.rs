//! A result with a bit of everything, and keys that attack every format.

use stocktake::model::{Finding, KeyClass, Outcome, Phase, ReferenceClass, Severity, Subject, Verdict};
use stocktake::results::schema::{
    AreaResult, BaselineResult, Bucketed, ChangeCount, ChangeResult, ClassResult, Classes, Configuration,
    ExceptionResult, ExceptionState, ExportInput, ExportLink, FolderRow, HistoryEntry, Inputs, InventoryInput,
    Judgement, KnownResult, LegacyResult, NotChecked, OrphanFolder, OrphanResult, OutcomeResult, ReferenceResult,
    RequirementResult, Results, RuleArea, RuleResult, RuleState, SeverityCount, SinceResult, ThresholdResult, Tool,
    Totals, WorkflowResult, WorkflowStep,
};

const BUCKET: &str = "manufacturing-line-1";
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

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

fn areas() -> Vec<AreaResult> {
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
    }
}

fn exceptions() -> Vec<ExceptionResult> {
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

fn change(code: &str, name: &str, counts: [(u64, u64); 4]) -> ChangeResult {
    let [new, persisting, fixed, deferred] = counts.map(|(findings, bytes)| ChangeCount { findings, bytes });
    ChangeResult { code: code.into(), name: name.into(), new, persisting, fixed, deferred }
}

fn threshold(rule: &str, area: Option<&str>, limit: &str, findings: u64, judged: u64, holds: bool) -> ThresholdResult {
    ThresholdResult {
        rule: rule.into(),
        area: area.map(Into::into),
        limit: limit.into(),
        findings,
        judged,
        of: "objects".into(),
        holds,
    }
}

fn rules() -> Vec<RuleResult> {
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
    rules[10].excused = 398;
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
    RuleArea { area: area.into(), by_severity: vec![SeverityCount { severity: Severity::Error, findings }], excused: 0 }
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

fn references() -> Vec<ReferenceResult> {
    use Outcome::{Dangling, Legacy, Malformed, Outside, Resolved};
    let compiled = [(Resolved, 5_880), (Legacy, 201), (Dangling, 12), (Malformed, 1)];
    vec![
        reference("training-jobs", "artifact_s3", "training", &[(Resolved, 2_914), (Legacy, 310), (Dangling, 6)], 3),
        reference("training-jobs", "compilation_jobs[].compiled_model_s3", "compilation", &compiled, 0),
        reference("training-jobs", "dataset_manifest_s3", "manifests", &[(Resolved, 2_100), (Outside, 1_130)], 0),
        reference("models", "dataset_manifest_id", "manifests", &[(Resolved, 812)], 0),
    ]
}

fn classes(objects: u64, bytes: u64, references: u64) -> Classes {
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

fn inputs() -> Inputs {
    let inventory = InventoryInput {
        bucket: BUCKET.into(),
        configuration: Some("nightly".into()),
        created_at: Some("2026-11-22T01:00:00Z".into()),
        format: "CSV".into(),
        manifest_sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        verified: true,
        parts: 12,
        bytes: 188 * MIB,
        rows: 1_248_003,
        columns: ["bucket", "key", "size", "last_modified_date", "e_tag", "storage_class"].map(str::to_owned).to_vec(),
        unknown_columns: vec!["replication_status".into()],
        complete: false,
        remarks: vec!["a newer delivery of `2026-11-23T01-00Z` was passed over: it has no manifest yet".into()],
    };
    let second = InventoryInput {
        bucket: "manufacturing-line-2".into(),
        format: "Parquet".into(),
        parts: 1,
        bytes: 3 * MIB,
        rows: 988,
        complete: true,
        verified: false,
        remarks: vec![],
        ..inventory.clone()
    };
    let export = |table: &str, items, complete| ExportInput {
        table: format!("dda-portal-{table}"),
        declared: Some(table.into()),
        exported_at: Some("2026-11-22T02:30:00Z".into()),
        format: Some("DYNAMODB_JSON".into()),
        manifest_sha256: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752".into(),
        verified: true,
        files: 4,
        items,
        complete,
        remarks: vec![],
        chain: vec![],
    };
    let link = |kind: &str, from: Option<&str>, to: &str, digest: &str| ExportLink {
        kind: kind.into(),
        from: from.map(str::to_owned),
        to: to.into(),
        view: from.map(|_| "NEW_IMAGE".into()),
        format: "ION".into(),
        manifest_sha256: digest.repeat(8),
        verified: true,
        files: 2,
        items: 803,
    };
    let (full, end) = ("2026-11-21T02:30:00Z", "2026-11-22T02:30:00Z");
    let chained = ExportInput {
        chain: vec![link("full", None, full, "60303ae2"), link("incremental", Some(full), end, "a1b2c3d4")],
        ..export("models", 812, true)
    };
    Inputs {
        inventories: vec![inventory, second],
        exports: vec![export("training-jobs", 3_233, true), export("labeling-jobs", 412, true), chained],
        now: Some("2026-11-22T06:00:00Z".into()),
        skew_ms: Some(5_400_000),
        checksums: true,
        before: None,
    }
}

fn orphans() -> OrphanResult {
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

fn requirements() -> Vec<RequirementResult> {
    let requirement = |id: &str, text: &str, rules: &[&str]| RequirementResult {
        id: id.into(),
        text: text.into(),
        rules: rules.iter().map(|code| (*code).to_owned()).collect(),
        commands: vec![],
        areas: vec![],
        limits: None,
        shown_by: None,
        conflicts_with: vec![],
        waived: None,
    };
    let mut list = vec![
        requirement("1.1", "Models of training jobs lie under `models/training/{job}/`", &["L201", "L203", "L205"]),
        requirement("1.4", "Folder names are singular", &["L206"]),
        requirement("3.2", "No reference is lost", &["R306", "R309"]),
        requirement("4.1", "Every artifact keeps its metadata when it moves", &[]),
        requirement("5.3", "Nothing is deleted", &["M401"]),
        requirement("6.1", "Models have their companions in one folder", &["K105"]),
    ];
    list[1].waived = Some("the explicit paths of 1.1 win".into());
    list[1].conflicts_with = vec!["1.1".into()];
    list[3].limits = Some("metadata cannot be shown from an inventory".into());
    list[3].shown_by = Some("`HEAD` of a sample of objects | before and after".into());
    list[2].areas = vec!["training".into()];
    list[0].areas = vec!["raw".into()];
    list[0].commands = vec!["audit".into(), "path build".into()];
    list[3].commands = vec!["migrate verify".into()];
    list
}

/// The result.
pub(crate) fn results() -> Results {
    let (areas, rules, references) = (areas(), rules(), references());
    let legacy = |area: &str, generation: &str, fate: &str, objects, bytes| LegacyResult {
        bucket: BUCKET.into(),
        area: area.into(),
        generation: generation.into(),
        fate: fate.into(),
        objects,
        bytes,
        newest: (objects > 0).then(|| "2026-11-20T09:41:00Z".into()),
    };
    let legacy = vec![
        legacy("training", "portal", "move", 8_102, 71 * GIB),
        legacy("compilation", "portal, flat", "move", 940, 15 * GIB),
        legacy("compilation", "notebook", "keep", 172, 2 * GIB),
        legacy("deployment", "packaging, still written today", "move", 0, 0),
    ];
    let bytes = areas.iter().map(|area| area.bytes).sum::<u64>()
        + legacy.iter().map(|legacy| legacy.bytes).sum::<u64>()
        + 17 * GIB;
    let objects = 1_248_903;
    let all_references = references.iter().map(|row| row.references).sum();
    let totals = Totals {
        rows: 1_248_991,
        objects,
        bytes,
        items: 4_457,
        references: all_references,
        folders: 3_871,
        findings: rules.iter().map(|rule| rule.findings).sum(),
        ..Totals::default()
    };
    let step = |attribute: &str, broken| WorkflowStep { attribute: attribute.into(), broken };
    let flow = WorkflowResult {
        name: "train, compile, package".into(),
        table: "training-jobs".into(),
        items: 3_233,
        whole: 3_214,
        broken: 6,
        unjudged: 13,
        steps: vec![
            step("artifact_s3", 2),
            step("compilation_jobs[].compiled_model_s3", 4),
            step("packaged_components[].component_package_s3", 0),
        ],
    };
    let unchecked = |what: &str, why: &str| NotChecked { what: what.into(), why: why.into() };
    Results {
        schema: stocktake::results::schema::SCHEMA.into(),
        tool: Tool { name: "stocktake".into(), version: "0.1.0".into() },
        judgement: Judgement {
            verdict: Verdict::Fail,
            sentence: "7 rules of severity error have findings, first `L203` (1,204 objects in `training`); `R306` could not be judged".into(),
            next_step: "rename the objects that `L203` names: most hold the job's name with a space; then audit again".into(),
            fail_on: "error".into(),
            phase: Phase::During,
            classes: classes(objects, bytes, all_references),
            totals,
            rules,
            areas,
            legacy,
            references,
            orphans: orphans(),
            workflows: vec![flow],
            exceptions: exceptions(),
            baseline: Some(BaselineResult {
                sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
                entries: 412,
                findings: 400,
                objects: 398,
                bytes: 7 * GIB,
                stale: 9,
                deferred: 3,
                rules: vec![KnownResult { code: "R302".into(), findings: 398 }, KnownResult { code: "R301".into(), findings: 2 }],
            }),
            thresholds: vec![threshold("R302", None, "2%", 352, 1_248_903, true), threshold("L203", Some("training"), "40", 1_204, 18_302, false)],
            not_checked: vec![
                unchecked("references inside manifest files (`*.manifest`)", "neither an inventory nor an export shows what an object holds"),
                unchecked("whether objects can be read", "an inventory shows what is present, not who may read it"),
            ],
            migration: None,
        },
        inputs: inputs(),
        configuration: Configuration {
            title: "Edge CV Portal <b>line 1</b> | nightly".into(),
            preset: Some("edge-cv-portal".into()),
            preset_sha256: Some("2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".into()),
            sha256: "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9".into(),
            requirements: requirements(),
            switches: vec!["--phase during".into(), "--ignore plural-folder".into()],
        },
        history: vec![HistoryEntry { at: "2026-11-21T01:00:00Z".into(), verdict: Verdict::Inconclusive, objects: 1_240_112, findings: 10_400 }],
        since: Some(SinceResult {
            at: "2026-11-21T01:00:00Z".into(),
            verdict: Verdict::Inconclusive,
            evidence_digest: "0f".repeat(32),
            total: change("all", "", [(40, 3 * GIB), (10_700, 90 * GIB), (12, MIB), (3, 0)]),
            rules: vec![change("L203", "malformed-segment", [(40, 3 * GIB), (1_164, 16 * GIB), (12, MIB), (0, 0)]), change("R306", "deleted-target", [(0, 0), (0, 0), (0, 0), (3, 0)])],
        }),
        evidence_digest: "baa5a0964d3320fbc0c6a922140453c8513ea24ab8fd0577034804a967248096".into(),
    }
}

fn object(code: &'static str, severity: Severity, key: &'static str) -> Finding<'static> {
    Finding {
        bucket: Some(BUCKET.into()),
        key: Some(key.into()),
        area: Some("training".into()),
        size: Some(48 * MIB + 12_345),
        modified: Some(1_764_300_000_000),
        ..Finding::new(code, severity, Subject::Object)
    }
}

/// Findings in total order.
pub(crate) fn findings() -> Vec<Finding<'static>> {
    let reference = |code, item: &'static str, path: &'static str| Finding {
        table: Some("training-jobs".into()),
        item: Some(item.into()),
        path: Some(path.into()),
        ..Finding::new(code, Severity::Error, Subject::Reference)
    };
    vec![
        Finding {
            file: Some("manufacturing-line-1/nightly/data/0a1b.csv.gz".into()),
            row: Some(88_412),
            value: Some("12 MB".into()),
            expected: Some("a whole number of bytes".into()),
            ..Finding::new("S005", Severity::Inconclusive, Subject::Source)
        },
        Finding { file: Some("manifest.json".into()), ..Finding::new("S013", Severity::Told, Subject::Source) },
        Finding { value: Some("=".into()), ..object("L201", Severity::Error, "=cmd|' /C calc'!A0") },
        Finding { segment: Some(1), area: None, ..object("K101", Severity::Error, "a//b/model.tar.gz") },
        Finding {
            segment: Some(1),
            value: Some("U+001B".into()),
            count: Some(2),
            ..object("K103", Severity::Warning, "a/\u{1b}[31mred\u{1b}[0m\nnext line/\u{202e}gpj.exe")
        },
        Finding {
            suggestion: Some("models/training/cookie-classification-20251211-042027/output/model.tar.gz".into()),
            detail: Some("move".into()),
            value: Some("portal".into()),
            ..object(
                "L202",
                Severity::Warning,
                "datasets//training-output/cookie-classification-20251211-042027/output/model.tar.gz",
            )
        },
        Finding {
            area: None,
            ..object("L201", Severity::Error, "old/</script><script>alert(1)</script>/a|b`c`.tar.gz")
        },
        Finding {
            segment: Some(2),
            value: Some("cookies binary \"2026\"".into()),
            expected: Some("a name of letters, digits and `-`".into()),
            suggestion: Some("models/training/cookies-binary-20260607-024610/output/model.tar.gz".into()),
            ..object("L203", Severity::Error, "models/training/cookies binary \"2026\"/output/model.tar.gz")
        },
        Finding {
            segment: Some(2),
            value: Some("モデル@2026".into()),
            expected: Some("a name of letters, digits and `-`".into()),
            ..object("L203", Severity::Error, "models/training/モデル@2026/output/model.tar.gz")
        },
        Finding {
            area: Some("compilation".into()),
            value: Some("models/compilation/cookies-jetson-20260301031500/".into()),
            ..object(
                "R302",
                Severity::Warning,
                "models/compilation/cookies-jetson-20260301031500/jetson-xavier/model-LINUX_ARM64_NVIDIA.tar.gz",
            )
        },
        Finding {
            related: vec!["**/model.tar.gz".into()],
            count: Some(3),
            size: Some(2 * GIB),
            subject: Subject::Folder,
            ..object("L207", Severity::Error, "models/training/job-7/")
        },
        Finding {
            value: Some("s3://manufacturing-line-1/models/training/Job-9/model.tar.gz".into()),
            related: vec!["models/training/job-9/model.tar.gz".into()],
            ..reference("R301", "training_id=9d2c", "artifact_s3")
        },
        Finding {
            value: Some("@SUM(1+1)*cmd|' /C calc'!A0".into()),
            expected: Some("`jetson-xavier`".into()),
            ..reference("R309", "training_id=-1+2", "compilation_jobs[0].compiled_model_s3")
        },
        Finding {
            subject: Subject::Workflow,
            value: Some("compilation_jobs[1].compiled_model_s3".into()),
            ..reference("W501", "training_id=9d2c", "train, compile, package[1]")
        },
    ]
}

/// Folders, most bytes first.
pub(crate) fn folders() -> Vec<FolderRow> {
    let folder = |area: &str, folder: &str, bytes| FolderRow {
        bucket: BUCKET.into(),
        folder: folder.into(),
        area: area.into(),
        captures: vec![],
        objects: 12,
        bytes,
        newest: None,
        referenced: 1,
        covered: true,
        orphans: 0,
        orphan_bytes: 0,
        missing_companions: Some(0),
        findings: 0,
    };
    vec![
        folder("training", "models/training/cookies-binary-20260607-024610/", 90 * GIB),
        folder("raw", "datasets/raw/alien/", 80 * GIB),
        folder("training", "models/training/</text><script>/", 61 * GIB),
        folder("compilation", "models/compilation/cookies-jetson-20260607031500/", 60 * GIB),
        folder("raw", "datasets/raw/cookies/", 40 * GIB),
        folder("compilation", "models/compilation/cookies-x86cpu-20260607031500/", 31 * GIB),
        folder("training", "models/training/job-7/", 12 * GIB),
    ]
}
