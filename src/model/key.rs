//! Object keys: bytes with an identity, never a file-system path.

/// The longest key Amazon S3 takes, in bytes of UTF-8 (User Guide, "Naming Amazon S3 objects").
pub const MAX_KEY_BYTES: usize = 1_024;

/// The bytes of a key up to and including its last `/`; empty for a key at the bucket's root.
pub fn directory(key: &str) -> &str {
    match key.rfind('/') {
        Some(slash) => &key[..=slash],
        None => "",
    }
}

/// Whether a key with this size is a folder marker: it ends in `/` and holds nothing that is known.
pub fn is_folder_marker(key: &str, size: Option<u64>) -> bool {
    key.ends_with('/') && size.unwrap_or(0) == 0
}
