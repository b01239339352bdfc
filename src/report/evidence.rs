//! How each requirement fared: from the rules that show it to one word.

use serde::Serialize;

use crate::model::{Severity, Verdict};
use crate::results::Results;
use crate::results::schema::{RequirementResult, RuleArea, RuleResult, RuleState, SeverityCount};

/// Why nothing is shown, though nothing was found.
const INPUTS: &str = "the inputs do not allow a verdict";

/// A requirement with its evidence.
#[derive(Debug, Serialize)]
pub struct Requirement<'a> {
    /// The requirement.
    pub requirement: &'a RequirementResult,
    /// How it fared.
    pub state: RequirementState,
    /// The same in words.
    pub title: &'static str,
    /// What was not judged, beside what its rules tell of themselves.
    pub missing: Option<String>,
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
    /// Findings of the rule that an exception hides or the baseline knows, likewise.
    pub excused: u64,
    /// Whether they would weigh.
    #[serde(skip)]
    excused_weigh: bool,
}

/// How a requirement fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementState {
    /// Its rules were judged and found nothing of severity warning or above.
    Holds,
    /// The same of some of its rules, the others being for another command or off; or what they found is excused.
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

impl Requirement<'_> {
    /// Whether another command judges rules of it, or none does.
    pub(super) fn has_rules_elsewhere(&self) -> bool {
        self.state == RequirementState::Partly && is(&self.rules, &[RuleState::NotAsked, RuleState::Off])
    }
}

pub(super) fn requirements(results: &Results) -> Vec<Requirement<'_>> {
    let rule = |name: &String| results.judgement.rules.iter().find(|rule| rule.code == *name || rule.name == *name);
    let (open, gaps) = (results.judgement.is_open(), Gaps::of(results));
    let evidence = results.configuration.requirements.iter().map(|requirement| {
        let rules = requirement.rules.iter().filter_map(rule).map(|rule| evidence(requirement, rule));
        let rules: Vec<Evidence<'_>> = rules.collect();
        let state = state(requirement, &rules);
        let (state, title, missing) = match state {
            RequirementState::NotShown if asks_for_the_audit(requirement) => {
                (gaps.state(), title_of_the_audit(gaps.state()), gaps.told())
            }
            // What was not found may be in what could not be read.
            RequirementState::Holds | RequirementState::Partly if open => {
                (RequirementState::NotJudged, "not judged", Some(INPUTS.to_owned()))
            }
            state => (state, title(state, requirement.limits.is_some()), None),
        };
        Requirement { requirement, state, title, missing, rules }
    });
    evidence.collect()
}

/// Whether a requirement has no rule, and the audit itself is what is asked for.
fn asks_for_the_audit(requirement: &RequirementResult) -> bool {
    requirement.rules.is_empty()
        && requirement.limits.is_none()
        && requirement.commands.iter().any(|command| command == "audit")
}

/// How a requirement fared, which may be within limits.
const fn title(state: RequirementState, limited: bool) -> &'static str {
    match state {
        RequirementState::Holds if limited => "holds, within its limits",
        RequirementState::Holds => "holds",
        RequirementState::Partly => "holds in part",
        RequirementState::Violated => "violated",
        RequirementState::NotJudged => "not judged",
        RequirementState::Waived => "waived",
        RequirementState::NotShown if limited => "cannot be shown from an inventory",
        RequirementState::NotShown => "not part of this audit",
    }
}

/// How a requirement fared that asks for the audit itself.
const fn title_of_the_audit(state: RequirementState) -> &'static str {
    match state {
        RequirementState::Holds => "shown by this audit",
        RequirementState::Partly => "shown in part",
        other => title(other, false),
    }
}

fn evidence<'a>(requirement: &RequirementResult, rule: &'a RuleResult) -> Evidence<'a> {
    let counted = |counts: &[SeverityCount], least: Severity| -> u64 {
        counts.iter().filter(|count| count.severity >= least).map(|count| count.findings).sum()
    };
    // The area of R308 is the wrong one that was named; what names no area concerns every requirement.
    let by_area = rule.code != "R308";
    let concerned = |all: u64, of: &dyn Fn(&RuleArea) -> u64| -> u64 {
        if requirement.areas.is_empty() || !by_area {
            return all;
        }
        let elsewhere = rule.areas.iter().filter(|area| !requirement.areas.contains(&area.area));
        all - elsewhere.map(of).sum::<u64>().min(all)
    };
    let found =
        |least: Severity| concerned(counted(&rule.by_severity, least), &|area| counted(&area.by_severity, least));
    let excused = concerned(rule.excused, &|area| area.excused);
    Evidence {
        code: &rule.code,
        name: &rule.name,
        state: rule.state,
        why: rule.why.as_deref(),
        findings: found(Severity::Ignore),
        weighing: found(Severity::Warning),
        excused,
        excused_weigh: match rule.excused_weighing {
            Some(all) => concerned(all, &|area| area.excused_weighing.unwrap_or_default()) > 0,
            None => excused > 0 && rule.severity >= Severity::Warning,
        },
    }
}

fn state(requirement: &RequirementResult, rules: &[Evidence<'_>]) -> RequirementState {
    if requirement.waived.is_some() {
        RequirementState::Waived
    } else if rules.iter().any(|rule| rule.weighing > 0) {
        RequirementState::Violated
    } else if is(rules, &[RuleState::NotJudged, RuleState::Partly]) {
        RequirementState::NotJudged
    } else if !is(rules, &[RuleState::Judged]) {
        RequirementState::NotShown
    } else if is(rules, &[RuleState::NotAsked, RuleState::Off]) || rules.iter().any(|rule| rule.excused_weigh) {
        RequirementState::Partly
    } else {
        RequirementState::Holds
    }
}

fn is(rules: &[Evidence<'_>], states: &[RuleState]) -> bool {
    rules.iter().any(|rule| states.contains(&rule.state))
}

/// What an audit did not judge of what audits are for: keys, their places, references and workflows.
struct Gaps<'a> {
    /// The codes of the rules, but for those that are off by default.
    rules: Vec<&'a str>,
    /// Whether nothing of a family was judged; of one rule the list says as much.
    of_a_family: bool,
    /// Whether the inputs allow no verdict.
    is_open: bool,
}

impl<'a> Gaps<'a> {
    fn of(results: &'a Results) -> Self {
        let by_default = |rule: &RuleResult| {
            let known = crate::rules::find(&rule.code);
            known.is_some_and(|known| known.meta.default.in_phase(results.judgement.phase) == Severity::Ignore)
        };
        let is_open = results.judgement.verdict == Verdict::Inconclusive;
        let mut gaps = Self { rules: Vec::new(), of_a_family: false, is_open };
        for family in ["K", "L", "R", "W"] {
            let rules = || results.judgement.rules.iter().filter(move |rule| rule.family == family);
            let missing = rules().filter(|rule| match rule.state {
                RuleState::Off => !by_default(rule),
                RuleState::NotJudged | RuleState::Partly => true,
                RuleState::Judged | RuleState::NotAsked => false,
            });
            let missing: Vec<&str> = missing.map(|rule| rule.code.as_str()).collect();
            let is_family = rules().nth(1).is_some();
            gaps.of_a_family |= is_family && !missing.is_empty() && rules().all(|rule| rule.state != RuleState::Judged);
            gaps.rules.extend(missing);
        }
        gaps
    }

    /// How a requirement fared that asks for the audit itself.
    fn state(&self) -> RequirementState {
        if self.is_open || self.of_a_family {
            RequirementState::NotJudged
        } else if self.rules.is_empty() {
            RequirementState::Holds
        } else {
            RequirementState::Partly
        }
    }

    /// What is missing, in a line.
    fn told(&self) -> Option<String> {
        let open = self.is_open.then(|| INPUTS.to_owned());
        let rules = (!self.rules.is_empty()).then(|| format!("not judged: {}", self.rules.join(", ")));
        let told: Vec<String> = open.into_iter().chain(rules).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}
