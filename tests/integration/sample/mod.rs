//! A result with a bit of everything, and keys that attack every format.

mod findings;
mod inputs;
mod judgement;

pub(crate) use findings::{findings, folders};
use inputs::{inputs, requirements};
use judgement::{areas, change, classes, exceptions, orphans, references, rules, threshold};
use stocktake::model::{Phase, Verdict};
use stocktake::results::schema::{
    BaselineResult, Configuration, HistoryEntry, Judgement, KnownResult, LegacyResult, NotChecked, Results,
    SinceResult, Tool, Totals, WorkflowResult, WorkflowStep,
};

const BUCKET: &str = "manufacturing-line-1";
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

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
