//! What a proof comes to: sums over objects, to which the shares of several threads add up.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};

use crate::audit::migrate::late::LateWriters;
use crate::audit::migrate::pairing::Generation;
use crate::audit::migrate::prefixes::PrefixMoves;
use crate::audit::migrate::settling::Grade;
use crate::layout::Layout;
use crate::render::filters::plural;
use crate::results::plan::Amount;
use crate::results::schema::{Equation, Evidence, GenerationOutcome, MatrixCell, MigrationResult, Rollback};

/// The names of what exists of an object's copies, at `old + 2 * new`.
pub(super) const STATES: [&str; 4] = ["neither", "old-only", "new-only", "both"];

/// The position in [`STATES`].
pub(super) const fn state(old: bool, new: bool) -> usize {
    old as usize + 2 * new as usize
}

/// An object that records name, and where it went.
#[derive(Debug, Clone)]
pub(super) struct NamedMove {
    pub(super) new_keys: Vec<String>,
    /// What exists, in [`STATES`]; not known where no inventory lists a place that it is to be at.
    pub(super) state: Option<usize>,
}

/// What became of the objects of one generation.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    pub(super) moved: Amount,
    pub(super) pending: Amount,
    pub(super) altered: Amount,
    pub(super) lost: Amount,
}

/// The share of one thread, or all of it.
#[derive(Debug)]
pub(super) struct Proof {
    pub(super) equation: Equation,
    pub(super) lingering: Amount,
    pub(super) keeps_source: Amount,
    pub(super) unmoved: Amount,
    pub(super) changed: Amount,
    pub(super) unplanned: Amount,
    pub(super) in_place: Amount,
    pub(super) by_copy: Amount,
    pub(super) irreversible: Amount,
    /// Those that went, of which no inventory tells whether they can go back.
    pub(super) out_of_sight: Amount,
    /// Objects with a checksum.
    pub(super) checksums: u64,
    /// By [`Grade`].
    pub(super) evidence: [Amount; 4],
    /// By [`STATES`].
    pub(super) matrix: [Amount; 4],
    /// By bucket and generation.
    pub(super) generations: BTreeMap<(u16, Generation), Outcome>,
    pub(super) late: LateWriters,
    pub(super) prefixes: PrefixMoves,
    /// By bucket and number in the index: objects that records name by their old keys.
    pub(super) named: HashMap<(u16, u32), NamedMove>,
    /// Likewise old keys of the plan that are gone.
    pub(super) gone: HashSet<(u16, u32)>,
    /// Likewise objects by their new keys: what exists.
    pub(super) arrived: HashMap<(u16, u32), usize>,
    /// Likewise old keys in the records of *before*.
    pub(super) named_before: HashSet<(u16, u32)>,
    /// Rows of the plan whose object *before* does not have, and objects of *before* that have none and would move.
    pub(super) foreign: u64,
    /// Whether an object counts as moved or kept though not even its sizes were told.
    pub(super) untold: bool,
}

impl Proof {
    /// Of nothing yet; these are the prefixes that are asked for.
    pub(super) fn new(prefixes: PrefixMoves) -> Self {
        let none = Amount::default();
        Self {
            equation: Equation::default(),
            lingering: none,
            keeps_source: none,
            unmoved: none,
            changed: none,
            unplanned: none,
            in_place: none,
            by_copy: none,
            irreversible: none,
            out_of_sight: none,
            checksums: 0,
            evidence: [none; 4],
            matrix: [none; 4],
            generations: BTreeMap::new(),
            late: LateWriters::default(),
            prefixes,
            named: HashMap::new(),
            gone: HashSet::new(),
            arrived: HashMap::new(),
            named_before: HashSet::new(),
            foreign: 0,
            untold: false,
        }
    }

    /// The outcome of a generation.
    pub(super) fn outcome(&mut self, bucket: u16, generation: Generation) -> &mut Outcome {
        self.generations.entry((bucket, generation)).or_default()
    }

    /// Notes what exists of a new key that records name; of several moves to it, the one that tells most.
    pub(super) fn note_arrived(&mut self, place: (u16, u32), state: usize) {
        self.arrived.entry(place).and_modify(|known| *known = state.max(*known)).or_insert(state);
    }

    /// Takes over the share of another thread.
    pub(super) fn absorb(&mut self, other: Self) {
        let Equation { before, moved, pending, kept, retired, expired, altered, lost, unjudged } = other.equation;
        let equation = &mut self.equation;
        for (sum, more) in [
            (&mut equation.before, before),
            (&mut equation.moved, moved),
            (&mut equation.pending, pending),
            (&mut equation.kept, kept),
            (&mut equation.retired, retired),
            (&mut equation.expired, expired),
            (&mut equation.altered, altered),
            (&mut equation.lost, lost),
            (&mut equation.unjudged, unjudged),
            (&mut self.lingering, other.lingering),
            (&mut self.keeps_source, other.keeps_source),
            (&mut self.unmoved, other.unmoved),
            (&mut self.changed, other.changed),
            (&mut self.unplanned, other.unplanned),
            (&mut self.in_place, other.in_place),
            (&mut self.by_copy, other.by_copy),
            (&mut self.irreversible, other.irreversible),
            (&mut self.out_of_sight, other.out_of_sight),
        ] {
            *sum += more;
        }
        self.checksums += other.checksums;
        self.foreign += other.foreign;
        self.untold |= other.untold;
        self.evidence.iter_mut().zip(other.evidence).for_each(|(sum, more)| *sum += more);
        self.matrix.iter_mut().zip(other.matrix).for_each(|(sum, more)| *sum += more);
        for ((bucket, generation), more) in other.generations {
            let outcome = self.outcome(bucket, generation);
            outcome.moved += more.moved;
            outcome.pending += more.pending;
            outcome.altered += more.altered;
            outcome.lost += more.lost;
        }
        self.late.absorb(other.late);
        self.prefixes.absorb(&other.prefixes);
        self.named.extend(other.named);
        self.gone.extend(other.gone);
        other.arrived.into_iter().for_each(|(place, state)| self.note_arrived(place, state));
        self.named_before.extend(other.named_before);
    }

    /// Writes the figures of the objects into a result.
    pub(super) fn tell(self, layout: &Layout, result: &mut MigrationResult) {
        let cell = |(state, amount): (&str, &Amount)| MatrixCell {
            state: state.to_owned(),
            objects: amount.objects,
            bytes: amount.bytes,
        };
        result.equation = self.equation;
        result.lingering = self.lingering;
        result.keeps_source = self.keeps_source;
        result.unmoved = self.unmoved;
        result.changed = self.changed;
        result.unplanned = self.unplanned;
        result.checksums = self.checksums;
        // As readers expect them: old-only, both, new-only, neither.
        result.matrix = [1, 3, 2, 0].map(|at| cell((STATES[at], &self.matrix[at]))).to_vec();
        result.evidence = Grade::NAMES
            .iter()
            .zip(&self.evidence)
            .map(|(grade, amount)| Evidence {
                grade: (*grade).to_owned(),
                objects: amount.objects,
                bytes: amount.bytes,
            })
            .collect();
        let generation = |((bucket, generation), outcome): ((u16, Generation), Outcome)| {
            let area = &layout.spec().areas[usize::from(generation.area)];
            GenerationOutcome {
                bucket: layout.buckets()[usize::from(bucket)].name().to_owned(),
                area: area.name.clone(),
                generation: area.legacy[usize::from(generation.legacy)].name.clone(),
                moved: outcome.moved,
                pending: outcome.pending,
                altered: outcome.altered,
                lost: outcome.lost,
            }
        };
        result.generations = self.generations.into_iter().map(generation).collect();
        (result.late_writers, result.late_writer_count) = self.late.results(layout);
        let unjudged = self.equation.unjudged.objects;
        if unjudged > 0 {
            let objects = plural(unjudged, "object is", Some("objects are"));
            result.remarks.push(format!("{objects} not judged: no inventory lists the places they are to be at"));
        }
        let (lost, unseen) = (self.irreversible.objects, self.out_of_sight.objects);
        let ready = lost + unseen == 0;
        result.rollback = Rollback {
            ready,
            sentence: match (lost, unseen) {
                (0, 0) => "every move can be taken back".to_owned(),
                (0, unseen) => {
                    let objects = plural(unseen, "object", None);
                    format!("of {objects} it cannot be told: no inventory lists the places they are to be at")
                }
                (lost, _) => format!("{} cannot go back", plural(lost, "object", None)),
            },
            in_place: self.in_place,
            by_copy: self.by_copy,
            irreversible: self.irreversible,
        };
    }
}
