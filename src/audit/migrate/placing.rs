//! The pass of a plan: each row decided, and written to the runs in which moves meet what stands at their new keys.

use std::io;

use crate::audit::error::AuditError;
use crate::audit::migrate::listed::ListedRow;
use crate::audit::migrate::prefixes::PrefixMoves;
use crate::audit::migrate::record::{Put, put_hashed_place, put_place};
use crate::audit::migrate::scan::Taker;
use crate::layout::{BucketLayout, Captures, KeyMatch, Layout, Placed};
use crate::migration::{Action, Decider, Decision, Mapping};
use crate::references::References;
use crate::references::index::seen;
use crate::results::plan::Amount;
use crate::results::sorted::SortedWriter;
use crate::source::inventory::Batch;

/// At a new key: an object that is there.
pub(super) const PRESENT: u8 = 0;
/// At a new key: a move that goes there.
pub(super) const TARGET: u8 = 1;
/// At an old key: noncurrent versions.
pub(super) const NONCURRENT: u8 = 0;
/// At an old key: what becomes of it.
pub(super) const PLANNED: u8 = 1;

/// Flags of a move.
pub(super) const ARCHIVED: u8 = 1;
pub(super) const LOCKED: u8 = 1 << 1;

/// What every thread shares.
pub(super) struct Placing<'a> {
    pub(super) layout: &'a Layout,
    pub(super) references: &'a References,
    pub(super) mapping: &'a Mapping,
    /// By bucket and template: whether a move may go to a key that it takes.
    receives: Vec<Vec<bool>>,
}

impl<'a> Placing<'a> {
    pub(super) fn new(layout: &'a Layout, references: &'a References, mapping: &'a Mapping) -> Self {
        let receives = layout.buckets().iter().map(BucketLayout::receiving).collect();
        Self { layout, references, mapping, receives }
    }
}

/// One thread's share.
pub(super) struct PlacingPass<'a> {
    shared: &'a Placing<'a>,
    captures: Captures,
    /// Records at new keys.
    pub(super) meeting: SortedWriter,
    /// Records at old keys.
    pub(super) decided: SortedWriter,
    pub(super) prefixes: PrefixMoves,
    pub(super) seen: Seen,
    /// The bucket, the place and the folder of the last key whose folder says it all.
    last: Option<(u16, Placed)>,
    last_folder: Vec<u8>,
}

/// What the inventories hold, in numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) objects: Amount,
    /// Of these, at keys of older generations.
    pub(super) legacy: Amount,
    pub(super) in_place: Amount,
    /// In no area, or out of scope.
    pub(super) elsewhere: Amount,
    pub(super) markers: u64,
}

impl Seen {
    pub(super) fn add(&mut self, other: &Self) {
        self.objects += other.objects;
        self.legacy += other.legacy;
        self.in_place += other.in_place;
        self.elsewhere += other.elsewhere;
        self.markers += other.markers;
    }
}

impl<'a> PlacingPass<'a> {
    pub(super) fn new(
        shared: &'a Placing<'a>,
        meeting: SortedWriter,
        decided: SortedWriter,
        prefixes: PrefixMoves,
    ) -> Self {
        Self {
            shared,
            captures: Captures::default(),
            meeting,
            decided,
            prefixes,
            seen: Seen::default(),
            last: None,
            last_folder: Vec::new(),
        }
    }

    fn identify(&mut self, bucket: u16, key: &[u8]) -> KeyMatch {
        if let Some((of, placed)) = self.last
            && of == bucket
            && key.len() > self.last_folder.len()
            && key.starts_with(&self.last_folder)
        {
            return KeyMatch::Area(placed);
        }
        let found = self.shared.layout.buckets()[usize::from(bucket)].identify(key, &mut self.captures);
        self.last = None;
        if let KeyMatch::Area(placed) = found
            && placed.open
        {
            self.last = Some((bucket, placed));
            self.last_folder.clear();
            self.last_folder.extend_from_slice(&key[..usize::from(placed.folder)]);
        }
        found
    }

    fn row(&mut self, bucket: u16, listed: &ListedRow<'_>) -> io::Result<()> {
        let row = &listed.row;
        if row.is_delete_marker() {
            return Ok(());
        }
        if !row.is_latest() {
            if matches!(self.identify(bucket, row.key), KeyMatch::Legacy(_)) {
                self.decided.push(|bytes| {
                    put_place(bytes, bucket, row.key);
                    bytes.push(NONCURRENT);
                })?;
            }
            return Ok(());
        }
        let size = Amount { objects: 1, bytes: row.size.unwrap_or(0) };
        if row.key.last() == Some(&b'/') && row.size.unwrap_or(0) == 0 {
            self.seen.markers += 1;
            return Ok(());
        }
        self.seen.objects += size;
        let index = &self.shared.references.buckets[usize::from(bucket)];
        let number = index.find(row.key, |_| {});
        if let Some(number) = number {
            index.mark(number, seen::LIVE);
        }
        match self.identify(bucket, row.key) {
            KeyMatch::Legacy(placed) => {
                self.seen.legacy += size;
                self.present(bucket, listed, &placed)?;
                self.legacy(bucket, listed, &placed, number)
            }
            KeyMatch::Area(placed) => {
                self.seen.in_place += size;
                self.prefixes.stays(bucket, row.key);
                self.present(bucket, listed, &placed)
            }
            KeyMatch::Unmatched | KeyMatch::OutOfScope => {
                self.seen.elsewhere += size;
                self.prefixes.stays(bucket, row.key);
                Ok(())
            }
        }
    }

    /// What stands where a move may go.
    fn present(&mut self, bucket: u16, listed: &ListedRow<'_>, placed: &Placed) -> io::Result<()> {
        if !self.shared.receives[usize::from(bucket)][placed.template as usize] {
            return Ok(());
        }
        self.meeting.push(|bytes| {
            put_hashed_place(bytes, bucket, listed.row.key);
            bytes.push(PRESENT);
            bytes.content(listed.content);
            bytes.optional(listed.row.modified.map(i64::cast_unsigned));
        })
    }

    fn legacy(&mut self, bucket: u16, listed: &ListedRow<'_>, placed: &Placed, number: Option<u32>) -> io::Result<()> {
        let shared = self.shared;
        // A reader hands out keys that are UTF-8.
        let key = std::str::from_utf8(listed.row.key).unwrap_or_default();
        let decider = Decider {
            layout: shared.layout,
            bucket: &shared.layout.buckets()[usize::from(bucket)],
            index: &shared.references.buckets[usize::from(bucket)],
            mapping: shared.mapping,
        };
        let decision = decider.decide(key, placed, &self.captures, number);
        let object = Object::new(listed, placed);
        if let Decision::Move(new_keys) = &decision {
            for new_key in new_keys {
                self.meeting.push(|bytes| {
                    put_hashed_place(bytes, bucket, new_key.as_bytes());
                    bytes.push(TARGET);
                    object.put(bytes);
                    bytes.text(key);
                })?;
            }
            self.prefixes.moves(bucket, key, new_keys.iter().map(String::as_str));
            return Ok(());
        }
        if matches!(decision, Decision::Retire(_)) {
            self.prefixes.retires(bucket, key);
        } else {
            self.prefixes.stays(bucket, listed.row.key);
        }
        let (action, reason, candidates) = match decision {
            Decision::Move(_) => return Ok(()),
            Decision::Keep(why) => (Action::Keep, why, Vec::new()),
            Decision::Retire(why) => (Action::Retire, why, Vec::new()),
            Decision::Unmapped { missing, candidates } => (Action::Unmapped, missing, candidates),
        };
        self.decided.push(|bytes| {
            put_place(bytes, bucket, listed.row.key);
            put_planned(bytes, action, None, &reason, &candidates, &object);
        })
    }
}

/// What a record holds of the object itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object {
    pub(super) area: u16,
    pub(super) legacy: u16,
    pub(super) content: crate::migration::Content,
    pub(super) modified: Option<i64>,
    pub(super) flags: u8,
}

impl Object {
    fn new(listed: &ListedRow<'_>, placed: &Placed) -> Self {
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        Self {
            area: placed.area,
            legacy: placed.legacy.unwrap_or_default(),
            content: listed.content,
            modified: listed.row.modified,
            flags: flag(listed.row.is_archived(), ARCHIVED) | flag(listed.locked, LOCKED),
        }
    }

    pub(super) fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.area.to_le_bytes());
        bytes.extend_from_slice(&self.legacy.to_le_bytes());
        bytes.content(self.content);
        bytes.optional(self.modified.map(i64::cast_unsigned));
        bytes.push(self.flags);
    }

    pub(super) fn read(values: &mut super::record::Values<'_>) -> Option<Self> {
        Some(Self {
            area: values.short()?,
            legacy: values.short()?,
            content: values.content()?,
            modified: values.optional()?.map(u64::cast_signed),
            flags: values.byte()?,
        })
    }
}

/// Writes what becomes of an object behind the place of its old key.
pub(super) fn put_planned(
    bytes: &mut Vec<u8>,
    action: Action,
    new_key: Option<&str>,
    reason: &str,
    related: &[String],
    object: &Object,
) {
    bytes.push(PLANNED);
    bytes.push(action as u8);
    bytes.push(u8::from(new_key.is_some()));
    bytes.text(new_key.unwrap_or_default());
    bytes.text(reason);
    object.put(bytes);
    bytes.number(related.len() as u64);
    related.iter().for_each(|key| bytes.text(key));
}

impl Taker for PlacingPass<'_> {
    fn rows(&mut self, bucket: u16, batch: &Batch) -> Result<(), AuditError> {
        for row in 0..batch.len() {
            self.row(bucket, &ListedRow::of(batch, row))?;
        }
        Ok(())
    }
}
