//! The server: `s3s` speaks the protocol and checks signatures, the backend answers.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, stream};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CommonPrefix, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, GetObjectInput,
    GetObjectOutput, ListObjectsV2Input, ListObjectsV2Output, Object, PutObjectInput, PutObjectOutput, StreamingBlob,
    UploadPartInput, UploadPartOutput,
};
use s3s::service::S3ServiceBuilder;
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::backend::{Asked, Backend, Body, FOR_EVER, Fault, Version};
use crate::delivery::Files;

pub(super) const ACCESS_KEY: &str = "AKIDSTOCKTAKE";
pub(super) const SECRET_KEY: &str = "not-much-of-a-secret";

/// A server on a port of this machine, until it is dropped.
pub(super) struct Server {
    backend: Arc<Backend>,
    port: u16,
    _runtime: Runtime,
}

impl Server {
    pub(super) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let backend = Arc::new(Backend::default());
        let mut service = S3ServiceBuilder::new(Answers(Arc::clone(&backend)));
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = service.build();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    // A body that is cut ends its connection with an error: that is the point of it.
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { backend, port, _runtime: runtime }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn backend(&self) -> &Backend {
        &self.backend
    }

    pub(super) fn put(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) {
        self.backend.put(bucket, key, bytes.into());
    }

    pub(super) fn put_files(&self, bucket: &str, files: &Files) {
        files.0.iter().for_each(|(key, bytes)| self.put(bucket, key, bytes.clone()));
    }

    /// Stores an object anew as one that was uploaded in parts, whose ETag is no MD5.
    pub(super) fn make_multipart(&self, bucket: &str, key: &str) {
        let Version { bytes, e_tag } = self.backend.get(bucket, key).unwrap();
        self.backend.put_version(bucket, key, Version { bytes, e_tag: format!("{e_tag}-2") });
    }

    pub(super) fn break_it(&self, fault: Fault) {
        self.backend.break_it(fault);
    }

    pub(super) fn requests(&self) -> Vec<Asked> {
        self.backend.asked()
    }
}

/// Answers each request.
struct Answers(Arc<Backend>);

impl Answers {
    /// Notes a request, and refuses it if a fault says so.
    fn admit(&self, asked: &Asked, payer: bool, mut headers: http::HeaderMap) -> S3Result<()> {
        let (faults, number) = self.0.ask(asked.clone());
        for fault in faults {
            match fault {
                Fault::Busy { every } if number.is_multiple_of(every) => {
                    return Err(S3Error::with_message(S3ErrorCode::SlowDown, "Please reduce your request rate."));
                }
                Fault::Denied { operation, prefix }
                    if operation == asked.operation && asked.key.starts_with(&prefix) =>
                {
                    return Err(S3Error::with_message(S3ErrorCode::AccessDenied, "Access Denied"));
                }
                Fault::Requester if !payer => return Err(S3Error::new(S3ErrorCode::AccessDenied)),
                Fault::Archived { key } if key == asked.key && asked.operation == "GetObject" => {
                    return Err(S3Error::new(S3ErrorCode::InvalidObjectState));
                }
                Fault::Elsewhere { bucket, region } if bucket == asked.bucket => {
                    let mut error = S3Error::new(S3ErrorCode::PermanentRedirect);
                    headers.clear();
                    headers.insert("x-amz-bucket-region", region.parse().unwrap());
                    error.set_headers(headers);
                    return Err(error);
                }
                _ => {}
            }
        }
        if self.0.has_bucket(&asked.bucket) { Ok(()) } else { Err(S3Error::new(S3ErrorCode::NoSuchBucket)) }
    }
}

/// The bytes of a body that arrives.
async fn collect(body: Option<StreamingBlob>) -> Bytes {
    let mut whole = BytesMut::new();
    if let Some(mut body) = body {
        while let Some(bytes) = body.next().await {
            whole.extend_from_slice(&bytes.unwrap());
        }
    }
    whole.freeze()
}

/// A body that is whole, or breaks off, or stops coming.
fn body(bytes: Bytes, becomes: Body) -> StreamingBlob {
    if becomes == Body::Whole {
        return StreamingBlob::from(s3s::Body::from(bytes));
    }
    let half = bytes.slice(..bytes.len() / 2);
    let rest = stream::once(async move {
        // What was sent arrives before the connection breaks.
        tokio::time::sleep(if becomes == Body::Stalled { FOR_EVER } else { Duration::from_millis(5) }).await;
        Err(std::io::Error::other("the connection broke"))
    });
    StreamingBlob::wrap(stream::iter([Ok(half)]).chain(rest))
}

#[async_trait::async_trait]
impl S3 for Answers {
    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let S3Request { input, headers, .. } = request;
        let size = self.0.get(&input.bucket, &input.key).map_or(0, |version| version.bytes.len() as u64);
        let if_match =
            input.if_match.as_ref().and_then(|condition| condition.as_etag()?.as_strong().map(str::to_owned));
        let range = input.range.as_ref().map(|range| range.check(size));
        let asked = Asked {
            operation: "GetObject",
            bucket: input.bucket.to_string(),
            key: input.key.to_string(),
            range: range.as_ref().and_then(|range| range.as_ref().ok()).map(|range| (range.start, range.end)),
            if_match: if_match.clone(),
        };
        self.admit(&asked, input.request_payer.is_some(), headers)?;
        let version = self.0.get(&input.bucket, &input.key).ok_or_else(|| S3Error::new(S3ErrorCode::NoSuchKey))?;
        if if_match.is_some_and(|wanted| wanted != version.e_tag) {
            return Err(S3Error::new(S3ErrorCode::PreconditionFailed));
        }
        let size = version.bytes.len() as u64;
        let range = match input.range {
            None => 0..size,
            Some(range) if size > 0 => range.check(size).map_err(|_| S3Error::new(S3ErrorCode::InvalidRange))?,
            Some(_) => return Err(S3Error::new(S3ErrorCode::InvalidRange)),
        };
        let bytes = version.bytes.slice(range.start as usize..range.end as usize);
        let becomes = self.0.body(&input.key, bytes.len());
        Ok(S3Response::new(GetObjectOutput {
            content_length: Some(bytes.len() as i64),
            content_range: input.range.map(|_| format!("bytes {}-{}/{size}", range.start, range.end - 1)),
            e_tag: Some(ETag::Strong(version.e_tag)),
            body: Some(body(bytes, becomes)),
            ..GetObjectOutput::default()
        }))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let S3Request { input, headers, .. } = request;
        let prefix = input.prefix.clone().unwrap_or_default();
        let asked = Asked {
            operation: "ListObjectsV2",
            bucket: input.bucket.to_string(),
            key: prefix.to_string(),
            range: None,
            if_match: None,
        };
        self.admit(&asked, input.request_payer.is_some(), headers)?;
        let from = input.continuation_token.as_deref().unwrap_or_default();
        let most = input.max_keys.and_then(|most| usize::try_from(most).ok()).unwrap_or(1_000);
        let page = self.0.list(&input.bucket, &prefix, input.delimiter.as_deref(), from, most);
        let object = |(key, version): (String, Version)| Object {
            key: Some(key),
            size: Some(version.bytes.len() as i64),
            e_tag: Some(ETag::Strong(version.e_tag)),
            ..Object::default()
        };
        Ok(S3Response::new(ListObjectsV2Output {
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next,
            key_count: Some((page.keys.len() + page.prefixes.len()) as i32),
            contents: Some(page.keys.into_iter().map(object).collect()),
            common_prefixes: Some(
                page.prefixes.into_iter().map(|prefix| CommonPrefix { prefix: Some(prefix) }).collect(),
            ),
            ..ListObjectsV2Output::default()
        }))
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let S3Request { input, headers, .. } = request;
        self.admit(&written("PutObject", &input.bucket, &input.key), input.request_payer.is_some(), headers)?;
        self.0.put(&input.bucket, &input.key, collect(input.body).await);
        Ok(S3Response::new(PutObjectOutput::default()))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let S3Request { input, headers, .. } = request;
        self.admit(&written("CreateMultipartUpload", &input.bucket, &input.key), true, headers)?;
        let upload_id = Some(self.0.begin_upload());
        Ok(S3Response::new(CreateMultipartUploadOutput { upload_id, ..CreateMultipartUploadOutput::default() }))
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let S3Request { input, headers, .. } = request;
        self.admit(&written("UploadPart", &input.bucket, &input.key), true, headers)?;
        self.0.add_part(&input.upload_id, input.part_number, collect(input.body).await);
        let e_tag = Some(ETag::Strong(input.part_number.to_string()));
        Ok(S3Response::new(UploadPartOutput { e_tag, ..UploadPartOutput::default() }))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let S3Request { input, headers, .. } = request;
        self.admit(&written("CompleteMultipartUpload", &input.bucket, &input.key), true, headers)?;
        self.0.put(&input.bucket, &input.key, self.0.end_upload(&input.upload_id).concat().into());
        Ok(S3Response::new(CompleteMultipartUploadOutput::default()))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let S3Request { input, headers, .. } = request;
        self.admit(&written("AbortMultipartUpload", &input.bucket, &input.key), true, headers)?;
        self.0.end_upload(&input.upload_id);
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }
}

fn written(operation: &'static str, bucket: &str, key: &str) -> Asked {
    Asked { operation, bucket: bucket.to_owned(), key: key.to_owned(), range: None, if_match: None }
}
