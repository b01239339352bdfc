//! The object pass: every row of an inventory, once. The layout is asked what the key is, rules that the answer
//! triggers are called, references that the row satisfies are marked, tallies grow.

use std::io;
use std::sync::Arc;

use crate::audit::columns::Row;
use crate::audit::directory::{Directory, InDirectory};
use crate::audit::features;
use crate::audit::folder_guess::FolderGuess;
use crate::audit::folder_tally::FolderOrder;
use crate::audit::judging::Judged;
use crate::audit::look_ahead::Foreseen;
use crate::audit::settings::{ORPHAN_RULE, Shared};
use crate::audit::sink::Emitter;
use crate::audit::tally::Partial;
use crate::layout::spec::{AreaSpec, Standing};
use crate::layout::{BucketLayout, Captures, KeyMatch, Placed};
use crate::model::{ReferenceClass, Severity};
use crate::references::fold;
use crate::references::index::{BucketIndex, role, seen};
use crate::results::spill::Spill;
use crate::rules::context::Trigger;

/// One thread's pass over parts of inventories.
pub(super) struct ObjectPass<'s> {
    pub(super) shared: &'s Shared<'s>,
    pub(super) bucket: u16,
    pub(super) layout: &'s BucketLayout,
    pub(super) index: &'s BucketIndex,
    pub(super) partial: Partial,
    pub(super) emitter: Emitter<'s>,
    pub(super) captures: Captures,
    /// The last answer that holds for every key of its folder.
    last: Option<LastFolder>,
    /// That folder.
    last_name: Vec<u8>,
    /// The directory of the last row.
    pub(super) directory: Directory,
    /// Directories met, one behind another.
    pub(super) directories: u64,
    /// Whether most rows of the last batch were in another directory than the row before.
    pub(super) strewn: bool,
    pub(super) guess: FolderGuess,
    /// By area: the severity of an orphan there.
    orphan_severities: Vec<Severity>,
}

#[derive(Clone, Copy)]
pub(super) struct LastFolder {
    placed: Placed,
    folder: u32,
}

/// What is known of a row's place.
pub(super) struct Place<'s> {
    pub(super) key_match: KeyMatch,
    pub(super) area: Option<(u16, &'s AreaSpec)>,
    /// Its folder's number, where the area counts folders.
    pub(super) folder: Option<u32>,
}

/// What a row shows of its version.
fn seen_of(row: &Row<'_>) -> u8 {
    if row.is_archived() { seen::LIVE | seen::ARCHIVED } else { seen::LIVE }
}

impl<'s> ObjectPass<'s> {
    pub(super) fn new(shared: &'s Shared<'s>, partial: Partial, emitter: Emitter<'s>) -> Self {
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
            directory: Directory::default(),
            directories: 0,
            // Until a batch has shown otherwise: it costs little.
            strewn: true,
            guess: FolderGuess::default(),
            orphan_severities: (0..areas).map(|area| shared.severities.area(ORPHAN_RULE, area)).collect(),
        }
    }

    /// Turns to a bucket, between two batches: nothing waits to be counted.
    pub(super) fn enter(&mut self, bucket: u16) {
        if bucket == self.bucket {
            return;
        }
        self.bucket = bucket;
        self.layout = &self.shared.layout.buckets()[usize::from(bucket)];
        self.index = &self.shared.references.buckets[usize::from(bucket)];
        self.last = None;
        self.directory.leave();
        self.guess.clear();
    }

    /// Writes the folders to disk if they take more than `bytes` of memory.
    pub(super) fn bound_folders(&mut self, bytes: usize, order: &FolderOrder, spill: &Arc<Spill>) -> io::Result<()> {
        if self.partial.folders.heap_bytes() > bytes {
            self.last = None;
            self.directory.forget_folder();
            self.guess.clear();
            self.partial.spilled_folders += self.partial.folders.len() as u64;
            let run = self.partial.folders.spill(order, spill)?;
            self.partial.spilled.push(run);
        }
        Ok(())
    }

    /// Takes one row.
    pub(super) fn row(&mut self, row: &Row<'_>, seen: &Foreseen) {
        if row.is_delete_marker() || !row.is_latest() {
            self.old_version(row);
            return;
        }
        let (key_bytes, bytes) = (row.key, row.size.unwrap_or(0));
        let is_marker = key_bytes.last() == Some(&b'/') && bytes == 0;
        if !seen.is_same {
            self.settle();
            self.directories += 1;
            self.note_plural(key_bytes);
            self.directory.turn_to(key_bytes, seen);
        }
        let known = self.directory.holds(seen);
        let named = self.look_up(key_bytes, is_marker, known);
        self.judged_row(row, is_marker, known, named);
    }

    /// Judges and counts a row, which the index knows under a number or not.
    pub(super) fn judged_row(&mut self, row: &Row<'_>, is_marker: bool, known: InDirectory, named: Option<u32>) {
        if let Some(number) = named {
            self.satisfy(row, number);
        }
        let key_bytes = row.key;
        let claimed = if is_marker { self.index.claims_marker(key_bytes) } else { self.claimed_by_prefix(key_bytes) };
        let place = self.place(key_bytes, is_marker);
        let mut trigger = Trigger::default();
        let mut empty_segment = None;
        let judged = !is_marker && self.is_judged(&place);
        if judged && !known.is_safe {
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
        let is_plain = known.is_safe && trigger == Trigger::default() && !is_marker;
        let judged = if trigger == Trigger::default() {
            Judged::default()
        } else {
            self.judge(row, &place, trigger, empty_segment, miss.as_ref(), named)
        };
        let class = self.count(row, &place, is_marker, judged, reference_class);
        if is_plain && !self.strewn && self.directory.routine.is_none() {
            let of_others = match named {
                Some(_) => self.reference_class(row, &place, None, claimed, false),
                None => reference_class,
            };
            self.make_routine(&place, class, of_others);
        }
    }

    /// A delete marker, or a version that is not the latest.
    fn old_version(&mut self, row: &Row<'_>) {
        if row.is_delete_marker() {
            self.partial.delete_markers += 1;
        } else {
            self.partial.noncurrent.add(row.size.unwrap_or(0));
        }
        if let Some(number) = self.index.find(row.key, |_| {}) {
            if row.is_delete_marker() && row.is_latest() {
                self.index.mark(number, seen::DELETED);
            } else if !row.is_delete_marker() {
                self.mark_version(number, row);
            }
        }
    }

    fn mark_version(&self, number: u32, row: &Row<'_>) {
        if self.index.roles(number) & role::VERSIONED != 0 {
            self.index.mark_version(number, row.version().unwrap_or("null"), seen_of(row));
        }
    }

    /// The number of the key in the index, if it is there; notes the references that this object almost satisfies.
    #[inline]
    pub(super) fn look_up(&mut self, key: &[u8], is_marker: bool, known: InDirectory) -> Option<u32> {
        if known.hash.is_none() && !known.leads_away { None } else { self.look_up_near(key, is_marker, known) }
    }

    fn look_up_near(&mut self, key: &[u8], is_marker: bool, known: InDirectory) -> Option<u32> {
        let (partial, bucket, index) = (&mut self.partial, self.bucket, self.index);
        let mut near = |number: u32| {
            if index.seen(number) & seen::LIVE == 0 && !is_marker {
                partial.add_near(bucket, number, &String::from_utf8_lossy(key));
            }
        };
        let found = known.hash.and_then(|hash| index.find_hashed(hash, key, &mut near));
        if !known.is_normal && fold::is_odd(key) {
            index.find_near_odd(&String::from_utf8_lossy(key), &mut near);
        }
        found
    }

    /// Marks what this object satisfies.
    pub(super) fn satisfy(&mut self, row: &Row<'_>, number: u32) {
        self.index.mark(number, seen_of(row));
        self.mark_version(number, row);
        if row.is_archived() {
            self.partial.add_archived((self.bucket, number), row.size.unwrap_or(0));
        }
    }

    /// Whether a prefix reference claims the key; the answer for a directory is that for every key in it.
    fn claimed_by_prefix(&mut self, key: &[u8]) -> bool {
        if key.last() == Some(&b'/') {
            // It does not lie below the prefix it spells.
            return self.index.mark_prefixes(key);
        }
        *self.directory.claimed.get_or_insert_with(|| self.index.mark_prefixes(key))
    }

    /// Plural names at the bucket's top (L206).
    fn note_plural(&mut self, key: &[u8]) {
        let singular = &self.shared.layout.spec().singular;
        for (number, (plural, _)) in singular.iter().enumerate() {
            let is_first = key.get(plural.len()) == Some(&b'/') && key.starts_with(plural.as_bytes());
            if is_first && !plural.contains('/') {
                self.partial.plurals[usize::from(self.bucket) * singular.len() + number] = true;
            }
        }
    }

    /// The last answer that holds for a whole folder, if the key lies in it.
    fn last_open(&self, key: &[u8]) -> Option<LastFolder> {
        self.last.filter(|_| key.len() > self.last_name.len() && key.starts_with(&self.last_name))
    }

    /// The folder in which keys of this directory were seen to lie before, if the key is proven to lie in it too.
    fn guessed(&self, key: &[u8]) -> Option<LastFolder> {
        let folder = self.guess.get(self.directory.hash())?;
        let placed = self.partial.folders.placed(folder)?;
        let name = self.partial.folders.name(folder).as_bytes();
        let holds = placed.open || self.directory.name().len() == name.len();
        (holds && key.len() > name.len() && key.starts_with(name)).then_some(LastFolder { placed, folder })
    }

    /// Asks the layout, once, or reuses the answer for the directory or the folder.
    fn place(&mut self, key: &[u8], is_marker: bool) -> Place<'s> {
        let spec = self.shared.layout.spec();
        let last = self.directory.place.filter(|_| key.last() != Some(&b'/'));
        if let Some(last) = last.or_else(|| self.last_open(key)).or_else(|| self.guessed(key)) {
            self.directory.place = Some(last);
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
            let (directory, covers) = (self.directory.name().len(), || index.covered_folder(placed.area, name));
            let number = self.partial.folders.number(self.bucket, placed, directory, name, covers);
            folder = Some(number);
            let last = LastFolder { placed, folder: number };
            self.directory.place = (placed.open || placed.siblings).then_some(last);
            self.guess.put(self.directory.hash(), number);
            if placed.open {
                self.last = Some(last);
                self.last_name.clear();
                self.last_name.extend_from_slice(name);
            }
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

    /// Whether an object of this area and of the directory at hand may be one that is expected without a record.
    pub(super) fn may_be_expected(&mut self, area: u16) -> bool {
        let expected = self.shared.layout.expected_unreferenced(usize::from(area));
        !expected.is_empty() && self.directory.is_named_in(self.index)
    }

    fn reference_class(
        &mut self,
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
            (Some(folder), _) => self.partial.folders.is_covered(folder),
            // A marker is in its folder without counting there.
            (None, KeyMatch::Area(placed)) if !is_outside => {
                self.index.covers(placed.area, &row.key[..usize::from(placed.folder)])
            }
            (None, _) => false,
        };
        if claimed || folder_covered() {
            return ReferenceClass::Covered;
        }
        let (KeyMatch::Area(placed), Some((number, _))) = (place.key_match, place.area) else {
            return ReferenceClass::NotAsked;
        };
        if is_marker || is_outside {
            return ReferenceClass::NotAsked;
        }
        if self.may_be_expected(number) {
            let expected = self.shared.layout.expected_unreferenced(usize::from(number));
            let relative = &row.key[usize::from(placed.folder)..];
            if expected.iter().any(|glob| glob.is_match(relative)) {
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
            _ if !self.shared.orphans_can_be_judged => ReferenceClass::Unjudged,
            None => ReferenceClass::Unjudged,
            Some(modified) if modified > self.shared.settled_before => ReferenceClass::Deferred,
            Some(_) => ReferenceClass::Orphan,
        }
    }
}
