//! Rows whose directories are strewn over an inventory: what each will touch is touched some rows ahead, for several
//! rows at once, so that the waits for memory overlap. Rows in order need none of it.

use std::hint::black_box;

use crate::audit::objects::ObjectPass;
use crate::references::fold::split_directory;
use crate::source::inventory::Batch;

/// Rows that are looked at together: as many loads are under way at once.
const ROWS: usize = 32;
/// Rows are strewn if more than one in so many is in another directory than the row before.
const STREWN: u64 = 3;
/// Slots for each folder met, and the most slots.
const SLOTS_PER_FOLDER: usize = 4;
const MOST_SLOTS: usize = 1 << 22;
const EMPTY: u32 = u32::MAX;

/// The folder in which the keys of a directory were seen to lie, by the directory's hash: a guess, to be proven by the
/// folder's name. What does not fit is forgotten.
#[derive(Debug, Default)]
pub(super) struct FolderGuess {
    slots: Vec<u32>,
}

impl FolderGuess {
    /// The folder's number, if there is a guess.
    pub(super) fn get(&self, directory: u64) -> Option<u32> {
        let slot = self.slots.get(directory as usize & self.slots.len().wrapping_sub(1))?;
        Some(*slot).filter(|&folder| folder != EMPTY)
    }

    /// Keeps a folder's number.
    pub(super) fn put(&mut self, directory: u64, folder: u32) {
        let mask = self.slots.len().wrapping_sub(1);
        if let Some(slot) = self.slots.get_mut(directory as usize & mask) {
            *slot = folder;
        }
    }

    /// Makes room for so many folders.
    fn fit(&mut self, folders: usize) {
        let wanted = (folders.max(1) * SLOTS_PER_FOLDER).next_power_of_two().min(MOST_SLOTS);
        if wanted > self.slots.len() {
            self.slots = vec![EMPTY; wanted];
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
    }
}

impl ObjectPass<'_> {
    /// Takes the rows of a batch.
    pub(super) fn rows(&mut self, batch: &Batch) {
        let rows = batch.len();
        self.partial.rows += rows as u64;
        self.partial.bucket_rows[usize::from(self.bucket)] += rows as u64;
        let before = self.directories;
        if self.strewn {
            self.guess.fit(self.partial.folders.len());
            for start in (0..rows).step_by(ROWS) {
                let end = (start + ROWS).min(rows);
                self.touch(batch, start, end);
                (start..end).for_each(|row| self.take(batch, row));
            }
        } else {
            (0..rows).for_each(|row| self.take(batch, row));
        }
        self.settle();
        self.strewn = (self.directories - before) * STREWN > rows as u64;
    }

    /// Reads a byte of everything that the rows will ask for, a kind at a time.
    fn touch(&self, batch: &Batch, start: usize, end: usize) {
        let mut directories = [0; ROWS];
        let mut warmth = 0;
        for (directory, row) in directories.iter_mut().zip(start..end) {
            *directory = self.index.directory_hash(split_directory(batch.key(row)).0);
        }
        let directories = &directories[..end - start];
        let mut named = [false; ROWS];
        for (named, &directory) in named.iter_mut().zip(directories) {
            *named = self.index.may_name_in(directory);
        }
        let mut folders = [None; ROWS];
        for (folder, &directory) in folders.iter_mut().zip(directories) {
            *folder = self.guess.get(directory);
        }
        for &folder in folders.iter().flatten() {
            warmth ^= self.partial.folders.touch(folder);
        }
        for &folder in folders.iter().flatten() {
            warmth ^= self.partial.folders.name(folder).len();
        }
        let mut keys = [None; ROWS];
        for (row, key) in (start..end).zip(&mut keys).filter(|(row, _)| named[row - start]) {
            let bytes = batch.key(row);
            *key = self.index.touch(directories[row - start], split_directory(bytes).0.len(), bytes);
        }
        for &key in keys.iter().flatten() {
            warmth ^= self.index.key_text(key).len();
        }
        black_box(warmth);
    }
}

#[cfg(test)]
mod tests {
    use super::FolderGuess;

    #[test]
    fn a_guess_is_kept_until_another_takes_its_place() {
        let mut guess = FolderGuess::default();
        guess.put(5, 7);
        assert_eq!(guess.get(5), None, "there is no room yet");
        guess.fit(1);
        guess.put(5, 7);
        assert_eq!((guess.get(5), guess.get(6)), (Some(7), None));
        guess.put(5 + 4, 8);
        assert_eq!(guess.get(5), Some(8), "a guess has to be proven");
        guess.clear();
        assert_eq!(guess.get(5), None);
    }
}
