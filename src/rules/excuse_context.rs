//! What the engine shows the rules about exceptions and baselines.

use crate::model::finding::Text;
use crate::model::{Finding, RuleMeta, Severity, Subject};

/// One `[[allow]]`, when all findings are counted (C601, C602).
#[derive(Debug)]
pub struct ExceptionContext<'a> {
    /// What it is for, in words that do not change with its place in the file.
    pub what: &'a str,
    /// The code of its rule.
    pub rule: &'a str,
    /// Its area, if it names one.
    pub area: Option<&'a str>,
    /// Its last day, if that has passed.
    pub expired: Option<String>,
    /// Whether it hides nothing though its rule was judged.
    pub unused: bool,
}

impl<'a> ExceptionContext<'a> {
    /// A finding of `rule` about this exception.
    pub fn finding(&self, rule: &'static RuleMeta) -> Finding<'a> {
        let mut finding = Finding::new(rule.code, Severity::Ignore, Subject::Configuration);
        finding.key = Some(Text::Borrowed(self.what));
        finding.value = Some(Text::Borrowed(self.rule));
        finding.area = self.area.map(Text::Borrowed);
        finding
    }
}

/// An entry of a baseline whose finding no longer occurs (C603).
#[derive(Debug)]
pub struct StaleContext<'a> {
    /// The finding that is known, without facts.
    pub known: Finding<'a>,
}

impl StaleContext<'_> {
    /// A finding of `rule` at the place of the entry.
    pub fn finding(&self, rule: &'static RuleMeta) -> Finding<'_> {
        Finding { code: Text::Borrowed(rule.code), value: Some(self.known.code.clone()), ..self.known.clone() }
    }
}
