//! Whether a plan was made of what is given as *before*: of another inventory it proves nothing.

use std::collections::BTreeSet;

use crate::audit::inputs::{AuditInputs, report};
use crate::audit::settings::AuditRequest;
use crate::audit::sink::Emitter;
use crate::layout::spec::Fate;
use crate::layout::{Captures, KeyMatch, Layout};
use crate::model::Millis;
use crate::results::plan::Plan;
use crate::results::schema::{Inputs, MigrationResult};
use crate::rules::context::SourceContext;

/// Whether the inventories are those that the plan was made of, by their manifests.
pub(super) fn is_made_of(plan: &Plan, before: &Inputs) -> bool {
    let manifests = |inputs: &Inputs| -> BTreeSet<String> {
        inputs.inventories.iter().map(|input| input.manifest_sha256.clone()).collect()
    };
    manifests(&plan.inputs) == manifests(before)
}

/// The layout, if the plan was made by another configuration: keys may move by it that the plan does not know.
pub(super) fn other_layout<'l>(plan: &Plan, layout: &'l Layout) -> Option<&'l Layout> {
    (plan.configuration_sha256 != layout.spec().digest).then_some(layout)
}

/// Whether a plan for this layout would have a row for a key, by which it moves.
pub(super) fn is_to_move(layout: &Layout, bucket: u16, key: &[u8], captures: &mut Captures) -> bool {
    let found = layout.buckets()[usize::from(bucket)].identify(key, captures);
    let KeyMatch::Legacy(placed) = found else { return false };
    let legacy =
        placed.legacy.and_then(|legacy| layout.spec().areas[usize::from(placed.area)].legacy.get(usize::from(legacy)));
    legacy.is_some_and(|legacy| matches!(legacy.fate, Fate::To(_)))
}

/// Whether a bucket was listed for *after* before it was for *before*: of several inventories the oldest counts.
pub(super) fn is_older(after: &AuditInputs, before: &AuditInputs) -> bool {
    let listed = |inputs: &AuditInputs, bucket: u16| -> Option<Millis> {
        let own = inputs.inventories.iter().filter(|(of, _)| *of == bucket);
        own.filter_map(|(_, delivery)| delivery.created_at).min()
    };
    let buckets = after.inventories.iter().map(|(bucket, _)| *bucket);
    let mut times = buckets.filter_map(|bucket| listed(after, bucket).zip(listed(before, bucket)));
    times.any(|(after, before)| after < before)
}

/// The declared tables whose exports the plan was made of, and of which none is given now.
pub(super) fn tables_left_out(plan: &Plan, layout: &Layout, after: &AuditInputs) -> Vec<String> {
    let tables = &layout.spec().tables;
    let is_given = |name: &String| after.exports.iter().any(|(table, _)| tables[usize::from(*table)].name == *name);
    let planned = plan.inputs.exports.iter().filter_map(|input| input.declared.clone());
    planned.filter(|name| !is_given(name)).collect()
}

/// Why nothing is proved by another *before* than the plan's.
pub(super) const OTHER: &str =
    "the plan was made of another inventory than the one given as before, or for another layout";

/// Tells that the plan was made of something else; `objects` are known to only one of both, as far as was counted.
pub(super) fn tell(
    request: &AuditRequest<'_>,
    plan: &Plan,
    objects: u64,
    emitter: &mut Emitter<'_>,
    result: &mut MigrationResult,
) {
    let whole = plan.totals.legacy.objects;
    let context = SourceContext::Implausible { detail: "plan", part: objects, whole, bucket: None };
    report(request, emitter, "S011", &context);
    let why = match objects {
        0 => "the plan was made of another inventory than the one given as before",
        _ => OTHER,
    };
    result.remarks.push(format!("nothing is proved: {why}"));
    result.rollback.ready = false;
    result.rollback.sentence = why.to_owned();
}
