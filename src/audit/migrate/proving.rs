//! The proof: what became of every object of *before*, in objects and bytes, and what the rules say to it.

use std::collections::BTreeMap;
use std::io;

use hashbrown::HashMap;

use crate::audit::migrate::late::LateWriters;
use crate::audit::migrate::pairing::{Generation, Seen};
use crate::audit::migrate::prefixes::PrefixMoves;
use crate::audit::migrate::settling::{AtKey, Difference, Grade, Journey, KeyTaker, evidence};
use crate::audit::settings::AuditRequest;
use crate::audit::sink::{Concern, Emitter};
use crate::layout::spec::Standing;
use crate::layout::{Captures, KeyMatch};
use crate::migration::Action;
use crate::migration::moves::IN_PART;
use crate::model::{Finding, Millis, Severity, Subject};
use crate::references::References;
use crate::results::plan::Amount;
use crate::results::schema::{Evidence, GenerationOutcome, MatrixCell, MigrationResult};
use crate::rules::context::FindingSink as _;

/// The names of what exists of an object's copies, at `old + 2 * new`.
pub(super) const STATES: [&str; 4] = ["neither", "old-only", "new-only", "both"];

/// The position in [`STATES`].
pub(super) const fn state(old: bool, new: bool) -> usize {
    old as usize + 2 * new as usize
}

/// An object that records name, and where it went.
#[derive(Debug, Clone)]
pub(super) struct NamedMove {
    pub(super) new_keys: Vec<String>,
    pub(super) state: usize,
    pub(super) keeps_source: bool,
}

/// Proves, key by key.
pub(super) struct Prover<'p, 'a, 'e> {
    pub(super) request: &'a AuditRequest<'a>,
    pub(super) emitter: &'p mut Emitter<'e>,
    pub(super) references: &'p References,
    /// The records of *before*, if they were read.
    pub(super) earlier: Option<&'p References>,
    /// When *after* was listed: what a lifecycle rule was to take by then is no loss.
    pub(super) after_at: Option<Millis>,
    pub(super) result: MigrationResult,
    pub(super) evidence: [Amount; 4],
    pub(super) matrix: [Amount; 4],
    pub(super) generations: BTreeMap<(u16, Generation), GenerationOutcome>,
    pub(super) late: LateWriters,
    pub(super) prefixes: PrefixMoves,
    /// By bucket and number in the index: objects that records name by their old keys.
    pub(super) named: HashMap<(u16, u32), NamedMove>,
    /// Likewise by their new keys: what exists.
    pub(super) arrived: HashMap<(u16, u32), usize>,
    /// Likewise old keys in the records of *before*.
    pub(super) named_before: HashMap<(u16, u32), ()>,
    /// Rows of the plan whose object *before* does not have.
    pub(super) unknown: u64,
    pub(super) captures: Captures,
}

fn amount(seen: &Seen) -> Amount {
    Amount { objects: 1, bytes: seen.content.size.unwrap_or(0) }
}

impl Prover<'_, '_, '_> {
    /// Reports a finding about a key, with what `fill` adds.
    fn report(
        &mut self,
        code: &'static str,
        (bucket, key): (u16, &str),
        area: Option<u16>,
        size: Option<u64>,
        fill: impl FnOnce(&mut Finding<'_>),
    ) {
        let Some(rule) = crate::rules::index_of(code) else { return };
        let severities = self.request.severities;
        let severity = match area {
            Some(area) => severities.area(rule, usize::from(area)),
            None => severities.base(rule),
        };
        if severity == Severity::Ignore {
            return;
        }
        let layout = self.request.layout;
        let mut finding = Finding::new(code, severity, Subject::Migration);
        finding.bucket = Some(layout.buckets()[usize::from(bucket)].name().into());
        let key = key.to_owned();
        finding.key = Some(key.into());
        finding.area =
            area.and_then(|area| layout.spec().areas.get(usize::from(area))).map(|area| area.name.clone().into());
        finding.size = size;
        fill(&mut finding);
        let concern = Concern { objects: 1, bytes: size.unwrap_or(0) };
        self.emitter.rule(rule, severity, concern).report(finding);
    }

    /// Whether a lifecycle rule was to take the object before *after* was listed.
    fn has_expired(&self, before: &Seen) -> bool {
        before.expires.zip(self.after_at).is_some_and(|(expires, at)| expires <= at)
    }

    /// An object that is to stay.
    fn stays(&mut self, place: (u16, &str), area: Option<u16>, before: &Seen, at: &AtKey) {
        let size = amount(before);
        let Some(after) = &at.after else {
            if self.has_expired(before) {
                self.result.equation.expired += size;
            } else {
                self.result.equation.lost += size;
                self.report("M401", place, area, before.content.size, |_| {});
            }
            return;
        };
        let sameness = before.content.compare(after.content);
        if !sameness.differs() {
            self.result.equation.kept += size;
        } else if after.modified.zip(before.modified).is_none_or(|(after, before)| after > before) {
            self.result.equation.kept += size;
            self.result.changed += size;
        } else {
            self.result.equation.altered += size;
            if let Err(difference) = evidence((before.content, &[]), (after.content, &[])) {
                self.altered(place, area, before.content.size, None, &difference);
            }
        }
    }

    fn altered(
        &mut self,
        place: (u16, &str),
        area: Option<u16>,
        size: Option<u64>,
        old_key: Option<&str>,
        difference: &Difference,
    ) {
        self.report("M402", place, area, size, |finding| {
            finding.detail = Some(difference.detail.into());
            finding.expected = Some(difference.before.clone().into());
            finding.value = Some(difference.after.clone().into());
            finding.related = old_key.map(|key| key.to_owned().into()).into_iter().collect();
        });
    }

    /// What is new, and in no plan.
    fn is_new(&mut self, bucket: u16, key: &str, after: &Seen) {
        let layout = self.request.layout;
        if self.late.object(layout, bucket, key, after) {
            return;
        }
        let found = layout.buckets()[usize::from(bucket)].identify(key.as_bytes(), &mut self.captures);
        if let KeyMatch::Area(placed) = found
            && layout.spec().areas[usize::from(placed.area)].standing == Standing::Wanted
        {
            self.result.unplanned += amount(after);
            self.report("M406", (bucket, key), Some(placed.area), after.content.size, |finding| {
                finding.modified = after.modified;
            });
        }
    }

    /// An object that the plan moves.
    pub(super) fn journey(&mut self, bucket: u16, key: &str, journey: &Journey) -> io::Result<()> {
        let moving = &journey.moving;
        let (before, size, area) = (&moving.before, amount(&moving.before), Some(moving.generation.area));
        let bytes = before.content.size;
        let mut grade = Grade::Checksum;
        let mut difference: Option<(&str, Difference)> = None;
        let mut missing: Option<&str> = journey.arrived.is_empty().then_some("");
        let (mut whole, mut archived) = (false, false);
        for arrived in &journey.arrived {
            let Some(there) = &arrived.there else {
                missing = missing.or(Some(&arrived.new_key));
                continue;
            };
            match evidence((before.content, &journey.checksums), (there.content, &arrived.checksums)) {
                Ok(of) => {
                    grade = grade.max(of);
                    archived |= there.archived;
                    whole |= !there.archived;
                }
                Err(what) => difference = difference.or(Some((&arrived.new_key, what))),
            }
        }
        let still = moving.still.as_ref();
        let exists = state(still.is_some(), missing.is_none());
        self.matrix[exists] += size;
        self.note_names(bucket, key, journey, exists);
        match journey.arrived.as_slice() {
            [only] => self.prefixes.moves(bucket, key, &only.new_key),
            _ => self.prefixes.stays(bucket, key.as_bytes()),
        }
        let overwritten = still.is_some_and(|still| before.content.compare(still.content).differs());
        if overwritten && let Some(still) = still {
            self.late.object(self.request.layout, bucket, key, still);
        }
        if let Some((new_key, what)) = &difference {
            self.outcome(bucket, moving.generation).altered += size;
            self.result.equation.altered += size;
            self.altered((bucket, new_key), area, bytes, Some(key), what);
        } else if let Some(new_key) = missing {
            if still.is_some() {
                self.outcome(bucket, moving.generation).pending += size;
                self.result.equation.pending += size;
                self.lingers((bucket, key), area, bytes, new_key, Some("pending"));
            } else if !whole && !archived && self.has_expired(before) {
                self.result.equation.expired += size;
                return Ok(());
            } else {
                self.outcome(bucket, moving.generation).lost += size;
                self.result.equation.lost += size;
                let new_key = new_key.to_owned();
                self.report("M401", (bucket, key), area, bytes, |finding| {
                    finding.suggestion =
                        Some(new_key.into()).filter(|key: &crate::model::finding::Text<'_>| !key.is_empty());
                });
            }
        } else {
            self.outcome(bucket, moving.generation).moved += size;
            self.result.equation.moved += size;
            self.evidence[grade as usize] += size;
            if still.is_some() && moving.keeps_source {
                self.result.keeps_source += size;
            } else if still.is_some() {
                self.result.lingering += size;
                let new_key = journey.arrived.first().map_or("", |arrived| &arrived.new_key);
                self.lingers((bucket, key), area, bytes, new_key, None);
            }
        }
        let lost = missing.is_some() && still.is_none() && difference.is_none();
        let why = match (still, overwritten) {
            (Some(_), false) => {
                self.result.rollback.in_place += size;
                return Ok(());
            }
            (Some(_), true) => "its old place holds another object now",
            (None, _) if difference.is_some() => "its new copy is not what it was, and the old one is gone",
            (None, _) if whole => {
                self.result.rollback.by_copy += size;
                return Ok(());
            }
            (None, _) if archived => "its new copy lies in an archive, and the old one is gone",
            (None, _) => "neither copy is there",
        };
        self.result.rollback.irreversible += size;
        if !lost {
            self.report("M409", (bucket, key), area, bytes, |finding| finding.value = Some(why.into()));
        }
        Ok(())
    }

    fn lingers(
        &mut self,
        place: (u16, &str),
        area: Option<u16>,
        size: Option<u64>,
        new_key: &str,
        detail: Option<&'static str>,
    ) {
        let new_key = new_key.to_owned();
        self.report("M405", place, area, size, |finding| {
            finding.suggestion = Some(new_key.into());
            finding.detail = detail.map(Into::into);
        });
    }

    /// Notes which records name the object.
    fn note_names(&mut self, bucket: u16, key: &str, journey: &Journey, exists: usize) {
        let index = &self.references.buckets[usize::from(bucket)];
        if let Some(number) = index.find(key.as_bytes(), |_| {}) {
            let named = NamedMove {
                new_keys: journey.arrived.iter().map(|arrived| arrived.new_key.clone()).collect(),
                state: exists,
                keeps_source: journey.moving.keeps_source,
            };
            self.named.insert((bucket, number), named);
        }
        for arrived in &journey.arrived {
            if let Some(number) = index.find(arrived.new_key.as_bytes(), |_| {}) {
                self.arrived.insert((bucket, number), exists);
            }
        }
        if let Some(earlier) = self.earlier
            && let Some(number) = earlier.buckets[usize::from(bucket)].find(key.as_bytes(), |_| {})
        {
            self.named_before.insert((bucket, number), ());
        }
    }

    fn outcome(&mut self, bucket: u16, generation: Generation) -> &mut GenerationOutcome {
        let layout = self.request.layout;
        self.generations.entry((bucket, generation)).or_insert_with(|| {
            let area = &layout.spec().areas[usize::from(generation.area)];
            let none = Amount::default();
            GenerationOutcome {
                bucket: layout.buckets()[usize::from(bucket)].name().to_owned(),
                area: area.name.clone(),
                generation: area.legacy[usize::from(generation.legacy)].name.clone(),
                moved: none,
                pending: none,
                altered: none,
                lost: none,
            }
        })
    }

    /// The figures of the objects.
    pub(super) fn figures(&mut self) {
        let cell = |(state, amount): (&str, &Amount)| MatrixCell {
            state: state.to_owned(),
            objects: amount.objects,
            bytes: amount.bytes,
        };
        // As readers expect them: old-only, both, new-only, neither.
        self.result.matrix = [1, 3, 2, 0].map(|at| cell((STATES[at], &self.matrix[at]))).to_vec();
        self.result.evidence = Grade::NAMES
            .iter()
            .zip(&self.evidence)
            .map(|(grade, amount)| Evidence {
                grade: (*grade).to_owned(),
                objects: amount.objects,
                bytes: amount.bytes,
            })
            .collect();
        self.result.generations = std::mem::take(&mut self.generations).into_values().collect();
        let (writers, count) = std::mem::take(&mut self.late).results(self.request.layout);
        self.result.late_writers = writers;
        self.result.late_writer_count = count;
        let rollback = &mut self.result.rollback;
        rollback.ready = rollback.irreversible.objects == 0;
        rollback.sentence = if rollback.ready {
            "every move can be taken back".to_owned()
        } else {
            format!("{} objects cannot go back", rollback.irreversible.objects)
        };
    }
}

impl KeyTaker for Prover<'_, '_, '_> {
    fn key(&mut self, bucket: u16, key: &str, at: &AtKey) -> io::Result<()> {
        self.result.checksums += u64::from(!at.checksums.is_empty());
        let Some(before) = &at.before else {
            self.unknown += u64::from(!at.planned.is_empty());
            if let Some(after) = at.after.as_ref().filter(|_| at.targets.is_empty()) {
                self.prefixes.stays(bucket, key.as_bytes());
                self.is_new(bucket, key, after);
            }
            return Ok(());
        };
        let size = amount(before);
        self.result.equation.before += size;
        if at.moves().is_some() {
            return Ok(());
        }
        self.prefixes.stays(bucket, key.as_bytes());
        // Of several rows the one that says why.
        let Some(planned) = at.planned.iter().find(|planned| planned.reason != IN_PART).or(at.planned.first()) else {
            self.stays((bucket, key), None, before, at);
            return Ok(());
        };
        let area = Some(planned.generation.area);
        match planned.action {
            Action::Retire => self.result.equation.retired += size,
            _ => self.stays((bucket, key), area, before, at),
        }
        let related = |finding: &mut Finding<'_>| {
            finding.related = planned.related.iter().map(|key| key.clone().into()).collect();
        };
        match planned.action {
            Action::Blocked => self.report("M403", (bucket, key), area, before.content.size, |finding| {
                finding.suggestion = planned.new_key.clone().map(Into::into);
                finding.detail = Some(planned.reason.clone().into());
                related(finding);
            }),
            Action::Unmapped => self.report("M404", (bucket, key), area, before.content.size, |finding| {
                finding.expected = Some(planned.reason.clone().into());
                related(finding);
            }),
            _ => {}
        }
        Ok(())
    }
}
