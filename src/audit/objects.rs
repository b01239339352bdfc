//! The object pass: every row of an inventory, once. The layout is asked what the key is, rules that the answer
//! triggers are called, references that the row satisfies are marked, tallies grow.

use crate::audit::columns::Row;
use crate::audit::features;
use crate::audit::settings::Shared;
use crate::audit::sink::{Concern, Emitter};
use crate::audit::tally::{AGES, NEVER, Partial, SIZES};
use crate::layout::spec::{AreaSpec, Standing};
use crate::layout::{BucketLayout, Captures, KeyMatch, LegacyTarget, Miss, MissKind, Placed};
use crate::model::time::DAY;
use crate::model::{KeyClass, ReferenceClass, Severity};
use crate::references::index::{BucketIndex, role, seen};
use crate::rules::context::{LegacyContext, MissContext, ObjectContext, Trigger};

/// One thread's pass over parts of one bucket's inventory.
pub(super) struct ObjectPass<'s> {
    shared: &'s Shared<'s>,
    bucket: u16,
    layout: &'s BucketLayout,
    index: &'s BucketIndex,
    pub(super) partial: Partial,
    pub(super) emitter: Emitter,
    captures: Captures,
    /// The last answer, where it is the answer for every key of its folder, or at least of its directory.
    last: Option<LastFolder>,
    /// That folder or directory.
    last_name: Vec<u8>,
    /// The last directory, and whether a prefix reference claims what lies in it.
    directory: Vec<u8>,
    directory_claimed: Option<bool>,
    /// By area: the severity of an orphan there.
    orphan_severities: Vec<Severity>,
}

#[derive(Clone, Copy)]
struct LastFolder {
    placed: Placed,
    folder: u32,
}

/// What is known of a row's place.
struct Place<'s> {
    key_match: KeyMatch,
    area: Option<(u16, &'s AreaSpec)>,
    /// Its folder's number, where the area counts folders.
    folder: Option<u32>,
}

impl<'s> ObjectPass<'s> {
    pub(super) fn new(shared: &'s Shared<'s>, partial: Partial, emitter: Emitter) -> Self {
        let areas = shared.layout.spec().areas.len();
        Self {
            shared,
            bucket: 0,
            layout: &shared.layout.buckets()[0],
            index: &shared.references.buckets[0],
            partial,
            emitter,
            captures: Captures::default(),
            last: None,
            last_name: Vec::new(),
            directory: Vec::new(),
            directory_claimed: None,
            orphan_severities: (0..areas).map(|area| shared.severities.area(shared.orphan_rule, area)).collect(),
        }
    }

    /// Turns to another bucket.
    pub(super) fn enter(&mut self, bucket: u16) {
        self.bucket = bucket;
        self.layout = &self.shared.layout.buckets()[usize::from(bucket)];
        self.index = &self.shared.references.buckets[usize::from(bucket)];
        self.last = None;
        self.directory_claimed = None;
    }

    /// Takes one row.
    pub(super) fn row(&mut self, row: &Row<'_>) {
        self.partial.rows += 1;
        self.partial.bucket_rows[usize::from(self.bucket)] += 1;
        if row.is_delete_marker || !row.is_latest {
            self.old_version(row);
            return;
        }
        let key_bytes = row.key;
        let bytes = row.size.unwrap_or(0);
        let is_marker = key_bytes.last() == Some(&b'/') && bytes == 0;
        let named = self.satisfy(row, is_marker);
        let claimed = if is_marker { self.index.claims_marker(key_bytes) } else { self.claimed_by_prefix(key_bytes) };
        if !self.partial.plurals.is_empty() {
            self.note_plural(key_bytes);
        }
        let mut place = self.place(key_bytes, is_marker);
        let mut trigger = Trigger::default();
        let mut empty_segment = None;
        let judged = !is_marker && self.is_judged(&place);
        if judged && !features::is_plain(key_bytes) {
            // A reader hands out keys that are UTF-8.
            let key = std::str::from_utf8(key_bytes).unwrap_or_default();
            (trigger, empty_segment) = match place.key_match {
                KeyMatch::Legacy(placed) => {
                    features::triggers(key, |segment| self.layout.is_literal_segment(key, &placed, segment))
                }
                _ => features::triggers(key, |_| false),
            };
        }
        let mut miss = None;
        if judged {
            trigger = trigger.or(self.layout_trigger(row, &place, &mut miss));
        }
        let reference_class = self.reference_class(row, &place, named, claimed, is_marker);
        if reference_class == ReferenceClass::Orphan {
            trigger = trigger.or(Trigger::ORPHAN);
        }
        let worst = if trigger == Trigger::default() {
            (Severity::Ignore, 0)
        } else {
            self.judge(row, &place, trigger, empty_segment, miss.as_ref(), named)
        };
        self.count(row, &mut place, is_marker, worst, reference_class);
    }

    /// A delete marker, or a version that is not the latest.
    fn old_version(&mut self, row: &Row<'_>) {
        if row.is_delete_marker {
            self.partial.delete_markers += 1;
        } else {
            self.partial.noncurrent.add(row.size.unwrap_or(0));
        }
        if let Some(number) = self.index.find(row.key, |_| {}) {
            if row.is_delete_marker && row.is_latest {
                self.index.mark(number, seen::DELETED);
            } else if !row.is_delete_marker {
                self.mark_version(number, row);
            }
        }
    }

    fn mark_version(&self, number: u32, row: &Row<'_>) {
        if self.index.roles(number) & role::VERSIONED != 0 {
            self.index.mark_version(number, row.version.unwrap_or("null"));
        }
    }

    /// Marks the references that this object satisfies or almost satisfies; gives its number if a record names it.
    fn satisfy(&mut self, row: &Row<'_>, is_marker: bool) -> Option<u32> {
        let (partial, bucket, index) = (&mut self.partial, self.bucket, self.index);
        let mut near = |number: u32| {
            if index.seen(number) & seen::LIVE == 0 && !is_marker {
                partial.add_near(bucket, number, &String::from_utf8_lossy(row.key));
            }
        };
        let found = index.find(row.key, &mut near);
        if crate::references::fold::is_odd(row.key) {
            index.find_near_odd(&String::from_utf8_lossy(row.key), &mut near);
        }
        let number = found?;
        index.mark(number, if row.is_archived { seen::LIVE | seen::ARCHIVED } else { seen::LIVE });
        self.mark_version(number, row);
        if row.is_archived {
            self.partial.archived.insert((self.bucket, number), row.size.unwrap_or(0));
        }
        Some(number)
    }

    /// Whether a prefix reference claims the key; the answer for a directory is that for every key in it.
    fn claimed_by_prefix(&mut self, key: &[u8]) -> bool {
        let end = memchr::memrchr(b'/', key).map_or(0, |slash| slash + 1);
        if let Some(claimed) = self.directory_claimed
            && self.directory == key[..end]
        {
            return claimed;
        }
        let claimed = self.index.mark_prefixes(key);
        self.directory.clear();
        self.directory.extend_from_slice(&key[..end]);
        // A key ending in `/` does not lie below the prefix it spells.
        self.directory_claimed = (end < key.len()).then_some(claimed);
        claimed
    }

    /// Plural names at the bucket's top (L206).
    fn note_plural(&mut self, key: &[u8]) {
        let singular = &self.shared.layout.spec().singular;
        let Some(slash) = memchr::memchr(b'/', key) else { return };
        for (number, (plural, _)) in singular.iter().enumerate() {
            if plural.as_bytes() == &key[..slash] {
                self.partial.plurals[usize::from(self.bucket) * singular.len() + number] = true;
            }
        }
    }

    /// Asks the layout, once, or reuses the last folder's answer.
    fn place(&mut self, key: &[u8], is_marker: bool) -> Place<'s> {
        let spec = self.shared.layout.spec();
        if let Some(last) = self.last
            && key.len() > self.last_name.len()
            && key.starts_with(&self.last_name)
            && (last.placed.open || memchr::memchr(b'/', &key[self.last_name.len()..]).is_none())
        {
            let area = last.placed.area;
            let folder = (!is_marker).then_some(last.folder);
            return Place {
                key_match: KeyMatch::Area(last.placed),
                area: Some((area, &spec.areas[usize::from(area)])),
                folder,
            };
        }
        let key_match = self.layout.identify(key, &mut self.captures);
        let placed = match key_match {
            KeyMatch::Area(placed) | KeyMatch::Legacy(placed) => placed,
            KeyMatch::OutOfScope | KeyMatch::Unmatched => return Place { key_match, area: None, folder: None },
        };
        let area = &spec.areas[usize::from(placed.area)];
        let mut folder = None;
        if matches!(key_match, KeyMatch::Area(_)) && area.standing != Standing::Outside && !is_marker {
            let name = &key[..usize::from(placed.folder)];
            let index = self.index;
            let number =
                self.partial.folders.number(self.bucket, placed.area, name, || index.covers(placed.area, name));
            folder = Some(number);
            self.last = (placed.open || placed.siblings).then_some(LastFolder { placed, folder: number });
            let directory = memchr::memrchr(b'/', key).map_or(0, |slash| slash + 1);
            self.last_name.clear();
            self.last_name.extend_from_slice(if placed.open { name } else { &key[..directory] });
        }
        Place { key_match, area: Some((placed.area, area)), folder }
    }

    /// Whether K- and L-rules look at what lies there.
    fn is_judged(&self, place: &Place<'_>) -> bool {
        match place.key_match {
            KeyMatch::Area(_) => place.area.is_some_and(|(_, area)| area.standing == Standing::Wanted),
            KeyMatch::Legacy(_) | KeyMatch::Unmatched => true,
            KeyMatch::OutOfScope => false,
        }
    }

    fn layout_trigger(&mut self, row: &Row<'_>, place: &Place<'_>, miss: &mut Option<Miss>) -> Trigger {
        match place.key_match {
            KeyMatch::Area(_) if row.size == Some(0) => Trigger::EMPTY,
            KeyMatch::Area(_) | KeyMatch::OutOfScope => Trigger::default(),
            KeyMatch::Legacy(_) => Trigger::LEGACY,
            KeyMatch::Unmatched => {
                let found = self.layout.explain(&String::from_utf8_lossy(row.key));
                let trigger = match found.kind {
                    MissKind::Undeclared => Trigger::UNDECLARED,
                    MissKind::Malformed => Trigger::MALFORMED,
                    MissKind::Missing => Trigger::MISSING,
                    MissKind::Misplaced => Trigger::MISPLACED,
                };
                if let Some(area) = found.area {
                    let near = self.shared.area_index(self.bucket, area as u16);
                    self.partial.areas[near].near_misses += 1;
                }
                *miss = Some(found);
                trigger
            }
        }
    }

    fn reference_class(
        &self,
        row: &Row<'_>,
        place: &Place<'_>,
        named: Option<u32>,
        claimed: bool,
        is_marker: bool,
    ) -> ReferenceClass {
        let roles = named.map_or(0, |number| self.index.roles(number));
        if roles & role::NAMED != 0 {
            return ReferenceClass::Referenced;
        }
        let is_outside = place.area.is_some_and(|(_, area)| area.standing == Standing::Outside);
        let folder_covered = || match (place.folder, place.key_match) {
            (Some(folder), _) => self.partial.folders.get(folder).covered,
            // A marker is in its folder without counting there.
            (None, KeyMatch::Area(placed)) if !is_outside => {
                self.index.covers(placed.area, &row.key[..usize::from(placed.folder)])
            }
            (None, _) => false,
        };
        if claimed || folder_covered() {
            return ReferenceClass::Covered;
        }
        let (KeyMatch::Area(placed), Some((number, area))) = (place.key_match, place.area) else {
            return ReferenceClass::NotAsked;
        };
        if is_marker || is_outside {
            return ReferenceClass::NotAsked;
        }
        let expected = self.shared.layout.expected_unreferenced(usize::from(number));
        if !expected.is_empty() {
            let end = memchr::memrchr(b'/', row.key).map_or(0, |slash| slash + 1);
            let relative = &row.key[usize::from(placed.folder)..];
            if self.index.names_in(&row.key[..end]) && expected.iter().any(|glob| glob.is_match(relative)) {
                return ReferenceClass::Expected;
            }
        }
        if !self.shared.has_tables || self.orphan_severities[usize::from(number)] == Severity::Ignore {
            return ReferenceClass::NotAsked;
        }
        if roles & role::MENTIONED != 0 {
            return ReferenceClass::Mentioned;
        }
        match row.modified {
            _ if !self.shared.exports_complete => ReferenceClass::Unjudged,
            None => ReferenceClass::Unjudged,
            Some(modified) if modified > self.shared.settled_before => ReferenceClass::Deferred,
            Some(_) => ReferenceClass::Orphan,
        }
    }

    /// Calls the rules that the row triggers; gives the worst severity that makes it violating, and how many findings.
    fn judge(
        &mut self,
        row: &Row<'_>,
        place: &Place<'s>,
        trigger: Trigger,
        empty_segment: Option<u32>,
        miss: Option<&Miss>,
        named: Option<u32>,
    ) -> (Severity, u64) {
        let shared = self.shared;
        let key = std::str::from_utf8(row.key).unwrap_or_default();
        let target;
        let legacy = match (place.key_match, place.area) {
            (KeyMatch::Legacy(placed), Some((_, area))) => {
                target = self.legacy_target(key, &placed, named);
                Some(self.legacy_context(key, &placed, area, &target))
            }
            _ => None,
        };
        let context = ObjectContext {
            bucket: self.layout.name(),
            key,
            version: row.version,
            size: row.size,
            modified: row.modified,
            area: place.area.map(|(_, area)| area),
            legacy,
            miss: miss.map(|miss| MissContext {
                area: miss.area.map(|area| shared.layout.spec().areas[area].name.as_str()),
                segment: miss.segment,
                expected: miss.expected.as_deref(),
                suggestion: miss.suggestion.as_deref(),
            }),
            empty_segment,
            folder: place.folder.map(|folder| self.partial.folders.name(folder)),
            cut_over: shared.cut_over,
        };
        let area = place.area.map(|(number, _)| usize::from(number));
        let concern = Concern { objects: 1, bytes: row.size.unwrap_or(0) };
        let mut worst = Severity::Ignore;
        let mut findings = 0;
        for rule in shared.object_rules.iter().filter(|rule| rule.trigger.meets(trigger)) {
            let severity = shared.severity(rule.rule, area);
            if severity == Severity::Ignore {
                continue;
            }
            let mut sink = self.emitter.rule(rule.rule, severity, concern);
            (rule.check)(&context, &mut sink);
            if sink.reported > 0 {
                findings += u64::from(sink.reported);
                if rule.violates {
                    worst = worst.max(severity);
                }
            }
        }
        (worst, findings)
    }

    /// Where a legacy object moves: as the records say that name it, else as its key says. The new key may be one
    /// that a record names and nothing satisfies.
    fn legacy_target(&mut self, key: &str, placed: &Placed, named: Option<u32>) -> LegacyTarget {
        if let Some([new]) = named.map(|number| self.index.moves(number)) {
            return LegacyTarget::Moves(self.index.key_text(*new).to_owned());
        }
        // The captures are this row's: only areas reuse an earlier answer.
        let target = self.layout.legacy_target(key, placed, &self.captures, None, &mut |_| None);
        if let LegacyTarget::Moves(new) = &target {
            let index = self.index;
            let found = index.find(new.as_bytes(), |_| {});
            if let Some(number) = found.filter(|&number| index.seen(number) & seen::LIVE == 0) {
                self.partial.add_near(self.bucket, number, key);
            }
        }
        target
    }

    fn legacy_context<'k>(
        &self,
        key: &'k str,
        placed: &Placed,
        area: &'k AreaSpec,
        target: &'k LegacyTarget,
    ) -> LegacyContext<'k> {
        let job =
            self.captures.iter().find(|(placeholder, _)| self.shared.layout.placeholder_name(*placeholder) == "job");
        let job = job.or_else(|| self.captures.iter().next()).and_then(|(_, range)| key.get(range));
        let (fate, new) = match target {
            LegacyTarget::Moves(new) => ("move", Some(new.as_str())),
            LegacyTarget::Keeps(_) | LegacyTarget::Unnamed { keep: true, .. } => ("keep", None),
            LegacyTarget::Retires(_) => ("retire", None),
            LegacyTarget::Unnamed { .. } | LegacyTarget::Unfit(_) => ("unnamed", None),
        };
        let declared = placed.legacy.and_then(|legacy| area.legacy.get(usize::from(legacy)));
        let stays = declared.is_some_and(|legacy| legacy.keep_source.is_some());
        let generation = declared.map_or("", |legacy| legacy.name.as_str());
        LegacyContext { generation, target: new, fate: if stays { "keep" } else { fate }, job }
    }

    fn count(
        &mut self,
        row: &Row<'_>,
        place: &mut Place<'_>,
        is_marker: bool,
        (worst, findings): (Severity, u64),
        reference_class: ReferenceClass,
    ) {
        let bytes = row.size.unwrap_or(0);
        let class = match place.key_match {
            KeyMatch::OutOfScope => KeyClass::OutOfScope,
            KeyMatch::Area(_) if place.area.is_some_and(|(_, area)| area.standing == Standing::Outside) => {
                KeyClass::OutOfScope
            }
            _ if is_marker => KeyClass::FolderMarker,
            KeyMatch::Legacy(_) => KeyClass::Legacy,
            KeyMatch::Area(_) if place.area.is_some_and(|(_, area)| area.standing == Standing::Tolerated) => {
                KeyClass::Exempt
            }
            _ if worst >= Severity::Warning => KeyClass::Violating,
            _ => KeyClass::Compliant,
        };
        self.partial.keys[class as usize].add(bytes);
        self.partial.references[reference_class as usize].add(bytes);
        if is_marker {
            return;
        }
        let modified = row.modified.unwrap_or(NEVER);
        let Some((number, _)) = place.area else { return };
        let tally = match place.key_match {
            KeyMatch::Legacy(placed) => {
                let generation = (self.bucket, number, placed.legacy.unwrap_or_default());
                self.partial.legacy.entry(generation).or_default()
            }
            _ => &mut self.partial.areas[self.shared.area_index(self.bucket, number)],
        };
        let is_referenced = matches!(reference_class, ReferenceClass::Referenced | ReferenceClass::Covered);
        tally.all.add(bytes);
        tally.newest = tally.newest.max(modified);
        match class {
            KeyClass::Compliant => tally.compliant.add(bytes),
            KeyClass::Violating => tally.violating += 1,
            _ => {}
        }
        tally.referenced += u64::from(is_referenced);
        let is_orphan = reference_class == ReferenceClass::Orphan;
        if is_orphan {
            tally.orphans.add(bytes);
            let age = self.shared.exported_at.saturating_sub(modified) / DAY;
            let age = AGES.iter().position(|(_, below)| age < *below).unwrap_or(AGES.len() - 1);
            self.partial.orphan_ages[age].add(bytes);
            let size = SIZES.iter().position(|(_, below)| bytes < *below).unwrap_or(SIZES.len() - 1);
            self.partial.orphan_sizes[size].add(bytes);
        }
        if let Some(folder) = place.folder {
            let satisfied = self.companions(row.key, number, folder);
            let folder = self.partial.folders.get_mut(folder);
            folder.all.add(bytes);
            folder.newest = folder.newest.max(modified);
            folder.companions |= satisfied;
            folder.referenced += u64::from(reference_class == ReferenceClass::Referenced);
            if is_orphan {
                folder.orphans.add(bytes);
            }
            folder.findings += findings;
        }
    }

    /// The companion lists of the area that this object is the first in its folder to satisfy.
    fn companions(&self, key: &[u8], area: u16, folder: u32) -> u64 {
        let lists = self.shared.layout.companions(usize::from(area));
        if lists.is_empty() {
            return 0;
        }
        let known = self.partial.folders.get(folder).companions;
        let relative = &key[self.partial.folders.name(folder).len()..];
        let open = (0..64).zip(lists).filter(|(list, _)| known & (1 << list) == 0);
        open.filter(|(_, list)| list.iter().any(|glob| glob.is_match(relative)))
            .fold(0, |bits, (list, _)| bits | 1 << list)
    }
}
