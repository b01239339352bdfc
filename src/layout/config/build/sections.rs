//! `[inputs]`, `[output]`, `[migration]`, `[naming]`.

use super::Build;
use crate::layout::config::problems::Problems;
use crate::layout::config::tree::{Node, Value};
use crate::layout::spec::{InputsSpec, MigrationSpec, OutputSpec};
use crate::model::time::{DAY, parse_duration, parse_rfc3339};
use crate::model::{Millis, Phase};

impl Build<'_> {
    pub(super) fn inputs(&mut self, section: Option<&Node>) -> InputsSpec {
        let get = |name: &str| section.and_then(|section| section.get(name));
        InputsSpec {
            inventory: texts(get("inventory")),
            exports: texts(get("exports")),
            max_age: self.duration(get("max_age")),
            max_skew: self.duration(get("max_skew")),
            grace: self.duration(get("grace")).unwrap_or(DAY),
            now: self.time(get("now")),
            implausible_references: number(get("implausible_references")).unwrap_or(100),
            implausible_resolved_percent: self.percent(get("implausible_resolved_percent")).unwrap_or(5),
            implausible_objects: number(get("implausible_objects")).unwrap_or(1_000),
            implausible_orphan_percent: self.percent(get("implausible_orphan_percent")).unwrap_or(90),
        }
    }

    pub(super) fn migration(&mut self, section: Option<&Node>) -> MigrationSpec {
        let get = |name: &str| section.and_then(|section| section.get(name));
        let phases = Phase::ALL.map(|phase| (phase.name(), phase));
        MigrationSpec {
            phase: get("phase").map(|phase| self.problems.choice(Some(phase), "phase", &phases)),
            cut_over: self.time(get("cut_over")),
            mapping: texts(get("mapping")),
        }
    }

    fn duration(&mut self, node: Option<&Node>) -> Option<Millis> {
        let node = node?;
        let duration = parse_duration(node.as_text());
        if duration.is_none() {
            let problem = format!("{} is no duration", Problems::quote(node.as_text()));
            self.error(node, problem, "write it like `48h`, `30m` or `1d12h`");
        }
        duration
    }

    fn time(&mut self, node: Option<&Node>) -> Option<Millis> {
        let node = node?;
        let Value::Datetime(time) = node.value else { return None };
        let millis = parse_rfc3339(&time.to_string());
        if millis.is_none() {
            self.error(node, format!("the time `{time}` does not exist"), "write one that does");
        }
        millis
    }

    fn percent(&mut self, node: Option<&Node>) -> Option<u64> {
        let percent = number(node)?;
        if let Some(node) = node.filter(|_| percent > 100) {
            self.error(node, format!("`{percent}` is more than 100 percent"), "write a number from 0 to 100");
        }
        Some(percent)
    }
}

pub(super) fn output(section: Option<&Node>) -> OutputSpec {
    let text = |name: &str| section.and_then(|section| section.optional_text(name));
    OutputSpec { dir: text("dir"), title: text("title"), templates: text("templates") }
}

/// `[naming] singular`.
pub(super) fn singular(section: Option<&Node>) -> Vec<(String, String)> {
    section.and_then(|section| section.get("singular")).map(pairs).unwrap_or_default()
}

/// A table of texts, in file order.
pub(super) fn pairs(table: &Node) -> Vec<(String, String)> {
    table.members().iter().map(|member| (member.name.clone(), member.node.as_text().to_owned())).collect()
}

/// A number from 0.
pub(super) fn number(node: Option<&Node>) -> Option<u64> {
    match node?.value {
        Value::Integer(number) => u64::try_from(number).ok(),
        _ => None,
    }
}

fn texts(list: Option<&Node>) -> Vec<String> {
    list.map_or(&[][..], Node::elements).iter().map(|node| node.as_text().to_owned()).collect()
}
