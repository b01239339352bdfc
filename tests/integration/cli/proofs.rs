//! What a proof claims: no number where nothing is proved, and no more than it found where something is.

use std::fs;

use serde_json::Value;

use super::migrate::{MOVED, list_after, world};
use super::runner::World;

const FORMATS: [&str; 5] = ["text", "md", "html", "signoff", "signoff-html"];

/// A plan, and an inventory of after that everything is moved in.
fn carried_out() -> World {
    let world = world();
    assert_eq!(world.run("migrate plan --out plan").code, Some(0));
    list_after(&world, &MOVED);
    world
}

/// What a report says of the migration, without tags, with one space in place of several.
fn told(world: &World, before: &str, format: &str) -> String {
    let verify = format!("migrate verify --plan plan --before {before} --after after -q");
    let report = world.run(&format!("{verify} --format {format}")).stdout;
    let (start, end) = match format {
        "text" => ("\nMigration\n", "\nAreas\n"),
        "md" => ("### Migration", "### Areas"),
        "signoff" => ("## Migration", "## Limits"),
        _ => ("<section id=\"migration\"", "</section>"),
    };
    let section = report.split_once(start).unwrap_or_else(|| panic!("{report}")).1.split(end).next().unwrap();
    let tags = regex::Regex::new("<[^>]*>").unwrap();
    tags.replace_all(section, " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_not_proved_has_no_number_in_any_report() {
    let incomplete = carried_out();
    let part = incomplete.names("after").into_iter().find(|name| name.ends_with(".csv.gz")).unwrap();
    fs::remove_file(incomplete.path("after").join(part)).unwrap();
    // The plan names objects that this inventory does not list.
    let foreign = carried_out();
    for (world, before, why) in [
        (&incomplete, "inventory", "an inventory is missing or was not read whole"),
        (&foreign, "after", "the plan was made of another inventory"),
    ] {
        let verify = format!("migrate verify --plan plan --before {before} --after after -q --format json");
        let ran = world.run(&verify);
        let results: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((ran.code, &results["judgement"]["migration"]["proved"]), (Some(3), &false.into()));
        for format in FORMATS {
            let said = told(world, before, format);
            for claim in ["proved by", "ETag", "old copies", "old copy is", "not ready", "cannot be told"] {
                assert!(!said.contains(claim), "{format} says {claim:?}: {said}");
            }
            assert!(said.contains("not judged") && said.contains(why), "{format}: {said}");
            let bar = if format == "md" || format == "signoff" { " | " } else { " " };
            let row =
                regex::Regex::new(&format!(r"(?i)\b(moved|kept|lost|before)\b[^–0-9]*{0}–{0}–", regex::escape(bar)));
            assert!(row.unwrap().find_iter(&said).count() >= 4, "{format}: {said}");
        }
    }
    for format in FORMATS {
        let said = told(&foreign, "inventory", format);
        assert!(said.contains("every move can be taken back") && !said.contains("not judged"), "{format}: {said}");
        let has_figures = !["text", "md"].contains(&format);
        assert_eq!(said.contains("every move can be taken back; "), has_figures, "{format}: {said}");
    }
}

#[test]
fn what_is_lost_is_said_though_nothing_fails() {
    let world = carried_out();
    list_after(&world, &MOVED[1..]);
    for switch in ["--fail-on never", "--ignore M401,M407,M408,M409"] {
        let verify = "migrate verify --plan plan --before inventory --after after -q --format text";
        let ran = world.run(&format!("{verify} {switch}"));
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(ran.stdout.contains("\n  1 object is lost: of 3 objects before, 1 moved; "), "{ran:#?}");
        assert!(ran.stdout.contains("next: bring back what is lost"), "{ran:#?}");
    }
}
