//! A part of an inventory as gzip CSV in AWS's dialect: every field quoted, keys form-encoded, LF, no header.

use std::error::Error;
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use super::expected::Tally;
use super::files::Hashed;
use super::names::{BUCKET, Moment, push};
use super::objects::Object;
use super::plan::Plan;

/// As the manifest states the columns.
pub(super) const SCHEMA: &str = "Bucket, Key, Size, LastModifiedDate, ETag, StorageClass, IsMultipartUploaded, \
    EncryptionStatus, BucketKeyStatus";
/// Bytes of rows that are compressed at once.
const PIECE: usize = 1 << 16;
/// The gzip header's byte for Unix.
const UNIX: u8 = 3;

/// Writes the rows at these places; gives the file's size and MD5.
pub(super) fn write(
    path: &Path,
    plan: &Plan,
    places: Range<u64>,
    tally: &mut Tally,
) -> Result<(u64, [u8; 16]), Box<dyn Error + Send + Sync>> {
    let file = Hashed::create(path)?;
    let mut gzip = GzBuilder::new().operating_system(UNIX).write(file, Compression::default());
    let mut rows = Vec::with_capacity(2 * PIECE);
    let mut object = Object::default();
    for place in places {
        object.describe(plan, place, tally);
        push_row(&mut rows, &object);
        if rows.len() >= PIECE {
            gzip.write_all(&rows)?;
            rows.clear();
        }
    }
    gzip.write_all(&rows)?;
    Ok(gzip.finish()?.close()?)
}

fn push_row(rows: &mut Vec<u8>, object: &Object) {
    push!(rows, "\"{BUCKET}\",\"");
    push_form_encoded(rows, &object.key);
    push!(rows, "\",\"{}\",\"", object.size);
    Moment::new(object.modified).push_iso(rows);
    rows.extend_from_slice(b"\",\"");
    push_etag(rows, object);
    push!(
        rows,
        "\",\"{}\",\"{}\",\"{}\",\"{}\"\n",
        object.storage,
        object.is_multipart,
        object.encryption,
        object.bucket_key
    );
}

/// An ETag; one of several parts ends in their number.
pub(super) fn push_etag(out: &mut Vec<u8>, object: &Object) {
    push!(out, "{:016x}{:016x}", object.etag[0], object.etag[1]);
    if object.is_multipart {
        push!(out, "-{}", object.size.div_ceil(8 << 20));
    }
}

/// What `java.net.URLEncoder` makes of a key, save that `/` stays.
fn push_form_encoded(out: &mut Vec<u8>, key: &[u8]) {
    for &byte in key {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' | b'/' => out.push(byte),
            b' ' => out.push(b'+'),
            _ => push!(out, "%{byte:02X}"),
        }
    }
}
