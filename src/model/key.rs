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

/// What stands between the `/` of a text, as `split('/')` gives it.
///
/// A plain loop: segments are too short for a search that has to be set up for each.
pub fn segments(text: &str) -> impl Iterator<Item = &str> + Clone {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let slash = text.bytes().position(|byte| byte == b'/');
        rest = slash.map(|slash| &text[slash + 1..]);
        Some(&text[..slash.unwrap_or(text.len())])
    })
}

/// Whether a key with this size is a folder marker: it ends in `/` and holds nothing that is known.
pub fn is_folder_marker(key: &str, size: Option<u64>) -> bool {
    key.ends_with('/') && size.unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::segments;

    #[test]
    fn segments_are_those_of_a_split() {
        for text in ["", "/", "a", "a/", "/a", "a//b", "ß/b/", "a/b/c"] {
            assert_eq!(segments(text).collect::<Vec<_>>(), text.split('/').collect::<Vec<_>>(), "{text:?}");
        }
    }
}
