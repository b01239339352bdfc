//! Writes a file that is done to S3: in one request, or in parts that become one object at the end.

use std::path::Path;
use std::time::Duration;

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

/// How long what was begun may take to be given up, once the user wants the program to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Writes a file to an object, which appears whole or not at all.
///
/// # Errors
///
/// What S3 refuses; what was sent of a file in parts is then given up.
pub(in crate::source) fn put(place: &S3Place, file: &Path, size: u64) -> Result<(), S3Error> {
    put_above(place, file, size, WHOLE)
}

/// Writes a file: in parts if it is larger than that.
fn put_above(place: &S3Place, file: &Path, size: u64, whole: u64) -> Result<(), S3Error> {
    if size <= whole { place.connection.wait(put_whole(place, file))? } else { put_parts(place, file, size) }
}

async fn put_whole(place: &S3Place, file: &Path) -> Result<(), S3Error> {
    let body = ByteStream::from_path(file).await.map_err(|error| unreadable(place, &error))?;
    let request = place.connection.client().put_object().bucket(&*place.bucket).key(&place.key).body(body);
    let sent = request.set_request_payer(place.connection.payer()).send().await;
    sent.map(|_| ()).map_err(|error| S3Error::of(PUT, place, &error))
}

/// Parts that never become an object would be stored, and paid for, unseen: whatever ends this early, an interrupt
/// included, gives them up.
fn put_parts(place: &S3Place, file: &Path, size: u64) -> Result<(), S3Error> {
    let connection = &place.connection;
    let mut begin = std::pin::pin!(begin(place));
    let (id, sent) = match connection.wait(&mut begin) {
        Ok(begun) => {
            let id = begun?;
            let sent = connection.wait(send_parts(place, file, size, &id)).and_then(|sent| sent);
            (id, sent)
        }
        // It may have begun there all the same.
        Err(interrupted) => match connection.wait_on(&mut begin, GRACE) {
            Some(Ok(id)) => (id, Err(interrupted)),
            Some(Err(_)) | None => return Err(interrupted),
        },
    };
    if sent.is_err() {
        let request = connection.client().abort_multipart_upload().bucket(&*place.bucket).key(&place.key).upload_id(id);
        connection.wait_on(request.set_request_payer(connection.payer()).send(), GRACE);
    }
    sent
}

/// The id of an upload in parts.
async fn begin(place: &S3Place) -> Result<String, S3Error> {
    let request = place.connection.client().create_multipart_upload().bucket(&*place.bucket).key(&place.key);
    let begun = request.set_request_payer(place.connection.payer()).send().await;
    Ok(begun.map_err(|error| S3Error::of(PUT, place, &error))?.upload_id.unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use super::super::answering::{Answer, Server};
    use super::super::error::S3Error;
    use super::{PART, put_above};

    const BEGUN: &str = "<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>";

    /// Interrupts an upload in parts while a request like that waits for its answer; gives all requests.
    fn interrupted(slow: &'static str) -> Vec<String> {
        let server = Server::start(move |_, request| {
            let answer = Answer::Xml(BEGUN.to_owned());
            let waits = request.line.contains(slow);
            if waits { Answer::Late(Duration::from_millis(600), answer.into()) } else { answer }
        });
        let (place, cancel) = server.place("audit.html");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vec![b'a'; PART as usize + 1]).unwrap();
        std::thread::scope(|scope| {
            let put = scope.spawn(|| put_above(&place, file.path(), PART + 1, PART));
            while !server.asked().iter().any(|request| request.line.contains(slow)) {
                assert!(!put.is_finished(), "{:?}", server.asked());
                std::thread::sleep(Duration::from_millis(10));
            }
            cancel.store(true, Ordering::Relaxed);
            assert!(matches!(put.join().unwrap(), Err(S3Error::Interrupted)));
        });
        server.asked().into_iter().map(|request| request.line).collect()
    }

    #[test]
    fn a_large_file_goes_in_parts_and_becomes_one_object() {
        let server = Server::start(|_, request| match request.line.contains("uploadId=one") {
            true if request.line.starts_with("POST") => Answer::Xml(
                "<CompleteMultipartUploadResult><Key>audit.html</Key></CompleteMultipartUploadResult>".to_owned(),
            ),
            true => Answer::Xml(String::new()),
            false => Answer::Xml(BEGUN.to_owned()),
        });
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vec![b'a'; 2 * PART as usize + 1]).unwrap();
        put_above(&server.place("audit.html").0, file.path(), 2 * PART + 1, PART).unwrap();
        let asked = server.asked();
        let sent: Vec<usize> =
            asked.iter().filter(|request| request.line.contains("partNumber=")).map(|request| request.length).collect();
        assert_eq!(sent, [PART as usize, PART as usize, 1]);
        assert!(asked.last().unwrap().line.starts_with("POST /media/audit.html?"), "{asked:?}");
    }

    #[test]
    fn an_interrupt_gives_up_what_was_sent_in_parts() {
        for slow in ["uploads", "partNumber=1"] {
            let asked = interrupted(slow);
            let last = asked.last().unwrap();
            assert!(last.starts_with("DELETE /media/audit.html?") && last.contains("uploadId=one"), "{asked:?}");
        }
    }
}
