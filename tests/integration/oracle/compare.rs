//! The oracle's judgement held against the program's answer, and a world made small that shows a difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::Path;

use stocktake::model::{KeyClass, Outcome, ReferenceClass, Severity, Verdict};

use super::configuration;
use super::engine::{self, Answer};
use super::findings::Id;
use super::judge::{Judged, judge};
use super::layout::{Naive, Spot};
use super::world::{Inventory, Standing, World};
use super::written;
use crate::delivery::Format;

/// How many smaller worlds are tried at most.
const TRIES: usize = 120;

/// What was seen to occur, over many worlds.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    key: BTreeSet<KeyClass>,
    reference: BTreeSet<ReferenceClass>,
    verdict: BTreeSet<&'static str>,
    outcome: BTreeSet<Outcome>,
    codes: BTreeSet<String>,
}

impl Coverage {
    /// Counts what a judgement holds for certain.
    pub(crate) fn add(&mut self, judged: &Judged) {
        self.key.extend(judged.key.keys());
        self.reference.extend(judged.reference.keys());
        self.verdict.extend(judged.verdict.map(Verdict::name));
        self.outcome.extend(judged.outcome.keys());
        self.codes.extend(judged.findings.must.keys().map(|id| id.code.clone()));
    }

    /// The classes, outcomes, verdicts and codes that never occurred.
    pub(crate) fn missing(&self) -> Vec<String> {
        let key = KeyClass::ALL.iter().filter(|class| !self.key.contains(class)).map(|class| class.title());
        let reference = ReferenceClass::ALL.iter().filter(|class| !self.reference.contains(class));
        let outcome = Outcome::ALL.iter().filter(|outcome| !self.outcome.contains(outcome));
        let codes = super::findings::RULES.iter().map(|(code, _, _)| *code).filter(|code| !self.codes.contains(*code));
        let classes = key.chain(reference.map(|class| class.title())).chain(outcome.map(|outcome| outcome.title()));
        let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive].map(Verdict::name);
        let verdicts = verdicts.into_iter().filter(|verdict| !self.verdict.contains(verdict));
        classes.chain(verdicts).chain(codes).map(str::to_owned).collect()
    }
}

/// Every difference between the oracle and the program over one world, in every format, with one job and eight.
pub(crate) fn differences(world: &World, seed: u64) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    written::write(world, dir.path(), seed);
    match audits(world, dir.path()) {
        Ok([csv, others @ ..]) => {
            let mut differences = against(world, &judge(world), &csv);
            let same = others.iter().filter(|other| other.judgement != csv.judgement || other.file != csv.file);
            differences.extend(same.map(|other| format!("{} gives other bytes than {}", other.name, csv.name)));
            differences
        }
        Err(complaint) => vec![complaint],
    }
}

/// The program's answers, CSV with one job first.
fn audits(world: &World, dir: &Path) -> Result<[Answer; 5], String> {
    let mut answers = [
        engine::audit(dir, Format::Csv, 1)?,
        engine::audit(dir, Format::Csv, 8)?,
        engine::audit(dir, Format::Parquet, 1)?,
        engine::audit(dir, Format::Parquet, 8)?,
        engine::audit(dir, Format::Orc, 8)?,
    ];
    if !world.inventories.iter().all(Inventory::is_complete) {
        // A lost part is named in a finding, and its name ends in the format's.
        for answer in &mut answers {
            answer.file = format!("{:?}", answer.findings).into_bytes();
        }
    }
    Ok(answers)
}

fn against(world: &World, judged: &Judged, answer: &Answer) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, expected) in &judged.totals {
        compare(&mut differences, name, *expected, answer.totals.get(*name).copied().unwrap_or_default());
    }
    for class in KeyClass::ALL {
        compare(&mut differences, class.title(), value(&judged.key, class), value(&answer.key, class));
    }
    for class in ReferenceClass::ALL {
        compare(&mut differences, class.title(), value(&judged.reference, class), value(&answer.reference, class));
    }
    for outcome in Outcome::ALL {
        compare(&mut differences, outcome.title(), value(&judged.outcome, outcome), value(&answer.outcome, outcome));
    }
    if let Some(verdict) = judged.verdict {
        compare(&mut differences, "verdict", verdict, answer.verdict);
    }
    compare(&mut differences, "exit code", Some(i32::from(answer.verdict.exit_code())), answer.exit_code);
    partitions(&mut differences, answer);
    findings(&mut differences, judged, answer);
    suggestions(&mut differences, world, answer);
    differences
}

fn value<K: Ord, V: Copy + Default>(map: &BTreeMap<K, V>, key: &K) -> V {
    map.get(key).copied().unwrap_or_default()
}

fn compare<T: PartialEq + Debug>(differences: &mut Vec<String>, what: &str, expected: T, actual: T) {
    if expected != actual {
        differences.push(format!("{what}: the oracle says {expected:?}, the program {actual:?}"));
    }
}

/// Each of the three partitions sums to the whole.
fn partitions(differences: &mut Vec<String>, answer: &Answer) {
    let total = |name: &str| answer.totals.get(name).copied().unwrap_or_default();
    let whole = (total("objects"), total("bytes"));
    let sum = |all: &mut dyn Iterator<Item = &(u64, u64)>| all.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    compare(differences, "sum of the key classes", whole, sum(&mut answer.key.values()));
    compare(differences, "sum of the reference classes", whole, sum(&mut answer.reference.values()));
    compare(differences, "sum of the outcomes", total("references"), answer.outcome.values().sum());
    let mut by_rule: BTreeMap<&str, u64> = BTreeMap::new();
    for told in &answer.findings {
        *by_rule.entry(&told.id.code).or_default() += 1;
    }
    for (code, count) in answer.rules.iter().filter(|(code, _)| !code.starts_with('S')) {
        compare(differences, &format!("findings of {code} in results.json"), value(&by_rule, &code.as_str()), *count);
    }
}

fn findings(differences: &mut Vec<String>, judged: &Judged, answer: &Answer) {
    let expected = &judged.findings;
    let mut told: BTreeMap<&Id, Severity> = BTreeMap::new();
    for finding in &answer.findings {
        if told.insert(&finding.id, finding.severity).is_some() {
            differences.push(format!("told twice: {:?}", finding.id));
        }
    }
    let mut known: BTreeSet<&Id> = expected.may.keys().collect();
    for (id, severity) in &expected.must {
        known.insert(id);
        match told.get(id) {
            None => differences.push(format!("not told: {id:?}")),
            Some(actual) => compare(differences, &format!("severity of {id:?}"), severity, actual),
        }
    }
    for one_of in &expected.either {
        known.extend(one_of.keys());
        let hits = one_of.iter().filter(|(id, severity)| told.get(id) == Some(severity)).count();
        let wanted = usize::from(one_of.values().all(|severity| *severity > Severity::Ignore));
        compare(differences, &format!("how many of {:?}", one_of.keys()), wanted, hits);
    }
    let invented = told.keys().filter(|id| !known.contains(*id));
    differences.extend(invented.map(|id| format!("told without cause: {id:?}")));
}

/// A key suggested in place of another lies in a wanted area.
fn suggestions(differences: &mut Vec<String>, world: &World, answer: &Answer) {
    let naive = Naive::new(world);
    for told in answer.findings.iter().filter(|told| matches!(told.id.code.as_str(), "L201" | "L203" | "L204" | "L205"))
    {
        let Some(suggestion) = &told.suggestion else { continue };
        let is_right = match naive.identify(&told.bucket, suggestion) {
            Spot::Area(found) => world.areas[found.area].standing == Standing::Wanted,
            _ => false,
        };
        if !is_right {
            differences.push(format!("suggested for {:?}, and right nowhere: {suggestion:?}", told.id));
        }
    }
}

/// The smallest world found that still differs in one of the same ways, by dropping rows and items; with its
/// differences.
pub(crate) fn smallest(
    world: World,
    differences: Vec<String>,
    differ: impl Fn(&World) -> Vec<String>,
) -> (World, Vec<String>) {
    let kind = |difference: &String| difference.split(':').next().unwrap_or_default().to_owned();
    let kinds: BTreeSet<String> = differences.iter().map(kind).collect();
    let mut smallest = (world, differences);
    let lists = smallest.0.inventories.len() + smallest.0.exports.len();
    let (mut tries, mut share) = (TRIES, 1);
    while share <= 64 && tries > 0 {
        let mut shrunk = false;
        for (list, slice) in (0..lists).flat_map(|list| (0..share).map(move |slice| (list, slice))) {
            let mut smaller = smallest.0.clone();
            if tries > 0 && drop_slice(&mut smaller, list, slice, share) {
                tries -= 1;
                let differences = differ(&smaller);
                if differences.iter().any(|difference| kinds.contains(&kind(difference))) {
                    smallest = (smaller, differences);
                    shrunk = true;
                }
            }
        }
        if !shrunk {
            share *= 2;
        }
    }
    smallest
}

/// Drops one of `share` slices of a list of rows or items; false if that is nothing.
fn drop_slice(world: &mut World, list: usize, slice: usize, share: usize) -> bool {
    fn cut<T>(list: &mut Vec<T>, slice: usize, share: usize) -> bool {
        let (from, to) = (list.len() * slice / share, list.len() * (slice + 1) / share);
        list.drain(from..to).count() > 0
    }
    match list.checked_sub(world.inventories.len()) {
        None => cut(&mut world.inventories[list].rows, slice, share),
        // Other tables look buckets up in this one: without it they would say something else.
        Some(list) if world.exports[list].table == "cases" => false,
        Some(list) => cut(&mut world.exports[list].items, slice, share),
    }
}

/// Everything that a person needs to see why a world differs.
pub(crate) fn report(world: &World, seed: u64, differences: &[String]) -> String {
    let mut text = format!("seed {seed}:\n  {}\n\n{}\n", differences.join("\n  "), configuration::text(world));
    for inventory in &world.inventories {
        text.push_str(&format!("{} at {}\n", inventory.bucket, inventory.at));
        inventory.rows.iter().for_each(|row| text.push_str(&format!("  {row:?}\n")));
    }
    for export in &world.exports {
        text.push_str(&format!("{} at {}\n", export.table, export.at));
        export.items.iter().for_each(|item| text.push_str(&format!("  {}\n", serde_json::json!(item))));
    }
    text
}
