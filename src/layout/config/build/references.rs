//! `[[table.reference]]` and `[[table.claim]]`: where records name objects.

use super::{Build, position};
use crate::layout::config::attribute::{self, Use, walked, walks_along};
use crate::layout::config::problems::{Problems, list};
use crate::layout::config::tree::{Member, Node, Value};
use crate::layout::spec::{
    AttributePath, BucketSource, ClaimSpec, Condition, ReferenceKind, ReferenceSpec, Source, Step, Test,
};

impl Build<'_> {
    pub(super) fn reference(&mut self, entry: &Node) -> Option<ReferenceSpec> {
        let attribute = entry.get("attribute").and_then(|node| self.path(node, Use::Values));
        let base = attribute.as_ref().map(|path| walked(path).to_vec());
        let base = base.as_deref();
        let kind = self.problems.choice(entry.get("kind"), "kind of reference", ReferenceKind::WORDS);
        let spec = ReferenceSpec {
            place: entry.place.clone(),
            kind,
            bucket: self.bucket_source(entry, kind, base),
            areas: entry.list("area").iter().filter_map(|name| self.area_named(name)).collect(),
            when: self.condition(entry.get("when"), base),
            required_when: self.condition(entry.get("required_when"), base),
            bind: self.sources(entry.get("bind"), base),
            fill: self.sources(entry.get("fill"), base),
            exclusive: entry.boolean("exclusive").unwrap_or(false),
            claims: entry.boolean("claims").unwrap_or(true),
            rules: self.settings(entry),
            attribute: attribute?,
        };
        Some(spec)
    }

    /// Where the bucket of a key without one comes from; `base` is what the reference walks over.
    fn bucket_source(&mut self, entry: &Node, kind: ReferenceKind, base: Option<&[Step]>) -> Option<BucketSource> {
        let needed = matches!(kind, ReferenceKind::Key | ReferenceKind::KeyPrefix);
        let Some(node) = entry.get("bucket") else {
            if needed && !entry.has("bucket") {
                let problem = "a key without its bucket needs `bucket`";
                self.error(
                    entry,
                    problem,
                    "say where the bucket comes from: `{ name }`, `{ attribute }` or `{ table, by, attribute }`",
                );
            }
            return None;
        };
        if !needed && entry.get("kind").is_some() {
            let problem = "`bucket` is for the kinds `key` and `key-prefix`: the others name their bucket themselves";
            self.error(node, problem, "drop `bucket`, or change `kind`");
            return None;
        }
        let given: Vec<&str> = ["name", "table", "by", "attribute"].into_iter().filter(|key| node.has(key)).collect();
        match given.as_slice() {
            ["name"] => {
                let name = node.get("name")?;
                position(self.problems, name, "bucket", &self.buckets)?;
                Some(BucketSource::Named(name.as_text().to_owned()))
            }
            ["attribute"] => {
                let attributes = node.list("attribute").iter().filter_map(|node| self.path_along(node, base));
                Some(BucketSource::Attributes(attributes.collect()))
            }
            ["table", "by", "attribute"] => {
                let table = node.get("table").and_then(|name| self.joined_table(name));
                let by = node.get("by").and_then(|by| self.path_along(by, base));
                let attributes = self.single_paths(node.list("attribute"));
                Some(BucketSource::Table { table: table?, by: by?, attributes })
            }
            [] => None,
            other => {
                let problem = format!("{} do not go together in `bucket`", list(other.iter().copied()));
                self.error(node, problem, "give `name`, or `attribute`, or `table`, `by` and `attribute`");
                None
            }
        }
    }

    /// A table in which a partition key names one item.
    fn joined_table(&mut self, name: &Node) -> Option<usize> {
        let table = self.table_named(name)?;
        if self.sorted[table] {
            let problem = format!(
                "{} has a sort key: which of its items with one partition key says the bucket is open",
                Problems::quote(name.as_text())
            );
            let help = "name a table whose `key` is the partition key alone, or an `attribute` of the item itself";
            self.error(name, problem, help);
        }
        Some(table)
    }

    pub(super) fn claim(&mut self, entry: &Node) -> Option<ClaimSpec> {
        let area = entry.get("area").and_then(|name| self.area_named(name));
        // A claim has no attribute of its own: what its deepest value walks over, the others walk along.
        let bound = entry.get("bind").map_or(&[][..], Node::members).iter().map(|member| source(&member.node));
        let parsed = bound.filter_map(|(attribute, _)| attribute::parse(attribute?.as_text(), Use::Values).ok());
        let base = parsed.map(|path| walked(&path).to_vec()).max_by_key(Vec::len).unwrap_or_default();
        let spec = ClaimSpec {
            place: entry.place.clone(),
            bind: self.sources(entry.get("bind"), Some(&base)),
            when: self.condition(entry.get("when"), Some(&base)),
            unfinished_when: self.condition(entry.get("unfinished_when"), Some(&base)),
            area: area?,
        };
        Some(spec)
    }

    /// Placeholders and where their values come from.
    fn sources(&mut self, table: Option<&Node>, base: Option<&[Step]>) -> Vec<(String, Source)> {
        let mut sources = Vec::new();
        for Member { name, place, node } in table.map_or(&[][..], Node::members) {
            self.placeholder_named(name, place);
            let (Some(attribute), on) = source(node) else { continue };
            let parsed = match on {
                None => self.path_along(attribute, base),
                Some(on) => self.path(attribute, Use::Values).inspect(|path| {
                    if walked(path).is_empty() || base.is_some_and(|base| walks_along(path, base)) {
                        let problem = "`on` joins elements of two lists, and there is no second one";
                        self.error(on, problem, "drop `on`");
                    }
                }),
            };
            let on = on.map(|on| on.as_text().to_owned());
            sources.extend(parsed.map(|attribute| (name.clone(), Source { attribute, on })));
        }
        sources
    }

    /// `attribute` with exactly one of `equals`, `not`, `present`.
    pub(super) fn condition(&mut self, node: Option<&Node>, base: Option<&[Step]>) -> Option<Condition> {
        let node = node?;
        let attribute = node.get("attribute").and_then(|attribute| self.path_along(attribute, base));
        let test = match (node.get("equals"), node.get("not")) {
            (Some(_), _) => Test::Equals(node.texts("equals")),
            (None, Some(_)) => Test::Not(node.texts("not")),
            (None, None) => Test::Present(node.boolean("present").unwrap_or(true)),
        };
        Some(Condition { attribute: attribute?, test })
    }

    /// A path whose values belong to those of the entry's own attribute, which walks over `base`.
    fn path_along(&mut self, node: &Node, base: Option<&[Step]>) -> Option<AttributePath> {
        let path = self.path(node, Use::Values)?;
        if base.is_some_and(|base| !walks_along(&path, base)) {
            let problem = format!("{} walks over a list that the entry does not", Problems::quote(node.as_text()));
            let help =
                "name an attribute of the item or of the same element; in `bind` and `fill` join the lists with `on`";
            self.error(node, problem, help);
            return None;
        }
        Some(path)
    }
}

/// The attribute and the `on` of a value, which is a text or a table.
fn source(node: &Node) -> (Option<&Node>, Option<&Node>) {
    match node.value {
        Value::Table(_) => (node.get("attribute"), node.get("on")),
        Value::Text(_) => (Some(node), None),
        _ => (None, None),
    }
}
