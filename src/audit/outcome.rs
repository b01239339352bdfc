//! What became of each reference, once every row has been seen.

use crate::audit::inputs::AuditInputs;
use crate::audit::pass::Completeness;
use crate::model::{Millis, Outcome};
use crate::references::References;
use crate::references::index::{BucketIndex, seen};
use crate::references::records::{Flags, NONE, Odd};

/// What is known of one bucket's inventory.
#[derive(Debug, Clone, Copy)]
pub(super) struct BucketView {
    /// Whether everything listed was read whole.
    pub(super) complete: bool,
    /// A record that changed after this is deferred.
    pub(super) settled_before: Millis,
    /// Whether the inventory lists versions.
    pub(super) lists_versions: bool,
}

impl BucketView {
    /// One for each bucket of the layout.
    pub(super) fn all(inputs: &AuditInputs, complete: &Completeness, buckets: usize, grace: Millis) -> Vec<Self> {
        let view = |bucket: usize| {
            let mut of_bucket = inputs.inventories.iter().enumerate();
            let found = of_bucket.find(|(_, (number, _))| usize::from(*number) == bucket);
            Self {
                complete: found.is_some_and(|(number, _)| complete.of(number)),
                settled_before: inputs.created_at(bucket).map_or(Millis::MAX, |at| at.saturating_sub(grace)),
                lists_versions: found.is_some_and(|(_, (_, delivery))| {
                    delivery.columns.contains(crate::source::inventory::Column::VersionId)
                }),
            }
        };
        (0..buckets).map(view).collect()
    }
}

/// What exists of what a reference names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Existing {
    pub(super) outcome: Outcome,
    /// Whether its own key exists.
    pub(super) old: bool,
    /// Whether its mapped new key exists.
    pub(super) new: bool,
    /// Whether it names an object and holds for what lies below its key, where no folder marker has that name.
    pub(super) as_prefix: bool,
}

/// Judges one reference: the first outcome that fits. What was seen is certain, even where an inventory is not
/// complete; only what was not seen can be unjudged.
pub(super) fn judge(references: &References, number: u32, views: &[BucketView]) -> Existing {
    let reference = references.reference(number);
    let flags = reference.flags;
    let plain = |outcome| Existing { outcome, old: false, new: false, as_prefix: false };
    if flags.has(Flags::MALFORMED) {
        return plain(Outcome::Malformed);
    }
    if flags.has(Flags::OUTSIDE) {
        return plain(Outcome::Outside);
    }
    let bucket = usize::from(reference.bucket);
    let index = &references.buckets[bucket];
    let view = &views[bucket];
    if flags.has(Flags::BUCKET) {
        return plain(Outcome::Resolved);
    }
    if reference.target == NONE {
        return plain(Outcome::Malformed);
    }
    if flags.has(Flags::PREFIX) {
        let resolved = index.prefix_seen(reference.target);
        return plain(if resolved { Outcome::Resolved } else { missing(references, number, view) });
    }
    let odd = references.odd.get(&number);
    let bits = key_bits(index, reference.target, odd, view);
    let old = bits & seen::LIVE != 0;
    let mapped = flags.has(Flags::LEGACY).then(|| references.mapped.get(&number)).flatten();
    let new = mapped.is_some_and(|&key| index.seen(key) & seen::LIVE != 0);
    let outcome = if old && bits & seen::ARCHIVED != 0 {
        Outcome::Archived
    } else if flags.has(Flags::LEGACY) && (old || new) {
        Outcome::Legacy
    } else if old || odd.and_then(|odd| odd.prefix).is_some_and(|prefix| index.prefix_seen(prefix)) {
        Outcome::Resolved
    } else if bits & seen::DELETED != 0 {
        Outcome::Deleted
    } else {
        missing(references, number, view)
    };
    Existing { outcome, old, new, as_prefix: outcome == Outcome::Resolved && !old }
}

/// What was seen of the key in any of its readings, and in the version asked for.
fn key_bits(index: &BucketIndex, target: u32, odd: Option<&Odd>, view: &BucketView) -> u8 {
    let version = odd.and_then(|odd| odd.version.as_deref()).filter(|_| view.lists_versions);
    let seen_of = |number: u32| match version {
        // The latest version may be another one, in another storage class.
        Some(version) => index.seen(number) & !(seen::LIVE | seen::ARCHIVED) | index.version_seen(number, version),
        None => index.seen(number),
    };
    let bits = seen_of(target);
    match odd.and_then(|odd| odd.other_target).filter(|_| bits & seen::LIVE == 0) {
        Some(other) => bits | seen_of(other),
        None => bits,
    }
}

fn missing(references: &References, reference: u32, view: &BucketView) -> Outcome {
    // However whole the inventory is, what it leaves out may lie below the prefix.
    if references.reference(reference).flags.has(Flags::ABOVE) {
        Outcome::Outside
    } else if !view.complete {
        Outcome::Unjudged
    } else if references
        .items
        .changed_at(references.item_of(reference))
        .is_some_and(|changed| changed > view.settled_before)
    {
        Outcome::Deferred
    } else {
        Outcome::Dangling
    }
}
