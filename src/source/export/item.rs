//! An item of a table, as one flat tape: whoever reads items in a row needs no memory of its own for each.

use crate::model::bytes::same;

/// The types of DynamoDB values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// Text.
    S,
    /// A number of up to 38 digits, kept as text in normal form.
    N,
    /// Bytes, kept as base64 text.
    B,
    /// A boolean.
    Bool,
    /// Null.
    Null,
    /// A map.
    M,
    /// A list.
    L,
    /// A set of texts.
    SS,
    /// A set of numbers.
    NS,
    /// A set of byte strings.
    BS,
}

impl ValueKind {
    /// The tag that names it in an export.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
            Self::Bool => "BOOL",
            Self::Null => "NULL",
            Self::M => "M",
            Self::L => "L",
            Self::SS => "SS",
            Self::NS => "NS",
            Self::BS => "BS",
        }
    }

    /// Whether it holds elements: a list or a set.
    pub const fn is_list(self) -> bool {
        matches!(self, Self::L | Self::SS | Self::NS | Self::BS)
    }

    /// The kind of a tag.
    pub(super) fn of_tag(tag: &[u8]) -> Option<Self> {
        Some(match tag {
            b"S" => Self::S,
            b"N" => Self::N,
            b"B" => Self::B,
            b"BOOL" => Self::Bool,
            b"NULL" => Self::Null,
            b"M" => Self::M,
            b"L" => Self::L,
            b"SS" => Self::SS,
            b"NS" => Self::NS,
            b"BS" => Self::BS,
            _ => return None,
        })
    }

    /// The kind of a set's elements.
    pub(super) const fn element(self) -> Option<Self> {
        match self {
            Self::SS => Some(Self::S),
            Self::NS => Some(Self::N),
            Self::BS => Some(Self::B),
            _ => None,
        }
    }
}

/// Where a text of the tape stands: in the line as it came, or among those that had escapes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Text {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) decoded: bool,
}

/// One value of the tape; the values within it follow it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: ValueKind,
    /// Its name, in a map.
    pub(super) name: Text,
    /// Its own text.
    pub(super) text: Text,
    /// How many values it holds itself; for a boolean 1 if it is true.
    pub(super) count: u32,
    /// The number of the first node behind it and all that is in it.
    pub(super) after: u32,
}

/// An item; it is read again and again into the same memory.
#[derive(Debug, Default)]
pub struct Item {
    pub(super) line: String,
    pub(super) decoded: String,
    pub(super) nodes: Vec<Node>,
    /// The number of the node that its attributes are; what holds it may be on the tape as well.
    pub(super) root: u32,
}

impl Item {
    /// Its attributes: a map.
    pub fn root(&self) -> Value<'_> {
        Value { item: self, node: self.root }
    }

    /// Everything that was read, of which the attributes may be a part.
    pub(super) fn whole(&self) -> Value<'_> {
        Value { item: self, node: 0 }
    }

    /// Forgets what it holds, for a line that is read next.
    pub(super) fn begin(&mut self, line: &str) {
        self.line.clear();
        self.decoded.clear();
        self.nodes.clear();
        self.root = 0;
        self.line.push_str(line);
    }

    /// The value at a position that one of its values said; what was never read is an empty map.
    pub fn at(&self, position: u32) -> Value<'_> {
        Value { item: self, node: position }
    }

    /// The line that it was read from, without its line break.
    pub fn raw_line(&self) -> &[u8] {
        self.line.as_bytes()
    }

    fn text(&self, text: Text) -> &str {
        let source = if text.decoded { &self.decoded } else { &self.line };
        &source[text.start as usize..text.end as usize]
    }
}

/// One value of an item.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    item: &'a Item,
    node: u32,
}

impl<'a> Value<'a> {
    /// Its number on the tape.
    pub(super) const fn number(self) -> u32 {
        self.node
    }

    fn node(self) -> Option<&'a Node> {
        self.item.nodes.get(self.node as usize)
    }

    /// Its type; a map for an item that was never read.
    pub fn kind(self) -> ValueKind {
        self.node().map_or(ValueKind::M, |node| node.kind)
    }

    /// The text of an S, the digits of an N in normal form (`2000`, never `2E3`), the base64 of a B; empty for any other type.
    pub fn text(self) -> &'a str {
        self.node().map_or("", |node| self.item.text(node.text))
    }

    /// Where it stands in its item, for [`Item::at`].
    pub fn position(self) -> u32 {
        self.node
    }

    /// The strings in it, at any depth, or the string that it is.
    pub fn texts(self) -> impl Iterator<Item = &'a str> {
        let end = self.node().map_or(0, |node| node.after as usize);
        let nodes = self.item.nodes.get(self.node as usize..end).unwrap_or_default();
        nodes.iter().filter(|node| node.kind == ValueKind::S).map(move |node| self.item.text(node.text))
    }

    /// The value of a BOOL.
    pub fn boolean(self) -> Option<bool> {
        self.node().filter(|node| node.kind == ValueKind::Bool).map(|node| node.count == 1)
    }

    /// How many members, elements of a list, or elements of a set it has; 0 for a scalar.
    pub fn len(self) -> usize {
        self.node().filter(|node| node.kind != ValueKind::Bool).map_or(0, |node| node.count as usize)
    }

    /// Whether it holds nothing.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The values in a map, a list or a set, in their order; none in a scalar.
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> {
        self.members().map(|(_, value)| value)
    }

    /// The members of a map, in their order; the elements of a list or a set have empty names.
    pub fn members(self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        let item = self.item;
        let end = self.node().map_or(0, |node| node.after);
        let mut next = self.node + 1;
        std::iter::from_fn(move || {
            let node = item.nodes.get(next as usize).filter(|_| next < end)?;
            let value = Value { item, node: next };
            next = node.after;
            Some((item.text(node.name), value))
        })
    }

    /// The member of a name; the first, should an export repeat it.
    pub fn get(self, name: &str) -> Option<Value<'a>> {
        if self.kind() != ValueKind::M {
            return None;
        }
        self.members().find_map(|(member, value)| same(member.as_bytes(), name.as_bytes()).then_some(value))
    }
}
