//! The new text of a reference: the same location, written as it was written, with the new key in place of the old.

/// Why a text cannot be rewritten without changing how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused(pub &'static str);

/// The text that names `new_key` where `text` names `old_key` of `bucket`.
///
/// Texts whose end is the old key keep what stands before it; other `s3://` locations (an alias, say) get the bucket's
/// own name. Of those only the caller knows that they name the old key.
///
/// # Errors
///
/// Why the text is better rewritten by hand.
pub fn rewritten(text: &str, bucket: &str, old_key: &str, new_key: &str) -> Result<String, Refused> {
    if text == old_key {
        return Ok(new_key.to_owned());
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return match text.strip_suffix(old_key) {
            Some(before) if before.ends_with(&format!(":::{bucket}/")) => Ok(format!("{before}{new_key}")),
            _ => Err(Refused("it is no plain location")),
        };
    };
    let own_key = rest.strip_prefix(bucket).and_then(|rest| rest.strip_prefix('/'));
    match scheme {
        "s3" if rest.contains('?') && !old_key.contains('?') => Err(Refused("it asks for a version or holds a query")),
        "s3" | "s3a" | "s3n" if own_key == Some(old_key) => Ok(format!("{scheme}://{bucket}/{new_key}")),
        "s3" if own_key.is_some() => Err(Refused("it names another object")),
        "s3" => Ok(format!("s3://{bucket}/{new_key}")),
        _ => Err(Refused("it is a URL, whose encoding only its readers know")),
    }
}

/// The same for a prefix, with or without its last `/`, which it keeps or does without.
///
/// # Errors
///
/// As [`rewritten`].
pub fn rewritten_prefix(text: &str, bucket: &str, old: &str, new: &str) -> Result<String, Refused> {
    if text.ends_with('/') {
        return rewritten(text, bucket, old, new);
    }
    let without = |prefix: &str| prefix.strip_suffix('/').unwrap_or(prefix).to_owned();
    rewritten(text, bucket, &without(old), &without(new))
}

#[cfg(test)]
mod tests {
    use super::{rewritten, rewritten_prefix};

    #[test]
    fn a_location_stays_as_it_was_written() {
        for (text, expected) in [
            ("s3://b/old/k", Some("s3://b/new/k")),
            ("s3a://b/old/k", Some("s3a://b/new/k")),
            ("old/k", Some("new/k")),
            ("arn:aws:s3:::b/old/k", Some("arn:aws:s3:::b/new/k")),
            ("s3://alias/k", Some("s3://b/new/k")),
            ("s3://b/old/k?versionId=1", None),
            ("https://b.s3.amazonaws.com/old/k", None),
            ("s3a://alias/k", None),
            ("s3://b/other", None),
            ("s3://b/old/k2", None),
            ("arn:aws:s3:::other/old/k", None),
        ] {
            assert_eq!(rewritten(text, "b", "old/k", "new/k").ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_prefix_keeps_or_lacks_its_last_slash() {
        assert_eq!(rewritten_prefix("s3://b/old/", "b", "old/", "new/").unwrap(), "s3://b/new/");
        assert_eq!(rewritten_prefix("s3://b/old", "b", "old/", "new/").unwrap(), "s3://b/new");
        assert_eq!(rewritten_prefix("old", "b", "old/", "new/").unwrap(), "new");
    }
}
