//! What a proof rests on, as records that meet at their keys: the plan's moves, the objects of *before*, those of
//! *after*, and checksums. Of the objects only those that cannot be settled by sums ([`Sides`]).

use std::io;

use crate::audit::error::AuditError;
use crate::audit::migrate::foreign::is_to_move;
use crate::audit::migrate::listed::ListedRow;
use crate::audit::migrate::prefixes::PrefixMoves;
use crate::audit::migrate::record::{Put, Values, put_hashed_place};
use crate::audit::migrate::scan::Taker;
use crate::audit::migrate::sides::{self, Differing, Open, Sides, Summed};
use crate::layout::{Captures, Layout};
use crate::migration::{Action, Content, Move};
use crate::model::Millis;
use crate::results::partitions::PartitionsWriter;
use crate::results::plan::Amount;
use crate::source::inventory::Batch;

/// At a key: the object of *before*.
pub(super) const BEFORE: u8 = 0;
/// At an old key: a row of the plan.
pub(super) const PLANNED: u8 = 1;
/// At a key: the object of *after*.
pub(super) const AFTER: u8 = 2;
/// At a key: its checksum, by a report.
pub(super) const CHECKSUM: u8 = 3;
/// At a new key: an object that is to be there.
pub(super) const TARGET: u8 = 4;

/// An object as an inventory lists it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) content: Content,
    /// The hash of its ETag: at one key another ETag is another object, whether or not it is an MD5.
    pub(super) etag: Option<u64>,
    pub(super) modified: Option<Millis>,
    pub(super) expires: Option<Millis>,
    pub(super) archived: bool,
}

impl Seen {
    pub(super) fn put(&self, bytes: &mut Vec<u8>) {
        bytes.content(self.content);
        bytes.optional(self.etag);
        bytes.optional(self.modified.map(i64::cast_unsigned));
        bytes.optional(self.expires.map(i64::cast_unsigned));
        bytes.push(u8::from(self.archived));
    }

    pub(super) fn read(values: &mut Values<'_>) -> Option<Self> {
        Some(Self {
            content: values.content()?,
            etag: values.optional()?,
            modified: values.optional()?.map(u64::cast_signed),
            expires: values.optional()?.map(u64::cast_signed),
            archived: values.byte()? != 0,
        })
    }
}

/// A row of the plan, at its old key.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) action: Action,
    pub(super) keeps_source: bool,
    pub(super) generation: Generation,
    pub(super) new_key: Option<String>,
    pub(super) reason: String,
    pub(super) related: Vec<String>,
}

/// An area and one of its generations, by their positions in the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Generation {
    pub(super) area: u16,
    pub(super) legacy: u16,
}

impl Generation {
    /// Where a plan's names stand in the layout; none if it has no such.
    fn named(layout: &Layout, area: &str, generation: &str) -> Option<Self> {
        let areas = &layout.spec().areas;
        let position = areas.iter().position(|known| known.name == area)?;
        let legacy = areas[position].legacy.iter().position(|known| known.name == generation)?;
        Some(Self { area: position as u16, legacy: legacy as u16 })
    }

    pub(super) fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.area.to_le_bytes());
        bytes.extend_from_slice(&self.legacy.to_le_bytes());
    }

    pub(super) fn read(values: &mut Values<'_>) -> Option<Self> {
        Some(Self { area: values.short()?, legacy: values.short()? })
    }
}

impl Planned {
    pub(super) fn read(values: &mut Values<'_>) -> Option<Self> {
        Some(Self {
            action: Action::ALL.get(usize::from(values.byte()?)).copied()?,
            keeps_source: values.byte()? != 0,
            generation: Generation::read(values)?,
            new_key: match values.byte()? {
                0 => {
                    values.text()?;
                    None
                }
                _ => Some(values.text()?.to_owned()),
            },
            reason: values.text()?.to_owned(),
            related: (0..values.number()?).map(|_| values.text().map(str::to_owned)).collect::<Option<_>>()?,
        })
    }
}

/// Writes a row of the plan at its old key, and at its new one if a copy is to be there, and notes both.
///
/// Gives what the layout does not know, where the plan was made under another.
pub(super) fn put_move(
    layout: &Layout,
    writer: &mut PartitionsWriter,
    sides: &mut Sides,
    planned: &Move<'_>,
) -> io::Result<Result<(), String>> {
    let Some(bucket) = layout.buckets().iter().position(|bucket| bucket.name() == planned.bucket) else {
        return Ok(Err(format!("the bucket `{}`", planned.bucket)));
    };
    let Some(generation) = Generation::named(layout, &planned.area, &planned.generation) else {
        return Ok(Err(format!("the generation `{}` of the area `{}`", planned.generation, planned.area)));
    };
    writer.push(|bytes| {
        put_hashed_place(bytes, bucket as u16, planned.old_key.as_bytes());
        bytes.push(PLANNED);
        bytes.push(planned.action as u8);
        bytes.push(u8::from(planned.keeps_source));
        generation.put(bytes);
        bytes.push(u8::from(planned.new_key.is_some()));
        bytes.text(planned.new_key.as_deref().unwrap_or_default());
        bytes.text(planned.reason.as_deref().unwrap_or_default());
        bytes.number(planned.related.len() as u64);
        planned.related.iter().for_each(|key| bytes.text(key));
    })?;
    sides.plan_names(bucket as u16, &planned.old_key);
    if let (Action::Copy | Action::Done, Some(new_key)) = (planned.action, &planned.new_key) {
        sides.plan_fills(bucket as u16, new_key);
        writer.push(|bytes| {
            put_hashed_place(bytes, bucket as u16, new_key.as_bytes());
            bytes.push(TARGET);
            bytes.text(&planned.old_key);
        })?;
    }
    Ok(Ok(()))
}

/// Writes the checksum of a key: algorithm and value.
pub(super) fn put_checksum(
    writer: &mut PartitionsWriter,
    bucket: u16,
    key: &str,
    algorithm: &str,
    value: &str,
) -> io::Result<()> {
    writer.push(|bytes| {
        put_hashed_place(bytes, bucket, key.as_bytes());
        bytes.push(CHECKSUM);
        bytes.text(algorithm);
        bytes.text(value);
    })
}

/// Which rows a pass is for.
#[derive(Clone, Copy)]
enum Pass<'s> {
    /// All: those that meet key by key are written, the others summed.
    First,
    /// Those of the groups whose sums differ.
    Second(&'s Differing),
}

/// Takes the objects of one side.
pub(in crate::audit) struct SideTaker<'s> {
    sides: &'s Sides,
    pass: Pass<'s>,
    side: u8,
    writer: PartitionsWriter,
    /// The objects of *before* that this pass summed, or took out of the sums.
    summed: Amount,
    open: Open,
    /// In *after*: where something stays.
    prefixes: Option<PrefixMoves>,
    /// Where a plan was made for another layout: this one, by which a key may move that no row names.
    layout: Option<&'s Layout>,
    captures: Captures,
    /// Room to work in.
    bytes: Vec<u8>,
}

impl<'s> SideTaker<'s> {
    fn new(
        sides: &'s Sides,
        pass: Pass<'s>,
        side: u8,
        prefixes: Option<PrefixMoves>,
        layout: Option<&'s Layout>,
    ) -> Self {
        let writer = sides.keys.writer();
        Self {
            sides,
            pass,
            side,
            writer,
            summed: Amount::default(),
            open: Open::default(),
            prefixes,
            layout,
            captures: Captures::default(),
            bytes: Vec::new(),
        }
    }

    /// For *before*; `layout` if the plan was made for another.
    pub(super) fn before(sides: &'s Sides, layout: Option<&'s Layout>) -> Self {
        Self::new(sides, Pass::First, BEFORE, None, layout)
    }

    /// For *after*.
    pub(in crate::audit) fn after(sides: &'s Sides) -> Self {
        Self::new(sides, Pass::First, AFTER, Some(sides.prefixes()), None)
    }

    /// For the second look at a side; `layout` as for *before*.
    pub(super) fn again(
        sides: &'s Sides,
        differing: &'s Differing,
        is_after: bool,
        layout: Option<&'s Layout>,
    ) -> Self {
        Self::new(sides, Pass::Second(differing), if is_after { AFTER } else { BEFORE }, None, layout)
    }

    fn row(&mut self, bucket: u16, listed: &ListedRow<'_>) -> io::Result<()> {
        let row = &listed.row;
        let is_marker = || row.key.last() == Some(&b'/') && row.size.unwrap_or(0) == 0;
        if row.is_delete_marker() || !row.is_latest() || is_marker() {
            return Ok(());
        }
        let hash = sides::hash(bucket, row.key);
        let meets = self.sides.meets(hash, row.modified);
        let object = Summed { bucket, key: row.key, content: listed.content, hash };
        match self.pass {
            Pass::First if meets => {}
            Pass::First => {
                self.sides.sum(self.side == AFTER, object, &mut self.bytes);
                self.count(bucket, listed);
                if let Some(prefixes) = &mut self.prefixes {
                    prefixes.stays(bucket, row.key);
                }
                return Ok(());
            }
            Pass::Second(differing) if !meets && differing.holds(sides::group(hash)) => {
                self.sides.take(self.side == AFTER, object, &mut self.bytes);
                self.count(bucket, listed);
            }
            Pass::Second(_) => return Ok(()),
        }
        let seen = Seen {
            content: listed.content,
            etag: listed.etag.map(|etag| sides::hash(bucket, etag)),
            modified: row.modified,
            expires: listed.expires,
            archived: row.is_archived(),
        };
        self.writer.push(|bytes| {
            put_hashed_place(bytes, bucket, row.key);
            bytes.push(self.side);
            seen.put(bytes);
        })
    }

    fn count(&mut self, bucket: u16, listed: &ListedRow<'_>) {
        if self.side == AFTER {
            return;
        }
        self.summed += Amount { objects: 1, bytes: listed.content.size.unwrap_or(0) };
        self.open.untold += u64::from(listed.content == Content::default());
        if let Some(layout) = self.layout {
            self.open.unplanned += u64::from(is_to_move(layout, bucket, listed.row.key, &mut self.captures));
        }
    }

    /// The next rows of a bucket.
    pub(in crate::audit) fn take(&mut self, bucket: u16, batch: &Batch) -> io::Result<()> {
        (0..batch.len()).try_for_each(|row| self.row(bucket, &ListedRow::of(batch, row)))
    }

    /// The thread ended well: what it took counts.
    pub(in crate::audit) fn finish(self) -> io::Result<()> {
        self.writer.finish()?;
        match self.pass {
            Pass::First => self.sides.absorb(self.summed, self.prefixes.as_ref(), self.open),
            Pass::Second(_) => self.sides.take_back(self.summed, self.open),
        }
        Ok(())
    }
}

impl Taker for SideTaker<'_> {
    fn rows(&mut self, bucket: u16, batch: &Batch) -> Result<(), AuditError> {
        Ok(self.take(bucket, batch)?)
    }
}
