//! The merged tree understood: values read, names checked against one another.

mod areas;
mod buckets;
mod exceptions;
mod placeholders;
mod references;
mod sections;
mod tables;
mod words;

use std::path::PathBuf;

pub(super) use words::words;

use super::KnownRules;
use super::attribute::{self, Use};
use super::problems::Problems;
use super::tree::{Member, Node};
use crate::layout::spec::AttributePath;
use crate::layout::{ConfigError, LayoutSpec};
use crate::model::Place;

/// What stands at the head of a report if nobody says.
const TITLE: &str = "stocktake audit";

/// Makes a [`LayoutSpec`] of a merged tree. What is reported leaves a gap or a default in the result, which is thrown
/// away in the end: so every error of a configuration is found in one run.
pub(super) struct Build<'a> {
    rules: &'a KnownRules,
    problems: &'a mut Problems,
    /// The names that entries may speak of; `usize` in the spec are positions in these.
    buckets: Vec<&'a str>,
    placeholders: Vec<&'a str>,
    areas: Vec<&'a str>,
    tables: Vec<&'a str>,
    /// By table: whether it has a sort key.
    sorted: Vec<bool>,
    requirements: Vec<&'a str>,
}

impl<'a> Build<'a> {
    /// Gathers the names first, since entries may speak of later ones.
    pub(super) fn new(root: &'a Node, rules: &'a KnownRules, problems: &'a mut Problems) -> Self {
        let of = |list: &str, name: &str| {
            root.list(list).iter().map(|entry| entry.get(name).map_or("", Node::as_text)).collect()
        };
        Self {
            rules,
            problems,
            buckets: of("bucket", "name"),
            placeholders: placeholders(root).iter().map(|member| member.name.as_str()).collect(),
            areas: of("area", "name"),
            tables: of("table", "name"),
            sorted: root.list("table").iter().map(|table| table.texts("key").len() > 1).collect(),
            requirements: of("requirement", "id"),
        }
    }

    /// The whole configuration; its directory, preset and digest are the caller's to fill.
    pub(super) fn spec(mut self, root: &Node) -> LayoutSpec {
        LayoutSpec {
            title: root.optional_text("title").unwrap_or_else(|| TITLE.to_owned()),
            table_prefix: root.text("table_prefix"),
            buckets: root.list("bucket").iter().map(|bucket| self.bucket(bucket)).collect(),
            placeholders: placeholders(root).iter().map(|member| self.placeholder(member)).collect(),
            areas: root.list("area").iter().map(|area| self.area(area)).collect(),
            tables: root.list("table").iter().map(|table| self.table(table)).collect(),
            workflows: root.list("workflow").iter().filter_map(|workflow| self.workflow(root, workflow)).collect(),
            unchecked: root.list("unchecked").iter().map(|unchecked| self.unchecked(unchecked)).collect(),
            requirements: root.list("requirement").iter().map(|entry| self.requirement(entry)).collect(),
            rules: self.settings(root),
            allows: root.list("allow").iter().map(|allow| self.allow(allow)).collect(),
            migration: self.migration(root.get("migration")),
            singular: sections::singular(root.get("naming")),
            inputs: self.inputs(root.get("inputs")),
            output: sections::output(root.get("output")),
            preset: None,
            directory: PathBuf::new(),
            digest: String::new(),
        }
    }

    fn error(&mut self, node: &Node, problem: impl Into<String>, help: impl Into<String>) {
        self.problems.add(ConfigError::at(&node.place, problem).help(help));
    }

    fn area_named(&mut self, node: &Node) -> Option<usize> {
        position(self.problems, node, "area", &self.areas)
    }

    fn table_named(&mut self, node: &Node) -> Option<usize> {
        position(self.problems, node, "table", &self.tables)
    }

    /// Names of areas, each declared.
    fn area_names(&mut self, nodes: &[Node]) -> Vec<String> {
        nodes.iter().filter_map(|node| self.area_named(node).map(|_| node.as_text().to_owned())).collect()
    }

    /// The name of a placeholder that a template may hold.
    fn placeholder_named(&mut self, name: &str, place: &Place) {
        if self.placeholders.contains(&name) || PREDECLARED.contains(&name) {
            return;
        }
        let problem = format!("unknown placeholder {}", Problems::quote(name));
        let help = format!("declare it as `[placeholder.{name}]`");
        self.problems.unknown(place, problem, name, self.placeholders.iter().copied(), help);
    }

    fn path(&mut self, node: &Node, purpose: Use) -> Option<AttributePath> {
        match attribute::parse(node.as_text(), purpose) {
            Ok(path) => Some(path),
            Err(fault) => {
                let error = ConfigError::at(&node.place_in(fault.offset), fault.problem).help(fault.help);
                self.problems.add(error);
                None
            }
        }
    }

    /// A path to one value of an item: it walks over no list.
    fn single_path(&mut self, node: &Node) -> Option<AttributePath> {
        let path = self.path(node, Use::Values)?;
        if attribute::walked(&path).is_empty() {
            return Some(path);
        }
        self.error(
            node,
            "one value of the item is asked for here, and this path walks over many",
            "name one attribute",
        );
        None
    }

    fn single_paths(&mut self, nodes: &[Node]) -> Vec<AttributePath> {
        nodes.iter().filter_map(|node| self.single_path(node)).collect()
    }
}

/// The position of a name among those of its kind.
fn position(problems: &mut Problems, node: &Node, what: &str, names: &[&str]) -> Option<usize> {
    let name = node.as_text();
    let found = names.iter().position(|known| *known == name);
    if found.is_none() {
        let help = if node.layer == 0 {
            format!("declare it as `[[{what}]]`, or name one that is declared")
        } else {
            "it is an inherited entry that names this: repeat it with another value, or remove it".to_owned()
        };
        let problem = format!("unknown {what} {}", Problems::quote(name));
        problems.unknown(&node.place, problem, name, names.iter().copied(), help);
    }
    found
}

fn placeholders(root: &Node) -> &[Member] {
    root.get("placeholder").map_or(&[], Node::members)
}

/// Placeholders that every template may use without their being declared.
const PREDECLARED: &[&str] = &["file", "bucket"];
