//! The hot path: a bucket's templates as a tree of segments, and what a key is among them.

use std::sync::{Arc, OnceLock};

use super::captures::{Captures, Extraction, Finder, Starts};
use super::compile::Grammar;
use super::expansion::{Class, Expanded};
use super::leading::Leading;
use super::literals::Literals;
use super::shape::{Segment, ShapeId};
use super::spec::Standing;
use super::template::MOST_SEGMENTS;
use crate::model::key::MAX_KEY_BYTES;

/// Where a key lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Placed {
    /// The area, an index into `spec.areas`.
    pub area: u16,
    /// The legacy generation, an index into the area's `legacy`.
    pub legacy: Option<u16>,
    /// The bucket entry, an index into `spec.buckets`: the template's own, or for a template at the bucket's root the
    /// entry of the area's role with the longest prefix above the key.
    pub entry: Option<u16>,
    /// The length of the key's folder in bytes; its last byte is `/`, or there is none.
    pub folder: u16,
    /// Whether every key with these first `folder` bytes and at least one more is placed the same, with the same
    /// captures but for a named rest.
    pub open: bool,
    /// Whether every key of the same directory (up to its last `/`, and something behind it) is placed the same, with
    /// the same captures but for a named rest: how its last segment is spelled was never asked.
    pub siblings: bool,
    /// The template, an index among the bucket's; it tells the alternatives of one `from` list apart.
    pub template: u32,
}

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMatch {
    /// It lies in an area.
    Area(Placed),
    /// It matches a legacy template.
    Legacy(Placed),
    /// It lies below no declared prefix, and would lie in no wanted area below one.
    OutOfScope,
    /// It lies below a declared prefix, or should, and nothing declares it.
    Unmatched,
}

/// One physical bucket: its entries and all templates that hold in it.
#[derive(Debug)]
pub struct BucketLayout {
    pub(super) name: String,
    pub(super) entries: Vec<usize>,
    pub(super) grammar: Arc<Grammar>,
    /// Best first: areas, legacy templates, fallback areas.
    pub(super) templates: Vec<Expanded>,
    rules: Vec<Rule>,
    roots: Vec<Root>,
    nodes: Vec<Node>,
    /// Made when the first key is in no area.
    leading: OnceLock<Leading>,
}

/// What identifying needs to know of a template once it matches.
#[derive(Debug)]
struct Rule {
    extraction: Extraction,
    folder_segments: usize,
    open: bool,
    is_area: bool,
}

/// Where the templates below one prefix begin.
#[derive(Debug)]
struct Root {
    prefix: Box<[u8]>,
    node: usize,
}

/// A place in the tree: what may come next. A template's rank is its index.
#[derive(Debug)]
struct Node {
    literals: Literals,
    /// By the best rank they lead to.
    shapes: Vec<(ShapeId, usize)>,
    skip: Option<usize>,
    rests: Vec<usize>,
    ends: Vec<usize>,
    /// The best rank below.
    best: usize,
    /// The best rank for which the next segment is the last one.
    best_last: usize,
}

impl Node {
    fn new() -> Self {
        Self {
            literals: Literals::default(),
            shapes: vec![],
            skip: None,
            rests: vec![],
            ends: vec![],
            best: usize::MAX,
            best_last: usize::MAX,
        }
    }
}

impl BucketLayout {
    /// Builds the tree from expanded templates, best first; `open` says of each whether nothing better can reach into
    /// its folders.
    pub(super) fn new(
        name: String,
        entries: Vec<usize>,
        grammar: Arc<Grammar>,
        templates: Vec<Expanded>,
        open: &[bool],
    ) -> Self {
        let rules = templates.iter().zip(open).map(|(expanded, open)| Rule {
            extraction: Extraction::of(&expanded.template, &grammar.shapes),
            folder_segments: expanded.folder_segments(&grammar.shapes),
            open: *open,
            is_area: expanded.class == Class::Area,
        });
        let rules = rules.collect();
        let (roots, nodes, leading) = (Vec::new(), Vec::new(), OnceLock::new());
        let mut made = Self { name, entries, grammar, templates, rules, roots, nodes, leading };
        for rank in 0..made.templates.len() {
            made.insert(rank);
        }
        for at in 0..made.nodes.len() {
            let mut shapes = std::mem::take(&mut made.nodes[at].shapes);
            shapes.sort_by_key(|(_, node)| made.nodes[*node].best);
            made.nodes[at].shapes = shapes;
        }
        made
    }

    fn insert(&mut self, rank: usize) {
        let prefix = self.templates[rank].prefix.as_bytes();
        let known = self.roots.iter().find(|root| *root.prefix == *prefix).map(|root| root.node);
        let mut at = known.unwrap_or_else(|| {
            self.nodes.push(Node::new());
            self.roots.push(Root { prefix: prefix.into(), node: self.nodes.len() - 1 });
            self.nodes.len() - 1
        });
        let fresh = |nodes: &mut Vec<Node>| {
            nodes.push(Node::new());
            nodes.len() - 1
        };
        let mut before = at;
        for segment in &self.templates[rank].template.segments {
            self.nodes[at].best = self.nodes[at].best.min(rank);
            before = at;
            at = match segment {
                Segment::Rest(_) => {
                    self.nodes[at].rests.push(rank);
                    return;
                }
                Segment::Fixed(text) => self.nodes[at].literals.get(text.as_bytes()).unwrap_or_else(|| {
                    let node = fresh(&mut self.nodes);
                    self.nodes[at].literals.insert(text.as_bytes(), node);
                    node
                }),
                Segment::Shaped(shape) => {
                    let known = self.nodes[at].shapes.iter().find(|(known, _)| known == shape);
                    known.map(|(_, node)| *node).unwrap_or_else(|| {
                        let node = fresh(&mut self.nodes);
                        self.nodes[at].shapes.push((*shape, node));
                        node
                    })
                }
                Segment::Skip => self.nodes[at].skip.unwrap_or_else(|| {
                    let node = fresh(&mut self.nodes);
                    self.nodes[at].skip = Some(node);
                    node
                }),
            };
        }
        self.nodes[before].best_last = self.nodes[before].best_last.min(rank);
        self.nodes[at].best = self.nodes[at].best.min(rank);
        self.nodes[at].ends.push(rank);
    }

    /// The bucket's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its entries, as indices into `spec.buckets`, in file order.
    pub fn entries(&self) -> &[usize] {
        &self.entries
    }

    /// What a key is, and where its placeholders are. Does not allocate.
    ///
    /// A key longer than Amazon S3 takes is never matched.
    pub fn identify(&self, key: &[u8], captures: &mut Captures) -> KeyMatch {
        captures.clear();
        if key.len() > MAX_KEY_BYTES {
            return KeyMatch::Unmatched;
        }
        let mut search = Search::new(self, key);
        for root in &self.roots {
            if root.prefix.is_empty() || key.starts_with(&root.prefix) {
                search.walk(root.node, root.prefix.len(), 0);
            }
        }
        match search.found {
            Some(rank) => self.placed(rank, &search, captures),
            None if self.is_below_prefix(key) || self.lacks_prefix(key) => KeyMatch::Unmatched,
            None => KeyMatch::OutOfScope,
        }
    }

    /// By what a key that was placed, and whose captures these are, names its writer: the placeholder `job`, else the
    /// first one that is a whole segment; and the value.
    pub fn writer<'k>(&self, placed: &Placed, captures: &Captures, key: &'k str) -> Option<(&str, &'k str)> {
        let placeholders = &self.grammar.placeholders;
        let id = self.rules.get(placed.template as usize)?.extraction.writer(placeholders)?;
        Some((&placeholders.get(id).name, key.get(captures.get(id)?)?))
    }

    fn placed(&self, rank: usize, search: &Search<'_>, captures: &mut Captures) -> KeyMatch {
        let (expanded, rule) = (&self.templates[rank], &self.rules[rank]);
        rule.extraction.write(&self.finder(rank, search.key, &search.found_starts), captures);
        let folder = search.found_starts[rule.folder_segments];
        let (entry, settled) = match expanded.entry {
            Some(entry) => (Some(entry), true),
            None => self.entry_above(search.key, expanded.area, usize::from(folder)),
        };
        let placed = Placed {
            area: expanded.area,
            legacy: expanded.legacy,
            entry,
            folder,
            open: rule.open && settled,
            siblings: (rule.open && settled) || !search.asked_last,
            template: rank as u32,
        };
        if placed.legacy.is_some() { KeyMatch::Legacy(placed) } else { KeyMatch::Area(placed) }
    }

    /// The entry of the area's role with the longest prefix above a key, and whether that holds for the whole folder.
    fn entry_above(&self, key: &[u8], area: u16, folder: usize) -> (Option<u16>, bool) {
        let Grammar { spec, entries, .. } = &*self.grammar;
        let (mut longest, mut settled) = (None::<(usize, usize)>, true);
        for &entry in &self.entries {
            let prefix = entries[entry].prefix.as_bytes();
            if entries[entry].role != spec.areas[usize::from(area)].role {
                continue;
            }
            settled &= prefix.len() <= folder || !prefix.starts_with(&key[..folder]);
            if key.starts_with(prefix) && longest.is_none_or(|(length, _)| prefix.len() > length) {
                longest = Some((prefix.len(), entry));
            }
        }
        (longest.and_then(|(_, entry)| u16::try_from(entry).ok()), settled)
    }

    pub(super) fn is_below_prefix(&self, key: &[u8]) -> bool {
        self.entries.iter().any(|entry| key.starts_with(self.grammar.entries[*entry].prefix.as_bytes()))
    }

    /// Whether a key would lie in a wanted area if some entry's prefix stood in front of it.
    fn lacks_prefix(&self, key: &[u8]) -> bool {
        self.roots.iter().filter(|root| !root.prefix.is_empty()).any(|root| {
            let mut search = Search::new(self, key);
            search.walk(root.node, 0, 0);
            search.found.is_some_and(|rank| self.is_wanted(rank) && self.templates[rank].spells_out())
        })
    }

    /// The literals with which the templates of wanted areas begin.
    pub(super) fn leading(&self) -> &Leading {
        self.leading.get_or_init(|| Leading::of(self))
    }

    /// Whether a template is a wanted area's own.
    pub(super) fn is_wanted(&self, rank: usize) -> bool {
        let expanded = &self.templates[rank];
        expanded.legacy.is_none() && self.grammar.spec.areas[usize::from(expanded.area)].standing == Standing::Wanted
    }

    fn finder<'a>(&'a self, rank: usize, key: &'a [u8], starts: &'a Starts) -> Finder<'a> {
        let Grammar { shapes, placeholders, .. } = &*self.grammar;
        Finder { key, starts, template: &self.templates[rank].template, shapes, placeholders }
    }

    /// Where the segments of one template start in a key that it placed.
    pub(super) fn starts(&self, rank: usize, key: &[u8]) -> Option<Starts> {
        let prefix = self.templates.get(rank)?.prefix.as_bytes();
        let root = self.roots.iter().find(|root| *root.prefix == *prefix)?;
        let mut search = Search::new(self, key);
        search.walk(root.node, prefix.len(), 0);
        (search.found == Some(rank)).then_some(search.found_starts)
    }
}

/// One walk through the tree. Depth is bounded by the templates', never by the key.
struct Search<'a> {
    layout: &'a BucketLayout,
    key: &'a [u8],
    starts: Starts,
    found: Option<usize>,
    found_starts: Starts,
    /// Only better ranks than this are of interest.
    bound: usize,
    /// Whether anything but its being there depended on the key's last segment.
    asked_last: bool,
}

impl<'a> Search<'a> {
    fn new(layout: &'a BucketLayout, key: &'a [u8]) -> Self {
        let starts = [0; MOST_SEGMENTS + 1];
        let asked_last = key.last().is_none_or(|byte| *byte == b'/');
        Self { layout, key, starts, found: None, found_starts: starts, bound: usize::MAX, asked_last }
    }

    /// Tries everything at a node; `at` is where the key's next segment starts, or one past its end.
    fn walk(&mut self, node: usize, at: usize, depth: usize) {
        let node = &self.layout.nodes[node];
        if node.best >= self.bound {
            return;
        }
        self.starts[depth] = at as u16;
        if at > self.key.len() {
            self.accept(&node.ends, depth);
            return;
        }
        if at < self.key.len() && self.accept(&node.rests, depth) && node.best >= self.bound {
            return;
        }
        let end = self.segment_end(at);
        let segment = &self.key[at..end];
        self.asked_last |= end == self.key.len() && node.best_last < self.bound;
        if let Some(next) = node.literals.get(segment) {
            self.walk(next, end + 1, depth + 1);
        }
        for (shape, next) in &node.shapes {
            if self.layout.nodes[*next].best >= self.bound {
                break;
            }
            let shape = self.layout.grammar.shapes.get(*shape);
            let fits = if shape.takes_any { !segment.is_empty() } else { shape.automaton.accepts(segment) };
            if fits {
                self.walk(*next, end + 1, depth + 1);
            }
        }
        if let Some(next) = node.skip {
            self.skip(next, at, depth);
        }
    }

    /// Tries to go on from each following segment, the nearest first.
    fn skip(&mut self, next: usize, mut at: usize, depth: usize) {
        while at <= self.key.len() && self.layout.nodes[next].best < self.bound {
            self.walk(next, at, depth + 1);
            at = self.segment_end(at) + 1;
        }
    }

    fn segment_end(&self, at: usize) -> usize {
        memchr::memchr(b'/', &self.key[at..]).map_or(self.key.len(), |length| at + length)
    }

    /// Takes the best of the templates that end here, if it is better than what was found.
    fn accept(&mut self, ranks: &[usize], depth: usize) -> bool {
        for &rank in ranks.iter().take_while(|rank| **rank < self.bound) {
            let rule = &self.layout.rules[rank];
            if rule.extraction.agrees(&self.layout.finder(rank, self.key, &self.starts)) {
                self.found = Some(rank);
                self.found_starts[..=depth].copy_from_slice(&self.starts[..=depth]);
                // Areas are proved to be disjoint, so nothing better than one is left to be found.
                self.bound = if rule.is_area { 0 } else { rank };
                return true;
            }
        }
        false
    }
}
