//! Moves meet what stands at their new keys: contested by other moves, done before, taken by something else, or free.

use std::io;

use crate::audit::migrate::placing::{Object, PRESENT, put_planned};
use crate::audit::migrate::record::{HASH, Values, damaged, hashed_place_length, put_place, read_place};
use crate::migration::moves::{CONTESTED, DIFFERENT, UNCLEAR};
use crate::migration::{Action, Content, Sameness};
use crate::model::Millis;
use crate::results::sorted::{Merged, SortedRun, SortedWriter};

/// A move whose fate hangs on whether another one goes to the same key.
struct Waiting {
    old_key: String,
    object: Object,
}

/// What stands at a new key.
#[derive(Clone, Copy)]
struct Present {
    content: Content,
    modified: Option<Millis>,
}

impl Present {
    fn read(values: &mut Values<'_>) -> Option<Self> {
        Some(Self { content: values.content()?, modified: values.optional()?.map(u64::cast_signed) })
    }
}

/// Judges every move and writes it behind the place of its old key.
pub(super) fn meet(runs: Vec<SortedRun>, decided: &mut SortedWriter, stop: &mut dyn FnMut() -> bool) -> io::Result<()> {
    let mut merged = Merged::new(runs)?;
    let (mut place, mut key): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut there: Option<Present> = None;
    let mut first: Option<Waiting> = None;
    // The old key of the first move to a contested key, by which the others are told.
    let mut contested: Option<String> = None;
    let mut count = 0_u64;
    while let Some(record) = merged.next_record()? {
        count += 1;
        if count.is_multiple_of(1 << 16) && stop() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = hashed_place_length(record).ok_or_else(damaged)?;
        if record[..length] != *place {
            settle(&place, &mut key, first.take(), there.take(), decided)?;
            contested = None;
            place.clear();
            place.extend_from_slice(&record[..length]);
        }
        let mut values = Values(&record[length..]);
        if values.byte().ok_or_else(damaged)? == PRESENT {
            there = Some(Present::read(&mut values).ok_or_else(damaged)?);
            continue;
        }
        let object = Object::read(&mut values).ok_or_else(damaged)?;
        let old_key = values.text().ok_or_else(damaged)?.to_owned();
        match (first.take(), &contested) {
            (None, None) => first = Some(Waiting { old_key, object }),
            (Some(earlier), _) => {
                let other = std::slice::from_ref(&old_key);
                write(&place, &mut key, &earlier, (Action::Blocked, CONTESTED), other, decided)?;
                let mine = [earlier.old_key.clone()];
                write(&place, &mut key, &Waiting { old_key, object }, (Action::Blocked, CONTESTED), &mine, decided)?;
                contested = Some(earlier.old_key);
            }
            (None, Some(earlier)) => {
                let mine = [earlier.clone()];
                write(&place, &mut key, &Waiting { old_key, object }, (Action::Blocked, CONTESTED), &mine, decided)?;
            }
        }
    }
    settle(&place, &mut key, first, there, decided)
}

/// The only move to a key, held against what is there.
fn settle(
    place: &[u8],
    key: &mut Vec<u8>,
    only: Option<Waiting>,
    there: Option<Present>,
    decided: &mut SortedWriter,
) -> io::Result<()> {
    let Some(only) = only else { return Ok(()) };
    // A copy is never older than its source: of an older object, or without dates, the size alone proves nothing.
    let may_be_copy =
        |there: Present| there.modified.zip(only.object.modified).is_some_and(|(there, own)| there >= own);
    let fate = match there.map(|there| (only.object.content.compare(there.content), may_be_copy(there))) {
        None => (Action::Copy, ""),
        Some((Sameness::Md5, _)) => (Action::Done, "md5"),
        Some((Sameness::Size, true)) => (Action::Done, "size"),
        Some((Sameness::OtherSize | Sameness::OtherMd5, _)) => (Action::Blocked, DIFFERENT),
        Some((Sameness::Size | Sameness::Untold, _)) => (Action::Blocked, UNCLEAR),
    };
    write(place, key, &only, fate, &[], decided)
}

fn write(
    place: &[u8],
    key: &mut Vec<u8>,
    planned: &Waiting,
    (action, reason): (Action, &str),
    related: &[String],
    decided: &mut SortedWriter,
) -> io::Result<()> {
    let bucket = read_place(&place[HASH..], key).ok_or_else(damaged)?;
    let new_key = std::str::from_utf8(key).map_err(|_| damaged())?;
    decided.push(|bytes| {
        put_place(bytes, bucket, planned.old_key.as_bytes());
        put_planned(bytes, action, Some(new_key), reason, related, &planned.object);
    })
}
