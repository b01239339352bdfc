//! S002, missing-part.

use crate::model::{Finding, SourceProblem};
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_defect;

declare_rule! {
    /// ## What it finds
    /// A part that the manifest lists and that is not there.
    ///
    /// ## Why it matters
    /// Its objects or items are unknown, not lost. The verdict is INCONCLUSIVE; references are counted *unjudged*
    /// rather than dangling, and objects rather than orphans, where the missing part might hold the answer.
    ///
    /// ## Example
    /// The manifest lists `logs/data/7f3a.csv.gz`; only the manifest's own folder was copied down. A listed key is
    /// looked for as given, below the given root, and beside the manifest.
    ///
    /// ## How to mend it
    /// Copy the parts down as well, for instance with `aws s3 sync` over the whole inventory destination; if a
    /// lifecycle rule has already deleted them, take the next delivery. Where the destination's prefix ends in `/`, AWS
    /// stores the parts below `PREFIX//` and lists them below `PREFIX/`: copy `s3://DESTINATION/PREFIX//`, and take the
    /// slash off the inventory configuration.
    "S002", "missing-part", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// The places that were tried stay out of the finding: a result holds no local path.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    if let SourceContext::Defect(defect) = source
        && let SourceProblem::Missing { .. } = defect.problem
    {
        findings.report(about_defect(&RULE.meta, defect));
    }
}

fn sentence(_: &Finding<'_>) -> String {
    "is listed by the manifest and is not there".to_owned()
}

fn help(_: &Finding<'_>) -> Option<String> {
    Some("copy the missing part down beside its manifest, or audit a newer delivery".to_owned())
}
