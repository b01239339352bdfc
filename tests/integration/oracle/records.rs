//! The findings about records: one per reference and rule, absent references, shared targets, times, mentions
//! and workflows.

use std::collections::{BTreeMap, BTreeSet};

use stocktake::model::{Outcome, uri};

use super::findings::{About, Findings, Id, severity};
use super::paths::{self, Instance, Step, Taken};
use super::references::{self, Changed, Named, Object, declared, item_text};
use super::world::{Item, Reference, Table, World};

/// What settings apply to a reference's findings.
fn about<'w>(world: &'w World, table: &'w Table, spec: &'w Reference) -> About<'w> {
    let area = if let [only] = spec.areas.as_slice() { Some(&world.areas[world.area(only)]) } else { None };
    About { reference: Some(spec), table: Some(table), area }
}

/// The findings of each reference on its own.
pub(crate) fn references(world: &World, all: &[Named<'_>], findings: &mut Findings) {
    for named in all {
        let path = paths::text(&named.at.taken);
        let about = about(world, named.table, named.spec);
        let mut report = |code: &str, certain: bool| {
            let id = Id::new(code, "reference", [named.table.name, &named.item_text, &path]);
            findings.perhaps(certain, id, severity(world, code, about));
        };
        match named.outcome {
            Outcome::Malformed => report("R304", true),
            Outcome::Outside => report("R305", true),
            Outcome::Archived => report("R307", true),
            Outcome::Deleted => report("R306", true),
            Outcome::Dangling => report("R301", true),
            Outcome::Unjudged | Outcome::Legacy | Outcome::Resolved | Outcome::Deferred => {}
        }
        let is_told = !matches!(named.outcome, Outcome::Unjudged | Outcome::Deferred);
        if named.is_overdue && is_told {
            report("R303", true);
        }
        match named.misplaced {
            Some(true) => report("R308", true),
            None => report("R308", false),
            Some(false) => {}
        }
        if named.mismatched {
            report("R309", true);
        }
        if named.over_broad {
            report("R313", true);
        }
    }
    shared(world, all, findings);
}

/// Where a reference stands: table, item, path.
type Holder<'a> = (&'a str, &'a str, String);

/// R310: objects that several items name though one of them should be alone.
fn shared(world: &World, all: &[Named<'_>], findings: &mut Findings) {
    let mut by_object: BTreeMap<(&str, &str), BTreeMap<Holder<'_>, &Named<'_>>> = BTreeMap::new();
    for named in all.iter().filter(|named| named.spec.exclusive && !named.keys.is_empty()) {
        let holder = (named.table.name, named.item_text.as_str(), paths::text(&named.at.taken));
        by_object.entry((&named.bucket, &named.keys[0])).or_default().insert(holder, named);
    }
    for holders in by_object.values() {
        let items: BTreeSet<_> = holders.keys().map(|(table, item, _)| (table, item)).collect();
        if let (true, Some(((table, item, path), named))) = (items.len() > 1, holders.iter().next()) {
            let severity = severity(world, "R310", about(world, named.table, named.spec));
            findings.must(Id::new("R310", "reference", [table, item, path]), severity);
        }
    }
}

/// R311 and C604.
pub(crate) fn items(world: &World, findings: &mut Findings) {
    for (table, export) in world.tables.iter().filter_map(|table| Some((table, world.export(table.name)?))) {
        for item in &export.items {
            let name = item_text(table, item);
            if let Changed::Implausible(attribute) = references::changed_at(table, item, export.at) {
                let severity = severity(world, "C604", About { table: Some(table), ..About::default() });
                findings.must(Id::new("C604", "reference", [table.name, &name, attribute]), severity);
            }
            for spec in table.references.iter().filter(|spec| spec.required_when.is_some()) {
                for at in paths::instances(item, spec.attribute) {
                    if is_demanded(spec, item, &at) && references::is_declared_by(table, spec, item, &at) {
                        let severity = severity(world, "R311", about(world, table, spec));
                        let path = paths::text(&at.taken);
                        findings.must(Id::new("R311", "reference", [table.name, &name, &path]), severity);
                    }
                }
            }
        }
    }
}

/// Whether a place must hold a reference and holds none.
fn is_demanded(spec: &Reference, item: &Item, at: &Instance) -> bool {
    let steps = paths::steps(spec.attribute);
    let is_required = spec.required_when.is_some();
    is_required
        && !paths::is_present(at.value.as_ref())
        && paths::holds(item, &steps, &at.taken, spec.required_when.as_ref())
}

/// R312, and the objects that undeclared attributes name.
pub(crate) fn mentions(world: &World, findings: &mut Findings) -> BTreeSet<Object> {
    let mut mentioned = BTreeSet::new();
    for (table, export) in world.tables.iter().filter_map(|table| Some((table, world.export(table.name)?))) {
        let known = declared_paths(world, table);
        let mut paths_found: BTreeSet<String> = BTreeSet::new();
        for item in &export.items {
            let mut open: Vec<Vec<Taken>> = item.keys().map(|name| vec![Taken::Name(name.clone())]).collect();
            while let Some(taken) = open.pop() {
                let value = paths::at(item, &taken).unwrap();
                let deeper = |step: Taken| [taken.clone(), vec![step]].concat();
                open.extend((0..paths::elements(&value).len()).map(|index| deeper(Taken::Index(index))));
                open.extend(paths::members(&value).into_iter().map(|(name, _)| deeper(Taken::Name(name))));
                let Some(text) = value.get("S").and_then(|text| text.as_str()) else { continue };
                if known.iter().any(|path| is_on(path, &taken)) {
                    continue;
                }
                let Ok(location) = uri::parse(text) else { continue };
                let readings = [Some(location.key.into_owned()), location.other_key].into_iter().flatten();
                let objects: Vec<Object> = readings.filter_map(|key| declared(world, &location.bucket, &key)).collect();
                if !objects.is_empty() {
                    paths_found.insert(paths::general_text(&taken));
                    mentioned.extend(objects);
                }
            }
        }
        let severity = severity(world, "R312", About { table: Some(table), ..About::default() });
        for path in paths_found {
            findings.must(Id::new("R312", "reference", [table.name, "", &path]), severity);
        }
    }
    mentioned
}

/// Every path that the configuration of a table mentions.
fn declared_paths(world: &World, table: &Table) -> Vec<Vec<Step>> {
    let mut paths: Vec<&str> = [table.key.clone(), table.ignores.clone()].concat();
    paths.extend(table.changed_at.iter().flat_map(|(attributes, _)| attributes));
    for spec in &table.references {
        paths.push(spec.attribute);
        paths.extend(spec.bind.iter().chain(&spec.fill).map(|binding| binding.1));
        paths.extend([&spec.when, &spec.required_when].into_iter().flatten().map(|condition| condition.attribute));
    }
    for claim in &table.claims {
        paths.extend(claim.bind.iter().map(|binding| binding.1));
        paths.extend([&claim.when, &claim.unfinished_when].into_iter().flatten().map(|condition| condition.attribute));
    }
    let workflows = world.workflow.iter().filter(|workflow| workflow.table == table.name);
    paths.extend(workflows.filter_map(|workflow| Some(workflow.when.as_ref()?.attribute)));
    paths.into_iter().map(paths::steps).collect()
}

/// Whether a place is one that a path leads to.
fn is_on(path: &[Step], taken: &[Taken]) -> bool {
    let fits = |step: &Step, at: &Taken| match (step, at) {
        (Step::Name(name), Taken::Name(other)) => name == other,
        (Step::Each, Taken::Index(_)) | (Step::EachValue, Taken::Name(_)) => true,
        _ => false,
    };
    match path.split_last() {
        Some((Step::Anything, head)) => {
            taken.len() > head.len() && head.iter().zip(taken).all(|(step, at)| fits(step, at))
        }
        _ => path.len() == taken.len() && path.iter().zip(taken).all(|(step, at)| fits(step, at)),
    }
}

/// How far a step of a workflow came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Holds,
    Broken,
    Absent,
    Open,
}

/// W501: the items whose workflow breaks.
pub(crate) fn workflow(world: &World, all: &[Named<'_>], findings: &mut Findings) {
    let Some(workflow) = &world.workflow else { return };
    let Some(export) = world.export(workflow.table) else { return };
    let table = world.tables.iter().find(|table| table.name == workflow.table).unwrap();
    let is_judged = world.inventories.iter().all(super::world::Inventory::is_complete);
    for (index, item) in export.items.iter().enumerate() {
        if !paths::holds(item, &[], &[], workflow.when.as_ref()) {
            continue;
        }
        let own: Vec<&Named<'_>> =
            all.iter().filter(|named| named.table.name == table.name && named.item == index).collect();
        let is_settled = is_judged && own.iter().all(|named| named.misplaced.is_some());
        let mut elements: BTreeSet<String> = BTreeSet::new();
        for step in &workflow.steps {
            elements.extend(
                paths::instances(item, step).iter().filter_map(|at| element(item, step, &at.taken, workflow.on)),
            );
        }
        let runs: Vec<Option<String>> =
            if elements.is_empty() { vec![None] } else { elements.into_iter().map(Some).collect() };
        if !is_settled || runs.iter().any(|run| breaks(table, item, workflow, &own, run.as_deref())) {
            let id = Id::new("W501", "workflow", [table.name, &item_text(table, item), ""]);
            let severity = severity(world, "W501", About { table: Some(table), ..About::default() });
            findings.perhaps(is_settled, id, severity);
        }
    }
}

/// The value by which a list element joins those of other steps.
fn element(item: &Item, step: &str, taken: &[Taken], on: Option<&str>) -> Option<String> {
    let on = on?;
    let last = taken.iter().rposition(|step| matches!(step, Taken::Index(_)))?;
    debug_assert!(step.contains("[]"));
    let value = paths::string(paths::at(item, &taken[..=last])?.get("M")?.get(on)?)?;
    Some(super::pool::normalise(on, &value))
}

/// Whether a run of a workflow (one list element, or the whole item) breaks at one of its steps.
fn breaks(
    table: &Table,
    item: &Item,
    workflow: &super::world::Workflow,
    own: &[&Named<'_>],
    run: Option<&str>,
) -> bool {
    let belongs =
        |step: &str, taken: &[Taken]| !step.contains("[]") || element(item, step, taken, workflow.on).as_deref() == run;
    let states: Vec<(State, bool)> = workflow
        .steps
        .iter()
        .map(|step| {
            let named: Vec<&&Named<'_>> =
                own.iter().filter(|named| named.spec.attribute == *step && belongs(step, &named.at.taken)).collect();
            let is_broken = |named: &&&Named<'_>| {
                let lost = matches!(named.outcome, Outcome::Dangling | Outcome::Deleted | Outcome::Malformed);
                lost || named.misplaced == Some(true)
            };
            let is_open = |named: &&&Named<'_>| matches!(named.outcome, Outcome::Unjudged | Outcome::Deferred);
            let state = match named.is_empty() {
                true => State::Absent,
                false if named.iter().any(is_broken) => State::Broken,
                false if named.iter().any(is_open) => State::Open,
                false => State::Holds,
            };
            let places = paths::instances(item, step).into_iter().filter(|at| belongs(step, &at.taken));
            let specs = || table.references.iter().filter(|spec| spec.attribute == *step);
            let demanded = places.into_iter().any(|at| specs().any(|spec| is_demanded(spec, item, &at)));
            (state, demanded)
        })
        .collect();
    for (index, (state, is_demanded)) in states.iter().enumerate() {
        let later_has_some = || states[index + 1..].iter().any(|(later, _)| *later != State::Absent);
        match state {
            State::Holds => {}
            State::Open => return false,
            State::Broken => return true,
            State::Absent if *is_demanded || later_has_some() => return true,
            State::Absent => {}
        }
    }
    false
}
