//! What S3 refused, in words that say how to mend it.

use std::error::Error;
use std::io;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use super::place::S3Place;
use crate::model::UserError;
use crate::source::error::SourceError;
use crate::source::place::Place;

/// What a service said, as it said it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Said(pub(super) String);

/// A place in S3 that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum S3Error {
    /// A text that is no `s3://bucket/key`.
    #[error("`{input}` is not {expected}")]
    BadUri {
        /// As given.
        input: String,
        /// What was expected.
        expected: &'static str,
    },
    /// The runtime could not be started.
    #[error("this machine cannot start what S3 needs")]
    Runtime(#[source] io::Error),
    /// No region is configured.
    #[error("no region is configured for S3")]
    NoRegion,
    /// The chain of credentials ended without any.
    #[error("no credentials for S3 were found")]
    NoCredentials(#[source] Said),
    /// Credentials that S3 does not take.
    #[error("these credentials are not taken by S3 ({code})")]
    BadCredentials {
        /// S3's code.
        code: String,
        /// What it said.
        source: Said,
    },
    /// A policy does not allow it.
    #[error("access denied: `{action}` on `{resource}`")]
    Denied {
        /// The action that a policy must allow.
        action: &'static str,
        /// The resource, as an ARN.
        resource: String,
        /// What S3 said.
        source: Said,
    },
    /// The bucket is elsewhere.
    #[error("the bucket `{bucket}` is not in the region `{asked}`{}", actual.as_ref().map(|region| format!(", it is in `{region}`")).unwrap_or_default())]
    WrongRegion {
        /// The bucket.
        bucket: String,
        /// Where it was looked for.
        asked: String,
        /// Where it is, if S3 said so.
        actual: Option<String>,
    },
    /// There is no such bucket.
    #[error("there is no bucket `{bucket}`")]
    NoBucket {
        /// The bucket.
        bucket: String,
    },
    /// There is no such object.
    #[error("there is no object `{place}`")]
    NoSuchKey {
        /// The object.
        place: Box<S3Place>,
    },
    /// The object is not the one that was opened.
    #[error("`{place}` was replaced or deleted while it was read")]
    Changed {
        /// The object.
        place: Box<S3Place>,
    },
    /// The object must be restored first.
    #[error("`{place}` is archived")]
    Archived {
        /// The object.
        place: Box<S3Place>,
    },
    /// It failed again and again.
    #[error("`{action}` on `{place}` failed too often")]
    GaveUp {
        /// What was tried.
        action: &'static str,
        /// With which object or folder.
        place: Box<S3Place>,
        /// How it failed last.
        source: Said,
    },
    /// Anything else that S3 refused.
    #[error("`{action}` on `{place}` failed")]
    Refused {
        /// What was tried.
        action: &'static str,
        /// With which object or folder.
        place: Box<S3Place>,
        /// What S3 said.
        source: Said,
    },
    /// A part could not be kept aside.
    #[error("a part of the delivery cannot be kept in `{folder}`")]
    Aside {
        /// The folder for temporary files.
        folder: String,
        /// What the system said.
        source: io::Error,
    },
    /// The user stopped it.
    #[error("interrupted")]
    Interrupted,
}

/// Codes that speak against the credentials themselves.
const BAD_CREDENTIALS: &[&str] = &[
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
];

/// Codes of a request that went to the wrong region.
const WRONG_REGION: &[&str] =
    &["AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect"];

impl S3Error {
    /// What an answer means that is not the one hoped for.
    pub(super) fn of<E>(action: &'static str, place: &S3Place, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(said) = lack_of_credentials(error) {
            return Self::NoCredentials(said);
        }
        let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
        let code = metadata.and_then(|metadata| metadata.code()).unwrap_or_default();
        let status = error.raw_response().map_or(0, |response| response.status().as_u16());
        let message = metadata.and_then(|metadata| metadata.message()).unwrap_or_default();
        let said = || match (code, message) {
            ("", "") => Said(DisplayErrorContext(error).to_string()),
            (code, "") => Said(code.to_owned()),
            (code, message) => Said(format!("{code}: {message}")),
        };
        let boxed = || Box::new(place.clone());
        match (code, status) {
            ("NoSuchBucket", _) => Self::NoBucket { bucket: place.bucket.to_string() },
            ("NoSuchKey" | "NotFound", _) | ("", 404) => Self::NoSuchKey { place: boxed() },
            ("PreconditionFailed", _) | ("", 412) => Self::Changed { place: boxed() },
            ("InvalidObjectState", _) => Self::Archived { place: boxed() },
            (code, _) if BAD_CREDENTIALS.contains(&code) => {
                Self::BadCredentials { code: code.to_owned(), source: said() }
            }
            (code, status) if WRONG_REGION.contains(&code) || status == 301 => Self::WrongRegion {
                bucket: place.bucket.to_string(),
                asked: place.connection.region().to_owned(),
                actual: actual_region(error, message),
            },
            (_, 403) => {
                let resource = if action == LIST { place.bucket_arn() } else { place.arn() };
                Self::Denied { action, resource, source: said() }
            }
            (_, 429 | 500..) | ("SlowDown" | "RequestTimeout", _) | ("", 0) => {
                Self::GaveUp { action, place: boxed(), source: said() }
            }
            _ => Self::Refused { action, place: boxed(), source: said() },
        }
    }
}

/// The action of listing.
pub(super) const LIST: &str = "s3:ListBucket";
/// The action of reading.
pub(super) const GET: &str = "s3:GetObject";
/// The action of writing.
pub(super) const PUT: &str = "s3:PutObject";

/// S3 says the region in a header, or quotes it as the one it expects.
fn actual_region<E>(error: &SdkError<E, HttpResponse>, message: &str) -> Option<String> {
    let header = error.raw_response().and_then(|response| response.headers().get("x-amz-bucket-region"));
    let quoted = || message.split_once("expecting '").and_then(|(_, rest)| rest.split('\'').next());
    header.or_else(quoted).map(str::to_owned)
}

/// The cause of all causes, in one line.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> Said {
    let last = std::iter::successors(Some(error), |error: &&'_ (dyn Error + 'static)| (*error).source()).last();
    let text = last.unwrap_or(error).to_string();
    let lines = text.lines().map(|line| line.trim().replace("the credential provider was not enabled", "not enabled"));
    Said(lines.collect::<Vec<_>>().join("; ").replacen(":; ", ": ", 1))
}

/// The SDK asks for credentials when it signs; that they lack is a cause of a failure that it calls another.
fn lack_of_credentials(error: &(dyn Error + 'static)) -> Option<Said> {
    let causes = std::iter::successors(Some(error), |error: &&'_ (dyn Error + 'static)| (*error).source());
    let mut texts = causes.map(ToString::to_string);
    let first = texts.find(|text| text.contains("credential provider") || text.contains("credentials provider"))?;
    Some(Said(texts.last().unwrap_or(first)))
}

impl UserError for S3Error {
    fn place(&self) -> Option<String> {
        None
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::BadUri { .. } => "write it as s3://bucket/key, or s3://bucket/folder/".to_owned(),
            Self::Runtime(_) | Self::Interrupted => return None,
            Self::NoRegion => "give `--region`, set AWS_REGION, or set `region` in the profile".to_owned(),
            Self::NoCredentials(_) => {
                "give `--profile`, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`"
                    .to_owned()
            }
            Self::BadCredentials { .. } => {
                "log in again, or check the profile; `aws sts get-caller-identity` says who you are".to_owned()
            }
            Self::Denied { action, resource, .. } => {
                format!("let a policy allow `{action}` on `{resource}` to whom `aws sts get-caller-identity` names")
            }
            Self::WrongRegion { actual: Some(region), .. } => format!("give `--region {region}`"),
            Self::WrongRegion { .. } => "give the bucket's own `--region`".to_owned(),
            Self::NoBucket { .. } => {
                "check the bucket's name, and the account that the credentials belong to".to_owned()
            }
            Self::NoSuchKey { .. } => "check the key; keys are case-sensitive".to_owned(),
            Self::Changed { .. } => "wait until the delivery is no longer written to, then try again".to_owned(),
            Self::Archived { .. } => {
                "restore it first (`aws s3api restore-object`), or give a newer delivery".to_owned()
            }
            Self::GaveUp { .. } => "try again later; check the network and `--endpoint-url`".to_owned(),
            Self::Refused { .. } => "check the place, the profile and `--endpoint-url`".to_owned(),
            Self::Aside { .. } => "make room, or name another folder with `--tmp-dir`".to_owned(),
        })
    }
}

impl From<S3Error> for SourceError {
    fn from(error: S3Error) -> Self {
        match error {
            S3Error::NoSuchKey { place } => Self::NotFound { path: Place::S3(*place) },
            S3Error::Interrupted => Self::Interrupted,
            error => Self::S3(Box::new(error)),
        }
    }
}
