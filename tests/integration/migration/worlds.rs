//! Migrations that were not left alone: sources written anew, targets older than their source, objects changed or gone,
//! columns missing, another delivery. What each object came to is said once more, by the contract and without sums.

use std::collections::BTreeSet;
use std::io;

use proptest::prelude::*;
use serde_json::json;
use stocktake::audit::migrate::{Report, ReportKind};
use stocktake::model::{Millis, Phase, Verdict};

use super::contract::{Proof, Seen, Told, compare};
use super::proof::{MEDIA, Migration, assert_adds_up};
use super::state::{BEFORE, How, State, moves};
use crate::delivery::{Column, ObjectRow};

const DAY: Millis = 86_400_000;
/// When the objects of *before* were written.
const WRITTEN: Millis = BEFORE - 5 * DAY;
const FOLDERS: [&str; 6] = ["clips", "pinned", "drop", "stay", "video", "elsewhere"];

/// What befalls an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    Gone,
    Size,
    ETag,
    /// Neither size nor ETag is told any more.
    Untold,
}

/// A change, and the days by which its date moves; `None` if it has none.
type Event = (Change, Option<i64>);

#[derive(Debug, Clone)]
struct Object {
    folder: usize,
    size: u64,
    e_tag: &'static str,
    encryption: &'static str,
    is_told: bool,
    /// What stands at its new key from the beginning, as a change of the object itself.
    taken: Option<Event>,
    /// What befell its copy; of an object that stays, itself.
    there: Event,
    /// What befell the object at its old key, if it is not gone as it should be.
    still: Option<Event>,
    /// Whether the checksums of old and new key agree, if they are known.
    checksum: Option<bool>,
}

#[derive(Debug, Clone)]
struct World {
    objects: Vec<Object>,
    /// Columns of *before* and of *after*.
    columns: [&'static [Column]; 2],
    phase: Phase,
    /// Whether *before* is not what the plan was made of.
    is_foreign: bool,
}

fn events() -> impl Strategy<Value = Event> {
    let change = prop_oneof![
        6 => Just(Change::None),
        1 => Just(Change::Gone),
        1 => Just(Change::Size),
        3 => Just(Change::ETag),
        1 => Just(Change::Untold),
    ];
    (change, prop_oneof![4 => Just(Some(0)), 3 => Just(Some(6)), 2 => Just(Some(-1)), 1 => Just(None)])
}

fn objects() -> impl Strategy<Value = Object> {
    let e_tag = prop_oneof![Just("0cc175b9c0f1b6a831c399e269772661"), Just("0cc175b9c0f1b6a831c399e269772661-2")];
    let of_key = (prop_oneof![3 => Just(0), 2 => 1..FOLDERS.len()], 1_u64..9, prop::bool::weighted(0.97));
    let befallen = (prop::option::weighted(0.3, events()), events(), prop::option::weighted(0.5, events()));
    (of_key, e_tag, prop_oneof![Just("SSE-S3"), Just("SSE-KMS")], befallen, prop::option::weighted(0.2, any::<bool>()))
        .prop_map(|((folder, size, is_told), e_tag, encryption, (taken, there, still), checksum)| Object {
            folder,
            size,
            e_tag,
            encryption,
            is_told,
            taken,
            there,
            still,
            checksum,
        })
}

fn worlds() -> impl Strategy<Value = World> {
    let but = |left_out: &'static [Column]| {
        Just(&*Column::ALL.iter().copied().filter(|column| !left_out.contains(column)).collect::<Vec<_>>().leak())
    };
    let columns = move || {
        prop_oneof![
            6 => Just(Column::ALL),
            1 => but(&[Column::Size]),
            1 => but(&[Column::LastModifiedDate]),
            1 => but(&[Column::ETag]),
            1 => but(&[Column::ETag, Column::LastModifiedDate]),
        ]
    };
    let phase = prop_oneof![Just(Phase::During), Just(Phase::After)];
    (prop::collection::vec(objects(), 1..8), columns(), columns(), phase, prop::bool::weighted(0.1)).prop_map(
        |(objects, before, after, phase, is_foreign)| World { objects, columns: [before, after], phase, is_foreign },
    )
}

/// The object after an event.
fn befallen(row: &ObjectRow, (change, days): Event) -> Option<ObjectRow> {
    let mut row = row.clone();
    row.last_modified = days.map(|days| WRITTEN + days * DAY);
    match change {
        Change::None => {}
        Change::Gone => return None,
        Change::Size => row.size = row.size.map(|size| size + 1),
        Change::ETag => row.e_tag = Some("92eb5ffee6ae2fec3ad71c777531578f".to_owned()),
        Change::Untold => (row.size, row.e_tag) = (None, None),
    }
    Some(row)
}

fn keys(number: usize, object: &Object) -> (String, String) {
    let key = |folder: &str| format!("{folder}/{}{number}/m", &FOLDERS[object.folder][..1]);
    match FOLDERS[object.folder] {
        folder @ ("clips" | "pinned") => (key(folder), key("video")),
        folder @ ("drop" | "stay") => (format!("{folder}/{number}"), String::new()),
        folder => (key(folder), String::new()),
    }
}

impl World {
    /// *Before*, and the plan carried out; then what befell it.
    fn migration(&self) -> Migration<'static> {
        let mut before = State::default();
        before.items.insert("assets".to_owned(), Vec::new());
        before.object("media", "elsewhere/always", 1);
        for (number, object) in self.objects.iter().enumerate() {
            let (old, new) = keys(number, object);
            let mut row = ObjectRow::new(old, object.size, WRITTEN);
            row.e_tag = Some(object.e_tag.to_owned());
            row.encryption_status = Some(object.encryption.to_owned());
            if !object.is_told {
                (row.size, row.e_tag) = (None, None);
            }
            let taken = object.taken.filter(|_| !new.is_empty()).and_then(|event| befallen(&row, event));
            if let Some(mut there) = taken {
                there.key = new;
                before.put("media", there);
            }
            before.put("media", row);
        }
        let how = How { columns: self.columns[0], ..How::PLAINLY };
        let mut migration = Migration::done_of(&MEDIA, before, how);
        for (number, object) in self.objects.iter().enumerate() {
            let (old, new) = keys(number, object);
            let own = migration.before.objects["media"][&old].clone();
            let after = migration.after.bucket("media");
            let mut set = |key: &str, row: Option<ObjectRow>| match row {
                Some(row) => after.insert(key.to_owned(), ObjectRow { key: key.to_owned(), ..row }),
                None => after.remove(key),
            };
            if new.is_empty() {
                set(&old, befallen(&own, object.there));
            } else {
                set(&new, befallen(&own, object.there));
                set(&old, object.still.and_then(|event| befallen(&own, event)));
            }
        }
        if self.is_foreign {
            migration.before.object("media", "elsewhere/more", 1);
            migration.after.object("media", "elsewhere/more", 1);
        }
        migration
    }

    fn reports(&self) -> Vec<Report> {
        let line = |key: &str, sum: &str| {
            let told = json!({ "checksum_base64": sum, "checksumAlgorithm": "CRC32", "checksumType": "FULL_OBJECT" });
            format!("media,{key},,succeeded,200,,{told}\n")
        };
        let mut lines = String::new();
        for (number, object) in self.objects.iter().enumerate() {
            let (old, new) = keys(number, object);
            if let (Some(agree), false) = (object.checksum, new.is_empty()) {
                lines += &(line(&old, "AAAA") + &line(&new, if agree { "AAAA" } else { "BBBB" }));
            }
        }
        let lines = Box::new(io::Cursor::new(lines.into_bytes()));
        vec![Report { name: "sums.csv".to_owned(), kind: ReportKind::Checksum, lines }]
    }

    /// What the plan has to do with an object that moves.
    fn action(before: &Seen, there: Option<&Seen>) -> &'static str {
        let Some(there) = there else { return "copy" };
        match compare(before, there) {
            Proof::Same => "done",
            Proof::SameSize if before.date.is_some() && before.date <= there.date => "done",
            _ => "blocked",
        }
    }

    /// What the proof has to tell, and what the plan has to do with each object that could move.
    fn told(&self, migration: &Migration<'_>) -> (Told, BTreeSet<(String, &'static str)>) {
        let (mut told, mut actions) = (Told::default(), BTreeSet::new());
        let look =
            |state: &State, key: &str, columns| state.objects["media"].get(key).map(|row| Seen::of(row, columns));
        let before = |key: &str| look(&migration.before, key, self.columns[0]);
        let after = |key: &str| look(&migration.after, key, self.columns[1]);
        told.stays("elsewhere/always", &before("elsewhere/always").unwrap(), after("elsewhere/always").as_ref());
        for (number, object) in self.objects.iter().enumerate() {
            let (old, new) = keys(number, object);
            let (own, still) = (before(&old).unwrap(), after(&old));
            if FOLDERS[object.folder] == "drop" {
                told.retired += 1;
                continue;
            }
            if new.is_empty() {
                told.stays(&old, &own, still.as_ref());
                continue;
            }
            let (taken, there) = (before(&new), after(&new));
            if let Some(taken) = &taken {
                told.stays(&new, taken, there.as_ref());
            }
            let action = Self::action(&own, taken.as_ref());
            if action == "blocked" {
                told.stays(&old, &own, still.as_ref());
                told.find("M403", &old);
            } else {
                told.moves((&old, &new), &own, [still.as_ref(), there.as_ref()], object.checksum);
            }
            actions.insert((old, action));
        }
        (told, actions)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn each_object_comes_to_what_the_contract_says(world in worlds()) {
        let migration = world.migration();
        let how = How { columns: world.columns[1], ..How::PLAINLY };
        let proof = migration.proof_with(world.phase, how, world.reports());
        let result = proof.migration();
        if world.is_foreign {
            prop_assert_eq!(proof.judgement.verdict, Verdict::Inconclusive);
            prop_assert_eq!((proof.told(), result.equation.before.objects), (Vec::new(), 0));
            return Ok(());
        }
        assert_adds_up(result);
        let (expected, actions) = world.told(&migration);
        let planned: BTreeSet<(String, String)> = moves(&migration.files).into_iter()
            .filter(|row| !["keep", "retire"].contains(&&*row["action"]))
            .map(|row| (row["old_key"].clone(), row["action"].clone()))
            .collect();
        prop_assert_eq!(planned, actions.iter().map(|(key, action)| (key.clone(), (*action).to_owned())).collect());
        let equation = &result.equation;
        let has_sizes = world.columns.iter().all(|columns| columns.contains(&Column::Size));
        let is_untold = !has_sizes || expected.is_untold.contains(&true);
        let told = Told {
            moved: equation.moved.objects,
            pending: equation.pending.objects,
            kept: equation.kept.objects,
            retired: equation.retired.objects,
            altered: equation.altered.objects,
            lost: equation.lost.objects,
            changed: result.changed.objects,
            late: result.late_writer_count,
            findings: proof.told().into_iter().collect(),
            irreversible: result.rollback.irreversible.objects,
            is_untold: expected.is_untold,
        };
        prop_assert_eq!(&told, &expected);
        prop_assert_eq!(result.rollback.ready, expected.irreversible == 0 && !expected.is_untold[0]);
        let is_error = |told: &String| world.phase == Phase::After || !told.starts_with("M405");
        let verdict = match (is_untold, expected.findings.iter().any(is_error)) {
            (true, _) => Verdict::Inconclusive,
            (false, true) => Verdict::Fail,
            (false, false) => Verdict::Pass,
        };
        prop_assert_eq!(proof.judgement.verdict, verdict, "{}", proof.judgement.sentence);
    }
}
