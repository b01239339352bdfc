//! The layout drawn as a tree of folders.

use serde::Serialize;

use crate::layout::spec::{Anchor, LayoutSpec, Standing};

/// A tree for each role of buckets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tree {
    /// What stands at its root: the entries of the role, or the role's name where none is declared.
    pub root: String,
    /// Its lines, from the top.
    pub lines: Vec<Line>,
}

/// One line of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The branches in front, drawn.
    pub branch: String,
    /// The segment, with `/` behind a folder.
    pub name: String,
    /// Spaces that bring what follows into one column.
    pub pad: String,
    /// The area that ends here.
    pub area: Option<String>,
    /// Whether it is tolerated only.
    pub tolerated: bool,
}

#[derive(Default)]
struct Node {
    children: Vec<(String, Node)>,
    area: Option<(String, bool)>,
}

impl Node {
    fn child(&mut self, name: &str) -> &mut Node {
        let at = self.children.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.children.push((name.to_owned(), Node::default()));
            self.children.len() - 1
        });
        &mut self.children[at].1
    }
}

/// Draws the wanted and the tolerated areas, by role in the order of the areas.
pub fn trees(spec: &LayoutSpec) -> Vec<Tree> {
    let mut roots: Vec<(&str, Node)> = Vec::new();
    for area in spec.areas.iter().filter(|area| area.standing != Standing::Outside) {
        let at = roots.iter().position(|(role, _)| *role == area.role).unwrap_or_else(|| {
            roots.push((&area.role, Node::default()));
            roots.len() - 1
        });
        let mut node = &mut roots[at].1;
        if area.anchor == Anchor::Bucket && has_prefix(spec, &area.role) {
            node = node.child("(the bucket's root)");
        }
        for segment in area.path.value.split('/') {
            node = node.child(segment);
        }
        node.area = Some((area.name.clone(), area.standing == Standing::Tolerated));
    }
    roots.into_iter().map(|(role, node)| drawn(spec, role, &node)).collect()
}

fn has_prefix(spec: &LayoutSpec, role: &str) -> bool {
    spec.buckets.iter().any(|bucket| bucket.role == role && !bucket.prefix.is_empty())
}

fn drawn(spec: &LayoutSpec, role: &str, node: &Node) -> Tree {
    let of_role = spec.buckets.iter().filter(|bucket| bucket.role == role);
    let roots: Vec<String> = of_role.map(|bucket| format!("s3://{}/{}", bucket.name, bucket.prefix)).collect();
    let root = if roots.is_empty() { format!("a bucket of role {role}") } else { roots.join(", ") };
    let mut lines = Vec::new();
    draw(node, "", &mut lines);
    let width = |line: &Line| line.branch.chars().count() + line.name.chars().count();
    let widest = lines.iter().map(width).max().unwrap_or(0);
    for line in &mut lines {
        line.pad = " ".repeat(widest - width(line));
    }
    Tree { root, lines }
}

fn draw(node: &Node, before: &str, lines: &mut Vec<Line>) {
    for (index, (name, child)) in node.children.iter().enumerate() {
        let last = index + 1 == node.children.len();
        // A folder with nothing but a rest in it needs no line for that.
        let rest = match child.children.as_slice() {
            [(rest, inner)] if rest == "**" && child.area.is_none() => Some(inner),
            _ => None,
        };
        let slash = if child.children.is_empty() || name.starts_with('(') { "" } else { "/" };
        let name = if name == "**" { "…" } else { name };
        let area = rest.unwrap_or(child).area.as_ref();
        lines.push(Line {
            branch: format!("{before}{}", if last { "└── " } else { "├── " }),
            name: format!("{name}{slash}{}", if rest.is_some() { "…" } else { "" }),
            pad: String::new(),
            area: area.map(|(area, _)| area.clone()),
            tolerated: area.is_some_and(|(_, tolerated)| *tolerated),
        });
        if rest.is_none() {
            draw(child, &format!("{before}{}", if last { "    " } else { "│   " }), lines);
        }
    }
}
