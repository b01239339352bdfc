//! The one client of S3: its runtime, its credentials and how it waits.
//!
//! `aws-config` reads the environment and the profile files here: the one place outside `cli` that may, since a chain of
//! credentials cannot be handed over as arguments. What a user can say on the command line comes as [`S3Options`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_config::default_provider::region::DefaultRegionChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, ProvideCredentials, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::types::RequestPayer;
use tokio::runtime::Runtime;

use super::error::{S3Error, Said, innermost};
use crate::source::reach::S3Options;

/// Threads of the runtime: they move bytes, the engine's own threads work on them.
const THREADS: usize = 2;
/// How often a wait looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);
/// How often the SDK tries a request: throttling, 5xx, connections that break.
const ATTEMPTS: u32 = 8;

/// A client of S3 with the runtime that it needs.
pub(in crate::source) struct Connection {
    /// Taken only when it is dropped.
    runtime: Option<Runtime>,
    client: Client,
    region: String,
    payer: Option<RequestPayer>,
    tmp_dir: std::path::PathBuf,
    cancel: Arc<AtomicBool>,
}

impl Connection {
    /// Finds region and credentials.
    ///
    /// # Errors
    ///
    /// No region, or no credentials.
    pub(in crate::source) fn open(options: &S3Options) -> Result<Self, S3Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
        let runtime = runtime.map_err(S3Error::Runtime)?;
        let (client, region) = wait(&runtime, &options.cancel, configure(options))??;
        Ok(Self {
            runtime: Some(runtime),
            client,
            region,
            payer: options.requester_pays.then_some(RequestPayer::Requester),
            tmp_dir: options.tmp_dir.clone(),
            cancel: Arc::clone(&options.cancel),
        })
    }

    /// The client.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The region it asks.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// Who pays, if not the bucket's owner.
    pub(super) fn payer(&self) -> Option<RequestPayer> {
        self.payer.clone()
    }

    /// Where what is read only once is kept meanwhile.
    pub(super) fn tmp_dir(&self) -> &std::path::Path {
        &self.tmp_dir
    }

    /// Does something on the runtime while the caller goes on.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        match &self.runtime {
            Some(runtime) => runtime.spawn(work),
            // Only while it is dropped, when nobody holds it to ask.
            None => tokio::spawn(work),
        }
    }

    /// Waits for something, or until the user stops the program.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, S3Error> {
        match &self.runtime {
            Some(runtime) => wait(runtime, &self.cancel, work),
            None => Err(S3Error::Interrupted),
        }
    }
}

impl Connection {
    /// Waits for something to be cleared away, also after the user stopped the program, but no longer than that.
    pub(super) fn wait_on<T>(&self, work: impl Future<Output = T>, longest: Duration) -> Option<T> {
        let runtime = self.runtime.as_ref()?;
        runtime.block_on(async { tokio::time::timeout(longest, work).await.ok() })
    }
}

#[cfg(test)]
impl Connection {
    /// To a server that takes any credentials; each request is tried once.
    pub(super) fn of_test(url: &str, cancel: Arc<AtomicBool>) -> Self {
        use aws_sdk_s3::config::Credentials;
        let config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("AKID", "secret", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .force_path_style(true)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .endpoint_url(url);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
        Self {
            runtime: Some(runtime.unwrap()),
            client: Client::from_conf(config.build()),
            region: "eu-central-1".to_owned(),
            payer: None,
            tmp_dir: std::path::PathBuf::from("/nowhere/at/all"),
            cancel,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // A look-up of a name cannot be cut short; nobody waits for its answer any more.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn wait<T>(runtime: &Runtime, cancel: &AtomicBool, work: impl Future<Output = T>) -> Result<T, S3Error> {
    runtime.block_on(async {
        let mut work = std::pin::pin!(work);
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(S3Error::Interrupted);
            }
            if let Ok(done) = tokio::time::timeout(LOOK, &mut work).await {
                return Ok(done);
            }
        }
    })
}

async fn configure(options: &S3Options) -> Result<(Client, String), S3Error> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(profile) = &options.profile {
        // Whoever names a profile means it, whatever credentials the environment has.
        let region = match &options.region {
            Some(region) => Some(Region::new(region.clone())),
            None => DefaultRegionChain::builder().profile_name(profile).build().region().await,
        };
        let provider = ProfileFileCredentialsProvider::builder()
            .profile_name(profile)
            .configure(&ProviderConfig::without_region().with_region(region));
        loader = loader.profile_name(profile).credentials_provider(provider.build());
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    let shared = loader.load().await;
    let region = match shared.region() {
        Some(region) => region.to_string(),
        // Compatible stores have none; the signature needs one.
        None if options.endpoint_url.is_some() => "us-east-1".to_owned(),
        None => return Err(S3Error::NoRegion),
    };
    let Some(provider) = shared.credentials_provider() else {
        return Err(S3Error::NoCredentials(Said("no provider of credentials is configured".to_owned())));
    };
    // Asked at once: the message comes before any work, and is not hidden in that of a request.
    if let Err(error) = provider.provide_credentials().await {
        let said = match (innermost(&error), &options.profile) {
            (Said(said), Some(profile)) if said == "not enabled" => {
                Said(format!("the profile `{profile}` is not defined, or holds no credentials"))
            }
            (said, _) => said,
        };
        return Err(S3Error::NoCredentials(said));
    }
    let timeouts =
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(10)).read_timeout(Duration::from_secs(60));
    let mut builder = Builder::from(&shared)
        .region(aws_sdk_s3::config::Region::new(region.clone()))
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(ATTEMPTS)
                .with_initial_backoff(Duration::from_millis(200))
                .with_max_backoff(Duration::from_secs(20)),
        )
        .timeout_config(timeouts.build())
        .force_path_style(options.path_style)
        // The delivery brings its own checksums; stores that only resemble S3 know no others.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    if let Some(url) = &options.endpoint_url {
        // For S3 alone: credentials may come from services that are elsewhere.
        builder = builder.endpoint_url(url);
    }
    Ok((Client::from_conf(builder.build()), region))
}
