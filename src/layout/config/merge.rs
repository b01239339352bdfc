//! What becomes of a file that extends another: entries of the same identity merge key by key, later values replace,
//! new entries stand before the inherited ones, `remove = true` takes one away.
//!
//! In `rules` a file's setting also takes away what it overrules further down: a family's severity set by a user
//! silences a preset's severity for one rule of that family. What is left can be read without knowing the files.

use std::collections::HashMap;
use std::mem;

use super::KnownRules;
use super::effective::inline;
use super::kind::Kind;
use super::problems::{Problems, list};
use super::schema::Schema;
use super::tree::{Member, Node, Value};
use crate::layout::ConfigError;
use crate::model::Place;

/// Lays files upon one another, from the one that is extended in the end to the user's.
pub(super) struct Merge<'a> {
    /// The rules that `rules` can speak of.
    pub(super) rules: &'a KnownRules,
    /// Where a merge that cannot be is told.
    pub(super) problems: &'a mut Problems,
}

impl Merge<'_> {
    /// Lays `over` upon `base`, a table of the same schema.
    pub(super) fn table(&mut self, schema: &'static Schema, base: &mut Node, over: Node) {
        let replaces = schema.exactly_one.iter().any(|name| over.has(name));
        let (Value::Table(base), Value::Table(over)) = (&mut base.value, over.value) else { return };
        if replaces {
            base.retain(|member| !schema.exactly_one.contains(&member.name.as_str()));
        }
        for mut member in over {
            let Some(key) = schema.key(&member.name).filter(|key| !matches!(key.name, "extends" | "remove")) else {
                continue;
            };
            let slot = match base.iter().position(|kept| kept.name == member.name) {
                // What makes them the same entry is told where it was declared.
                Some(_) if schema.identity.contains(&key.name) => continue,
                Some(slot) => &mut base[slot],
                None => {
                    let slot = base.len();
                    let node = member.node.replaced(nothing(&key.kind));
                    base.push(Member { name: member.name.clone(), place: member.place.clone(), node });
                    &mut base[slot]
                }
            };
            match (&key.kind, &mut slot.node.value, &mut member.node.value) {
                (Kind::Section(schema), ..) => self.table(schema, &mut slot.node, member.node),
                (Kind::Entries(schema), Value::List(base), Value::List(over)) => {
                    *base = self.entries(schema, mem::take(base), mem::take(over));
                }
                (Kind::Named(_), Value::Table(base), Value::Table(over)) => self.named(base, mem::take(over)),
                (Kind::Rules, Value::Table(base), Value::Table(over)) => self.settings(base, mem::take(over)),
                _ => *slot = member,
            }
        }
    }

    fn entries(&mut self, schema: &'static Schema, base: Vec<Node>, over: Vec<Node>) -> Vec<Node> {
        let inherited: HashMap<_, _> =
            base.iter().enumerate().filter_map(|(index, entry)| Some((identity(schema, entry)?, index))).collect();
        let mut base: Vec<_> = base.into_iter().map(Some).collect();
        let mut new = Vec::new();
        let mut seen: HashMap<String, Place> = HashMap::new();
        for entry in over.into_iter().flat_map(one_for_each_name) {
            let identity = identity(schema, &entry);
            if let Some(first) = identity.as_ref().and_then(|identity| seen.get(identity)) {
                let problem = format!("{} {} stands here a second time", schema.what, label(schema, &entry));
                let help = format!("merge it with the one in line {}", first.line);
                self.problems.add(ConfigError::at(&entry.place, problem).help(help));
                continue;
            }
            let same = identity.as_ref().and_then(|identity| inherited.get(identity)).copied();
            if let Some(identity) = identity {
                seen.insert(identity, entry.place.clone());
            }
            let removes = entry.boolean("remove") == Some(true);
            match same {
                Some(index) if removes => {
                    let says_more = entry.members().iter().any(|member| !is_identity(schema, &member.name));
                    if says_more {
                        let problem = format!("`remove` of {} stands beside other keys", schema.what);
                        let names = list(schema.identity.iter().copied());
                        let help = format!("keep `remove` and {names} only, or drop `remove`");
                        self.problems.add(ConfigError::at(&entry.place, problem).help(help));
                    } else {
                        base[index] = None;
                    }
                }
                Some(index) => {
                    if let Some(inherited) = &mut base[index] {
                        self.table(schema, inherited, entry);
                    }
                }
                None if removes || is_amendment(schema, &entry) && !base.is_empty() => {
                    self.not_inherited(schema, &entry, &base);
                }
                None => {
                    let mut fresh = entry.replaced(Value::Table(Vec::new()));
                    self.table(schema, &mut fresh, entry);
                    new.push(fresh);
                }
            }
        }
        new.into_iter().chain(base.into_iter().flatten()).collect()
    }

    fn not_inherited(&mut self, schema: &Schema, entry: &Node, base: &[Option<Node>]) {
        let first = schema.identity[0];
        let problem = format!("no {} {} is inherited", schema.what, label(schema, entry));
        let known = base.iter().flatten().filter_map(|entry| entry.get(first)).map(Node::as_text);
        let missing = schema.keys.iter().filter(|key| key.required && !entry.has(key.name)).map(|key| key.name);
        let help = match missing.collect::<Vec<_>>() {
            _ if entry.has("remove") => "drop this entry".to_owned(),
            missing => format!("to declare a new one, give {} too", list(missing)),
        };
        let place = entry.get(first).map_or(&entry.place, |name| &name.place);
        self.problems.unknown(place, problem, &entry.text(first), known, help);
    }

    fn named(&mut self, base: &mut Vec<Member>, over: Vec<Member>) {
        let mut new = Vec::new();
        for mut member in over {
            let same = base.iter().position(|kept| kept.name == member.name);
            let removes = member.node.boolean("remove") == Some(true);
            if let Value::Table(members) = &mut member.node.value {
                members.retain(|member| member.name != "remove");
            }
            match same {
                Some(index) if removes => drop(base.remove(index)),
                Some(index) => base[index] = member,
                None if removes => {
                    let problem = format!("no placeholder {} is inherited", Problems::quote(&member.name));
                    let known = base.iter().map(|kept| kept.name.as_str());
                    self.problems.unknown(&member.place, problem, &member.name, known, "drop this entry");
                }
                None => new.push(member),
            }
        }
        base.splice(0..0, new);
    }

    fn settings(&self, base: &mut Vec<Member>, over: Vec<Member>) {
        base.retain(|kept| !over.iter().any(|member| self.overrules(&member.name, &kept.name)));
        base.splice(0..0, over);
    }

    /// Whether a nearer file's selector leaves nothing to a farther one's.
    fn overrules(&self, nearer: &str, farther: &str) -> bool {
        let rule = self.rules.iter().find(|rule| rule.code == farther || rule.name == farther);
        nearer == farther || rule.is_some_and(|rule| rule.answers_to(nearer))
    }
}

/// What a kind of value merges into where there is nothing yet.
fn nothing(kind: &Kind) -> Value {
    match kind {
        Kind::Entries(_) => Value::List(Vec::new()),
        Kind::Section(_) | Kind::Named(_) | Kind::Rules => Value::Table(Vec::new()),
        _ => Value::Broken,
    }
}

/// A table's `name = ["a", "b"]` declares both.
fn one_for_each_name(entry: Node) -> Vec<Node> {
    let Some(Node { value: Value::List(names), .. }) = entry.get("name") else { return vec![entry] };
    let with_name = |name: &Node| {
        let mut one = entry.clone();
        if let Value::Table(members) = &mut one.value {
            members.iter_mut().filter(|member| member.name == "name").for_each(|member| member.node = name.clone());
        }
        one
    };
    names.iter().map(with_name).collect()
}

/// What makes an entry the same as another: the values of its identifying keys. None if it has no such keys, or
/// lacks one that it must have.
fn identity(schema: &Schema, entry: &Node) -> Option<String> {
    let mut parts = Vec::with_capacity(schema.identity.len());
    for name in schema.identity {
        let key = schema.key(name)?;
        match entry.get(name) {
            Some(node) => parts.push(inline(&key.kind, node)),
            None if key.required || entry.has(name) => return None,
            None => parts.push("\"\"".to_owned()),
        }
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Whether a key is one of those beside which `remove` may stand.
fn is_identity(schema: &Schema, name: &str) -> bool {
    name == "remove" || schema.identity.contains(&name)
}

/// Whether an entry says too little to stand alone, so that it must mean an inherited one.
fn is_amendment(schema: &Schema, entry: &Node) -> bool {
    !schema.identity.is_empty()
        && schema.identity.iter().all(|name| entry.has(name) || schema.key(name).is_some_and(|key| !key.required))
        && schema.keys.iter().any(|key| key.required && !entry.has(key.name))
}

/// An entry as sentences name it.
fn label(schema: &Schema, entry: &Node) -> String {
    Problems::quote(&schema.identity.first().map(|name| entry.texts(name).join(", ")).unwrap_or_default())
}
