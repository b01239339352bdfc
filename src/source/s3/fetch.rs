//! One range of an object, whole: what breaks off is resumed at the byte it broke off at.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use bytes::{Bytes, BytesMut};

use super::backoff::Backoff;
use super::error::{GET, S3Error, Said};
use super::place::S3Place;

/// Which bytes of an object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Span {
    /// So many bytes from there, or as many as there are.
    From { start: u64, length: u64 },
    /// So many of the last bytes, or as many as there are.
    Last(u64),
}

/// What tells an object from the one that replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// Some compatible stores have none: there the size alone can tell.
    pub(super) e_tag: Option<String>,
    /// The object's size.
    pub(super) size: u64,
}

/// Bytes of an object, and what they were read from.
#[derive(Debug, Clone)]
pub(super) struct Fetched {
    pub(super) bytes: Bytes,
    /// Its first byte's position.
    pub(super) start: u64,
    pub(super) version: Version,
}

/// Fetches bytes; of that version of the object and no other, if one is given.
///
/// # Errors
///
/// What S3 refuses; an object that changed; a body that breaks off too often.
pub(super) async fn fetch(place: Arc<S3Place>, span: Span, version: Option<Version>) -> Result<Fetched, S3Error> {
    let client = place.connection.client().clone();
    let (mut have, mut known, mut backoff) = (BytesMut::new(), None::<Known>, Backoff::default());
    let mut size = version.as_ref().map(|version| version.size);
    let mut e_tag = version.and_then(|version| version.e_tag);
    loop {
        let range = match (&known, span) {
            (Some(known), _) => format!("bytes={}-{}", known.start + have.len() as u64, known.end - 1),
            (None, Span::From { start, length }) => format!("bytes={start}-{}", start + length.max(1) - 1),
            (None, Span::Last(length)) => format!("bytes=-{length}"),
        };
        let mut output = match ask(&client, &place, range, e_tag.clone(), size.is_some()).await? {
            Some(output) => output,
            None if size.is_some_and(|size| size > 0) => {
                return Err(S3Error::Changed { place: Box::new((*place).clone()) });
            }
            None => return Ok(Fetched { bytes: Bytes::new(), start: 0, version: Version { e_tag, size: 0 } }),
        };
        let answer = Known::of(&output);
        // A store that overlooks If-Match still says what it sends.
        let other = e_tag.is_some() && output.e_tag.is_some() && output.e_tag != e_tag
            || size.is_some_and(|size| size != answer.size);
        let elsewhere = match (known, span) {
            (Some(known), _) => answer.start != known.start + have.len() as u64,
            (None, Span::From { start, .. }) => answer.start != start,
            (None, Span::Last(_)) => false,
        };
        if other || elsewhere {
            return Err(S3Error::Changed { place: Box::new((*place).clone()) });
        }
        e_tag = output.e_tag.take().or(e_tag);
        size = Some(answer.size);
        let known = *known.get_or_insert(answer);
        let wanted = (known.end - known.start) as usize;
        let before = have.len();
        let broken = loop {
            match output.body.next().await {
                Some(Ok(bytes)) => have.extend_from_slice(&bytes),
                Some(Err(error)) => break Some(error.to_string()),
                None => break None,
            }
        };
        if have.len() >= wanted {
            have.truncate(wanted);
            let version = Version { e_tag, size: known.size };
            return Ok(Fetched { bytes: have.freeze(), start: known.start, version });
        }
        if have.len() > before {
            backoff.reset();
        }
        match backoff.next() {
            Some(wait) => tokio::time::sleep(wait).await,
            None => {
                let source = Said(broken.unwrap_or_else(|| "the answer ended early".to_owned()));
                return Err(S3Error::GaveUp { action: GET, place: Box::new((*place).clone()), source });
            }
        }
    }
}

/// One request; nothing for an object without a byte there.
async fn ask(
    client: &Client,
    place: &S3Place,
    range: String,
    e_tag: Option<String>,
    opened: bool,
) -> Result<Option<GetObjectOutput>, S3Error> {
    let request = client.get_object().bucket(&*place.bucket).key(&place.key).range(range);
    match request.set_if_match(e_tag).set_request_payer(place.connection.payer()).send().await {
        Ok(output) => Ok(Some(output)),
        Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 416) => Ok(None),
        Err(error) => match S3Error::of(GET, place, &error) {
            // It was there a moment ago.
            S3Error::NoSuchKey { place } if opened => Err(S3Error::Changed { place }),
            error => Err(error),
        },
    }
}

/// Where in its object an answer's bytes lie.
#[derive(Debug, Clone, Copy)]
struct Known {
    start: u64,
    end: u64,
    size: u64,
}

impl Known {
    /// From `bytes FIRST-LAST/SIZE`; a store that overlooks ranges sends the whole.
    fn of(output: &GetObjectOutput) -> Self {
        let size = output.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or(0);
        let whole = Self { start: 0, end: size, size };
        output.content_range.as_deref().and_then(Self::parse).unwrap_or(whole)
    }

    fn parse(text: &str) -> Option<Self> {
        let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (start, last, size) = (first.parse().ok()?, last.parse::<u64>().ok()?, size.parse().ok()?);
        (start <= last && last < size).then_some(Self { start, end: last + 1, size })
    }
}

#[cfg(test)]
mod tests {
    use super::Known;

    #[test]
    fn the_range_of_an_answer_is_read() {
        let known = Known::parse("bytes 5-9/20").unwrap();
        assert_eq!((known.start, known.end, known.size), (5, 10, 20));
        for bad in ["", "bytes */20", "bytes 9-5/20", "bytes 0-20/20", "5-9/20", "bytes 0-1/*"] {
            assert!(Known::parse(bad).is_none(), "{bad}");
        }
    }
}
