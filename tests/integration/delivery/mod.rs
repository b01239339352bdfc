//! Deliveries as AWS writes them: what a test says of a bucket and its tables becomes the very files that S3
//! Inventory and a DynamoDB export would leave. No clock and no chance: equal input gives equal bytes.

mod columns;
mod csv;
mod export;
mod inventory;
mod ion;
mod orc;
mod parquet;

mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use ::md5::{Digest, Md5};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use stocktake::model::Millis;

pub(crate) use columns::{Column, ObjectRow};
pub(crate) use export::{DataFile, Encoding, Export, typed, write_export};
pub(crate) use inventory::{Format, Inventory, Part, write_inventory};

/// The account that AWS's own documentation uses for examples.
const ACCOUNT: &str = "eu-central-1:111122223333";

/// Files by their keys: below a destination bucket's root, or below whatever folder they are written to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl Files {
    /// Adds one file, replacing one of the same key.
    pub(crate) fn insert(&mut self, key: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(key.into(), bytes.into());
    }

    /// Adds `other`'s files below `folder` (without a slash at its end).
    pub(crate) fn insert_below(&mut self, folder: &str, other: Self) {
        self.0.extend(other.0.into_iter().map(|(key, bytes)| (format!("{folder}/{key}"), bytes)));
    }

    /// Writes every file below `dir`, which need not exist.
    pub(crate) fn write(&self, dir: &Path) {
        for (key, bytes) in &self.0 {
            let path = dir.join(key);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
}

/// The MD5 of some bytes.
pub(crate) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The MD5 of `text` as lower-case hex: for ETags and other identities that only have to look right.
pub(crate) fn digest(text: &str) -> String {
    hex(&md5(text.as_bytes()))
}

/// A UUID that is always the same for the same `seed`.
pub(crate) fn uuid(seed: &str) -> String {
    let hex = digest(seed);
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

/// A time in one of `jiff`'s formats, UTC.
pub(crate) fn format_time(at: Millis, format: &str) -> String {
    Timestamp::from_millisecond(at).unwrap().strftime(format).to_string()
}

/// A time as both services write it, `2026-11-22T01:00:00.000Z`.
fn iso_time(at: Millis) -> String {
    format_time(at, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// One gzip member, as an export has it.
pub(crate) fn compressed(bytes: &[u8]) -> Vec<u8> {
    gzip(bytes, 255)
}

/// One gzip member without name or time, as AWS writes it; its header ends in the byte that names the writer's
/// system: 3 (Unix) in inventories, 255 (unknown) in exports.
fn gzip(bytes: &[u8], system: u8) -> Vec<u8> {
    let header = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, system];
    let mut deflate = DeflateEncoder::new(header, Compression::default());
    deflate.write_all(bytes).unwrap();
    let mut member = deflate.finish().unwrap();
    member.extend(crc32fast::hash(bytes).to_le_bytes());
    member.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
    member
}
