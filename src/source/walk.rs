//! Finds manifests: what a path on the command line stands for.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::SourceError;

/// How many levels below a given folder are searched.
pub(super) const LEVELS: usize = 6;

/// What a path on the command line is.
pub(super) enum Given {
    /// A file: a manifest by any name.
    File,
    /// A folder: a delivery, or something that holds deliveries.
    Folder,
}

/// Whether an input is a file or a folder.
///
/// # Errors
///
/// An `s3://` location, a path where nothing is, or one that may not be read.
pub(super) fn given(input: &Path) -> Result<Given, SourceError> {
    if let Some(text) = input.to_str()
        && text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("s3://"))
    {
        return Err(SourceError::Remote { input: text.to_owned() });
    }
    let metadata = fs::metadata(input).map_err(|error| SourceError::io(input, error))?;
    Ok(if metadata.is_dir() { Given::Folder } else { Given::File })
}

/// Every file of a name in `root` and at most [`LEVELS`] levels below it, in the order of their paths.
///
/// # Errors
///
/// A folder that cannot be listed: what lies in it might be the newest delivery.
pub(super) fn find(root: &Path, name: &str) -> Result<Vec<PathBuf>, SourceError> {
    let mut found = Vec::new();
    search(root, name, LEVELS, &mut found)?;
    found.sort();
    Ok(found)
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
        let kind = entry.file_type().map_err(|error| SourceError::io(&entry.path(), error))?;
        // Only a link needs a second look; `data/` may hold many thousand plain files.
        if kind.is_dir() || (kind.is_symlink() && entry.path().is_dir()) {
            search(&entry.path(), name, levels - 1, found)?;
        }
    }
    Ok(())
}

/// A path as inputs are named in results: below the folder that was given, with `/`; a local path never shows, so that
/// what lies elsewhere has only its file name.
pub(super) fn name_below(root: &Path, path: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (root, path) = (absolute(root), absolute(path));
    let below = path.strip_prefix(root).unwrap_or(path.file_name().map_or(Path::new(""), Path::new));
    let segments: Vec<_> = below.iter().map(|segment| segment.to_string_lossy()).collect();
    segments.join("/")
}
