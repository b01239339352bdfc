//! How each requirement fared: from the rules that show it to one word.

use serde::Serialize;

use crate::model::Severity;
use crate::results::Results;
use crate::results::schema::{RequirementResult, RuleResult, RuleState, SeverityCount};

/// A requirement with its evidence.
#[derive(Debug, Serialize)]
pub struct Requirement<'a> {
    /// The requirement.
    pub requirement: &'a RequirementResult,
    /// How it fared.
    pub state: RequirementState,
    /// Whether its rules found nothing, and the inputs are why that says little.
    pub by_inputs: bool,
    /// The rules that show it.
    pub rules: Vec<Evidence<'a>>,
}

/// What one rule says of a requirement.
#[derive(Debug, Serialize)]
pub struct Evidence<'a> {
    /// The rule's code.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Whether it was judged.
    pub state: RuleState,
    /// Why not, where it was not or in part.
    pub why: Option<&'a str>,
    /// Its findings: where the requirement has areas, those in them and those in none.
    pub findings: u64,
    /// Of these, those of severity warning or above.
    pub weighing: u64,
    /// Findings of the rule that an exception hides or the baseline knows, in any area.
    pub excused: u64,
}

/// How a requirement fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementState {
    /// Its rules were judged and found nothing of severity warning or above.
    Holds,
    /// The same of some of its rules; the others are for another command, or off.
    Partly,
    /// A rule of it found something of severity warning or above.
    Violated,
    /// A rule of it was not judged, or only in part, or the inputs do not allow a verdict.
    NotJudged,
    /// Nothing in this audit shows it: its rules are off or another command shows it.
    NotShown,
    /// It was waived.
    Waived,
}

impl RequirementState {
    /// The words used in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Partly => "holds in part",
            Self::Violated => "violated",
            Self::NotJudged => "not judged",
            Self::NotShown => "not shown",
            Self::Waived => "waived",
        }
    }
}

pub(super) fn requirements(results: &Results) -> Vec<Requirement<'_>> {
    let rule = |name: &String| results.judgement.rules.iter().find(|rule| rule.code == *name || rule.name == *name);
    let inconclusive = |count: &SeverityCount| count.severity == Severity::Inconclusive && count.findings > 0;
    let open = results.judgement.rules.iter().any(|rule| rule.by_severity.iter().any(inconclusive));
    let evidence = results.configuration.requirements.iter().map(|requirement| {
        let rules = requirement.rules.iter().filter_map(rule).map(|rule| evidence(requirement, rule));
        let rules: Vec<Evidence<'_>> = rules.collect();
        let state = state(requirement, &rules);
        // What is not there may be in what could not be read.
        let by_inputs = open && matches!(state, RequirementState::Holds | RequirementState::Partly);
        let state = if by_inputs { RequirementState::NotJudged } else { state };
        Requirement { requirement, state, by_inputs, rules }
    });
    evidence.collect()
}

fn evidence<'a>(requirement: &RequirementResult, rule: &'a RuleResult) -> Evidence<'a> {
    let counted = |counts: &[SeverityCount], least: Severity| -> u64 {
        counts.iter().filter(|count| count.severity >= least).map(|count| count.findings).sum()
    };
    // The area of R308 is the wrong one that was named; what names no area concerns every requirement.
    let by_area = rule.code != "R308";
    let concerned = |least: Severity| -> u64 {
        let all = counted(&rule.by_severity, least);
        if requirement.areas.is_empty() || !by_area {
            return all;
        }
        let elsewhere = rule.areas.iter().filter(|area| !requirement.areas.contains(&area.area));
        all - elsewhere.map(|area| counted(&area.by_severity, least)).sum::<u64>().min(all)
    };
    Evidence {
        code: &rule.code,
        name: &rule.name,
        state: rule.state,
        why: rule.why.as_deref(),
        findings: concerned(Severity::Ignore),
        weighing: concerned(Severity::Warning),
        excused: rule.excused,
    }
}

fn state(requirement: &RequirementResult, rules: &[Evidence<'_>]) -> RequirementState {
    let is = |states: &[RuleState]| rules.iter().any(|rule| states.contains(&rule.state));
    if requirement.waived.is_some() {
        RequirementState::Waived
    } else if rules.iter().any(|rule| rule.weighing > 0) {
        RequirementState::Violated
    } else if is(&[RuleState::NotJudged, RuleState::Partly]) {
        RequirementState::NotJudged
    } else if !is(&[RuleState::Judged]) {
        RequirementState::NotShown
    } else if is(&[RuleState::NotAsked, RuleState::Off]) {
        RequirementState::Partly
    } else {
        RequirementState::Holds
    }
}
