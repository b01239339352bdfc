//! Walks attribute paths over an item: which instances a path has, and the value that stands in the same
//! element as another.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;

use crate::layout::spec::{AttributePath, Condition, Source, Step, Test};
use crate::references::node::Node;

/// Where along a path's wildcards an instance stands: the position taken at each, from 0.
pub(super) type Trail = Vec<u32>;

/// One instance of a path.
pub(super) struct Instance<'w, 'a> {
    /// The value; `None` where the element is there and its member is missing.
    pub(super) node: Option<Node<'a>>,
    /// The positions taken at wildcards.
    pub(super) trail: &'w Trail,
    /// The path with indices and member names.
    pub(super) path: &'w str,
}

/// Reusable buffers of a walk.
#[derive(Default)]
pub(super) struct Walk {
    trail: Trail,
    path: String,
}

impl Walk {
    /// Calls `each` for every instance of `steps` below `root`.
    ///
    /// Each element of a list is an instance even if what the path names in it is missing; a list that is
    /// missing has none. A path without wildcards has exactly one.
    pub(super) fn each(&mut self, root: Node<'_>, steps: &[Step], each: &mut dyn FnMut(Instance<'_, '_>)) {
        self.trail.clear();
        self.path.clear();
        let wild = steps.iter().rposition(is_wildcard).map_or(0, |last| last + 1);
        self.walk(Some(root), steps, wild, each);
    }

    /// `wild` is how many of `steps` must be passed before a missing value is still an instance.
    fn walk(&mut self, node: Option<Node<'_>>, steps: &[Step], wild: usize, each: &mut dyn FnMut(Instance<'_, '_>)) {
        let Some((step, rest)) = steps.split_first() else {
            each(Instance { node, trail: &self.trail, path: &self.path });
            return;
        };
        let Some(node) = node else {
            if wild == 0 {
                let length = self.path.len();
                for step in steps {
                    self.push_fixed(step);
                }
                each(Instance { node: None, trail: &self.trail, path: &self.path });
                self.path.truncate(length);
            }
            return;
        };
        let wild = wild.saturating_sub(1);
        let length = self.path.len();
        match step {
            Step::Name(name) => {
                self.push_fixed(step);
                self.walk(node.get(name), rest, wild, each);
            }
            Step::Each => node.elements(&mut |index, element| {
                self.trail.push(index);
                let _ = write!(self.path, "[{index}]");
                self.walk(Some(element), rest, wild, each);
                self.path.truncate(length);
                self.trail.pop();
            }),
            Step::EachValue | Step::EachKey => node.members(&mut |index, name, member| {
                self.trail.push(index);
                push_name(&mut self.path, name);
                let value = if *step == Step::EachKey {
                    self.path.push_str("#key");
                    Node::Text(name)
                } else {
                    member
                };
                self.walk(Some(value), rest, wild, each);
                self.path.truncate(length);
                self.trail.pop();
            }),
            Step::Json => {
                self.push_fixed(step);
                let document = node.packed().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
                self.walk(document.as_ref().map(Node::Json), rest, wild, each);
            }
            Step::Base64 => {
                self.push_fixed(step);
                let decoded = node.packed().and_then(decode_base64);
                self.walk(decoded.as_deref().map(Node::Text), rest, wild, each);
            }
            Step::Anything => {}
        }
        self.path.truncate(length);
    }

    fn push_fixed(&mut self, step: &Step) {
        match step {
            Step::Name(name) => push_name(&mut self.path, name),
            Step::Json => self.path.push_str("@json"),
            Step::Base64 => self.path.push_str("@base64"),
            Step::Each | Step::EachValue | Step::EachKey | Step::Anything => {}
        }
    }
}

/// Writes a member's name after a path, quoted where it holds a dot.
fn push_name(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    if name.contains('.') {
        let _ = write!(path, "\"{name}\"");
    } else {
        path.push_str(name);
    }
}

fn decode_base64(text: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?;
    String::from_utf8(bytes).ok()
}

pub(super) const fn is_wildcard(step: &Step) -> bool {
    matches!(step, Step::Each | Step::EachValue | Step::EachKey)
}

/// The element in which other paths of the same entry are read.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    /// The item.
    pub(super) root: Node<'a>,
    /// The path of the entry's own attribute.
    pub(super) steps: &'a [Step],
    /// Its positions at wildcards.
    pub(super) trail: &'a [u32],
}

impl Element<'_> {
    /// Whether a condition holds here. Through a list of its own, any element may satisfy `equals` and `present`,
    /// and every element must satisfy `not`.
    pub(super) fn satisfies(&self, condition: &Condition) -> bool {
        let mut found_equal = false;
        let mut found_any = false;
        let listed: &[String] = match &condition.test {
            Test::Equals(values) | Test::Not(values) => values,
            Test::Present(_) => &[],
        };
        self.values(&condition.attribute, &mut |node| {
            if !node.is_absent() {
                found_any = true;
                let text = node.scalar();
                found_equal |= text.is_some_and(|text| listed.iter().any(|value| same_text(value, &text)));
            }
        });
        match condition.test {
            Test::Equals(_) => found_equal,
            Test::Not(_) => !found_equal,
            Test::Present(wanted) => found_any == wanted,
        }
    }

    /// The first present value of a source in this element, as text.
    pub(super) fn value(&self, source: &Source) -> Option<String> {
        let mut first: Option<String> = None;
        let mut take = |node: Node<'_>| {
            if first.is_none() && !node.is_absent() {
                first = node.scalar().map(Cow::into_owned);
            }
        };
        match &source.on {
            None => self.values(&source.attribute, &mut take),
            Some(on) => {
                let mine = self.member(on)?;
                let list = source.attribute.steps.iter().position(is_wildcard)?;
                let (head, tail) = source.attribute.steps.split_at(list + 1);
                Walk::default().each(self.root, head, &mut |instance| {
                    let Some(element) = instance.node else { return };
                    let theirs = element.get(on).and_then(Node::scalar);
                    if theirs.is_some_and(|theirs| same_text(&theirs, &mine)) {
                        Walk::default().each(element, tail, &mut |instance| {
                            if let Some(node) = instance.node {
                                take(node);
                            }
                        });
                    }
                });
            }
        }
        first
    }

    /// The member `name` of the innermost element, as text.
    pub(super) fn member(&self, name: &str) -> Option<String> {
        let last = self.steps.iter().rposition(is_wildcard)?;
        let mut found = None;
        self.follow(self.root, &self.steps[..=last], 0, true, &mut |node| {
            if let Some(text) = node.get(name).filter(|node| !node.is_absent()).and_then(Node::scalar) {
                found = Some(text.into_owned());
            }
        });
        found
    }

    /// Calls `each` with every value of `path` that stands in this element.
    pub(super) fn values(&self, path: &AttributePath, each: &mut dyn FnMut(Node<'_>)) {
        self.follow(self.root, &path.steps, 0, true, each);
    }

    fn follow(&self, node: Node<'_>, steps: &[Step], depth: usize, shared: bool, each: &mut dyn FnMut(Node<'_>)) {
        let Some((step, rest)) = steps.split_first() else {
            each(node);
            return;
        };
        let shared = shared && self.steps.get(depth) == Some(step);
        // While both paths are the same, a wildcard stands for the position this element took.
        let fixed = if shared && is_wildcard(step) {
            let wildcards = self.steps[..depth].iter().filter(|step| is_wildcard(step)).count();
            self.trail.get(wildcards).copied()
        } else {
            None
        };
        let wanted = |index: u32| fixed.is_none_or(|fixed| fixed == index);
        match step {
            Step::Name(name) => {
                if let Some(member) = node.get(name) {
                    self.follow(member, rest, depth + 1, shared, each);
                }
            }
            Step::Each => node.elements(&mut |index, element| {
                if wanted(index) {
                    self.follow(element, rest, depth + 1, shared, each);
                }
            }),
            Step::EachValue | Step::EachKey => node.members(&mut |index, name, member| {
                if wanted(index) {
                    let value = if *step == Step::EachKey { Node::Text(name) } else { member };
                    self.follow(value, rest, depth + 1, shared, each);
                }
            }),
            Step::Json => {
                if let Some(document) = node.packed().and_then(|text| serde_json::from_str(text).ok()) {
                    let document: serde_json::Value = document;
                    self.follow(Node::Json(&document), rest, depth + 1, shared, each);
                }
            }
            Step::Base64 => {
                if let Some(text) = node.packed().and_then(decode_base64) {
                    self.follow(Node::Text(&text), rest, depth + 1, shared, each);
                }
            }
            Step::Anything => {}
        }
    }
}

/// Conditions compare text without case.
pub(super) fn same_text(left: &str, right: &str) -> bool {
    left == right || left.to_lowercase() == right.to_lowercase()
}
