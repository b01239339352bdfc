//! The oracle's judgement of a world: three partitions, totals, findings and verdict, by hash sets and whole-key
//! regular expressions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use stocktake::model::{KeyClass, Millis, Outcome, ReferenceClass, Severity, Verdict, key::directory};
use unicode_normalization::is_nfc;

use super::findings::{About, Findings, Id, severity};
use super::layout::{Match, Naive, Spot, empty_segments};
use super::paths;
use super::records;
use super::references::{self, Holdings, Named, Object};
use super::template::Pattern;
use super::world::{Area, Fate, Inventory, Row, Standing, World};

/// Everything the oracle says of a world.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) totals: BTreeMap<&'static str, u64>,
    /// Objects and bytes.
    pub(crate) key: BTreeMap<KeyClass, (u64, u64)>,
    /// Objects and bytes.
    pub(crate) reference: BTreeMap<ReferenceClass, (u64, u64)>,
    pub(crate) outcome: BTreeMap<Outcome, u64>,
    pub(crate) findings: Findings,
    /// `None` where findings that are left open decide it.
    pub(crate) verdict: Option<Verdict>,
}

/// What the records say of objects, in sets.
struct Reach<'w> {
    named: HashSet<Object>,
    /// The new keys that records give to legacy objects.
    moves: HashMap<Object, BTreeSet<String>>,
    /// The directories of the named ones.
    directories: HashSet<Object>,
    prefixes: Vec<Object>,
    /// Folders, by bucket, prefix and area.
    folders: HashSet<(String, String, usize)>,
    /// Claimed folders that need not be complete yet.
    unfinished: HashSet<(String, String, usize)>,
    mentioned: BTreeSet<Object>,
    /// When the oldest export was made, where orphans can be judged at all.
    exported: Option<Millis>,
    naive: &'w Naive<'w>,
}

/// A folder of an area.
#[derive(Default)]
struct Folder {
    keys: Vec<String>,
    newest: Option<Millis>,
}

/// Judges a world.
pub(crate) fn judge(world: &World) -> Judged {
    let naive = Naive::new(world);
    let holdings = Holdings::new(world);
    let all = references::read(&naive, &holdings);
    let mut judged = Judged::default();
    records::references(world, &all, &mut judged.findings);
    records::items(world, &mut judged.findings);
    records::workflow(world, &all, &mut judged.findings);
    let mentioned = records::mentions(world, &mut judged.findings);
    for named in &all {
        *judged.outcome.entry(named.outcome).or_default() += 1;
    }
    let reach = Reach::new(&naive, &all, mentioned);
    let mut folders: BTreeMap<(&str, usize, String), Folder> = BTreeMap::new();
    let count = |judged: &mut Judged, name, more: u64| *judged.totals.entry(name).or_default() += more;
    for inventory in &world.inventories {
        for row in &inventory.rows {
            count(&mut judged, "rows", 1);
            if row.is_delete_marker {
                count(&mut judged, "delete_markers", 1);
            } else if row.is_object() {
                count(&mut judged, "objects", 1);
                count(&mut judged, "bytes", row.size.unwrap_or(0));
                object(&reach, inventory, row, &mut judged, &mut folders);
            } else {
                count(&mut judged, "noncurrent_versions", 1);
                count(&mut judged, "noncurrent_bytes", row.size.unwrap_or(0));
            }
        }
    }
    count(&mut judged, "items", world.exports.iter().map(|export| export.items.len() as u64).sum());
    count(&mut judged, "references", all.len() as u64);
    count(&mut judged, "folders", folders.len() as u64);
    judge_folders(&reach, &folders, &mut judged.findings);
    plural_names(world, &mut judged.findings);
    judged.verdict = verdict(world, &judged.findings);
    judged
}

impl<'w> Reach<'w> {
    fn new(naive: &'w Naive<'w>, all: &[Named<'_>], mentioned: BTreeSet<Object>) -> Self {
        let world = naive.world;
        let exported = world.exports.iter().map(|export| export.at).min();
        let exported = exported.filter(|_| world.exports_are_complete());
        let mut reach = Self {
            named: HashSet::new(),
            moves: HashMap::new(),
            directories: HashSet::new(),
            prefixes: Vec::new(),
            folders: HashSet::new(),
            unfinished: HashSet::new(),
            mentioned,
            exported,
            naive,
        };
        for named in all {
            for (key, new) in named.keys.iter().zip(&named.new_key) {
                reach.moves.entry((named.bucket.clone(), key.clone())).or_default().insert(new.clone());
            }
            for key in named.keys.iter().chain(&named.new_key) {
                if !key.ends_with('/') {
                    reach.directories.insert((named.bucket.clone(), directory(key).to_owned()));
                }
                reach.named.insert((named.bucket.clone(), key.clone()));
                if let (Spot::Area(found), true) = (naive.identify(&named.bucket, key), named.spec.claims)
                    && !naive.world.areas[found.area].by_object
                    // A key ending in `/` covers what lies below it and no more.
                    && !key.ends_with('/')
                {
                    reach.folders.insert((named.bucket.clone(), found.folder, found.area));
                }
            }
            // Whether its marker exists or not.
            if let (None, true, Some(key)) = (&named.prefix, named.spec.claims, named.keys.first())
                && key.ends_with('/')
                && !naive.is_over_broad(&named.bucket, key)
            {
                reach.prefixes.push((named.bucket.clone(), key.clone()));
            }
            if let (Some(prefix), true, false) = (&named.prefix, named.spec.claims, named.over_broad) {
                reach.prefixes.push((named.bucket.clone(), prefix.clone()));
            }
        }
        reach.claim();
        reach
    }

    /// Adds the folders that items own without naming their objects.
    fn claim(&mut self) {
        let world = self.naive.world;
        for (table, export) in world.tables.iter().filter_map(|table| Some((table, world.export(table.name)?))) {
            for (item, claim) in
                export.items.iter().flat_map(|item| table.claims.iter().map(move |claim| (item, claim)))
            {
                let area = world.area(claim.area);
                let attribute = claim.bind.iter().map(|binding| binding.1).max_by_key(|path| path.contains("[]"));
                let from = paths::steps(attribute.unwrap());
                for at in paths::instances(item, attribute.unwrap()) {
                    let holds = |condition| paths::holds(item, &from, &at.taken, condition);
                    if !holds(claim.when.as_ref()) {
                        continue;
                    }
                    let folders = self.naive.folders(area, |name| {
                        let binding = claim.bind.iter().find(|binding| binding.0 == name)?;
                        paths::bound(item, &from, &at.taken, binding)
                    });
                    for (bucket, folder) in folders {
                        let owned = (bucket.to_owned(), folder, area);
                        if claim.unfinished_when.is_some() && holds(claim.unfinished_when.as_ref()) {
                            self.unfinished.insert(owned.clone());
                        }
                        self.folders.insert(owned);
                    }
                }
            }
        }
    }

    /// Whether a legacy object is not in order where it is: not if the layout keeps it, for good or because nothing
    /// names its new key. Open where records disagree about that.
    fn is_overdue(&self, bucket: &str, key: &str, found: &Match) -> Option<bool> {
        let legacy = &self.naive.world.areas[found.area].legacy[found.legacy?];
        let moves = self.moves.get(&(bucket.to_owned(), key.to_owned())).map_or(0, BTreeSet::len);
        match (legacy.fate, moves) {
            (Fate::Keep, _) => Some(false),
            (Fate::To(_), 0) => Some(legacy.record.is_empty() || !legacy.unnamed_keep),
            (Fate::To(_), 2..) => None,
            _ => Some(true),
        }
    }

    fn class(&self, bucket: &str, row: &Row, spot: &Spot) -> ReferenceClass {
        let world = self.naive.world;
        let object = (bucket.to_owned(), row.key.clone());
        let area = match spot {
            Spot::Area(found) if world.areas[found.area].standing != Standing::Outside => Some(found),
            _ => None,
        };
        let folder = area.map(|found| (bucket.to_owned(), found.folder.clone(), found.area));
        let below = |(name, prefix): &Object| name == bucket && row.key.starts_with(prefix);
        let is_expected = |found: &Match| {
            let relative = &row.key[found.folder.len()..];
            world.areas[found.area].expected.iter().any(|glob| Pattern::of("", glob).is_match(relative))
                && self.directories.contains(&(bucket.to_owned(), directory(&row.key).to_owned()))
        };
        let is_asked = |found: &&Match| {
            let about = About { area: Some(&world.areas[found.area]), ..About::default() };
            !row.is_marker() && !world.tables.is_empty() && severity(world, "R302", about) > Severity::Ignore
        };
        if self.named.contains(&object) {
            ReferenceClass::Referenced
        } else if self.prefixes.iter().any(below) || folder.is_some_and(|folder| self.folders.contains(&folder)) {
            ReferenceClass::Covered
        } else if area.is_some_and(is_expected) {
            ReferenceClass::Expected
        } else if area.filter(is_asked).is_none() {
            ReferenceClass::NotAsked
        } else if self.mentioned.contains(&object) {
            ReferenceClass::Mentioned
        } else {
            match (self.exported, row.modified) {
                (Some(exported), Some(modified)) if modified > exported - world.grace => ReferenceClass::Deferred,
                (Some(_), Some(_)) => ReferenceClass::Orphan,
                _ => ReferenceClass::Unjudged,
            }
        }
    }
}

/// Judges one object and adds it to its folder.
fn object<'w>(
    reach: &Reach<'w>,
    inventory: &'w Inventory,
    row: &Row,
    judged: &mut Judged,
    folders: &mut BTreeMap<(&'w str, usize, String), Folder>,
) {
    let world = reach.naive.world;
    let spot = reach.naive.identify(inventory.bucket, &row.key);
    let class = reach.class(inventory.bucket, row, &spot);
    let area = match &spot {
        Spot::Area(found) | Spot::Legacy(found) => Some(&world.areas[found.area]),
        Spot::OutOfScope | Spot::Nowhere(_) => None,
    };
    let id = |code: &str| Id::new(code, "object", [inventory.bucket, &row.key, row.version.as_deref().unwrap_or("")]);
    let about = About { area, ..About::default() };
    if class == ReferenceClass::Orphan {
        judged.findings.must(id("R302"), severity(world, "R302", about));
    }
    let standing = area.map(|area| area.standing);
    let key_class = match &spot {
        Spot::OutOfScope => KeyClass::OutOfScope,
        Spot::Area(_) if standing == Some(Standing::Outside) => KeyClass::OutOfScope,
        _ if row.is_marker() => KeyClass::FolderMarker,
        Spot::Area(_) if standing == Some(Standing::Tolerated) => KeyClass::Exempt,
        _ => {
            let codes = offences(world, row, &spot);
            if let Spot::Legacy(found) = &spot {
                let told = reach.is_overdue(inventory.bucket, &row.key, found);
                if told.is_none_or(|told| told) {
                    judged.findings.perhaps(told.is_some(), id("L202"), severity(world, "L202", about));
                }
            }
            let severities = codes.iter().map(|code| severity(world, code, about));
            let worst = severities.max().unwrap_or(Severity::Ignore);
            for code in codes {
                judged.findings.must(id(code), severity(world, code, about));
            }
            if let Spot::Nowhere(codes) = &spot
                && codes.len() > 1
            {
                let one_of = codes.iter().map(|code| (id(code), severity(world, code, About::default())));
                judged.findings.either.push(one_of.collect());
            }
            let miss = match &spot {
                Spot::Nowhere(codes) => severity(world, codes[0], About::default()),
                _ => Severity::Ignore,
            };
            match &spot {
                Spot::Legacy(_) => KeyClass::Legacy,
                _ if worst.max(miss) >= Severity::Warning => KeyClass::Violating,
                _ => KeyClass::Compliant,
            }
        }
    };
    let add = |total: &mut (u64, u64)| *total = (total.0 + 1, total.1 + row.size.unwrap_or(0));
    add(judged.key.entry(key_class).or_default());
    add(judged.reference.entry(class).or_default());
    if let (Spot::Area(found), false) = (spot, row.is_marker())
        && standing != Some(Standing::Outside)
    {
        let folder = folders.entry((inventory.bucket, found.area, found.folder)).or_default();
        folder.keys.push(row.key.clone());
        folder.newest = folder.newest.max(row.modified);
    }
}

/// The K- and L-codes that a key and its row earn, but L202; of L201–L205 only where exactly one is right.
fn offences(world: &World, row: &Row, spot: &Spot) -> Vec<&'static str> {
    let key = row.key.as_str();
    let has_empty = match spot {
        Spot::Legacy(found) => found.has_empty_segment(key),
        _ => empty_segments(key).next().is_some(),
    };
    let is_unsafe = |c: char| "\\{^}%`]\">[~<#|".contains(c) || c <= '\u{1f}' || ('\u{7f}'..='\u{9f}').contains(&c);
    let is_wanted = |found: &Match| world.areas[found.area].standing == Standing::Wanted;
    let is_late = world.cut_over.zip(row.modified).is_some_and(|(cut_over, modified)| modified >= cut_over);
    let mut codes = Vec::new();
    let mut when = |holds: bool, code: &'static str| {
        if holds {
            codes.push(code);
        }
    };
    when(has_empty, "K101");
    when(key.split('/').any(|segment| matches!(segment, "." | "..")), "K102");
    when(key.contains(is_unsafe), "K103");
    when(!is_nfc(key), "K105");
    match spot {
        Spot::Legacy(_) => when(is_late, "L209"),
        Spot::Area(found) => when(is_wanted(found) && row.size == Some(0), "L208"),
        Spot::Nowhere(miss) if miss.len() == 1 => when(true, miss[0]),
        Spot::Nowhere(_) | Spot::OutOfScope => {}
    }
    codes
}

/// K104 and L207.
fn judge_folders(reach: &Reach<'_>, folders: &BTreeMap<(&str, usize, String), Folder>, findings: &mut Findings) {
    let world = reach.naive.world;
    let mut spellings: HashMap<(&str, usize, String), usize> = HashMap::new();
    for (bucket, area, folder) in folders.keys() {
        *spellings.entry((bucket, *area, folder.to_lowercase())).or_default() += 1;
    }
    for ((bucket, area_index, prefix), folder) in folders {
        let area: &Area = &world.areas[*area_index];
        let inventory = world.inventory(bucket).unwrap();
        let about = About { area: Some(area), ..About::default() };
        let id = |code| Id::new(code, "folder", [bucket, prefix, ""]);
        if area.standing == Standing::Wanted && spellings[&(*bucket, *area_index, prefix.to_lowercase())] > 1 {
            findings.must(id("K104"), severity(world, "K104", about));
        }
        let has = |glob: &str| folder.keys.iter().any(|key| Pattern::of("", glob).is_match(&key[prefix.len()..]));
        let is_missing = area.companions.iter().any(|list| !list.iter().any(|glob| has(glob)));
        let is_unfinished = reach.unfinished.contains(&((*bucket).to_owned(), prefix.clone(), *area_index));
        let is_young = |at: Millis| folder.newest.is_some_and(|newest| newest > at - world.grace);
        let earliest = world.exports.iter().map(|export| export.at).chain([inventory.at]).min().unwrap();
        if area.standing == Standing::Wanted && is_missing && !is_unfinished && !is_young(inventory.at) {
            let is_settled = inventory.is_complete() && !is_young(earliest);
            findings.perhaps(is_settled, id("L207"), severity(world, "L207", about));
        }
    }
}

/// L206: plural names, once each: among the layout's literals, else at the top of buckets.
fn plural_names(world: &World, findings: &mut Findings) {
    let severity = severity(world, "L206", About::default());
    let id = |bucket: &str, plural: &str| Id::new("L206", "configuration", [bucket, plural, ""]);
    for (plural, _) in &world.singular {
        let is_spelled = |area: &&Area| area.path.split('/').any(|segment| segment == *plural);
        let mut spelling = world.areas.iter().filter(is_spelled).peekable();
        let is_found = spelling.peek().is_some();
        if is_found {
            let is_wanted = spelling.any(|area| area.standing == Standing::Wanted);
            findings.perhaps(is_wanted, id("", plural), severity);
            continue;
        }
        for inventory in &world.inventories {
            let at_top = |row: &&Row| row.key.starts_with(&format!("{plural}/"));
            let mut rows = inventory.rows.iter().filter(at_top).peekable();
            let mut entries = world.buckets.iter().filter(|bucket| bucket.name == inventory.bucket);
            if rows.peek().is_some() {
                let is_plain = rows.any(|row| row.is_object() && !row.is_marker());
                let is_whole = entries.all(|entry| entry.prefix.is_empty());
                findings.perhaps(is_plain && is_whole, id(inventory.bucket, plural), severity);
            }
        }
    }
}

/// Inconclusive before fail before pass.
fn verdict(world: &World, findings: &Findings) -> Option<Verdict> {
    let listed = |name: &str| world.inventory(name).is_some_and(Inventory::is_complete);
    let is_complete = world.buckets.iter().all(|bucket| !bucket.inventory || listed(bucket.name));
    let fails = |severity: &Severity| *severity == Severity::Error;
    if !is_complete || !world.exports_are_complete() {
        Some(Verdict::Inconclusive)
    } else if findings.must.values().any(fails) || findings.either.iter().any(|one_of| one_of.values().all(fails)) {
        Some(Verdict::Fail)
    } else if !findings.may.values().any(fails) && !findings.either.iter().any(|one_of| one_of.values().any(fails)) {
        Some(Verdict::Pass)
    } else {
        None
    }
}
