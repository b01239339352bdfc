//! S3 locations as records hold them: `s3://`, `s3a://`, `s3n://`, https URLs in virtual-hosted and path
//! style, and ARNs.

use std::borrow::Cow;

/// A location that a record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Location<'a> {
    /// The bucket's name, as written.
    pub bucket: Cow<'a, str>,
    /// The key, decoded where the form is encoded; empty for the bucket itself.
    pub key: Cow<'a, str>,
    /// A second reading of the key: in a URL a bare `+` may be itself or a space.
    pub other_key: Option<String>,
    /// The version asked for (`?versionId=` of a URL).
    pub version: Option<Cow<'a, str>>,
}

/// Why a text is no S3 location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UriError {
    /// Neither `s3://` nor an S3 URL nor an ARN.
    NotS3,
    /// The bucket's name is missing or cannot be a bucket's name.
    Bucket,
    /// A bad percent escape, or bytes that are not UTF-8 after decoding.
    Escape,
    /// The key is longer than 1,024 bytes.
    TooLong,
    /// An access point: a location whose bucket the text does not name.
    AccessPoint,
}

impl UriError {
    /// What was expected, in a few words.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::NotS3 => "an S3 location such as s3://bucket/key",
            Self::Bucket => "a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens",
            Self::Escape => "percent escapes that decode to UTF-8",
            Self::TooLong => "a key of at most 1,024 bytes",
            Self::AccessPoint => "a bucket, not an access point",
        }
    }
}

/// Reads a location in any of the forms.
///
/// `s3://` keys are literal, as the AWS CLI takes them: no percent-decoding, `?` and `#` belong to the key.
/// URLs are percent-decoded, their query is dropped but for `versionId`.
///
/// # Errors
///
/// [`UriError`] says which part is wrong; an access point is told apart, since it is outside rather than malformed.
pub fn parse(text: &str) -> Result<S3Location<'_>, UriError> {
    // Nearly all are written so.
    if let Some(rest) = text.strip_prefix("s3://") {
        return below_s3(rest);
    }
    let (scheme, rest) = match text.split_once(':') {
        Some((scheme, rest)) => (scheme, rest),
        None => return Err(UriError::NotS3),
    };
    if ["s3", "s3a", "s3n"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return below_s3(rest.strip_prefix("//").ok_or(UriError::NotS3)?);
    }
    if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") {
        return url(rest.strip_prefix("//").ok_or(UriError::NotS3)?);
    }
    if scheme == "arn" { arn(text) } else { Err(UriError::NotS3) }
}

/// What stands behind `s3://`.
fn below_s3(rest: &str) -> Result<S3Location<'_>, UriError> {
    if rest.starts_with("arn:") {
        return arn(rest);
    }
    let (bucket, key) = match memchr::memchr(b'/', rest.as_bytes()) {
        Some(slash) => (&rest[..slash], &rest[slash + 1..]),
        None => (rest, ""),
    };
    literal(bucket, key)
}

fn literal<'a>(bucket: &'a str, key: &'a str) -> Result<S3Location<'a>, UriError> {
    if !is_bucket_name(bucket) {
        return Err(UriError::Bucket);
    }
    if key.len() > crate::model::key::MAX_KEY_BYTES {
        return Err(UriError::TooLong);
    }
    Ok(S3Location { bucket: Cow::Borrowed(bucket), key: Cow::Borrowed(key), other_key: None, version: None })
}

fn arn(text: &str) -> Result<S3Location<'_>, UriError> {
    let mut fields = text.splitn(6, ':');
    let (Some("arn"), Some(partition), Some(service), Some(region), Some(account), Some(resource)) =
        (fields.next(), fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(UriError::NotS3);
    };
    if service == "s3-object-lambda" || service == "s3-outposts" || resource.starts_with("accesspoint") {
        return Err(UriError::AccessPoint);
    }
    if !partition.starts_with("aws") || service != "s3" || !region.is_empty() || !account.is_empty() {
        return Err(UriError::NotS3);
    }
    let (bucket, key) = resource.split_once('/').unwrap_or((resource, ""));
    literal(bucket, key)
}

fn url(rest: &str) -> Result<S3Location<'_>, UriError> {
    let end = rest.find('#').unwrap_or(rest.len());
    let (rest, query) = match rest[..end].split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (&rest[..end], None),
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host);
    let endpoint = host.strip_suffix(".amazonaws.com.cn").or_else(|| host.strip_suffix(".amazonaws.com"));
    let endpoint = endpoint.ok_or(UriError::NotS3)?;
    let (bucket, path) = match split_endpoint(endpoint)? {
        "" => path.split_once('/').unwrap_or((path, "")),
        bucket => (bucket, path),
    };
    if !is_bucket_name(bucket) {
        return Err(UriError::Bucket);
    }
    let key = percent_decode(path).ok_or(UriError::Escape)?;
    let other_key = if path.contains('+') {
        Some(percent_decode(&path.replace('+', " ")).ok_or(UriError::Escape)?.into_owned())
    } else {
        None
    };
    if key.len() > crate::model::key::MAX_KEY_BYTES {
        return Err(UriError::TooLong);
    }
    let version = query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("versionId=")));
    let version = version.filter(|version| !version.is_empty()).map(Cow::Borrowed);
    Ok(S3Location { bucket: Cow::Borrowed(bucket), key, other_key, version })
}

/// The bucket in front of an S3 endpoint's host name; empty for a path-style host.
///
/// Endpoints: `s3`, `s3.REGION`, `s3-REGION`, `s3.dualstack.REGION`, `s3-fips.REGION`, `s3-accelerate`
/// (Amazon S3 API reference, "Amazon S3 endpoints"). A bucket may itself hold dots, so the last
/// label that begins an endpoint counts.
fn split_endpoint(endpoint: &str) -> Result<&str, UriError> {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(endpoint.match_indices('.').map(|(dot, _)| dot + 1));
    for start in starts.into_iter().rev() {
        let tail = &endpoint[start..];
        if tail.contains("s3-accesspoint") || tail.contains("s3-object-lambda") {
            return Err(UriError::AccessPoint);
        }
        if is_endpoint(tail) {
            return Ok(endpoint[..start].trim_end_matches('.'));
        }
    }
    Err(UriError::NotS3)
}

fn is_endpoint(tail: &str) -> bool {
    let mut labels = tail.split('.');
    let first = labels.next().unwrap_or_default();
    let rest: Vec<&str> = labels.collect();
    let is_region = |label: &str| {
        label.contains('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    match (first, rest.as_slice()) {
        ("s3" | "s3-accelerate", []) | ("s3-accelerate", ["dualstack"]) => true,
        ("s3" | "s3-fips", [region]) => is_region(region),
        ("s3" | "s3-fips", ["dualstack", region]) => is_region(region),
        (first, []) => first.strip_prefix("s3-").is_some_and(is_region),
        _ => false,
    }
}

/// Whether a name can be a bucket's (User Guide, "General purpose bucket naming rules"; old buckets in
/// us-east-1 may hold upper case and underscores, up to 255 characters).
pub fn is_bucket_name(name: &str) -> bool {
    (3..=255).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// Decodes `%XX` once; `None` for a bad escape or for bytes that are not UTF-8.
pub fn percent_decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            decoded.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::{UriError, parse};

    fn read(text: &str) -> Result<(String, String), UriError> {
        parse(text).map(|location| (location.bucket.into_owned(), location.key.into_owned()))
    }

    #[test]
    fn every_form_is_read() {
        let key = Ok(("line-1".to_owned(), "datasets//a b.tar.gz".to_owned()));
        for text in [
            "s3://line-1/datasets//a b.tar.gz",
            "S3A://line-1/datasets//a b.tar.gz",
            "https://line-1.s3.eu-central-1.amazonaws.com/datasets//a%20b.tar.gz?versionId=x#top",
            "https://line-1.s3.amazonaws.com/datasets//a%20b.tar.gz",
            "https://s3.eu-central-1.amazonaws.com/line-1/datasets//a%20b.tar.gz",
            "https://s3-eu-west-1.amazonaws.com/line-1/datasets//a%20b.tar.gz",
            "https://line-1.s3.dualstack.us-west-2.amazonaws.com:443/datasets//a%20b.tar.gz",
            "arn:aws:s3:::line-1/datasets//a b.tar.gz",
            "arn:aws-cn:s3:::line-1/datasets//a b.tar.gz",
        ] {
            assert_eq!(read(text), key, "{text}");
        }
    }

    #[test]
    fn what_is_not_decoded_stays() {
        assert_eq!(read("s3://line-1/a%20b?x#y"), Ok(("line-1".into(), "a%20b?x#y".into())));
        assert_eq!(read("https://my.dotted.s3.bucket.s3.us-east-1.amazonaws.com/k").unwrap().0, "my.dotted.s3.bucket");
        let location = parse("https://s3.amazonaws.com/line-1/a+b%2Bc?versionId=v1").unwrap();
        assert_eq!((location.key.as_ref(), location.other_key.as_deref()), ("a+b+c", Some("a b+c")));
        assert_eq!(location.version.as_deref(), Some("v1"));
    }

    #[test]
    fn what_is_no_location_is_told() {
        for (text, error) in [
            ("models/x", UriError::NotS3),
            ("s3:/line-1/x", UriError::NotS3),
            ("s3:///x", UriError::Bucket),
            ("https://example.com/x", UriError::NotS3),
            ("https://line-1.s3.amazonaws.com/%zz", UriError::Escape),
            ("https://line-1.s3.amazonaws.com/%ff", UriError::Escape),
            ("arn:aws:s3:eu-west-1:123456789012:accesspoint/x/object/k", UriError::AccessPoint),
            ("arn:aws:sqs:::x", UriError::NotS3),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
        assert_eq!(read(&format!("s3://line-1/{}", "k".repeat(1_025))), Err(UriError::TooLong));
    }
}
