//! `schema`, `completions` and `man`, each held to what the program really reads, writes and takes.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::runner::{CONFIGURATION, World};
use crate::json_schema::{breaches, of_toml};

fn schema(of: &str) -> Value {
    let ran = World::empty().run(&format!("schema {of}"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn real_results_keep_to_their_schema() {
    let schema = schema("results");
    for world in [World::sound(), World::dangling(), World::orphaned(), World::incomplete()] {
        let (_, results) = world.results("");
        assert_eq!(breaches(&schema, &results), [""; 0]);
    }
    let ran = super::runner::program()
        .args(["audit", "-c", "fixtures/edge-cv-portal/stocktake.toml", "--format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let mut results: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(breaches(&schema, &results), [""; 0]);
    results["schema"] = json!("stocktake-results/2");
    results["judgement"]["verdict"] = json!("MAYBE");
    results["judgement"]["totals"]["rows"] = json!(-1);
    results["inputs"].as_object_mut().unwrap().remove("checksums");
    assert_eq!(breaches(&schema, &results).len(), 4, "{:?}", breaches(&schema, &results));
}

#[test]
fn real_configurations_keep_to_their_schema() {
    let schema = schema("config");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<String> = ["stocktake.toml", "before.toml", "after.toml"]
        .map(|name| fs::read_to_string(folder.join("fixtures/edge-cv-portal").join(name)).unwrap())
        .to_vec();
    texts.push(fs::read_to_string(folder.join("src/layout/presets/edge-cv-portal.toml")).unwrap());
    let world = World::empty();
    texts.push(world.run("init --print-effective").stdout);
    world.run("init");
    texts.push(world.read("stocktake.toml"));
    texts.push(CONFIGURATION.to_owned());
    for text in texts {
        assert_eq!(breaches(&schema, &of_toml(&text)), [""; 0], "{text}");
    }
}

/// What the program refuses for its shape, the schema refuses too.
#[test]
fn what_the_program_refuses_breaks_the_schema() {
    let schema = schema("config");
    for (old, new) in [
        ("title = \"Media\"", "titel = \"Media\""),
        ("title = \"Media\"", "title = 1"),
        ("kind = \"object\"", "kind = \"objet\""),
        ("pattern = \"[a-z0-9-]+\"", "pattern = \"[a-z0-9-]+\"\nform = \"date\""),
        ("pattern = \"[a-z0-9-]+\"", "about = \"nothing\""),
        ("pattern = \"[a-z0-9-]+\"", "form = \"dat\""),
        ("name = \"video\"\n", "name = \"video\"\nstanding = \"wonted\"\n"),
        ("[[table]]\n", "[rules]\nR301 = \"fatal\"\n[[table]]\n"),
        ("[[table]]\n", "[rules]\nR999 = \"error\"\n[[table]]\n"),
        ("[[table]]\n", "[migration]\nphase = \"midway\"\n[[table]]\n"),
        ("inventory = [\"inventory\"]", "inventory = \"inventory\""),
    ] {
        let text = CONFIGURATION.replace(old, new);
        assert_ne!(text, CONFIGURATION, "{old}");
        let world = World::empty();
        world.write("stocktake.toml", &text);
        assert_eq!(world.run("check").code, Some(2), "{new}");
        assert_ne!(breaches(&schema, &of_toml(&text)), [""; 0], "{new}");
    }
}

/// Every word that the schema allows is one that the program knows.
#[test]
fn every_word_of_the_schema_is_known() {
    let schema = schema("config");
    let words = |pointer: &str| -> Vec<String> {
        let found = schema.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}"));
        found.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let area = "/properties/area/items/properties";
    let reference = "/properties/table/items/properties/reference/items/properties";
    for (pointer, old, new) in [
        (format!("{area}/anchor/enum"), "name = \"video\"\n", "name = \"video\"\nanchor = \"WORD\"\n"),
        (format!("{area}/standing/enum"), "name = \"video\"\n", "name = \"video\"\nstanding = \"WORD\"\n"),
        (format!("{area}/orphan_scope/enum"), "name = \"video\"\n", "name = \"video\"\norphan_scope = \"WORD\"\n"),
        (
            format!("{area}/legacy/items/properties/unnamed/enum"),
            "name = \"films\"\n",
            "name = \"films\"\nunnamed = \"WORD\"\n",
        ),
        (
            format!("{area}/legacy/items/properties/shared/enum"),
            "name = \"films\"\n",
            "name = \"films\"\nshared = \"WORD\"\n",
        ),
        (
            "/properties/migration/properties/phase/enum".to_owned(),
            "[[table]]\n",
            "[migration]\nphase = \"WORD\"\n[[table]]\n",
        ),
        (format!("{reference}/kind/enum"), "kind = \"object\"", "kind = \"WORD\""),
        (
            "/properties/rules/properties/R301/anyOf/0/enum".to_owned(),
            "[[table]]\n",
            "[rules]\nR301 = \"WORD\"\n[[table]]\n",
        ),
    ] {
        for word in words(&pointer) {
            let world = World::empty();
            world.write("stocktake.toml", CONFIGURATION.replace(old, &new.replace("WORD", &word)));
            let ran = world.run("check -q");
            let unknown = format!("`{word}` is no");
            assert!(!ran.stderr.contains(&unknown), "{pointer}: {}", ran.stderr);
        }
    }
}

#[test]
fn completions_name_every_command_and_the_shell_takes_them() {
    let world = World::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = world.run(&format!("completions {shell}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        for word in ["audit", "codegen", "explain", "fail-on", "inject"] {
            assert!(ran.stdout.contains(word), "{shell}: {word}");
        }
    }
    world.write("done.bash", world.run("completions bash").stdout);
    let ask = "source ./done.bash; COMP_WORDS=(stocktake co); COMP_CWORD=1; _stocktake stocktake co stocktake; echo ${COMPREPLY[@]}";
    let asked = Command::new("bash").args(["-c", ask]).current_dir(world.dir()).output().unwrap();
    let answer = String::from_utf8_lossy(&asked.stdout).into_owned();
    assert!(
        answer.contains("codegen") && answer.contains("completions") && !answer.contains("audit"),
        "{answer} {asked:?}"
    );
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let world = World::empty();
    let page = world.run("man");
    assert_eq!(page.code, Some(0));
    for part in [".TH stocktake 1", ".SH NAME", "stocktake\\-audit(1)", "Exit codes:"] {
        assert!(page.stdout.contains(part), "no {part} in\n{}", page.stdout);
    }
    world.write("man1/.keep", "");
    assert_eq!(world.run("man --out man1").code, Some(0));
    let names = world.names("man1");
    for name in
        ["stocktake.1", "stocktake-audit.1", "stocktake-path.1", "stocktake-path-build.1", "stocktake-codegen.1"]
    {
        assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
        assert!(world.read(&format!("man1/{name}")).contains(".SH SYNOPSIS"), "{name}");
    }
    world.run("man --out nowhere").is_refused(2);
}
