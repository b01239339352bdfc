//! New keys that a plan has to look at, wherever they lie, and those at which nobody can look.

use std::path::Path;

use serde_json::json;
use stocktake::layout::Layout;
use stocktake::layout::config::parse;
use stocktake::migration::Mapping;
use stocktake::model::{Phase, Verdict};
use stocktake::render::Templates;
use stocktake::report::runbook;
use stocktake::results::schema::RuleState;
use stocktake::rules::known_rules;

use super::proof::Migration;
use super::state::{BEFORE, How, State, moves, planned};
use crate::delivery::typed;
use crate::layout_naive::compiled;

fn layout(text: &str) -> Layout {
    compiled(parse(Path::new("stocktake.toml"), text.as_bytes(), &known_rules()).unwrap())
}

fn state(objects: &[(&str, u64)]) -> State {
    let mut state = State::default();
    objects.iter().for_each(|(key, size)| state.object("media", key, *size));
    state
}

/// Action and reason of each move, by its old key.
fn decided(layout: &Layout, state: &State) -> Vec<String> {
    let (_, files) = planned(layout, state, BEFORE, &Mapping::default(), How::PLAINLY);
    moves(&files).iter().map(|row| format!("{} {} {}", row["old_key"], row["action"], row["reason"])).collect()
}

const FALLBACK: &str = r#"
version = 1
[[bucket]]
name = "media"
[[area]]
name = "data"
path = "data/{rest**}"
fallback = true
[[area.legacy]]
name = "stuff"
from = "stuff/{rest**}"
to = "data/{rest**}"
[[area]]
name = "special"
path = "data/special/{rest**}"
[[area.legacy]]
name = "odd"
from = "data/odd/{rest**}"
keep = "still read"
[[area]]
name = "other"
path = "other/{rest**}"
"#;

#[test]
fn a_new_key_that_another_area_takes_is_looked_at_as_well() {
    let layout = layout(FALLBACK);
    let new = ["free/m", "m", "odd/m", "special/m"];
    let old: Vec<String> = new.iter().map(|key| format!("stuff/{key}")).collect();
    let mut state = State::default();
    state.object("media", "other/m", 5);
    for (old, new) in old.iter().zip(new) {
        state.object("media", old, 5);
        if new != "free/m" {
            let mut copy = state.bucket("media")[old].clone();
            copy.key = format!("data/{new}");
            state.put("media", copy);
        }
    }
    let fates = |state: &State| -> Vec<String> {
        let all = decided(&layout, state);
        all.iter().filter_map(|row| row.strip_prefix("stuff/").map(str::to_owned)).collect()
    };
    assert_eq!(fates(&state), ["free/m copy ", "m done md5", "odd/m done md5", "special/m done md5"]);
    for new in &new[1..] {
        state.bucket("media").get_mut(&format!("data/{new}")).unwrap().size = Some(7);
    }
    let blocked = ["m blocked different", "odd/m blocked different", "special/m blocked different"];
    assert_eq!(fates(&state)[1..], blocked);
}

const FILTERED: &str = r#"
version = 1
[[bucket]]
name = "media"
inventory_prefixes = ["clips/", "video/seen/"]
[placeholder.asset]
pattern = "[a-z0-9-]+"
[[area]]
name = "video"
path = "video/{asset}/{rest**}"
[[area.legacy]]
name = "clips"
from = "clips/{asset}/{rest**}"
to = "video/{asset}/{rest**}"
"#;

#[test]
fn a_new_key_that_no_inventory_lists_is_told_and_not_judged() {
    let layout = layout(FILTERED);
    let objects = [("clips/seen/m", 5), ("clips/a1/m", 7), ("clips/a2/m", 9)];
    let told = ["clips/a1/m copy unlisted", "clips/a2/m copy unlisted", "clips/seen/m copy "];
    assert_eq!(decided(&layout, &state(&objects)), told);
    let mut migration = Migration::done(&layout, state(&objects));
    assert_eq!(migration.plan.totals.unlisted.objects, 2);
    let page = runbook::migration(&migration.plan, &Templates::new(None).unwrap()).unwrap();
    assert!(page.contains("- [ ] 2 copies go to new keys that no inventory lists"), "{page}");
    migration.after.bucket("media").retain(|key, _| key.starts_with("video/seen/"));
    let still = migration.before.bucket("media")["clips/a2/m"].clone();
    migration.after.put("media", still);

    let proof = migration.proof(Phase::During);
    assert_eq!(proof.judgement.verdict, Verdict::Inconclusive, "{}", proof.judgement.sentence);
    let lost = proof.judgement.rules.iter().find(|rule| rule.code == "M401").unwrap();
    assert_eq!((lost.state, lost.findings), (RuleState::NotJudged, 0));
    let result = proof.migration();
    let equation = &result.equation;
    assert_eq!((equation.unjudged.objects, equation.unjudged.bytes), (2, 16));
    assert_eq!((equation.moved.objects, equation.lost.objects, equation.pending.objects), (1, 0, 0));
    assert_eq!(result.remarks, ["2 objects are not judged: no inventory lists the places they are to be at"]);
    assert!(!result.rollback.ready);
    assert_eq!((result.rollback.in_place.objects, result.rollback.irreversible.objects), (1, 0));
    super::proof::assert_adds_up(result);
}

const FOLDERS: &str = r#"
[[table]]
name = "assets"
key = ["id"]
[[table.reference]]
attribute = "folder"
kind = "prefix"
"#;

#[test]
fn what_may_be_where_no_inventory_looks_is_neither_called_lost_nor_gone() {
    let layout = layout(&(FILTERED.replace("\"clips/\", \"video/seen/\"", "\"clips/a1/\", \"video/\"") + FOLDERS));
    let mut before = state(&[("clips/a1/m", 7), ("clips/a2/m", 9), ("keep/x", 3)]);
    before.items.insert("assets".to_owned(), vec![typed(&json!({ "id": "1", "folder": "s3://media/clips/" }))]);
    let mut migration = Migration::done(&layout, before);
    migration.after.items = migration.before.items.clone();
    migration.after.bucket("media").retain(|key, _| key == "video/a1/m");

    let proof = migration.proof(Phase::After);
    assert_eq!(proof.judgement.verdict, Verdict::Inconclusive, "{}", proof.judgement.sentence);
    // The record is not rewritten, and what it names may still be there.
    assert_eq!(proof.told(), ["M407 id=1 folder"]);
    let result = proof.migration();
    super::proof::assert_adds_up(result);
    let equation = &result.equation;
    assert_eq!((equation.unjudged.objects, equation.unjudged.bytes), (2, 12));
    assert_eq!((equation.moved.objects, equation.lost.objects, equation.kept.objects), (1, 0, 0));
    assert_eq!((result.rollback.by_copy.objects, result.rollback.irreversible.objects), (1, 0));
    assert!(!result.rollback.ready && result.rollback.sentence.ends_with("the places they are to be at"));
    // Once an inventory looks there, all of it is.
    let all = self::layout(&(FILTERED.replace("inventory_prefixes", "# inventory_prefixes") + FOLDERS));
    let told = Migration { layout: &all, ..migration }.proof(Phase::After).told();
    assert_eq!(told, ["M407 id=1 folder", "M408 id=1 folder", "M401 clips/a2/m", "M401 keep/x"]);
}
