//! What the values of a configuration become.

use stocktake::layout::config::load_preset;
use stocktake::layout::spec::{BucketSource, Fate, Step, Test};
use stocktake::model::Phase;
use stocktake::model::time::{DAY, HOUR, parse_rfc3339};
use stocktake::rules::known_rules;

use super::read;

#[test]
fn what_is_not_said_has_its_default() {
    let spec = read("version = 1").unwrap();
    assert_eq!(spec.title, "stocktake audit");
    assert_eq!((spec.inputs.grace, spec.inputs.max_age, spec.migration.phase), (DAY, None, None));
    let inputs = &spec.inputs;
    assert_eq!((inputs.implausible_references, inputs.implausible_resolved_percent), (100, 5));
    assert_eq!((inputs.implausible_objects, inputs.implausible_orphan_percent), (1_000, 90));
}

/// One use case: a bucket without prefix, and one of images that has no inventory.
#[test]
fn the_file_of_one_use_case_is_understood() {
    let spec = read(
        r#"
        version = 1
        title = "Packing hall"
        extends = "edge-cv-portal"
        [[bucket]]
        name = "packing-hall"
        prefix = ""
        aliases = ["packing-hall-mirror", "shared/packing-hall/"]
        [[bucket]]
        name = "packing-images"
        role = "data"
        inventory = false
        [inputs]
        inventory = ["in/packing-hall"]
        exports = ["in/exports"]
        max_age = "36h"
        grace = "2h"
        now = 2026-11-30T12:00:00+02:00
        [migration]
        phase = "during"
        cut_over = 2026-11-01T00:00:00Z
        mapping = ["in/names.csv"]
        [[allow]]
        rule = "L201"
        key = "trial/**"
        area = "upload"
        at_most = 20
        reason = "a trial that ends with the year"
        owner = "packing"
        expires = 2026-12-31
        "#,
    )
    .unwrap();
    let [bucket, images] = spec.buckets.as_slice() else { panic!("two buckets") };
    let alias = |name: &str, prefix: &str| (name.to_owned(), prefix.to_owned());
    assert_eq!(bucket.aliases, [alias("packing-hall-mirror", ""), alias("shared", "packing-hall/")]);
    assert_eq!((bucket.role.as_str(), bucket.inventory), ("output", true));
    assert_eq!((images.role.as_str(), images.inventory), ("data", false));
    assert_eq!((spec.inputs.max_age, spec.inputs.grace), (Some(36 * HOUR), 2 * HOUR));
    assert_eq!(spec.inputs.now, parse_rfc3339("2026-11-30T10:00:00Z"));
    assert_eq!(spec.migration.phase, Some(Phase::During));
    assert_eq!(spec.allows[0].expires, parse_rfc3339("2027-01-01T00:00:00Z"));
}

/// Two use cases below prefixes of one bucket, told apart by their records.
#[test]
fn the_file_of_a_shared_bucket_is_understood() {
    let spec = read(
        r#"
        version = 1
        extends = "edge-cv-portal"
        table_prefix = "portal-test-"
        [[bucket]]
        name = "halls"
        prefix = "packing/"
        records = { usecase_id = "one" }
        [[bucket]]
        name = "halls"
        prefix = "welding/"
        records = { usecase_id = ["two", "three"] }
        [[area]]
        name = "compilation"
        [[area.legacy]]
        name = "early trials"
        from = "trials/{job}/{target}/{rest**}"
        to = "models/compilation/{job}/{target}/{rest**}"
        [[area]]
        name = "workflows"
        remove = true
        "#,
    )
    .unwrap();
    assert_eq!(spec.table_prefix, "portal-test-");
    assert_eq!(spec.buckets[1].records[0].1, ["two", "three"]);
    assert_eq!(spec.areas[4].legacy[0].name, "early trials");
}

#[test]
fn the_preset_says_what_the_portal_does() {
    let spec = load_preset("edge-cv-portal", &known_rules()).unwrap();
    let ids: Vec<_> = spec.requirements.iter().map(|requirement| requirement.id.as_str()).collect();
    let expected: Vec<_> = (1..=6).flat_map(|group| (1..=5).map(move |number| format!("{group}.{number}"))).collect();
    assert_eq!(ids, expected);
    let singular = &spec.requirements[8];
    assert_eq!(singular.id, "2.4");
    assert!(singular.waived.is_some());
    for other in &spec.requirements {
        let conflicts = singular.conflicts_with.contains(&other.id);
        assert_eq!(other.conflicts_with.contains(&singular.id), conflicts, "{}", other.id);
    }
    let table = |name: &str| spec.tables.iter().position(|table| table.name == name).unwrap();
    let labelling = &spec.tables[table("labeling-jobs")];
    let dataset = labelling.references.iter().find(|one| one.attribute.text == "dataset_prefix").unwrap();
    assert!(matches!(&dataset.bucket, Some(BucketSource::Table { table: index, .. }) if *index == table("usecases")));
    let training = &spec.tables[table("training-jobs")];
    let compiled = training.references.iter().find(|one| one.attribute.text.starts_with("compilation_jobs")).unwrap();
    let steps = ["compilation_jobs", "compiled_model_s3"].map(|name| Step::Name(name.to_owned()));
    let [list, member] = steps;
    assert_eq!(compiled.attribute.steps, [list, Step::Each, member]);
    assert_eq!(spec.areas[compiled.areas[0]].name, "compilation");
    assert_eq!(compiled.required_when.as_ref().unwrap().test, Test::Equals(vec!["completed".to_owned()]));
    let workflow = &spec.workflows[0];
    assert_eq!((workflow.table, workflow.steps.len()), (table("training-jobs"), 3));
    let generations = spec.areas.iter().flat_map(|area| &area.legacy);
    assert_eq!(generations.filter(|legacy| !matches!(legacy.fate, Fate::Keep(_))).count(), 12);
}

#[test]
fn places_point_at_the_text_itself() {
    let spec = read("version = 1\n[[area]]\nname = 'x'\npath = \"x/**\"\nexamples = ['é', \"x/é\"]").unwrap();
    let area = &spec.areas[0];
    assert_eq!(area.place.to_string(), "stocktake.toml:2:1");
    assert_eq!(area.path.place.to_string(), "stocktake.toml:4:9");
    assert_eq!(area.examples[1].place.to_string(), "stocktake.toml:5:19");
}
