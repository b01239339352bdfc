//! In which order the files of exports are read: of a chain the newest export first, and an older one only when all
//! newer ones are known, so that what they supersede is left out.
//!
//! Threads take the files in this order, each the next that nobody has. The keys that are kept in between grow with
//! the changes in incremental exports, not with the table.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::discover::{Export, ExportFile};
use super::keys::KeySet;
use super::reader::ItemReader;
use crate::model::{SourceDefect, SourceProblem};
use crate::source::error::SourceError;

/// The files of several exports, to be read by several threads.
pub struct ReadingOrder<'e> {
    plan: Vec<Planned<'e>>,
    next: AtomicUsize,
    chains: Mutex<Vec<Chain>>,
    ended: Condvar,
}

/// One file and its place.
struct Planned<'e> {
    /// The export or chain, by its position.
    export: usize,
    /// How many exports of its chain are newer.
    newer: usize,
    file: &'e ExportFile,
    /// The declared attributes of the primary key.
    key: &'e [String],
}

/// How far a chain has come.
#[derive(Default)]
struct Chain {
    /// Files that have not ended, by how many exports are newer.
    open: Vec<usize>,
    /// The keys in all exports that have ended.
    superseded: Arc<KeySet>,
    /// The keys in the files of the export at hand, with their places in the plan.
    at_hand: Vec<(usize, KeySet)>,
}

impl<'e> ReadingOrder<'e> {
    /// Plans the files of exports, each with the declared attributes of its table's primary key.
    pub fn new(exports: impl Iterator<Item = (&'e Export, &'e [String])>) -> Self {
        let (mut plan, mut chains) = (Vec::new(), Vec::new());
        for (number, (export, key)) in exports.enumerate() {
            let mut chain = Chain::default();
            for (newer, link) in export.links().collect::<Vec<_>>().into_iter().rev().enumerate() {
                chain.open.push(link.files.len());
                plan.extend(link.files.iter().map(|file| Planned { export: number, newer, file, key }));
            }
            chains.push(chain);
        }
        // Whatever waits for others comes last; exports without increments fill the time between.
        let alone: Vec<bool> = chains.iter().map(|chain| chain.open.len() == 1).collect();
        let last = |planned: &Planned<'_>| if alone[planned.export] { 1 } else { planned.newer };
        plan.sort_by_key(|planned| (last(planned), planned.export));
        Self { plan, next: AtomicUsize::new(0), chains: Mutex::new(chains), ended: Condvar::new() }
    }

    /// The bytes of all files as stored.
    pub fn bytes(&self) -> u64 {
        self.plan.iter().map(|planned| planned.file.size()).sum()
    }

    /// The next file; waits until everything newer in its chain has ended.
    pub fn next_turn(&self) -> Option<Turn<'_, 'e>> {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        let planned = self.plan.get(place)?;
        let mut chains = self.chains();
        // Threads take files in order, so that those which this one waits for are with threads that run.
        while chains[planned.export].open[..planned.newer].iter().any(|open| *open > 0) {
            chains = self.ended.wait(chains).unwrap_or_else(PoisonError::into_inner);
        }
        let superseded = Arc::clone(&chains[planned.export].superseded);
        Some(Turn { order: self, place, superseded: Some(superseded), over: false })
    }

    fn chains(&self) -> MutexGuard<'_, Vec<Chain>> {
        self.chains.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a file, and with the last file its export.
    fn end(&self, place: usize, keys: KeySet, defects: &mut dyn FnMut(SourceDefect)) {
        let planned = &self.plan[place];
        let mut chains = self.chains();
        let chain = &mut chains[planned.export];
        if !keys.is_empty() {
            chain.at_hand.push((place, keys));
        }
        chain.open[planned.newer] -= 1;
        if chain.open[planned.newer] == 0 {
            let mut files = std::mem::take(&mut chain.at_hand);
            files.sort_by_key(|(place, _)| *place);
            for (place, keys) in files {
                // Whoever read with it has ended, so nothing is copied.
                let superseded = Arc::make_mut(&mut chain.superseded);
                let file = &self.plan[place].file.file;
                let mut tell = |problem| defects(SourceDefect { file: file.clone(), row: None, problem });
                if !superseded.is_empty() && superseded.names() != keys.names() {
                    let (ours, theirs) = (superseded.names().join(", "), keys.names().join(", "));
                    tell(SourceProblem::Rejected {
                        reason: format!("the primary key is `{theirs}` here and `{ours}` elsewhere"),
                    });
                }
                superseded.absorb(keys).into_iter().for_each(|key| tell(SourceProblem::DuplicateItem { key }));
            }
        }
        drop(chains);
        self.ended.notify_all();
    }
}

/// A file whose turn it is. A turn that is dropped has ended, so that nobody waits for it.
pub struct Turn<'o, 'e> {
    order: &'o ReadingOrder<'e>,
    place: usize,
    superseded: Option<Arc<KeySet>>,
    over: bool,
}

impl Turn<'_, '_> {
    /// Which export or chain the file belongs to, by its position.
    pub fn export(&self) -> usize {
        self.order.plan[self.place].export
    }

    /// Opens the file; `None`, with the defect told, if it is missing.
    ///
    /// # Errors
    ///
    /// What the system says of a file that is there.
    pub fn open(&self, verify: bool, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<ItemReader>, SourceError> {
        let planned = &self.order.plan[self.place];
        let reader = ItemReader::open(planned.file, verify, defects)?;
        Ok(reader.map(|reader| reader.in_chain(self.superseded.clone().unwrap_or_default(), planned.key)))
    }

    /// Ends the turn with its reader, if the file was there: what it showed supersedes what is older.
    pub fn end(mut self, reader: Option<ItemReader>, defects: &mut dyn FnMut(SourceDefect)) {
        let keys = reader.map(ItemReader::into_keys).unwrap_or_default();
        self.over = true;
        self.superseded = None;
        self.order.end(self.place, keys, defects);
    }
}

impl Drop for Turn<'_, '_> {
    fn drop(&mut self) {
        if !self.over {
            self.order.end(self.place, KeySet::default(), &mut |_| {});
        }
    }
}
