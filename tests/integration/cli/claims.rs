//! What a PASS and a sign-off claim: no more than was judged, and nothing of what was tolerated or excused is left out.

use serde_json::json;

use super::runner::{CONFIGURATION, INVENTORY_TIME, WRITTEN_AT, World};
use crate::delivery::{Column, Format, ObjectRow, write_export, write_inventory};

/// A record that names nothing and a key in no area, both errors; and an orphan, a warning.
fn world() -> World {
    let keys = ["video/a1/clip.mp4", "video/a3/clip.mp4", "stray/x.bin"];
    World::of(&keys, &["video/a1/clip.mp4", "video/a2/clip.mp4"])
}

/// Verdict, sentence and next step.
fn claim(world: &World, arguments: &str) -> [String; 3] {
    let results = world.results(arguments).1;
    ["verdict", "sentence", "next_step"].map(|part| results["judgement"][part].as_str().unwrap().to_owned())
}

#[test]
fn a_pass_tells_apart_what_the_limits_let_pass_and_what_is_too_light_to_fail() {
    assert_eq!(
        claim(&world(), "--max-findings R301=1 --max-findings L201=1"),
        [
            "PASS",
            "3 objects and 2 references judged, 2 errors within the limits, 1 finding below the failing severity",
            "mend what the limits let pass: L201, R301; `stocktake rules L201` explains the first",
        ]
    );
    assert_eq!(
        claim(&world(), "--ignore L201,R301")[1..],
        [
            "3 objects and 2 references judged, 1 finding below the failing severity; 2 rules are off",
            "look through the notes and warnings when there is time",
        ]
    );
    let [verdict, sentence, _] = claim(&world(), "--fail-on warning --max-findings R302=1 --ignore L201,R301");
    assert_eq!(verdict, "PASS");
    assert!(sentence.contains("judged, 1 warning within the limits;"), "{sentence}");
}

#[test]
fn where_nothing_fails_a_pass_says_so_and_how_many_errors_there_are() {
    assert_eq!(
        claim(&world(), "--fail-on never"),
        [
            "PASS",
            "3 objects and 2 references judged, 2 errors, 1 warning; nothing fails an audit with `--fail-on never`",
            "mend the errors all the same: L201, R301; `stocktake rules L201` explains the first",
        ]
    );
    let [_, sentence, _] = claim(&World::orphaned(), "--fail-on never --max-findings R302=1");
    assert_eq!(
        sentence,
        "2 objects and 1 reference judged, no error, 1 warning; nothing within the limits fails an audit with \
         `--fail-on never`"
    );
    let [verdict, sentence, _] = claim(&world(), "--fail-on never --max-findings R302=0");
    assert_eq!([verdict.as_str(), &sentence], ["FAIL", "1 finding of orphan-object beyond the limit of R302 (0)"]);
    let [_, sentence, _] = claim(&world(), "--max-findings R302=0");
    assert!(sentence.ends_with("at severity error or above, or beyond the limit of R302 (0)"), "{sentence}");
}

#[test]
fn what_no_rule_looked_at_is_not_called_judged() {
    let [verdict, sentence, next] = claim(&World::sound(), "--ignore R,L,K");
    assert_eq!(verdict, "PASS");
    assert!(sentence.starts_with("2 objects and 2 references read and not judged; "), "{sentence}");
    assert!(sentence.ends_with(" rules are off") && next.starts_with("judge by the rules that are off"), "{sentence}");
    let [_, sentence, next] = claim(&World::sound(), "--ignore R");
    assert!(sentence.starts_with("2 objects judged, 2 references read, nothing to report; "), "{sentence}");
    assert!(next.starts_with("judge by the rules that are off"), "{next}");
    let [_, sentence, next] = claim(&World::sound(), "--ignore K105");
    assert!(sentence.ends_with("judged, nothing to report; 1 rule is off"), "{sentence}");
    assert_eq!(next, "nothing to do");
}

#[test]
fn a_pass_names_what_is_excused() {
    let world = world();
    world.run("audit --out out -q");
    assert_eq!(world.run("baseline create out --to known.jsonl").code, Some(0));
    let [verdict, sentence, next] = claim(&world, "--baseline known.jsonl");
    assert_eq!(verdict, "PASS");
    assert_eq!(sentence, "3 objects and 2 references judged, nothing to report, 3 findings excused");
    assert!(next.starts_with("look at whether what is excused still has to be"), "{next}");
    let allow = "[[allow]]\nrule = 'L201'\nkey = 'stray/**'\nreason = 'r'\n";
    world.write("stocktake.toml", format!("{CONFIGURATION}\n{allow}"));
    let [_, sentence, _] = claim(&world, "--ignore R301,R302");
    assert!(sentence.ends_with("judged, nothing to report, 1 finding excused; 2 rules are off"), "{sentence}");
}

#[test]
fn what_is_out_of_scope_is_held_against_nothing() {
    let keys = ["video/a1/clip.mp4", "scratch/1", "scratch/2", "scratch/3"];
    let world = World::of(&keys, &["video/a1/clip.mp4"]);
    let outside = "[[area]]\nname = 'scratch'\npath = 'scratch/**'\nstanding = 'outside'\n";
    world.write("stocktake.toml", format!("{CONFIGURATION}\n{outside}"));
    let [verdict, sentence, _] = claim(&world, "");
    assert_eq!(
        [verdict.as_str(), &sentence],
        ["PASS", "1 object and 1 reference judged, 3 objects out of scope, nothing to report"]
    );
    for format in ["signoff", "signoff-html"] {
        let signoff = world.run(&format!("audit --format {format}")).stdout;
        let scope = "1 object with 1000 B and 1 reference were held against the layout, after the migration: 0 findings. \
                     3 objects with 2.9 KiB are out of scope.";
        assert!(signoff.contains(scope), "{signoff}");
    }
}

/// An area lowers a rule that is a warning elsewhere.
#[test]
fn a_rule_of_several_severities_is_told_by_each() {
    let world = World::of(&["video/a1/x.mp4", "audio/b1/x.mp3", "audio/b2/x.mp3"], &[]);
    let area = "[[area]]\nname = 'audio'\npath = 'audio/{asset}/**'\nrules = { orphan-object = 'note' }\n";
    world.write("stocktake.toml", format!("{CONFIGURATION}\n{area}"));
    let report = |format: &str| world.run(&format!("audit --format {format}")).stdout;
    let md = report("md");
    assert!(md.contains("| 1 warning, 2 note | R302 orphan-object | 3 |"), "{md}");
    assert!(md.contains("- note: `audio/b1/x.mp3`") && md.contains("- warning: `video/a1/x.mp4`"), "{md}");
    let text = report("text");
    assert!(text.contains("\nwarning  R302 orphan-object  3 findings: 1 warning, 2 notes\n"), "{text}");
    assert_eq!((text.matches("    warning: ").count(), text.matches("    note: ").count()), (1, 2), "{text}");
    let html = report("html");
    let head = html.split("id=\"R302\"").nth(1).unwrap().split("</summary>").next().unwrap();
    let words = regex::Regex::new("<[^>]*>").unwrap().replace_all(head, "");
    assert!(words.contains("▲ warning 1 ● note 2 R302 orphan-object"), "{words}");
    assert_eq!(html.matches("<li class=\"finding\" data-severity=\"note\"").count(), 2);
}

/// A column that is missing keeps a rule from being judged; that is no note to be looked through.
#[test]
fn what_is_told_of_the_inputs_is_not_called_a_note() {
    let world = World::sound();
    std::fs::remove_dir_all(world.path("inventory")).unwrap();
    let rows = ["video/a1/clip.mp4", "video/a2/clip.mp4"].map(|key| ObjectRow::new(key, 1_000, WRITTEN_AT)).to_vec();
    let columns = [Column::Bucket, Column::Key, Column::Size, Column::LastModifiedDate];
    write_inventory(&world.path("inventory"), "media", INVENTORY_TIME, &[rows], Format::Csv, &columns);
    let [verdict, sentence, next] = claim(&world, "");
    assert_eq!(verdict, "PASS", "{sentence}");
    assert!(next.starts_with("look at what the reports tell of the inputs"), "{next}");
}

/// What is outside in one reading may be listed in the other: then it is no orphan.
#[test]
fn the_other_reading_of_a_url_keeps_its_object_from_being_an_orphan() {
    let url = "https://media.s3.amazonaws.com/my+data/a1/clip.mp4";
    let configuration = CONFIGURATION
        .replacen("name = \"media\"", "name = \"media\"\ninventory_prefixes = [\"my data/\"]", 1)
        .replace("\"video/", "\"my data/");
    let world = World::empty();
    world.write("stocktake.toml", configuration);
    let rows = vec![ObjectRow::new("my data/a1/clip.mp4", 1_000, WRITTEN_AT)];
    write_inventory(&world.path("inventory"), "media", INVENTORY_TIME, &[rows], Format::Csv, &Column::current());
    let item = json!({ "asset_id": { "S": "a1" }, "file": { "S": url } });
    write_export(&world.path("exports"), "assets", INVENTORY_TIME, &[vec![item]]);
    let (_, results) = world.results("");
    let found = |code: &str| {
        let rules = results["judgement"]["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["code"] == code).unwrap()["findings"].as_u64()
    };
    assert_eq!((found("R305"), found("R302"), found("R301")), (Some(1), Some(0), Some(0)));
}
