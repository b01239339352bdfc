//! `[[table]]` and `[[workflow]]`.

use super::Build;
use crate::layout::config::attribute::Use;
use crate::layout::config::problems::Problems;
use crate::layout::config::tree::Node;
use crate::layout::spec::{AttributePath, TableSpec, TimeUnit, WorkflowSpec};

impl Build<'_> {
    pub(super) fn table(&mut self, entry: &Node) -> TableSpec {
        let key = entry.texts("key");
        match entry.get("key") {
            Some(node) if key.len() > 2 => {
                let problem = format!("a key of {} attributes", key.len());
                self.error(node, problem, "give the partition key and, if there is one, the sort key");
            }
            None if !entry.has("key") && (entry.has("reference") || entry.has("claim")) => {
                let problem = "`key` is missing from `[[table]]`, and its items are told by it";
                self.error(entry, problem, "give the partition key and, if there is one, the sort key");
            }
            _ => {}
        }
        TableSpec {
            name: entry.text("name"),
            place: entry.place.clone(),
            key,
            changed_at: entry.get("changed_at").map(|changed| {
                let attributes = self.single_paths(changed.list("attribute"));
                (attributes, self.problems.choice(changed.get("unit"), "unit of time", TimeUnit::WORDS))
            }),
            optional: entry.boolean("optional").unwrap_or(false),
            rules: self.settings(entry),
            references: entry.list("reference").iter().filter_map(|reference| self.reference(reference)).collect(),
            claims: entry.list("claim").iter().filter_map(|claim| self.claim(claim)).collect(),
            ignores: entry.list("ignore").iter().map(|ignore| self.ignore(ignore)).collect(),
        }
    }

    fn ignore(&mut self, entry: &Node) -> (Vec<AttributePath>, String) {
        let attributes = entry.list("attributes").iter().filter_map(|node| self.path(node, Use::Ignored)).collect();
        (attributes, entry.text("reason"))
    }

    pub(super) fn workflow(&mut self, root: &Node, entry: &Node) -> Option<WorkflowSpec> {
        let table = entry.get("table").and_then(|name| self.table_named(name));
        let when = self.condition(entry.get("when"), Some(&[]));
        let references = table.and_then(|index| root.list("table").get(index)).map(|table| table.list("reference"));
        let known: Vec<&str> =
            references.into_iter().flatten().map(|one| one.get("attribute").map_or("", Node::as_text)).collect();
        let mut steps = Vec::new();
        for node in entry.list("steps") {
            if table.is_some() && !known.contains(&node.as_text()) {
                let problem = format!("the step {} is no reference of the table", Problems::quote(node.as_text()));
                let help = "name the attribute of one of its `[[table.reference]]`";
                self.problems.unknown(&node.place, problem, node.as_text(), known.iter().copied(), help);
            } else {
                steps.extend(self.path(node, Use::Values));
            }
        }
        Some(WorkflowSpec {
            name: entry.text("name"),
            place: entry.place.clone(),
            table: table?,
            when,
            steps,
            on: entry.optional_text("on"),
        })
    }
}
