//! The files of a plan, each hashed while it is written.

use std::cell::RefCell;
use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::model::bytes::hex;
use crate::render::hostile::harmless;
use crate::results::plan::PlanFile;

/// Makes the files of a plan, in a folder that appears when the plan is whole.
pub trait PlanSink {
    /// A new file; `name` is its path in the folder, with `/`.
    ///
    /// # Errors
    ///
    /// What the output says.
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write + Send>>;
}

/// What was written to one file so far.
#[derive(Default)]
struct Sum {
    hash: Sha256,
    bytes: u64,
}

/// A file that is hashed while it is written.
pub(super) struct HashedFile {
    inner: Box<dyn Write + Send>,
    sum: Arc<Mutex<Sum>>,
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.hash.update(&bytes[..written]);
        sum.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// All files of a plan.
pub(super) struct PlanFiles<'s> {
    sink: RefCell<&'s mut dyn PlanSink>,
    made: RefCell<Vec<(String, Arc<Mutex<Sum>>)>>,
}

impl<'s> PlanFiles<'s> {
    pub(super) fn new(sink: &'s mut dyn PlanSink) -> Self {
        Self { sink: RefCell::new(sink), made: RefCell::default() }
    }

    /// A file that gathers what it is given before it writes; it has to be flushed.
    pub(super) fn create(&self, name: &str) -> io::Result<BufWriter<HashedFile>> {
        Ok(BufWriter::with_capacity(1 << 16, self.create_plain(name)?))
    }

    /// A file for those who gather by themselves.
    pub(super) fn create_plain(&self, name: &str) -> io::Result<HashedFile> {
        let inner = self.sink.borrow_mut().create(name)?;
        let sum = Arc::default();
        self.made.borrow_mut().push((name.to_owned(), Arc::clone(&sum)));
        Ok(HashedFile { inner, sum })
    }

    /// A file with this text.
    pub(super) fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let mut file = self.create(name)?;
        file.write_all(text.as_bytes())?;
        file.flush()
    }

    /// Every file made so far, by name.
    pub(super) fn list(&self) -> Vec<PlanFile> {
        let made = self.made.borrow();
        let mut files: Vec<PlanFile> = made
            .iter()
            .map(|(name, sum)| {
                let sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                PlanFile { name: name.clone(), bytes: sum.bytes, sha256: hex(&sum.hash.clone().finalize()) }
            })
            .collect();
        files.sort_by(|left, right| left.name.cmp(&right.name));
        files
    }
}

/// A list as CSV, made when its first row comes.
pub(super) struct List<'f, 's> {
    files: &'f PlanFiles<'s>,
    name: String,
    header: &'static [&'static str],
    writer: Option<csv::Writer<HashedFile>>,
    pub(super) rows: u64,
}

impl<'f, 's> List<'f, 's> {
    pub(super) fn new(files: &'f PlanFiles<'s>, name: impl Into<String>, header: &'static [&'static str]) -> Self {
        Self { files, name: name.into(), header, writer: None, rows: 0 }
    }

    pub(super) fn push(&mut self, row: &[&str]) -> io::Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let mut writer = csv::Writer::from_writer(self.files.create_plain(&self.name)?);
                writer.write_record(self.header).map_err(io::Error::other)?;
                none.insert(writer)
            }
        };
        self.rows += 1;
        writer.write_record(row.iter().map(|field| harmless(field).into_owned())).map_err(io::Error::other)
    }

    pub(super) fn finish(mut self) -> io::Result<u64> {
        self.writer.as_mut().map_or(Ok(()), csv::Writer::flush)?;
        Ok(self.rows)
    }
}

/// A name as part of a file's: what is no letter, digit, `.`, `_` or `-` becomes `_`.
pub(super) fn safe_name(name: &str) -> String {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let name: String = name.chars().map(|letter| if safe(letter) { letter } else { '_' }).collect();
    if name.starts_with('.') { format!("_{name}") } else { name }
}
