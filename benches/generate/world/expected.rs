//! The right answers, counted while a world is made.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What a part of a world holds.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) objects: u64,
    pub(super) bytes: u64,
    pub(super) items: u64,
    findings: BTreeMap<&'static str, u64>,
    outcomes: BTreeMap<&'static str, u64>,
    areas: BTreeMap<String, Amount>,
    orphans: Amount,
    legacy: Amount,
}

/// Objects and their bytes.
#[derive(Debug, Default, Clone, Copy)]
struct Amount {
    objects: u64,
    bytes: u64,
}

impl Amount {
    fn add(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes += other.bytes;
    }

    fn json(self) -> Value {
        json!({ "objects": self.objects, "bytes": self.bytes })
    }
}

impl Tally {
    pub(super) fn finding(&mut self, rule: &'static str, findings: u64) {
        *self.findings.entry(rule).or_default() += findings;
    }

    pub(super) fn reference(&mut self, outcome: &'static str) {
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    pub(super) fn lies_in(&mut self, area: &str, bytes: u64) {
        let one = Amount { objects: 1, bytes };
        match self.areas.get_mut(area) {
            Some(amount) => amount.add(one),
            None => self.areas.entry(area.to_owned()).or_default().add(one),
        }
    }

    pub(super) fn orphan(&mut self, bytes: u64) {
        self.finding("R302", 1);
        self.orphans.add(Amount { objects: 1, bytes });
    }

    pub(super) fn legacy(&mut self, bytes: u64) {
        self.legacy.add(Amount { objects: 1, bytes });
    }

    /// The tally of both.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.items += other.items;
        other.findings.into_iter().for_each(|(rule, findings)| self.finding(rule, findings));
        other.outcomes.into_iter().for_each(|(name, count)| *self.outcomes.entry(name).or_default() += count);
        other.areas.into_iter().for_each(|(area, amount)| self.areas.entry(area).or_default().add(amount));
        self.orphans.add(other.orphans);
        self.legacy.add(other.legacy);
        self
    }

    /// `expected.json`.
    pub(super) fn json(&self) -> Value {
        let areas: BTreeMap<_, _> = self.areas.iter().map(|(area, amount)| (area, amount.json())).collect();
        json!({
            "objects": self.objects,
            "bytes": self.bytes,
            "items": self.items,
            "references": self.outcomes.values().sum::<u64>(),
            "outcomes": self.outcomes,
            "findings": self.findings,
            "areas": areas,
            "orphans": self.orphans.json(),
            "legacy": self.legacy.json(),
        })
    }
}
