//! What changed between two results: findings that are new, that persist, that are fixed, and that nobody judged again.

pub mod render;
mod since;

pub use since::remember;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Finding, Severity};
use crate::results::findings::FindingStream;
use crate::results::findings::encode::encode_identity;
use crate::results::schema::Results;
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

/// The older side of the merge: what is asked of its next finding, and the identity that orders it.
struct Side<'a> {
    findings: FindingStream<'a>,
    /// Whether there is a next finding.
    at_hand: bool,
    identity: Vec<u8>,
    code: String,
    /// The bytes of the object that it is about, as far as they are known.
    bytes: u64,
}

impl<'a> Side<'a> {
    fn new(findings: FindingStream<'a>) -> Result<Self, ResultsError> {
        let mut side = Self { findings, at_hand: false, identity: Vec::new(), code: String::new(), bytes: 0 };
        side.advance()?;
        Ok(side)
    }

    fn advance(&mut self) -> Result<(), ResultsError> {
        self.at_hand = false;
        self.identity.clear();
        if let Some(finding) = self.findings.next_finding()? {
            self.at_hand = true;
            encode_identity(&finding, &mut self.identity);
            finding.code.as_ref().clone_into(&mut self.code);
            self.bytes = finding.size.unwrap_or(0);
        }
        Ok(())
    }
}

/// Holds findings that come one by one, in total order, against those of an older result; memory does not grow with them.
pub struct Comparer<'a> {
    old: Side<'a>,
    rules: BTreeMap<String, RuleChanges>,
    /// By rule: findings of the older result alone.
    gone: BTreeMap<String, Count>,
    new: Examples,
    heaviest_new: Option<Severity>,
    identity: Vec<u8>,
}

impl<'a> Comparer<'a> {
    /// Begins, with the findings of the older result; so many new findings of each rule are kept.
    ///
    /// # Errors
    ///
    /// What the findings cannot be read for.
    pub fn new(old: FindingStream<'a>, examples: usize) -> Result<Self, ResultsError> {
        Ok(Self {
            old: Side::new(old)?,
            rules: BTreeMap::new(),
            gone: BTreeMap::new(),
            new: Examples::new(examples),
            heaviest_new: None,
            identity: Vec::new(),
        })
    }

    /// Takes the next finding of the newer result. What is excused is nothing new; once it was there, it persists.
    ///
    /// # Errors
    ///
    /// What the older findings cannot be read for.
    pub fn push(&mut self, finding: &Finding<'_>) -> Result<(), ResultsError> {
        self.identity.clear();
        encode_identity(finding, &mut self.identity);
        while self.old.at_hand && self.old.identity < self.identity {
            self.pass_old()?;
        }
        let change = if self.old.at_hand && self.old.identity == self.identity {
            self.old.advance()?;
            Change::Persisting
        } else if finding.excused.is_some() {
            return Ok(());
        } else {
            self.new.push(finding);
            self.heaviest_new = self.heaviest_new.max(Some(finding.severity));
            Change::New
        };
        if !self.rules.contains_key(&*finding.code) {
            self.rules.insert(finding.code.clone().into_owned(), RuleChanges::default());
        }
        if let Some(changes) = self.rules.get_mut(&*finding.code) {
            changes.add(change, finding.size.unwrap_or(0));
        }
        Ok(())
    }

    /// The older finding at hand is in the older result alone.
    fn pass_old(&mut self) -> Result<(), ResultsError> {
        if !self.gone.contains_key(&self.old.code) {
            self.gone.insert(self.old.code.clone(), Count::default());
        }
        if let Some(count) = self.gone.get_mut(&self.old.code) {
            count.findings += 1;
            count.bytes += self.old.bytes;
        }
        self.old.advance()
    }

    /// Ends: what is gone is fixed where the newer result judged its rule, on inputs that allow a verdict.
    ///
    /// # Errors
    ///
    /// What the older findings cannot be read for.
    pub fn finish(mut self, new: &Results) -> Result<Comparison, ResultsError> {
        while self.old.at_hand {
            self.pass_old()?;
        }
        for (code, gone) in self.gone {
            let is_settled = new.judgement.settles(&code);
            let changes = self.rules.entry(code).or_default();
            *(if is_settled { &mut changes.fixed } else { &mut changes.deferred }) = gone;
        }
        Ok(Comparison { rules: self.rules, new: self.new, heaviest_new: self.heaviest_new })
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
    mut new_findings: FindingStream<'_>,
    examples: usize,
) -> Result<Comparison, ResultsError> {
    let mut comparer = Comparer::new(old_findings, examples)?;
    while let Some(finding) = new_findings.next_finding()? {
        comparer.push(&finding)?;
    }
    comparer.finish(new)
}
