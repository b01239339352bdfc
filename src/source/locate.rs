//! Finds a listed key on disk. Manifests list keys from the bucket's root; a delivery that was copied down
//! may begin anywhere below it.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::place::Place;
#[cfg(feature = "s3")]
use super::s3::S3Locator;
use crate::model::{SourceDefect, SourceProblem};

/// Looks for the files of one delivery.
#[derive(Debug)]
pub(super) enum Locator {
    /// On this machine.
    Local(LocalLocator),
    /// In S3.
    #[cfg(feature = "s3")]
    S3(S3Locator),
}

impl Locator {
    /// For a manifest that was found below a given folder.
    pub(super) fn new(root: &Place, manifest: &Place) -> Self {
        match (root, manifest) {
            (Place::Local(root), Place::Local(manifest)) => Self::Local(LocalLocator::new(root, manifest)),
            #[cfg(feature = "s3")]
            (Place::S3(root), Place::S3(manifest)) => Self::S3(S3Locator::new(root, manifest)),
            #[cfg(feature = "s3")]
            (Place::Local(path), _) | (_, Place::Local(path)) => Self::Local(LocalLocator::new(path, path)),
        }
    }

    /// The file of a key, or the places where it was looked for, in order.
    ///
    /// # Errors
    ///
    /// The places tried; empty for a key that cannot be there.
    pub(super) fn find(&mut self, key: &str) -> Result<Place, Vec<String>> {
        match self {
            Self::Local(locator) => locator.find(key).map(Place::Local),
            #[cfg(feature = "s3")]
            Self::S3(locator) => locator.find(key).map(Place::S3),
        }
    }
}

/// The data files that a manifest has named so far. Two keys may lead to one file, as folders join what slashes part.
#[derive(Debug, Default)]
pub(super) struct Twice {
    keys: HashSet<String>,
    places: HashSet<String>,
}

impl Twice {
    /// What is wrong with a key, or with the file that it leads to, if it was named before.
    pub(super) fn defect(&mut self, key: &str, place: Option<&Place>) -> Option<SourceDefect> {
        let is_new_key = self.keys.insert(key.to_owned());
        let is_new_place = place.is_none_or(|place| self.places.insert(place.display().to_string()));
        let problem = SourceProblem::DuplicatePart;
        (!is_new_key || !is_new_place).then(|| SourceDefect { file: key.to_owned(), row: None, problem })
    }
}

/// Looks on this machine.
#[derive(Debug)]
pub(super) struct LocalLocator {
    /// The folder that was given.
    root: PathBuf,
    /// The folder of the manifest.
    beside: PathBuf,
    /// Where the last file was found: a folder, and how many leading segments its key lost.
    last: Option<(PathBuf, usize)>,
}

impl LocalLocator {
    fn new(root: &Path, manifest: &Path) -> Self {
        let beside = manifest.parent().unwrap_or(root);
        // An empty path has no ancestors to climb to; `.` has none either, its absolute form has.
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self { root: absolute(root), beside: absolute(beside), last: None }
    }

    /// The file of a key, or the places where it was looked for, in order.
    ///
    /// The places: the whole key below the given folder, below the manifest's, and below each folder above it;
    /// then the key without its first segment, and so on, below the given folder, the manifest's and the one above
    /// (`data/` lies beside an inventory's dated folder); last the bare file name beside the manifest.
    ///
    /// # Errors
    ///
    /// The places tried; empty for a key that cannot be a path (`..`, a leading `/`, a NUL), or is none.
    fn find(&mut self, key: &str) -> Result<PathBuf, Vec<String>> {
        let Some(segments) = plain_segments(key) else { return Err(Vec::new()) };
        if let Some((folder, stripped)) = &self.last
            && let Some(rest) = segments.get(*stripped..).filter(|rest| !rest.is_empty())
        {
            let path = join(folder, rest);
            if is_there(&path) {
                return Ok(path);
            }
        }
        let mut looked = Vec::new();
        for (folder, stripped) in self.places(segments.len()) {
            let path = join(&folder, &segments[stripped..]);
            if is_there(&path) {
                self.last = Some((folder, stripped));
                return Ok(path);
            }
            let shown = path.display().to_string();
            if !looked.contains(&shown) {
                looked.push(shown);
            }
        }
        Err(looked)
    }

    fn places(&self, segments: usize) -> Vec<(PathBuf, usize)> {
        let mut places = vec![(self.root.clone(), 0)];
        // The manifest's own key has about as many segments as a data file's: no higher folder can be the bucket's root.
        places.extend(self.beside.ancestors().take(segments + 1).map(|folder| (folder.to_owned(), 0)));
        for stripped in 1..segments.saturating_sub(1) {
            places.push((self.root.clone(), stripped));
            places.extend(self.beside.ancestors().take(2).map(|folder| (folder.to_owned(), stripped)));
        }
        places.push((self.beside.clone(), segments - 1));
        places
    }
}

/// Whether a file is there; also a pipe or a device, which is refused when it is opened.
fn is_there(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_dir())
}

/// The most bytes of a key in S3.
const LONGEST_KEY: usize = 1_024;

/// The segments of a key that may be joined to a folder; `None` where joining could leave that folder.
fn plain_segments(key: &str) -> Option<Vec<&str>> {
    if key.len() > LONGEST_KEY || key.contains('\0') {
        return None;
    }
    let segments = Path::new(key).components().map(|component| match component {
        Component::Normal(segment) => segment.to_str(),
        _ => None,
    });
    segments.collect::<Option<Vec<_>>>().filter(|segments| !segments.is_empty())
}

fn join(folder: &Path, segments: &[&str]) -> PathBuf {
    let mut path = folder.to_owned();
    path.extend(segments);
    path
}

#[cfg(test)]
mod tests {
    use super::{Locator, plain_segments};
    use crate::source::Place;

    #[test]
    fn a_key_never_leads_out_of_the_folder() {
        for key in ["../etc/passwd", "a/../../b", "/etc/passwd", "a\0b", "", "./a", &"a/".repeat(600)] {
            assert_eq!(plain_segments(key), None, "{key:?}");
        }
        assert_eq!(plain_segments("a//b"), Some(vec!["a", "b"]));
    }

    #[test]
    fn a_part_is_found_wherever_the_copy_begins() {
        let folder = tempfile::tempdir().unwrap();
        let delivery = folder.path().join("prefix/bucket/config/2026-11-22T01-00Z");
        let data = folder.path().join("prefix/bucket/config/data");
        std::fs::create_dir_all(&delivery).unwrap();
        std::fs::create_dir_all(&data).unwrap();
        std::fs::write(data.join("part.csv.gz"), "").unwrap();
        let manifest = Place::from(delivery.join("manifest.json"));
        for root in ["", "prefix", "prefix/bucket/config", "prefix/bucket/config/2026-11-22T01-00Z"] {
            let mut locator = Locator::new(&folder.path().join(root).into(), &manifest);
            assert!(locator.find("prefix/bucket/config/data/part.csv.gz").is_ok(), "from {root:?}");
            assert!(locator.find("other/bucket/config/data/part.csv.gz").is_ok(), "renamed, from {root:?}");
            assert!(!locator.find("prefix/bucket/config/data/gone.csv.gz").unwrap_err().is_empty());
        }
    }
}
