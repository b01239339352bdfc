//! Writes a file that is done to S3: in one request, or in parts that become one object at the end.

use std::path::Path;

use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::error::{PUT, S3Error, Said};
use super::place::S3Place;

/// Above this a file goes in parts.
const WHOLE: u64 = 64 << 20;
/// The least size of a part, but for the last.
const PART: u64 = 16 << 20;
/// The most parts that S3 takes.
const PARTS: u64 = 10_000;

/// Writes a file to an object, which appears whole or not at all.
///
/// # Errors
///
/// What S3 refuses; what was sent of a file in parts is then given up.
pub(in crate::source) fn put(place: &S3Place, file: &Path, size: u64) -> Result<(), S3Error> {
    let connection = std::sync::Arc::clone(&place.connection);
    connection
        .wait(async { if size <= WHOLE { put_whole(place, file).await } else { put_parts(place, file, size).await } })?
}

async fn put_whole(place: &S3Place, file: &Path) -> Result<(), S3Error> {
    let body = ByteStream::from_path(file).await.map_err(|error| unreadable(place, &error))?;
    let request = place.connection.client().put_object().bucket(&*place.bucket).key(&place.key).body(body);
    let sent = request.set_request_payer(place.connection.payer()).send().await;
    sent.map(|_| ()).map_err(|error| S3Error::of(PUT, place, &error))
}

async fn put_parts(place: &S3Place, file: &Path, size: u64) -> Result<(), S3Error> {
    let client = place.connection.client();
    let begun = client.create_multipart_upload().bucket(&*place.bucket).key(&place.key);
    let begun = begun.set_request_payer(place.connection.payer()).send().await;
    let id = begun.map_err(|error| S3Error::of(PUT, place, &error))?.upload_id.unwrap_or_default();
    let sent = send_parts(place, file, size, &id).await;
    if sent.is_err() {
        // Parts that never become an object would be stored, and paid for, unseen.
        let request = client.abort_multipart_upload().bucket(&*place.bucket).key(&place.key).upload_id(&id);
        let _ = request.set_request_payer(place.connection.payer()).send().await;
    }
    sent
}

async fn send_parts(place: &S3Place, file: &Path, size: u64, id: &str) -> Result<(), S3Error> {
    let client = place.connection.client();
    let length = PART.max(size.div_ceil(PARTS));
    let mut parts = Vec::new();
    for (start, number) in (0..size).step_by(length as usize).zip(1..) {
        let body = ByteStream::read_from().path(file).offset(start).length(Length::Exact(length.min(size - start)));
        let body = body.build().await.map_err(|error| unreadable(place, &error))?;
        let request = client.upload_part().bucket(&*place.bucket).key(&place.key).upload_id(id).part_number(number);
        let sent = request.body(body).set_request_payer(place.connection.payer()).send().await;
        let sent = sent.map_err(|error| S3Error::of(PUT, place, &error))?;
        parts.push(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build());
    }
    let whole = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let request = client.complete_multipart_upload().bucket(&*place.bucket).key(&place.key).upload_id(id);
    let done = request.multipart_upload(whole).set_request_payer(place.connection.payer()).send().await;
    done.map(|_| ()).map_err(|error| S3Error::of(PUT, place, &error))
}

fn unreadable(place: &S3Place, error: &impl ToString) -> S3Error {
    S3Error::Refused { action: PUT, place: Box::new(place.clone()), source: Said(error.to_string()) }
}
