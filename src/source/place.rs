//! Where an input lies: a path of this machine, or an object or a folder in S3.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::error::SourceError;
#[cfg(feature = "s3")]
use super::s3::S3Place;

/// Where an input lies.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// On this machine.
    Local(PathBuf),
    /// In S3.
    #[cfg(feature = "s3")]
    S3(S3Place),
}

impl Place {
    /// How messages name it.
    pub fn display(&self) -> impl fmt::Display + '_ {
        Shown(self)
    }

    /// The folder that it lies in.
    pub(super) fn parent(&self) -> Option<Self> {
        match self {
            // The parent of a bare name is empty, which is no folder.
            Self::Local(path) => path.parent().map(|parent| match parent.as_os_str().is_empty() {
                true => Self::from(Path::new(".")),
                false => Self::from(parent),
            }),
            #[cfg(feature = "s3")]
            Self::S3(place) => place.parent().map(Self::S3),
        }
    }

    /// The file of another ending beside it.
    pub(super) fn with_extension(&self, extension: &str) -> Self {
        match self {
            Self::Local(path) => Self::Local(path.with_extension(extension)),
            #[cfg(feature = "s3")]
            Self::S3(place) => Self::S3(place.with_extension(extension)),
        }
    }

    /// The names on the way to it, as far as they are text, from the last to the first.
    pub(super) fn names_upwards(&self) -> Vec<&str> {
        match self {
            Self::Local(path) => path.iter().rev().filter_map(|segment| segment.to_str()).collect(),
            #[cfg(feature = "s3")]
            Self::S3(place) => place.names_upwards(),
        }
    }

    /// As inputs are named in results: below the folder that was given, with `/`; a local path never shows, so that what
    /// lies elsewhere has only its file name.
    pub(super) fn name_below(&self, root: &Self) -> String {
        match (self, root) {
            #[cfg(feature = "s3")]
            (Self::S3(place), Self::S3(root)) => place.name_below(root),
            (Self::Local(path), Self::Local(root)) => path_below(root, path),
            #[cfg(feature = "s3")]
            _ => self.names_upwards().first().map(|name| (*name).to_owned()).unwrap_or_default(),
        }
    }

    /// Its size in bytes, where asking costs nothing.
    pub(super) fn size_at_hand(&self) -> Option<u64> {
        match self {
            Self::Local(path) => std::fs::metadata(path).ok().map(|metadata| metadata.len()),
            #[cfg(feature = "s3")]
            Self::S3(_) => None,
        }
    }

    /// Whether only opening it shows that nothing is there.
    pub(super) fn is_found_by_opening(&self) -> bool {
        !matches!(self, Self::Local(_))
    }

    /// Puts a file there that is done: in S3, where an object appears whole or not at all.
    ///
    /// # Errors
    ///
    /// What S3 refuses, or the system; a place of this machine, where files are renamed instead.
    #[cfg_attr(not(feature = "s3"), expect(unused_variables, reason = "only S3 takes files"))]
    pub fn put(&self, file: &Path) -> Result<(), SourceError> {
        match self {
            Self::Local(path) => Err(SourceError::io(path, io::ErrorKind::Unsupported.into())),
            #[cfg(feature = "s3")]
            Self::S3(place) => {
                let size = std::fs::metadata(file).map_err(|error| SourceError::io(file, error))?.len();
                Ok(super::s3::put(place, file, size)?)
            }
        }
    }
}

/// A place as messages name it.
struct Shown<'a>(&'a Place);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Place::Local(path) => path.display().fmt(formatter),
            #[cfg(feature = "s3")]
            Place::S3(place) => place.fmt(formatter),
        }
    }
}

fn path_below(root: &Path, path: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (root, path) = (absolute(root), absolute(path));
    let below = path.strip_prefix(root).unwrap_or(path.file_name().map_or(Path::new(""), Path::new));
    let segments: Vec<_> = below.iter().map(|segment| segment.to_string_lossy()).collect();
    segments.join("/")
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
