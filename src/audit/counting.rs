//! How one row makes tallies grow.

use crate::audit::columns::Row;
use crate::audit::folder_table::Counts;
use crate::audit::judging::Judged;
use crate::audit::objects::{ObjectPass, Place};
use crate::audit::tally::{AGES, Amount, NEVER, SIZES};
use crate::layout::spec::Standing;
use crate::layout::{Glob, KeyMatch};
use crate::model::time::DAY;
use crate::model::{KeyClass, ReferenceClass, Severity};

impl ObjectPass<'_> {
    /// Counts a row in its classes, its area (or legacy generation) and its folder; gives the class of its key.
    pub(super) fn count(
        &mut self,
        row: &Row<'_>,
        place: &Place<'_>,
        is_marker: bool,
        judged: Judged,
        reference_class: ReferenceClass,
    ) -> KeyClass {
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
            _ if judged.worst >= Severity::Warning => KeyClass::Violating,
            _ if judged.excepted && judged.worst == Severity::Ignore => KeyClass::Exempt,
            _ => KeyClass::Compliant,
        };
        self.partial.keys[class as usize].add(bytes);
        self.partial.references[reference_class as usize].add(bytes);
        if !judged.limited.is_empty() && matches!(class, KeyClass::Exempt | KeyClass::Compliant) {
            let area = place.area.map(|(number, _)| self.shared.area_index(self.bucket, number));
            self.partial.undecided.entry((area, class, judged.limited)).or_default().add(bytes);
        }
        let Some((number, _)) = place.area.filter(|_| !is_marker) else { return class };
        let modified = row.modified.unwrap_or(NEVER);
        let tally = match place.key_match {
            KeyMatch::Legacy(placed) => {
                let generation = (self.bucket, number, placed.legacy.unwrap_or_default());
                self.partial.legacy.entry(generation).or_default()
            }
            _ => &mut self.partial.areas[self.shared.area_index(self.bucket, number)],
        };
        tally.all.add(bytes);
        tally.newest = tally.newest.max(modified);
        match class {
            KeyClass::Compliant => tally.compliant.add(bytes),
            KeyClass::Violating => tally.violating += 1,
            _ => {}
        }
        match reference_class {
            ReferenceClass::Referenced | ReferenceClass::Covered => tally.referenced += 1,
            ReferenceClass::Expected | ReferenceClass::Mentioned => tally.spared += 1,
            _ => {}
        }
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
            let one = Amount { objects: 1, bytes };
            let counts = Counts {
                all: one,
                newest: modified,
                companions: self.companions(row.key, number, folder),
                referenced: u64::from(reference_class == ReferenceClass::Referenced),
            };
            self.partial.folders.count(folder, &counts);
            if is_orphan || judged.findings > 0 {
                let orphans = if is_orphan { one } else { Amount::default() };
                self.partial.folders.fault(folder, orphans, judged.findings);
            }
        }
        class
    }

    /// The companion lists of the area that nothing in a folder has satisfied yet, a bit for each.
    pub(super) fn open_companions(&self, area: u16, folder: u32) -> u64 {
        let lists = self.shared.layout.companions(usize::from(area)).len().min(64);
        let all = u64::MAX.checked_shr(64 - lists as u32).unwrap_or(0);
        all & !self.partial.folders.companions(folder)
    }

    /// The companion lists of the area that this object is the first in its folder to satisfy.
    fn companions(&self, key: &[u8], area: u16, folder: u32) -> u64 {
        let open = self.open_companions(area, folder);
        if open == 0 {
            return 0;
        }
        let relative = &key[self.partial.folders.name(folder).len()..];
        companions(self.shared.layout.companions(usize::from(area)), open, relative)
    }
}

/// Those of the open lists that an object satisfies, which stands at `relative` in its folder.
pub(super) fn companions(lists: &[Vec<Glob>], open: u64, relative: &[u8]) -> u64 {
    let asked = (0..64).zip(lists).filter(|(list, _)| open & (1 << list) != 0);
    asked
        .filter(|(_, list)| list.iter().any(|glob| glob.is_match(relative)))
        .fold(0, |bits, (list, _)| bits | 1 << list)
}
