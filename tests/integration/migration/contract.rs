//! What the contract says of one object, naively: for tests to hold proofs against.

use std::collections::BTreeSet;

use stocktake::model::Millis;

use crate::delivery::{Column, ObjectRow};

/// What an inventory tells of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub(super) size: Option<u64>,
    pub(super) md5: Option<String>,
    pub(super) e_tag: Option<String>,
    pub(super) date: Option<Millis>,
}

impl Seen {
    pub(super) fn of(row: &ObjectRow, columns: &[Column]) -> Self {
        let has = |column: Column| columns.contains(&column);
        let e_tag = row.e_tag.clone().filter(|_| has(Column::ETag));
        let is_md5 = |e_tag: &String| !e_tag.contains('-') && row.encryption_status.as_deref() == Some("SSE-S3");
        Self {
            size: row.size.filter(|_| has(Column::Size)),
            md5: e_tag.clone().filter(is_md5),
            e_tag,
            date: row.last_modified.filter(|_| has(Column::LastModifiedDate)),
        }
    }
}

/// How two contents compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Differs,
    Same,
    SameSize,
    Untold,
}

pub(super) fn compare(one: &Seen, other: &Seen) -> Proof {
    fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> Option<bool> {
        Some(one.as_ref()? == other.as_ref()?)
    }
    match (agree(&one.size, &other.size), agree(&one.md5, &other.md5)) {
        (Some(false), _) | (_, Some(false)) => Proof::Differs,
        (_, Some(true)) => Proof::Same,
        (Some(true), None) => Proof::SameSize,
        (None, None) => Proof::Untold,
    }
}

/// Whether the first date is later; not where one is not told.
fn is_later(one: Option<Millis>, other: Option<Millis>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one > other)
}

/// What a world comes to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Told {
    pub(super) moved: u64,
    pub(super) pending: u64,
    pub(super) kept: u64,
    pub(super) retired: u64,
    pub(super) altered: u64,
    pub(super) lost: u64,
    pub(super) changed: u64,
    pub(super) late: u64,
    pub(super) findings: BTreeSet<String>,
    pub(super) irreversible: u64,
    /// Whether an object counts as moved, or as kept, of which nothing is told.
    pub(super) is_untold: [bool; 2],
}

impl Told {
    pub(super) fn find(&mut self, code: &str, key: &str) {
        self.findings.insert(format!("{code} {key}"));
    }

    pub(super) fn stays(&mut self, key: &str, before: &Seen, after: Option<&Seen>) {
        let Some(after) = after else {
            self.lost += 1;
            return self.find("M401", key);
        };
        match compare(before, after) {
            Proof::Differs if is_later(after.date, before.date) => {
                (self.kept, self.changed) = (self.kept + 1, self.changed + 1)
            }
            Proof::Differs => {
                self.altered += 1;
                self.find("M402", key);
            }
            proof => {
                self.kept += 1;
                self.is_untold[1] |= proof == Proof::Untold;
            }
        }
    }

    pub(super) fn moves(
        &mut self,
        (old, new): (&str, &str),
        before: &Seen,
        [still, there]: [Option<&Seen>; 2],
        checksum: Option<bool>,
    ) {
        let is_rewritten = still.is_some_and(|still| match compare(before, still) {
            Proof::Differs => true,
            Proof::Same => false,
            _ => {
                is_later(still.date, before.date)
                    || matches!((&still.e_tag, &before.e_tag), (Some(is), Some(was)) if is != was)
            }
        });
        let checksum = checksum.filter(|_| !is_rewritten);
        let proof = there.map(|there| match (compare(before, there), checksum) {
            (Proof::Differs, _) | (_, Some(false)) => Proof::Differs,
            (_, Some(true)) => Proof::Same,
            (proof, None) => proof,
        });
        let is_no_copy = there.is_some_and(|there| is_later(before.date, there.date));
        let pinned = old.starts_with("pinned");
        let mut cannot_go_back = is_rewritten;
        match proof {
            Some(Proof::Differs) => {
                self.altered += 1;
                self.find("M402", new);
                cannot_go_back |= still.is_none();
            }
            Some(proof) if proof == Proof::Same || !is_no_copy => {
                self.moved += 1;
                self.is_untold[0] |= proof == Proof::Untold;
                if still.is_some() && !pinned {
                    self.find("M405", old);
                }
            }
            _ if still.is_some() => {
                self.pending += 1;
                self.find("M405", old);
            }
            _ => {
                self.lost += 1;
                self.irreversible += 1;
                self.find("M401", old);
            }
        }
        if cannot_go_back {
            self.irreversible += 1;
            self.find("M409", old);
        }
        self.late += u64::from(!pinned && still.is_some_and(|still| is_rewritten || is_later(still.date, before.date)));
    }
}
