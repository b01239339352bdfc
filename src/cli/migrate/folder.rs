//! The folder of a plan, which appears when the plan is whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

use crate::audit::migrate::PlanSink;
use crate::cli::Failure;
use crate::cli::staged::{MadeFolders, without_path};

/// A folder that is filled beside its final name and renamed at the end; dropped before, it leaves nothing.
#[derive(Debug)]
pub(super) struct PlanFolder {
    target: PathBuf,
    staged: TempDir,
    /// Last, as what is staged in it goes before.
    _made: MadeFolders,
}

impl PlanFolder {
    /// Opens a place beside `target`, before any work is done. A plan is never mixed with another: the folder is not
    /// there yet, or is empty.
    pub(super) fn create(target: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::write_file(target, error);
        match fs::read_dir(target) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(Failure::usage(
                        format!("`{}` is not empty", target.display()),
                        "name a folder that is not there yet: a plan is never mixed with another",
                    ));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut made = MadeFolders::default();
        made.make(parent).map_err(failed)?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let staged = tempfile::Builder::new().prefix(&format!(".{name}.")).suffix(".tmp").tempdir_in(parent);
        let staged = staged.map_err(without_path).map_err(failed)?;
        Ok(Self { target: target.to_owned(), staged, _made: made })
    }

    /// Writes a file of this text.
    pub(super) fn write(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let written = self.create_file(name).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| Failure::write_file(&self.target.join(name), error))
    }

    fn create_file(&self, name: &str) -> io::Result<File> {
        let below = Path::new(name);
        if !below.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("`{name}` is no name of a file in a plan"),
            ));
        }
        let path = self.staged.path().join(below);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        File::create(path)
    }

    /// Gives the folder its final name, readable as any new folder is.
    pub(super) fn commit(self) -> Result<(), Failure> {
        let Self { _made, target, staged } = self;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // A temporary folder is for its owner alone; a plan is for whom the folder above it is for.
            fs::set_permissions(staged.path(), fs::Permissions::from_mode(0o755))
                .map_err(|error| Failure::write_file(&target, error))?;
        }
        fs::rename(staged.path(), &target).map_err(|error| Failure::write_file(&target, error))?;
        // What was renamed is nobody's to clear away.
        let _ = staged.keep();
        Ok(())
    }
}

impl PlanSink for PlanFolder {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write + Send>> {
        Ok(Box::new(self.create_file(name)?))
    }
}
