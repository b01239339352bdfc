//! Keys built from an area's path.

use super::captures::Captures;
use super::expansion::Expanded;
use super::matcher::{BucketLayout, KeyMatch};
use super::placeholder::PlaceholderId;
use super::shape::{Piece, Segment};
use crate::model::UserError;
use crate::model::key::MAX_KEY_BYTES;

/// Why no key can be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The area does not hold for the entry's role, or the entry is of another bucket.
    #[error("area `{area}` is not in this entry of bucket `{bucket}`")]
    NotHere {
        /// The area's name.
        area: String,
        /// The bucket's name.
        bucket: String,
    },
    /// A placeholder has no value.
    #[error("`{{{placeholder}}}` has no value")]
    Missing {
        /// Its name.
        placeholder: String,
        /// Its values in words.
        expected: String,
    },
    /// A value is not of its placeholder's form.
    #[error("`{value}` is not of the form of `{{{placeholder}}}`")]
    Unfit {
        /// The placeholder's name.
        placeholder: String,
        /// The value, normalised.
        value: String,
        /// Its values in words.
        expected: String,
    },
    /// The path goes on without a name, and no rest was given.
    #[error("what stands at `{at}` of `{path}` is not given")]
    NoRest {
        /// The path.
        path: String,
        /// The unnamed piece.
        at: &'static str,
    },
    /// A rest was given to a path that has no place for it.
    #[error("`{path}` has no place for `{rest}`")]
    NoPlace {
        /// The path.
        path: String,
        /// What was given.
        rest: String,
    },
    /// The key is longer than Amazon S3 takes.
    #[error("the key would be {length} bytes long; Amazon S3 takes {MAX_KEY_BYTES}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The key would be read as something else.
    #[error("`{key}` would lie in {found}, not in area `{area}`")]
    Elsewhere {
        /// The key.
        key: String,
        /// What it is.
        found: String,
        /// The area asked for.
        area: String,
    },
}

impl UserError for BuildError {
    fn place(&self) -> Option<String> {
        None
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Missing { expected, .. } | Self::Unfit { expected, .. } => Some(format!("give {expected}")),
            Self::NoRest { .. } => Some("give the rest of the key below the folder".to_owned()),
            Self::NoPlace { .. } => Some("leave the rest out".to_owned()),
            Self::TooLong { .. } => Some("use shorter names".to_owned()),
            Self::Elsewhere { .. } => Some("choose another value".to_owned()),
            Self::NotHere { .. } => Some("choose an entry of the area's role".to_owned()),
        }
    }
}

/// Why a segment cannot be written.
pub(super) enum Gap {
    /// Nothing gives this placeholder.
    Missing(PlaceholderId),
    /// This value, normalised, is not of the placeholder's form.
    Unfit(PlaceholderId, String),
    /// `*` has no name to ask for.
    Unnamed,
}

impl BucketLayout {
    /// A whole key of an area below an entry, an index into `spec.buckets`.
    ///
    /// `value` is asked for placeholders by name; what it gives is normalised. `rest` is what follows the folder
    /// where the path ends in `**` or `{x**}` (then `value` is asked for `x` if there is none), or the one `*` of the
    /// path. `**/` takes no segment.
    ///
    /// # Errors
    ///
    /// [`BuildError`] says what is missing or would lead astray; the key of an `Ok` always lies in the area.
    ///
    /// ```
    /// use std::path::Path;
    /// use stocktake::layout::{Captures, KeyMatch, Layout, config};
    ///
    /// let text = r#"
    /// version = 1
    /// [[bucket]]
    /// name = "media"
    /// [placeholder.asset]
    /// form = "slug"
    /// [[area]]
    /// name = "video"
    /// path = "video/{asset}/**"
    /// "#;
    /// let layout = Layout::compile(config::parse(Path::new("stocktake.toml"), text.as_bytes(), &[]).unwrap()).unwrap();
    /// let bucket = layout.bucket("media").unwrap();
    /// let key = bucket.build(0, 0, &mut |name| (name == "asset").then(|| "a1".to_owned()), Some("clip.mp4")).unwrap();
    /// assert_eq!(key, "video/a1/clip.mp4");
    /// assert!(matches!(bucket.identify(key.as_bytes(), &mut Captures::new()), KeyMatch::Area(placed) if placed.area == 0));
    ///
    /// let error = bucket.build(0, 0, &mut |_| Some("A 1".to_owned()), Some("clip.mp4")).unwrap_err();
    /// assert_eq!(error.to_string(), "`A 1` is not of the form of `{asset}`");
    /// ```
    pub fn build(
        &self,
        entry: usize,
        area: usize,
        value: &mut dyn FnMut(&str) -> Option<String>,
        rest: Option<&str>,
    ) -> Result<String, BuildError> {
        let area_name = || self.grammar.spec.areas.get(area).map_or_else(String::new, |area| area.name.clone());
        let expanded = self
            .path_of(Some(entry), area)
            .ok_or_else(|| BuildError::NotHere { area: area_name(), bucket: self.name.clone() })?;
        let value: &mut dyn FnMut(&str) -> Option<String> = &mut |name| self.meant(name, value(name));
        let template = &expanded.template;
        let ends_in_rest = matches!(template.segments.last(), Some(Segment::Rest(_)));
        let mut rest = rest.filter(|rest| !rest.is_empty());
        let mut key = expanded.prefix.clone();
        for segment in &template.segments {
            match segment {
                Segment::Skip => continue,
                Segment::Rest(name) => {
                    let named = |id: PlaceholderId| value(&self.grammar.placeholders.get(id).name);
                    let text = rest.take().map(str::to_owned).or_else(|| name.and_then(named));
                    let missing = || BuildError::NoRest { path: template.text.to_string(), at: "**" };
                    key += &text.filter(|text| !text.is_empty()).ok_or_else(missing)?;
                }
                other => {
                    let mut star = || if ends_in_rest { None } else { rest.take() };
                    self.write(other, &mut key, value, &mut star).map_err(|gap| self.refuse(gap, &template.text))?;
                }
            }
            key.push('/');
        }
        key.pop();
        if let Some(rest) = rest {
            return Err(BuildError::NoPlace { path: template.text.to_string(), rest: rest.to_owned() });
        }
        if key.len() > MAX_KEY_BYTES {
            return Err(BuildError::TooLong { length: key.len() });
        }
        let found = match self.identify(key.as_bytes(), &mut Captures::new()) {
            KeyMatch::Area(placed) if usize::from(placed.area) == area => return Ok(key),
            KeyMatch::Area(placed) => format!("area `{}`", self.grammar.spec.areas[usize::from(placed.area)].name),
            KeyMatch::Legacy(_) => "a legacy template".to_owned(),
            KeyMatch::OutOfScope | KeyMatch::Unmatched => "no area".to_owned(),
        };
        Err(BuildError::Elsewhere { key, found, area: area_name() })
    }

    /// An area's path as it holds for an entry.
    pub(super) fn path_of(&self, entry: Option<usize>, area: usize) -> Option<&Expanded> {
        let is_path = |expanded: &&Expanded| expanded.legacy.is_none() && usize::from(expanded.area) == area;
        let mut paths = self.templates.iter().filter(is_path);
        match entry {
            Some(entry) => {
                let role = &self.grammar.spec.areas.get(area)?.role;
                if !self.entries.contains(&entry) || self.grammar.entries[entry].role != *role {
                    return None;
                }
                paths.find(|expanded| expanded.entry.is_none_or(|own| usize::from(own) == entry))
            }
            None => paths.next().filter(|_| paths.next().is_none()),
        }
    }

    /// Writes one segment; placeholders are asked for by name.
    pub(super) fn write<'r>(
        &self,
        segment: &Segment,
        key: &mut String,
        value: &mut dyn FnMut(&str) -> Option<String>,
        star: &mut dyn FnMut() -> Option<&'r str>,
    ) -> Result<(), Gap> {
        match segment {
            Segment::Fixed(text) => key.push_str(text),
            Segment::Skip | Segment::Rest(_) => return Err(Gap::Unnamed),
            Segment::Shaped(shape) => {
                for piece in &self.grammar.shapes.get(*shape).pieces {
                    match piece {
                        Piece::Literal(text) => key.push_str(text),
                        Piece::Star => key.push_str(star().ok_or(Gap::Unnamed)?),
                        Piece::Hole(id) => {
                            let placeholder = self.grammar.placeholders.get(*id);
                            let given = value(&placeholder.name).ok_or(Gap::Missing(*id))?;
                            if !placeholder.takes(&given) {
                                return Err(Gap::Unfit(*id, given));
                            }
                            key.push_str(&given);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// What a record's answer for a placeholder means.
    pub(super) fn meant(&self, name: &str, given: Option<String>) -> Option<String> {
        given.map(|given| self.grammar.placeholders.normalise(name, &given).into_owned())
    }

    fn refuse(&self, gap: Gap, path: &str) -> BuildError {
        let named = |id| {
            let placeholder = self.grammar.placeholders.get(id);
            (placeholder.name.clone(), placeholder.expected.clone())
        };
        match gap {
            Gap::Missing(id) => {
                let (placeholder, expected) = named(id);
                BuildError::Missing { placeholder, expected }
            }
            Gap::Unfit(id, value) => {
                let (placeholder, expected) = named(id);
                BuildError::Unfit { placeholder, value, expected }
            }
            Gap::Unnamed => BuildError::NoRest { path: path.to_owned(), at: "*" },
        }
    }
}
