//! Where a location that somebody wrote down is now: an old URI's new place, a new one's own.

use super::captures::Captures;
use super::compile::Layout;
use super::legacy::{LegacyTarget, USE_CASE};
use super::matcher::{BucketLayout, KeyMatch, Placed};
use super::nearest::Miss;
use super::spec::FormSpec;
use crate::model::suggest;
use crate::model::uri::{self, UriError};

/// The most new places that are listed of one old one.
const MOST_CANDIDATES: usize = 64;

/// What became of a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It lies in an area already: the same place, in the name that the layout declares for its bucket.
    Current {
        /// The area, an index into `spec.areas`.
        area: usize,
        /// Its URI.
        uri: String,
    },
    /// It moved; several candidates where what is known does not decide.
    Moved {
        /// The area, an index into `spec.areas`.
        area: usize,
        /// The legacy generation, an index into the area's `legacy`.
        legacy: usize,
        /// Where it may be now, at least one place.
        candidates: Vec<Candidate>,
    },
    /// It stays where it is, because.
    Kept(String),
    /// It goes, because.
    Retired(String),
    /// Its new place cannot be known without these.
    Unnamed {
        /// Placeholders, or [`USE_CASE`].
        missing: Vec<String>,
        /// Whether such objects stay where they are.
        keep: bool,
    },
    /// It has no new place, because.
    Unfit(String),
    /// Nothing declares it.
    Unmatched(Miss),
    /// It lies below no declared prefix of its bucket.
    OutOfScope,
    /// The layout does not know the bucket; perhaps another one was meant.
    UnknownBucket {
        /// The bucket's name.
        bucket: String,
        /// The declared name that is nearest.
        near: Option<String>,
    },
}

/// A place that an old location may have moved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its URI.
    pub uri: String,
    /// What was supposed for it, as placeholder and value: empty where everything was known.
    pub supposed: Vec<(String, String)>,
}

impl Layout {
    /// Where a location is now. The bucket is found by its own name or an alias; a URI of another bucket stays there.
    ///
    /// `fill` is asked for placeholders that an old key lacks, by name. One that nobody gives and that has few values
    /// (`one_of`) gives a candidate for each; so do a use case that the key does not tell, and a `+` in a URL, which
    /// may be a space.
    ///
    /// # Errors
    ///
    /// A text that is no location in S3.
    ///
    /// ```
    /// use std::path::Path;
    /// use stocktake::layout::{Layout, config, resolve::Resolution};
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
    /// [[area.legacy]]
    /// name = "films"
    /// from = "films/{asset}/{rest**}"
    /// to = "video/{asset}/{rest**}"
    /// "#;
    /// let layout = Layout::compile(config::parse(Path::new("stocktake.toml"), text.as_bytes(), &[]).unwrap()).unwrap();
    /// let Resolution::Moved { candidates, .. } = layout.resolve("s3://media/films/a1/clip.mp4", &mut |_| None).unwrap()
    /// else { panic!() };
    /// assert_eq!(candidates[0].uri, "s3://media/video/a1/clip.mp4");
    /// ```
    pub fn resolve(
        &self,
        location: &str,
        fill: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Result<Resolution, UriError> {
        let read = uri::parse(location)?;
        let mut found = Vec::new();
        for key in std::iter::once(read.key.as_ref()).chain(read.other_key.as_deref()) {
            found.push(match self.known(&read.bucket, key) {
                Some((bucket, key)) => self.resolve_key(bucket, &key, fill),
                None => {
                    let near = suggest::nearest(&read.bucket, self.buckets().iter().map(BucketLayout::name));
                    Resolution::UnknownBucket { bucket: read.bucket.to_string(), near: near.map(str::to_owned) }
                }
            });
        }
        Ok(found.into_iter().reduce(joined).unwrap_or(Resolution::OutOfScope))
    }

    /// The declared bucket that a name means, with the key as it is there.
    fn known(&self, name: &str, key: &str) -> Option<(&BucketLayout, String)> {
        if let Some(bucket) = self.bucket(name) {
            return Some((bucket, key.to_owned()));
        }
        self.buckets().iter().find_map(|bucket| {
            bucket.entries().iter().find_map(|&entry| {
                let entry = &self.spec().buckets[entry];
                let below = entry.aliases.iter().filter(|(alias, _)| alias == name);
                below.filter_map(|(_, below)| Some((below, key.strip_prefix(below.as_str())?))).next().map(
                    |(below, rest)| {
                        let put = if below.is_empty() { "" } else { entry.prefix.as_str() };
                        (bucket, format!("{put}{rest}"))
                    },
                )
            })
        })
    }

    fn resolve_key(
        &self,
        bucket: &BucketLayout,
        key: &str,
        fill: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Resolution {
        let mut captures = Captures::new();
        let uri = |key: &str| format!("s3://{}/{key}", bucket.name());
        let placed = match bucket.identify(key.as_bytes(), &mut captures) {
            KeyMatch::Area(placed) => return Resolution::Current { area: usize::from(placed.area), uri: uri(key) },
            KeyMatch::OutOfScope => return Resolution::OutOfScope,
            KeyMatch::Unmatched => return Resolution::Unmatched(bucket.explain(key)),
            KeyMatch::Legacy(placed) => placed,
        };
        let (missing, keep) = match bucket.legacy_target(key, &placed, &captures, None, fill) {
            LegacyTarget::Moves(new) => {
                return moved(&placed, vec![Candidate { uri: uri(&new), supposed: Vec::new() }]);
            }
            LegacyTarget::Keeps(why) => return Resolution::Kept(why),
            LegacyTarget::Retires(why) => return Resolution::Retired(why),
            LegacyTarget::Unfit(why) => return Resolution::Unfit(why),
            LegacyTarget::Unnamed { missing, keep } => (missing, keep),
        };
        let mut candidates = Vec::new();
        for supposed in self.suppositions(bucket, &placed, &missing) {
            let entry = supposed.iter().find(|(name, _)| name == USE_CASE);
            let entry = entry.and_then(|(_, prefix)| {
                let mut entries = bucket.entries().iter().copied();
                entries.find(|entry| self.spec().buckets[*entry].prefix == *prefix)
            });
            let mut known = |name: &str| {
                let guess = supposed.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
                guess.or_else(|| fill(name))
            };
            if let LegacyTarget::Moves(new) = bucket.legacy_target(key, &placed, &captures, entry, &mut known) {
                candidates.push(Candidate { uri: uri(&new), supposed });
            }
        }
        if candidates.is_empty() { Resolution::Unnamed { missing, keep } } else { moved(&placed, candidates) }
    }

    /// Every combination of values that what is missing may have; none if one of them may be anything.
    fn suppositions(&self, bucket: &BucketLayout, placed: &Placed, missing: &[String]) -> Vec<Vec<(String, String)>> {
        let spec = self.spec();
        let mut made: Vec<Vec<(String, String)>> = vec![Vec::new()];
        for name in missing {
            let values: Vec<String> = if name == USE_CASE {
                let entries = bucket.entries().iter().map(|entry| &spec.buckets[*entry]);
                let role = &spec.areas[usize::from(placed.area)].role;
                entries.filter(|entry| entry.role == *role).map(|entry| entry.prefix.clone()).collect()
            } else {
                match spec.placeholders.iter().find(|known| known.name == *name).map(|known| &known.form) {
                    Some(FormSpec::OneOf(words)) => words.clone(),
                    _ => return Vec::new(),
                }
            };
            let longer = made.iter().flat_map(|before| {
                values.iter().map(|value| [before.as_slice(), &[(name.clone(), value.clone())]].concat())
            });
            made = longer.take(MOST_CANDIDATES).collect();
        }
        made
    }
}

fn moved(placed: &Placed, candidates: Vec<Candidate>) -> Resolution {
    let legacy = placed.legacy.map_or(0, usize::from);
    Resolution::Moved { area: usize::from(placed.area), legacy, candidates }
}

/// What two readings of one text come to: the one that means something, or all candidates of both.
fn joined(one: Resolution, other: Resolution) -> Resolution {
    match (one, other) {
        (
            Resolution::Moved { area, legacy, mut candidates },
            Resolution::Moved { area: other_area, legacy: other_legacy, candidates: more },
        ) if (area, legacy) == (other_area, other_legacy) => {
            candidates.extend(more);
            Resolution::Moved { area, legacy, candidates }
        }
        (Resolution::Unmatched(_) | Resolution::OutOfScope | Resolution::Unfit(_), other) => other,
        (one, _) => one,
    }
}
