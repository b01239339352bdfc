//! Where exactly declared references stand in an item: the steps of an update's path, the text there, and the item's
//! primary key with its types.

use crate::layout::Layout;
use crate::layout::spec::{AttributePath, Step, TableSpec};
use crate::references::attribute::Walk;
use crate::references::extract::primary_key;
use crate::references::node::Node;
use crate::source::export::{Item, Value, ValueKind};

/// One step of the way to a value within an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum PathStep {
    /// An attribute or a map's key, as it is spelled.
    Name(String),
    /// An element of a list, from 0.
    Index(u32),
}

/// Why a value cannot be set by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unaddressable {
    /// It is an element of a set, which has no path.
    InSet,
    /// It is a map's key.
    MapKey,
    /// It stands within text that holds JSON or base64.
    Packed,
    /// It is no string.
    NoText,
}

impl Unaddressable {
    /// In words.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::InSet => "it is an element of a set, which no path names",
            Self::MapKey => "it is a map's key",
            Self::Packed => "it stands within text that holds JSON or base64",
            Self::NoText => "it is no string",
        }
    }
}

/// The steps that lead to a value, or why none do.
pub type Address = Result<Vec<PathStep>, Unaddressable>;

/// Finds the references of items, memory and all.
#[derive(Debug)]
pub struct Addresses<'l> {
    tables: &'l [TableSpec],
    attributes: Vec<Vec<&'l AttributePath>>,
    walk: Walk,
    name: String,
}

impl<'l> Addresses<'l> {
    /// For the tables of a layout.
    pub fn new(layout: &'l Layout) -> Self {
        let tables = &layout.spec().tables;
        let attributes = tables.iter().map(|table| {
            let mut paths: Vec<&AttributePath> = Vec::new();
            for reference in &table.references {
                if !paths.iter().any(|known| known.text == reference.attribute.text) {
                    paths.push(&reference.attribute);
                }
            }
            paths
        });
        Self { tables, attributes: attributes.collect(), walk: Walk::default(), name: String::new() }
    }

    /// The item's primary key as findings name it.
    pub fn name(&mut self, table: u16, item: &Item) -> &str {
        primary_key(&self.tables[usize::from(table)].key, Node::Item(item.root()), &mut self.name);
        &self.name
    }

    /// Calls `each` with the path (as references spell it), the steps and the text of every declared attribute that
    /// is there.
    pub fn each(&mut self, table: u16, item: &Item, each: &mut dyn FnMut(&str, Address, &str)) {
        let root = Node::Item(item.root());
        for attribute in &self.attributes[usize::from(table)] {
            self.walk.each(root, &attribute.steps, &mut |instance| {
                let Some(node) = instance.node.filter(|node| !node.is_absent()) else { return };
                let steps = match node.string() {
                    Some(_) => steps(item.root(), &attribute.steps, instance.trail),
                    None => Err(Unaddressable::NoText),
                };
                each(instance.path, steps, node.string().unwrap_or_default());
            });
        }
    }

    /// The attributes of the primary key in DynamoDB's JSON; `None` if one is missing or can be no key.
    pub fn key(&self, table: u16, item: &Item) -> Option<serde_json::Map<String, serde_json::Value>> {
        let of = |name: &String| {
            let value = item.root().get(name)?;
            let typed = matches!(value.kind(), ValueKind::S | ValueKind::N | ValueKind::B);
            typed.then(|| (name.clone(), serde_json::json!({ value.kind().tag(): value.text() })))
        };
        self.tables[usize::from(table)].key.iter().map(of).collect()
    }
}

/// The steps of one instance of a path, with the positions taken at its wildcards.
fn steps(mut value: Value<'_>, path: &[Step], trail: &[u32]) -> Address {
    let mut trail = trail.iter();
    let mut steps = Vec::with_capacity(path.len());
    for step in path {
        let next = match step {
            Step::Name(name) => {
                steps.push(PathStep::Name(name.clone()));
                value.get(name)
            }
            Step::Each => {
                let index = trail.next().copied().ok_or(Unaddressable::NoText)?;
                if value.kind() != ValueKind::L {
                    return Err(Unaddressable::InSet);
                }
                steps.push(PathStep::Index(index));
                value.iter().nth(index as usize)
            }
            Step::EachValue => {
                let index = trail.next().copied().ok_or(Unaddressable::NoText)?;
                let member = value.members().nth(index as usize);
                member.map(|(name, member)| {
                    steps.push(PathStep::Name(name.to_owned()));
                    member
                })
            }
            Step::EachKey => return Err(Unaddressable::MapKey),
            Step::Json | Step::Base64 | Step::Anything => return Err(Unaddressable::Packed),
        };
        value = next.ok_or(Unaddressable::NoText)?;
    }
    Ok(steps)
}
