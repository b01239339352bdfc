//! Rows that differ from the row before in nothing that anybody judges: most of an inventory. What one of them came to
//! holds for all of its directory, and they are counted together.

use crate::audit::columns::{Live, Row, is_live};
use crate::audit::counting::companions;
use crate::audit::features::Oddity;
use crate::audit::folder_table::Counts;
use crate::audit::look_ahead::{Foreseen, within};
use crate::audit::objects::{ObjectPass, Place};
use crate::audit::tally::{Amount, NEVER};
use crate::layout::KeyMatch;
use crate::model::{KeyClass, Millis, ReferenceClass};
use crate::references::index::role;
use crate::source::inventory::Batch;

/// What a plain object of a directory comes to, and those that came to it and are not counted elsewhere yet.
pub(super) struct Routine {
    class: KeyClass,
    /// If no record names it.
    reference: ReferenceClass,
    area: u16,
    folder: u32,
    /// It holds for objects that changed after this.
    after: Millis,
    /// The companion lists that are open in the folder.
    open: u64,
    /// Those of them that the objects satisfied.
    companions: u64,
    /// All of them.
    amount: Amount,
    /// Those that a record names.
    referenced: Amount,
    newest: Millis,
}

impl Routine {
    fn add(&mut self, live: Live) {
        self.amount.add(live.bytes);
        self.newest = self.newest.max(live.modified);
    }
}

impl ObjectPass<'_> {
    /// Takes a row of a batch, which has this key, if nothing about it has to be asked: it lies in the directory of the row
    /// before, where the index knows no key and no companion is missing. Says whether it did.
    #[inline]
    pub(super) fn take_alike(&mut self, batch: &Batch, row: usize, key: &[u8]) -> bool {
        let directory = &mut self.directory;
        if !directory.is_never_named() || directory.routine.as_ref().is_none_or(|routine| routine.open != 0) {
            return false;
        }
        let is_plain = within(directory.name(), key) == Some(Oddity::default());
        let live = if is_plain && is_live(batch, row) { Live::of(batch, row) } else { None };
        let Some((live, routine)) = live.zip(directory.routine.as_mut()) else { return false };
        let holds = live.modified > routine.after;
        if holds {
            routine.add(live);
        }
        holds
    }

    /// Takes a row of a batch, which has this key, in as few steps as it needs.
    #[inline]
    pub(super) fn take(&mut self, batch: &Batch, row: usize, key: &[u8], seen: &Foreseen) {
        let known = self.directory.holds(seen);
        let routine = self.directory.routine.as_ref().filter(|_| seen.is_same && known.is_safe);
        let live = routine.and_then(|routine| Live::of(batch, row).filter(|live| live.modified > routine.after));
        let Some(live) = live else { return self.row(&Row::of(batch, row), seen) };
        let named = self.look_up(key, false, known);
        if let Some(number) = named {
            let row = Row::of(batch, row);
            if self.index.roles(number) & role::NAMED == 0 {
                return self.judged_row(&row, false, known, named);
            }
            self.satisfy(&row, number);
        }
        let Some(routine) = &mut self.directory.routine else { return };
        routine.add(live);
        if named.is_some() {
            routine.referenced.add(live.bytes);
        }
        if routine.open != 0 {
            let lists = self.shared.layout.companions(usize::from(routine.area));
            let relative = &key[self.partial.folders.name(routine.folder).len()..];
            let satisfied = companions(lists, routine.open, relative);
            routine.open &= !satisfied;
            routine.companions |= satisfied;
        }
    }

    /// Keeps what a plain object came to, or would if no record named it, where it holds for others of its directory.
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
            ReferenceClass::Unjudged if !self.shared.orphans_can_be_judged => NEVER,
            ReferenceClass::Deferred => self.shared.settled_before,
            // A record names it, it has no time, or it is a finding.
            _ => return,
        };
        let open = self.open_companions(placed.area, folder);
        let (area, none) = (placed.area, Amount::default());
        self.directory.routine = Some(Routine {
            class,
            reference,
            area,
            folder,
            after,
            open,
            companions: 0,
            amount: none,
            referenced: none,
            newest: NEVER,
        });
    }

    /// Counts what was taken together.
    pub(super) fn settle(&mut self) {
        let Some(routine) = &mut self.directory.routine else { return };
        let (amount, referenced) = (std::mem::take(&mut routine.amount), std::mem::take(&mut routine.referenced));
        if amount.objects == 0 {
            return;
        }
        self.partial.keys[routine.class as usize].merge(amount);
        let others = &mut self.partial.references[routine.reference as usize];
        others.merge(amount);
        others.take(referenced);
        self.partial.references[ReferenceClass::Referenced as usize].merge(referenced);
        let tally = &mut self.partial.areas[self.shared.area_index(self.bucket, routine.area)];
        tally.all.merge(amount);
        tally.newest = tally.newest.max(routine.newest);
        if routine.class == KeyClass::Compliant {
            tally.compliant.merge(amount);
        }
        let is_covered = routine.reference == ReferenceClass::Covered;
        tally.referenced += if is_covered { amount.objects } else { referenced.objects };
        let counts = Counts {
            all: amount,
            newest: routine.newest,
            companions: routine.companions,
            referenced: referenced.objects,
        };
        self.partial.folders.count(routine.folder, &counts);
    }
}
