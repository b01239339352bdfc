//! Output files that appear under their name only when everything is done.

use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cli::Failure;

/// The error without the temporary name that it was said of, which is new each time and nobody's business.
pub(super) fn without_path(error: io::Error) -> io::Error {
    error.kind().into()
}

/// A file that is written beside its final name and renamed at the end; dropped, it leaves nothing.
#[derive(Debug)]
pub(super) struct StagedFile {
    target: PathBuf,
    file: NamedTempFile,
}

impl StagedFile {
    /// Opens a place beside `target`, before any work is done.
    pub(super) fn create(target: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::write_file(target, error);
        if target.is_dir() {
            return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")));
        }
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let file = tempfile::Builder::new().prefix(&format!(".{name}.")).suffix(".tmp").tempfile_in(folder);
        Ok(Self { target: target.to_owned(), file: file.map_err(without_path).map_err(failed)? })
    }

    /// Where it will appear.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Where it lies until then.
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Writes to it.
    pub(super) fn writer(&mut self) -> Result<BufWriter<fs::File>, Failure> {
        let file = self.file.as_file().try_clone().map_err(|error| Failure::write_file(&self.target, error))?;
        Ok(BufWriter::with_capacity(1 << 16, file))
    }

    /// Gives it its final name, readable as any new file is.
    pub(super) fn commit(self) -> Result<(), Failure> {
        let Self { target, file } = self;
        let failed = |error| Failure::write_file(&target, error);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // A temporary file is for its owner alone; a report is for whom the folder is for.
            file.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(failed)?;
        }
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&target).map_err(|error| failed(error.error))?;
        Ok(())
    }
}
