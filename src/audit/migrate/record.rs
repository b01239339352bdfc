//! Bytes whose order is that of places (bucket, key): what the sorted runs and partitions of a migration hold.

use std::hash::{BuildHasher as _, Hasher};
use std::sync::OnceLock;

use crate::migration::Content;

/// Writes the place at the head of a record: records sort by bucket, then by the bytes of the key.
pub(super) fn put_place(bytes: &mut Vec<u8>, bucket: u16, key: &[u8]) {
    bytes.extend_from_slice(&bucket.to_be_bytes());
    // A zero byte is written as 0, 255, so that 0, 0 ends the key before any longer one.
    let mut rest = key;
    while let Some(zero) = memchr::memchr(0, rest) {
        bytes.extend_from_slice(&rest[..=zero]);
        bytes.push(255);
        rest = &rest[zero + 1..];
    }
    bytes.extend_from_slice(rest);
    bytes.extend_from_slice(&[0, 0]);
}

/// The length of the place at the head of a record; `None` if it is damaged.
pub(super) fn place_length(record: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let zero = at + memchr::memchr(0, record.get(at..)?)?;
        match record.get(zero + 1)? {
            0 => return Some(zero + 2),
            _ => at = zero + 2,
        }
    }
}

/// The bucket of a place, and its key, written into `key`; `None` if it is damaged.
pub(super) fn read_place(place: &[u8], key: &mut Vec<u8>) -> Option<u16> {
    let bucket = u16::from_be_bytes([*place.first()?, *place.get(1)?]);
    let mut rest = place.get(2..place.len().checked_sub(2)?)?;
    key.clear();
    while let Some(zero) = memchr::memchr(0, rest) {
        key.extend_from_slice(&rest[..=zero]);
        rest = rest.get(zero + 2..)?;
    }
    key.extend_from_slice(rest);
    Some(bucket)
}

/// Bytes of the hash before a place.
pub(super) const HASH: usize = 8;

/// Hashes keys; the seed is drawn at random once for the process, so that no bucket can be made to collide.
fn hasher(bucket: u16) -> impl Hasher {
    static SEED: OnceLock<u64> = OnceLock::new();
    let seed = *SEED.get_or_init(|| foldhash::fast::RandomState::default().hash_one(0_u8));
    foldhash::fast::FixedState::with_seed(seed ^ u64::from(bucket)).build_hasher()
}

/// Writes a place behind its hash: records of one place stand together, in no other order. Sorting and merging mostly
/// look at the hash alone.
pub(super) fn put_hashed_place(bytes: &mut Vec<u8>, bucket: u16, key: &[u8]) {
    let mut hasher = hasher(bucket);
    hasher.write(key);
    bytes.extend_from_slice(&hasher.finish().to_be_bytes());
    put_place(bytes, bucket, key);
}

/// The length of the place at the head of a record, with the hash before it.
pub(super) fn hashed_place_length(record: &[u8]) -> Option<usize> {
    Some(HASH + place_length(record.get(HASH..)?)?)
}

/// Writes the values behind a place.
pub(super) trait Put {
    fn number(&mut self, value: u64);
    fn optional(&mut self, value: Option<u64>);
    fn text(&mut self, value: &str);
    fn content(&mut self, value: Content);
}

impl Put for Vec<u8> {
    fn number(&mut self, value: u64) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn optional(&mut self, value: Option<u64>) {
        self.push(u8::from(value.is_some()));
        if let Some(value) = value {
            self.number(value);
        }
    }

    fn text(&mut self, value: &str) {
        self.extend_from_slice(&(value.len() as u32).to_le_bytes());
        self.extend_from_slice(value.as_bytes());
    }

    fn content(&mut self, value: Content) {
        self.optional(value.size);
        self.push(u8::from(value.md5.is_some()));
        if let Some(md5) = value.md5 {
            self.extend_from_slice(&md5);
        }
    }
}

/// Reads the values behind a place; each is `None` where the record is damaged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values<'r>(pub(super) &'r [u8]);

impl<'r> Values<'r> {
    fn bytes(&mut self, length: usize) -> Option<&'r [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.bytes(1).map(|bytes| bytes[0])
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.bytes(2)?.try_into().ok()?))
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.bytes(8)?.try_into().ok()?))
    }

    pub(super) fn optional(&mut self) -> Option<Option<u64>> {
        match self.byte()? {
            0 => Some(None),
            _ => self.number().map(Some),
        }
    }

    pub(super) fn text(&mut self) -> Option<&'r str> {
        let length = u32::from_le_bytes(self.bytes(4)?.try_into().ok()?);
        std::str::from_utf8(self.bytes(length as usize)?).ok()
    }

    pub(super) fn content(&mut self) -> Option<Content> {
        let size = self.optional()?;
        let md5 = match self.byte()? {
            0 => None,
            _ => Some(self.bytes(16)?.try_into().ok()?),
        };
        Some(Content { size, md5 })
    }
}

/// The error of a record that does not read as it was written.
pub(super) fn damaged() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, "a temporary file of a migration is damaged")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Put, Values, place_length, put_place, read_place};
    use crate::migration::Content;

    fn place(bucket: u16, key: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_place(&mut bytes, bucket, key);
        bytes
    }

    proptest! {
        #[test]
        fn records_sort_as_their_places_do(
            one in (0_u16..3, prop::collection::vec(0_u8..3, 0..6)), other in (0_u16..3, prop::collection::vec(0_u8..3, 0..6)),
            rest in prop::collection::vec(any::<u8>(), 0..4),
        ) {
            let (mut left, right) = (place(one.0, &one.1), place(other.0, &other.1));
            prop_assert_eq!(left.cmp(&right), one.cmp(&other));
            let length = left.len();
            left.extend(&rest);
            prop_assert_eq!(place_length(&left), Some(length));
            let mut key = Vec::new();
            prop_assert_eq!(read_place(&left[..length], &mut key), Some(one.0));
            prop_assert_eq!(key, one.1);
        }

        #[test]
        fn values_read_as_they_were_written(
            number in any::<u64>(), size in any::<Option<u64>>(), text in any::<String>(), md5 in any::<Option<[u8; 16]>>(),
        ) {
            let content = Content { size, md5 };
            let mut bytes = Vec::new();
            bytes.number(number);
            bytes.text(&text);
            bytes.content(content);
            let mut values = Values(&bytes);
            prop_assert_eq!(values.number(), Some(number));
            prop_assert_eq!(values.text(), Some(text.as_str()));
            prop_assert_eq!(values.content(), Some(content));
            prop_assert_eq!(values.byte(), None);
        }
    }
}
