//! What was read and what it was judged by: the parts of a result beside the judgement, and the digest over all.

use sha2::{Digest, Sha256};

use crate::audit::assemble::Counted;
use crate::audit::inputs::AuditInputs;
use crate::audit::pass::Completeness;
use crate::audit::settings::AuditRequest;
use crate::model::bytes::hex;
use crate::model::time;
use crate::results::schema::{
    Configuration, ExportInput, ExportLink, Inputs, InventoryInput, RequirementResult, Results,
};
use crate::source::PassedOver;
use crate::source::export::{Export, ExportKind};

/// What was read, and how much of it.
pub(super) struct Read<'a> {
    pub(super) request: &'a AuditRequest<'a>,
    pub(super) inputs: &'a AuditInputs,
    pub(super) inventory_rows: &'a [u64],
    pub(super) export_items: &'a [u64],
    pub(super) inventories_complete: &'a Completeness,
    pub(super) exports_complete: &'a Completeness,
}

impl Read<'_> {
    pub(super) fn results(&self) -> Inputs {
        let manifests: Vec<&str> =
            self.inputs.inventories.iter().map(|(_, delivery)| delivery.manifest.name.as_str()).collect();
        let summaries: Vec<&str> = self.inputs.exports.iter().map(|(_, export)| export.summary.name.as_str()).collect();
        let inventories = self.inputs.inventories.iter().enumerate().map(|(number, (_, delivery))| InventoryInput {
            bucket: delivery.bucket.clone(),
            configuration: delivery.configuration.clone(),
            created_at: delivery.created_at.map(time::format_utc),
            format: delivery.format.name().to_owned(),
            manifest_sha256: delivery.manifest.sha256.clone(),
            verified: delivery.verified,
            parts: delivery.parts.len() as u64,
            bytes: delivery.parts.iter().map(|part| part.stated_size).sum(),
            rows: self.inventory_rows[number],
            columns: delivery.columns.iter().map(|column| column.aws_name().to_owned()).collect(),
            unknown_columns: delivery.unknown_columns.clone(),
            complete: self.inventories_complete.of(number),
            remarks: remarks(delivery.origin.remark(), &self.inputs.inventories_passed_over, &manifests, number),
        });
        let spec = self.request.layout.spec();
        let exports = self.inputs.exports.iter().enumerate().map(|(number, (table, export))| ExportInput {
            table: export.table.clone(),
            declared: Some(spec.tables[usize::from(*table)].name.clone()),
            exported_at: export.is_dated.then(|| time::format_utc(export.shows_at())),
            format: Some(export.format.name().to_owned()),
            manifest_sha256: export.summary.sha256.clone(),
            verified: export.links().all(|link| link.verified),
            files: export.links().map(|link| link.files.len() as u64).sum(),
            items: self.export_items[number],
            complete: self.exports_complete.of(number),
            remarks: remarks(export.origin.remark(), &self.inputs.exports_passed_over, &summaries, number),
            chain: chain(export),
        });
        let undeclared = self.inputs.undeclared_tables.iter().map(|table| ExportInput {
            table: table.clone(),
            declared: None,
            exported_at: None,
            format: None,
            manifest_sha256: String::new(),
            verified: false,
            files: 0,
            items: 0,
            complete: true,
            remarks: vec!["no table of this name is declared: it was not read".to_owned()],
            chain: Vec::new(),
        });
        Inputs {
            inventories: inventories.collect(),
            exports: exports.chain(undeclared).collect(),
            now: self.request.now_is_pinned.then(|| time::format_utc(self.request.now)),
            skew_ms: self.inputs.skew(),
            checksums: self.request.verify,
            before: None,
        }
    }
}

impl Counted<'_> {
    pub(super) fn input_results(&self) -> Inputs {
        let &Counted { request, inputs, inventory_rows, export_items, inventories_complete, exports_complete, .. } =
            self;
        let read = Read { request, inputs, inventory_rows, export_items, inventories_complete, exports_complete };
        Inputs { before: self.before.clone(), ..read.results() }
    }

    pub(super) fn configuration(&self) -> Configuration {
        let spec = self.request.layout.spec();
        let code = |selector: &String| {
            crate::rules::find(selector).map_or_else(|| selector.clone(), |rule| rule.meta.code.to_owned())
        };
        let requirements = spec.requirements.iter().map(|requirement| RequirementResult {
            id: requirement.id.clone(),
            text: requirement.text.clone(),
            rules: requirement.rules.iter().map(code).collect(),
            commands: requirement.commands.clone(),
            areas: requirement.areas.clone(),
            limits: requirement.limits.clone(),
            shown_by: requirement.shown_by.clone(),
            conflicts_with: requirement.conflicts_with.clone(),
            waived: requirement.waived.clone(),
        });
        let (preset, preset_sha256) = spec.preset.clone().unzip();
        Configuration {
            title: spec.output.title.clone().unwrap_or_else(|| spec.title.clone()),
            preset,
            preset_sha256,
            sha256: spec.digest.clone(),
            requirements: requirements.collect(),
            switches: self.request.switches.clone(),
        }
    }
}

/// The exports of a chain; none of a full export alone, which its own entry tells.
fn chain(export: &Export) -> Vec<ExportLink> {
    if export.kind == ExportKind::Full && export.increments.is_empty() {
        return Vec::new();
    }
    let links = export.links().map(|link| {
        let (from, view) = match link.kind {
            ExportKind::Full => (None, None),
            ExportKind::Incremental { from, view } => (Some(time::format_utc(from)), Some(view.name().to_owned())),
        };
        ExportLink {
            kind: link.kind.name().to_owned(),
            from,
            to: time::format_utc(link.export_time),
            view,
            format: link.format.name().to_owned(),
            manifest_sha256: link.summary.sha256.clone(),
            verified: link.verified,
            files: link.files.len() as u64,
            items: link.item_count.unwrap_or_default(),
        }
    });
    links.collect()
}

/// What there is to say of an input without a manifest, and what was passed over beside input `number` of `manifests`:
/// below the folder that holds its delivery's own. The first input is told of what stands beside none.
fn remarks(origin: Option<&'static str>, passed_over: &[PassedOver], manifests: &[&str], number: usize) -> Vec<String> {
    let shelf = |manifest: &str| manifest.rsplitn(3, '/').nth(2).map(str::to_owned);
    let beside = |passed: &PassedOver| manifests.iter().position(|manifest| shelf(manifest) == shelf(&passed.manifest));
    let here = passed_over.iter().filter(|passed| beside(passed).unwrap_or(0) == number);
    let passed = here.map(|passed| format!("`{}` was passed over: {}", passed.manifest, passed.reason));
    origin.map(str::to_owned).into_iter().chain(passed).collect()
}

/// SHA-256 over what makes two audits the same: the inputs' digests, the effective configuration, the version and
/// the judgement.
pub(super) fn evidence_digest(results: &Results) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    let before = results.inputs.before.iter().flat_map(|before| &before.inventories);
    let manifests = results.inputs.inventories.iter().chain(before).map(|input| &input.manifest_sha256);
    let exports = results.inputs.exports.iter();
    // The first export of a chain is the input itself.
    let exports = exports.flat_map(|input| {
        let later = input.chain.iter().skip(1).map(|link| &link.manifest_sha256);
        std::iter::once(&input.manifest_sha256).chain(later)
    });
    manifests.chain(exports).for_each(|digest| add(digest));
    add(&results.configuration.sha256);
    add(&results.tool.version);
    add(&serde_json::to_string(&results.judgement).unwrap_or_default());
    hex(&hash.finalize())
}
