//! With which literals the paths of a bucket's wanted areas begin, numbered, so that a key that is in none of them is
//! compared with each word once.

use hashbrown::{HashMap, HashSet};

use super::expansion::Expanded;
use super::matcher::BucketLayout;
use super::shape::{Segment, Template};
use crate::model::suggest;

/// The furthest that a segment may be from a literal and count as a slip of it.
const SLIPS: usize = 2;

/// The wanted templates of a bucket, and the literals that they begin with.
#[derive(Debug, Default)]
pub(super) struct Leading {
    /// What stands in front of templates: the prefixes of entries, or nothing.
    pub(super) prefixes: Vec<String>,
    pub(super) literals: Vec<Literal>,
    /// The number of each literal.
    numbers: HashMap<String, usize>,
    pub(super) templates: Vec<Wanted>,
    /// The most literals that a template begins with.
    pub(super) depth: usize,
    /// By prefix and segment: the literals of areas that are not wanted. They are no slips of others.
    taken: HashSet<(usize, usize, String)>,
}

/// A literal segment.
#[derive(Debug)]
pub(super) struct Literal {
    pub(super) text: String,
    /// Its other numbers: singular for plural and the other way round.
    others: Vec<String>,
}

/// A template of a wanted area.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Its place among the bucket's templates.
    pub(super) rank: usize,
    /// What stands in front of it, by number.
    pub(super) prefix: usize,
    /// The literals that it begins with, by number.
    pub(super) literals: Vec<usize>,
}

impl Leading {
    /// Those of a bucket.
    pub(super) fn of(layout: &BucketLayout) -> Self {
        let mut made = Self::default();
        for (rank, expanded) in layout.templates.iter().enumerate().filter(|(rank, _)| layout.is_wanted(*rank)) {
            let prefix = made.prefixes.iter().position(|known| *known == expanded.prefix).unwrap_or_else(|| {
                made.prefixes.push(expanded.prefix.clone());
                made.prefixes.len() - 1
            });
            let leading = leading(&expanded.template);
            let literals: Vec<usize> = leading.map(|text| made.enter(text, &layout.grammar.spec.singular)).collect();
            made.depth = made.depth.max(literals.len());
            made.templates.push(Wanted { rank, prefix, literals });
        }
        let is_other = |(rank, expanded): &(usize, &Expanded)| expanded.legacy.is_none() && !layout.is_wanted(*rank);
        for (_, expanded) in layout.templates.iter().enumerate().filter(is_other) {
            let prefix = made.prefixes.iter().position(|known| *known == expanded.prefix);
            let leading = leading(&expanded.template).enumerate();
            made.taken.extend(leading.filter_map(|(segment, text)| Some((prefix?, segment, text.to_owned()))));
        }
        made
    }

    /// Whether an area that is not wanted has this very word at this segment below a prefix.
    pub(super) fn is_taken(&self, prefix: usize, segment: usize, word: &str) -> bool {
        !self.taken.is_empty() && self.taken.contains(&(prefix, segment, word.to_owned()))
    }

    fn enter(&mut self, text: &str, singular: &[(String, String)]) -> usize {
        if let Some(number) = self.number(text) {
            return number;
        }
        let others = singular.iter().filter_map(|(plural, singular)| match text {
            _ if plural == text => Some(singular.clone()),
            _ if singular == text => Some(plural.clone()),
            _ => None,
        });
        let number = self.literals.len();
        self.literals.push(Literal { text: text.to_owned(), others: others.collect() });
        self.numbers.insert(text.to_owned(), number);
        number
    }

    /// The number of the literal that a segment is.
    pub(super) fn number(&self, segment: &str) -> Option<usize> {
        self.numbers.get(segment).copied()
    }
}

/// The literals that a template begins with.
fn leading(template: &Template) -> impl Iterator<Item = &str> {
    template.segments.iter().map_while(|segment| match segment {
        Segment::Fixed(text) => Some(&**text),
        _ => None,
    })
}

impl Literal {
    /// How far a segment is from it: 0 if equal, `None` if it is another word.
    pub(super) fn distance(&self, segment: &str) -> Option<usize> {
        let literal = &*self.text;
        if literal == segment {
            return Some(0);
        }
        let is_other_case = match literal.is_ascii() && segment.is_ascii() {
            true => literal.eq_ignore_ascii_case(segment),
            false => literal.to_lowercase() == segment.to_lowercase(),
        };
        if is_other_case || self.others.iter().any(|other| other == segment) {
            return Some(1);
        }
        if segment.is_empty() {
            return None;
        }
        // Two slips turn any word of two letters into any other.
        suggest::distance(literal, segment, SLIPS).filter(|&distance| distance < literal.chars().count())
    }
}
