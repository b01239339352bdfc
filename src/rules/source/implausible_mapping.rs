//! S011, implausible-mapping.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::render::filters::count;
use crate::rules::Check;
use crate::rules::context::{FindingSink, SourceContext};
use crate::rules::declare::declare_rule;
use crate::rules::facts::about_file;
use crate::rules::wording::{counted, quoted};

declare_rule! {
    /// ## What it finds
    /// Results so bad that the mapping between records and bucket must be wrong, not the bucket.
    ///
    /// ## Why it matters
    /// A wrong bucket name, alias or prefix makes every reference dangle and every object an orphan. Ten thousand
    /// findings would hide that one cause, so the verdict is INCONCLUSIVE.
    ///
    /// ## Example
    /// Of 100 or more judged references fewer than 5 % resolve; of 1,000 or more judged objects more than 90 % are
    /// orphans; or an inventory is empty though records name its bucket. The thresholds stand in `[inputs]`. Of a migration:
    /// the plan was made of another inventory than the one given as *before*, or for another layout.
    ///
    /// ## How to mend it
    /// Compare one record's value with one key of the inventory: check `[[bucket]] name`, `prefix`, `aliases` and
    /// `inventory_prefixes`. If the bucket really is in that state, give `--accept-implausible` for the run. For a plan, give
    /// the inventory that it was made of.
    "S011", "implausible-mapping", Source, Inconclusive, since "0.1.0";
    Check::Source(check), sentence, help
}

/// `detail` is `references`, `orphans`, `empty` or `plan`; `value` is how many of the `count` judged, of a plan how many
/// are not in both; `bucket` for `empty`.
fn check(source: &SourceContext<'_>, findings: &mut dyn FindingSink) {
    if let SourceContext::Implausible { detail, part, whole, bucket } = source {
        // The identity of a finding about inputs is its file: here, the inputs that do not fit.
        let file = match (*bucket, *detail) {
            (Some(bucket), _) => bucket,
            (None, "references") => "exports",
            (None, "plan") => "plan.json",
            (None, _) => "inventory",
        };
        let mut finding = about_file(&RULE.meta, file);
        finding.bucket = bucket.map(Text::Borrowed);
        finding.detail = Some(Text::Borrowed(detail));
        finding.value = Some(Text::Owned(part.to_string()));
        finding.count = Some(*whole);
        findings.report(finding);
    }
}

fn sentence(finding: &Finding<'_>) -> String {
    let part = finding.value.as_deref().and_then(|value| value.parse().ok()).map_or("?".to_owned(), count);
    match finding.detail.as_deref() {
        Some("references") => {
            format!("only {part} of {} are resolved", counted(finding.count, "judged reference"))
        }
        Some("empty") => {
            format!("the inventory of {} is empty though records name the bucket", quoted(finding.bucket.as_deref()))
        }
        Some("plan") if part != "0" => {
            let planned = counted(finding.count, "object");
            format!(
                "the plan is of another inventory or layout: it has {planned}, and {part} are only in it or in before"
            )
        }
        Some("plan") => "the plan was made of another inventory than the one given as before".to_owned(),
        _ => format!("{part} of {} are orphans", counted(finding.count, "judged object")),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    let help = match finding.detail.as_deref() {
        Some("plan") => "give the inventory that the plan was made of as `--before`, or make a new plan",
        _ => "check `name`, `prefix` and `aliases` of the buckets; if it is true, give `--accept-implausible`",
    };
    Some(help.to_owned())
}
