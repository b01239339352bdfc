//! New objects at old places: a writer that was not updated, told by what its keys name it by, and since when.

use std::collections::BTreeMap;

use crate::audit::migrate::pairing::{Generation, Seen};
use crate::layout::spec::Fate;
use crate::layout::{Captures, KeyMatch, Layout};
use crate::model::{Millis, time};
use crate::results::plan::Amount;
use crate::results::schema::LateWriter;

/// How many writers a result names.
const MOST_WRITERS: usize = 100;

/// What one writer wrote.
#[derive(Debug, Clone, Default)]
struct Tally {
    amount: Amount,
    since: Option<Millis>,
    latest: Option<Millis>,
    example: String,
}

/// A bucket, a generation, and the placeholder and value that name who writes there.
type Writer = (u16, Generation, Option<(String, String)>);

/// All of them: as many as still write to old places.
#[derive(Debug, Default)]
pub(super) struct LateWriters {
    known: BTreeMap<Writer, Tally>,
    captures: Captures,
}

impl LateWriters {
    /// An object that is new, or was written over; whether its key is of an older generation.
    pub(super) fn object(&mut self, layout: &Layout, bucket: u16, key: &str, seen: &Seen) -> bool {
        let of_bucket = &layout.buckets()[usize::from(bucket)];
        let found = of_bucket.identify(key.as_bytes(), &mut self.captures);
        let KeyMatch::Legacy(placed) = found else { return false };
        let area = &layout.spec().areas[usize::from(placed.area)];
        let declared = placed.legacy.and_then(|legacy| area.legacy.get(usize::from(legacy)));
        // Who may go on writing there, by the layout's own words, is not late.
        if declared.is_some_and(|legacy| legacy.keep_source.is_some() || matches!(legacy.fate, Fate::Keep(_))) {
            return true;
        }
        let writer = of_bucket.writer(&placed, &self.captures, key);
        let writer = writer.map(|(placeholder, value)| (placeholder.to_owned(), value.to_owned()));
        let generation = Generation { area: placed.area, legacy: placed.legacy.unwrap_or_default() };
        let tally = self.known.entry((bucket, generation, writer)).or_default();
        tally.amount += Amount { objects: 1, bytes: seen.content.size.unwrap_or(0) };
        let (since, latest) = (tally.since, tally.latest);
        tally.since = [since, seen.modified].into_iter().flatten().min();
        tally.latest = [latest, seen.modified].into_iter().flatten().max();
        if tally.example.is_empty() || key < tally.example.as_str() {
            key.clone_into(&mut tally.example);
        }
        true
    }

    /// Takes over what another thread saw.
    pub(super) fn absorb(&mut self, other: Self) {
        for (writer, more) in other.known {
            let tally = self.known.entry(writer).or_default();
            tally.amount += more.amount;
            tally.since = [tally.since, more.since].into_iter().flatten().min();
            tally.latest = [tally.latest, more.latest].into_iter().flatten().max();
            if tally.example.is_empty() || more.example < tally.example {
                tally.example = more.example;
            }
        }
    }

    /// The oldest first; and how many there are.
    pub(super) fn results(self, layout: &Layout) -> (Vec<LateWriter>, u64) {
        let count = self.known.len() as u64;
        let areas = &layout.spec().areas;
        let mut writers: Vec<(Option<Millis>, LateWriter)> = self
            .known
            .into_iter()
            .map(|((bucket, generation, writer), tally)| {
                let area = &areas[usize::from(generation.area)];
                let (placeholder, job) = writer.unzip();
                let writer = LateWriter {
                    bucket: layout.buckets()[usize::from(bucket)].name().to_owned(),
                    area: area.name.clone(),
                    generation: area.legacy[usize::from(generation.legacy)].name.clone(),
                    placeholder,
                    job,
                    objects: tally.amount.objects,
                    bytes: tally.amount.bytes,
                    since: tally.since.map(time::format_utc),
                    latest: tally.latest.map(time::format_utc),
                    example: tally.example,
                };
                (tally.since, writer)
            })
            .collect();
        writers.sort_by_key(|(since, _)| since.unwrap_or(Millis::MAX));
        writers.truncate(MOST_WRITERS);
        (writers.into_iter().map(|(_, writer)| writer).collect(), count)
    }
}
