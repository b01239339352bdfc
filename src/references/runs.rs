//! The runs of workflows, packed: which references of an item stand at which step, element by element.

use hashbrown::HashMap;

use crate::references::records::{NONE, StepState};
use crate::references::texts::{Column, Texts};

/// Every run, those of one item's workflow in a row.
#[derive(Debug, Default)]
pub struct Runs {
    list: Column<Run>,
    steps: Column<PackedStep>,
    elements: Texts,
    /// The number of each text in `elements`.
    known: HashMap<Box<str>, u32>,
}

/// One run of a workflow: an item, or one element of its lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(Rust, packed(2))]
pub struct Run {
    /// The item.
    pub item: u32,
    /// Where its steps start; they end where those of the next run start.
    start: u32,
    /// The value its elements join by; [`NONE`] for a run without lists.
    element: u32,
    /// The workflow, an index into the layout's.
    pub workflow: u16,
}

/// A step and its state, in as few bytes as hold them.
#[derive(Debug, Clone, Copy)]
struct PackedStep {
    /// The number of a reference, or one of those below.
    reference: [u8; 4],
    step: u8,
}

/// Numbers that no reference has.
const ABSENT: u32 = NONE;
const REQUIRED: u32 = NONE - 1;

impl PackedStep {
    fn new(step: u8, state: StepState) -> Self {
        let number = match state {
            StepState::Reference(number) => number,
            StepState::Absent { required: true } => REQUIRED,
            StepState::Absent { required: false } => ABSENT,
        };
        Self { reference: number.to_ne_bytes(), step }
    }

    fn read(self) -> (u8, StepState) {
        let state = match u32::from_ne_bytes(self.reference) {
            number @ (ABSENT | REQUIRED) => StepState::Absent { required: number == REQUIRED },
            number => StepState::Reference(number),
        };
        (self.step, state)
    }
}

impl Runs {
    /// Opens a run; the steps pushed from now on are its.
    pub(super) fn open(&mut self, item: u32, workflow: u16, element: Option<&str>) {
        let element = element.map_or(NONE, |text| {
            if let Some(&number) = self.known.get(text) {
                return number;
            }
            let number = self.elements.push(text);
            self.known.insert(text.into(), number);
            number
        });
        self.list.push(Run { item, start: self.steps.len() as u32, element, workflow });
    }

    /// Adds what the run at hand holds at a step.
    pub(super) fn push(&mut self, step: u8, state: StepState) {
        self.steps.push(PackedStep::new(step, state));
    }

    /// How many steps there are.
    pub(super) fn steps(&self) -> usize {
        self.steps.len()
    }

    /// Every run and its number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Run)> {
        (0..).zip(self.list.iter())
    }

    /// What a run holds, step by step.
    pub fn of(&self, number: u32) -> impl Iterator<Item = (u8, StepState)> {
        let next = number as usize + 1;
        let end = if next < self.list.len() { self.list.get(next as u32).start } else { self.steps.len() as u32 };
        (self.list.get(number).start..end).map(|step| self.steps.get(step).read())
    }

    /// The value by which a run's elements join.
    pub fn element(&self, run: &Run) -> Option<&str> {
        (run.element != NONE).then(|| self.elements.text(run.element))
    }

    /// Takes over runs of another thread's items.
    pub(super) fn absorb(&mut self, other: Self, first_item: u32, first_reference: u32) {
        let (runs, elements) = (other.list, other.elements);
        let first_step = self.steps.len() as u32;
        runs.drain(|run| {
            let element = (run.element != NONE).then(|| elements.text(run.element));
            self.open(run.item + first_item, run.workflow, element);
            // `open` takes the steps to follow at once; these follow when all runs are there.
            self.list.get_mut(self.list.len() as u32 - 1).start = run.start + first_step;
        });
        other.steps.drain(|step| match step.read() {
            (step, StepState::Reference(reference)) => {
                self.push(step, StepState::Reference(reference + first_reference))
            }
            (step, absent) => self.push(step, absent),
        });
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let texts: usize = self.known.keys().map(|text| text.len()).sum();
        self.list.heap_bytes()
            + self.steps.heap_bytes()
            + self.elements.heap_bytes()
            + self.known.allocation_size()
            + texts
    }
}

#[cfg(test)]
mod tests {
    use super::{PackedStep, Runs, StepState};

    #[test]
    fn a_packed_step_is_what_it_was() {
        for state in [
            StepState::Reference(0),
            StepState::Reference(0xfedc_ba98),
            StepState::Absent { required: true },
            StepState::Absent { required: false },
        ] {
            assert_eq!(PackedStep::new(7, state).read(), (7, state));
        }
    }

    #[test]
    fn runs_that_were_taken_over_hold_the_same() {
        let state = StepState::Reference(3);
        let made = |items: std::ops::Range<u32>| {
            let mut runs = Runs::default();
            for item in items {
                runs.open(item, 1, (item % 2 == 0).then_some("even"));
                (0..item as u8).for_each(|step| runs.push(step, state));
            }
            runs
        };
        let mut ours = made(0..3);
        ours.absorb(made(0..4), 3, 10);
        let found: Vec<_> = ours
            .iter()
            .map(|(number, run)| (run.item, ours.element(run), ours.of(number).collect::<Vec<_>>()))
            .collect();
        assert_eq!(found.len(), 7);
        assert_eq!(found[2], (2, Some("even"), vec![(0, state), (1, state)]));
        assert_eq!(found[5], (5, Some("even"), vec![(0, StepState::Reference(13)), (1, StepState::Reference(13))]));
    }
}
