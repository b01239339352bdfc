//! Which of L201, L203, L204 and L205 a key in no area earns.
//!
//! The areas that come nearest are told apart by counting leading segments. Where the rule leaves room (does a
//! tolerated area count as near? how near is a literal at another depth?) every code that a fair reading gives
//! is admitted; where all readings agree there is exactly one.

use std::collections::BTreeSet;

use strsim::osa_distance;

use super::layout::{Compiled, Naive};
use super::template::{self, Pattern};
use super::world::Standing;

/// The codes that a key in no area may be given.
pub(crate) fn codes(naive: &Naive<'_>, bucket: &str, key: &str) -> Vec<&'static str> {
    let own: Vec<&Compiled> = naive
        .templates
        .iter()
        .filter(|compiled| compiled.bucket == bucket && key.starts_with(compiled.base))
        .filter(|compiled| compiled.legacy.is_none())
        .collect();
    let area = |compiled: &&&Compiled| &naive.world.areas[compiled.area];
    let wanted = |compiled: &&&Compiled| area(compiled).standing == Standing::Wanted;
    let strictly: Vec<&Compiled> = own.iter().filter(wanted).filter(|it| !area(it).fallback).copied().collect();
    let widely: Vec<&Compiled> = own.iter().filter(wanted).copied().collect();
    let readings = [strictly, widely, own.clone()];
    let codes: BTreeSet<&str> = readings.iter().flat_map(|candidates| nearest(candidates, key)).collect();
    codes.into_iter().collect()
}

/// How a key leaves a template.
enum Break {
    /// The key ends too soon.
    Short,
    /// A segment with a placeholder does not take what stands there.
    Form,
    /// A literal does not stand there, or the key goes on where the template ends.
    Literal,
}

fn nearest(candidates: &[&Compiled], key: &str) -> Vec<&'static str> {
    let mut best: Option<(usize, &Compiled, Break)> = None;
    for compiled in candidates {
        let (lead, broken) = lead(compiled, key);
        if best.as_ref().is_none_or(|(most, _, _)| lead > *most) {
            best = Some((lead, compiled, broken));
        }
    }
    match best {
        Some((lead, _, Break::Short)) if lead > 0 => vec!["L204"],
        Some((lead, _, Break::Form)) if lead > 0 => vec!["L203"],
        Some((0, _, _)) => far(candidates, candidates, key),
        Some((_, compiled, _)) => far(&[compiled], candidates, key),
        None => vec!["L201"],
    }
}

/// How many leading segments match, and how the next one does not.
fn lead(compiled: &Compiled, key: &str) -> (usize, Break) {
    let template: Vec<&str> = compiled.text.split('/').collect();
    let segments: Vec<&str> = key[compiled.base.len()..].split('/').collect();
    for (index, expected) in template.iter().enumerate() {
        let ends = index >= segments.len() || (index + 1 == segments.len() && segments[index].is_empty());
        if ends {
            return (index, Break::Short);
        }
        if expected.ends_with("**") || expected.ends_with("**}") {
            return (index, Break::Literal);
        }
        // The leading part is matched as a whole, so that repeated placeholders hold equal text.
        let head = template[..=index].join("/");
        if !Pattern::of("", &head).is_match(&segments[..=index].join("/")) {
            return (index, if template::is_literal(expected) { Break::Literal } else { Break::Form });
        }
    }
    (template.len(), Break::Literal)
}

/// L205 where an area's path stands at the wrong place or its name is nearly spelled, else L201; both where
/// `near` areas do not decide it and another area or a part of a path may.
fn far(near: &[&Compiled], all: &[&Compiled], key: &str) -> Vec<&'static str> {
    if near.iter().any(|compiled| is_misplaced(compiled, key)) {
        vec!["L205"]
    } else if all.iter().any(|compiled| resembles(compiled, key)) {
        vec!["L201", "L205"]
    } else {
        vec!["L201"]
    }
}

/// The whole path at another depth below other folders, or with one literal nearly spelled.
fn is_misplaced(compiled: &Compiled, key: &str) -> bool {
    let key = &key[compiled.base.len()..];
    let pattern = Pattern::of("", compiled.text);
    let segments: Vec<&str> = key.split('/').collect();
    let template: Vec<&str> = compiled.text.split('/').collect();
    if !template::is_literal(template[0]) {
        return false;
    }
    let deeper = (1..segments.len()).any(|depth| {
        let plain = |segment: &&str| !matches!(*segment, "." | "..");
        segments[..depth].iter().all(plain) && pattern.is_match(&segments[depth..].join("/"))
    });
    let misspelled = template.iter().enumerate().any(|(index, literal)| {
        let Some(segment) = segments.get(index) else { return false };
        let mut mended = segments.clone();
        mended[index] = literal;
        template::is_literal(literal) && is_near(segment, literal) && pattern.is_match(&mended.join("/"))
    });
    deeper || misspelled
}

/// Whether any segment of the key is, or nearly is, any literal of the template.
fn resembles(compiled: &Compiled, key: &str) -> bool {
    let literals = || compiled.text.split('/').filter(|segment| template::is_literal(segment) && !segment.is_empty());
    key.split('/').any(|segment| literals().any(|literal| segment == literal || is_near(segment, literal)))
}

fn is_near(segment: &str, literal: &str) -> bool {
    segment != literal && osa_distance(&segment.to_lowercase(), &literal.to_lowercase()) <= 2
}
