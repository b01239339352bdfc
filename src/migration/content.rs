//! What an inventory tells of an object's content, and whether two contents are the same.

/// What is known of an object's content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Content {
    /// Its bytes, where the inventory tells.
    pub size: Option<u64>,
    /// Its MD5, where the ETag is one.
    pub md5: Option<[u8; 16]>,
}

/// How two contents compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// Same size, same MD5.
    Md5,
    /// Same size; nothing more is told.
    Size,
    /// Not even the sizes are told.
    Untold,
    /// Another size.
    OtherSize,
    /// The same size, as far as told, and another MD5.
    OtherMd5,
}

impl Sameness {
    /// Whether the contents are proved to differ.
    pub const fn differs(self) -> bool {
        matches!(self, Self::OtherSize | Self::OtherMd5)
    }
}

impl Content {
    /// Reads an inventory's row. An ETag is an MD5 only without a count of parts, and with SSE-S3 or no encryption;
    /// where the encryption is not told, it proves nothing.
    pub fn read(size: Option<u64>, etag: Option<&[u8]>, encryption: Option<&[u8]>) -> Self {
        let plain = matches!(encryption, Some(b"SSE-S3" | b"NOT-SSE"));
        Self { size, md5: etag.filter(|_| plain).and_then(md5_of) }
    }

    /// Holds this content against what stands elsewhere.
    pub fn compare(self, other: Self) -> Sameness {
        match (self.size, other.size) {
            (Some(own), Some(theirs)) if own != theirs => return Sameness::OtherSize,
            _ => {}
        }
        match (self.md5, other.md5) {
            (Some(own), Some(theirs)) if own != theirs => Sameness::OtherMd5,
            (Some(_), Some(_)) => Sameness::Md5,
            _ if self.size.is_some() && other.size.is_some() => Sameness::Size,
            _ => Sameness::Untold,
        }
    }
}

/// What each byte is as a hexadecimal digit, [`NO_DIGIT`] for all others.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        digits[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};
const NO_DIGIT: u8 = 0xff;

/// The MD5 that 32 hexadecimal digits are, without quotes.
pub fn md5_of(etag: &[u8]) -> Option<[u8; 16]> {
    let digits: &[u8; 32] = etag.try_into().ok()?;
    let (mut md5, mut seen) = ([0; 16], 0);
    for (byte, pair) in md5.iter_mut().zip(digits.as_chunks::<2>().0) {
        let (high, low) = (DIGITS[usize::from(pair[0])], DIGITS[usize::from(pair[1])]);
        seen |= high | low;
        *byte = high << 4 | low;
    }
    (seen != NO_DIGIT).then_some(md5)
}

#[cfg(test)]
mod tests {
    use super::{Content, Sameness, md5_of};
    use crate::model::bytes::hex;

    const A: &str = "0cc175b9c0f1b6a831c399e269772661";
    const B: &str = "92eb5ffee6ae2fec3ad71c777531578f";

    #[test]
    fn an_etag_proves_something_only_where_it_is_an_md5() {
        let read = |etag: &str, encryption: Option<&str>| {
            Content::read(Some(1), Some(etag.as_bytes()), encryption.map(str::as_bytes)).md5
        };
        assert_eq!(read(A, Some("SSE-S3")).map(|md5| hex(&md5)).as_deref(), Some(A));
        assert!(read(A, Some("NOT-SSE")).is_some());
        for encryption in [Some("SSE-KMS"), Some("DSSE-KMS"), Some("SSE-C"), None] {
            assert_eq!(read(A, encryption), None, "{encryption:?}");
        }
        assert_eq!(read("0cc175b9c0f1b6a831c399e269772661-2", Some("SSE-S3")), None);
    }

    #[test]
    fn only_hexadecimal_digits_are_an_md5() {
        assert_eq!(md5_of(A.to_uppercase().as_bytes()), md5_of(A.as_bytes()));
        for at in [0, 1, 30, 31] {
            for other in ["g", "/", ":", "@", "`"] {
                let mut etag = A.to_owned();
                etag.replace_range(at..=at, other);
                assert_eq!(md5_of(etag.as_bytes()), None, "{etag}");
            }
        }
        assert_eq!(md5_of(&A.as_bytes()[..31]), None);
    }

    #[test]
    fn contents_compare_by_what_is_told() {
        let content = |size, etag: &str| Content { size, md5: md5_of(etag.as_bytes()) };
        for (own, theirs, expected) in [
            (content(Some(1), A), content(Some(1), A), Sameness::Md5),
            (content(Some(1), A), content(Some(1), B), Sameness::OtherMd5),
            (content(None, A), content(Some(1), B), Sameness::OtherMd5),
            (content(Some(1), A), content(Some(2), A), Sameness::OtherSize),
            (content(Some(1), ""), content(Some(1), A), Sameness::Size),
            (content(None, ""), content(Some(1), A), Sameness::Untold),
        ] {
            assert_eq!(own.compare(theirs), expected);
        }
    }
}
