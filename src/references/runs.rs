//! How the workflows of an item run: which of its references stand at which step, element by element.

use crate::layout::spec::AttributePath;
use crate::references::attribute::{Element, is_wildcard};
use crate::references::build::Builder;
use crate::references::declarations::TablePlan;
use crate::references::extract::Current;
use crate::references::records::{NONE, References, Run, StepState};
use crate::references::texts::Texts;

/// What an attribute of the item at hand holds.
#[derive(Debug)]
pub(super) struct Found {
    /// The attribute, as declared.
    attribute: String,
    /// Member or placeholder → value, for an element of a list; `None` for an attribute that stands alone.
    joins: Option<Vec<(String, String)>>,
    state: StepState,
}

impl Builder<'_> {
    /// Notes the state of an attribute, if a workflow has it as a step.
    pub(super) fn note_step(
        &mut self,
        declaration: u16,
        element: &Element<'_>,
        current: &mut Current<'_>,
        state: StepState,
    ) {
        let (table, _) = self.declarations.position(declaration);
        let spec = self.declarations.reference(declaration);
        let workflows = self.layout.spec().workflows.iter().filter(|workflow| workflow.table == table);
        let names: Vec<Option<&str>> = workflows
            .filter(|workflow| workflow.steps.iter().any(|step| step.text == spec.attribute.text))
            .map(|workflow| workflow.on.as_deref())
            .collect();
        if names.is_empty() {
            return;
        }
        let joins = is_listed(&spec.attribute).then(|| {
            let value = |name: &str| {
                let bound = spec.bind.iter().find(|(placeholder, _)| placeholder == name);
                let value = element.member(name).or_else(|| element.value(&bound?.1))?;
                Some((name.to_owned(), self.layout.normalise(name, &value).into_owned()))
            };
            names.iter().flatten().filter_map(|name| value(name)).collect()
        });
        current.found.push(Found { attribute: spec.attribute.text.clone(), joins, state });
    }

    /// Lays out the runs of the item's workflows.
    pub(super) fn runs(&mut self, plan: &TablePlan<'_>, current: &mut Current<'_>) {
        for &(number, workflow) in &plan.workflows {
            let element = Element { root: current.root, steps: &[], trail: &[] };
            if !workflow.when.as_ref().is_none_or(|when| element.satisfies(when)) {
                continue;
            }
            let item = self.item(current);
            let on = workflow.on.as_deref();
            let mut elements: Vec<&str> = Vec::new();
            let of_steps =
                current.found.iter().filter(|found| workflow.steps.iter().any(|step| step.text == found.attribute));
            for found in of_steps {
                if let Some(value) = found.join_value(on)
                    && !elements.contains(&value)
                {
                    elements.push(value);
                }
            }
            elements.sort_unstable();
            let runs: Vec<Option<&str>> =
                if elements.is_empty() { vec![None] } else { elements.into_iter().map(Some).collect() };
            for run in runs {
                let start = self.references.steps.len() as u32;
                for (step, attribute) in (0_u8..).zip(&workflow.steps) {
                    let before = self.references.steps.len();
                    let states = current.found.iter().filter(|found| found.attribute == attribute.text);
                    for found in states {
                        if found.joins.is_none() || run.is_none() || found.join_value(on) == run {
                            self.references.steps.push((step, found.state));
                        }
                    }
                    if is_listed(attribute) && self.references.steps.len() == before {
                        self.references.steps.push((step, StepState::Absent { required: false }));
                    }
                }
                let length = self.references.steps.len() as u32 - start;
                let element = run.map_or(NONE, |run| self.references.elements.push(run.as_bytes()));
                self.references.runs.push(Run { item, workflow: number, element, start, length });
            }
        }
    }
}

impl Found {
    fn join_value(&self, on: Option<&str>) -> Option<&str> {
        let joins = self.joins.as_ref()?;
        joins.iter().find(|(name, _)| Some(name.as_str()) == on).map(|(_, value)| value.as_str())
    }
}

fn is_listed(path: &AttributePath) -> bool {
    path.steps.iter().any(is_wildcard)
}

impl References {
    /// Takes over runs of another thread's items.
    pub(super) fn absorb_runs(
        &mut self,
        runs: Vec<Run>,
        steps: &[(u8, StepState)],
        elements: &Texts,
        first_item: u32,
        first_reference: u32,
    ) {
        let first_step = self.steps.len() as u32;
        self.steps.extend(steps.iter().map(|&(step, state)| match state {
            StepState::Reference(reference) => (step, StepState::Reference(reference + first_reference)),
            absent @ StepState::Absent { .. } => (step, absent),
        }));
        for mut run in runs {
            run.item += first_item;
            run.start += first_step;
            if run.element != NONE {
                run.element = self.elements.push(elements.get(run.element));
            }
            self.runs.push(run);
        }
    }
}
