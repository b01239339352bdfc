//! The areas that random layouts are drawn from: disjoint by their first literals, and together of every kind.

use stocktake::model::Severity;

use super::dice::Dice;
use super::world::{Area, Fate, Legacy, Standing};

/// How a world's buckets are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// One entry, the whole bucket.
    Whole,
    /// One entry below a prefix.
    Prefixed,
    /// Two use cases share a bucket.
    Shared,
}

/// Two to six areas, and one for the data bucket.
pub(crate) fn draw(dice: &mut Dice, cut: Cut) -> Vec<Area> {
    let mut areas = vec![training(dice, cut)];
    let mut others: Vec<fn(&mut Dice, Cut) -> Area> = vec![compilation, packages, raw, pages, reports, mirror];
    dice.shuffle(&mut others);
    let count = dice.between(1, 4);
    areas.extend(others[..count].iter().map(|area| area(dice, cut)));
    dice.shuffle(&mut areas);
    if dice.chance(60) {
        areas.push(Area { standing: Standing::Tolerated, at_root: true, ..area("scratch", "scratch/{year}/**") });
    }
    if dice.chance(50) {
        areas.push(Area { standing: Standing::Outside, at_root: true, ..area("system", "system/**") });
    }
    if dice.chance(40) {
        let dumps = area("dumps", "**/dumps/**");
        areas.push(Area { standing: Standing::Outside, at_root: true, fallback: true, ..dumps });
    }
    if cut == Cut::Whole && dice.chance(40) {
        let upload = area("upload", "datasets/{dataset}/**");
        areas.push(Area { fallback: true, rules: vec![("orphan-object", Severity::Ignore)], ..upload });
    }
    let rules = vec![("R302", Severity::Ignore), ("K", Severity::Note)];
    areas.push(Area { role: "data", rules, ..area("anything", "**") });
    areas
}

fn area(name: &'static str, path: &'static str) -> Area {
    Area { name, path, role: "output", ..Area::default() }
}

fn moves(name: &'static str, from: &[&'static str], to: &'static str) -> Legacy {
    Legacy { name, from: from.to_vec(), fate: Fate::To(to), record: Vec::new(), unnamed_keep: false, at_root: false }
}

fn training(dice: &mut Dice, cut: Cut) -> Area {
    let from = ["old//training/{job}/{rest**}", "old/training/{job}/{rest**}", "/training/{job}/{rest**}"];
    let mut legacy = vec![moves("portal", &from, "models/training/{job}/{rest**}")];
    if cut != Cut::Shared && dice.chance(60) {
        let notebook = moves("notebook", &["notebooks/{job}.tar"], "models/training/{job}/model.tar");
        legacy.push(Legacy { at_root: true, ..notebook });
    }
    if dice.chance(60) {
        let attic = moves("attic", &["attic/**/deep/{rest**}"], "");
        legacy.push(Legacy { fate: Fate::Keep, ..attic });
    }
    if dice.chance(60) {
        legacy.push(Legacy { fate: Fate::Retire, ..moves("gone", &["retired/{file}"], "") });
    }
    let companions = if dice.chance(70) { vec![vec!["**/model.tar.gz"]] } else { Vec::new() };
    Area { legacy, companions, by_object: dice.chance(20), ..area("training", "models/training/{job}/**") }
}

fn compilation(dice: &mut Dice, _: Cut) -> Area {
    let flat = moves("flat", &["flat-out/{file}"], "models/compilation/{job}/{target}/{file}");
    let legacy = vec![Legacy { record: vec!["job", "target"], unnamed_keep: dice.chance(50), ..flat }];
    let companions = vec![vec!["**/*.tar.gz", "*.zip"], vec!["**/*.json"]];
    let rules = if dice.chance(30) { vec![("K", Severity::Note)] } else { Vec::new() };
    let companions = if dice.chance(60) { companions } else { Vec::new() };
    Area { legacy, companions, rules, ..area("compilation", "models/compilation/{job}/{target}/**") }
}

fn packages(dice: &mut Dice, _: Cut) -> Area {
    let packed = moves("packed", &["artifacts/pkg-{uid}/{file}"], "deployments/{deployment}/{uid}/{file}");
    let legacy = vec![Legacy { record: vec!["deployment"], unnamed_keep: dice.chance(50), ..packed }];
    Area { legacy, ..area("packages", "deployments/{deployment}/**") }
}

fn raw(dice: &mut Dice, _: Cut) -> Area {
    let rules = if dice.chance(70) { vec![("orphan-object", Severity::Ignore)] } else { Vec::new() };
    Area { rules, ..area("raw", "datasets/images/**") }
}

fn pages(_: &mut Dice, _: Cut) -> Area {
    let rules = vec![("orphan-object", Severity::Note), ("L208", Severity::Ignore)];
    Area { by_object: true, rules, ..area("pages", "pages/{year}-{page}.txt") }
}

fn reports(_: &mut Dice, _: Cut) -> Area {
    let expected = vec!["*.log", "**/index.json"];
    Area { by_object: true, expected, ..area("reports", "reports/{tenant}/{week}/{file}") }
}

fn mirror(dice: &mut Dice, _: Cut) -> Area {
    let by_object = dice.chance(60);
    let expected = if by_object { vec!["*.log", "index.*"] } else { Vec::new() };
    Area { by_object, expected, ..area("mirror", "mirror/{job}/{job}/*") }
}
