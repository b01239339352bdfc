//! The effective configuration: what is printed is what was understood.

use std::fs;

use regex::Regex;
use stocktake::layout::LayoutSpec;
use stocktake::layout::config::{Origins, effective, effective_preset, load, load_preset, preset_names, preset_text};
use stocktake::rules::known_rules;

use super::read;

/// A user's file that uses most of the language.
const USER: &str = r#"
version = 1
title = "Line \"1\"\ttab"
extends = "edge-cv-portal"

[[bucket]]
name = "vision-shared"
prefix = "line-1/"
aliases = ["old-vision", "older/line-1/"]
records = { usecase_id = ["5f3c2b1a-0d4e-4c6b-9a77-111111111111"], 'owner."team.x"' = "vision" }

[[bucket]]
name = "line-1-images"
role = "data"
inventory = false
inventory_prefixes = ["", "a"]

[inputs]
inventory = ["deliveries"]
now = 2026-12-01T10:00:00+01:00
max_age = "48h"

[migration]
cut_over = 2026-12-01 00:00:00Z
phase = "during"

[rules]
L = "warning"
legacy-key = { before = "ignore", during = "note", after = "error" }

[[area]]
name = "training"
rules = { K101 = "note" }
[[area.legacy]]
name = "sagemaker prefix"
from = ["sagemaker/training/{job}/{rest**}", 'sage\maker/{job}/{rest**}']
to = "models/training/{job}/{rest**}"

[[table]]
name = "extra"
key = ["id", "at"]
[[table.reference]]
attribute = 'a.*."b c"[]@json.d'
kind = "key"
bucket = { name = "vision-shared" }
[[table.reference]]
attribute = 'a.*."b c"[]@json.d'
kind = "object"
when = { attribute = "x", not = ["y", "z"] }

[[allow]]
rule = "undeclared-key"
key = "scratch/**"
at_most = 500
reason = "experiments\nof the line"
expires = 2027-03-31
"#;

/// Everything a layout says but where it was said.
fn meaning(spec: &LayoutSpec) -> String {
    let mut spec = spec.clone();
    spec.preset = None;
    spec.directory = "".into();
    let places = Regex::new(r"place: Place \{[^}]*\}|layer: \d+").unwrap();
    places.replace_all(&format!("{spec:#?}"), "").into_owned()
}

#[test]
fn the_effective_configuration_loads_to_the_same_layout() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("stocktake.toml");
    fs::write(&path, USER).unwrap();
    let spec = load(&path, &known_rules()).unwrap();
    let text = effective(&path, &known_rules(), Origins::Hidden).unwrap();
    let shown = effective(&path, &known_rules(), Origins::Shown).unwrap();
    assert!(!text.contains("# from"));
    assert_eq!(Regex::new("  # from .*").unwrap().replace_all(&shown, ""), text);
    for printed in [text.as_str(), shown.as_str()] {
        fs::write(&path, printed).unwrap();
        assert_eq!(meaning(&load(&path, &known_rules()).unwrap()), meaning(&spec));
        assert_eq!(effective(&path, &known_rules(), Origins::Hidden).unwrap(), text);
    }
}

#[test]
fn origins_name_file_and_line() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("stocktake.toml");
    fs::write(&path, "version = 1\nextends = 'edge-cv-portal'\n[[area]]\nname = 'raw'\nabout = 'ours'\n").unwrap();
    let text = effective(&path, &known_rules(), Origins::Shown).unwrap();
    let raw = text.split("\n\n").find(|entry| entry.contains("name = \"raw\"")).unwrap();
    let raw = raw.replace(&path.display().to_string(), "stocktake.toml");
    insta::assert_snapshot!(raw, @r#"
    [[area]]  # from preset edge-cv-portal:86
    name = "raw"
    path = "datasets/raw/**"
    about = "ours"  # from stocktake.toml:5
    written_by = "the portal's upload page"
    examples = ["datasets/raw/alien/anomaly/1.png"]
    rules.orphan-object = "ignore"
    "#);
}

#[test]
fn every_preset_loads_and_survives_its_own_printing() {
    for name in preset_names() {
        assert!(preset_text(name).is_some());
        let spec = load_preset(name, &known_rules()).unwrap();
        let text = effective_preset(name, &known_rules(), Origins::Shown).unwrap();
        assert_eq!(meaning(&read(&text).unwrap()), meaning(&spec), "{name}");
    }
    assert!(load_preset("edge", &known_rules()).is_err());
}

#[test]
fn the_digest_is_of_what_is_said_not_of_how() {
    let one = read("version = 1\ntitle = \"a\" # a comment\n[output]\ndir = 'x'\ntitle = 't'").unwrap();
    let same = read("title = 'a'\nversion = 1\n[output]\ntitle = \"\\u0074\"\ndir = 'x'").unwrap();
    let other = read("version = 1\ntitle = 'b'\n[output]\ndir = 'x'\ntitle = 't'").unwrap();
    assert_eq!(one.digest, same.digest);
    assert_ne!(one.digest, other.digest);
}
