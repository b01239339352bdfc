//! Byte automata: what a text may be, exactly, as something that is run on keys and compared in proofs.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input, MatchKind};

use super::byte_class::Classes;

/// The most states an automaton may have; a real form has a few hundred.
const MOST_STATES: usize = 1 << 16;
/// The most memory that building one regular expression may take, in bytes.
pub(super) const MOST_BYTES: usize = 16 << 20;
/// The most work that bounding a length may take: states times bytes.
const MOST_LAYERED: usize = 1 << 22;
/// The state that nothing accepted follows.
pub(super) const DEAD: u32 = 0;

/// Why a text makes no automaton.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AutomatonError {
    /// Not a regular expression; the parser's own words, on one line.
    Syntax(String),
    /// Holds `^`, `$` or `\b`.
    LookAround,
    /// Needs more states than a form of a path segment ever should.
    TooLarge,
}

/// A complete deterministic automaton over bytes. States are row offsets into `next`, so that a step is one addition
/// and one load; row 0 is dead, row 1 is the start.
#[derive(Clone)]
pub(super) struct Automaton {
    classes: Classes,
    next: Vec<u32>,
    accepting: Vec<bool>,
}

impl Automaton {
    /// Everything that the whole of a regular expression matches, in valid UTF-8.
    pub(super) fn pattern(pattern: &str) -> Result<Self, AutomatonError> {
        let hir = regex_syntax::parse(pattern).map_err(|error| AutomatonError::Syntax(last_line(&error)))?;
        if !hir.properties().look_set().is_empty() {
            return Err(AutomatonError::LookAround);
        }
        let limits =
            thompson::Config::new().nfa_size_limit(Some(MOST_BYTES)).which_captures(thompson::WhichCaptures::None);
        let nfa =
            thompson::Compiler::new().configure(limits).build_from_hir(&hir).map_err(|_| AutomatonError::TooLarge)?;
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .dfa_size_limit(Some(MOST_BYTES))
            .determinize_size_limit(Some(MOST_BYTES));
        let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa).map_err(|_| AutomatonError::TooLarge)?;
        let start =
            dfa.start_state_forward(&Input::new("").anchored(Anchored::Yes)).map_err(|_| AutomatonError::LookAround)?;
        let classes = Classes::by(|byte| dfa.byte_classes().get(byte));
        let step = |state: &StateID, byte| Some(dfa.next_state(*state, byte)).filter(|next| !dfa.is_dead_state(*next));
        let accepting = |state: &StateID| dfa.is_match_state(dfa.next_eoi_state(*state));
        Ok(Self::explore(classes, start, step, accepting)?.minimised())
    }

    /// The same for a pattern that stands in this program and that a test compiles.
    pub(super) fn constant(pattern: &'static str) -> Self {
        Self::pattern(pattern).unwrap_or_else(|_| Self::nothing())
    }

    /// No text at all.
    fn nothing() -> Self {
        Self { classes: Classes::by(|_| ()), next: vec![DEAD; 2], accepting: vec![false; 2] }
    }

    /// Exactly this text, which must be shorter than the most states an automaton may have.
    pub(super) fn word(text: &str) -> Self {
        Self::words(&[text]).unwrap_or_else(|_| Self::nothing())
    }

    /// Exactly these texts.
    pub(super) fn words(words: &[&str]) -> Result<Self, AutomatonError> {
        let classes = Classes::by(|byte| words.iter().any(|word| word.as_bytes().contains(&byte)).then_some(byte));
        let step = |prefix: &Vec<u8>, byte| {
            let longer = [prefix.as_slice(), &[byte]].concat();
            words.iter().any(|word| word.as_bytes().starts_with(&longer)).then_some(longer)
        };
        Self::explore(classes, Vec::new(), step, |prefix| words.iter().any(|word| word.as_bytes() == prefix))
    }

    /// One text of each part, one after the other.
    pub(super) fn concat(parts: &[&Self]) -> Result<Self, AutomatonError> {
        type States = Vec<(usize, u32)>;
        let close = |mut states: States| {
            let mut at = 0;
            while at < states.len() {
                let (part, state) = states[at];
                if part + 1 < parts.len() && parts[part].is_accepting(state) {
                    states.push((part + 1, parts[part + 1].start()));
                }
                at += 1;
            }
            states.sort_unstable();
            states.dedup();
            states
        };
        let step = |states: &States, byte| {
            let stepped = states.iter().map(|&(part, state)| (part, parts[part].step(state, byte)));
            let alive: States = stepped.filter(|(_, state)| *state != DEAD).collect();
            (!alive.is_empty()).then(|| close(alive))
        };
        let classes = Classes::joint(parts.iter().map(|part| &*part.classes.of));
        let start = if parts.is_empty() { Vec::new() } else { close(vec![(0, parts[0].start())]) };
        Self::explore(classes, start, step, |states| {
            states.iter().any(|&(part, state)| part + 1 == parts.len() && parts[part].is_accepting(state))
        })
    }

    /// The same without these texts.
    pub(super) fn without(&self, words: &[&str]) -> Result<Self, AutomatonError> {
        let words = Self::words(words)?;
        let step = |&(left, right): &(u32, u32), byte| {
            let left = self.step(left, byte);
            (left != DEAD).then(|| (left, words.step(right, byte)))
        };
        let classes = Classes::joint([&*self.classes.of, &*words.classes.of]);
        let accepting = |&(left, right): &(u32, u32)| self.is_accepting(left) && !words.is_accepting(right);
        Ok(Self::explore(classes, (self.start(), words.start()), step, accepting)?.minimised())
    }

    /// The same, no longer than `most` bytes.
    ///
    /// States are made from the end (what is left to spend, from 0 up) and equal ones are shared, which gives the
    /// least automaton in one pass.
    pub(super) fn at_most(&self, most: usize) -> Result<Self, AutomatonError> {
        let (width, states) = (self.classes.width(), self.accepting.len());
        if states.saturating_mul(most) > MOST_LAYERED {
            return Err(AutomatonError::TooLarge);
        }
        let mut nodes: Vec<(bool, Vec<u32>)> = vec![(false, vec![0; width])];
        let mut known: HashMap<(bool, Vec<u32>), u32> = HashMap::from([(nodes[0].clone(), 0)]);
        let mut layer = vec![0_u32; states];
        for _ in 0..=most {
            let shorter = layer.clone();
            for (state, node) in layer.iter_mut().enumerate() {
                let row = &self.next[state * width..][..width];
                let follow = row.iter().map(|next| shorter[*next as usize / width]).collect();
                let made = (self.accepting[state], follow);
                *node = *known.entry(made).or_insert_with_key(|made| {
                    nodes.push(made.clone());
                    nodes.len() as u32 - 1
                });
            }
            if layer == shorter {
                break;
            }
        }
        let step = |node: &u32, byte: u8| {
            let next = nodes[*node as usize].1[usize::from(self.classes.of[usize::from(byte)])];
            (next != 0).then_some(next)
        };
        Self::explore(self.classes.clone(), layer[1], step, |node| nodes[*node as usize].0)
    }

    /// Numbers the states reachable from `start`, in order of discovery, and leads what accepts nothing to the dead
    /// state.
    fn explore<S: Clone + Eq + Hash>(
        classes: Classes,
        start: S,
        step: impl Fn(&S, u8) -> Option<S>,
        accepts: impl Fn(&S) -> bool,
    ) -> Result<Self, AutomatonError> {
        let width = classes.width();
        let mut numbers = HashMap::from([(start.clone(), 1_u32)]);
        let mut queue = VecDeque::from([start]);
        let (mut next, mut accepting) = (vec![DEAD; width], vec![false]);
        while let Some(state) = queue.pop_front() {
            accepting.push(accepts(&state));
            for byte in &classes.representatives {
                let Some(target) = step(&state, *byte) else {
                    next.push(DEAD);
                    continue;
                };
                let fresh = numbers.len() as u32 + 1;
                let number = *numbers.entry(target).or_insert_with_key(|target| {
                    queue.push_back(target.clone());
                    fresh
                });
                next.push(number * width as u32);
            }
            if numbers.len() > MOST_STATES {
                return Err(AutomatonError::TooLarge);
            }
        }
        let mut made = Self { classes, next, accepting };
        made.bury();
        Ok(made)
    }

    /// Leads every step into a state from which nothing is accepted to the dead state.
    fn bury(&mut self) {
        let width = self.classes.width();
        let mut alive = self.accepting.clone();
        let mut changed = true;
        while changed {
            changed = false;
            for state in (0..alive.len()).rev() {
                let row = &self.next[state * width..][..width];
                if !alive[state] && row.iter().any(|next| alive[*next as usize / width]) {
                    (alive[state], changed) = (true, true);
                }
            }
        }
        for next in &mut self.next {
            if !alive[*next as usize / width] {
                *next = DEAD;
            }
        }
    }

    /// The least automaton for the same texts (Moore's partition refinement).
    fn minimised(&self) -> Self {
        let width = self.classes.width();
        let mut blocks: Vec<u32> = self.accepting.iter().map(|accepting| u32::from(*accepting)).collect();
        let mut count = 0;
        loop {
            let mut seen = HashMap::new();
            let refine = |state: usize| {
                let follow = self.next[state * width..][..width].iter().map(|next| blocks[*next as usize / width]);
                let signature: Vec<u32> = std::iter::once(blocks[state]).chain(follow).collect();
                let fresh = seen.len() as u32;
                *seen.entry(signature).or_insert(fresh)
            };
            blocks = (0..blocks.len()).map(refine).collect();
            if seen.len() == count {
                break;
            }
            count = seen.len();
        }
        let mut member = vec![usize::MAX; count];
        for (state, block) in blocks.iter().enumerate() {
            let first = &mut member[*block as usize];
            *first = (*first).min(state);
        }
        let step = |block: &u32, byte| {
            let state = member[*block as usize] * width;
            let next = self.step(state as u32, byte);
            (next != DEAD).then(|| blocks[next as usize / width])
        };
        let accepting = |block: &u32| self.accepting[member[*block as usize]];
        // A smaller automaton cannot be too large.
        Self::explore(self.classes.clone(), blocks[1], step, accepting).unwrap_or_else(|_| self.clone())
    }

    /// The state in front of the first byte.
    #[inline]
    pub(super) fn start(&self) -> u32 {
        self.classes.width() as u32
    }

    /// The state after one more byte.
    #[inline]
    pub(super) fn step(&self, state: u32, byte: u8) -> u32 {
        self.next[state as usize + usize::from(self.classes.of[usize::from(byte)])]
    }

    /// Whether what led to this state is a text of the automaton.
    #[inline]
    pub(super) fn is_accepting(&self, state: u32) -> bool {
        self.accepting[state as usize / self.classes.width()]
    }

    /// Whether the whole text is one of the automaton's.
    #[inline]
    pub(super) fn accepts(&self, text: &[u8]) -> bool {
        let mut state = self.start();
        for byte in text {
            state = self.step(state, *byte);
            if state == DEAD {
                return false;
            }
        }
        self.is_accepting(state)
    }

    /// Whether some text of the automaton holds this byte.
    pub(super) fn can_hold(&self, byte: u8) -> bool {
        (1..self.accepting.len()).any(|state| self.step((state * self.classes.width()) as u32, byte) != DEAD)
    }

    /// For every way in which `others` can judge a text of this automaton (one answer each), a shortest such text.
    pub(super) fn judged_by(&self, others: &[&Self]) -> Vec<(Vec<bool>, Vec<u8>)> {
        let classes = Classes::joint(std::iter::once(self).chain(others.iter().copied()).map(|part| &*part.classes.of));
        let start: (u32, Vec<u32>) = (self.start(), others.iter().map(|other| other.start()).collect());
        let mut seen = HashMap::from([(start.clone(), ())]);
        let mut queue = VecDeque::from([(start, Vec::new())]);
        let mut cells: Vec<(Vec<bool>, Vec<u8>)> = Vec::new();
        while let Some(((state, rest), text)) = queue.pop_front() {
            if self.is_accepting(state) {
                let cell: Vec<bool> =
                    others.iter().zip(&rest).map(|(other, state)| other.is_accepting(*state)).collect();
                if !cells.iter().any(|(known, _)| *known == cell) {
                    cells.push((cell, text.clone()));
                }
            }
            for byte in &classes.representatives {
                let next = self.step(state, *byte);
                if next == DEAD {
                    continue;
                }
                let rest = others.iter().zip(&rest).map(|(other, state)| other.step(*state, *byte)).collect();
                if let std::collections::hash_map::Entry::Vacant(entry) = seen.entry((next, rest)) {
                    let text = [text.as_slice(), &[*byte]].concat();
                    queue.push_back((entry.key().clone(), text));
                    entry.insert(());
                }
            }
        }
        cells
    }
}

impl fmt::Debug for Automaton {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Automaton({} states, {} classes)", self.accepting.len(), self.classes.width())
    }
}

fn last_line(error: &regex_syntax::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_automaton_accepts_what_its_parts_say() {
        let job = Automaton::pattern("[a-z](-*[a-z]){0,4}").unwrap();
        let short = job.at_most(3).unwrap();
        let rest = job.without(&["raw", "x"]).unwrap();
        let both = Automaton::concat(&[&Automaton::words(&["m-"]).unwrap(), &job]).unwrap();
        for (text, expected) in [
            ("raw", [true, true, false, false]),
            ("a--b", [true, false, true, false]),
            ("m-a", [true, true, true, true]),
            ("m-", [false; 4]),
            ("", [false; 4]),
        ] {
            let actual = [&job, &short, &rest, &both].map(|automaton| automaton.accepts(text.as_bytes()));
            assert_eq!(actual, expected, "{text}");
        }
    }

    #[test]
    fn alternatives_do_not_shadow_each_other() {
        let either = Automaton::pattern("a|ab").unwrap();
        assert!(either.accepts(b"a") && either.accepts(b"ab") && !either.accepts(b"abb"));
    }

    #[test]
    fn a_text_is_found_for_every_judgement() {
        let (any, digits) = (Automaton::pattern("[^/]+").unwrap(), Automaton::pattern("[0-9]{2}").unwrap());
        let cells = any.judged_by(&[&digits]);
        assert_eq!(cells, [(vec![false], b"a".to_vec()), (vec![true], b"00".to_vec())]);
    }
}
