//! `[[area]]` and `[[area.legacy]]`.

use super::Build;
use super::buckets::OUTPUT;
use crate::layout::config::tree::Node;
use crate::layout::spec::{Anchor, AreaSpec, Fate, LegacySpec, OrphanScope, Shared, Standing, Unnamed};

/// Lists of companions of an area: a folder keeps a bit for each.
const MOST_COMPANIONS: usize = 64;

impl Build<'_> {
    pub(super) fn area(&mut self, entry: &Node) -> AreaSpec {
        if let Some(beyond) = entry.list("companions").get(MOST_COMPANIONS) {
            let help = "an area may ask for 64 companions: list alternatives together, or split the area";
            self.error(beyond, "too many companions", help);
        }
        AreaSpec {
            name: entry.text("name"),
            place: entry.place.clone(),
            path: entry.get("path").unwrap_or(entry).at(),
            about: entry.text("about"),
            written_by: entry.text("written_by"),
            examples: entry.texts_at("examples"),
            role: entry.optional_text("role").unwrap_or_else(|| OUTPUT.to_owned()),
            anchor: self.problems.choice(entry.get("anchor"), "anchor", Anchor::WORDS),
            standing: self.problems.choice(entry.get("standing"), "standing", Standing::WORDS),
            fallback: entry.boolean("fallback").unwrap_or(false),
            companions: entry
                .list("companions")
                .iter()
                .map(|any| any.elements().iter().map(Node::at).collect())
                .collect(),
            expected_unreferenced: entry.texts_at("expected_unreferenced"),
            orphan_scope: self.problems.choice(entry.get("orphan_scope"), "orphan scope", OrphanScope::WORDS),
            rules: self.settings(entry),
            legacy: entry.list("legacy").iter().map(|legacy| self.legacy(legacy)).collect(),
        }
    }

    fn legacy(&mut self, entry: &Node) -> LegacySpec {
        for name in entry.list("record") {
            self.placeholder_named(name.as_text(), &name.place);
        }
        let fate = match (entry.get("to"), entry.get("keep")) {
            (Some(to), _) => Fate::To(to.at()),
            (None, Some(keep)) => Fate::Keep(keep.as_text().to_owned()),
            (None, None) => Fate::Retire(entry.text("retire")),
        };
        LegacySpec {
            name: entry.text("name"),
            place: entry.place.clone(),
            from: entry.texts_at("from"),
            fate,
            record: entry.texts("record"),
            shared: self.problems.choice(entry.get("shared"), "way with shared objects", Shared::WORDS),
            unnamed: self.problems.choice(entry.get("unnamed"), "way with unnamed objects", Unnamed::WORDS),
            keep_source: entry.optional_text("keep_source"),
            anchor: self.problems.choice(entry.get("anchor"), "anchor", Anchor::WORDS),
            examples: entry.texts_at("examples"),
        }
    }
}
