//! `[[bucket]]`.

use super::Build;
use crate::layout::config::problems::Problems;
use crate::layout::config::tree::{Member, Node, Value};
use crate::layout::spec::{AttributePath, BucketSpec};
use crate::model::uri::is_bucket_name;

/// The role of buckets and areas where nobody says.
pub(super) const OUTPUT: &str = "output";

impl Build<'_> {
    pub(super) fn bucket(&mut self, entry: &Node) -> BucketSpec {
        if let Some(name) = entry.get("name") {
            self.bucket_name(name, name.as_text());
        }
        if let Some(prefix) = entry.get("prefix") {
            self.folder(prefix, prefix.as_text());
        }
        let records = entry.get("records").map_or(&[][..], Node::members);
        BucketSpec {
            name: entry.text("name"),
            place: entry.place.clone(),
            prefix: entry.text("prefix"),
            aliases: entry.list("aliases").iter().map(|alias| self.alias(alias)).collect(),
            role: entry.optional_text("role").unwrap_or_else(|| OUTPUT.to_owned()),
            inventory: entry.boolean("inventory").unwrap_or(true),
            inventory_prefixes: entry.texts("inventory_prefixes"),
            records: records.iter().filter_map(|member| self.record(member)).collect(),
        }
    }

    /// `bucket` or `bucket/prefix/`.
    fn alias(&mut self, node: &Node) -> (String, String) {
        let (name, prefix) = node.as_text().split_once('/').unwrap_or((node.as_text(), ""));
        self.bucket_name(node, name);
        self.folder(node, prefix);
        (name.to_owned(), prefix.to_owned())
    }

    fn bucket_name(&mut self, node: &Node, name: &str) {
        if !is_bucket_name(name) {
            let problem = format!("{} cannot be a bucket's name", Problems::quote(name));
            self.error(node, problem, "write the name alone, without `s3://`");
        }
    }

    fn folder(&mut self, node: &Node, prefix: &str) {
        if !prefix.is_empty() && !prefix.ends_with('/') {
            let problem = format!("the prefix {} does not end in `/`", Problems::quote(prefix));
            self.error(node, problem, "end it in `/`: a prefix without would take in its neighbours");
        }
    }

    fn record(&mut self, member: &Member) -> Option<(AttributePath, Vec<String>)> {
        let name = Node { place: member.place.clone(), ..member.node.replaced(Value::Text(member.name.clone())) };
        let values = member.node.elements().iter().map(|value| value.as_text().to_owned()).collect();
        Some((self.single_path(&name)?, values))
    }
}
