//! Where an input lies: a path of this machine, or an object or a folder in S3.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where an input lies.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// On this machine.
    Local(PathBuf),
}

impl Place {
    /// How messages name it.
    pub fn display(&self) -> impl fmt::Display + '_ {
        match self {
            Self::Local(path) => path.display(),
        }
    }

    /// The folder that it lies in.
    pub(super) fn parent(&self) -> Option<Self> {
        match self {
            Self::Local(path) => path.parent().map(Self::from),
        }
    }

    /// The file of another ending beside it.
    pub(super) fn with_extension(&self, extension: &str) -> Self {
        match self {
            Self::Local(path) => Self::Local(path.with_extension(extension)),
        }
    }

    /// The names on the way to it, as far as they are text, from the last to the first.
    pub(super) fn names_upwards(&self) -> Vec<&str> {
        match self {
            Self::Local(path) => path.iter().rev().filter_map(|segment| segment.to_str()).collect(),
        }
    }

    /// As inputs are named in results: below the folder that was given, with `/`; a local path never shows, so that what
    /// lies elsewhere has only its file name.
    pub(super) fn name_below(&self, root: &Self) -> String {
        let (Self::Local(path), Self::Local(root)) = (self, root);
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let (root, path) = (absolute(root), absolute(path));
        let below = path.strip_prefix(root).unwrap_or(path.file_name().map_or(Path::new(""), Path::new));
        let segments: Vec<_> = below.iter().map(|segment| segment.to_string_lossy()).collect();
        segments.join("/")
    }

    /// Its size in bytes, where asking costs nothing.
    pub(super) fn size_at_hand(&self) -> Option<u64> {
        match self {
            Self::Local(path) => std::fs::metadata(path).ok().map(|metadata| metadata.len()),
        }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::Local(PathBuf::new())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`", self.display())
    }
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Self {
        Self::Local(path)
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::Local(path.to_owned())
    }
}

impl From<&PathBuf> for Place {
    fn from(path: &PathBuf) -> Self {
        Self::Local(path.to_owned())
    }
}

impl From<&Place> for Place {
    fn from(place: &Place) -> Self {
        place.clone()
    }
}

/// Whether a text names something in S3.
pub(super) fn is_s3(text: &Path) -> bool {
    text.to_str().and_then(|text| text.get(..5)).is_some_and(|scheme| scheme.eq_ignore_ascii_case("s3://"))
}
