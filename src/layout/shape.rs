//! Templates with their names resolved for one bucket, and the shapes (automata of whole segments) that they share.

use hashbrown::HashMap;

use std::sync::Arc;

use super::automaton::{Automaton, AutomatonError};
use super::placeholder::{BUCKET, FILE, PlaceholderId, Placeholders};
use super::template::{Fault, Name, RawPiece, RawSegment};

/// The most placeholders one template may have.
pub(super) const MOST_CAPTURES: usize = 16;

/// A template, ready to be matched, proved and built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    /// As written.
    pub(super) text: Arc<str>,
    /// Its segments.
    pub(super) segments: Vec<Segment>,
}

/// One segment of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    /// This text.
    Fixed(Box<str>),
    /// A text of this shape, never empty.
    Shaped(ShapeId),
    /// `**/`: zero or more segments, the fewest that do.
    Skip,
    /// The rest of the key, at least one byte, perhaps with a name.
    Rest(Option<PlaceholderId>),
}

/// The number of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ShapeId(u32);

/// One piece of a shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Piece {
    /// This text.
    Literal(Box<str>),
    /// Any text, perhaps none.
    Star,
    /// A placeholder's value.
    Hole(PlaceholderId),
}

/// A segment that is more than a literal.
#[derive(Debug)]
pub(super) struct Shape {
    /// Its pieces, at least one of them no literal.
    pub(super) pieces: Box<[Piece]>,
    /// Its texts.
    pub(super) automaton: Automaton,
    /// Whether it takes every segment that is not empty.
    pub(super) takes_any: bool,
}

/// All shapes of a layout, each kept once.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    list: Vec<Shape>,
    known: HashMap<Box<[Piece]>, ShapeId>,
}

impl Shapes {
    /// A shape by its number, which must be of this layout.
    pub(super) fn get(&self, id: ShapeId) -> &Shape {
        &self.list[id.0 as usize]
    }

    /// Resolves a template's names for the bucket of this name.
    pub(super) fn resolve(
        &mut self,
        text: &Arc<str>,
        raw: &[RawSegment],
        bucket: &str,
        placeholders: &mut Placeholders,
    ) -> Result<Template, Fault> {
        let mut segments = Vec::with_capacity(raw.len());
        let mut names: Vec<&str> = Vec::new();
        for segment in raw {
            segments.push(match segment {
                RawSegment::Skip => Segment::Skip,
                RawSegment::Rest(None) => Segment::Rest(None),
                RawSegment::Rest(Some(name)) => {
                    names.push(&name.text);
                    Segment::Rest(Some(rest(name, placeholders)?))
                }
                RawSegment::Pieces(pieces) => {
                    names.extend(pieces.iter().filter_map(|piece| match piece {
                        RawPiece::Hole(name) => Some(name.text.as_str()),
                        _ => None,
                    }));
                    self.segment(pieces, bucket, placeholders)?
                }
            });
        }
        names.sort_unstable();
        names.dedup();
        if names.len() > MOST_CAPTURES {
            return Err(Fault::new(0, format!("a template has at most {MOST_CAPTURES} placeholders")));
        }
        Ok(Template { text: Arc::clone(text), segments })
    }

    fn segment(&mut self, raw: &[RawPiece], bucket: &str, placeholders: &Placeholders) -> Result<Segment, Fault> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut offsets = Vec::new();
        for piece in raw {
            let text: &str = match piece {
                RawPiece::Literal(text) => text,
                RawPiece::Hole(name) if name.text == BUCKET => bucket,
                RawPiece::Hole(name) => {
                    pieces.push(Piece::Hole(hole(name, raw.len(), placeholders)?));
                    offsets.push(name.offset);
                    continue;
                }
                RawPiece::Star => {
                    pieces.push(Piece::Star);
                    continue;
                }
            };
            match pieces.last_mut() {
                Some(Piece::Literal(before)) => *before = format!("{before}{text}").into(),
                _ => pieces.push(Piece::Literal(text.into())),
            }
        }
        match pieces.as_slice() {
            [] => return Ok(Segment::Fixed("".into())),
            [Piece::Literal(text)] => return Ok(Segment::Fixed(text.clone())),
            _ => {}
        }
        let offset = offsets.first().copied().unwrap_or(0);
        if let Some(id) = self.known.get(pieces.as_slice()) {
            return Ok(Segment::Shaped(*id));
        }
        check_literals_between(&pieces, &offsets, placeholders)?;
        let shape = shape(pieces, placeholders)
            .map_err(|_| Fault::new(offset, "this segment is too large to be decided exactly"))?;
        if shape.automaton.judged_by(&[]).is_empty() {
            return Err(Fault::new(offset, "no segment is of this form"));
        }
        let id = ShapeId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.known.insert(shape.pieces.clone(), id);
        self.list.push(shape);
        Ok(Segment::Shaped(id))
    }

    /// The form of a segment in words, to follow "expected".
    pub(super) fn expected(&self, segment: &Segment, placeholders: &Placeholders) -> String {
        match segment {
            Segment::Fixed(text) => format!("`{text}`"),
            Segment::Skip | Segment::Rest(_) => "something below".to_owned(),
            Segment::Shaped(id) => match &*self.get(*id).pieces {
                [Piece::Hole(id)] => {
                    let placeholder = placeholders.get(*id);
                    format!("`{{{}}}`, {}", placeholder.name, placeholder.expected)
                }
                [Piece::Star] => "any one segment".to_owned(),
                pieces => {
                    let mut text = String::new();
                    let mut forms = Vec::new();
                    for piece in pieces {
                        match piece {
                            Piece::Literal(literal) => text.push_str(literal),
                            Piece::Star => text.push('*'),
                            Piece::Hole(id) => {
                                let placeholder = placeholders.get(*id);
                                text += &format!("{{{}}}", placeholder.name);
                                forms.push(format!("`{{{}}}` being {}", placeholder.name, placeholder.expected));
                            }
                        }
                    }
                    [vec![format!("`{text}`")], forms].concat().join(", ")
                }
            },
        }
    }
}

fn rest(name: &Name, placeholders: &mut Placeholders) -> Result<PlaceholderId, Fault> {
    placeholders.rest(&name.text).ok_or_else(|| {
        Fault::new(name.offset, format!("`{}` is a placeholder of one piece, not the name of a rest", name.text))
            .help("name the rest otherwise, as in `{rest**}`")
    })
}

fn hole(name: &Name, pieces: usize, placeholders: &Placeholders) -> Result<PlaceholderId, Fault> {
    let known = placeholders.id(&name.text).filter(|id| placeholders.get(*id).values.is_some());
    let Some(id) = known else {
        let fault = Fault::new(name.offset, format!("`{{{}}}` is no placeholder", name.text));
        return Err(fault.help(match placeholders.near(&name.text) {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None => format!("declare it in `[placeholder.{}]`", name.text),
        }));
    };
    if name.text == FILE && pieces > 1 {
        return Err(Fault::new(name.offset, "`{file}` is a whole segment").help("declare a placeholder for a part"));
    }
    Ok(id)
}

/// What follows a placeholder up to the next one must be something that the first cannot hold.
fn check_literals_between(pieces: &[Piece], offsets: &[usize], placeholders: &Placeholders) -> Result<(), Fault> {
    let mut holes = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Hole(id) = piece else { continue };
        holes += 1;
        let [Piece::Literal(literal), next, ..] = &pieces[index + 1..] else { continue };
        let placeholder = placeholders.get(*id);
        let (Some(values), Piece::Hole(_) | Piece::Star) = (&placeholder.values, next) else { continue };
        let anything = Automaton::constant("(?s)[^/]*");
        let holds = Automaton::concat(&[&anything, &Automaton::word(literal), &anything])
            .map_or(true, |holder| values.judged_by(&[&holder]).iter().any(|(holds, _)| holds[0]));
        if holds {
            let problem = format!("`{{{}}}` can itself hold `{literal}`, so its end cannot be told", placeholder.name);
            return Err(
                Fault::new(offsets[holes - 1], problem).help("put another literal behind it, or narrow its form")
            );
        }
    }
    Ok(())
}

fn shape(pieces: Vec<Piece>, placeholders: &Placeholders) -> Result<Shape, AutomatonError> {
    let takes_any = match pieces.as_slice() {
        [Piece::Star] => true,
        [Piece::Hole(id)] => placeholders.get(*id).name == FILE,
        _ => false,
    };
    // A segment of nothing but a star is not empty: empty segments are matched by `**`, `**/` and themselves only.
    let star = Automaton::constant(if takes_any { "(?s)[^/]+" } else { "(?s)[^/]*" });
    let mut parts = Vec::with_capacity(pieces.len());
    for piece in &pieces {
        parts.push(match piece {
            Piece::Literal(text) => Automaton::word(text),
            Piece::Star => star.clone(),
            Piece::Hole(id) => placeholders.get(*id).values.clone().unwrap_or_else(|| star.clone()),
        });
    }
    let automaton = match parts.as_slice() {
        [only] => only.clone(),
        _ => Automaton::concat(&parts.iter().collect::<Vec<_>>())?,
    };
    Ok(Shape { pieces: pieces.into(), automaton, takes_any })
}
