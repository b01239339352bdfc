//! Where findings go while an audit runs: weighed, excused or counted per rule, written to sorted runs.

use std::collections::BTreeMap;
use std::io;

use crate::audit::excuses::{Excuse, Excuses};
use crate::model::finding::Text;
use crate::model::{Finding, Severity};
use crate::results::findings::{FindingRuns, Run, RunWriter};
use crate::rules::context::FindingSink;
use crate::rules::{Check, RULES};

/// Findings by severity, at `severity as usize`.
pub(super) type BySeverity = [u64; 6];

/// What one rule found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RuleTally {
    pub(super) by_severity: BySeverity,
    /// Objects concerned.
    pub(super) objects: u64,
    /// Their bytes.
    pub(super) bytes: u64,
}

impl RuleTally {
    /// Findings of every severity.
    pub(super) fn findings(&self) -> u64 {
        self.by_severity.iter().sum()
    }

    pub(super) fn add(&mut self, other: &Self) {
        add_up(&mut self.by_severity, &other.by_severity);
        self.objects += other.objects;
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    fn count(&mut self, severity: Severity, concern: Concern) {
        self.by_severity[severity as usize] += 1;
        self.objects += concern.objects;
        self.bytes = self.bytes.saturating_add(concern.bytes);
    }
}

fn add_up(sum: &mut BySeverity, more: &BySeverity) {
    sum.iter_mut().zip(more).for_each(|(ours, more)| *ours += more);
}

/// Findings by area, of those that name one.
pub(super) type ByArea = BTreeMap<Box<str>, BySeverity>;

fn count_area(areas: &mut ByArea, area: Option<&str>, severity: Severity) {
    let Some(area) = area else { return };
    match areas.get_mut(area) {
        Some(counts) => counts[severity as usize] += 1,
        None => {
            let mut counts = BySeverity::default();
            counts[severity as usize] = 1;
            areas.insert(area.into(), counts);
        }
    }
}

fn add_areas(sum: &mut ByArea, more: &ByArea) {
    for (area, counts) in more {
        add_up(sum.entry(area.clone()).or_default(), counts);
    }
}

/// What was found, and what of it counts.
#[derive(Debug, Clone)]
pub(super) struct Tallies {
    /// By rule: findings that count.
    pub(super) rules: Vec<RuleTally>,
    /// By rule: the same by area.
    pub(super) areas: Vec<ByArea>,
    /// By exception: findings that it hides.
    pub(super) excepted: Vec<RuleTally>,
    /// By exception: the same by area.
    excepted_areas: Vec<ByArea>,
    /// By rule: findings that the baseline knows.
    pub(super) known: Vec<RuleTally>,
    /// By rule: the same by area.
    known_areas: Vec<ByArea>,
}

impl Tallies {
    pub(super) fn new(excuses: &Excuses<'_>) -> Self {
        let exceptions = excuses.exceptions.len();
        Self {
            rules: vec![RuleTally::default(); RULES.len()],
            areas: vec![ByArea::new(); RULES.len()],
            excepted: vec![RuleTally::default(); exceptions],
            excepted_areas: vec![ByArea::new(); exceptions],
            known: vec![RuleTally::default(); RULES.len()],
            known_areas: vec![ByArea::new(); RULES.len()],
        }
    }

    /// Adds what another thread found.
    pub(super) fn add(&mut self, other: &Self) {
        let tallies = |ours: &mut [RuleTally], theirs: &[RuleTally]| {
            ours.iter_mut().zip(theirs).for_each(|(ours, theirs)| ours.add(theirs));
        };
        let areas = |ours: &mut [ByArea], theirs: &[ByArea]| {
            ours.iter_mut().zip(theirs).for_each(|(ours, theirs)| add_areas(ours, theirs));
        };
        tallies(&mut self.rules, &other.rules);
        tallies(&mut self.excepted, &other.excepted);
        tallies(&mut self.known, &other.known);
        areas(&mut self.areas, &other.areas);
        areas(&mut self.excepted_areas, &other.excepted_areas);
        areas(&mut self.known_areas, &other.known_areas);
    }

    /// By area: findings of a rule that the baseline knows, or one of these exceptions hides.
    pub(super) fn excused_areas(&self, rule: usize, exceptions: impl Iterator<Item = usize>) -> ByArea {
        let mut areas = self.known_areas[rule].clone();
        exceptions.for_each(|number| add_areas(&mut areas, &self.excepted_areas[number]));
        areas
    }

    /// What an exception of this rule hid counts after all.
    pub(super) fn lift(&mut self, exception: usize, rule: usize) {
        self.rules[rule].add(&self.excepted[exception]);
        add_areas(&mut self.areas[rule], &self.excepted_areas[exception]);
    }
}

/// How many objects a finding concerns, and their bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Concern {
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

/// Where the emitters of all threads come from.
#[derive(Debug)]
pub(super) struct Emitters<'a> {
    runs: FindingRuns,
    pub(super) excuses: Excuses<'a>,
}

impl<'a> Emitters<'a> {
    pub(super) const fn new(runs: FindingRuns, excuses: Excuses<'a>) -> Self {
        Self { runs, excuses }
    }

    /// One for a thread.
    pub(super) fn emitter(&self) -> Emitter<'_> {
        Emitter {
            excuses: &self.excuses,
            tallies: Tallies::new(&self.excuses),
            writer: self.runs.writer(),
            failure: None,
            buffer: Vec::new(),
        }
    }
}

/// Takes the findings of one thread.
#[derive(Debug)]
pub(super) struct Emitter<'a> {
    excuses: &'a Excuses<'a>,
    tallies: Tallies,
    writer: RunWriter,
    /// The first failure to write, told when the batch is done.
    failure: Option<io::Error>,
    /// Room for the identity of a finding.
    buffer: Vec<u8>,
}

impl<'a> Emitter<'a> {
    /// A sink for one rule at one severity.
    pub(super) fn rule(&mut self, rule: usize, severity: Severity, concern: Concern) -> RuleSink<'_, 'a> {
        RuleSink { emitter: self, rule, severity, concern, reported: 0, excepted: 0, limited: None }
    }

    /// Fails if a finding could not be written.
    pub(super) fn check(&mut self) -> io::Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// The tallies and the sorted runs.
    pub(super) fn finish(mut self) -> io::Result<(Tallies, Vec<Run>)> {
        self.check()?;
        Ok((self.tallies, self.writer.finish()?))
    }
}

/// The rules of one kind that are on, each with its number, its severity and its check: `pick` takes the check out of
/// its kind, `severity` says how much the rule weighs where it is asked.
pub(super) fn asked<F>(
    pick: impl Fn(Check) -> Option<F>,
    severity: impl Fn(usize) -> Severity,
) -> impl Iterator<Item = (usize, Severity, F)> {
    RULES.iter().enumerate().filter_map(move |(rule, registered)| {
        let check = pick(registered.check)?;
        Some((rule, severity(rule), check)).filter(|(_, severity, _)| *severity != Severity::Ignore)
    })
}

/// Takes a check out of its kind, for [`asked`].
macro_rules! kind {
    ($kind:ident) => {
        |check| match check {
            crate::rules::Check::$kind(check) => Some(check),
            _ => None,
        }
    };
}
pub(super) use kind;

/// The sink a check sees.
pub(super) struct RuleSink<'e, 'a> {
    emitter: &'e mut Emitter<'a>,
    rule: usize,
    severity: Severity,
    concern: Concern,
    /// How many findings the check reported.
    pub(super) reported: u32,
    /// Of these, how many an exception hides.
    pub(super) excepted: u32,
    /// The exception with a limit that hides one of them.
    pub(super) limited: Option<usize>,
}

impl FindingSink for RuleSink<'_, '_> {
    fn report(&mut self, mut finding: Finding<'_>) {
        finding.severity = self.severity;
        self.reported += 1;
        let Emitter { excuses, tallies, writer, failure, buffer } = &mut *self.emitter;
        match excuses.of(self.rule, &finding, buffer) {
            None => {
                tallies.rules[self.rule].count(self.severity, self.concern);
                count_area(&mut tallies.areas[self.rule], finding.area.as_deref(), self.severity);
            }
            Some(Excuse::Known) => {
                tallies.known[self.rule].count(self.severity, self.concern);
                count_area(&mut tallies.known_areas[self.rule], finding.area.as_deref(), self.severity);
                finding.excused = Some(Text::Borrowed("baseline"));
            }
            Some(Excuse::Exception { number, limited }) => {
                tallies.excepted[number].count(self.severity, self.concern);
                count_area(&mut tallies.excepted_areas[number], finding.area.as_deref(), self.severity);
                self.excepted += 1;
                self.limited = self.limited.or(limited.then_some(number));
                finding.excused = Some(excepted(number).into());
            }
        }
        if failure.is_none() {
            *failure = writer.push(&finding).err();
        }
    }
}

/// How a finding says that the exception at this position hides it: counted from 1.
pub(super) fn excepted(number: usize) -> String {
    format!("exception {}", number + 1)
}
