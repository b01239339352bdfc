//! What an audit remembers of the one before it: earlier runs, and what changed since the last.

use crate::compare::render::made;
use crate::compare::{Comparison, Count, RuleChanges};
use crate::results::Results;
use crate::results::schema::{ChangeCount, ChangeResult, HistoryEntry, SinceResult};

/// How many earlier runs are remembered.
const MOST_RUNS: usize = 90;

/// Writes into a result what changed since the one before it.
pub fn remember(new: &mut Results, old: &Results, changes: &Comparison) {
    let judgement = &old.judgement;
    let entry = HistoryEntry {
        at: made(old),
        verdict: judgement.verdict,
        objects: judgement.totals.objects,
        findings: judgement.totals.findings,
    };
    let mut history = old.history.clone();
    history.push(entry);
    let surplus = history.len().saturating_sub(MOST_RUNS);
    new.history = history.split_off(surplus);
    let name = |code: &str| {
        let rules = new.judgement.rules.iter().chain(&judgement.rules);
        rules.into_iter().find(|rule| rule.code == code).map_or_else(String::new, |rule| rule.name.clone())
    };
    let rules = changes.rules.iter().map(|(code, rule)| result(code, name(code), rule)).collect();
    new.since = Some(SinceResult {
        at: made(old),
        verdict: judgement.verdict,
        evidence_digest: old.evidence_digest.clone(),
        total: result("all", String::new(), &changes.total()),
        rules,
    });
}

fn result(code: &str, name: String, changes: &RuleChanges) -> ChangeResult {
    let count = |count: Count| ChangeCount { findings: count.findings, bytes: count.bytes };
    ChangeResult {
        code: code.to_owned(),
        name,
        new: count(changes.new),
        persisting: count(changes.persisting),
        fixed: count(changes.fixed),
        deferred: count(changes.deferred),
    }
}
