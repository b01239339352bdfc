//! How S3 is reached: the flags that every command with inputs takes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;

use crate::source::{Reach, S3Options};

/// How S3 is reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "S3")]
pub(super) struct S3Args {
    /// The profile with credentials and region, as the AWS CLI knows it [default: AWS_PROFILE, behind credentials of the
    /// environment]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The buckets' region [default: AWS_REGION, else the profile's]
    #[arg(long, value_name = "NAME")]
    region: Option<String>,
    /// Where S3 answers, for compatible stores [default: AWS_ENDPOINT_URL_S3, else AWS_ENDPOINT_URL, else the
    /// profile's, else AWS]
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// Name buckets in the path, not in the host: many compatible stores want that
    #[arg(long)]
    path_style: bool,
    /// Pay for requests to buckets whose owner does not
    #[arg(long)]
    requester_pays: bool,
    /// Use no network: an input or output in S3 is an error
    #[arg(long)]
    offline: bool,
}

impl S3Args {
    /// What reaches S3 if it is asked to.
    pub(super) fn reach(&self, tmp_dir: &Path, cancel: Arc<AtomicBool>) -> Reach {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Reach::new(S3Options {
            profile: given(&self.profile),
            region: given(&self.region),
            endpoint_url: given(&self.endpoint_url),
            path_style: self.path_style,
            requester_pays: self.requester_pays,
            offline: self.offline,
            tmp_dir: tmp_dir.to_owned(),
            cancel,
        })
    }
}

/// A path of the configuration: relative to it, unless it is a URI.
pub(super) fn configured(directory: &Path, path: impl AsRef<Path>) -> PathBuf {
    let path = path.as_ref();
    if is_uri(path) { path.to_owned() } else { directory.join(path) }
}

/// Whether a path of the command line or of the configuration is none, but a URI.
pub(super) fn is_uri(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains("://"))
}
