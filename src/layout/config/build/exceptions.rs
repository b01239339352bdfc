//! `rules`, `[[allow]]`, `[[requirement]]`, `[[unchecked]]`: what is said about rules, and what is not checked.

use super::sections::number;
use super::{Build, position};
use crate::layout::ConfigError;
use crate::layout::config::problems::Problems;
use crate::layout::config::tree::{Member, Node, Value};
use crate::layout::spec::{AllowSpec, RequirementSpec, RuleSetting, UncheckedSpec};
use crate::model::time::{DAY, parse_rfc3339};
use crate::model::{Family, Limit, Millis, Phase, Place, Severity};

pub(super) const SEVERITIES: &[(&str, Severity)] = &[
    (Severity::Error.name(), Severity::Error),
    (Severity::Warning.name(), Severity::Warning),
    (Severity::Note.name(), Severity::Note),
    (Severity::Ignore.name(), Severity::Ignore),
];

/// What a mention of a rule is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mention {
    /// To give it, or its family, a severity.
    Severity,
    /// To hide some of its findings.
    Exception,
    /// To show that a requirement holds.
    Evidence,
}

impl Build<'_> {
    /// The `rules` of the file or of one of its entries.
    pub(super) fn settings(&mut self, entry: &Node) -> Vec<RuleSetting> {
        let members = entry.get("rules").map_or(&[][..], Node::members);
        members.iter().map(|member| self.setting(member)).collect()
    }

    fn setting(&mut self, Member { name, place, node }: &Member) -> RuleSetting {
        self.rule_named(name, place, Mention::Severity);
        let mut in_phase = |phase: Phase| {
            let word = if matches!(node.value, Value::Text(_)) { Some(node) } else { node.get(phase.name()) };
            self.problems.choice(word, "severity", SEVERITIES)
        };
        let severity = match node.value {
            Value::Table(_) => Phase::ALL.map(in_phase),
            // One word is one severity, and at most one complaint.
            _ => [in_phase(Phase::After); 3],
        };
        RuleSetting { selector: name.clone(), severity, layer: node.layer }
    }

    pub(super) fn allow(&mut self, entry: &Node) -> AllowSpec {
        if let Some(rule) = entry.get("rule") {
            self.rule_named(rule.as_text(), &rule.place, Mention::Exception);
        }
        if let Some(area) = entry.get("area") {
            self.area_named(area);
        }
        if let Some(table) = entry.get("table") {
            self.table_named(table);
        }
        let at_most = entry.get("at_most").and_then(|node| self.limit(node));
        AllowSpec {
            place: entry.place.clone(),
            rule: entry.text("rule"),
            key: entry.get("key").map(Node::at),
            area: entry.optional_text("area"),
            table: entry.optional_text("table"),
            item: entry.optional_text("item"),
            reason: entry.text("reason"),
            owner: entry.optional_text("owner"),
            expires: entry.get("expires").and_then(|date| self.end_of_day(date)),
            at_most,
        }
    }

    /// So many findings, or a share of what was judged.
    fn limit(&mut self, node: &Node) -> Option<Limit> {
        let limit = match number(Some(node)) {
            Some(number) => Limit::Count(number),
            None => match node.as_text().parse() {
                Ok(limit) => limit,
                Err(problem) => {
                    self.error(node, problem, "write `at_most = 40`, or `at_most = \"2%\"`");
                    return None;
                }
            },
        };
        if matches!(limit, Limit::Count(0) | Limit::Share(0)) {
            let problem = format!("an exception for at most {limit} findings hides nothing");
            self.error(node, problem, "give a number from 1, or drop the exception");
        }
        Some(limit)
    }

    /// The first millisecond after a date, UTC.
    fn end_of_day(&mut self, node: &Node) -> Option<Millis> {
        let Value::Datetime(date) = node.value else { return None };
        let start = parse_rfc3339(&date.to_string());
        if start.is_none() {
            self.error(node, format!("the date `{date}` does not exist"), "write one that does");
        }
        start.map(|start| start + DAY)
    }

    pub(super) fn requirement(&mut self, entry: &Node) -> RequirementSpec {
        for rule in entry.list("rules") {
            self.rule_named(rule.as_text(), &rule.place, Mention::Evidence);
        }
        for other in entry.list("conflicts_with") {
            position(self.problems, other, "requirement", &self.requirements);
        }
        RequirementSpec {
            id: entry.text("id"),
            text: entry.text("text"),
            rules: entry.texts("rules"),
            commands: entry.texts("commands"),
            areas: self.area_names(entry.list("areas")),
            limits: entry.optional_text("limits"),
            shown_by: entry.optional_text("shown_by"),
            conflicts_with: entry.texts("conflicts_with"),
            waived: entry.optional_text("waived"),
        }
    }

    pub(super) fn unchecked(&mut self, entry: &Node) -> UncheckedSpec {
        let areas = self.area_names(entry.list("areas"));
        UncheckedSpec { what: entry.text("what"), why: entry.text("why"), areas }
    }

    fn rule_named(&mut self, name: &str, place: &Place, mention: Mention) {
        let rule = self.rules.iter().find(|rule| rule.code == name || rule.name == name);
        let family = Family::ALL.into_iter().find(|family| family.letter() == name);
        let is_settable = rule.map_or(family != Some(Family::Source), |rule| rule.settable);
        let (problem, help) = match (rule, family) {
            (None, None) => {
                let known = self.rules.iter().flat_map(|rule| [rule.name, rule.code]);
                let problem = format!("unknown rule {}", Problems::quote(name));
                return self.problems.unknown(place, problem, name, known, "`stocktake rules` lists them");
            }
            (None, Some(_)) if mention != Mention::Severity => {
                (format!("`{name}` is a family of rules"), "name one rule by its code or name")
            }
            _ if mention == Mention::Severity && !is_settable => {
                (format!("`{name}` takes no severity"), "drop it: the inputs are always judged")
            }
            _ if mention == Mention::Exception && !is_settable => {
                (format!("`{name}` takes no exceptions"), "drop it: the inputs are always judged")
            }
            _ => return,
        };
        self.problems.add(ConfigError::at(place, problem).help(help));
    }
}
