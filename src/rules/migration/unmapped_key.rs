//! M404, unmapped-key.

use crate::model::Finding;
use crate::rules::Check;
use crate::rules::declare::declare_rule;
use crate::rules::wording::{listed, quoted};

declare_rule! {
    /// ## What it finds
    /// A legacy object for which no new key can be made.
    ///
    /// ## Why it matters
    /// Its template needs a name that the key does not hold, and no record says it or several disagree. The object
    /// stays where it is, and the migration is not complete.
    ///
    /// ## Example
    /// `compilation-output/model-LINUX_X86_64.tar.gz` needs a job and a target, and no record names the file.
    ///
    /// ## How to mend it
    /// Name it in a file of `[migration] mapping`; or say `unnamed = "keep"`, or `shared = "copy-each"` where records
    /// disagree, in the legacy entry.
    "M404", "unmapped-key", Migration, Warning, since "0.1.0", needs INVENTORY EXPORTS;
    Check::Elsewhere, sentence, help
}

/// `expected` is the placeholder that is missing, `related` are the candidates where records disagree.
fn sentence(finding: &Finding<'_>) -> String {
    match finding.related.as_slice() {
        [] => format!("has no new key: nothing says its {}", quoted(finding.expected.as_deref())),
        candidates => {
            format!("has no new key: records disagree between {}", listed(candidates.iter().map(AsRef::as_ref)))
        }
    }
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("name it in a file of `[migration] mapping`".to_owned())
}
