//! How much each rule weighs at each place, worked out once before the audit begins.

use crate::layout::LayoutSpec;
use crate::layout::spec::{ReferenceSpec, RuleSetting, TableSpec};
use crate::model::{Family, Phase, RuleMeta, Severity};
use crate::rules::RULES;
use crate::rules::selection::{Choice, Selection, SelectionError};

/// The severity of every rule: everywhere, in an area, in a table, at a reference. Rules are given by their
/// position in [`RULES`]; areas, tables and references by theirs in the [`LayoutSpec`].
///
/// Nearest wins: reference, table, area (for a reference, the one area it may name), `[rules]`, default. At one
/// place the user's file wins over what it extends, and within a file code over name over family. `--ignore`
/// beats all of it; with `--select` only what it names is on, and a rule that is off in `[rules]` or by default
/// becomes a warning. What an area, table or reference ignores stays ignored: it says that nothing is asked there.
#[derive(Debug, Clone)]
pub struct Severities {
    /// By rule.
    base: Vec<Severity>,
    /// By rule, then area.
    areas: Vec<Vec<Severity>>,
    /// By rule, then table.
    tables: Vec<Vec<Severity>>,
    /// By rule, then table, then reference.
    references: Vec<Vec<Vec<Severity>>>,
}

impl Severities {
    /// Works out every severity in a phase.
    ///
    /// # Errors
    ///
    /// [`SelectionError`] if the selection names what is no rule, or ignores an S-rule.
    pub fn new(layout: &LayoutSpec, phase: Phase, selection: &Selection) -> Result<Self, SelectionError> {
        selection.validate()?;
        let mut severities = Self { base: Vec::new(), areas: Vec::new(), tables: Vec::new(), references: Vec::new() };
        for rule in RULES {
            let weigher = Weigher { rule: &rule.meta, phase, choice: selection.choice(&rule.meta), layout };
            let in_table = |table: &TableSpec| {
                table.references.iter().map(|reference| weigher.weigh_reference(table, reference)).collect()
            };
            severities.base.push(weigher.weigh(&[]));
            severities.areas.push(layout.areas.iter().map(|area| weigher.weigh(&[&area.rules])).collect());
            severities.tables.push(layout.tables.iter().map(|table| weigher.weigh(&[&table.rules])).collect());
            severities.references.push(layout.tables.iter().map(in_table).collect());
        }
        Ok(severities)
    }

    /// Where no area, table or reference is concerned.
    pub fn base(&self, rule: usize) -> Severity {
        self.base.get(rule).copied().unwrap_or(Severity::Ignore)
    }

    /// In an area.
    pub fn area(&self, rule: usize, area: usize) -> Severity {
        let found = self.areas.get(rule).and_then(|areas| areas.get(area));
        found.copied().unwrap_or_else(|| self.base(rule))
    }

    /// In a table.
    pub fn table(&self, rule: usize, table: usize) -> Severity {
        let found = self.tables.get(rule).and_then(|tables| tables.get(table));
        found.copied().unwrap_or_else(|| self.base(rule))
    }

    /// At a reference of a table.
    pub fn reference(&self, rule: usize, table: usize, reference: usize) -> Severity {
        let found = self.references.get(rule).and_then(|tables| tables.get(table)?.get(reference));
        found.copied().unwrap_or_else(|| self.table(rule, table))
    }
}

/// Weighs one rule.
struct Weigher<'a> {
    rule: &'a RuleMeta,
    phase: Phase,
    choice: Choice,
    layout: &'a LayoutSpec,
}

impl Weigher<'_> {
    fn weigh_reference(&self, table: &TableSpec, reference: &ReferenceSpec) -> Severity {
        let area = reference.only_area().and_then(|area| self.layout.areas.get(area));
        self.weigh(&[&reference.rules, &table.rules, area.map_or(&[], |area| &area.rules)])
    }

    /// The severity at a place: its settings come nearest first.
    fn weigh(&self, nearest_first: &[&[RuleSetting]]) -> Severity {
        let default = self.rule.default.in_phase(self.phase);
        if self.rule.family == Family::Source {
            return default;
        }
        if self.choice == Choice::Off {
            return Severity::Ignore;
        }
        if let Some(severity) = nearest_first.iter().find_map(|settings| self.setting(settings)) {
            return severity;
        }
        match self.setting(&self.layout.rules).unwrap_or(default) {
            Severity::Ignore if self.choice == Choice::Asked => Severity::Warning,
            severity => severity,
        }
    }

    /// What the settings of one place say, if they speak of the rule.
    fn setting(&self, settings: &[RuleSetting]) -> Option<Severity> {
        let rank = |setting: &&RuleSetting| match setting.selector.as_str() {
            selector if selector == self.rule.code => (setting.layer, 0),
            selector if selector == self.rule.name => (setting.layer, 1),
            _ => (setting.layer, 2),
        };
        let speaking = settings.iter().filter(|setting| self.rule.answers_to(&setting.selector));
        speaking.min_by_key(rank).map(|setting| setting.in_phase(self.phase))
    }
}
