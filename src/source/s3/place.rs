//! An object or a folder in S3: its bucket and its exact key.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::connection::Connection;
use super::error::S3Error;
use crate::model::uri;

/// An object or a folder in S3, with the connection that reaches it.
///
/// The key is the text that S3 knows, never a path: a folder's ends in `/`, or is empty for the whole bucket.
#[derive(Clone)]
pub struct S3Place {
    pub(super) connection: Arc<Connection>,
    pub(super) bucket: Arc<str>,
    pub(super) key: String,
}

impl S3Place {
    /// Reads `s3://bucket/key`.
    ///
    /// # Errors
    ///
    /// Another text, or a bucket that cannot be one.
    pub(in crate::source) fn parse(connection: Arc<Connection>, text: &str) -> Result<Self, S3Error> {
        match uri::parse(text) {
            Ok(location) => Ok(Self { connection, bucket: location.bucket.as_ref().into(), key: location.key.into() }),
            Err(error) => Err(S3Error::BadUri { input: text.to_owned(), expected: error.expected() }),
        }
    }

    /// Another key of the same bucket.
    pub(super) fn at(&self, key: impl Into<String>) -> Self {
        Self { key: key.into(), ..self.clone() }
    }

    /// Whether it can only be a folder.
    pub(super) fn is_folder(&self) -> bool {
        self.key.is_empty() || self.key.ends_with('/')
    }

    /// The folder that it lies in; nothing for the bucket itself.
    pub(in crate::source) fn parent(&self) -> Option<Self> {
        let key = self.key.strip_suffix('/').unwrap_or(&self.key);
        if self.key.is_empty() {
            return None;
        }
        Some(self.at(key.rfind('/').map_or("", |slash| &key[..=slash])))
    }

    /// The file of another ending beside it.
    pub(in crate::source) fn with_extension(&self, extension: &str) -> Self {
        let name = self.key.rfind('/').map_or(0, |slash| slash + 1);
        // A name's first dot is not the beginning of its ending.
        let stem = match self.key[name..].rfind('.') {
            None | Some(0) => self.key.as_str(),
            Some(dot) => &self.key[..name + dot],
        };
        self.at(format!("{stem}.{extension}"))
    }

    /// The names on the way to it, from the last to the first.
    pub(in crate::source) fn names_upwards(&self) -> Vec<&str> {
        self.key.rsplit('/').collect()
    }

    /// Its key below a folder's; its last name if it does not lie there.
    pub(in crate::source) fn name_below(&self, root: &Self) -> String {
        let below = self.key.strip_prefix(&root.key).filter(|_| self.bucket == root.bucket);
        below.or(self.key.rsplit('/').next()).unwrap_or_default().to_owned()
    }

    /// Its ARN, as policies name it.
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:s3:::{}/{}", self.bucket, self.key)
    }

    /// The ARN of its bucket.
    pub(super) fn bucket_arn(&self) -> String {
        format!("arn:aws:s3:::{}", self.bucket)
    }

    fn identity(&self) -> (&str, &str) {
        (&self.bucket, &self.key)
    }
}

impl fmt::Debug for S3Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{self}`")
    }
}

impl fmt::Display for S3Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "s3://{}/{}", self.bucket, self.key)
    }
}

impl PartialEq for S3Place {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for S3Place {}

impl PartialOrd for S3Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for S3Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}
