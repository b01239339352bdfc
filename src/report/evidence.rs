//! How each requirement fared: from the rules that show it to one word.

use serde::Serialize;

use crate::model::Severity;
use crate::results::Results;
use crate::results::schema::{RequirementResult, RuleResult, RuleState};

/// A requirement with its evidence.
#[derive(Debug, Serialize)]
pub struct Requirement<'a> {
    /// The requirement.
    pub requirement: &'a RequirementResult,
    /// How it fared.
    pub state: RequirementState,
    /// The rules that show it.
    pub rules: Vec<&'a RuleResult>,
}

/// How a requirement fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementState {
    /// Its rules were judged and found nothing of severity warning or above.
    Holds,
    /// A rule of it found something of severity warning or above.
    Violated,
    /// A rule of it was not judged, or only in part.
    NotJudged,
    /// Nothing in this audit shows it: its rules are off or another command shows it.
    NotShown,
    /// It was waived.
    Waived,
}

pub(super) fn requirements(results: &Results) -> Vec<Requirement<'_>> {
    let rule = |name: &String| results.judgement.rules.iter().find(|rule| rule.code == *name || rule.name == *name);
    let evidence = results.configuration.requirements.iter().map(|requirement| {
        let rules: Vec<&RuleResult> = requirement.rules.iter().filter_map(rule).collect();
        Requirement { requirement, state: state(requirement, &rules), rules }
    });
    evidence.collect()
}

fn state(requirement: &RequirementResult, rules: &[&RuleResult]) -> RequirementState {
    let weighs = |rule: &&RuleResult| {
        rule.by_severity.iter().any(|count| count.severity >= Severity::Warning && count.findings > 0)
    };
    let is = |states: &[RuleState]| rules.iter().any(|rule| states.contains(&rule.state));
    if requirement.waived.is_some() {
        RequirementState::Waived
    } else if rules.iter().any(weighs) {
        RequirementState::Violated
    } else if is(&[RuleState::NotJudged, RuleState::Partly]) {
        RequirementState::NotJudged
    } else if is(&[RuleState::Judged]) {
        RequirementState::Holds
    } else {
        RequirementState::NotShown
    }
}
