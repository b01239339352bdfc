//! The words that a key takes, where it takes no others: the same lists that values are read by.

use super::exceptions;
use crate::layout::form::NAMED_FORMS;
use crate::layout::spec::{Anchor, OrphanScope, ReferenceKind, Shared, Standing, TimeUnit, Unnamed};
use crate::model::Phase;

fn names<T>(choices: &'static [(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(name, _)| *name).collect()
}

/// The words of a key of a table, as `what` of its schema names that; none for a key that takes any text.
pub(in crate::layout::config) fn words(what: &str, key: &str) -> Vec<&'static str> {
    match (what, key) {
        ("`[[area]]`" | "`[[area.legacy]]`", "anchor") => names(Anchor::WORDS),
        ("`[[area]]`", "standing") => names(Standing::WORDS),
        ("`[[area]]`", "orphan_scope") => names(OrphanScope::WORDS),
        ("`[[area.legacy]]`", "shared") => names(Shared::WORDS),
        ("`[[area.legacy]]`", "unnamed") => names(Unnamed::WORDS),
        ("`[[table.reference]]`", "kind") => names(ReferenceKind::WORDS),
        ("`changed_at`", "unit") => names(TimeUnit::WORDS),
        ("`[migration]`", "phase") => Phase::ALL.into_iter().map(Phase::name).collect(),
        ("`[placeholder]`", "form") => NAMED_FORMS.iter().map(|form| form.name).collect(),
        ("the severity", "") => names(exceptions::SEVERITIES),
        _ => Vec::new(),
    }
}
