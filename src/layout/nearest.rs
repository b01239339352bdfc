//! The cold path: which area an unmatched key came nearest to, where it broke, and a key that would be right.

use super::captures::Captures;
use super::expansion::Expanded;
use super::legacy::without_empty_segments;
use super::matcher::{BucketLayout, KeyMatch};
use super::placeholder::PlaceholderId;
use super::shape::{Piece, Segment};
use crate::model::suggest::within;

/// Why a key is in no area: the rule it breaks, and what is known of where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// Which of the rules.
    pub kind: MissKind,
    /// The area that came nearest, an index into `spec.areas`.
    pub area: Option<usize>,
    /// The segment that broke, from 0, split at `/`; for a missing one, where it should stand.
    pub segment: Option<u32>,
    /// What was expected there, in words.
    pub expected: Option<String>,
    /// A key that lies in a wanted area and in which nothing is invented.
    pub suggestion: Option<String>,
}

/// The rule that an unmatched key breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MissKind {
    /// L201: below no area.
    Undeclared,
    /// L203: a placeholder's value is not of its form.
    Malformed,
    /// L204: too shallow for its area.
    Missing,
    /// L205: an area's path at the wrong place, or a near miss of its name.
    Misplaced,
}

/// How far a key follows an area's path.
struct Follow<'a> {
    expanded: &'a Expanded,
    /// The leading segments below the prefix that match.
    matched: usize,
}

impl BucketLayout {
    /// Why a key that [`identify`](Self::identify) called unmatched is so.
    ///
    /// Only wanted areas count. The nearest is the one with the most leading segments matched below its prefix, at
    /// least one; ties go to the file's order. If the key ends there, or has too few segments where a placeholder
    /// broke, that is L204; another broken placeholder is L203. A broken literal is L205 if the key without its empty
    /// segments would be right, if an area's leading literals nearly match, or if they stand deeper in the key; else
    /// it is L201.
    pub fn explain(&self, key: &str) -> Miss {
        if !self.is_below_prefix(key.as_bytes()) {
            return self.explain_prefix(key);
        }
        if let Some(miss) = self.explain_placeholder(key) {
            return miss;
        }
        let mut candidates = [self.collapsed(key), self.near_miss(key), self.deeper(key)].into_iter().flatten();
        let first = candidates.next();
        let better = match &first {
            Some(Miss { suggestion: None, .. }) => candidates.find(|miss| miss.suggestion.is_some()),
            _ => None,
        };
        better.or(first).unwrap_or(Miss {
            kind: MissKind::Undeclared,
            area: None,
            segment: None,
            expected: None,
            suggestion: None,
        })
    }

    /// The templates of wanted areas below whose prefix a key lies, each with the key's segments below it and how
    /// many stand before.
    fn wanted<'a>(&'a self, key: &'a str) -> impl Iterator<Item = (&'a Expanded, Vec<&'a str>, usize)> {
        let wanted = self.templates.iter().enumerate().filter(|(rank, _)| self.is_wanted(*rank));
        wanted.filter_map(move |(_, expanded)| {
            let below = key.strip_prefix(&*expanded.prefix)?;
            Some((expanded, below.split('/').collect(), expanded.prefix.matches('/').count()))
        })
    }

    /// The wanted area that a key lies in.
    fn wanted_area(&self, key: &str) -> Option<usize> {
        match self.identify(key.as_bytes(), &mut Captures::new()) {
            KeyMatch::Area(placed) if self.is_wanted(placed.template as usize) => Some(usize::from(placed.area)),
            _ => None,
        }
    }

    fn suggest(&self, key: String, area: usize) -> Option<String> {
        (self.wanted_area(&key) == Some(area)).then_some(key)
    }

    /// L205 for a key that lacks an entry's prefix.
    fn explain_prefix(&self, key: &str) -> Miss {
        let prefixes: Vec<&str> = self.entries.iter().map(|entry| &*self.grammar.entries[*entry].prefix).collect();
        let fitting = prefixes.iter().filter_map(|prefix| {
            let longer = format!("{prefix}{key}");
            self.wanted_area(&longer).map(|area| (prefix, area, longer))
        });
        let fitting: Vec<_> = fitting.collect();
        let area = fitting.first().map(|(_, area, _)| *area);
        let (expected, suggestion) = match (prefixes.as_slice(), fitting.into_iter().next()) {
            ([_], Some((prefix, _, longer))) => (format!("`{prefix}` in front"), Some(longer)),
            _ => ("a bucket entry's prefix in front".to_owned(), None),
        };
        Miss { kind: MissKind::Misplaced, area, segment: Some(0), expected: Some(expected), suggestion }
    }

    /// L203 and L204, from the area that the key follows furthest.
    fn explain_placeholder(&self, key: &str) -> Option<Miss> {
        let mut best: Option<(Follow<'_>, Vec<&str>, usize)> = None;
        for (expanded, segments, before) in self.wanted(key) {
            let matched = self.follow(expanded, &segments);
            let rank = |matched, area| (matched, std::cmp::Reverse(area));
            let better = best
                .as_ref()
                .is_none_or(|(known, ..)| rank(matched, expanded.area) > rank(known.matched, known.expanded.area));
            if better {
                best = Some((Follow { expanded, matched }, segments, before));
            }
        }
        let (Follow { expanded, matched }, segments, before) = best.filter(|(follow, ..)| follow.matched > 0)?;
        let broken = expanded.template.segments.get(matched)?;
        // A last `/` with nothing behind it is no segment yet.
        let ended = match segments.get(matched) {
            None => true,
            Some(segment) => segment.is_empty() && matched + 1 == segments.len(),
        };
        let least = expanded.template.segments.iter().filter(|segment| **segment != Segment::Skip).count();
        let kind = match broken {
            _ if ended => MissKind::Missing,
            Segment::Shaped(_) if segments.len() < least => MissKind::Missing,
            Segment::Shaped(_) => MissKind::Malformed,
            _ => return None,
        };
        let area = usize::from(expanded.area);
        Some(Miss {
            kind,
            area: Some(area),
            segment: u32::try_from(before + matched).ok(),
            expected: Some(self.grammar.shapes.expected(broken, &self.grammar.placeholders)),
            suggestion: self.suggest(without_empty_segments(key), area),
        })
    }

    fn follow(&self, expanded: &Expanded, segments: &[&str]) -> usize {
        let pairs = expanded.template.segments.iter().zip(segments);
        let mut values: Vec<(PlaceholderId, &str)> = Vec::new();
        let matching = pairs.take_while(|(segment, text)| match segment {
            Segment::Fixed(literal) => **literal == ***text,
            Segment::Shaped(shape) => {
                let shape = self.grammar.shapes.get(*shape);
                // A name that repeats must have the text it had before.
                let agrees = match *shape.pieces {
                    [Piece::Hole(id)] => {
                        values.push((id, text));
                        values.iter().all(|(known, value)| *known != id || value == *text)
                    }
                    _ => true,
                };
                agrees && shape.automaton.accepts(text.as_bytes())
            }
            Segment::Skip | Segment::Rest(_) => false,
        });
        matching.count()
    }

    /// L205 for a key that is right but for its empty segments.
    fn collapsed(&self, key: &str) -> Option<Miss> {
        let collapsed = without_empty_segments(key);
        let area = self.wanted_area(&collapsed)?;
        let empty = key.split('/').position(str::is_empty).and_then(|segment| u32::try_from(segment).ok());
        let expected = self.path_text(area);
        Some(Miss {
            kind: MissKind::Misplaced,
            area: Some(area),
            segment: empty,
            expected,
            suggestion: Some(collapsed),
        })
    }

    /// L205 for a key that starts nearly as an area does: most literals first, then fewest slips, then the file's
    /// order.
    fn near_miss(&self, key: &str) -> Option<Miss> {
        let mut best: Option<((usize, usize, usize), Miss)> = None;
        for (expanded, mut segments, before) in self.wanted(key) {
            let (mut run, mut slips, mut first) = (0, 0, None);
            for (literal, segment) in literals(expanded).zip(&segments) {
                let Some(distance) = self.distance(literal, segment) else { break };
                run += 1;
                slips += distance;
                if distance > 0 && first.is_none() {
                    first = Some((run - 1, literal));
                }
            }
            let Some((at, literal)) = first else { continue };
            let area = usize::from(expanded.area);
            let order = (usize::MAX - run, slips, area);
            if best.as_ref().is_some_and(|(known, _)| *known <= order) {
                continue;
            }
            for (segment, literal) in segments.iter_mut().zip(literals(expanded)).take(run) {
                *segment = literal;
            }
            let miss = Miss {
                kind: MissKind::Misplaced,
                area: Some(area),
                segment: u32::try_from(before + at).ok(),
                expected: Some(format!("`{literal}`")),
                suggestion: self.suggest(format!("{}{}", expanded.prefix, segments.join("/")), area),
            };
            best = Some((order, miss));
        }
        best.map(|(_, miss)| miss)
    }

    /// How far a segment is from a literal: 0 if equal, `None` if it is another word.
    fn distance(&self, literal: &str, segment: &str) -> Option<usize> {
        if literal == segment {
            return Some(0);
        }
        let is_other_number = self.grammar.spec.singular.iter().any(|(plural, singular)| {
            (plural == literal && singular == segment) || (singular == literal && plural == segment)
        });
        if is_other_number || literal.to_lowercase() == segment.to_lowercase() {
            return Some(1);
        }
        // Two slips turn any word of two letters into any other.
        let distance = || strsim::osa_distance(literal, segment);
        let is_near = !segment.is_empty() && within(literal, segment, 2) && distance() < literal.chars().count();
        is_near.then(distance)
    }

    /// L205 for a key that holds an area's leading literals deeper than they belong: most literals first, then the
    /// least depth, then the file's order.
    fn deeper(&self, key: &str) -> Option<Miss> {
        let mut best: Option<((usize, usize, usize), Miss)> = None;
        for (expanded, segments, before) in self.wanted(key) {
            let leading: Vec<&str> = literals(expanded).collect();
            let found = segments.windows(leading.len().max(1)).skip(1).position(|window| window == leading);
            let Some(depth) = found.map(|found| found + 1) else { continue };
            let area = usize::from(expanded.area);
            let order = (usize::MAX - leading.len(), depth, area);
            if best.as_ref().is_some_and(|(known, _)| *known <= order) {
                continue;
            }
            let miss = Miss {
                kind: MissKind::Misplaced,
                area: Some(area),
                segment: u32::try_from(before + depth).ok(),
                expected: self.path_text(area),
                suggestion: self.suggest(format!("{}{}", expanded.prefix, segments[depth..].join("/")), area),
            };
            best = Some((order, miss));
        }
        best.map(|(_, miss)| miss)
    }

    fn path_text(&self, area: usize) -> Option<String> {
        self.grammar.spec.areas.get(area).map(|area| format!("`{}`", area.path.value))
    }
}

/// The leading literals of a template, below its prefix.
fn literals(expanded: &Expanded) -> impl Iterator<Item = &str> {
    expanded.template.segments.iter().map_while(|segment| match segment {
        Segment::Fixed(text) => Some(&**text),
        _ => None,
    })
}
