//! M402, altered-object.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// An object that is not what it was: other size, other MD5 or other checksum.
    ///
    /// ## Why it matters
    /// The copy is broken, or something else was written to its key. An object that was to stay and is newer counts as
    /// changed instead: it was written anew. An ETag is compared only where both are MD5s: no `-` in them, and SSE-S3
    /// or no encryption (Amazon S3 API Reference, "Object"); of a multipart upload it proves nothing.
    ///
    /// ## Example
    /// 1,204,224 bytes at the old key, 0 bytes at the new one.
    ///
    /// ## How to mend it
    /// Copy the object again from its old key, if its old copy is there, or restore it from a noncurrent version or a
    /// backup; compare before anything is rewritten. Not judged on an incomplete inventory, nor where one does not tell
    /// sizes.
    "M402", "altered-object", Migration, Error, since "0.1.0", needs INVENTORY SIZE;
    Check::Elsewhere, sentence, help
}

/// `detail` is `size`, `etag` or `checksum`; `expected` as before, `value` as after.
fn sentence(finding: &Finding<'_>) -> String {
    let what = match finding.detail.as_deref() {
        Some("etag") => "ETag",
        Some("checksum") => "checksum",
        _ => "size",
    };
    format!("has the {what} {} where it had {}", quoted(finding.value.as_deref()), quoted(finding.expected.as_deref()))
}

/// `related` is the old key, which an object that was to stay has not; `count` says that its copy there is whole.
fn help(finding: &Finding<'_>) -> Option<String> {
    let help = match (finding.related.as_slice(), finding.count) {
        ([_, ..], Some(_)) => "copy the object again from its old key",
        _ => "restore it from a noncurrent version or a backup",
    };
    Some(help.to_owned())
}
