//! The help of every command, so that a change of it is seen.

use super::runner::World;

/// Every command; the empty one is the program.
const COMMANDS: &[&str] = &[
    "",
    "audit",
    "check",
    "migrate",
    "migrate plan",
    "migrate verify",
    "inspect",
    "init",
    "rules",
    "report",
    "compare",
    "baseline",
    "baseline create",
    "baseline prune",
    "baseline show",
    "codegen",
    "docs",
    "path",
    "path build",
    "path resolve",
    "path explain",
    "path list",
    "schema",
    "completions",
    "man",
];

#[test]
fn the_help_of_every_command_is_known() {
    let world = World::empty();
    let mut told = String::new();
    for command in COMMANDS {
        let ran = world.run(&format!("{command} --help"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{command}");
        told.push_str(&format!("$ stocktake {command} --help\n{}\n", ran.stdout));
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(told) });
}

#[test]
fn every_command_of_the_program_is_among_them() {
    let listed = World::empty().run("--help").stdout;
    let commands = listed.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for line in commands.lines() {
        let command = line.split_whitespace().next().unwrap();
        assert!(command == "help" || COMMANDS.contains(&command), "{command}");
    }
}

#[test]
fn help_is_not_wider_than_a_hundred_columns() {
    let world = World::empty();
    for command in COMMANDS {
        let help = world.run(&format!("{command} --help")).stdout;
        let widest = help.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= 100, "{command}: {widest}");
    }
}

#[test]
fn the_version_is_the_packages() {
    assert_eq!(World::empty().run("--version").stdout, format!("stocktake {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_stands_below_the_options_is_wrapped_once() {
    for command in ["audit", "migrate plan", "migrate verify"] {
        let help = World::empty().run(&format!("{command} --help")).stdout;
        let below = help.split("\nExamples:\n").nth(1).unwrap();
        let lines: Vec<&str> = below.lines().collect();
        // A line that ends early has the room for the first word of the next one only where a paragraph ends.
        for pair in lines.windows(2).filter(|pair| !pair[0].starts_with(' ') && !pair[1].starts_with(' ')) {
            let word = pair[1].split(' ').next().unwrap_or_default();
            let fits = pair[0].chars().count() + 1 + word.chars().count() <= 100;
            assert!(!fits || pair[0].is_empty() || word.is_empty(), "{command}: {pair:?}");
        }
        assert!(
            lines.windows(2).all(|pair| !pair[0].starts_with("  stocktake") || pair[1].starts_with("      ")),
            "{below}"
        );
    }
}
