//! C604, implausible-time.

use crate::model::Finding;
use crate::model::finding::Text;
use crate::rules::Check;
use crate::rules::context::{FindingSink, TimeContext};
use crate::rules::declare::declare_rule;
use crate::rules::wording::quoted;

declare_rule! {
    /// ## What it finds
    /// A record's time that cannot be meant: before 2006, or more than a day after its export.
    ///
    /// ## Why it matters
    /// Seconds read as milliseconds lie in 1970, milliseconds read as seconds in the far future. Such a time counts
    /// as unknown, never as young: otherwise a wrong unit would defer every reference, and the audit would pass.
    ///
    /// ## Example
    /// `updated_at = 1717200000` with `unit = "ms"`: that is 20 January 1970; in seconds it is 1 June 2024. Amazon
    /// S3 opened in March 2006, so nothing a record names is older.
    ///
    /// ## How to mend it
    /// Correct `changed_at = { attribute, unit }` of the table. If single records are wrong, correct those.
    "C604", "implausible-time", Configuration, Warning, since "0.1.0";
    Check::Time(check), sentence, help
}

/// `detail` is the unit it was read in, `expected` the one in which it would make sense.
fn check(time: &TimeContext<'_>, findings: &mut dyn FindingSink) {
    let mut finding = time.finding(&RULE.meta);
    finding.detail = Some(Text::Borrowed(time.unit));
    finding.expected = time.likely_unit.map(Text::Borrowed);
    findings.report(finding);
}

fn sentence(finding: &Finding<'_>) -> String {
    let (value, unit) = (quoted(finding.value.as_deref()), quoted(finding.detail.as_deref()));
    match finding.expected.as_deref() {
        Some(likely) => {
            format!("{value} read as {unit} is no time a record can have; as {} it would be", quoted(likely))
        }
        None => format!("{value} read as {unit} is no time a record can have"),
    }
}

fn help(finding: &Finding<'_>) -> Option<String> {
    Some(match finding.expected.as_deref() {
        // One finding cannot tell a slip in a record from a wrong declaration.
        Some(likely) => format!(
            "if all records of the table are so, declare `changed_at` with the unit {}; if this alone, correct the record",
            quoted(likely)
        ),
        None => "correct the record's time, or the table's `changed_at`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::help;
    use crate::model::finding::Text;
    use crate::model::{Finding, Severity, Subject};

    #[test]
    fn its_advice_is_right_for_one_record_and_for_all() {
        let mut finding = Finding::new("C604", Severity::Warning, Subject::Reference);
        assert_eq!(help(&finding).unwrap(), "correct the record's time, or the table's `changed_at`");
        finding.expected = Some(Text::Borrowed("s"));
        let said = help(&finding).unwrap();
        assert!(
            said.starts_with("if all records of the table are so, declare `changed_at` with the unit `s`;"),
            "{said}"
        );
        assert!(said.ends_with("if this alone, correct the record"), "{said}");
    }
}
