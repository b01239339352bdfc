//! Finds manifests: what a path on the command line stands for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::SourceError;
use super::place::{Place, is_s3};
#[cfg(feature = "s3")]
use super::s3;

/// How many levels below a given folder are searched.
pub(super) const LEVELS: usize = 6;

/// What a path on the command line is.
pub(super) enum Given {
    /// A file: a manifest by any name.
    File,
    /// A folder: a delivery, or something that holds deliveries.
    Folder(Place),
}

/// Whether an input is a file or a folder.
///
/// # Errors
///
/// An `s3://` location, a path where nothing is, or one that may not be read.
pub(super) fn given(input: &Place) -> Result<Given, SourceError> {
    match input {
        Place::Local(path) if is_s3(path) => Err(SourceError::Remote { input: path.display().to_string() }),
        Place::Local(path) => {
            if is_pipe_or_device(path).map_err(|error| SourceError::io(input, error))? {
                return Err(SourceError::NotAFile { path: input.clone() });
            }
            Ok(if path.is_dir() { Given::Folder(input.clone()) } else { Given::File })
        }
        #[cfg(feature = "s3")]
        Place::S3(place) => Ok(match s3::given(place)? {
            s3::Found::File => Given::File,
            s3::Found::Folder(folder) => Given::Folder(Place::S3(folder)),
        }),
    }
}

/// Whether a path is neither a file nor a folder.
///
/// # Errors
///
/// What the system says.
pub(super) fn is_pipe_or_device(path: &Path) -> io::Result<bool> {
    let metadata = fs::metadata(path)?;
    Ok(!metadata.is_dir() && !metadata.is_file())
}

/// Every file of a name in `root` and at most [`LEVELS`] levels below it, in the order of their paths.
///
/// # Errors
///
/// A folder that cannot be listed: what lies in it might be the newest delivery.
pub(super) fn find(root: &Place, name: &str) -> Result<Vec<Place>, SourceError> {
    match root {
        Place::Local(root) => {
            let mut found = Vec::new();
            search(root, name, LEVELS, &mut found)?;
            found.sort();
            Ok(found.into_iter().map(Place::Local).collect())
        }
        #[cfg(feature = "s3")]
        Place::S3(root) => Ok(s3::find(root, name)?.into_iter().map(Place::S3).collect()),
    }
}

fn search(folder: &Path, name: &str, levels: usize, found: &mut Vec<PathBuf>) -> Result<(), SourceError> {
    let here = folder.join(name);
    if here.is_file() {
        found.push(here);
    }
    if levels == 0 {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(|error| SourceError::io(folder, error))? {
        let entry = entry.map_err(|error| SourceError::io(folder, error))?;
        let kind = entry.file_type().map_err(|error| SourceError::io(entry.path(), error))?;
        // Only a link needs a second look; `data/` may hold many thousand plain files.
        if kind.is_dir() || (kind.is_symlink() && entry.path().is_dir()) {
            search(&entry.path(), name, levels - 1, found)?;
        }
    }
    Ok(())
}
