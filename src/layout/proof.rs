//! Proofs about templates, decided exactly: whether two can match one key, and whether one lies inside another.
//!
//! A template is an automaton over whole segments, each step of it an automaton over bytes. Walking two of them
//! segment by segment keeps the byte automata small; a product over whole keys would multiply them.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::rc::Rc;

use super::automaton::Automaton;
use super::expansion::Expanded;
use super::shape::{Segment, ShapeId, Shapes, Template};
use crate::model::key::MAX_KEY_BYTES;

/// What a key may look like, segment by segment. State 0 is the start.
pub(super) struct Track {
    states: Vec<State>,
}

#[derive(Default)]
struct State {
    steps: Vec<(Step, usize)>,
    accepting: bool,
}

/// What one segment may be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    /// This text, perhaps none.
    Fixed(Box<str>),
    /// A text of this shape.
    Shaped(ShapeId),
    /// Any text but none.
    Something,
    /// Any text or none.
    Anything,
}

/// What the rest of a key (`**`) may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RestForm {
    /// Any text of at least one byte: what `**` matches.
    Matched,
    /// No empty segment but a last one behind others: what enters a new key.
    Written,
}

impl Track {
    /// The keys of a template below a prefix (`""`, or ending in `/`); a repeated name counts as independent.
    pub(super) fn of(prefix: &str, template: &Template, rest: RestForm) -> Self {
        Self::new(prefix, template, rest, None)
    }

    /// Those in which `**/` takes this many segments.
    pub(super) fn skipping(prefix: &str, template: &Template, skipped: usize) -> Self {
        Self::new(prefix, template, RestForm::Matched, Some(skipped))
    }

    fn new(prefix: &str, template: &Template, rest: RestForm, skipped: Option<usize>) -> Self {
        let mut made = Self { states: vec![State::default()] };
        let before = prefix.strip_suffix('/').map(|prefix| prefix.split('/'));
        let mut skipping = false;
        for text in before.into_iter().flatten() {
            made.advance(Step::Fixed(text.into()), &mut skipping);
        }
        for segment in &template.segments {
            match segment {
                Segment::Fixed(text) => made.advance(Step::Fixed(text.clone()), &mut skipping),
                Segment::Shaped(shape) => made.advance(Step::Shaped(*shape), &mut skipping),
                Segment::Skip => match skipped {
                    None => skipping = true,
                    Some(count) => (0..count).for_each(|_| made.advance(Step::Anything, &mut false)),
                },
                Segment::Rest(_) => {
                    made.rest(rest, skipping);
                    return made;
                }
            }
        }
        if let Some(last) = made.states.last_mut() {
            last.accepting = true;
        }
        made
    }

    fn advance(&mut self, step: Step, skipping: &mut bool) {
        let here = self.states.len() - 1;
        if std::mem::take(skipping) {
            self.states[here].steps.push((Step::Anything, here));
        }
        self.states[here].steps.push((step, here + 1));
        self.states.push(State::default());
    }

    fn rest(&mut self, form: RestForm, skipping: bool) {
        let here = self.states.len() - 1;
        let empty = || Step::Fixed("".into());
        let (inside, edge) = (here + 1, here + 2);
        if skipping {
            self.states[here].steps.push((Step::Anything, here));
        }
        self.states[here].steps.push((Step::Something, inside));
        let (within, at_edge) = match form {
            RestForm::Matched => {
                self.states[here].steps.push((empty(), edge));
                (vec![(Step::Anything, inside)], State { steps: vec![(Step::Anything, inside)], accepting: false })
            }
            RestForm::Written => {
                (vec![(Step::Something, inside), (empty(), edge)], State { steps: vec![], accepting: true })
            }
        };
        self.states.push(State { steps: within, accepting: true });
        self.states.push(at_edge);
    }
}

/// Decides questions about tracks and remembers what it found out about pairs of segments.
pub(super) struct Prover<'a> {
    shapes: &'a Shapes,
    something: Automaton,
    anything: Automaton,
    judged: HashMap<(Step, Vec<Step>), Judged>,
}

/// For every way in which the others judge a segment, a shortest such segment.
type Judged = Rc<Vec<(Vec<bool>, Vec<u8>)>>;
/// A key so far: its length, its slashes, itself, and where it leads.
type Reached = (usize, usize, Vec<u8>, Node);
/// A place in the walk: the left track's state, and the states the right one may be in.
type Node = (usize, Vec<usize>);

impl<'a> Prover<'a> {
    /// A prover for templates that use these shapes.
    pub(super) fn new(shapes: &'a Shapes) -> Self {
        let (something, anything) = (Automaton::constant("(?s)[^/]+"), Automaton::constant("(?s)[^/]*"));
        Self { shapes, something, anything, judged: HashMap::new() }
    }

    /// A shortest key that both match, of at most 1,024 bytes.
    pub(super) fn common(&mut self, left: &Track, right: &Track) -> Option<String> {
        self.shortest(left, right, true)
    }

    /// A shortest key that `left` matches and `right` does not.
    pub(super) fn outside(&mut self, left: &Track, right: &Track) -> Option<String> {
        self.shortest(left, right, false)
    }

    /// Dijkstra over pairs of states, a step costing its shortest segment. Of equally short keys the one with the
    /// fewest `/` wins, then the least: the example is the same each time, and readable.
    fn shortest(&mut self, left: &Track, right: &Track, inside: bool) -> Option<String> {
        // Keys carry a `/` in front of every segment here, the first too.
        let mut queue: BinaryHeap<Reverse<Reached>> = BinaryHeap::new();
        queue.push(Reverse((0, 0, Vec::new(), (0, vec![0]))));
        let mut done: HashSet<Node> = HashSet::new();
        while let Some(Reverse((_, slashes, key, node))) = queue.pop() {
            if !done.insert(node.clone()) {
                continue;
            }
            let (from, among) = node;
            let accepted = among.iter().any(|state| right.states[*state].accepting);
            if left.states[from].accepting && accepted == inside {
                return key.get(1..).map(|key| String::from_utf8_lossy(key).into_owned());
            }
            let others: Vec<&(Step, usize)> = among.iter().flat_map(|state| &right.states[*state].steps).collect();
            for (step, to) in &left.states[from].steps {
                for (judgement, text) in self.judge(step, &others).iter() {
                    let holding = others.iter().zip(judgement).filter(|(_, holds)| **holds);
                    let mut reached: Vec<usize> = holding.map(|((_, to), _)| *to).collect();
                    reached.sort_unstable();
                    reached.dedup();
                    let key = [&key, b"/".as_slice(), text].concat();
                    if key.len() <= MAX_KEY_BYTES + 1 && !(inside && reached.is_empty()) {
                        queue.push(Reverse((key.len(), slashes + 1, key, (*to, reached))));
                    }
                }
            }
        }
        None
    }

    fn judge(&mut self, step: &Step, others: &[&(Step, usize)]) -> Judged {
        let question = (step.clone(), others.iter().map(|(step, _)| step.clone()).collect::<Vec<_>>());
        if let Some(known) = self.judged.get(&question) {
            return Rc::clone(known);
        }
        let judges: Vec<Cow<'_, Automaton>> = question.1.iter().map(|step| self.automaton(step)).collect();
        let judges: Vec<&Automaton> = judges.iter().map(|judge| &**judge).collect();
        let judged = Rc::new(self.automaton(step).judged_by(&judges));
        self.judged.insert(question, Rc::clone(&judged));
        judged
    }

    fn automaton(&self, step: &Step) -> Cow<'_, Automaton> {
        match step {
            Step::Fixed(text) => Cow::Owned(Automaton::word(text)),
            Step::Shaped(shape) => Cow::Borrowed(&self.shapes.get(*shape).automaton),
            Step::Something => Cow::Borrowed(&self.something),
            Step::Anything => Cow::Borrowed(&self.anything),
        }
    }
}

/// Whether two templates differ in a leading literal, which settles most pairs at once.
pub(super) fn differ_at_once(left: &Expanded, right: &Expanded) -> bool {
    let mut pairs = leading(left).zip(leading(right));
    pairs.any(|(left, right)| left != right)
}

/// The literal segments that a template's keys start with.
pub(super) fn leading(expanded: &Expanded) -> impl Iterator<Item = &str> {
    let prefix = expanded.prefix.strip_suffix('/').map(|prefix| prefix.split('/'));
    let own = expanded.template.segments.iter().map_while(|segment| match segment {
        Segment::Fixed(text) => Some(&**text),
        _ => None,
    });
    prefix.into_iter().flatten().chain(own)
}
