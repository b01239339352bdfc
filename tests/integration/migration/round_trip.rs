//! Random buckets of the portal, planned, moved by an executor in memory, and proved; each fault put in is named.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use stocktake::layout::config::parse;
use stocktake::layout::{Captures, Layout};
use stocktake::migration::collisions::{Move, Present, Target, judge_targets};
use stocktake::migration::decision::{Decision, decide};
use stocktake::migration::proof::{Became, Equation, Fate, Probe, Proof, ProofError};

use crate::config::rules::RULES;
use crate::layout_naive::compiled;

/// Key → size and ETag.
type Bucket = BTreeMap<String, (u64, String)>;

/// Compiled once: its proofs take longer than all the buckets here.
static PORTAL: LazyLock<Layout> = LazyLock::new(|| {
    let text = "version = 1\nextends = \"edge-cv-portal\"\n[[bucket]]\nname = \"line-1\"\n";
    compiled(parse(Path::new("stocktake.toml"), text.as_bytes(), RULES).unwrap())
});

fn present(bucket: &Bucket) -> Vec<Present> {
    let object = |(key, (size, etag)): (&String, &(u64, String))| Present {
        key: key.clone(),
        size: Some(*size),
        etag: Some(etag.clone()),
    };
    bucket.iter().map(object).collect()
}

/// The moves of a bucket and what stands at each new key.
fn plan(layout: &Layout, bucket: &Bucket) -> Vec<(Move, Target)> {
    let (line, mut captures) = (layout.bucket("line-1").unwrap(), Captures::new());
    let mut moves = Vec::new();
    for (key, (size, etag)) in bucket {
        if let Some(Decision::Move(new_key)) = decide(line, key, &mut captures, &mut |_| None) {
            moves.push(Move { new_key, old_key: key.clone(), size: Some(*size), etag: Some(etag.clone()) });
        }
    }
    moves.sort();
    let mut judged = Vec::new();
    judge_targets(moves, present(bucket), |_, _| false, |planned, target| judged.push((planned.clone(), target)))
        .unwrap();
    judged
}

fn free(layout: &Layout, bucket: &Bucket) -> Vec<(String, String)> {
    let judged = plan(layout, bucket).into_iter().filter(|(_, target)| *target == Target::Free);
    judged.map(|(planned, _)| (planned.old_key, planned.new_key)).collect()
}

fn execute(bucket: &mut Bucket, moves: &[(String, String)]) {
    for (old, new) in moves {
        let object = bucket.remove(old).unwrap();
        assert!(bucket.insert(new.clone(), object).is_none());
    }
}

fn prove(before: &Bucket, moves: &[(String, String)], after: &Bucket) -> (Equation, Vec<(String, Became)>) {
    let by_old: BTreeMap<&String, &String> = moves.iter().map(|(old, new)| (old, new)).collect();
    let (mut probes, mut fates) = (Vec::new(), Vec::new());
    for (object, (key, (size, etag))) in (0..).zip(before) {
        let mut probe = |key: &String, new: bool| {
            probes.push(Probe { key: key.clone(), object, new, size: Some(*size), etag: Some(etag.clone()) });
        };
        probe(key, false);
        by_old.get(key).inspect(|new| probe(new, true));
        fates.push((if by_old.contains_key(key) { Fate::Move } else { Fate::Keep }, Some(*size)));
    }
    probes.sort();
    let keys: Vec<&String> = before.keys().collect();
    let mut became = Vec::new();
    let proof = Proof::look_up(u32::try_from(before.len()).unwrap(), probes, present(after)).unwrap();
    let equation = proof.settle(fates, |object, what| became.push((keys[object as usize].clone(), what)));
    (equation, became)
}

fn buckets() -> impl Strategy<Value = Bucket> {
    let name = "[a-c]{1,2}( |\\+|%20|,|é)?[0-9]";
    let key = prop_oneof![
        name.prop_map(|name| format!("manifests/{name}.manifest")),
        name.prop_map(|name| format!("datasets/manifests/{name}.manifest")),
        name.prop_map(|name| format!("LFV-public-test/manifests/{name}.manifest")),
        name.prop_map(|name| format!("datasets/models/training/job-1/{name}")),
        name.prop_map(|name| format!("training-output/job-1/{name}")),
        name.prop_map(|name| format!("elsewhere/{name}")),
    ];
    prop::collection::btree_map(key, (0_u64..1_000, "[0-9a-f]{32}"), 1..40)
}

fn sample() -> Bucket {
    let keys =
        ["manifests/a.manifest", "LFV-public-test/manifests/b.manifest", "training-output/job-1/c", "elsewhere/d"];
    (1..).zip(keys).map(|(size, key)| (key.to_owned(), (size, format!("{size:032x}")))).collect()
}

proptest! {
    #[test]
    fn a_plan_carried_out_is_proved_and_goes_back(before in buckets()) {
        let layout = &*PORTAL;
        let moves = free(layout, &before);
        let mut after = before.clone();
        execute(&mut after, &moves);

        let (equation, became) = prove(&before, &moves, &after);
        prop_assert!(equation.lost_nothing());
        prop_assert_eq!(equation.moved.objects, moves.len() as u64);
        prop_assert_eq!(equation.moved.objects + equation.kept.objects, equation.before.objects);
        prop_assert_eq!(equation.moved.bytes + equation.kept.bytes, equation.before.bytes);
        prop_assert!(became.iter().all(|(_, what)| matches!(what, Became::MovedByEtag | Became::Kept)));
        prop_assert!(free(layout, &after).iter().all(|again| !moves.contains(again)));

        let back: Vec<_> = moves.iter().rev().map(|(old, new)| (new.clone(), old.clone())).collect();
        execute(&mut after, &back);
        prop_assert_eq!(after, before);
    }

    #[test]
    fn half_way_only_what_is_left_is_planned(before in buckets(), half in 0_usize..40) {
        let layout = &*PORTAL;
        let moves = free(layout, &before);
        let (made, left) = moves.split_at(half.min(moves.len()));
        let mut during = before.clone();
        for (old, new) in made {
            let copy = during[old].clone();
            during.insert(new.clone(), copy);
        }
        prop_assert_eq!(free(layout, &during), left);
        let (equation, _) = prove(&before, &moves, &during);
        prop_assert_eq!((equation.pending.objects, equation.lingering.objects), (left.len() as u64, made.len() as u64));
        prop_assert!(equation.lost_nothing());
    }

    #[test]
    fn one_fault_is_found_and_named(before in buckets(), at in any::<prop::sample::Index>(), alter in any::<bool>()) {
        let moves = free(&PORTAL, &before);
        prop_assume!(!moves.is_empty());
        let mut after = before.clone();
        execute(&mut after, &moves);
        let (old, new) = at.get(&moves);
        let expected = if alter {
            after.get_mut(new).unwrap().0 += 1;
            Became::Altered
        } else {
            after.remove(new);
            Became::Lost
        };
        let (equation, became) = prove(&before, &moves, &after);
        prop_assert!(!equation.lost_nothing());
        let is_fault = |what: &Became| matches!(what, Became::Altered | Became::Pending | Became::Lost);
        let faults: Vec<_> = became.into_iter().filter(|(_, what)| is_fault(what)).collect();
        prop_assert_eq!(faults, [(old.clone(), expected)]);
    }
}

#[test]
fn what_stands_at_the_new_key_is_told_apart() {
    let (layout, mut bucket) = (&*PORTAL, sample());
    let targets =
        |bucket: &Bucket| -> Vec<Target> { plan(layout, bucket).into_iter().map(|(_, target)| target).collect() };
    assert_eq!(targets(&bucket), [Target::Free; 3]);
    let planned: Vec<Move> = plan(layout, &bucket).into_iter().map(|(planned, _)| planned).collect();
    bucket.insert(planned[0].new_key.clone(), bucket[&planned[0].old_key].clone());
    bucket.insert(planned[1].new_key.clone(), (bucket[&planned[1].old_key].0, "f".repeat(32)));
    bucket.insert(planned[2].new_key.clone(), (bucket[&planned[2].old_key].0, format!("{}-2", "f".repeat(32))));
    assert_eq!(targets(&bucket), [Target::Done, Target::Different, Target::Unclear]);

    let two =
        sample().into_iter().chain([("datasets/training-output/job-1/c".to_owned(), (9, "9".repeat(32)))]).collect();
    assert_eq!(targets(&two).iter().filter(|target| **target == Target::Contested).count(), 2);
}

#[test]
fn what_is_not_sorted_is_refused() {
    let probe = |key: &str| Probe { key: key.to_owned(), object: 0, new: false, size: None, etag: None };
    let unsorted = Proof::look_up(1, [probe("b"), probe("a")], []).unwrap_err();
    assert_eq!(unsorted, ProofError::Unsorted("a".to_owned()));
    let object = |key: &str| Present { key: key.to_owned(), size: None, etag: None };
    let unsorted = Proof::look_up(1, [probe("z")], [object("b"), object("a")]).unwrap_err();
    assert_eq!(unsorted, ProofError::Unsorted("a".to_owned()));
    assert_eq!(Proof::look_up(0, [probe("a")], []).unwrap_err(), ProofError::Unknown(0));
}
