//! From what a user wrote to a place: what is in S3 is reached over one connection, made when the first is named.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::error::SourceError;
use super::place::{Place, is_s3};

/// How S3 is reached.
#[derive(Debug, Clone)]
pub struct S3Options {
    /// The profile, in place of the one that the environment names.
    pub profile: Option<String>,
    /// The region, in place of the configured one.
    pub region: Option<String>,
    /// Where S3 answers, in place of AWS's own address.
    pub endpoint_url: Option<String>,
    /// Whether the bucket's name stands in the path.
    pub path_style: bool,
    /// Whether who asks pays.
    pub requester_pays: bool,
    /// Whether no network may be used.
    pub offline: bool,
    /// Where parts are kept that are read in any order and prove nothing by their ETag.
    pub tmp_dir: PathBuf,
    /// Set from outside to stop.
    pub cancel: Arc<AtomicBool>,
}

/// Makes places of what a user wrote.
pub struct Reach {
    options: S3Options,
    #[cfg(feature = "s3")]
    connection: std::cell::OnceCell<Arc<super::s3::Connection>>,
}

impl Reach {
    /// Reaches S3 with these options, if it is asked to.
    pub fn new(options: S3Options) -> Self {
        Self {
            options,
            #[cfg(feature = "s3")]
            connection: std::cell::OnceCell::new(),
        }
    }

    /// The place that a path or an `s3://` URI names.
    ///
    /// # Errors
    ///
    /// A place in S3 that cannot be reached: by `--offline`, by this build, or for want of credentials.
    pub fn place(&self, given: &Path) -> Result<Place, SourceError> {
        if !is_s3(given) {
            return Ok(Place::from(given));
        }
        let input = given.display().to_string();
        if self.options.offline {
            return Err(SourceError::Offline { input });
        }
        self.connect(input)
    }

    #[cfg(feature = "s3")]
    fn connect(&self, input: String) -> Result<Place, SourceError> {
        use super::s3::{Connection, S3Place};
        let connection = match self.connection.get() {
            Some(connection) => connection,
            None => {
                let connection = Arc::new(Connection::open(&self.options)?);
                self.connection.get_or_init(|| connection)
            }
        };
        Ok(Place::S3(S3Place::parse(Arc::clone(connection), &input)?))
    }

    #[cfg(not(feature = "s3"))]
    #[expect(clippy::unused_self, reason = "with S3 it holds the connection")]
    fn connect(&self, input: String) -> Result<Place, SourceError> {
        Err(SourceError::Remote { input })
    }
}
