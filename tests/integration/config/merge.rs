//! What becomes of a configuration that extends another.

use std::fs;

use stocktake::layout::LayoutSpec;
use stocktake::layout::config::{load, load_preset};
use stocktake::layout::spec::{Fate, RuleSetting};
use stocktake::model::Severity;
use stocktake::rules::known_rules;

use super::{printed, read};

/// A user's file upon the preset.
fn upon_preset(text: &str) -> LayoutSpec {
    read(&format!("version = 1\nextends = \"edge-cv-portal\"\n{text}")).unwrap()
}

fn areas(spec: &LayoutSpec) -> Vec<&str> {
    spec.areas.iter().map(|area| area.name.as_str()).collect()
}

#[test]
fn new_areas_stand_before_the_inherited_ones() {
    let preset = load_preset("edge-cv-portal", &known_rules()).unwrap();
    let spec = upon_preset("[[area]]\nname = 'b'\npath = 'b/**'\n[[area]]\nname = 'a'\npath = 'a/**'");
    let mut expected = vec!["b", "a"];
    expected.extend(areas(&preset));
    assert_eq!(areas(&spec), expected);
    assert_eq!(spec.preset.unwrap().0, "edge-cv-portal");
}

#[test]
fn an_inherited_area_keeps_its_place_and_takes_what_is_said_of_it() {
    let preset = load_preset("edge-cv-portal", &known_rules()).unwrap();
    let spec = upon_preset(
        "[[area]]\nname = 'training'\nabout = 'ours'\n\
         [[area.legacy]]\nname = 'own'\nfrom = 'x/{job}/{rest**}'\nto = 'models/training/{job}/{rest**}'",
    );
    assert_eq!(areas(&spec), areas(&preset));
    let (old, new) = (&preset.areas[3], &spec.areas[3]);
    assert_eq!((new.about.as_str(), &new.path.value), ("ours", &old.path.value));
    assert_eq!(new.path.place.file.as_ref(), "preset edge-cv-portal");
    let names: Vec<_> = new.legacy.iter().map(|legacy| legacy.name.as_str()).collect();
    assert_eq!(names, ["own", "portal", "between", "notebook"]);
}

#[test]
fn what_is_removed_is_gone() {
    let spec = upon_preset(
        "[placeholder.images]\nremove = true\n[[area]]\nname = 'raw'\n[[area.legacy]]\nname = 'notebook'\nremove = true\n\
         [[area]]\nname = 'static-image-pins'\nremove = true\n[[table]]\nname = ['devices', 'settings']\nremove = true\n\
         [[requirement]]\nid = '6.5'\nremove = true",
    );
    assert!(!areas(&spec).contains(&"static-image-pins"));
    assert!(spec.areas[0].legacy.is_empty());
    assert!(!spec.tables.iter().any(|table| ["devices", "settings"].contains(&table.name.as_str())));
    assert!(spec.tables.iter().any(|table| table.name == "components"));
    assert!(!spec.placeholders.iter().any(|placeholder| placeholder.name == "images"));
    assert_eq!(spec.requirements.len(), 29);
}

#[test]
fn another_fate_takes_the_place_of_the_inherited_one() {
    let spec = upon_preset("[[area]]\nname = 'raw'\n[[area.legacy]]\nname = 'notebook'\nretire = 'copied elsewhere'");
    assert_eq!(spec.areas[0].legacy[0].fate, Fate::Retire("copied elsewhere".to_owned()));
}

#[test]
fn a_placeholder_is_replaced_whole() {
    let spec = upon_preset("[placeholder.target]\none_of = ['onnx']");
    let target = spec.placeholders.iter().find(|placeholder| placeholder.name == "target").unwrap();
    assert!(target.aliases.is_empty() && target.about.is_empty());
}

#[test]
fn references_are_told_apart_by_their_condition() {
    let spec = upon_preset(
        "[[table]]\nname = 'training-jobs'\n[[table.reference]]\nattribute = 'artifact_s3'\nexclusive = true\n\
         when = { present = false, attribute = 'training_job_name' }\n",
    );
    let table = spec.tables.iter().find(|table| table.name == "training-jobs").unwrap();
    assert_eq!(table.references.len(), 8);
    assert!(table.references[1].exclusive && table.references[1].areas.is_empty());
}

#[test]
fn a_nearer_family_silences_a_farther_rule() {
    let setting =
        |selector: &str, severity, layer| RuleSetting { selector: selector.to_owned(), severity: [severity; 3], layer };
    let spec = upon_preset("[rules]\nL = 'warning'\n[[area]]\nname = 'data'\nrules = { orphan-object = 'error' }");
    assert_eq!(spec.rules, [setting("L", Severity::Warning, 0)]);
    let data = spec.areas.iter().find(|area| area.name == "data").unwrap();
    assert_eq!(data.rules, [setting("orphan-object", Severity::Error, 0), setting("K", Severity::Note, 1)]);
    let spec = upon_preset("[rules]\nR = 'note'");
    assert_eq!(spec.rules, [setting("R", Severity::Note, 0), setting("plural-folder", Severity::Ignore, 1)]);
}

#[test]
fn an_entry_that_means_no_inherited_one_is_told() {
    let text = "version = 1\nextends = 'edge-cv-portal'\n[[area]]\nname = 'trainning'\nabout = 'a'\n\
                [[table]]\nname = 'device'\nremove = true\n[placeholder.jop]\nremove = true\n\
                [[area]]\nname = 'raw'\nabout = 'b'\nremove = true\n[[area]]\nname = 'archive'\n";
    insta::assert_snapshot!(printed(&read(text).unwrap_err()), @r"
    error: no `[[area]]` `trainning` is inherited
      --> stocktake.toml:4:9
      help: did you mean `training`?
    error: no `[[table]]` `device` is inherited
      --> stocktake.toml:7:9
      help: did you mean `devices`?
    error: no placeholder `jop` is inherited
      --> stocktake.toml:9:14
      help: did you mean `job`?
    error: `remove` of `[[area]]` stands beside other keys
      --> stocktake.toml:11:1
      help: keep `remove` and `name` only, or drop `remove`
    error: no `[[area]]` `archive` is inherited
      --> stocktake.toml:16:9
      help: to declare a new one, give `path` too
    ");
}

#[test]
fn a_chain_of_files_ends_in_a_preset_and_keeps_each_files_paths() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("version = 1\n{text}")).unwrap();
    };
    write("line/stocktake.toml", "extends = '../site/base.toml'\n[migration]\nphase = 'during'");
    write("site/base.toml", "extends = 'all/common.toml'\ntitle = 'Site'\n[migration]\nmapping = ['names.csv']");
    write(
        "site/all/common.toml",
        "extends = 'edge-cv-portal'\ntitle = 'All'\n[inputs]\nexports = ['s3://dumps/x', '/abs']\n[output]\ndir = 'out'",
    );
    let spec = load(&home.path().join("line/stocktake.toml"), &known_rules()).unwrap();
    assert_eq!(spec.title, "Site");
    assert_eq!(spec.migration.mapping, ["../site/names.csv"]);
    assert_eq!(spec.inputs.exports, ["s3://dumps/x", "/abs"]);
    assert_eq!(spec.output.dir.as_deref(), Some("../site/all/out"));
    assert_eq!(spec.directory, home.path().join("line"));
    assert_eq!((spec.table_prefix.as_str(), spec.rules[0].layer), ("dda-portal-", 3));

    write("site/base.toml", "extends = 'all/common.toml'\ntitel = 'Site'");
    write("site/all/common.toml", "titel = 'Site'");
    let errors = load(&home.path().join("line/stocktake.toml"), &known_rules()).unwrap_err();
    let files: Vec<_> =
        errors.0.iter().map(|error| error.place.as_ref().unwrap().file.rsplit('/').next().unwrap()).collect();
    assert_eq!(files, ["base.toml", "common.toml"]);
}
