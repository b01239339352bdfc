//! The rows of a plan, streamed out by bucket and old key: the table of moves, manifests there and back, and the lists of
//! what needs a person.

use std::collections::BTreeMap;
use std::io;

use hashbrown::HashMap;

use crate::audit::migrate::files::{HashedFile, List, PlanFiles};
use crate::audit::migrate::manifests::BucketManifests;
use crate::audit::migrate::placing::{ARCHIVED, LOCKED, NONCURRENT, Object};
use crate::audit::migrate::prefixes::PrefixMoves;
use crate::audit::migrate::record::{Values, damaged, place_length, read_place};
use crate::layout::Layout;
use crate::layout::spec::{AreaSpec, Fate, LegacySpec};
use crate::migration::batch_operations::Written;
use crate::migration::moves::{IN_PART, UNLISTED};
use crate::migration::{Action, Move};
use crate::references::References;
use crate::render::hostile::harmless;
use crate::results::moves::{COLUMNS, MovesWriter, texts};
use crate::results::plan::{Amount, GenerationPlan, PlanTotals};
use crate::results::sorted::{Merged, SortedRun};

/// The largest object that one copy request takes.
const MOST_BY_COPY: u64 = 5 << 30;

/// What a plan does with an object that a record names.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    /// Its rows: what is done, and the new key.
    pub(super) rows: Vec<(Action, Option<String>)>,
    pub(super) reason: String,
}

/// What was decided about the objects that records name, by bucket and number in its index.
pub(super) type NamedObjects = HashMap<(u16, u32), Named>;

/// What comes of the rows.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) totals: PlanTotals,
    pub(super) generations: BTreeMap<(u16, u16, u16), GenerationPlan>,
    pub(super) named: NamedObjects,
}

/// Writes the rows.
pub(super) struct Rows<'f, 's> {
    layout: &'f Layout,
    references: &'f References,
    files: &'f PlanFiles<'s>,
    parquet: MovesWriter<HashedFile>,
    csv: csv::Writer<HashedFile>,
    overflow: List<'f, 's>,
    overflow_back: List<'f, 's>,
    blocked: List<'f, 's>,
    archived: List<'f, 's>,
    not_kept: List<'f, 's>,
    manifests: Option<BucketManifests<'f>>,
    /// Prefixes that records name: below those of a blocked object not everything moves.
    prefixes: &'f mut PrefixMoves,
    counted: Counted,
    md5: String,
    /// The rows of the object at hand, end to end, and where each ends.
    records: (Vec<u8>, Vec<usize>),
    /// The object at hand: its worst action, its size, and whether its way back is written.
    object: Option<(Action, Amount, bool)>,
}

impl<'f, 's> Rows<'f, 's> {
    pub(super) fn new(
        layout: &'f Layout,
        references: &'f References,
        files: &'f PlanFiles<'s>,
        prefixes: &'f mut PrefixMoves,
    ) -> io::Result<Self> {
        const MOVE: &[&str] = &["bucket", "old_key", "new_key", "characters"];
        let mut csv = csv::Writer::from_writer(files.create_plain("moves.csv")?);
        csv.write_record(COLUMNS).map_err(io::Error::other)?;
        Ok(Self {
            layout,
            references,
            files,
            parquet: MovesWriter::new(files.create_plain("moves.parquet")?)?,
            csv,
            overflow: List::new(files, "batch-operations/overflow.csv", MOVE),
            overflow_back: List::new(files, "rollback/batch-operations/overflow.csv", MOVE),
            blocked: List::new(files, "blocked.csv", &["code", "bucket", "old_key", "new_key", "reason", "related"]),
            archived: List::new(files, "archived.csv", &["bucket", "old_key", "new_key", "size"]),
            not_kept: List::new(files, "not-kept.csv", &["bucket", "old_key", "new_key", "what"]),
            manifests: None,
            prefixes,
            counted: Counted { generations: generations(layout), ..Counted::default() },
            md5: String::new(),
            records: Default::default(),
            object: None,
        })
    }

    /// Streams the records of all old keys.
    pub(super) fn write(mut self, runs: Vec<SortedRun>, stop: &mut dyn FnMut() -> bool) -> io::Result<Counted> {
        let mut merged = Merged::new(runs)?;
        let (mut place, mut key): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
        let (mut noncurrent, mut count) = (0_u64, 0_u64);
        while let Some(record) = merged.next_record()? {
            count += 1;
            if count.is_multiple_of(1 << 16) && stop() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let length = place_length(record).ok_or_else(damaged)?;
            if record[..length] != *place {
                self.object_ends(&place, &mut key, noncurrent)?;
                place.clear();
                place.extend_from_slice(&record[..length]);
                noncurrent = 0;
            }
            match record[length..].split_first() {
                Some((&NONCURRENT, _)) => noncurrent += 1,
                Some((_, planned)) => {
                    let (bytes, ends) = &mut self.records;
                    bytes.extend_from_slice(planned);
                    ends.push(bytes.len());
                }
                None => return Err(damaged()),
            }
        }
        self.object_ends(&place, &mut key, noncurrent)?;
        self.finish()
    }

    /// Writes the rows of the object at hand, which is moved whole or not at all.
    fn object_ends(&mut self, place: &[u8], key: &mut Vec<u8>, noncurrent: u64) -> io::Result<()> {
        let (bytes, ends) = std::mem::take(&mut self.records);
        let rows = || std::iter::once(0).chain(ends.iter().copied()).zip(&ends).map(|(start, &end)| &bytes[start..end]);
        if !ends.is_empty() {
            let bucket = read_place(place, key).ok_or_else(damaged)?;
            let old_key = std::str::from_utf8(key).map_err(|_| damaged())?;
            let is_blocked = rows().any(|row| row.first() == Some(&(Action::Blocked as u8)));
            if is_blocked {
                self.prefixes.stays(bucket, old_key.as_bytes());
            }
            rows().try_for_each(|row| self.planned((bucket, old_key), is_blocked, noncurrent, &mut Values(row)))?;
        }
        self.count_object();
        let (mut bytes, mut ends) = (bytes, ends);
        bytes.clear();
        ends.clear();
        self.records = (bytes, ends);
        Ok(())
    }

    fn planned(
        &mut self,
        (bucket, old_key): (u16, &str),
        is_blocked: bool,
        noncurrent: u64,
        values: &mut Values<'_>,
    ) -> io::Result<()> {
        let action = values.byte().and_then(|number| Action::ALL.get(usize::from(number)).copied());
        let mut action = action.ok_or_else(damaged)?;
        let has_new = values.byte().ok_or_else(damaged)? != 0;
        let new_key = values.text().ok_or_else(damaged)?;
        let mut reason = values.text().ok_or_else(damaged)?;
        if is_blocked && action != Action::Blocked {
            (action, reason) = (Action::Blocked, IN_PART);
        }
        if action == Action::Copy && !self.layout.buckets()[usize::from(bucket)].lists(new_key) {
            reason = UNLISTED;
        }
        let object = Object::read(values).ok_or_else(damaged)?;
        let related = (0..values.number().ok_or_else(damaged)?).map(|_| values.text().map(Into::into));
        let related = related.collect::<Option<Vec<_>>>().ok_or_else(damaged)?;
        let layout = self.layout;
        let (area, legacy) = declared(layout, &object).ok_or_else(damaged)?;
        let planned = Move {
            bucket: layout.buckets()[usize::from(bucket)].name().into(),
            old_key: old_key.into(),
            new_key: has_new.then(|| new_key.into()),
            action,
            reason: Some(reason.into()).filter(|_| !reason.is_empty()),
            area: area.name.as_str().into(),
            generation: legacy.name.as_str().into(),
            content: object.content,
            modified: object.modified,
            archived: object.flags & ARCHIVED != 0,
            keeps_source: legacy.keep_source.is_some(),
            noncurrent,
            locked: object.flags & LOCKED != 0,
            related,
        };
        self.parquet.push(&planned)?;
        self.write_csv(&planned)?;
        self.count(bucket, &planned, (object.area, object.legacy));
        if matches!(action, Action::Copy | Action::Done) {
            self.write_moves(bucket, &planned)?;
        }
        if matches!(action, Action::Blocked | Action::Unmapped) {
            let code = if action == Action::Blocked { "M403" } else { "M404" };
            let related = planned.related.join(" ");
            let new_key = planned.new_key.as_deref().unwrap_or_default();
            self.blocked.push(&[code, &planned.bucket, old_key, new_key, reason, &related])?;
        }
        let index = &self.references.buckets[usize::from(bucket)];
        if let Some(number) = index.find(old_key.as_bytes(), |_| {}) {
            let named = self.counted.named.entry((bucket, number)).or_default();
            named.rows.push((action, has_new.then(|| new_key.to_owned())));
            if !reason.is_empty() && !matches!(action, Action::Copy | Action::Done) {
                named.reason = reason.to_owned();
            }
        }
        Ok(())
    }

    fn write_csv(&mut self, planned: &Move<'_>) -> io::Result<()> {
        let flag = |set: bool| if set { "true" } else { "false" };
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        let (size, noncurrent) = (number(planned.content.size), planned.noncurrent.to_string());
        let modified = planned.modified.map(crate::model::time::format_utc).unwrap_or_default();
        let related = planned.related.join(" ");
        let flags = [flag(planned.archived), flag(planned.keeps_source), flag(planned.locked)];
        let texts = texts(planned, &mut self.md5).into_iter().map(Option::unwrap_or_default);
        let row = texts.chain(flags).chain([related.as_str(), &size, &noncurrent, &modified]);
        for field in row {
            self.csv.write_field(harmless(field).as_bytes()).map_err(io::Error::other)?;
        }
        self.csv.write_record(None::<&[u8]>).map_err(io::Error::other)
    }

    /// Manifests there and back, and what a copy leaves behind.
    fn write_moves(&mut self, bucket: u16, planned: &Move<'_>) -> io::Result<()> {
        let Some(new_key) = planned.new_key.as_deref() else { return Ok(()) };
        if self.manifests.as_ref().is_none_or(|manifests| manifests.bucket != bucket) {
            if let Some(manifests) = self.manifests.take() {
                manifests.finish()?;
            }
            let name = self.layout.buckets()[usize::from(bucket)].name();
            self.manifests = Some(BucketManifests::new(self.files, bucket, name));
        }
        let Some(manifests) = &mut self.manifests else { return Ok(()) };
        let old_key = &*planned.old_key;
        let amount = amount(planned);
        // Of several copies the first leads back.
        if let Some((_, _, back)) = &mut self.object
            && !std::mem::replace(back, true)
            && let Written::Overflow(characters) = manifests.back.write(new_key, old_key)?
        {
            self.overflow_back.push(&[&planned.bucket, new_key, old_key, &characters.to_string()])?;
        }
        if planned.action != Action::Copy {
            return Ok(());
        }
        let totals = &mut self.counted.totals;
        totals.copies += amount;
        if planned.reason.as_deref() == Some(UNLISTED) {
            totals.unlisted += amount;
        }
        let size = planned.content.size.unwrap_or(0);
        if planned.archived {
            totals.archived += amount;
            self.archived.push(&[&planned.bucket, old_key, new_key, &size.to_string()])?;
        }
        let manifest = if planned.archived { &mut manifests.after_restore } else { &mut manifests.there };
        match manifest.write(old_key, new_key)? {
            Written::Row => totals.by_batch_operations += amount,
            Written::Overflow(characters) => {
                totals.overflow += amount;
                self.overflow.push(&[&planned.bucket, old_key, new_key, &characters.to_string()])?;
            }
        }
        if size > MOST_BY_COPY {
            totals.in_parts += amount;
        }
        if planned.noncurrent > 0 {
            totals.with_noncurrent += 1;
            let what = format!("{} noncurrent versions", planned.noncurrent);
            self.not_kept.push(&[&planned.bucket, old_key, new_key, &what])?;
        }
        if planned.locked {
            totals.locked += 1;
            self.not_kept.push(&[&planned.bucket, old_key, new_key, "Object Lock or legal hold"])?;
        }
        Ok(())
    }

    fn count(&mut self, bucket: u16, planned: &Move<'_>, (area, legacy): (u16, u16)) {
        let amount = amount(planned);
        if let Some(generation) = self.counted.generations.get_mut(&(bucket, area, legacy)) {
            *(match planned.action {
                Action::Copy => &mut generation.copy,
                Action::Done => &mut generation.done,
                Action::Blocked => &mut generation.blocked,
                Action::Unmapped => &mut generation.unmapped,
                Action::Keep => &mut generation.keep,
                Action::Retire => &mut generation.retire,
            }) += amount;
        }
        if planned.action == Action::Copy && planned.keeps_source && self.object.is_none() {
            self.counted.totals.keeps_source += amount;
        }
        // An object is done only when all its copies are.
        self.object = Some(match self.object {
            Some((Action::Done, amount, back)) => (planned.action, amount, back),
            Some(known) => known,
            None => (planned.action, amount, false),
        });
    }

    /// The object at hand is counted once.
    fn count_object(&mut self) {
        let Some((action, amount, _)) = self.object.take() else { return };
        let totals = &mut self.counted.totals;
        totals.legacy += amount;
        *(match action {
            Action::Copy => &mut totals.copy,
            Action::Done => &mut totals.done,
            Action::Blocked => &mut totals.blocked,
            Action::Unmapped => &mut totals.unmapped,
            Action::Keep => &mut totals.keep,
            Action::Retire => &mut totals.retire,
        }) += amount;
    }

    fn finish(mut self) -> io::Result<Counted> {
        if let Some(manifests) = self.manifests.take() {
            manifests.finish()?;
        }
        self.parquet.finish()?;
        self.csv.flush()?;
        for list in [self.overflow, self.overflow_back, self.blocked, self.archived, self.not_kept] {
            list.finish()?;
        }
        Ok(self.counted)
    }
}

fn amount(planned: &Move<'_>) -> Amount {
    Amount { objects: 1, bytes: planned.content.size.unwrap_or(0) }
}

fn declared<'l>(layout: &'l Layout, object: &Object) -> Option<(&'l AreaSpec, &'l LegacySpec)> {
    let area = layout.spec().areas.get(usize::from(object.area))?;
    Some((area, area.legacy.get(usize::from(object.legacy))?))
}

/// Every generation of every bucket that has it, with nothing counted.
fn generations(layout: &Layout) -> BTreeMap<(u16, u16, u16), GenerationPlan> {
    let spec = layout.spec();
    let mut all = BTreeMap::new();
    for (number, bucket) in (0..).zip(layout.buckets()) {
        let has = |role: &str| bucket.entries().iter().any(|&entry| spec.buckets[entry].role == role);
        for (area_number, area) in (0..).zip(&spec.areas).filter(|(_, area)| has(&area.role)) {
            for (legacy_number, legacy) in (0..).zip(&area.legacy) {
                let fate = match &legacy.fate {
                    Fate::To(to) => to.value.clone(),
                    Fate::Keep(why) => format!("kept: {why}"),
                    Fate::Retire(why) => format!("given up: {why}"),
                };
                let none = Amount::default();
                let plan = GenerationPlan {
                    bucket: bucket.name().to_owned(),
                    area: area.name.clone(),
                    generation: legacy.name.clone(),
                    fate,
                    copy: none,
                    done: none,
                    blocked: none,
                    unmapped: none,
                    keep: none,
                    retire: none,
                };
                all.insert((number, area_number, legacy_number), plan);
            }
        }
    }
    all
}
