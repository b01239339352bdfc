//! S013, unverified-manifest.

use crate::model::{Finding, SourceProblem};
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_defect;

declare_rule! {
    /// ## What it finds
    /// A manifest without its checksum file beside it.
    ///
    /// ## Why it matters
    /// Nothing proves that the manifest is the one that was written, and so that the list of parts is complete. It
    /// is told, and the audit goes on. A checksum that is there and wrong is checksum-mismatch (S001).
    ///
    /// ## Example
    /// `manifest.json` was copied by itself, without `manifest.checksum`; an export's `manifest-summary.json`
    /// without its checksum.
    ///
    /// ## How to mend it
    /// Copy the whole folder of the delivery, checksum included.
    "S013", "unverified-manifest", Source, Told, since "0.1.0";
    Check::Source(check), sentence, help
}

fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    if let SourceContext::Defect(defect) = source
        && let SourceProblem::Unverified = defect.problem
    {
        findings.report(about_defect(&RULE.meta, defect));
    }
}

fn sentence(_: &Finding<'_>) -> String {
    "has no checksum beside it, so nothing proves it whole".to_owned()
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("copy the checksum file that was delivered with it".to_owned())
}
