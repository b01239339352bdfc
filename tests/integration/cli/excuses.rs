//! Exceptions, baselines and limits: what they hide, and what they never do.

use serde_json::Value;
use stocktake::results::findings::FindingsReader;

use super::runner::{CONFIGURATION, World};

/// A bucket with three orphans in two folders, and a key in no area.
fn world() -> World {
    let keys = ["video/a1/clip.mp4", "video/a2/clip.mp4", "video/a2/poster.jpg", "video/a3/clip.mp4", "stray/x.bin"];
    World::of(&keys, &["video/a1/clip.mp4"])
}

fn allow(world: &World, text: &str) {
    world.write("stocktake.toml", format!("{CONFIGURATION}\n{text}"));
}

fn rule<'r>(results: &'r Value, code: &str) -> &'r Value {
    results["judgement"]["rules"].as_array().unwrap().iter().find(|rule| rule["code"] == code).unwrap()
}

fn key_class(results: &Value, class: &str) -> u64 {
    let classes = results["judgement"]["classes"]["key"].as_array().unwrap();
    classes.iter().find(|found| found["class"] == class).unwrap()["objects"].as_u64().unwrap()
}

#[test]
fn an_exception_hides_what_it_names_and_says_how_much() {
    let world = world();
    allow(
        &world,
        "[[allow]]\nrule = 'L201'\nkey = 'stray/**'\nreason = 'r'\nowner = 'o'\nexpires = 2026-11-22\n\
         [[allow]]\nrule = 'orphan-object'\narea = 'video'\nkey = 'video/a2/**'\nreason = 'kept'",
    );
    let (code, results) = world.results("--fail-on warning");
    assert_eq!(code, Some(1), "one orphan is left");
    assert_eq!(
        (rule(&results, "L201")["findings"].as_u64(), rule(&results, "L201")["excused"].as_u64()),
        (Some(0), Some(1))
    );
    assert_eq!(
        (rule(&results, "R302")["findings"].as_u64(), rule(&results, "R302")["excused"].as_u64()),
        (Some(1), Some(2))
    );
    assert_eq!((key_class(&results, "exempt"), key_class(&results, "violating")), (1, 0));
    let exceptions = &results["judgement"]["exceptions"];
    assert_eq!((&exceptions[0]["state"], &exceptions[0]["expires"]), (&"in-force".into(), &"2026-11-22".into()));
    assert_eq!(
        (&exceptions[1]["findings"], &exceptions[1]["objects"], &exceptions[1]["bytes"]),
        (&2.into(), &2.into(), &2_000.into())
    );
    assert_eq!(exceptions[1]["what"], "R302 where key = video/a2/** and area = video");
    assert_eq!(rule(&results, "C601")["state"], "judged");
    world.run("audit --out out -q");
    let all: Vec<_> = FindingsReader::open(&world.path("out/findings.parquet")).unwrap().map(Result::unwrap).collect();
    let excused: Vec<_> = all.iter().filter_map(|finding| finding.excused.as_deref()).collect();
    assert_eq!((all.len(), excused), (4, vec!["exception 1", "exception 2", "exception 2"]));
    let worklist = world.run("report out --format worklist --worklist-rule R302").stdout;
    assert_eq!(worklist, "video/a3/clip.mp4\n", "what is excused is no work");
}

#[test]
fn an_exception_with_too_much_to_hide_hides_nothing() {
    for (limit, shown, exempt) in [("1", 1, 0), ("2", 0, 2), ("\"40%\"", 0, 2), ("\"39.99%\"", 1, 0)] {
        let world = World::of(
            &["video/a1/c.mp4", "video/a2/c.mp4", "video/a3/c.mp4", "stray/x", "stray/y"],
            &["video/a1/c.mp4", "video/a2/c.mp4", "video/a3/c.mp4"],
        );
        allow(&world, &format!("[[allow]]\nrule = 'L201'\nkey = 'stray/*'\nreason = 'r'\nat_most = {limit}"));
        let (code, results) = world.results("");
        assert_eq!(code, Some(shown), "{limit}");
        assert_eq!(key_class(&results, "exempt"), exempt, "{limit}");
        assert_eq!(key_class(&results, "violating"), 2 - exempt, "{limit}");
        let state = if shown == 1 { "exceeded" } else { "in-force" };
        assert_eq!(results["judgement"]["exceptions"][0]["state"], state, "{limit}");
        let csv = world.run("audit --format csv").stdout;
        assert_eq!(csv.matches("exception 1").count() as u64, exempt, "{limit}");
    }
}

#[test]
fn an_exception_past_its_day_or_without_use_is_told() {
    let world = world();
    allow(
        &world,
        "[[allow]]\nrule = 'L201'\nkey = 'stray/**'\nreason = 'r'\nexpires = 2026-11-21\n\
                   [[allow]]\nrule = 'L203'\narea = 'video'\nreason = 'none'",
    );
    let (code, results) = world.results("--ignore L201");
    assert_eq!(
        (code, rule(&results, "C601")["findings"].as_u64()),
        (Some(1), Some(1)),
        "its day alone fails the audit"
    );
    assert_eq!(rule(&results, "C602")["findings"], 1);
    let (_, unjudged) = world.results("--ignore L203,L201,C601");
    assert_eq!(unjudged["judgement"]["exceptions"][1]["state"], "not-judged", "nobody looked");
    assert_eq!(rule(&unjudged, "C602")["findings"], 0);
}

#[test]
fn a_baseline_lets_only_what_is_new_fail_and_is_only_ever_pruned() {
    let world = World::dangling();
    world.run("audit --out first -q");
    let made = world.run("baseline create first --to known.jsonl");
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let text = world.read("known.jsonl");
    assert_eq!(
        text,
        "{\"schema\":\"stocktake-baseline/1\"}\n\
         {\"rule\":\"R301\",\"subject\":\"reference\",\"table\":\"assets\",\"item\":\"asset_id=1\",\"attribute\":\"file\"}\n"
    );
    assert_eq!(world.run("baseline create first --to known.jsonl").code, Some(2), "nothing is overwritten");
    let (code, results) = world.results("--baseline known.jsonl");
    assert_eq!((code, &results["judgement"]["baseline"]["findings"]), (Some(0), &1.into()));
    assert_eq!(rule(&results, "R301")["excused"], 1);

    // Something new fails, and is not added.
    let worse = World::of(&["video/a1/clip.mp4"], &["video/a1/clip.mp4", "video/a2/clip.mp4", "video/a3/clip.mp4"]);
    worse.write("known.jsonl", &text);
    let (code, results) = worse.results("--baseline known.jsonl");
    assert_eq!((code, rule(&results, "R301")["findings"].as_u64()), (Some(1), Some(1)));
    worse.run("audit --out out -q --baseline known.jsonl");
    worse.run("baseline prune known.jsonl out");
    assert_eq!(worse.read("known.jsonl"), text, "what still occurs stays, and nothing is added");

    // What is mended is stale, and goes.
    let sound = World::sound();
    sound.write("known.jsonl", &text);
    let (code, results) = sound.results("--baseline known.jsonl");
    assert_eq!((code, rule(&results, "C603")["findings"].as_u64()), (Some(0), Some(1)));
    sound.run("audit --out unjudged -q --ignore R301");
    sound.run("baseline prune known.jsonl unjudged");
    assert_eq!(sound.read("known.jsonl"), text, "what nobody judged again may still be there");
    sound.run("audit --out out -q");
    let pruned = sound.run("baseline prune known.jsonl out");
    assert!(pruned.stderr.contains("took 1 finding out of known.jsonl; 0 stay"), "{}", pruned.stderr);
    assert_eq!(sound.read("known.jsonl").lines().count(), 1);
}

#[test]
fn a_baseline_is_shown_by_rule_and_entry() {
    let world = world();
    world.run("audit --out out -q");
    world.run("baseline create out --rule R302");
    let shown = world.run("baseline show stocktake-baseline.jsonl");
    assert!(shown.stdout.contains("R302 orphan-object") && shown.stdout.ends_with("3\n"), "{}", shown.stdout);
    let listed = world.run("baseline show stocktake-baseline.jsonl --rule orphan-object").stdout;
    assert_eq!(listed.lines().next(), Some("R302 s3://media/video/a2/clip.mp4"));
    let json: Value =
        serde_json::from_str(&world.run("baseline show stocktake-baseline.jsonl --format json").stdout).unwrap();
    assert_eq!(json["findings"], 3);
    world.write("bad.jsonl", "{\"schema\":\"stocktake-baseline/1\"}\n{\"rule\":\"R302\"}\n");
    for arguments in [
        "audit --baseline bad.jsonl",
        "baseline show bad.jsonl",
        "baseline prune bad.jsonl out",
        "audit --baseline none",
    ] {
        let refused = world.run(arguments);
        assert_eq!(refused.code, Some(2), "{arguments}");
        assert!(refused.stderr.contains("help: "), "{arguments}: {}", refused.stderr);
    }
    assert!(world.run("audit --baseline bad.jsonl").stderr.contains("bad.jsonl:2"));
}

#[test]
fn a_limit_takes_the_place_of_the_severity() {
    for (arguments, code, holds) in [
        ("--max-findings R302=3 --ignore L201", 0, true),
        ("--max-findings orphan-object=2 --ignore L201", 1, false),
        ("--max-findings R302=75% --ignore L201", 0, true),
        ("--max-findings R302=74.99% --ignore L201", 1, false),
        ("--max-findings R302@video=75% --ignore L201", 0, true),
        ("--max-findings R302@video=74% --ignore L201", 1, false),
        ("--max-findings L201=1", 0, true),
        ("--max-findings L201=0", 1, false),
        ("--max-findings R302=3 --fail-on warning --ignore L201", 0, true),
    ] {
        let world = world();
        let (exit, results) = world.results(arguments);
        let limit = &results["judgement"]["thresholds"][0];
        assert_eq!((exit, &limit["holds"]), (Some(code), &holds.into()), "{arguments}: {limit}");
        let sentence = results["judgement"]["sentence"].as_str().unwrap();
        assert_eq!(sentence.contains("beyond the limit of"), code == 1, "{sentence}");
        let junit = world.run(&format!("audit --format junit {arguments}")).stdout;
        assert_eq!(junit.contains("<failure"), code == 1, "{arguments}: {junit}");
    }
}

/// That few were found says nothing where nobody looked, or not at all of it.
#[test]
fn a_limit_of_what_was_not_judged_does_not_hold() {
    let world = world();
    let row = |arguments: &str, format: &str| {
        let report = world.run(&format!("audit -q --format {format} {arguments}")).stdout;
        report.lines().find(|line| line.contains("R301") && line.contains("references")).unwrap().to_owned()
    };
    for format in ["md", "signoff", "text", "html"] {
        assert!(row("--max-findings R301=5", format).contains("holds"), "{format}");
        assert!(row("--max-findings R301=5 --select L203", format).contains("not judged"), "{format}");
    }
}

/// Findings, what the rule judged, and what that is, of each limit.
fn limits(results: &Value) -> Vec<String> {
    let limits = results["judgement"]["thresholds"].as_array().unwrap().iter();
    let told =
        |limit: &Value| format!("{} of {} {}", limit["findings"], limit["judged"], limit["of"].as_str().unwrap());
    limits.map(told).collect()
}

/// A second area, of which nothing is asked but orphans.
const AUDIO: &str = "[[area]]\nname = 'audio'\npath = 'audio/{asset}/**'\nrules = { K103 = 'ignore', K104 = 'ignore' }\n\
                     [[area]]\nname = 'cast-off'\npath = 'cast-off/**'\nstanding = 'tolerated'\n";

#[test]
fn a_share_is_of_what_the_rule_judged() {
    let keys = [
        "video/a1/clip#.mp4",
        "video/a1/poster.jpg",
        "video/a2/clip.mp4",
        "video/a3/poster.jpg",
        "audio/a1/x#.mp3",
        "audio/a2/y.mp3",
        "cast-off/z#",
        "stray/x.bin",
    ];
    let world = World::of(&keys, &["video/a1/clip#.mp4"]);
    let companions = "path = \"video/{asset}/**\"\ncompanions = [\"poster.jpg\"]";
    let configuration = CONFIGURATION.replace("path = \"video/{asset}/**\"", companions) + AUDIO;
    world.write("stocktake.toml", &configuration);
    for (rule, told) in [
        // Nobody is asked for what lies in no area; a record covers what lies in the folder of what it names.
        ("R302", "5 of 7 objects"),
        ("R302@video", "2 of 4 objects"),
        ("R302@audio", "2 of 2 objects"),
        ("K103", "1 of 5 objects"),
        ("K103@video", "1 of 4 objects"),
        ("K103@audio", "0 of 0 objects"),
        ("K103@cast-off", "0 of 0 objects"),
        ("L201", "1 of 7 objects"),
        ("L207", "1 of 3 folders"),
        ("L207@audio", "0 of 0 folders"),
        ("K104", "0 of 4 folders"),
    ] {
        let (_, results) = world.results(&format!("--max-findings {rule}=0%"));
        assert_eq!(limits(&results), [told], "{rule}");
    }
    for (at_most, state) in [("71.43%", "in-force"), ("71.42%", "exceeded")] {
        let allow = format!("[[allow]]\nrule = 'R302'\nkey = '**'\nreason = 'r'\nat_most = '{at_most}'\n");
        world.write("stocktake.toml", format!("{configuration}{allow}"));
        assert_eq!(world.results("").1["judgement"]["exceptions"][0]["state"], state, "{at_most}");
    }
}

#[test]
fn a_limit_beside_those_of_areas_is_for_what_lies_elsewhere() {
    let keys = ["video/a1/c.mp4", "video/a2/c.mp4", "video/a3/c.mp4", "audio/a1/x.mp3", "audio/a2/y.mp3"];
    let world = World::of(&keys, &["video/a1/c.mp4", "video/gone/c.mp4"]);
    world.write("stocktake.toml", format!("{CONFIGURATION}{AUDIO}"));
    let arguments =
        "--max-findings R302@audio=1 --max-findings R302=2 --max-findings R301@video=0 --max-findings R301=3";
    let (_, results) = world.results(arguments);
    assert_eq!(
        limits(&results),
        ["2 of 2 objects", "2 of 3 objects", "1 of 2 references in all", "0 of 2 references in all"]
    );
    let sentence = results["judgement"]["sentence"].as_str().unwrap();
    assert!(sentence.contains("R302@audio (1)") && !sentence.contains("R302 elsewhere"), "{sentence}");
    world.run(&format!("audit -q --out out {arguments}"));
    for (page, told) in [
        ("audit.md", "| R302 | elsewhere | 2 | 2 of 3 objects |"),
        ("signoff.md", "| R302 | elsewhere | 2 | 2 of 3 objects |"),
        ("audit.html", "<span class=\"muted\">elsewhere</span>"),
        ("signoff.html", "<span class=\"muted\">elsewhere</span>"),
    ] {
        assert!(world.read(&format!("out/{page}")).contains(told), "{page}");
    }
    let text = world.run(&format!("audit --format text {arguments}")).stdout;
    assert!(text.contains("at most 2 of R302 elsewhere"), "{text}");
    let beyond = world.results("--max-findings R302@audio=2 --max-findings R302=1").1;
    assert!(beyond["judgement"]["sentence"].as_str().unwrap().contains("R302 elsewhere (1)"), "{beyond:#}");
}

#[test]
fn a_limit_in_an_area_leaves_the_rest_of_the_rule_to_its_severity() {
    let world = World::of(&["video/a1/c.mp4", "video/A 2/c.mp4", "videos/a3/c.mp4"], &["video/a1/c.mp4"]);
    let (code, results) = world.results("--max-findings L205@video=1 --max-findings L203@video=1");
    assert_eq!(code, Some(0), "{results:#}");
    let (code, _) = world.results("--max-findings L203@video=1");
    assert_eq!(code, Some(1), "L205 is an error without a limit");
}

#[test]
fn a_limit_that_means_nothing_is_refused() {
    let world = world();
    for (limit, expected) in [
        ("R302", "no `=` stands in it"),
        ("R302=many", "a limit is a number"),
        ("R302=101%", "at most 100%"),
        ("R999=1", "names no rule"),
        ("orphan-objct=1", "did you mean `orphan-object`?"),
        ("S005=1", "judges the inputs"),
        ("R302@vdeo=1", "did you mean `video`?"),
        ("R301@video=1%", "no share of one"),
        ("R302=1 --max-findings orphan-object=2", "twice"),
    ] {
        let ran = world.run(&format!("audit --max-findings {limit}"));
        ran.is_refused(2);
        assert!(ran.stderr.contains(expected), "{limit}: {}", ran.stderr);
    }
}

/// What excuses findings changes nothing about the rest, whatever the number of threads.
#[test]
fn excuses_give_the_same_bytes_whatever_the_threads() {
    let world = world();
    world.run("audit --out out -q");
    world.run("baseline create out --rule L201 --to known.jsonl");
    allow(
        &world,
        "[[allow]]\nrule = 'R302'\nkey = 'video/a2/**'\nreason = 'r'\nat_most = 1\n\
                   [[allow]]\nrule = 'R302'\nkey = 'video/a3/**'\nreason = 'r'",
    );
    let set = |jobs: u8| {
        let ran =
            world.run(&format!("audit --baseline known.jsonl --max-findings R302=1 --jobs {jobs} --out jobs{jobs} -q"));
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let read = |name: &str| std::fs::read(world.path(&format!("jobs{jobs}/{name}"))).unwrap();
        (read("findings.parquet"), read("results.json"))
    };
    assert!(set(1) == set(8));
}
