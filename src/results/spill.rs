//! What does not fit in memory: one temporary file without a name, so that nothing is ever left behind, and the count of
//! what is held meanwhile.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A bound for what is held, and a file for the rest.
#[derive(Debug)]
pub struct Spill {
    /// Bytes that may be held.
    bound: usize,
    held: AtomicUsize,
    /// Where the file is made; the system's directory for temporary files if absent.
    directory: Option<PathBuf>,
    /// Made once there is something to write.
    file: Mutex<Option<File>>,
}

impl Spill {
    /// May hold `bound` bytes; the file is made in this directory, or in the system's one for temporary files.
    pub const fn new(directory: Option<PathBuf>, bound: usize) -> Self {
        Self { bound, held: AtomicUsize::new(0), directory, file: Mutex::new(None) }
    }

    /// Whether so many bytes may stay in memory; they count until they are [released](Self::release).
    pub(super) fn hold(&self, bytes: usize) -> bool {
        let held = self.held.fetch_add(bytes, Ordering::Relaxed);
        let fits = held.checked_add(bytes).is_some_and(|held| held <= self.bound);
        if !fits {
            self.release(bytes);
        }
        fits
    }

    /// Bytes that were held are gone.
    pub(super) fn release(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Bytes that are held.
    pub(super) fn held_bytes(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Appends what `write` writes; returns where it begins and ends.
    ///
    /// # Errors
    ///
    /// When the file cannot be made, and what `write` says.
    pub fn append(&self, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<(u64, u64)> {
        let mut slot = self.file();
        let file = match &mut *slot {
            Some(file) => file,
            empty => empty.insert(match &self.directory {
                Some(directory) => tempfile::tempfile_in(directory)?,
                None => tempfile::tempfile()?,
            }),
        };
        let start = file.seek(SeekFrom::End(0))?;
        write(file)?;
        file.flush()?;
        Ok((start, file.stream_position()?))
    }

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// # Errors
    ///
    /// When the file cannot be read back.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut slot = self.file();
        let Some(file) = slot.as_mut() else { return Err(io::ErrorKind::NotFound.into()) };
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(buffer)
    }

    fn file(&self) -> MutexGuard<'_, Option<File>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
