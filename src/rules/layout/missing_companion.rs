//! L207, missing-companion.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, FolderContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::{counted, quoted};

declare_rule! {
    /// ## What it finds
    /// Folders without a file that their area says they must hold.
    ///
    /// ## Why it matters
    /// A training job's folder without its model is a job that failed half-way, or a move that lost a file.
    ///
    /// ## Example
    /// With `companions = ["**/model.tar.gz"]`, the folder `models/training/job-1/` that holds only logs. An inner
    /// list means that any one of its names will do.
    ///
    /// A folder is let off while its newest object is within `grace` (24 hours where nobody says), or while a
    /// record says that its work is unfinished. Not judged on an incomplete inventory.
    ///
    /// ## How to mend it
    /// Restore the file or run the job again; if the folder is a leftover, remove it by your own means. If the file
    /// is not needed after all, take it out of the area's `companions`.
    "L207", "missing-companion", Layout, Error, since "0.1.0", needs INVENTORY;
    Check::Folder(check), sentence, help
}

/// `related` are the companions that nothing satisfies, in the order of the area; `count` the folder's objects.
fn check(folder: &FolderContext<'_>, findings: &mut dyn FindingSink) {
    if folder.missing_companions.is_empty() {
        return;
    }
    let mut finding = folder.finding(&RULE.meta);
    finding.related = folder.missing_companions.iter().map(|companion| Text::Borrowed(companion.as_str())).collect();
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let missing: Vec<String> = finding.related.iter().map(|companion| alternatives(companion)).collect();
    format!("holds {} and lacks {}", counted(finding.count, "object"), missing.join(" and "))
}

/// Alternatives come joined by ` or `; each gets its own backticks.
fn alternatives(companion: &str) -> String {
    companion.split(" or ").map(|glob| quoted(glob).to_string()).collect::<Vec<_>>().join(" or ")
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("restore what is missing, or run the job again".to_owned())
}
