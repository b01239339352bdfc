//! How the workflows of an item run: which of its references stand at which step, element by element.

use std::ops::Range;

use crate::layout::spec::AttributePath;
use crate::references::attribute::{Element, is_wildcard};
use crate::references::build::Builder;
use crate::references::declarations::{Group, Join, PlannedWorkflow, TablePlan};
use crate::references::extract::Current;
use crate::references::records::StepState;

/// What the attributes of the item at hand hold that are steps of a workflow.
#[derive(Debug, Default)]
pub(super) struct FoundSteps {
    list: Vec<Found>,
    /// The values by which elements join: the position among the group's `joins`, and the text.
    joins: Vec<(u16, Range<usize>)>,
    text: String,
    /// The elements of the workflow at hand.
    elements: Vec<Range<usize>>,
}

/// What one attribute holds.
#[derive(Debug)]
struct Found {
    group: u16,
    /// Its part of `joins`, for an element of a list; `None` for an attribute that stands alone.
    joins: Option<Range<usize>>,
    state: StepState,
}

impl FoundSteps {
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.joins.clear();
        self.text.clear();
    }

    /// The value by which an attribute joins in a workflow.
    fn element(&self, found: &Found, plan: &TablePlan<'_>, workflow: &PlannedWorkflow<'_>) -> Option<&Range<usize>> {
        let planned = &plan.groups[usize::from(found.group)].joins;
        let position = planned.iter().position(|join| Some(*join) == workflow.join)?;
        let joins = &self.joins[found.joins.clone()?];
        joins.iter().find(|(join, _)| usize::from(*join) == position).map(|(_, text)| text)
    }
}

impl Builder<'_> {
    /// Notes the state of an attribute, if a workflow has it as a step.
    pub(super) fn note_step(
        &mut self,
        group: (u16, &Group<'_>),
        declaration: u16,
        element: &Element<'_>,
        current: &mut Current<'_>,
        state: StepState,
    ) {
        let (number, group) = group;
        if !group.is_step {
            return;
        }
        let spec = self.declarations.reference(declaration);
        let FoundSteps { list, joins, text, .. } = &mut current.found;
        let first = joins.len();
        if is_listed(group.attribute) {
            for (position, Join { on, placeholder }) in (0_u16..).zip(&group.joins) {
                let start = text.len();
                let mut take = |value: &str| text.push_str(&self.layout.normalise(placeholder, value));
                let bound = spec.bind.iter().find(|(bound, _)| bound == placeholder);
                if element.member(on, &mut take) || bound.is_some_and(|(_, source)| element.value(source, &mut take)) {
                    joins.push((position, start..text.len()));
                }
            }
        }
        let joins = is_listed(group.attribute).then_some(first..joins.len());
        list.push(Found { group: number, joins, state });
    }

    /// Lays out the runs of the item's workflows.
    pub(super) fn runs(&mut self, plan: &TablePlan<'_>, current: &mut Current<'_>) {
        for workflow in &plan.workflows {
            let element = Element::whole(current.root);
            if !workflow.spec.when.as_ref().is_none_or(|when| element.satisfies(when)) {
                continue;
            }
            let item = self.item(current);
            self.runs_of(plan, workflow, item, &mut current.found);
        }
    }

    fn runs_of(&mut self, plan: &TablePlan<'_>, workflow: &PlannedWorkflow<'_>, item: u32, found: &mut FoundSteps) {
        let mut elements = std::mem::take(&mut found.elements);
        elements.clear();
        for one in found.list.iter().filter(|one| workflow.groups.contains(&Some(one.group))) {
            if let Some(text) = found.element(one, plan, workflow)
                && !elements.iter().any(|known| found.text[known.clone()] == found.text[text.clone()])
            {
                elements.push(text.clone());
            }
        }
        elements.sort_unstable_by(|left, right| found.text[left.clone()].cmp(&found.text[right.clone()]));
        if elements.is_empty() {
            self.run(plan, workflow, item, found, None);
        }
        for element in &elements {
            self.run(plan, workflow, item, found, Some(&found.text[element.clone()]));
        }
        found.elements = elements;
    }

    /// One run: of an item, or of one element of its lists.
    fn run(
        &mut self,
        plan: &TablePlan<'_>,
        workflow: &PlannedWorkflow<'_>,
        item: u32,
        found: &FoundSteps,
        run: Option<&str>,
    ) {
        let runs = &mut self.references.runs;
        runs.open(item, workflow.number, run);
        for (step, (attribute, group)) in (0..=u8::MAX).zip(workflow.spec.steps.iter().zip(&workflow.groups)) {
            let before = runs.steps();
            for one in found.list.iter().filter(|one| Some(one.group) == *group) {
                let element = || found.element(one, plan, workflow).map(|text| &found.text[text.clone()]);
                if one.joins.is_none() || run.is_none() || element() == run {
                    runs.push(step, one.state);
                }
            }
            if is_listed(attribute) && runs.steps() == before {
                runs.push(step, StepState::Absent { required: false });
            }
        }
    }
}

fn is_listed(path: &AttributePath) -> bool {
    path.steps.iter().any(is_wildcard)
}
