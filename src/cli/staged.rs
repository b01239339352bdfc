//! Output files that appear under their name only when everything is done.

use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::audit::AuditError;
use crate::cli::Failure;
use crate::source::Place;

/// The error without the temporary name that it was said of, which is new each time and nobody's business.
pub(super) fn without_path(error: io::Error) -> io::Error {
    error.kind().into()
}

/// Folders that were not there before a run made them for its outputs, what lies in another before it. With it go those
/// that hold nothing.
#[derive(Debug, Default)]
pub(super) struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    /// Makes a folder, and what it lies in.
    pub(super) fn make(&mut self, folder: &Path) -> io::Result<()> {
        let outwards = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        self.0.splice(0..0, outwards.map(Path::to_owned));
        fs::create_dir_all(folder)
    }
}

impl Drop for MadeFolders {
    fn drop(&mut self) {
        // One that holds anything stays, whoever put it there, and with it what it lies in.
        let _ = self.0.iter().try_for_each(fs::remove_dir);
    }
}

/// A file that is written beside its final name and renamed at the end, or aside and sent to S3; dropped, it leaves
/// nothing.
#[derive(Debug)]
pub(super) struct StagedFile {
    /// Its final name, or its URI.
    target: PathBuf,
    /// Where it is sent to, if that is not on this machine.
    sent_to: Option<Place>,
    file: NamedTempFile,
}

impl StagedFile {
    /// Opens a place beside `target`, before any work is done.
    pub(super) fn create(target: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::write_file(target, error);
        if target.is_dir() {
            return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")));
        }
        // What a link leads to is replaced, and not the link; a pipe or a device would be replaced by a file.
        let linked = if target.is_symlink() { fs::canonicalize(target).ok() } else { None };
        let target = linked.as_deref().unwrap_or(target);
        if fs::metadata(target).is_ok_and(|there| !there.is_file()) {
            return Err(Failure::usage(
                format!("`{}` is no regular file", target.display()),
                "name a file; what goes to stdout needs no name",
            ));
        }
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let file = tempfile::Builder::new().prefix(&format!(".{name}.")).suffix(".tmp").tempfile_in(folder);
        Ok(Self { target: target.to_owned(), sent_to: None, file: file.map_err(without_path).map_err(failed)? })
    }

    /// Opens a place in the folder for temporary files for what is sent to `place` in the end.
    #[cfg(feature = "s3")]
    pub(super) fn create_aside(target: &Path, place: Place, tmp_dir: &Path) -> Result<Self, Failure> {
        if target.to_str().is_none_or(|uri| uri.ends_with('/')) {
            return Err(Failure::usage(
                format!("`{}` names a folder, not an output", target.display()),
                "name an object in it",
            ));
        }
        let file = NamedTempFile::new_in(tmp_dir).map_err(without_path);
        let file = file.map_err(|error| Failure::write_file(tmp_dir, error))?;
        Ok(Self { target: target.to_owned(), sent_to: Some(place), file })
    }

    /// Whether it is sent to S3.
    pub(super) fn is_sent(&self) -> bool {
        self.sent_to.is_some()
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

    /// Gives it its final name, readable as any new file is; or sends it where it belongs.
    pub(super) fn commit(self) -> Result<(), Failure> {
        let Self { target, sent_to, file } = self;
        if let Some(place) = sent_to {
            return place.put(file.path()).map_err(|error| Failure::from(AuditError::from(error)));
        }
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
