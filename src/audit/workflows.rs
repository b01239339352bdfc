//! W501: for each item that runs a workflow, the first step that does not hold.

use crate::audit::closing::ReferenceClosing;
use crate::audit::outcome::judge;
use crate::audit::sink::{Concern, Emitter, asked, kind};
use crate::model::Outcome;
use crate::references::records::{Flags, StepState};
use crate::references::runs::Run;
use crate::rules::context::WorkflowContext;

/// How many elements a finding names.
const ELEMENTS: usize = 3;

/// What became of one workflow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct WorkflowTally {
    pub(super) items: u64,
    pub(super) broken: u64,
    pub(super) unjudged: u64,
    /// Items that break first at each step.
    pub(super) steps: Vec<u64>,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    Unjudged,
    Broken { step: u8, reason: &'static str },
}

/// What a step of a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Holds,
    Unjudged,
    Broken(&'static str),
    Absent { required: bool },
}

impl ReferenceClosing<'_> {
    /// Calls the workflow rule for each item whose workflow breaks, and counts.
    pub(super) fn workflows(&self, emitter: &mut Emitter) -> Vec<WorkflowTally> {
        let workflows = &self.request.layout.spec().workflows;
        let mut tallies: Vec<WorkflowTally> = workflows
            .iter()
            .map(|workflow| WorkflowTally { steps: vec![0; workflow.steps.len()], ..WorkflowTally::default() })
            .collect();
        // The runs of one item's workflow stand in a row.
        let mut all = self.references.runs.iter().peekable();
        let mut runs: Vec<&Run> = Vec::new();
        let mut ends: Vec<End> = Vec::new();
        while let Some((number, run)) = all.next() {
            runs.push(run);
            ends.push(self.end(number));
            if all.peek().is_some_and(|(_, next)| (next.item, next.workflow) == (run.item, run.workflow)) {
                continue;
            }
            let tally = &mut tallies[usize::from(run.workflow)];
            tally.items += 1;
            let first = ends.iter().filter_map(|end| match end {
                End::Broken { step, reason } => Some((*step, *reason)),
                End::Whole | End::Unjudged => None,
            });
            match first.min_by_key(|(step, _)| *step) {
                Some((step, _)) => {
                    tally.broken += 1;
                    tally.steps[usize::from(step)] += 1;
                    self.broken(&runs, &ends, step, emitter);
                }
                None if ends.contains(&End::Unjudged) => tally.unjudged += 1,
                None => {}
            }
            runs.clear();
            ends.clear();
        }
        tallies
    }

    fn end(&self, run: u32) -> End {
        let entries: Vec<(u8, StepState)> = self.references.runs.of(run).collect();
        let steps = entries.chunk_by(|left, right| left.0 == right.0);
        let states: Vec<(u8, State)> = steps.map(|entries| (entries[0].0, self.state(entries))).collect();
        for (position, &(step, state)) in states.iter().enumerate() {
            let has_later = || states[position + 1..].iter().any(|(_, later)| !matches!(later, State::Absent { .. }));
            match state {
                State::Holds => {}
                State::Unjudged => return End::Unjudged,
                State::Broken(reason) => return End::Broken { step, reason },
                State::Absent { required } if required || has_later() => return End::Broken { step, reason: "absent" },
                State::Absent { .. } => {}
            }
        }
        End::Whole
    }

    fn state(&self, entries: &[(u8, StepState)]) -> State {
        let mut state = None;
        for &(_, entry) in entries {
            let this = match entry {
                StepState::Absent { required } => State::Absent { required },
                StepState::Reference(reference) => self.reference_state(reference),
            };
            // Any broken value breaks the step; a value beside a missing one is a value.
            state = Some(match (state, this) {
                (None, this) => this,
                (Some(State::Broken(reason)), _) => State::Broken(reason),
                (_, State::Broken(reason)) => State::Broken(reason),
                (Some(State::Unjudged), _) | (_, State::Unjudged) => State::Unjudged,
                (Some(State::Absent { required: one }), State::Absent { required: other }) => {
                    State::Absent { required: one || other }
                }
                _ => State::Holds,
            });
        }
        state.unwrap_or(State::Holds)
    }

    fn reference_state(&self, reference: u32) -> State {
        let flags = self.references.reference(reference).flags;
        let elsewhere = [Flags::OTHER_AREA, Flags::OTHER_ROLE, Flags::OTHER_USE_CASE];
        match judge(self.references, reference, self.views).outcome {
            Outcome::Malformed | Outcome::Dangling => State::Broken("dangling"),
            Outcome::Deleted => State::Broken("deleted"),
            Outcome::Unjudged | Outcome::Deferred => State::Unjudged,
            Outcome::Resolved | Outcome::Archived | Outcome::Legacy
                if elsewhere.iter().any(|&flag| flags.has(flag)) =>
            {
                State::Broken("misplaced")
            }
            Outcome::Resolved | Outcome::Archived | Outcome::Legacy | Outcome::Outside => State::Holds,
        }
    }

    fn broken(&self, runs: &[&Run], ends: &[End], step: u8, emitter: &mut Emitter) {
        let layout = self.request.layout.spec();
        let workflow = &layout.workflows[usize::from(runs[0].workflow)];
        let concerned = runs.iter().zip(ends).filter_map(|(run, end)| match end {
            End::Broken { step: at, reason } if *at == step => Some((*run, *reason)),
            _ => None,
        });
        let concerned: Vec<(&Run, &'static str)> = concerned.collect();
        let Some(&(_, reason)) = concerned.iter().min_by_key(|(run, reason)| (self.element(run), *reason)) else {
            return;
        };
        let mut elements: Vec<&str> = concerned.iter().filter_map(|(run, _)| self.element(run)).collect();
        elements.sort_unstable();
        elements.truncate(ELEMENTS);
        let elements: Vec<String> = elements.into_iter().map(str::to_owned).collect();
        let context = WorkflowContext {
            table: &layout.tables[workflow.table],
            item: self.references.items.names.text(runs[0].item),
            workflow: &workflow.name,
            step: &workflow.steps[usize::from(step)].text,
            step_index: u32::from(step),
            reason,
            elements: &elements,
            broken: concerned.len() as u64,
        };
        for (rule, severity, check) in
            asked(kind!(Workflow), |rule| self.request.severities.table(rule, workflow.table))
        {
            check(&context, &mut emitter.rule(rule, severity, Concern::default()));
        }
    }

    fn element(&self, run: &Run) -> Option<&str> {
        self.references.runs.element(run)
    }
}
