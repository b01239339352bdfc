//! The verdict and its exit code, and the switches that change it.

use serde_json::{Value, json};

use super::runner::{CONFIGURATION, INVENTORY_TIME, WRITTEN_AT, World};
use crate::delivery::{Column, Format, ObjectRow, write_inventory};

/// Findings of a rule.
fn findings(results: &Value, code: &str) -> u64 {
    rule(results, code)["findings"].as_u64().unwrap()
}

fn rule<'r>(results: &'r Value, code: &str) -> &'r Value {
    results["judgement"]["rules"].as_array().unwrap().iter().find(|rule| rule["code"] == code).unwrap()
}

fn verdict(results: &Value) -> &str {
    results["judgement"]["verdict"].as_str().unwrap()
}

#[test]
fn each_verdict_has_its_exit_code() {
    for (world, code, expected) in [
        (World::sound(), 0, "PASS"),
        (World::dangling(), 1, "FAIL"),
        (World::orphaned(), 0, "PASS"),
        (World::incomplete(), 3, "INCONCLUSIVE"),
    ] {
        let (exit, results) = world.results("");
        assert_eq!((exit, verdict(&results)), (Some(code), expected));
    }
}

#[test]
fn fail_on_says_which_severity_fails() {
    for (world, arguments, code) in [
        (World::dangling(), "--fail-on never", 0),
        (World::dangling(), "--fail-on warning", 1),
        (World::orphaned(), "--fail-on warning", 1),
        (World::orphaned(), "--fail-on note", 1),
        (World::orphaned(), "--fail-on error", 0),
        (World::incomplete(), "--fail-on never", 3),
    ] {
        let (exit, results) = world.results(arguments);
        assert_eq!(exit, Some(code), "{arguments}");
        assert_eq!(results["judgement"]["fail_on"], arguments.split_whitespace().last().unwrap());
    }
}

#[test]
fn a_rule_left_out_or_not_selected_is_not_judged() {
    for (arguments, code, judged) in [
        ("--ignore R301", 0, false),
        ("--ignore dangling-reference", 0, false),
        ("--ignore L201,R", 0, false),
        ("--select K --select L", 0, false),
        ("--select dangling-reference", 1, true),
        ("--select R --ignore R302", 1, true),
        ("--select R --ignore R301", 0, false),
    ] {
        let (exit, results) = World::dangling().results(arguments);
        assert_eq!((exit, findings(&results, "R301")), (Some(code), u64::from(judged)), "{arguments}");
    }
}

/// An object without a size: whether it is empty cannot be told.
fn sizeless() -> World {
    let columns: Vec<Column> = Column::current().into_iter().filter(|column| *column != Column::Size).collect();
    let rows = vec![ObjectRow::new("video/a1/clip.mp4", 0, WRITTEN_AT)];
    World::of_rows(&[rows], &columns, &["video/a1/clip.mp4"])
}

#[test]
fn a_rule_that_cannot_be_judged_and_would_fail_leaves_no_verdict_unless_it_is_ignored() {
    for (arguments, code, s008) in [
        ("", 0, 1),
        ("--fail-on warning", 3, 1),
        ("--fail-on warning --ignore empty-object", 0, 0),
        ("--fail-on warning --ignore L208", 0, 0),
        ("--fail-on warning --select R", 0, 0),
    ] {
        let (exit, results) = sizeless().results(arguments);
        assert_eq!((exit, findings(&results, "S008")), (Some(code), s008), "{arguments}");
        let state = rule(&results, "L208")["state"].as_str().unwrap();
        assert_eq!(state, if s008 == 1 { "not-judged" } else { "off" }, "{arguments}");
    }
}

#[test]
fn the_phase_decides_how_much_legacy_keys_weigh() {
    let world = World::of(&["films/a1/clip.mp4"], &["films/a1/clip.mp4"]);
    for (arguments, code, severity) in [
        ("--phase before", 0, "note"),
        ("--phase during", 0, "warning"),
        ("--phase after", 1, "error"),
        ("", 1, "error"),
    ] {
        let (exit, results) = world.results(arguments);
        assert_eq!((exit, rule(&results, "L202")["severity"].as_str()), (Some(code), Some(severity)), "{arguments}");
        assert_eq!(results["judgement"]["phase"], arguments.split(' ').nth(1).unwrap_or("after"));
    }
    world.write("stocktake.toml", format!("{}\n[migration]\nphase = \"during\"\n", world.read("stocktake.toml")));
    assert_eq!(world.results("").1["judgement"]["phase"], "during");
    assert_eq!(world.results("--phase before").1["judgement"]["phase"], "before");
}

#[test]
fn the_time_of_judging_is_pinned_by_the_command_line_then_by_the_configuration() {
    let world = World::sound();
    world.replace("stocktake.toml", "[inputs]", "[inputs]\nmax_age = \"12h\"");
    assert_eq!(world.results("").0, Some(0));
    let (exit, results) = world.results("--now 2026-11-23T00:00:00Z");
    assert_eq!((exit, findings(&results, "S006")), (Some(3), 2));
    assert_eq!(results["inputs"]["now"], "2026-11-23T00:00:00Z");
    // A clock may be five minutes behind.
    let shortly_before = jiff::Timestamp::from_millisecond(INVENTORY_TIME - 4 * 60_000).unwrap();
    assert_eq!(world.results(&format!("--now {shortly_before}")).0, Some(0));
}

#[test]
fn the_clock_is_read_where_no_time_is_pinned() {
    let world = World::sound();
    world.replace("stocktake.toml", "now = 2026-11-22T06:00:00Z", "max_age = \"1h\"");
    let ran = world.run("audit");
    // Long after the inventory it is stale, and before it the clock must be wrong.
    let is_past = jiff::Timestamp::now().as_millisecond() < INVENTORY_TIME;
    assert_eq!(ran.code, Some(if is_past { 2 } else { 3 }), "{ran:#?}");
}

#[test]
fn without_checksums_a_changed_part_is_not_noticed_and_that_stands_first_under_not_checked() {
    let world = World::sound();
    let part = world.files().into_keys().find(|name| name.ends_with(".csv.gz")).unwrap();
    let mut bytes = world.files().remove(&part).unwrap();
    // The header's note of the system: no reader minds.
    bytes[9] = 7;
    world.write(&part, bytes);
    let (exit, results) = world.results("");
    assert_eq!((exit, findings(&results, "S001")), (Some(3), 1));
    let (exit, results) = world.results("--no-checksums");
    assert_eq!((exit, findings(&results, "S001")), (Some(0), 0));
    let first = results["judgement"]["not_checked"][0].to_string();
    assert!(first.contains("--no-checksums"), "{first}");
    assert_eq!(results["configuration"]["switches"][0], "--no-checksums");
    let text = world.run("audit -q --no-checksums").stdout;
    let after = text.split("Not checked\n").nth(1).unwrap();
    assert!(after.lines().next().unwrap().contains("--no-checksums"), "{after}");
}

#[test]
fn an_implausible_mapping_can_be_accepted() {
    let world = World::of(&[], &["video/a1/clip.mp4"]);
    let (exit, results) = world.results("");
    assert_eq!((exit, findings(&results, "S011")), (Some(3), 1));
    let (exit, results) = world.results("--accept-implausible");
    assert_eq!((exit, findings(&results, "S011"), findings(&results, "R301")), (Some(1), 0, 1));
    assert_eq!(results["configuration"]["switches"][0], "--accept-implausible");
}

#[test]
fn an_unknown_column_is_skipped_and_said() {
    let world = World::sound();
    let manifest = world.manifest();
    world.replace(&manifest, "LifecycleExpirationDate", "FavouriteColour");
    std::fs::remove_file(world.path(&manifest.replace(".json", ".checksum"))).unwrap();
    let (exit, results) = world.results("");
    assert_eq!(exit, Some(0));
    assert_eq!(results["inputs"]["inventories"][0]["unknown_columns"][0], "FavouriteColour");
}

#[test]
fn inputs_of_the_command_line_stand_in_for_those_of_the_configuration() {
    let world = World::sound();
    let manifest = world.manifest();
    world.replace("stocktake.toml", "[\"inventory\"]", "[\"nowhere\"]");
    let folder = manifest.strip_suffix("/manifest.json").unwrap();
    for inventory in ["inventory", folder, manifest.as_str()] {
        let (exit, results) = world.results(&format!("--inventory {inventory} --export exports"));
        assert_eq!((exit, &results["judgement"]["totals"]["objects"]), (Some(0), &2.into()), "{inventory}");
    }
}

#[test]
fn rules_that_are_switched_off_are_told_as_not_checked() {
    let off = |arguments: &str| -> Vec<String> {
        let (code, results) = World::sound().results(arguments);
        assert_eq!(code, Some(0), "{arguments}");
        let told = results["judgement"]["not_checked"].as_array().unwrap();
        let off = told.iter().filter(|one| one["why"].as_str().unwrap().contains("`--select`"));
        off.map(|one| one["what"].as_str().unwrap().to_owned()).collect()
    };
    assert!(off("").is_empty());
    assert_eq!(off("--ignore K102,K101"), ["what the rules K101, K102 would find"]);
    assert!(off("--select R301")[0].contains("L201, "));
}

#[test]
fn what_no_rule_judged_is_neither_compliant_nor_free_of_orphans() {
    let world = World::orphaned();
    let shown = |arguments: &str, format: &str, wanted: &str| {
        let report = world.run(&format!("audit -q --format {format} {arguments}")).stdout;
        report.lines().filter(|line| line.contains(wanted)).map(str::trim).collect::<Vec<_>>().join("\n")
    };
    for (arguments, compliant, orphans) in [
        ("", "100 %", "1"),
        ("--select R302", "–", "1"),
        ("--ignore orphan-object", "100 %", "–"),
        ("--select R301", "–", "–"),
        // A note makes no object violating, and L201 finds none of an area.
        ("--select K105", "–", "–"),
        ("--select L201", "–", "–"),
    ] {
        let row = format!("| media | video | 2 | 2.0 KiB | {compliant} | {orphans} |");
        assert_eq!(shown(arguments, "md", "| media | video | 2 |"), row, "{arguments}");
        let text = shown(arguments, "text", "media   video");
        let cells: Vec<&str> = text.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        assert_eq!(cells[4..], [compliant, orphans], "{arguments}");
        let html = shown(arguments, "html", r#"data-column="Compliant""#);
        assert_eq!(html.contains("100 %"), compliant != "–", "{arguments}: {html}");
        let html = shown(arguments, "html", r#"data-column="Orphans""#);
        assert!(
            html.contains(&format!(">{orphans}<")) || html.contains(&format!(">{orphans} <")),
            "{arguments}: {html}"
        );
        let metrics = shown(arguments, "prometheus", "area=");
        assert_eq!(metrics.contains("stocktake_area_compliant_objects{"), compliant != "–", "{arguments}: {metrics}");
        assert_eq!(metrics.contains("stocktake_area_orphan_objects{"), orphans != "–", "{arguments}: {metrics}");
        let metrics = shown(arguments, "prometheus", "stocktake_orphan_objects ");
        assert_eq!(!metrics.is_empty(), orphans != "–", "{arguments}: {metrics}");
        let (_, results) = world.results(arguments);
        let area = &results["judgement"]["areas"][0];
        let judged = (area["compliance_judged"].as_bool(), area["orphans_judged"].as_bool());
        assert_eq!(judged, (Some(compliant != "–"), Some(orphans != "–")), "{arguments}");
        assert_eq!(results["judgement"]["orphans"]["judged"], orphans != "–", "{arguments}");
    }
    assert!(shown("--ignore R302", "html", "Not judged: ").contains("Not judged: its rule is switched off."));
    assert!(shown("--ignore R302", "md", "Not judged: ").contains("Not judged: its rule is switched off."));
    assert!(world.run("audit -q --format html --select R302").stdout.contains("<span>not judged</span> <b>2</b>"));
}

#[test]
fn orphans_are_not_judged_where_no_area_asks_or_no_row_has_a_time() {
    let told = |world: &World, why: &str| {
        let (_, results) = world.results("");
        assert_eq!(results["judgement"]["orphans"]["judged"], false);
        assert_eq!(results["judgement"]["areas"][0]["orphans_judged"], false);
        for format in ["md", "html"] {
            let report = world.run(&format!("audit -q --format {format}")).stdout;
            assert!(report.contains(&format!("Not judged: {why}.")), "{report}");
        }
        assert!(!world.run("audit -q --format prometheus").stdout.contains("orphan_objects"));
    };
    let world = World::orphaned();
    let ignoring = CONFIGURATION.replacen("path = \"video", "rules = { R302 = \"ignore\" }\npath = \"video", 1);
    world.write("stocktake.toml", &ignoring);
    told(&world, "its rule is switched off");

    let world = World::orphaned();
    std::fs::remove_dir_all(world.path("inventory")).unwrap();
    let rows = vec![ObjectRow::new("video/a2/clip.mp4", 1_000, WRITTEN_AT)];
    let columns = [Column::Bucket, Column::Key, Column::Size];
    write_inventory(&world.path("inventory"), "media", INVENTORY_TIME, &[rows], Format::Csv, &columns);
    told(&world, "the inventory has no column LastModifiedDate");
}

#[test]
fn only_orphans_are_left_unjudged_where_a_bucket_lacks_its_inventory() {
    let world = World::of(&["video/a1/clip.mp4", "video/a2/clip.mp4"], &["video/a1/clip.mp4", "video/a1/clip.mp4"]);
    for (bucket, orphans) in [
        ("", json!({ "state": "judged", "why": null })),
        ("[[bucket]]\nname = 'backup'\n", json!({ "state": "not-judged", "why": "an inventory is missing" })),
    ] {
        world.write("stocktake.toml", format!("{CONFIGURATION}exclusive = true\n{bucket}"));
        let (_, results) = world.results("");
        assert_eq!((findings(&results, "R310"), &rule(&results, "R310")["state"]), (1, &json!("judged")), "{bucket}");
        let told = rule(&results, "R302");
        assert_eq!(json!({ "state": told["state"], "why": told["why"] }), orphans, "{bucket}");
    }
}

#[test]
fn an_audit_without_a_verdict_shows_no_requirement() {
    let world = World::sound();
    let asked = "[[requirement]]\nid = '6.1'\ntext = 'a script'\ncommands = ['audit']\n\
        [[requirement]]\nid = '6.2'\ntext = 'no empty names'\nrules = ['K101']\n";
    let aged = CONFIGURATION.replacen("[inputs]", "[inputs]\nmax_age = \"48h\"", 1);
    world.write("stocktake.toml", format!("{aged}{asked}"));
    let row = |number: &str, arguments: &str| {
        let report = world.run(&format!("audit -q --format signoff --accept-implausible {arguments}")).stdout;
        report.lines().find(|line| line.starts_with(&format!("| {number} |"))).unwrap().to_owned()
    };
    let late = "--now 2027-06-01T00:00:00Z";
    for (number, by_whole, why) in [
        ("6.1", "shown by this audit", "the inputs do not allow a verdict"),
        ("6.2", "holds", "K101 empty-segment: none found; the inputs do not allow a verdict"),
    ] {
        assert!(row(number, "").contains(&format!("| {by_whole} |")), "{}", row(number, ""));
        let row = row(number, late);
        assert!(row.contains(&format!("**not judged** | {why}")), "{row}");
    }
}
