//! The words that a key takes, where it takes no others: the same lists that values are read by.

use super::{areas, exceptions, references, tables};
use crate::layout::form::NAMED_FORMS;
use crate::model::Phase;

fn names<T>(choices: &'static [(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(name, _)| *name).collect()
}

/// The words of a key of a table, as `what` of its schema names that; none for a key that takes any text.
pub(in crate::layout::config) fn words(what: &str, key: &str) -> Vec<&'static str> {
    match (what, key) {
        ("`[[area]]`" | "`[[area.legacy]]`", "anchor") => names(areas::ANCHORS),
        ("`[[area]]`", "standing") => names(areas::STANDINGS),
        ("`[[area]]`", "orphan_scope") => names(areas::SCOPES),
        ("`[[area.legacy]]`", "shared") => names(areas::SHARED),
        ("`[[area.legacy]]`", "unnamed") => names(areas::UNNAMED),
        ("`[[table.reference]]`", "kind") => names(references::KINDS),
        ("`changed_at`", "unit") => names(tables::UNITS),
        ("`[migration]`", "phase") => Phase::ALL.into_iter().map(Phase::name).collect(),
        ("`[placeholder]`", "form") => NAMED_FORMS.iter().map(|form| form.name).collect(),
        ("the severity", "") => names(exceptions::SEVERITIES),
        _ => Vec::new(),
    }
}
