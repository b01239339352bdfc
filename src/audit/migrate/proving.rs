//! The proof: what became of every object of *before*, in objects and bytes, and what the rules say to it.

use std::io;

use crate::audit::migrate::foreign::is_to_move;
use crate::audit::migrate::pairing::{Planned, Seen};
use crate::audit::migrate::proof::{NamedMove, Proof, state};
use crate::audit::migrate::settling::{AtKey, Difference, Grade, Journey, KeyTaker, evidence};
use crate::audit::settings::AuditRequest;
use crate::audit::sink::{Concern, Emitter};
use crate::layout::spec::Standing;
use crate::layout::{Captures, KeyMatch};
use crate::migration::moves::IN_PART;
use crate::migration::{Action, Sameness};
use crate::model::{Finding, Millis, Severity, Subject};
use crate::references::References;
use crate::results::plan::Amount;
use crate::rules::context::FindingSink as _;

/// Proves, key by key; each thread has one.
pub(super) struct Prover<'p, 'e> {
    pub(super) request: &'p AuditRequest<'p>,
    pub(super) emitter: Emitter<'e>,
    pub(super) references: &'p References,
    /// The records of *before*, if they were read.
    pub(super) earlier: Option<&'p References>,
    /// When *after* was listed: what a lifecycle rule was to take by then is no loss.
    pub(super) after_at: Option<Millis>,
    pub(super) proof: Proof,
    pub(super) captures: Captures,
}

/// Whether what stands at a key is another object than the one of *before*, which a newer date or another ETag proves
/// where no MD5 does. The same bytes written again are the same.
fn is_rewritten(before: &Seen, still: &Seen) -> bool {
    let sameness = before.content.compare(still.content);
    let has_other_etag = still.etag.zip(before.etag).is_some_and(|(still, before)| still != before);
    sameness.differs() || sameness != Sameness::Md5 && (is_older(before, still) || has_other_etag)
}

/// Whether the first is older, where both dates are told.
fn is_older(one: &Seen, other: &Seen) -> bool {
    one.modified.zip(other.modified).is_some_and(|(one, other)| one < other)
}

fn amount(seen: &Seen) -> Amount {
    Amount { objects: 1, bytes: seen.content.size.unwrap_or(0) }
}

impl Prover<'_, '_> {
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

    /// Whether an inventory looks there: what none lists is not known to be gone.
    pub(super) fn lists(&self, bucket: u16, key: &str) -> bool {
        self.request.layout.buckets()[usize::from(bucket)].lists(key)
    }

    /// An object that is to stay.
    fn stays(&mut self, place: (u16, &str), area: Option<u16>, before: &Seen, at: &AtKey) {
        let size = amount(before);
        let Some(after) = &at.after else {
            if !self.lists(place.0, place.1) {
                self.proof.equation.unjudged += size;
            } else if self.has_expired(before) {
                self.proof.equation.expired += size;
            } else {
                self.proof.equation.lost += size;
                self.report("M401", place, area, before.content.size, |_| {});
            }
            return;
        };
        let sameness = before.content.compare(after.content);
        if !sameness.differs() {
            self.proof.equation.kept += size;
            self.proof.untold |= sameness == Sameness::Untold;
        } else if after.modified.zip(before.modified).is_some_and(|(after, before)| after > before) {
            self.proof.equation.kept += size;
            self.proof.changed += size;
        } else {
            self.proof.equation.altered += size;
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
        // The old key of a copy, and whether it can be made again from there.
        source: Option<(&str, bool)>,
        difference: &Difference,
    ) {
        self.report("M402", place, area, size, |finding| {
            finding.detail = Some(difference.detail.into());
            finding.expected = Some(difference.before.clone().into());
            finding.value = Some(difference.after.clone().into());
            finding.related = source.map(|(key, _)| key.to_owned().into()).into_iter().collect();
            finding.count = source.filter(|(_, is_whole)| *is_whole).map(|_| 1);
        });
    }

    /// An object that the plan leaves to a person, if it does.
    fn is_left(&mut self, place: (u16, &str), before: &Seen, planned: &Planned) {
        let code = match planned.action {
            Action::Blocked => "M403",
            Action::Unmapped => "M404",
            _ => return,
        };
        self.report(code, place, Some(planned.generation.area), before.content.size, |finding| {
            let reason = Some(planned.reason.clone().into());
            if planned.action == Action::Blocked {
                finding.suggestion = planned.new_key.clone().map(Into::into);
                finding.detail = reason;
            } else {
                finding.expected = reason;
            }
            finding.related = planned.related.iter().map(|key| key.clone().into()).collect();
        });
    }

    /// What is new, and in no plan.
    fn is_new(&mut self, bucket: u16, key: &str, after: &Seen) {
        let layout = self.request.layout;
        if self.proof.late.object(layout, bucket, key, after) {
            return;
        }
        let found = layout.buckets()[usize::from(bucket)].identify(key.as_bytes(), &mut self.captures);
        if let KeyMatch::Area(placed) = found
            && layout.spec().areas[usize::from(placed.area)].standing == Standing::Wanted
        {
            self.proof.unplanned += amount(after);
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
        // The new keys of a copy that can be read at once, and of one in an archive.
        let (mut whole, mut archived): (Option<&str>, Option<&str>) = (None, None);
        let mut beyond = false;
        let still = moving.still.as_ref();
        let rewritten = still.is_some_and(|still| is_rewritten(before, still));
        // Of what was written there since, the checksum says nothing about the object of *before*.
        let checksums = if rewritten { &[][..] } else { &journey.checksums };
        for arrived in &journey.arrived {
            let Some(there) = &arrived.there else {
                if !self.lists(bucket, &arrived.new_key) {
                    beyond = true;
                    continue;
                }
                missing = missing.or(Some(&arrived.new_key));
                continue;
            };
            match evidence((before.content, checksums), (there.content, &arrived.checksums)) {
                // No copy is older than its source.
                Ok(Grade::Size | Grade::Untold) if is_older(there, before) => {
                    missing = missing.or(Some(&arrived.new_key));
                }
                Ok(of) => {
                    grade = grade.max(of);
                    let copy = if there.archived { &mut archived } else { &mut whole };
                    copy.get_or_insert(&arrived.new_key);
                }
                Err(what) => difference = difference.or(Some((&arrived.new_key, what))),
            }
        }
        let copy = whole.or(archived);
        let nowhere = missing.is_some() && still.is_none() && copy.is_none();
        // Where one place is missing and another is not listed, what is missing may be there.
        let hidden = missing.is_some() && still.is_none() && !self.lists(bucket, key);
        let unseen = difference.is_none() && (hidden || beyond && (nowhere || missing.is_none()));
        let exists = (!unseen).then(|| state(still.is_some(), missing.is_none() || still.is_none() && copy.is_some()));
        if let Some(exists) = exists {
            self.proof.matrix[exists] += size;
        }
        self.note_names(bucket, key, journey, exists);
        self.proof.prefixes.moves(bucket, key, journey.arrived.iter().map(|arrived| arrived.new_key.as_str()));
        if still.is_none() {
            self.note_gone(bucket, key);
        }
        if let Some(still) = still.filter(|still| rewritten || is_older(before, still)) {
            self.proof.late.object(self.request.layout, bucket, key, still);
        }
        if unseen {
            self.proof.equation.unjudged += size;
            let back = match still {
                Some(_) if !rewritten => &mut self.proof.in_place,
                None if whole.is_some() => &mut self.proof.by_copy,
                _ => &mut self.proof.out_of_sight,
            };
            *back += size;
            return Ok(());
        }
        if let Some((new_key, what)) = &difference {
            self.proof.outcome(bucket, moving.generation).altered += size;
            self.proof.equation.altered += size;
            let has_source = still.is_some() && !rewritten;
            self.altered((bucket, new_key), area, bytes, Some((key, has_source)), what);
        } else if let Some(new_key) = missing {
            if still.is_some() {
                self.proof.outcome(bucket, moving.generation).pending += size;
                self.proof.equation.pending += size;
                let detail = if rewritten { "rewritten" } else { "pending" };
                self.lingers((bucket, key), area, bytes, new_key, Some(detail));
            } else if copy.is_some() {
                // It is not lost, and has only to be made again where it is missing.
                self.proof.outcome(bucket, moving.generation).pending += size;
                self.proof.equation.pending += size;
                self.lost((bucket, key), area, bytes, new_key, copy);
            } else if self.has_expired(before) {
                self.proof.equation.expired += size;
                return Ok(());
            } else {
                self.proof.outcome(bucket, moving.generation).lost += size;
                self.proof.equation.lost += size;
                self.lost((bucket, key), area, bytes, new_key, None);
            }
        } else {
            self.proof.outcome(bucket, moving.generation).moved += size;
            self.proof.equation.moved += size;
            self.proof.evidence[grade as usize] += size;
            self.proof.untold |= grade == Grade::Untold;
            if still.is_some() && moving.keeps_source {
                self.proof.keeps_source += size;
            } else if still.is_some() {
                // What was written over it is no copy that may go.
                if !rewritten {
                    self.proof.lingering += size;
                }
                let new_key = journey.arrived.first().map_or("", |arrived| &arrived.new_key);
                self.lingers((bucket, key), area, bytes, new_key, rewritten.then_some("rewritten"));
            }
        }
        let why = match (still, rewritten) {
            (Some(_), false) => {
                self.proof.in_place += size;
                return Ok(());
            }
            (Some(_), true) => "its old place holds another object now",
            (None, _) if whole.is_some() && difference.is_none() => {
                self.proof.by_copy += size;
                return Ok(());
            }
            (None, _) if !self.lists(bucket, key) => {
                self.proof.out_of_sight += size;
                return Ok(());
            }
            (None, _) if difference.is_some() => "its new copy is not what it was, and the old one is gone",
            (None, _) if archived.is_some() => "its new copy lies in an archive, and the old one is gone",
            (None, _) => "neither copy is there",
        };
        self.proof.irreversible += size;
        if !nowhere || difference.is_some() {
            self.report("M409", (bucket, key), area, bytes, |finding| finding.value = Some(why.into()));
        }
        Ok(())
    }

    /// An object that is missing at a new key, if one is known, though perhaps not at another, where its `copy` is.
    fn lost(&mut self, place: (u16, &str), area: Option<u16>, size: Option<u64>, new_key: &str, copy: Option<&str>) {
        let (new_key, copy) = (new_key.to_owned(), copy.map(str::to_owned));
        self.report("M401", place, area, size, |finding| {
            finding.suggestion = (!new_key.is_empty()).then(|| new_key.into());
            finding.detail = copy.is_some().then(|| "partly".into());
            finding.value = copy.map(Into::into);
        });
    }

    fn lingers(
        &mut self,
        place: (u16, &str),
        area: Option<u16>,
        size: Option<u64>,
        new_key: &str,
        detail: Option<&'static str>,
    ) {
        // Of what was written over it the new key says nothing.
        let new_key = (detail != Some("rewritten")).then(|| new_key.to_owned());
        self.report("M405", place, area, size, |finding| {
            finding.suggestion = new_key.map(Into::into);
            finding.detail = detail.map(Into::into);
        });
    }

    /// Notes which records name the object.
    fn note_names(&mut self, bucket: u16, key: &str, journey: &Journey, exists: Option<usize>) {
        let index = &self.references.buckets[usize::from(bucket)];
        if let Some(number) = index.find(key.as_bytes(), |_| {}) {
            let named = NamedMove {
                new_keys: journey.arrived.iter().map(|arrived| arrived.new_key.clone()).collect(),
                state: exists,
            };
            self.proof.named.insert((bucket, number), named);
        }
        for arrived in &journey.arrived {
            // Where one of several copies is missing, it is so whatever exists of the others.
            let exists = exists.map(|of| if arrived.there.is_some() { of } else { of & state(true, false) });
            if let Some((number, exists)) = index.find(arrived.new_key.as_bytes(), |_| {}).zip(exists) {
                self.proof.note_arrived((bucket, number), exists);
            }
        }
        if let Some(earlier) = self.earlier
            && let Some(number) = earlier.buckets[usize::from(bucket)].find(key.as_bytes(), |_| {})
        {
            self.proof.named_before.insert((bucket, number));
        }
    }
}

impl KeyTaker for Prover<'_, '_> {
    fn key(&mut self, bucket: u16, key: &str, at: &AtKey) -> io::Result<()> {
        self.proof.checksums += u64::from(!at.checksums.is_empty());
        let Some(before) = &at.before else {
            self.proof.foreign += u64::from(!at.planned.is_empty());
            if let Some(after) = at.after.as_ref().filter(|_| at.targets.is_empty()) {
                self.is_new(bucket, key, after);
            }
            return Ok(());
        };
        let size = amount(before);
        self.proof.equation.before += size;
        if at.moves().is_some() {
            return Ok(());
        }
        if at.planned.iter().any(|planned| planned.action == Action::Retire) {
            self.proof.prefixes.retires(bucket, key);
        } else {
            self.proof.prefixes.stays(bucket, key.as_bytes());
        }
        if at.after.is_none() && !at.planned.is_empty() {
            self.note_gone(bucket, key);
        }
        let place = (bucket, key);
        // Of several rows the one that says why.
        let Some(planned) = at.planned.iter().find(|planned| planned.reason != IN_PART).or(at.planned.first()) else {
            self.proof.foreign +=
                u64::from(is_to_move(self.request.layout, bucket, key.as_bytes(), &mut self.captures));
            self.stays(place, None, before, at);
            return Ok(());
        };
        match planned.action {
            Action::Retire => self.proof.equation.retired += size,
            _ => self.stays(place, Some(planned.generation.area), before, at),
        }
        if matches!(planned.action, Action::Unmapped | Action::Blocked) && at.after.is_some() {
            self.proof.unmoved += size;
        }
        self.is_left(place, before, planned);
        Ok(())
    }
}
