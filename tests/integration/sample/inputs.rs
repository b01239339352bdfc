//! What the sample was made of, and what its configuration asks for.

use stocktake::results::schema::{ExportInput, ExportLink, Inputs, InventoryInput, RequirementResult};

use super::{BUCKET, MIB};

pub(super) fn inputs() -> Inputs {
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

pub(super) fn requirements() -> Vec<RequirementResult> {
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
