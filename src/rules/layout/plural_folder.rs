//! L206, plural-folder.

use crate::model::finding::Text;
use crate::model::{Finding, Severity, Subject};
use crate::rules::Check;
use crate::rules::context::{FindingSink, NameContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// Plural folder names for which `[naming] singular` knows a singular.
    ///
    /// ## Why it matters
    /// Some conventions want singular names (`model/`, not `models/`). The rule is off until somebody asks for it,
    /// since explicit paths with plural names are as common.
    ///
    /// ## Example
    /// With `singular = { models = "model" }`, an area whose path begins with `models/`, and a folder `models/` at
    /// the top of a bucket. The layout's literals and a bucket's top-level names are judged, once each; not every
    /// object below.
    ///
    /// ## How to mend it
    /// Rename the folder in the layout and in its writers and plan a migration, or leave the rule off. Switch it on
    /// with `plural-folder = "warning"` in `[rules]`.
    "L206", "plural-folder", Layout, Ignore, since "0.1.0";
    Check::Name(check), sentence, help
}

/// `key` is the plural, `expected` the singular; `area` for a literal of the layout, `bucket` for a folder met.
fn check(name: &NameContext<'_>, findings: &mut dyn FindingSink) {
    let mut finding = Finding::new(RULE.meta.code, Severity::Ignore, Subject::Configuration);
    finding.bucket = name.bucket.map(Text::Borrowed);
    finding.key = Some(Text::Borrowed(name.name));
    finding.area = name.area.map(Text::Borrowed);
    finding.expected = Some(Text::Borrowed(name.singular));
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let (plural, singular) = (quoted(finding.key.as_deref()), quoted(finding.expected.as_deref()));
    match finding.bucket.as_deref() {
        Some(_) => format!("has a top-level folder {plural}, a plural; the singular is {singular}"),
        None => {
            let area = quoted(finding.area.as_deref());
            format!("spells {plural} in the path of area {area}, a plural; the singular is {singular}")
        }
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(format!("name the folder {}, or leave `plural-folder` off", quoted(finding.expected.as_deref())))
}
