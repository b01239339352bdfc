//! Rows that differ from the row before in nothing that anybody judges: most of an inventory. What one of them came to
//! holds for all of its directory, and they are counted together.

use crate::audit::columns::{Columns, Live};
use crate::audit::counting::companions;
use crate::audit::objects::{ObjectPass, Place};
use crate::audit::tally::{Amount, NEVER};
use crate::layout::KeyMatch;
use crate::model::{KeyClass, Millis, ReferenceClass};

/// What a plain object of a directory that no record names comes to, and those that came to it and are not counted
/// elsewhere yet.
pub(super) struct Routine {
    class: KeyClass,
    reference: ReferenceClass,
    area: u16,
    folder: u32,
    /// It holds for objects that changed after this.
    after: Millis,
    /// The companion lists that are open in the folder.
    open: u64,
    /// Those of them that the objects satisfied.
    companions: u64,
    amount: Amount,
    newest: Millis,
}

impl ObjectPass<'_> {
    /// Takes a row of a batch, in as few steps as it needs.
    pub(super) fn take(&mut self, columns: &Columns<'_>, row: usize) {
        let key = columns.key(row);
        let Some(live) = columns.live(row) else { return self.row(&columns.row(row)) };
        let known = self.directory.holds(key).filter(|known| known.is_plain);
        let is_routine = self.directory.routine.as_ref().is_some_and(|routine| live.modified > routine.after);
        let Some(known) = known.filter(|_| is_routine) else { return self.row(&columns.row(row)) };
        if known.may_be_named {
            let row = columns.row(row);
            if let Some(number) = self.satisfy(&row, false, known) {
                return self.judged_row(&row, false, known, Some(number));
            }
        }
        self.add(key, live);
    }

    fn add(&mut self, key: &[u8], live: Live) {
        let Some(routine) = &mut self.directory.routine else { return };
        routine.amount.add(live.bytes);
        routine.newest = routine.newest.max(live.modified);
        if routine.open != 0 {
            let lists = self.shared.layout.companions(usize::from(routine.area));
            let relative = &key[self.partial.folders.name(routine.folder).len()..];
            let satisfied = companions(lists, routine.open, relative);
            routine.open &= !satisfied;
            routine.companions |= satisfied;
        }
    }

    /// Keeps what a plain object that no record names came to, if it holds for others of its directory.
    pub(super) fn make_routine(&mut self, place: &Place<'_>, class: KeyClass, reference: ReferenceClass) {
        let (KeyMatch::Area(placed), Some(folder)) = (place.key_match, place.folder) else { return };
        if self.directory.place.is_none() {
            return;
        }
        let after = match reference {
            ReferenceClass::Covered => NEVER,
            // What is expected is told by the name of each.
            _ if self.may_be_expected(placed.area) => return,
            ReferenceClass::NotAsked => NEVER,
            ReferenceClass::Unjudged if !self.shared.exports_complete => NEVER,
            ReferenceClass::Deferred => self.shared.settled_before,
            // A record names it, it has no time, or it is a finding.
            _ => return,
        };
        let open = self.open_companions(placed.area, folder);
        let none = Amount::default();
        let routine =
            Routine { class, reference, area: placed.area, folder, after, open, companions: 0, amount: none, newest: NEVER };
        self.directory.routine = Some(routine);
    }

    /// Counts what was taken together.
    pub(super) fn settle(&mut self) {
        let Some(routine) = &mut self.directory.routine else { return };
        let amount = std::mem::take(&mut routine.amount);
        if amount.objects == 0 {
            return;
        }
        self.partial.keys[routine.class as usize].merge(amount);
        self.partial.references[routine.reference as usize].merge(amount);
        let tally = &mut self.partial.areas[self.shared.area_index(self.bucket, routine.area)];
        tally.all.merge(amount);
        tally.newest = tally.newest.max(routine.newest);
        if routine.class == KeyClass::Compliant {
            tally.compliant.merge(amount);
        }
        if routine.reference == ReferenceClass::Covered {
            tally.referenced += amount.objects;
        }
        let folder = self.partial.folders.get_mut(routine.folder);
        folder.all.merge(amount);
        folder.newest = folder.newest.max(routine.newest);
        folder.companions |= routine.companions;
    }
}
