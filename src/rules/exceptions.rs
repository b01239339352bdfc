//! `[[allow]]`: which exception, if any, hides a finding.

use crate::layout::Layout;
use crate::layout::spec::AllowSpec;
use crate::model::{Finding, Limit, Millis};
use crate::rules::registry::RULES;

/// The exceptions of a configuration, by rule.
#[derive(Debug)]
pub struct Exceptions<'a> {
    layout: &'a Layout,
    /// By rule, its position in [`RULES`]: the exceptions in force, as positions in the configuration, in its order.
    by_rule: Vec<Vec<usize>>,
    expired: Vec<bool>,
}

impl<'a> Exceptions<'a> {
    /// Those of a layout at the time of judging. An exception holds through its last day, in UTC.
    pub fn new(layout: &'a Layout, now: Millis) -> Self {
        let allows = &layout.spec().allows;
        let expired: Vec<bool> =
            allows.iter().map(|allow| allow.expires.is_some_and(|expires| now >= expires)).collect();
        let of = |rule: usize| {
            let in_force = |(number, allow): &(usize, &AllowSpec)| rule_of(allow) == Some(rule) && !expired[*number];
            allows.iter().enumerate().filter(in_force).map(|(number, _)| number).collect()
        };
        Self { layout, by_rule: (0..RULES.len()).map(of).collect(), expired }
    }

    /// How many exceptions there are, expired ones among them.
    pub fn len(&self) -> usize {
        self.expired.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.expired.is_empty()
    }

    /// Whether the date of one has passed.
    pub fn is_expired(&self, number: usize) -> bool {
        self.expired[number]
    }

    /// Whether any exception of the rule is in force.
    pub fn concerns(&self, rule: usize) -> bool {
        !self.by_rule[rule].is_empty()
    }

    /// The exception that hides a finding of the rule: the first without a limit that fits, else the first with one.
    /// What has a limit may turn out to hide nothing.
    pub fn hiding(&self, rule: usize, finding: &Finding<'_>) -> Option<usize> {
        let fitting = || self.by_rule[rule].iter().copied().filter(|&number| self.fits(number, finding));
        fitting().find(|&number| self.limit(number).is_none()).or_else(|| fitting().next())
    }

    /// The most findings that one may hide.
    pub fn limit(&self, number: usize) -> Option<Limit> {
        self.layout.spec().allows[number].at_most
    }

    /// Whether everything that an exception names holds for a finding.
    fn fits(&self, number: usize, finding: &Finding<'_>) -> bool {
        let allow = &self.layout.spec().allows[number];
        let is =
            |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|wanted| found == Some(wanted));
        is(&allow.area, finding.area.as_deref())
            && is(&allow.table, finding.table.as_deref())
            && is(&allow.item, finding.item.as_deref())
            && self
                .layout
                .allowed_keys(number)
                .is_none_or(|glob| finding.key.as_deref().is_some_and(|key| glob.is_match(key.as_bytes())))
    }
}

/// The position in [`RULES`] of the rule that an exception is for.
pub fn rule_of(allow: &AllowSpec) -> Option<usize> {
    RULES.iter().position(|rule| rule.meta.code == allow.rule || rule.meta.name == allow.rule)
}

/// An exception in words that do not change with its place in the file: `R302 where key = models/old/**`.
pub fn described(allow: &AllowSpec) -> String {
    let code = rule_of(allow).map_or(allow.rule.as_str(), |rule| RULES[rule].meta.code);
    let key = allow.key.as_ref().map(|key| &key.value);
    let named =
        [("key", key), ("area", allow.area.as_ref()), ("table", allow.table.as_ref()), ("item", allow.item.as_ref())];
    let conditions: Vec<String> =
        named.into_iter().filter_map(|(name, value)| Some(format!("{name} = {}", value?))).collect();
    format!("{code} where {}", conditions.join(" and "))
}
