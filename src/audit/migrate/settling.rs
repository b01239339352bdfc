//! The first half of a proof: at each key, what the plan says, what *before* and *after* hold there. Objects that stay
//! are settled; those that move send what was seen to the place of their old key, where the second half settles them.

use std::io;

use crate::audit::migrate::pairing::{AFTER, BEFORE, CHECKSUM, Generation, PLANNED, Planned, Seen, TARGET};
use crate::audit::migrate::record::{HASH, Put, Values, damaged, hashed_place_length, put_hashed_place, read_place};
use crate::migration::checksum_report::are_comparable;
use crate::migration::{Action, Content, Sameness};
use crate::model::bytes::hex;
use crate::results::partitions::{Loaded, PartitionsWriter};

/// Records between two looks at whether the user wants to stop.
const RECORDS_PER_CHECK: usize = 1 << 16;

/// At an old key, in the second half: the object itself.
pub(super) const MOVING: u8 = 0;
/// At an old key, in the second half: one of its new keys.
pub(super) const ARRIVED: u8 = 1;

/// Everything about one key.
#[derive(Debug, Default)]
pub(super) struct AtKey {
    pub(super) before: Option<Seen>,
    pub(super) after: Option<Seen>,
    pub(super) planned: Vec<Planned>,
    /// Algorithm and value.
    pub(super) checksums: Vec<(String, String)>,
    /// Old keys of the objects that are to be here.
    pub(super) targets: Vec<String>,
}

impl AtKey {
    fn clear(&mut self) {
        self.before = None;
        self.after = None;
        self.planned.clear();
        self.checksums.clear();
        self.targets.clear();
    }

    /// The row of the plan by which the object moves.
    pub(super) fn moves(&self) -> Option<&Planned> {
        self.planned.iter().find(|planned| matches!(planned.action, Action::Copy | Action::Done))
    }
}

/// Hears of every key.
pub(super) trait KeyTaker {
    /// An object that the plan moves is dealt with in the second half; of all else this is the last word.
    fn key(&mut self, bucket: u16, key: &str, at: &AtKey) -> io::Result<()>;
}

/// Takes all keys of a partition.
pub(super) fn settle_keys(
    loaded: &Loaded,
    taker: &mut dyn KeyTaker,
    moving: &mut PartitionsWriter,
    stop: &dyn Fn() -> bool,
) -> io::Result<()> {
    let (mut place, mut key): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut at = AtKey::default();
    for (number, record) in loaded.records().enumerate() {
        if number.is_multiple_of(RECORDS_PER_CHECK) && stop() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = hashed_place_length(record).ok_or_else(damaged)?;
        if record[..length] != *place {
            end(&place, &mut key, &mut at, taker, moving)?;
            place.clear();
            place.extend_from_slice(&record[..length]);
        }
        let mut values = Values(&record[length..]);
        match values.byte().ok_or_else(damaged)? {
            BEFORE => at.before = Some(Seen::read(&mut values).ok_or_else(damaged)?),
            AFTER => at.after = Some(Seen::read(&mut values).ok_or_else(damaged)?),
            PLANNED => at.planned.push(Planned::read(&mut values).ok_or_else(damaged)?),
            CHECKSUM => {
                let (algorithm, value) = values.text().zip(values.text()).ok_or_else(damaged)?;
                at.checksums.push((algorithm.to_owned(), value.to_owned()));
            }
            TARGET => at.targets.push(values.text().ok_or_else(damaged)?.to_owned()),
            _ => return Err(damaged()),
        }
    }
    end(&place, &mut key, &mut at, taker, moving)
}

fn end(
    place: &[u8],
    key: &mut Vec<u8>,
    at: &mut AtKey,
    taker: &mut dyn KeyTaker,
    moving: &mut PartitionsWriter,
) -> io::Result<()> {
    if place.is_empty() {
        return Ok(());
    }
    let bucket = read_place(&place[HASH..], key).ok_or_else(damaged)?;
    let text = std::str::from_utf8(key).map_err(|_| damaged())?;
    if let (Some(planned), Some(before)) = (at.moves(), &at.before) {
        let object = Moving {
            generation: planned.generation,
            keeps_source: planned.keeps_source,
            before: *before,
            still: at.after,
        };
        moving.push(|bytes| {
            put_hashed_place(bytes, bucket, key);
            bytes.push(MOVING);
            object.put(bytes);
            put_checksums(bytes, &at.checksums);
        })?;
    }
    for old_key in &at.targets {
        moving.push(|bytes| {
            put_hashed_place(bytes, bucket, old_key.as_bytes());
            bytes.push(ARRIVED);
            bytes.text(text);
            bytes.push(u8::from(at.after.is_some()));
            if let Some(after) = &at.after {
                after.put(bytes);
            }
            put_checksums(bytes, &at.checksums);
        })?;
    }
    taker.key(bucket, text, at)?;
    at.clear();
    Ok(())
}

/// An object that the plan moves, at its old key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moving {
    pub(super) generation: Generation,
    pub(super) keeps_source: bool,
    pub(super) before: Seen,
    /// What is at the old key now.
    pub(super) still: Option<Seen>,
}

impl Moving {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.generation.put(bytes);
        bytes.push(u8::from(self.keeps_source));
        self.before.put(bytes);
        bytes.push(u8::from(self.still.is_some()));
        if let Some(still) = &self.still {
            still.put(bytes);
        }
    }

    fn read(values: &mut Values<'_>) -> Option<Self> {
        Some(Self {
            generation: Generation::read(values)?,
            keeps_source: values.byte()? != 0,
            before: Seen::read(values)?,
            still: match values.byte()? {
                0 => None,
                _ => Some(Seen::read(values)?),
            },
        })
    }
}

/// One of its new keys.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    pub(super) new_key: String,
    pub(super) there: Option<Seen>,
    pub(super) checksums: Vec<(String, String)>,
}

impl Arrived {
    fn read(values: &mut Values<'_>) -> Option<Self> {
        Some(Self {
            new_key: values.text()?.to_owned(),
            there: match values.byte()? {
                0 => None,
                _ => Some(Seen::read(values)?),
            },
            checksums: read_checksums(values)?,
        })
    }
}

fn put_checksums(bytes: &mut Vec<u8>, checksums: &[(String, String)]) {
    bytes.push(checksums.len().min(255) as u8);
    for (algorithm, value) in checksums.iter().take(255) {
        bytes.text(algorithm);
        bytes.text(value);
    }
}

fn read_checksums(values: &mut Values<'_>) -> Option<Vec<(String, String)>> {
    let count = values.byte()?;
    (0..count).map(|_| Some((values.text()?.to_owned(), values.text()?.to_owned()))).collect()
}

/// An object that the plan moves, with all that was seen of it.
#[derive(Debug)]
pub(super) struct Journey {
    pub(super) moving: Moving,
    /// Its checksums at the old key.
    pub(super) checksums: Vec<(String, String)>,
    pub(super) arrived: Vec<Arrived>,
}

/// Gives each object of a partition that the plan moves to `each`.
pub(super) fn settle_moving(
    loaded: &Loaded,
    each: &mut dyn FnMut(u16, &str, &Journey) -> io::Result<()>,
    stop: &dyn Fn() -> bool,
) -> io::Result<()> {
    let (mut place, mut key): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut at: Option<Journey> = None;
    for (number, record) in loaded.records().enumerate() {
        if number.is_multiple_of(RECORDS_PER_CHECK) && stop() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = hashed_place_length(record).ok_or_else(damaged)?;
        if record[..length] != *place {
            tell(&place, &mut key, at.take(), each)?;
            place.clear();
            place.extend_from_slice(&record[..length]);
        }
        let mut values = Values(&record[length..]);
        if values.byte().ok_or_else(damaged)? == MOVING {
            let moving = Moving::read(&mut values).ok_or_else(damaged)?;
            let checksums = read_checksums(&mut values).ok_or_else(damaged)?;
            at = Some(Journey { moving, checksums, arrived: Vec::new() });
        } else if let Some(at) = &mut at {
            // Without its object, a target is of a plan that was made of another inventory.
            at.arrived.push(Arrived::read(&mut values).ok_or_else(damaged)?);
        }
    }
    tell(&place, &mut key, at, each)
}

fn tell(
    place: &[u8],
    key: &mut Vec<u8>,
    at: Option<Journey>,
    each: &mut dyn FnMut(u16, &str, &Journey) -> io::Result<()>,
) -> io::Result<()> {
    let Some(at) = at else { return Ok(()) };
    let bucket = read_place(&place[HASH..], key).ok_or_else(damaged)?;
    each(bucket, std::str::from_utf8(key).map_err(|_| damaged())?, &at)
}

/// How two contents compare, with checksums: `Err` says what differs, as the rule names it. What differs outweighs what
/// agrees.
pub(super) fn evidence(
    before: (Content, &[(String, String)]),
    after: (Content, &[(String, String)]),
) -> Result<Grade, Difference> {
    let mut grade = match before.0.compare(after.0) {
        Sameness::OtherSize => {
            let text = |size: Option<u64>| size.map(|size| size.to_string()).unwrap_or_default();
            return Err(Difference { detail: "size", before: text(before.0.size), after: text(after.0.size) });
        }
        Sameness::OtherMd5 => {
            let text = |content: Content| content.md5.map(|md5| hex(&md5)).unwrap_or_default();
            return Err(Difference { detail: "etag", before: text(before.0), after: text(after.0) });
        }
        Sameness::Md5 => Grade::Etag,
        Sameness::Size => Grade::Size,
        Sameness::Untold => Grade::Untold,
    };
    for (algorithm, value) in before.1 {
        for (_, other) in after.1.iter().filter(|(known, _)| known == algorithm) {
            if value != other {
                if !are_comparable(value, other) {
                    continue;
                }
                return Err(Difference {
                    detail: "checksum",
                    before: format!("{algorithm} {value}"),
                    after: format!("{algorithm} {other}"),
                });
            }
            grade = Grade::Checksum;
        }
    }
    Ok(grade)
}

/// How well a copy is proved; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    Checksum,
    Etag,
    Size,
    Untold,
}

impl Grade {
    pub(super) const NAMES: [&'static str; 4] = ["checksum", "etag", "size", "none"];
}

/// What differs, as M402 tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) detail: &'static str,
    pub(super) before: String,
    pub(super) after: String,
}
