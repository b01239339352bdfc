//! What changed between two results: findings that are new, that persist, that are fixed, and that nobody judged again.

pub mod render;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Finding, Severity};
use crate::results::findings::FindingStream;
use crate::results::findings::encode::encode_identity;
use crate::results::schema::{Results, RuleState};
use crate::results::{Examples, ResultsError};

/// What became of a finding from one result to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is in the newer result alone.
    New,
    /// It is in both.
    Persisting,
    /// It is in the older result alone, and its rule was judged again.
    Fixed,
    /// It is in the older result alone, and its rule was not judged as a whole in the newer one: nobody knows.
    Deferred,
}

impl Change {
    /// Every change, in the order of reports.
    pub const ALL: [Self; 4] = [Self::New, Self::Persisting, Self::Fixed, Self::Deferred];

    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Persisting => "persisting",
            Self::Fixed => "fixed",
            Self::Deferred => "deferred",
        }
    }
}

/// Findings of one change, and the bytes of the objects that they are about, as far as they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Findings.
    pub findings: u64,
    /// Bytes.
    pub bytes: u64,
}

/// The changes of one rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RuleChanges {
    /// In the newer result alone.
    pub new: Count,
    /// In both.
    pub persisting: Count,
    /// In the older result alone, and judged again.
    pub fixed: Count,
    /// In the older result alone, and not judged again.
    pub deferred: Count,
}

impl RuleChanges {
    /// The count of one change.
    pub const fn of(&self, change: Change) -> Count {
        match change {
            Change::New => self.new,
            Change::Persisting => self.persisting,
            Change::Fixed => self.fixed,
            Change::Deferred => self.deferred,
        }
    }

    fn add(&mut self, change: Change, bytes: u64) {
        let count = match change {
            Change::New => &mut self.new,
            Change::Persisting => &mut self.persisting,
            Change::Fixed => &mut self.fixed,
            Change::Deferred => &mut self.deferred,
        };
        count.findings += 1;
        count.bytes += bytes;
    }
}

/// What changed.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// By the rule's code.
    pub rules: BTreeMap<String, RuleChanges>,
    /// The first new findings of each rule.
    pub new: Examples,
    /// The heaviest severity among the new findings.
    pub heaviest_new: Option<Severity>,
}

impl Comparison {
    /// The changes of all rules together.
    pub fn total(&self) -> RuleChanges {
        let mut total = RuleChanges::default();
        for changes in self.rules.values() {
            for (sum, more) in [
                (&mut total.new, changes.new),
                (&mut total.persisting, changes.persisting),
                (&mut total.fixed, changes.fixed),
                (&mut total.deferred, changes.deferred),
            ] {
                sum.findings += more.findings;
                sum.bytes += more.bytes;
            }
        }
        total
    }
}

/// One side of the merge: its next finding, with the identity that orders it.
struct Side<'a> {
    findings: FindingStream<'a>,
    next: Option<Finding<'static>>,
    identity: Vec<u8>,
}

impl<'a> Side<'a> {
    fn new(findings: FindingStream<'a>) -> Result<Self, ResultsError> {
        let mut side = Self { findings, next: None, identity: Vec::new() };
        side.advance()?;
        Ok(side)
    }

    fn advance(&mut self) -> Result<Option<Finding<'static>>, ResultsError> {
        let next = self.findings.next().transpose()?;
        self.identity.clear();
        if let Some(finding) = &next {
            encode_identity(finding, &mut self.identity);
        }
        Ok(std::mem::replace(&mut self.next, next))
    }
}

/// Merges the findings of two results, both in total order; memory does not grow with them.
///
/// # Errors
///
/// What the findings cannot be read for.
pub fn compare(
    new: &Results,
    old_findings: FindingStream<'_>,
    new_findings: FindingStream<'_>,
    examples: usize,
) -> Result<Comparison, ResultsError> {
    let judged = |code: &str| {
        new.judgement.rules.iter().find(|rule| rule.code == code).is_some_and(|rule| rule.state == RuleState::Judged)
    };
    let mut comparison = Comparison { rules: BTreeMap::new(), new: Examples::new(examples), heaviest_new: None };
    let (mut old, mut new) = (Side::new(old_findings)?, Side::new(new_findings)?);
    loop {
        let order = match (&old.next, &new.next) {
            (None, None) => return Ok(comparison),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), Some(_)) => old.identity.cmp(&new.identity),
        };
        let (change, finding) = match order {
            Ordering::Less => {
                let Some(finding) = old.advance()? else { continue };
                (if judged(&finding.code) { Change::Fixed } else { Change::Deferred }, finding)
            }
            Ordering::Equal => {
                old.advance()?;
                let Some(finding) = new.advance()? else { continue };
                (Change::Persisting, finding)
            }
            Ordering::Greater => {
                // What is excused is nothing new; once it was there, it persists.
                let Some(finding) = new.advance()?.filter(|finding| finding.excused.is_none()) else { continue };
                comparison.new.push(&finding);
                comparison.heaviest_new = comparison.heaviest_new.max(Some(finding.severity));
                (Change::New, finding)
            }
        };
        let rule = comparison.rules.entry(finding.code.into_owned()).or_default();
        rule.add(change, finding.size.unwrap_or(0));
    }
}
