//! The findings and the folders of the sample.

use stocktake::model::{Finding, Severity, Subject};
use stocktake::results::schema::FolderRow;

use super::{BUCKET, GIB, MIB};

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
