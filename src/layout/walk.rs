//! A key shown on its way through the layout, segment by segment.

use super::captures::Captures;
use super::compile::Layout;
use super::matcher::{BucketLayout, KeyMatch, Placed};
use super::nearest::Miss;
use super::shape::{Piece, Segment};

/// What a segment of a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Part of the bucket entry's prefix.
    Prefix,
    /// Spelled out by the template.
    Literal,
    /// Of the form that the template asks for.
    Value,
    /// Part of what the template leaves open.
    Open,
    /// Not what was expected.
    Broken,
    /// Behind a segment that broke, or in no area: not looked at.
    Beyond,
}

/// One segment of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The segment; empty for an empty one, and for one that is missing.
    pub text: String,
    /// What it is.
    pub kind: StepKind,
    /// What was expected there, in words.
    pub expected: Option<String>,
}

/// A key's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// What the key is.
    pub found: KeyMatch,
    /// Why it is in no area, if so.
    pub miss: Option<Miss>,
    /// Its segments, in order.
    pub steps: Vec<Step>,
}

impl Layout {
    /// The way of a key through a bucket's templates: the template that it matches, or the nearest wanted area's.
    pub fn walk(&self, bucket: &BucketLayout, key: &str) -> Walk {
        let found = bucket.identify(key.as_bytes(), &mut Captures::new());
        let (steps, miss) = match &found {
            KeyMatch::Area(placed) | KeyMatch::Legacy(placed) => (bucket.matched(key, placed), None),
            KeyMatch::OutOfScope => (beyond(key), None),
            KeyMatch::Unmatched => {
                let miss = bucket.explain(key);
                (bucket.missed(key, &miss), Some(miss))
            }
        };
        Walk { found, miss, steps }
    }
}

fn beyond(key: &str) -> Vec<Step> {
    let step = |text: &str| Step { text: text.to_owned(), kind: StepKind::Beyond, expected: None };
    key.split('/').map(step).collect()
}

impl BucketLayout {
    fn matched(&self, key: &str, placed: &Placed) -> Vec<Step> {
        let rank = placed.template as usize;
        let (Some(expanded), Some(starts)) = (self.templates.get(rank), self.starts(rank, key.as_bytes())) else {
            return beyond(key);
        };
        let segments = &expanded.template.segments;
        let mut offset = 0;
        let mut steps = Vec::new();
        for text in key.split('/') {
            let at = segments.iter().enumerate().rev().find(|(index, _)| usize::from(starts[*index]) <= offset);
            let (kind, expected) = match at {
                _ if offset < expanded.prefix.len() => (StepKind::Prefix, None),
                Some((_, Segment::Fixed(_))) => (StepKind::Literal, None),
                Some((_, segment @ Segment::Shaped(_))) => {
                    (StepKind::Value, Some(self.grammar.shapes.expected(segment, &self.grammar.placeholders)))
                }
                Some((_, Segment::Skip | Segment::Rest(_))) | None => (StepKind::Open, None),
            };
            steps.push(Step { text: text.to_owned(), kind, expected });
            offset += text.len() + 1;
        }
        steps
    }

    fn missed(&self, key: &str, miss: &Miss) -> Vec<Step> {
        let Some(broken) = miss.segment.map(|segment| segment as usize) else { return beyond(key) };
        let below = |expanded: &&super::expansion::Expanded| {
            expanded.legacy.is_none()
                && Some(usize::from(expanded.area)) == miss.area
                && key.starts_with(&expanded.prefix)
        };
        let expanded = self.templates.iter().find(below);
        let before = expanded.map_or(0, |expanded| expanded.prefix.matches('/').count());
        let mut steps = Vec::new();
        for (index, text) in key.split('/').enumerate() {
            let segment = index.checked_sub(before).and_then(|index| expanded?.template.segments.get(index));
            let (kind, expected) = match segment {
                _ if index == broken => (StepKind::Broken, miss.expected.clone()),
                _ if index > broken => (StepKind::Beyond, None),
                None if index < before => (StepKind::Prefix, None),
                Some(segment @ Segment::Shaped(_)) => {
                    (StepKind::Value, Some(self.grammar.shapes.expected(segment, &self.grammar.placeholders)))
                }
                Some(Segment::Fixed(_)) => (StepKind::Literal, None),
                _ => (StepKind::Beyond, None),
            };
            steps.push(Step { text: text.to_owned(), kind, expected });
        }
        if broken >= steps.len() {
            steps.push(Step { text: String::new(), kind: StepKind::Broken, expected: miss.expected.clone() });
        }
        steps
    }

    /// The names of the placeholders of a placed key and their values, in the order of its template.
    pub fn captured(&self, key: &str) -> Vec<(String, String)> {
        let mut captures = Captures::new();
        self.identify(key.as_bytes(), &mut captures);
        let held = captures.iter().filter_map(|(id, range)| {
            Some((self.grammar.placeholders.get(id).name.clone(), key.get(range)?.to_owned()))
        });
        held.collect()
    }

    /// The placeholders that an area's key needs here, in the order of its path, and whether it needs a rest; none
    /// for an area that this entry does not have.
    pub fn needs(&self, entry: usize, area: usize) -> Option<(Vec<String>, bool)> {
        let expanded = self.path_of(Some(entry), area)?;
        let (mut names, mut rest) = (Vec::<String>::new(), false);
        for segment in &expanded.template.segments {
            match segment {
                Segment::Fixed(_) | Segment::Skip => {}
                Segment::Rest(_) => rest = true,
                Segment::Shaped(shape) => {
                    for piece in &self.grammar.shapes.get(*shape).pieces {
                        match piece {
                            Piece::Hole(id) => {
                                let name = &self.grammar.placeholders.get(*id).name;
                                if !names.contains(name) {
                                    names.push(name.clone());
                                }
                            }
                            Piece::Star => rest = true,
                            Piece::Literal(_) => {}
                        }
                    }
                }
            }
        }
        Some((names, rest))
    }
}
