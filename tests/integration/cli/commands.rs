//! `check`, `rules`, `init` and `inspect`.

use super::runner::World;

#[test]
fn check_prints_the_layout_and_says_that_it_is_in_order() {
    let world = World::sound();
    let ran = world.run("check");
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("path = \"video/{asset}/**\""), "{}", ran.stdout);
    let said = "stocktake.toml is in order: 1 buckets, 1 areas, 1 legacy generations, 1 tables, 1 references\n";
    assert_eq!(ran.stderr, said);
    assert_eq!(world.run("check -q").stderr, "");
}

#[test]
fn check_tells_every_mistake_with_its_place() {
    let world = World::sound();
    world.replace("stocktake.toml", "kind = \"object\"\narea = \"video\"", "kind = \"objet\"\narea = \"vidoe\"");
    let ran = world.run("check");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert_eq!(ran.stderr.matches("error: ").count(), 2, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("  --> stocktake.toml:").count(), 2, "{}", ran.stderr);
}

#[test]
fn rules_lists_all_and_prints_the_page_of_one() {
    let world = World::empty();
    let all = world.run("rules").stdout;
    for line in ["## ", "| S001 | checksum-mismatch |", "| R301 | dangling-reference |", "| C604 | implausible-time |"]
    {
        assert!(all.contains(line), "{line}");
    }
    let page = world.run("rules R301");
    assert_eq!((page.code, page.stderr.as_str()), (Some(0), ""));
    assert!(page.stdout.starts_with("# R301 dangling-reference\n"), "{}", page.stdout);
    for heading in ["## What it finds", "## Why it matters", "## Example", "## How to mend it"] {
        assert!(page.stdout.contains(heading), "{heading}");
    }
    assert_eq!(world.run("rules dangling-reference").stdout, page.stdout);
}

#[test]
fn init_writes_a_configuration_that_check_accepts_and_overwrites_none() {
    let world = World::empty();
    let ran = world.run("init --bucket line-7");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert_eq!(ran.stderr, "wrote stocktake.toml; next: edit it, then `stocktake check`\n");
    assert_eq!(world.names("."), ["stocktake.toml"]);
    assert_eq!(world.run("check").code, Some(0));
    let written = world.read("stocktake.toml");
    assert!(written.contains("name = \"line-7\""));
    world.run("init --bucket line-8").is_refused(2);
    assert_eq!(world.read("stocktake.toml"), written);
    assert_eq!(world.run("init --to other.toml").code, Some(0));
}

#[test]
fn init_prints_a_preset_that_is_a_configuration_itself() {
    let world = World::empty();
    let ran = world.run("init --print-effective");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(world.names("."), [""; 0]);
    world.write("stocktake.toml", &ran.stdout);
    let ran = world.run("check");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn inspect_says_what_an_input_holds_and_judges_its_bytes() {
    let world = World::sound();
    for input in ["inventory", "exports"] {
        let ran = world.run(&format!("inspect {input}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
        let json = world.run(&format!("inspect {input} --format json")).stdout;
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    }
    let ran = World::incomplete().run("inspect inventory");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(3), ""), "{}", ran.stdout);
}
