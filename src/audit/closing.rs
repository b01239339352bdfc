//! What only the whole can show of references: dangling, misplaced, shared and mentioned ones.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::audit::error::AuditError;
use crate::audit::outcome::{BucketView, Existing, judge};
use crate::audit::pass::check_cancel;
use crate::audit::settings::AuditRequest;
use crate::audit::sink::{Concern, Emitter, asked, kind};
use crate::audit::tally::Partial;
use crate::layout::{Captures, KeyMatch};
use crate::model::Outcome;
use crate::references::index::{BucketIndex, seen};
use crate::references::records::{Flags, NONE, Odd, Reference};
use crate::references::{Declarations, References};
use crate::rules::context::{MentionContext, Mismatch, Misplaced, ReferenceContext, SharedContext};

/// References between two looks at whether the user wants to stop.
const REFERENCES_PER_CHECK: u32 = 1 << 16;
/// How many other keys or items a finding names.
const RELATED: usize = 3;

/// Judges references when the pass is over.
pub(super) struct ReferenceClosing<'a> {
    pub(super) request: &'a AuditRequest<'a>,
    pub(super) declarations: &'a Declarations<'a>,
    pub(super) references: &'a References,
    pub(super) views: &'a [BucketView],
    pub(super) partial: &'a Partial,
}

/// What became of the references of each declaration.
pub(super) type OutcomeCounts = Vec<Outcomes>;

/// What became of the references of a declaration.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcomes {
    /// References by outcome.
    pub(super) counts: [u64; Outcome::COUNT],
    /// The resolved ones that name no object, but what lies below them.
    pub(super) as_prefixes: u64,
}

impl ReferenceClosing<'_> {
    /// Counts outcomes and calls the rules about single references.
    pub(super) fn references(&self, emitter: &mut Emitter) -> Result<OutcomeCounts, AuditError> {
        let mut outcomes = vec![Outcomes::default(); self.declarations.len()];
        for number in 0..self.references.list.len() as u32 {
            if number.is_multiple_of(REFERENCES_PER_CHECK) {
                check_cancel(self.request)?;
            }
            let reference = self.references.reference(number);
            let existing = judge(self.references, number, self.views);
            let of_declaration = &mut outcomes[usize::from(self.references.declaration(reference))];
            of_declaration.counts[existing.outcome as usize] += 1;
            of_declaration.as_prefixes += u64::from(existing.as_prefix);
            if self.deserves_a_look(number, reference.flags, existing.outcome) {
                self.reference(number, existing, emitter);
            }
        }
        Ok(outcomes)
    }

    /// Whether any rule could have something to say; most references are resolved and in order.
    fn deserves_a_look(&self, number: u32, flags: Flags, outcome: Outcome) -> bool {
        const ODD: u16 =
            Flags::OVER_BROAD.0 | Flags::OTHER_AREA.0 | Flags::OTHER_ROLE.0 | Flags::OTHER_USE_CASE.0 | Flags::LEGACY.0;
        match outcome {
            Outcome::Resolved | Outcome::Unjudged | Outcome::Deferred => {
                flags.0 & ODD != 0 || self.references.odd.get(&number).is_some_and(|odd| !odd.mismatches.is_empty())
            }
            _ => true,
        }
    }

    fn reference(&self, number: u32, existing: Existing, emitter: &mut Emitter) {
        let spec = self.request.layout.spec();
        let reference = self.references.reference(number);
        let index = self.references.buckets.get(usize::from(reference.bucket));
        let declaration = self.references.declaration(reference);
        let item = self.references.item_of(number);
        let declared = self.declarations.reference(declaration);
        let (table, position) = self.declarations.position(declaration);
        let odd = self.references.odd.get(&number);
        let outside = odd.and_then(|odd| odd.outside.as_ref());
        let names_place = reference.target != NONE || reference.flags.has(Flags::BUCKET);
        let bucket = match outside {
            Some((bucket, _)) => Some(&**bucket),
            None => names_place.then(|| self.request.layout.buckets()[usize::from(reference.bucket)].name()),
        };
        let key = match (outside, index) {
            (Some((_, key)), _) => Some(&**key),
            (None, Some(index)) if reference.target != NONE => Some(if reference.flags.has(Flags::PREFIX) {
                index.prefix_text(reference.target)
            } else {
                index.key_text(reference.target)
            }),
            _ => None,
        };
        let value = match odd.and_then(|odd| odd.value.as_deref()) {
            Some(value) => Cow::Borrowed(value),
            None if reference.flags.has(Flags::ALONE) => Cow::Borrowed(key.unwrap_or_default()),
            None => Cow::Owned(format!("s3://{}/{}", bucket.unwrap_or_default(), key.unwrap_or_default())),
        };
        let area = if reference.flags.has(Flags::KEY) { self.area_of(reference.bucket, key) } else { None };
        let expected =
            declared.areas.iter().map(|&area| spec.areas[area].name.as_str()).collect::<Vec<_>>().join(" or ");
        let asks_another =
            self.views[usize::from(reference.bucket)].lists_versions && odd.is_some_and(|odd| odd.version.is_some());
        let is_listed = |index: &BucketIndex| index.seen(reference.target) & seen::LIVE != 0;
        let nearest: Vec<String> = match existing.outcome {
            // The object is there, and that version of it is not.
            Outcome::Dangling if asks_another && reference.flags.has(Flags::KEY) && index.is_some_and(is_listed) => {
                key.map(str::to_owned).into_iter().collect()
            }
            Outcome::Dangling | Outcome::Deleted if reference.flags.has(Flags::KEY) => {
                self.nearest(reference.bucket, reference.target, odd)
            }
            _ => Vec::new(),
        };
        let mismatches: Vec<Mismatch> = odd.map(mismatches).unwrap_or_default();
        let role;
        let misplaced = match existing.outcome {
            // What holds as a prefix names no object that could lie elsewhere.
            Outcome::Resolved | Outcome::Archived | Outcome::Legacy if existing.old || existing.new => {
                role = self.role_of(reference.bucket);
                misplaced(reference.flags, area, &role, &expected)
            }
            _ => None,
        };
        let judged = !matches!(existing.outcome, Outcome::Malformed | Outcome::Outside | Outcome::Unjudged);
        let archived = (reference.bucket, reference.target);
        // The size is that of the latest version.
        let size = self.partial.archived.get(&archived).copied();
        let size = size.filter(|_| existing.outcome == Outcome::Archived && !asks_another);
        let context = ReferenceContext {
            table: self.declarations.table(declaration),
            spec: declared,
            item: self.references.items.names.text(item),
            path: self.references.path(reference),
            value: &value,
            outcome: existing.outcome,
            bucket,
            key,
            expected_areas: &expected,
            area,
            malformed: odd.and_then(|odd| odd.expected.as_deref()),
            near_bucket: odd.and_then(|odd| odd.near_bucket.as_deref()),
            old_exists: existing.old,
            new_exists: existing.new,
            new_key: self.references.mapped.get(&number).and_then(|&key| Some(index?.key_text(key))),
            // A legacy key that is to stay where it is gives no reason to rewrite its record.
            is_legacy: reference.flags.has(Flags::LEGACY) && !reference.flags.has(Flags::KEPT),
            nearest: &nearest,
            misplaced,
            mismatches: if judged { &mismatches } else { &[] },
            // A key ending in `/` is a prefix only where no marker of that name exists.
            over_broad: reference.flags.has(Flags::OVER_BROAD) && !existing.old,
            changed_at: self.references.items.changed_at(item),
            size,
        };
        let concern = Concern { objects: u64::from(size.is_some()), bytes: size.unwrap_or(0) };
        let severities = self.request.severities;
        for (rule, severity, check) in asked(kind!(Reference), |rule| severities.reference(rule, table, position)) {
            check(&context, &mut emitter.rule(rule, severity, concern));
        }
    }

    /// The area (for a legacy key: the one it belongs to) in which a key lies.
    fn area_of(&self, bucket: u16, key: Option<&str>) -> Option<&str> {
        let mut captures = Captures::default();
        let layout = self.request.layout;
        match layout.buckets()[usize::from(bucket)].identify(key?.as_bytes(), &mut captures) {
            KeyMatch::Area(placed) | KeyMatch::Legacy(placed) => {
                Some(layout.spec().areas[usize::from(placed.area)].name.as_str())
            }
            KeyMatch::OutOfScope | KeyMatch::Unmatched => None,
        }
    }

    fn role_of(&self, bucket: u16) -> String {
        let layout = self.request.layout;
        let entries = layout.buckets()[usize::from(bucket)].entries();
        let mut roles: Vec<&str> = entries.iter().map(|&entry| layout.spec().buckets[entry].role.as_str()).collect();
        roles.sort_unstable();
        roles.dedup();
        roles.join(" or ")
    }

    /// The least keys near a reference, in any of its readings.
    fn nearest(&self, bucket: u16, target: u32, odd: Option<&Odd>) -> Vec<String> {
        let index = &self.references.buckets[usize::from(bucket)];
        let targets = [Some(target), odd.and_then(|odd| odd.other_target)].into_iter().flatten();
        // A key that exists (in another version than the one asked for) was given no near ones once it was seen.
        let absent = targets.filter(|&target| index.seen(target) & seen::LIVE == 0);
        let found = absent.filter_map(|target| self.partial.near.get(&(bucket, target)));
        let mut nearest: Vec<String> = found.flatten().map(|key| key.to_string()).collect();
        nearest.sort_unstable();
        nearest.dedup();
        nearest.truncate(RELATED);
        nearest
    }

    /// R310: objects that several items name though one alone may.
    pub(super) fn shared(&self, emitter: &mut Emitter) {
        let exclusive = (0_u32..).zip(self.references.list.iter()).filter(|(_, reference)| {
            reference.flags.has(Flags::KEY)
                && self.declarations.reference(self.references.declaration(reference)).exclusive
        });
        let mut named: Vec<(u16, u32, u32)> =
            exclusive.map(|(number, reference)| (reference.bucket, reference.target, number)).collect();
        named.sort_unstable();
        for group in named.chunk_by(|left, right| (left.0, left.1) == (right.0, right.1)) {
            // Few objects are named twice, and none of the others is worth looking for its item.
            let item = |&(.., number): &(u16, u32, u32)| self.references.item_of(number);
            if group.len() > 1 && group.iter().any(|other| item(other) != item(&group[0])) {
                self.shared_object(group, emitter);
            }
        }
    }

    fn shared_object(&self, group: &[(u16, u32, u32)], emitter: &mut Emitter) {
        let identity = |number: u32| {
            let reference = self.references.reference(number);
            let table = self.declarations.table(self.references.declaration(reference)).name.as_str();
            let item = self.references.items.names.text(self.references.item_of(number));
            (table, item, self.references.path(reference))
        };
        let Some(&(bucket, target, least)) = group.iter().min_by_key(|(.., number)| identity(*number)) else { return };
        let (_, item, path) = identity(least);
        let declaration = self.references.declaration(self.references.reference(least));
        let mut items: Vec<(&str, &str)> =
            group.iter().map(|(.., number)| identity(*number)).map(|(table, item, _)| (table, item)).collect();
        items.sort_unstable();
        items.dedup();
        let table = self.declarations.table(declaration);
        let others = items.iter().filter(|(other, name)| (*other, *name) != (table.name.as_str(), item));
        let others: Vec<String> = others.take(RELATED).map(|(table, item)| format!("{table} {item}")).collect();
        let context = SharedContext {
            table,
            item,
            path,
            bucket: self.request.layout.buckets()[usize::from(bucket)].name(),
            key: self.references.buckets[usize::from(bucket)].key_text(target),
            others: &others,
            items: items.len() as u64,
        };
        let (table, position) = self.declarations.position(declaration);
        let severities = self.request.severities;
        for (rule, severity, check) in asked(kind!(Shared), |rule| severities.reference(rule, table, position)) {
            check(&context, &mut emitter.rule(rule, severity, Concern::default()));
        }
    }

    /// R312: undeclared attributes that hold URIs of declared buckets.
    pub(super) fn mentions(&self, emitter: &mut Emitter) {
        for ((table, path), mention) in &self.references.mentions {
            let table = usize::from(*table);
            let context = MentionContext {
                table: &self.request.layout.spec().tables[table],
                path,
                occurrences: mention.occurrences,
                item: &mention.item,
                value: &mention.value,
            };
            let severities = self.request.severities;
            for (rule, severity, check) in asked(kind!(Mention), |rule| severities.table(rule, table)) {
                check(&context, &mut emitter.rule(rule, severity, Concern::default()));
            }
        }
    }

    /// References to objects that were judged, and how many of them reach something, for S011.
    pub(super) fn plausibility(&self, outcomes: &OutcomeCounts) -> (u64, u64) {
        let of_objects = (0_u16..).zip(outcomes).filter(|(declaration, _)| {
            self.declarations.reference(*declaration).kind != crate::layout::spec::ReferenceKind::Bucket
        });
        let (mut judged, mut reached) = (0, 0);
        for (_, Outcomes { counts, .. }) in of_objects {
            let of = |outcome: Outcome| counts[outcome as usize];
            let here = of(Outcome::Resolved) + of(Outcome::Archived) + of(Outcome::Legacy);
            reached += here;
            judged += here + of(Outcome::Deleted) + of(Outcome::Dangling);
        }
        (judged, reached)
    }

    /// The buckets that key or prefix references name, by position: how many references.
    pub(super) fn named_buckets(&self) -> HashMap<u16, u64> {
        let mut named: HashMap<u16, u64> = HashMap::new();
        let is_listed = |reference: &&Reference| reference.target != NONE && !reference.flags.has(Flags::ABOVE);
        for reference in self.references.list.iter().filter(is_listed) {
            *named.entry(reference.bucket).or_default() += 1;
        }
        named
    }
}

fn mismatches(odd: &Odd) -> Vec<Mismatch> {
    let mismatch = |(placeholder, captured, recorded): &(Box<str>, Box<str>, Box<str>)| Mismatch {
        placeholder: placeholder.to_string(),
        captured: captured.to_string(),
        recorded: recorded.to_string(),
    };
    odd.mismatches.iter().map(mismatch).collect()
}

fn misplaced<'a>(flags: Flags, area: Option<&'a str>, role: &'a str, expected: &'a str) -> Option<Misplaced<'a>> {
    if flags.has(Flags::OTHER_USE_CASE) {
        Some(Misplaced { kind: "use-case", found: "another use case's prefix", expected: "the record's own use case" })
    } else if flags.has(Flags::OTHER_ROLE) {
        Some(Misplaced { kind: "role", found: role, expected })
    } else if flags.has(Flags::OTHER_AREA) {
        Some(Misplaced { kind: "area", found: area.unwrap_or("no area"), expected })
    } else {
        None
    }
}
