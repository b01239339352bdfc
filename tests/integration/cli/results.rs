//! `report` and `compare`: what is done with a result when the audit is over.

use std::fs;

use super::runner::{SET, World};

#[test]
fn a_report_that_is_rendered_again_is_the_same() {
    let world = World::dangling();
    assert_eq!(world.run("audit --out first -o first.csv -o first.xml -o first.sarif -o first.prom").code, Some(1));
    let again = world.run("report first --out second -o second.csv -o second.xml -o second.sarif -o second.prom");
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{}", again.stderr);
    for name in SET {
        let bytes = |folder: &str| fs::read(world.path(folder).join(name)).unwrap();
        assert!(bytes("first") == bytes("second"), "{name}");
    }
    for extension in ["csv", "xml", "sarif", "prom"] {
        assert_eq!(world.read(&format!("first.{extension}")), world.read(&format!("second.{extension}")));
    }
}

#[test]
fn a_result_alone_is_summed_up() {
    let world = World::dangling();
    let audited = world.run("audit --out first --format text");
    let told = world.run("report first/results.json");
    assert_eq!((told.code, told.stdout), (Some(0), audited.stdout));
}

#[test]
fn what_is_no_result_is_refused() {
    let world = World::sound();
    let ran = world.run("report nowhere");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("nowhere cannot be read") && ran.stderr.contains("help: "), "{}", ran.stderr);
    assert_eq!(world.run("compare nowhere nowhere").code, Some(2));
}

#[test]
fn what_came_stays_and_went_is_told() {
    let (sound, dangling) = (World::sound(), World::dangling());
    assert_eq!(sound.run("audit --out old -q").code, Some(0));
    assert_eq!(dangling.run("audit --out new -q").code, Some(1));
    let old = sound.path("old").display().to_string();
    let worse = dangling.run(&format!("compare {old} new"));
    assert_eq!(worse.code, Some(1), "{}", worse.stderr);
    assert!(worse.stdout.contains("new: R301 dangling-reference\n"), "{}", worse.stdout);
    let better = dangling.run(&format!("compare new {old} --format json"));
    assert_eq!(better.code, Some(0));
    let better: serde_json::Value = serde_json::from_str(&better.stdout).unwrap();
    assert_eq!(better["rules"]["R301"]["fixed"]["findings"], 1);
    assert_eq!(better["total"]["new"]["findings"], 0);
    let same = dangling.run("compare new new --format md");
    assert_eq!(same.code, Some(0), "what persists is not new");
    assert!(same.stdout.contains("| R301 dangling-reference | 0 | 1 | 0 | 0 |"), "{}", same.stdout);
}

/// What is gone because nobody looked is not fixed.
#[test]
fn what_was_not_judged_again_is_deferred() {
    let world = World::dangling();
    world.run("audit --out old -q");
    world.run("audit --out new -q --ignore R301");
    let ran = world.run("compare old new --format json");
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&told["rules"]["R301"]["deferred"]["findings"], &told["rules"]["R301"]["fixed"]["findings"]),
        (&1.into(), &0.into())
    );
}

/// A part that is missing mends nothing.
#[test]
fn what_is_gone_with_a_part_of_the_inventory_is_neither_fixed_nor_stale() {
    let world = World::of(&["video/a1/clip.mp4", "stray/x"], &["video/a1/clip.mp4"]);
    assert_eq!(world.run("audit --out old -q").code, Some(1));
    assert_eq!(world.run("baseline create old --to known.jsonl").code, Some(0));
    let part = world.files().into_keys().find(|name| name.starts_with("inventory/") && name.ends_with(".csv.gz"));
    fs::remove_file(world.path(&part.unwrap())).unwrap();
    assert_eq!(world.run("audit --out new -q --previous old").code, Some(3));
    let ran = world.run("compare old new --format json");
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let since: serde_json::Value = serde_json::from_str(&world.read("new/results.json")).unwrap();
    let of_rule = |rules: &serde_json::Value| -> serde_json::Value {
        rules.as_array().unwrap().iter().find(|rule| rule["code"] == "L201").unwrap().clone()
    };
    for changes in [told["rules"]["L201"].clone(), of_rule(&since["since"]["rules"])] {
        assert_eq!((&changes["deferred"]["findings"], &changes["fixed"]["findings"]), (&1.into(), &0.into()));
    }
    assert_eq!(ran.code, Some(3), "the newer result allows no verdict");
    let (_, known) = world.results("--baseline known.jsonl");
    let baseline = &known["judgement"]["baseline"];
    assert_eq!((&baseline["stale"], &baseline["deferred"]), (&0.into(), &1.into()));
    let pruned = world.run("baseline prune known.jsonl new");
    assert!(
        pruned.stderr.contains("1 stay, 1 of them because the inputs did not allow a verdict"),
        "{}",
        pruned.stderr
    );
    let junit = world.run("audit -q --format junit").stdout;
    let case = junit.lines().skip_while(|line| !line.contains("L201")).nth(1).unwrap();
    assert!(
        case.contains("<skipped message=\"nothing was found, but the inputs do not allow a verdict\"/>"),
        "{junit}"
    );
}

/// The same that `compare` tells, in the audit itself and in the runs that follow.
#[test]
fn an_audit_tells_what_changed_since_the_previous_one_and_remembers() {
    let (sound, dangling) = (World::sound(), World::dangling());
    sound.run("audit --out old -q");
    let old = sound.path("old").display().to_string();
    let ran = dangling.run(&format!("audit --previous {old} --out new --format text"));
    assert!(ran.stdout.contains("1 new, 0 persisting, 0 fixed, 0 not judged again"), "{}", ran.stdout);
    let results = |world: &World, folder: &str| -> serde_json::Value {
        serde_json::from_str(&world.read(&format!("{folder}/results.json"))).unwrap()
    };
    let new = results(&dangling, "new");
    assert_eq!((&new["since"]["total"]["new"]["findings"], &new["since"]["verdict"]), (&1.into(), &"PASS".into()));
    assert_eq!(new["history"][0]["at"], "2026-11-22T01:00:00Z");
    // The same folder again, as a night that keeps one folder does.
    let same = dangling.run("audit --previous new --out new -q");
    assert_eq!(same.code, Some(1));
    let again = results(&dangling, "new");
    assert_eq!(again["since"]["rules"][0]["persisting"]["findings"], 1);
    assert_eq!(again["history"].as_array().unwrap().len(), 2);
    assert_eq!(again["judgement"], new["judgement"], "what was before changes no judgement");
    assert_eq!(again["evidence_digest"], new["evidence_digest"]);
    let html = dangling.read("new/audit.html");
    assert!(html.contains("<polyline points=") && html.matches("<circle class=\"").count() == 3);
    // What nobody judged again is not fixed.
    dangling.run("audit --previous new --out later -q --ignore R301");
    let later = results(&dangling, "later");
    let rule = &later["since"]["rules"][0];
    assert_eq!((&rule["deferred"]["findings"], &rule["fixed"]["findings"]), (&1.into(), &0.into()));
    let refused = dangling.run("audit --previous nowhere --out never");
    assert_eq!(refused.code, Some(2));
    assert!(!dangling.path("never").join("audit.html").exists());
    // A damaged file of findings ends the audit before anything is in place.
    let whole = fs::read(dangling.path("later/findings.parquet")).unwrap();
    dangling.write("later/findings.parquet", &whole[..whole.len() / 2]);
    let refused = dangling.run("audit --previous later --out never");
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("findings.parquet"), "{}", refused.stderr);
}

#[test]
fn templates_that_cannot_all_be_written_leave_no_folder() {
    let world = World::empty();
    world.write("mine/signoff", "a file where a folder has to be");
    world.run("init --templates mine").is_refused(2);
    let left: Vec<_> = fs::read_dir(world.path("mine")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["signoff"]);
}

#[test]
fn the_built_in_templates_can_be_written_changed_and_broken() {
    let world = World::dangling();
    let ran = world.run("init --templates mine");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        world.names("mine"),
        crate::fixtures::read_below(&crate::fixtures::root().with_file_name("report-templates"))
            .0
            .into_keys()
            .collect::<Vec<_>>()
    );
    let page = |arguments: &str| world.run(&format!("audit --format html {arguments}")).stdout;
    assert_eq!(page("--templates mine"), page(""), "unchanged, they give the same report");
    assert_eq!(world.run("init --templates mine").code, Some(2), "nothing is overwritten");
    world.write("few/audit/since.html", "<p>ours</p>\n");
    assert!(page("--templates few").contains("<p>ours</p>"), "one file stands in for one template");
    world.write("few/audit/since.html", "one\n{{ results.nothing }}\n");
    let broken = world.run("audit --templates few -o audit.html");
    broken.is_refused(2);
    assert!(broken.stderr.contains("few/audit/since.html:2"), "{}", broken.stderr);
    assert!(!world.path("audit.html").exists());
    world.write("few/audit/sinse.html", "");
    assert!(world.run("audit --templates few").stderr.contains("did you mean `audit/since.html`?"));
}
