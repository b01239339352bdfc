//! Walks attribute paths over an item: which instances a path has, and the value that stands in the same
//! element as another.

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
    /// The value at the last wildcard, if there is one.
    pub(super) innermost: Option<Node<'a>>,
}

/// Reusable buffers of a walk.
#[derive(Debug, Default)]
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
        self.walk(Some(root), None, steps, wild, each);
    }

    /// `wild` is how many of `steps` must be passed before a missing value is still an instance.
    fn walk<'a>(
        &mut self,
        node: Option<Node<'a>>,
        innermost: Option<Node<'a>>,
        steps: &[Step],
        wild: usize,
        each: &mut dyn FnMut(Instance<'_, '_>),
    ) {
        let Some((step, rest)) = steps.split_first() else {
            each(Instance { node, trail: &self.trail, path: &self.path, innermost });
            return;
        };
        let Some(node) = node else {
            if wild == 0 {
                let length = self.path.len();
                for step in steps {
                    self.push_fixed(step);
                }
                each(Instance { node: None, trail: &self.trail, path: &self.path, innermost });
                self.path.truncate(length);
            }
            return;
        };
        let wild = wild.saturating_sub(1);
        let length = self.path.len();
        match step {
            Step::Name(name) => {
                self.push_fixed(step);
                self.walk(node.get(name), innermost, rest, wild, each);
            }
            Step::Each => node.elements(&mut |index, element| {
                self.trail.push(index);
                push_index(&mut self.path, index);
                self.walk(Some(element), Some(element), rest, wild, each);
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
                self.walk(Some(value), Some(value), rest, wild, each);
                self.path.truncate(length);
                self.trail.pop();
            }),
            Step::Json => {
                self.push_fixed(step);
                let document = node.packed().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
                self.walk(document.as_ref().map(Node::Json), innermost, rest, wild, each);
            }
            Step::Base64 => {
                self.push_fixed(step);
                let decoded = node.packed().and_then(decode_base64);
                self.walk(decoded.as_deref().map(Node::Text), innermost, rest, wild, each);
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

/// Writes `[7]` after a path.
fn push_index(path: &mut String, index: u32) {
    match u8::try_from(index) {
        Ok(digit @ 0..10) => path.extend(['[', char::from(b'0' + digit), ']']),
        _ => {
            let _ = write!(path, "[{index}]");
        }
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
    root: Node<'a>,
    /// The path of the entry's own attribute.
    steps: &'a [Step],
    /// Its positions at wildcards.
    trail: &'a [u32],
    /// How many of `steps` lead to the last wildcard, and the value there.
    innermost: Option<(usize, Node<'a>)>,
}

impl<'a> Element<'a> {
    /// The whole item: no path stands in a list.
    pub(super) const fn whole(root: Node<'a>) -> Self {
        Self { root, steps: &[], trail: &[], innermost: None }
    }

    /// The element in which an instance of a path stands.
    pub(super) fn of(root: Node<'a>, steps: &'a [Step], instance: &Instance<'a, 'a>) -> Self {
        let last = steps.iter().rposition(is_wildcard);
        let innermost = last.and_then(|last| Some((last + 1, instance.innermost?)));
        Self { root, steps, trail: instance.trail, innermost }
    }

    /// Whether a condition holds here. Through a list of its own, any element may satisfy `equals` and `present`,
    /// and every element must satisfy `not`.
    pub(super) fn satisfies(&self, condition: &Condition) -> bool {
        let mut found_equal = false;
        let mut found_any = false;
        let listed: &[String] = match &condition.test {
            Test::Equals(values) | Test::Not(values) => values,
            Test::Present(_) => &[],
        };
        self.values(&condition.attribute.steps, &mut |node| {
            if !node.is_absent() {
                found_any = true;
                if !listed.is_empty() {
                    let text = node.scalar();
                    found_equal |= text.is_some_and(|text| listed.iter().any(|value| same_text(value, &text)));
                }
            }
        });
        match condition.test {
            Test::Equals(_) => found_equal,
            Test::Not(_) => !found_equal,
            Test::Present(wanted) => found_any == wanted,
        }
    }

    /// Gives the first present value of a source in this element to `take`, as text; says whether there was one.
    ///
    /// The first value that is there decides: one that is no text leaves the others to be looked at.
    pub(super) fn value(&self, source: &Source, take: &mut dyn FnMut(&str)) -> bool {
        let Some(on) = &source.on else { return self.first(&source.attribute, take) };
        let mut found = false;
        let Some(list) = source.attribute.steps.iter().position(is_wildcard) else { return false };
        let (head, tail) = source.attribute.steps.split_at(list + 1);
        self.member(on, &mut |mine| {
            Element::whole(self.root).values(head, &mut |element| {
                let theirs = element.get(on).and_then(Node::scalar);
                if theirs.is_some_and(|theirs| same_text(&theirs, mine)) {
                    Element::whole(element).values(tail, &mut |node| take_first(&mut found, node, take));
                }
            });
        });
        found
    }

    /// Gives the first present value of a path in this element to `take`, as text; says whether there was one.
    pub(super) fn first(&self, path: &AttributePath, take: &mut dyn FnMut(&str)) -> bool {
        let mut found = false;
        self.values(&path.steps, &mut |node| take_first(&mut found, node, take));
        found
    }

    /// Gives the member `name` of the innermost element to `take`, as text; says whether there was one.
    pub(super) fn member(&self, name: &str, take: &mut dyn FnMut(&str)) -> bool {
        let member = self.innermost.and_then(|(_, node)| node.get(name)).filter(|node| !node.is_absent());
        let text = member.and_then(Node::scalar);
        text.inspect(|text| take(text)).is_some()
    }

    /// Calls `each` with every value of the path `steps` that stands in this element.
    pub(super) fn values(&self, steps: &[Step], each: &mut dyn FnMut(Node<'_>)) {
        match self.innermost {
            // A path through the same lists goes on from where its own attribute's element is.
            Some((depth, node)) if steps.len() >= depth && steps[..depth] == self.steps[..depth] => {
                Element::whole(node).follow(node, &steps[depth..], 0, false, each);
            }
            _ => self.follow(self.root, steps, 0, true, each),
        }
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

fn take_first(found: &mut bool, node: Node<'_>, take: &mut dyn FnMut(&str)) {
    if !*found
        && !node.is_absent()
        && let Some(text) = node.scalar()
    {
        *found = true;
        take(&text);
    }
}

/// Conditions compare text without case.
pub(super) fn same_text(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    left.to_lowercase() == right.to_lowercase()
}
