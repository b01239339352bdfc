//! The shape of a configuration: names that exist, values of the right type, and nothing missing.

use super::kind::{Kind, fits, found};
use super::problems::{Problems, list};
use super::schema::{SEVERITY, Schema};
use super::tree::{Member, Node, Value};
use crate::layout::ConfigError;

/// Checks one file against the language: an unknown name is reported and dropped, a value of the wrong type is
/// reported and becomes [`Value::Broken`].
pub(super) fn check(schema: &'static Schema, node: &mut Node, problems: &mut Problems) {
    let Value::Table(members) = &mut node.value else { return };
    members.retain_mut(|member| {
        let Some(key) = schema.key(&member.name) else {
            let names = schema.keys.iter().map(|key| key.name);
            let problem = format!("unknown key {} in {}", Problems::quote(&member.name), schema.what);
            let help = format!("its keys are {}", list(names.clone()));
            problems.unknown(&member.place, problem, &member.name, names, help);
            return false;
        };
        value(&key.kind, member, problems);
        true
    });
}

fn value(kind: &'static Kind, member: &mut Member, problems: &mut Problems) {
    node(kind, &member.name, &mut member.node, problems);
}

fn node(kind: &'static Kind, name: &str, node: &mut Node, problems: &mut Problems) {
    if matches!(node.value, Value::Broken) {
        return;
    }
    if !fits(kind, &node.value) {
        let problem = format!("{} is {}, expected {}", Problems::quote(name), found(&node.value), kind.expected());
        let is_empty = match &node.value {
            Value::Text(text) => text.is_empty(),
            Value::List(elements) => elements.is_empty(),
            _ => false,
        };
        let help = if is_empty { "fill it, or leave the key out".to_owned() } else { kind.advice() };
        problems.add(ConfigError::at(&node.place, problem).help(help));
        node.value = Value::Broken;
        return;
    }
    match (kind, &mut node.value) {
        (Kind::Either(one, other), found) => {
            self::node(if fits(one, found) { one } else { other }, name, node, problems)
        }
        (Kind::Table(schema) | Kind::Section(schema), _) => check(schema, node, problems),
        (Kind::Entries(schema), Value::List(entries)) => {
            entries.iter_mut().for_each(|entry| check(schema, entry, problems));
        }
        (Kind::List(element) | Kind::Many(element), Value::List(elements)) => {
            elements.iter_mut().for_each(|each| self::node(element, name, each, problems));
            if elements.iter().any(|each| matches!(each.value, Value::Broken)) {
                node.value = Value::Broken;
            }
        }
        (Kind::Named(element) | Kind::Map(element), Value::Table(members)) => {
            members.iter_mut().for_each(|member| value(element, member, problems));
        }
        (Kind::Rules, Value::Table(members)) => {
            members.iter_mut().for_each(|member| value(&SEVERITY, member, problems));
        }
        _ => {}
    }
}

/// Reports what is missing from the merged tree.
pub(super) fn complete(schema: &'static Schema, node: &Node, problems: &mut Problems) {
    for key in schema.keys {
        if key.required && !node.has(key.name) {
            let problem = format!("`{}` is missing from {}", key.name, schema.what);
            problems.add(ConfigError::at(&node.place, problem).help(format!("add `{} = …`", key.name)));
        }
        if let Some(value) = node.get(key.name) {
            within(&key.kind, value, problems);
        }
    }
    let given = |names: &[&str]| -> Vec<&Member> {
        node.members().iter().filter(|member| names.contains(&member.name.as_str())).collect()
    };
    if !schema.exactly_one.is_empty() {
        let names = list(schema.exactly_one.iter().copied());
        let problem = |many| format!("{} needs exactly one of {names}, and has {many}", schema.what);
        match given(schema.exactly_one).as_slice() {
            [_] => {}
            [] => problems.add(ConfigError::at(&node.place, problem("none")).help("add one of them")),
            [_, second, ..] => {
                problems.add(ConfigError::at(&second.place, problem("several")).help("keep one of them"))
            }
        }
    }
    if !schema.at_least_one.is_empty() && given(schema.at_least_one).is_empty() {
        let problem = format!("{} needs at least one of {}", schema.what, list(schema.at_least_one.iter().copied()));
        problems.add(ConfigError::at(&node.place, problem).help("add one of them"));
    }
}

fn within(kind: &'static Kind, node: &Node, problems: &mut Problems) {
    match kind {
        Kind::Either(one, other) => within(if fits(one, &node.value) { one } else { other }, node, problems),
        Kind::Table(schema) | Kind::Section(schema) => complete(schema, node, problems),
        Kind::Entries(schema) => node.elements().iter().for_each(|entry| complete(schema, entry, problems)),
        Kind::Named(element) | Kind::Map(element) => {
            node.members().iter().for_each(|member| within(element, &member.node, problems));
        }
        Kind::Rules => node.members().iter().for_each(|member| within(&SEVERITY, &member.node, problems)),
        _ => {}
    }
}
