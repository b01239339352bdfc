//! The cold path: which area an unmatched key came nearest to, where it broke, and a key that would be right.

use std::cmp::Reverse;

use super::captures::{Captures, holes, split};
use super::expansion::Expanded;
use super::leading::Wanted;
use super::legacy::without_empty_segments;
use super::matcher::{BucketLayout, KeyMatch};
use super::placeholder::PlaceholderId;
use super::shape::{Segment, Shape};
use crate::model::key::segments;

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

/// What of a key stands below a prefix.
struct Below<'a> {
    /// The prefix, by number.
    prefix: usize,
    /// Its segments there, split at `/`.
    segments: Vec<&'a str>,
    /// Of each segment: the literal that it is, by number.
    literals: Vec<Option<usize>>,
    /// How many segments the prefix has.
    before: usize,
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
        let below = self.below(key);
        if let Some(miss) = self.explain_placeholder(key, &below) {
            return miss;
        }
        let mut candidates = [self.collapsed(key), self.near_miss(&below), self.deeper(&below)].into_iter().flatten();
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

    /// What stands below each prefix of a wanted area that a key lies below.
    fn below<'a>(&self, key: &'a str) -> Vec<Below<'a>> {
        let leading = self.leading();
        let below = leading.prefixes.iter().enumerate().filter_map(|(number, prefix)| {
            let segments: Vec<&str> = segments(key.strip_prefix(&**prefix)?).collect();
            let literals = segments.iter().map(|segment| leading.number(segment)).collect();
            Some(Below { prefix: number, segments, literals, before: prefix.matches('/').count() })
        });
        below.collect()
    }

    /// The templates of wanted areas below whose prefix a key lies, each with what stands there.
    fn wanted<'a>(&'a self, below: &'a [Below<'a>]) -> impl Iterator<Item = (&'a Expanded, &'a Wanted, &'a Below<'a>)> {
        self.leading().templates.iter().filter_map(|wanted| {
            let below = below.iter().find(|below| below.prefix == wanted.prefix)?;
            Some((&self.templates[wanted.rank], wanted, below))
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
    fn explain_placeholder(&self, key: &str, below: &[Below<'_>]) -> Option<Miss> {
        let followed = self.wanted(below).map(|(expanded, wanted, below)| {
            // The leading segments below the prefix that match.
            let matched = self.follow(expanded, wanted, below);
            (matched, expanded, below)
        });
        let furthest = followed.reduce(|best, other| {
            let rank = |(matched, expanded, _): &(usize, &Expanded, &Below<'_>)| (*matched, Reverse(expanded.area));
            if rank(&other) > rank(&best) { other } else { best }
        });
        let (matched, expanded, Below { segments, before, .. }) = furthest.filter(|(matched, ..)| *matched > 0)?;
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

    fn follow(&self, expanded: &Expanded, wanted: &Wanted, below: &Below<'_>) -> usize {
        let agree =
            wanted.literals.iter().zip(&below.literals).take_while(|(literal, found)| Some(**literal) == **found);
        let leading = agree.count();
        if leading < wanted.literals.len() {
            return leading;
        }
        let pairs = expanded.template.segments.iter().zip(&below.segments).skip(leading);
        let mut values: Vec<(PlaceholderId, &str)> = Vec::new();
        let matching = pairs.take_while(|(segment, text)| match segment {
            Segment::Fixed(literal) => **literal == ***text,
            Segment::Shaped(shape) => {
                let Shape { pieces, automaton, .. } = self.grammar.shapes.get(*shape);
                automaton.accepts(text.as_bytes())
                    // A name that repeats must have the text it had before.
                    && holes(pieces).all(|(piece, id)| {
                        let value = &text[split(pieces, &self.grammar.placeholders, text.as_bytes(), piece)];
                        values.push((id, value));
                        values.iter().all(|(known, before)| *known != id || *before == value)
                    })
            }
            Segment::Skip | Segment::Rest(_) => false,
        });
        leading + matching.count()
    }

    /// L205 for a key that is right but for its empty segments.
    fn collapsed(&self, key: &str) -> Option<Miss> {
        let collapsed = without_empty_segments(key);
        let area = self.wanted_area(&collapsed)?;
        let empty = segments(key).position(str::is_empty).and_then(|segment| u32::try_from(segment).ok());
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
    fn near_miss(&self, below: &[Below<'_>]) -> Option<Miss> {
        let mut best: Option<((usize, usize, usize), Miss)> = None;
        let words = &self.leading().literals;
        // What was found of a prefix, a segment and a literal: many templates begin alike.
        let mut known = vec![None; self.leading().prefixes.len() * self.leading().depth * words.len()];
        let mut distance = |literal: usize, below: &Below<'_>, segment: usize| {
            let place = (below.prefix * self.leading().depth + segment) * words.len() + literal;
            *known[place].get_or_insert_with(|| words[literal].distance(below.segments[segment]))
        };
        for (expanded, wanted, below) in self.wanted(below) {
            let (mut run, mut slips, mut first) = (0, 0, None);
            for (segment, &literal) in wanted.literals.iter().enumerate().take(below.segments.len()) {
                let Some(distance) = distance(literal, below, segment) else { break };
                if distance > 0 && self.leading().is_taken(below.prefix, segment, below.segments[segment]) {
                    break;
                }
                run += 1;
                slips += distance;
                if distance > 0 && first.is_none() {
                    first = Some((run - 1, &words[literal].text));
                }
            }
            let Some((at, literal)) = first else { continue };
            let area = usize::from(expanded.area);
            let order = (usize::MAX - run, slips, area);
            if best.as_ref().is_some_and(|(known, _)| *known <= order) {
                continue;
            }
            let right = wanted.literals[..run].iter().map(|&literal| &*words[literal].text);
            let mended: Vec<&str> = right.chain(below.segments[run..].iter().copied()).collect();
            let miss = Miss {
                kind: MissKind::Misplaced,
                area: Some(area),
                segment: u32::try_from(below.before + at).ok(),
                expected: Some(format!("`{literal}`")),
                suggestion: self.suggest(format!("{}{}", expanded.prefix, mended.join("/")), area),
            };
            best = Some((order, miss));
        }
        best.map(|(_, miss)| miss)
    }

    /// L205 for a key that holds an area's leading literals deeper than they belong: most literals first, then the
    /// least depth, then the file's order.
    fn deeper(&self, below: &[Below<'_>]) -> Option<Miss> {
        let mut best: Option<((usize, usize, usize), Miss)> = None;
        for (expanded, wanted, Below { segments, literals, before, .. }) in self.wanted(below) {
            let leading = &wanted.literals;
            let is_leading = |window: &[Option<usize>]| window.iter().copied().eq(leading.iter().copied().map(Some));
            let found = literals.windows(leading.len().max(1)).skip(1).position(is_leading);
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
