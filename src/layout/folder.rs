//! Folders of areas: built, taken apart, and the question whether a prefix is too high to mean one.

use super::captures::{Captures, Finder, Starts};
use super::compile::Grammar;
use super::expansion::Expanded;
use super::matcher::BucketLayout;
use super::proof::leading;
use super::shape::{Piece, Segment, Shapes};
use super::template::MOST_SEGMENTS;
use crate::model::key::{self, MAX_KEY_BYTES};

impl BucketLayout {
    /// Writes an area's folder, ending in `/` or `""` for the root, if every placeholder in it has a value of its form;
    /// says whether it did.
    ///
    /// Without an entry, the area must start at the bucket's root or hold for one entry only.
    pub fn folder<'v>(
        &self,
        entry: Option<usize>,
        area: usize,
        value: &dyn Fn(&str) -> Option<&'v str>,
        folder: &mut String,
    ) -> bool {
        folder.clear();
        let Some(expanded) = self.path_of(entry, area) else { return false };
        folder.push_str(&expanded.prefix);
        let segments = &expanded.template.segments[..expanded.folder_segments(&self.grammar.shapes)];
        segments.iter().all(|segment| {
            let written = self.write_folder(segment, value, folder);
            folder.push('/');
            written
        })
    }

    fn write_folder<'v>(
        &self,
        segment: &Segment,
        value: &dyn Fn(&str) -> Option<&'v str>,
        folder: &mut String,
    ) -> bool {
        let Grammar { shapes, placeholders, .. } = &*self.grammar;
        let shape = match segment {
            Segment::Fixed(text) => {
                folder.push_str(text);
                return true;
            }
            Segment::Skip | Segment::Rest(_) => return false,
            Segment::Shaped(shape) => shapes.get(*shape),
        };
        shape.pieces.iter().all(|piece| match piece {
            Piece::Literal(text) => {
                folder.push_str(text);
                true
            }
            Piece::Star => false,
            Piece::Hole(id) => {
                let placeholder = placeholders.get(*id);
                let Some(given) = value(&placeholder.name) else { return false };
                let given = placeholders.normalise(&placeholder.name, given);
                folder.push_str(&given);
                placeholder.takes(&given)
            }
        })
    }

    /// The placeholders of an area's folder and their values, in the order of the path; none for a text that is no
    /// folder of it.
    pub fn folder_captures(&self, area: usize, folder: &str) -> Vec<(String, String)> {
        let (mut captures, mut found) = (Captures::new(), Vec::new());
        self.each_folder_capture(area, folder, &mut captures, &mut |name, value| {
            found.push((name.to_owned(), value.to_owned()));
        });
        found
    }

    /// The same, each given to `each`; `captures` is memory to work in.
    pub fn each_folder_capture(
        &self,
        area: usize,
        folder: &str,
        captures: &mut Captures,
        each: &mut dyn FnMut(&str, &str),
    ) {
        let Grammar { shapes, placeholders, .. } = &*self.grammar;
        for expanded in self.templates.iter().filter(|path| path.legacy.is_none() && usize::from(path.area) == area) {
            let (template, extraction) = expanded.folder(shapes);
            let below = folder.strip_prefix(&*expanded.prefix).filter(|_| folder.len() <= MAX_KEY_BYTES);
            let starts = below.and_then(|below| align(&template.segments, below, shapes));
            let Some(starts) = starts else { continue };
            let starts = starts.map(|start| start + expanded.prefix.len() as u16);
            let finder = Finder { key: folder.as_bytes(), starts: &starts, template, shapes, placeholders };
            captures.clear();
            extraction.write(&finder, captures);
            for (id, range) in captures.iter() {
                if let Some(value) = folder.get(range) {
                    each(&placeholders.get(id).name, value);
                }
            }
            return;
        }
    }

    /// Whether a prefix (with or without its last `/`) is the bucket's root or lies above every placeholder of some
    /// area that has one: R313.
    pub fn is_over_broad(&self, prefix: &str) -> bool {
        let below = prefix.strip_suffix('/').unwrap_or(prefix);
        prefix.is_empty()
            || self.templates.iter().filter(|expanded| expanded.legacy.is_none()).any(|expanded| {
                let mut leading = leading(expanded);
                self.has_placeholder(expanded) && below.split('/').all(|segment| leading.next() == Some(segment))
            })
    }

    fn has_placeholder(&self, expanded: &Expanded) -> bool {
        expanded.template.segments.iter().any(|segment| match segment {
            Segment::Shaped(shape) => {
                self.grammar.shapes.get(*shape).pieces.iter().any(|piece| matches!(piece, Piece::Hole(_)))
            }
            _ => false,
        })
    }
}

/// Where each segment starts in a folder that they match from end to end. At most one is `**/`, so lengths tell what
/// it takes.
fn align(segments: &[Segment], folder: &str, shapes: &Shapes) -> Option<Starts> {
    let whole = Some(folder).filter(|folder| !folder.is_empty());
    let mut texts = whole.into_iter().flat_map(|folder| key::segments(folder.strip_suffix('/').unwrap_or(folder)));
    let fixed = segments.iter().filter(|segment| **segment != Segment::Skip).count();
    let mut starts: Starts = [0; MOST_SEGMENTS + 1];
    let mut at = 0;
    for (index, segment) in segments.iter().enumerate() {
        starts[index] = u16::try_from(at).ok()?;
        let skipped = match segment {
            Segment::Skip => texts.clone().count().checked_sub(fixed - index)?,
            _ => 1,
        };
        for text in texts.by_ref().take(skipped) {
            at += text.len() + 1;
            match segment {
                Segment::Fixed(literal) if **literal != *text => return None,
                Segment::Shaped(shape) if !shapes.get(*shape).automaton.accepts(text.as_bytes()) => return None,
                _ => {}
            }
        }
    }
    starts[segments.len()] = u16::try_from(at).ok()?;
    (at == folder.len()).then_some(starts)
}
