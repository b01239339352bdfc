//! Where findings go while an audit runs: weighed, counted per rule, written to sorted runs.

use std::io;

use crate::model::{Finding, Severity};
use crate::results::findings::{Run, RunWriter};
use crate::rules::context::FindingSink;
use crate::rules::{Check, RULES};

/// What one rule found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RuleTally {
    /// Findings by severity, at `severity as usize`.
    pub(super) by_severity: [u64; 6],
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
        self.by_severity.iter_mut().zip(other.by_severity).for_each(|(ours, more)| *ours += more);
        self.objects += other.objects;
        self.bytes += other.bytes;
    }
}

/// How many objects a finding concerns, and their bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Concern {
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

/// Takes the findings of one thread.
#[derive(Debug)]
pub(super) struct Emitter {
    pub(super) tallies: Vec<RuleTally>,
    writer: RunWriter,
    /// The first failure to write, told when the batch is done.
    failure: Option<io::Error>,
}

impl Emitter {
    pub(super) fn new(writer: RunWriter) -> Self {
        Self { tallies: vec![RuleTally::default(); RULES.len()], writer, failure: None }
    }

    /// A sink for one rule at one severity.
    pub(super) fn rule(&mut self, rule: usize, severity: Severity, concern: Concern) -> RuleSink<'_> {
        RuleSink { emitter: self, rule, severity, concern, reported: 0 }
    }

    /// Fails if a finding could not be written.
    pub(super) fn check(&mut self) -> io::Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// The tallies and the sorted runs.
    pub(super) fn finish(mut self) -> io::Result<(Vec<RuleTally>, Vec<Run>)> {
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
pub(super) struct RuleSink<'e> {
    emitter: &'e mut Emitter,
    rule: usize,
    severity: Severity,
    concern: Concern,
    /// How many findings the check reported.
    pub(super) reported: u32,
}

impl FindingSink for RuleSink<'_> {
    fn report(&mut self, mut finding: Finding<'_>) {
        finding.severity = self.severity;
        let tally = &mut self.emitter.tallies[self.rule];
        tally.by_severity[self.severity as usize] += 1;
        tally.objects += self.concern.objects;
        tally.bytes += self.concern.bytes;
        self.reported += 1;
        if self.emitter.failure.is_none() {
            self.emitter.failure = self.emitter.writer.push(&finding).err();
        }
    }
}
