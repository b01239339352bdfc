//! Why an input cannot be opened at all. What is wrong *inside* an input is a `SourceDefect`.

use std::io;

use super::place::Place;
#[cfg(feature = "s3")]
use super::s3::S3Error;
use crate::model::UserError;

/// What an input was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// An S3 Inventory.
    Inventory,
    /// A DynamoDB table export.
    Export,
    /// Either of them.
    Either,
}

impl InputKind {
    const fn title(self) -> &'static str {
        match self {
            Self::Inventory => "S3 Inventory",
            Self::Export => "DynamoDB export",
            Self::Either => "S3 Inventory or DynamoDB export",
        }
    }

    /// The name that AWS gives its manifest.
    pub(super) const fn manifest(self) -> &'static str {
        match self {
            Self::Inventory => "manifest.json",
            Self::Export => "manifest-summary.json",
            Self::Either => "manifest.json or manifest-summary.json",
        }
    }
}

/// An input that cannot be used: a wrong path, a wrong file, or plumbing that broke.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// An `s3://` location, and nothing that reaches S3.
    #[error("`{input}` is not on this machine, and this build reads local paths only")]
    Remote {
        /// As given.
        input: String,
    },
    /// An `s3://` location, and no network may be used.
    #[error("`{input}` lies in S3, and `--offline` forbids every network")]
    Offline {
        /// As given.
        input: String,
    },
    /// What S3 refused.
    #[cfg(feature = "s3")]
    #[error(transparent)]
    S3(Box<S3Error>),
    /// The user stopped it.
    #[error("interrupted")]
    Interrupted,
    /// Nothing is there.
    #[error("there is no file or folder `{}`", path.display())]
    NotFound {
        /// As given.
        path: Place,
    },
    /// A pipe or a device.
    #[error("`{}` is neither a file nor a folder", path.display())]
    NotAFile {
        /// As given.
        path: Place,
    },
    /// No permission.
    #[error("no permission to read `{}`", path.display())]
    Denied {
        /// The file or folder.
        path: Place,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed.
    #[error("`{}` cannot be read", path.display())]
    Io {
        /// The file or folder.
        path: Place,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is no manifest.
    #[error("this is not the manifest of an {}: {reason}", kind.title())]
    NotManifest {
        /// The file.
        path: Place,
        /// What it was taken for.
        kind: InputKind,
        /// What is missing or wrong.
        reason: String,
    },
    /// A format that nobody writes.
    #[error("the manifest says its files are `{format}`, which is none of {known}")]
    UnknownFormat {
        /// The manifest.
        path: Place,
        /// Its field.
        field: &'static str,
        /// As written.
        format: String,
        /// The formats there are.
        known: &'static str,
    },
    /// A format that exists and is not read yet.
    #[error("the manifest says its files are `{format}`, which this build does not read")]
    UnsupportedFormat {
        /// The manifest.
        path: Place,
        /// Its field.
        field: &'static str,
        /// As written.
        format: String,
        /// What to take instead.
        instead: &'static str,
    },
    /// Columns that the user named, without the key.
    #[error("`--schema` names no column `Key`")]
    SchemaWithoutKey {
        /// The file that they were named for.
        path: Place,
    },
    /// A CSV inventory whose schema does not say where the key is.
    #[error("the manifest names no column `Key`")]
    NoKeyColumn {
        /// The manifest.
        path: Place,
    },
    /// A CSV file alone: its columns have no names.
    #[error("nothing says what the columns of this CSV file are")]
    NoSchema {
        /// The file.
        path: Place,
    },
    /// An inventory that names no bucket.
    #[error("nothing says which bucket this lists")]
    NoBucket {
        /// The file.
        path: Place,
    },
    /// Items that name no table.
    #[error("nothing says which table these items are of")]
    NoTable {
        /// The file.
        path: Place,
    },
    /// A `symlink.txt` that is none.
    #[error("this is no `symlink.txt`: each of its lines names a data file, as `s3://BUCKET/KEY`, of one format")]
    NotSymlink {
        /// The file.
        path: Place,
    },
    /// A CSV inventory whose keys can be read in two ways.
    #[error("its keys hold both `%20` and a bare `+`, which may be a space or itself")]
    AmbiguousKeys {
        /// Its manifest, whichever of its parts showed it first.
        manifest: String,
    },
    /// A folder without a delivery.
    #[error("no {} was found below `{}`", kind.title(), root.display())]
    NothingFound {
        /// The folder searched.
        root: Place,
        /// What was searched for.
        kind: InputKind,
    },
    /// More than one inventory of a bucket: nothing says which one is meant.
    #[error("bucket `{bucket}` has two inventories, `{first}` and `{second}`")]
    TwoConfigurations {
        /// The bucket.
        bucket: String,
        /// One configuration, by id or by its manifest.
        first: String,
        /// The other.
        second: String,
    },
}

impl SourceError {
    /// An I/O error at a path, told apart by its kind.
    pub(super) fn io(path: impl Into<Place>, source: io::Error) -> Self {
        let path = path.into();
        #[cfg(feature = "s3")]
        let source = match source.downcast::<S3Error>() {
            Ok(error) => return error.into(),
            Err(source) => source,
        };
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::PermissionDenied => Self::Denied { path, source },
            _ => Self::Io { path, source },
        }
    }
}

impl UserError for SourceError {
    fn place(&self) -> Option<String> {
        match self {
            Self::NotManifest { path, .. }
            | Self::NoSchema { path }
            | Self::NoBucket { path }
            | Self::NoTable { path }
            | Self::NotSymlink { path } => Some(path.display().to_string()),
            Self::UnknownFormat { path, field, .. } | Self::UnsupportedFormat { path, field, .. } => {
                Some(format!("{}: {field}", path.display()))
            }
            Self::AmbiguousKeys { manifest } => Some(manifest.clone()),
            Self::SchemaWithoutKey { path } => Some(path.display().to_string()),
            Self::NoKeyColumn { path } => Some(format!("{}: fileSchema", path.display())),
            #[cfg(feature = "s3")]
            Self::S3(error) => error.place(),
            Self::Remote { .. }
            | Self::Offline { .. }
            | Self::Interrupted
            | Self::NotAFile { .. }
            | Self::NotFound { .. }
            | Self::Denied { .. }
            | Self::Io { .. }
            | Self::NothingFound { .. }
            | Self::TwoConfigurations { .. } => None,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NotAFile { .. } => Some("inputs are read more than once: write what comes through it to a file".into()),
            Self::Remote { input } => {
                Some(format!("copy the delivery down first, for example `aws s3 sync {input} ./delivery`"))
            }
            Self::Offline { .. } => {
                Some("leave `--offline` out, or name a place on this machine".into())
            }
            #[cfg(feature = "s3")]
            Self::S3(error) => error.help(),
            Self::Interrupted => None,
            Self::NotFound { .. } => {
                Some("give a manifest, the folder of a delivery, or a folder that holds deliveries".into())
            }
            Self::Denied { .. } => Some("let the user who runs this read it".into()),
            Self::Io { .. } => None,
            Self::NotManifest { kind, .. } => {
                Some(format!("give the {} of an {}, or the folder it lies in", kind.manifest(), kind.title()))
            }
            Self::UnknownFormat { .. } => Some("check that this manifest was written by AWS".into()),
            Self::UnsupportedFormat { instead, .. } => Some(format!("choose {instead} when it is made")),
            Self::NoSchema { .. } => Some(
                "name them in their order: `--schema \"Bucket, Key, Size, LastModifiedDate\"`, as `fileSchema` of its \
                 manifest did"
                    .into(),
            ),
            Self::NoBucket { .. } => Some("name it: `--inventory-bucket BUCKET`".into()),
            Self::NoTable { .. } => Some("name it: `--export-table TABLE`".into()),
            Self::NotSymlink { .. } => {
                Some("give `hive/dt=…/symlink.txt` as it was delivered, or the delivery's manifest".into())
            }
            Self::AmbiguousKeys { .. } => Some(
                "say how they are encoded: `--csv-keys form` (a space is `+`, as AWS writes it), `percent` (a space is \
                 `%20`, a `+` is itself) or `none` (keys stand as they are)"
                    .into(),
            ),
            Self::SchemaWithoutKey { .. } => {
                Some("name all columns in their order, as `--schema \"Bucket, Key, Size\"`".into())
            }
            Self::NoKeyColumn { .. } => Some("every inventory lists `Bucket, Key`: check the manifest".into()),
            Self::NothingFound { kind, .. } => Some(format!(
                "give a folder with a {} at most {} levels below it",
                kind.manifest(),
                super::walk::LEVELS
            )),
            Self::TwoConfigurations { .. } => Some("give the manifest or the folder of the one that is meant".into()),
        }
    }
}
