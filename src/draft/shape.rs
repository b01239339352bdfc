//! The shapes of folders, as a tree whose size is bounded: names that are spelled out, and values of a form.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::forms::{Fits, Form, Forms};

/// The most names that are spelled out beside each other; with more, all become values.
const MOST_NAMES: usize = 32;
/// The depth below which nothing is looked at.
const MOST_DEPTH: usize = 8;
/// The most nodes; beyond it no new name is kept.
const MOST_NODES: usize = 50_000;
/// The least number of like names that become values in the end.
const LEAST_ALIKE: usize = 4;

/// A folder, or all folders of one shape.
#[derive(Debug)]
pub(super) struct Node {
    /// Objects in it, at any depth.
    pub(super) objects: u64,
    /// Their bytes.
    pub(super) bytes: u64,
    /// Objects directly in it.
    pub(super) files: u64,
    /// How many real folders it stands for; one that the delivery comes back to counts again.
    pub(super) folders: u64,
    last: u64,
    /// Whether it held too many names to spell them out.
    crowded: bool,
    /// Folders that are spelled out.
    pub(super) names: BTreeMap<Box<str>, Node>,
    /// All others.
    pub(super) values: Option<Box<Values>>,
}

/// The folders of a node that are told by their form alone.
#[derive(Debug)]
pub(super) struct Values {
    /// What fits each of them.
    fits: Fits,
    jobs: u64,
    count: u64,
    /// One of them.
    pub(super) example: Box<str>,
    /// What is in them.
    pub(super) node: Node,
}

impl Values {
    /// The narrowest form of all.
    pub(super) fn form(&self) -> Form {
        self.fits.narrowest(self.jobs * 2 >= self.count)
    }
}

impl Node {
    fn new() -> Self {
        let (names, values) = (BTreeMap::new(), None);
        Self { objects: 0, bytes: 0, files: 0, folders: 0, last: 0, crowded: false, names, values }
    }

    fn merge(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.files += other.files;
        self.folders += other.folders;
        self.crowded |= other.crowded;
        for (name, node) in other.names {
            match self.names.get_mut(&name) {
                Some(own) => own.merge(node),
                None => drop(self.names.insert(name, node)),
            }
        }
        match (&mut self.values, other.values) {
            (Some(own), Some(values)) => {
                own.fits = own.fits.and(values.fits);
                own.jobs += values.jobs;
                own.count += values.count;
                own.node.merge(values.node);
            }
            (own @ None, values) => *own = values,
            (Some(_), None) => {}
        }
    }

    /// Makes values of the names that are to be.
    fn collapse(&mut self, forms: &Forms, is_value: &dyn Fn(&str, Fits) -> bool) {
        let fits: Vec<(Box<str>, Fits)> = self.names.keys().map(|name| (name.clone(), forms.of(name))).collect();
        for (name, fits) in fits.into_iter().filter(|(name, fits)| is_value(name, *fits)) {
            let Some(node) = self.names.remove(&name) else { continue };
            match &mut self.values {
                Some(values) => values.take(fits, node),
                none => {
                    let jobs = u64::from(fits.is_job());
                    *none = Some(Box::new(Values { fits, jobs, count: 1, example: name, node }));
                }
            }
        }
    }

    fn size(&self) -> usize {
        let below: usize = self.names.values().map(Self::size).sum();
        1 + below + self.values.as_ref().map_or(0, |values| values.node.size())
    }
}

impl Values {
    fn take(&mut self, fits: Fits, node: Node) {
        self.fits = self.fits.and(fits);
        self.jobs += u64::from(fits.is_job());
        self.count += 1;
        self.node.merge(node);
    }
}

/// The tree, and what is needed to grow it.
pub(super) struct Shapes {
    /// The bucket's root.
    pub(super) root: Node,
    forms: Forms,
    nodes: usize,
    is_full: bool,
}

impl Shapes {
    pub(super) fn new() -> Self {
        Self { root: Node::new(), forms: Forms::new(), nodes: 1, is_full: false }
    }

    /// Counts the objects directly in a directory, `""` or ending in `/`.
    pub(super) fn add(&mut self, directory: &str, objects: u64, bytes: u64) {
        let segments: Vec<&str> = directory.split_terminator('/').collect();
        // Old keys with an empty segment are in no area that could be asked for.
        if segments.iter().any(|segment| segment.is_empty()) {
            self.root.objects += objects;
            self.root.bytes += bytes;
            return;
        }
        grow(&mut self.root, &segments, (0, 0), (objects, bytes), &self.forms, &mut self.nodes);
        // What was merged is counted anew; where that gains little, the tree is full for good.
        if self.nodes > MOST_NODES && !self.is_full {
            self.nodes = self.root.size();
            self.is_full = self.nodes > MOST_NODES / 8 * 7;
            if self.is_full {
                self.nodes = MOST_NODES + 1;
            }
        }
    }

    /// Makes values of what the whole shows to be values.
    pub(super) fn settle(&mut self) {
        settle(&mut self.root, &self.forms);
    }
}

fn grow(
    node: &mut Node,
    segments: &[&str],
    (path, depth): (u64, usize),
    (objects, bytes): (u64, u64),
    forms: &Forms,
    nodes: &mut usize,
) {
    node.objects += objects;
    node.bytes += bytes;
    if node.last != path || node.folders == 0 {
        node.last = path;
        node.folders += 1;
    }
    let Some((first, rest)) = segments.split_first() else {
        node.files += objects;
        return;
    };
    if node.names.len() > MOST_NAMES {
        node.collapse(forms, &|_, fits| fits.is_value());
        if node.names.len() > MOST_NAMES {
            node.collapse(forms, &|name, _| name.bytes().any(|byte| byte.is_ascii_digit()));
        }
        if node.names.len() > MOST_NAMES {
            node.collapse(forms, &|_, _| true);
            node.crowded = true;
        }
    }
    let below = (FixedState::with_seed(path).hash_one(first), depth + 1);
    if let Some(known) = node.names.get_mut(*first) {
        return grow(known, rest, below, (objects, bytes), forms, nodes);
    }
    let fits = forms.of(first);
    if let Some(values) = node.values.as_mut().filter(|_| fits.is_value() || node.crowded || *nodes > MOST_NODES) {
        values.fits = values.fits.and(fits);
        values.jobs += u64::from(fits.is_job());
        values.count += 1;
        return grow(&mut values.node, rest, below, (objects, bytes), forms, nodes);
    }
    if *nodes <= MOST_NODES && depth < MOST_DEPTH {
        *nodes += 1;
        let fresh = node.names.entry((*first).into()).or_insert_with(Node::new);
        grow(fresh, rest, below, (objects, bytes), forms, nodes);
    }
}

fn settle(node: &mut Node, forms: &Forms) {
    node.collapse(forms, &|_, fits| fits.is_value());
    if node.crowded {
        node.collapse(forms, &|_, _| true);
    }
    let numbered = |name: &str| name.bytes().any(|byte| byte.is_ascii_digit());
    // Where values are, names that hold digits are values of a looser form.
    let alike = node.names.keys().filter(|name| numbered(name)).count();
    if alike >= LEAST_ALIKE && node.values.is_some() {
        node.collapse(forms, &|name, _| numbered(name));
    }
    node.names.values_mut().for_each(|below| settle(below, forms));
    if let Some(values) = &mut node.values {
        settle(&mut values.node, forms);
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_NAMES, MOST_NODES, Shapes};

    #[test]
    fn the_tree_stays_bounded_whatever_it_is_shown() {
        let mut shapes = Shapes::new();
        let word = |number: usize| -> String {
            let letters = (0..4).map(|shift| char::from(b'a' + (number / 26_usize.pow(shift) % 26) as u8));
            letters.chain(['x']).collect()
        };
        for number in 0..40_000 {
            let (one, other) = (word(number * 7_919), word(number * 104_729));
            shapes.add(&format!("{one}/{other}/{}/{number}/deep/deeper/deepest/more/and/more/", word(number)), 1, 10);
        }
        assert!(shapes.root.size() <= MOST_NODES + MOST_NAMES * 10, "{}", shapes.root.size());
        assert_eq!((shapes.root.objects, shapes.root.bytes), (40_000, 400_000));
        shapes.settle();
        assert!(shapes.root.names.is_empty() && shapes.root.values.is_some());
    }
}
