//! The preset `edge-cv-portal`, compiled: real keys of every generation lie where they should and move where they
//! should.

use std::path::Path;

use stocktake::layout::config::{load_preset, parse};
use stocktake::layout::{Captures, KeyMatch, Layout, LegacyTarget, MissKind};
use stocktake::rules::known_rules;

use crate::layout_naive::compiled;

fn portal(buckets: &str) -> Layout {
    let text = format!("version = 1\nextends = \"edge-cv-portal\"\n{buckets}");
    compiled(parse(Path::new("stocktake.toml"), text.as_bytes(), &known_rules()).unwrap())
}

fn one_line() -> Layout {
    portal("[[bucket]]\nname = \"line-1\"\n[[bucket]]\nname = \"images\"\nrole = \"data\"\n")
}

/// Area, generation and, in front of `→`, what becomes of the key.
fn describe(layout: &Layout, bucket: &str, key: &str) -> String {
    let bucket = layout.bucket(bucket).unwrap();
    let mut captures = Captures::new();
    let area = |area: u16| &layout.spec().areas[usize::from(area)];
    match bucket.identify(key.as_bytes(), &mut captures) {
        KeyMatch::Area(placed) => format!("{} in {}", area(placed.area).name, &key[..usize::from(placed.folder)]),
        KeyMatch::Legacy(placed) => {
            let mut fill = |name: &str| match name {
                "target" => Some("jetson".to_owned()),
                "deployment" => Some("model cookies".to_owned()),
                _ => None,
            };
            let target = bucket.legacy_target(key, &placed, &captures, None, &mut fill);
            let generation = &area(placed.area).legacy[usize::from(placed.legacy.unwrap())].name;
            let becomes = match target {
                LegacyTarget::Moves(key) => key,
                LegacyTarget::Unnamed { missing, keep } => format!("? {missing:?} keep {keep}"),
                LegacyTarget::Keeps(_) => "stays".to_owned(),
                other => format!("{other:?}"),
            };
            format!("{}, {generation} → {becomes}", area(placed.area).name)
        }
        KeyMatch::OutOfScope => "out of scope".to_owned(),
        KeyMatch::Unmatched => {
            let miss = bucket.explain(key);
            let area = miss.area.map_or("-", |area| &layout.spec().areas[area].name);
            let segment = miss.segment.map_or("-".to_owned(), |segment| segment.to_string());
            let code = match miss.kind {
                MissKind::Undeclared => "L201",
                MissKind::Malformed => "L203",
                MissKind::Missing => "L204",
                MissKind::Misplaced => "L205",
            };
            let mut expected = miss.expected.unwrap_or_else(|| "-".to_owned());
            if let Some((end, _)) = expected.char_indices().nth(28) {
                expected.truncate(end);
            }
            format!("{code} {area} {segment} {expected} → {}", miss.suggestion.as_deref().unwrap_or("?"))
        }
    }
}

fn table(layout: &Layout, bucket: &str, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(key, expected)| (key, expected, describe(layout, bucket, key)))
        .filter(|(_, expected, actual)| *expected != actual)
        .map(|(key, expected, actual)| format!("{key}\n  expected {expected}\n  actual   {actual}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_bare_preset_compiles() {
    let layout = compiled(load_preset("edge-cv-portal", &known_rules()).unwrap());
    assert_eq!(layout.buckets().len(), 0);
}

#[test]
fn keys_of_the_layout_lie_in_their_areas() {
    let layout = one_line();
    table(
        &layout,
        "line-1",
        &[
            ("datasets/raw/alien/anomaly/1.png", "raw in datasets/raw/"),
            ("datasets/raw//1.png", "raw in datasets/raw/"),
            ("datasets/labeled/dda-alien-9f5e8300/annotations/x", "labeled in datasets/labeled/dda-alien-9f5e8300/"),
            ("models/training/job-1/job-1/output/model.tar.gz", "training in models/training/job-1/"),
            (
                "models/compilation/job-1/onnx/job-1/output/model.tar.gz",
                "compilation in models/compilation/job-1/onnx/",
            ),
            ("deployments/model-cookies/0a.zip", "deployment in deployments/model-cookies/"),
            ("models/yolov8n.onnx", "bare-models in models/"),
            ("raw-models/yolo/model.onnx", "intake in raw-models/"),
            ("models/detection/job-1/x", "other-models in models/detection/"),
            ("dumps/AWSDynamoDB/data/x.json.gz", "exports in "),
            ("datasets/AWSDynamoDB/x", "exports in "),
            ("inventory/line-1/nightly/2026-11-22T01-00Z/manifest.json", "inventories in inventory/line-1/nightly/"),
            ("datasets/alien/anomaly/1.png", "upload in datasets/alien/"),
        ],
    );
    table(
        &layout,
        "images",
        &[("cameras/line-1/1.png", "data in "), ("models/training/job-1/x", "data in "), ("/", "data in ")],
    );
}

#[test]
fn the_images_of_a_directory_need_one_look() {
    let layout = one_line();
    for (key, expected) in
        [("datasets/alien/anomaly/1.png", true), ("models/yolov8n.onnx", false), ("datasets/alien/", false)]
    {
        let bucket = layout.bucket("line-1").unwrap();
        let placed = match bucket.identify(key.as_bytes(), &mut Captures::new()) {
            KeyMatch::Area(placed) => placed.siblings,
            _ => false,
        };
        assert_eq!(placed, expected, "{key}");
    }
}

#[test]
fn keys_of_old_generations_move_where_they_belong() {
    table(
        &one_line(),
        "line-1",
        &[
            (
                "datasets//training-output/job-1/job-1/output/model.tar.gz",
                "training, portal → models/training/job-1/job-1/output/model.tar.gz",
            ),
            (
                "datasets//training-output/job-1//output//model.tar.gz",
                "training, portal → models/training/job-1/output/model.tar.gz",
            ),
            (
                "datasets/line-1/training-output/job-1/model.tar.gz",
                "training, portal → models/training/job-1/model.tar.gz",
            ),
            ("/training-output/job-1/model.tar.gz", "training, portal → models/training/job-1/model.tar.gz"),
            ("datasets/models/training/job-1/x", "training, between → models/training/job-1/x"),
            (
                "LFV-public-test/output/job-1/output/segmentation.tar.gz",
                "training, notebook → models/training/job-1/output/segmentation.tar.gz",
            ),
            ("LFV-public-test/compilation_output/model.tar.gz", "compilation, notebook → stays"),
            ("LFV-public-test/mask-images/1.png", "raw, notebook → datasets/raw/LFV-public-test/mask-images/1.png"),
            ("datasets//compilation-output/model.tar.gz", "compilation, portal, flat → ? [\"job\"] keep true"),
            (
                "compilation-output/job-1/output/model.tar.gz",
                "compilation, portal, by job → models/compilation/job-1/jetson-xavier/output/model.tar.gz",
            ),
            ("datasets/models/compilation/job-1/onnx/f", "compilation, between → models/compilation/job-1/onnx/f"),
            (
                "datasets/models/compilation/job-1/f",
                "compilation, between, no target → models/compilation/job-1/jetson-xavier/f",
            ),
            (
                "model_artifacts/model-0a1b2c3d4e5f/0a1b2c3d4e5f_greengrass_model_component.zip",
                "deployment, packaging, still written today → deployments/model-cookies/0a1b2c3d4e5f_greengrass_model_component.zip",
            ),
            (
                "manifests/labeling-ab2b7dfd.manifest",
                "manifests, labelling → datasets/manifests/labeling-ab2b7dfd.manifest",
            ),
        ],
    );
}

#[test]
fn keys_in_no_area_are_told_what_is_wrong() {
    table(
        &one_line(),
        "line-1",
        &[
            ("scratch/x", "L201 - - - → ?"),
            ("my-training-output-images/a.png", "L201 - - - → ?"),
            ("models/foo/x", "L201 - - - → ?"),
            ("models/training/bad job/x", "L203 training 2 `{job}`, text of the form `[ → ?"),
            ("models/training//job-1/x", "L203 training 2 `{job}`, text of the form `[ → models/training/job-1/x"),
            ("models/compilation/job-1/x86_64/f", "L203 compilation 3 `{target}`, one of `jetson-x → ?"),
            ("models/compilation/job-1/f.tar.gz", "L204 compilation 3 `{target}`, one of `jetson-x → ?"),
            ("models/training/job-1", "L204 training 3 something below → ?"),
            ("models/training/job-1/", "L204 training 3 something below → ?"),
            ("models", "L204 training 1 `training` → ?"),
            ("model/training/job-1/x", "L205 training 0 `models` → models/training/job-1/x"),
            ("models/trainings/job-1/x", "L205 training 1 `training` → models/training/job-1/x"),
            ("Models/compilation/job-1/onnx/x", "L205 compilation 0 `models` → models/compilation/job-1/onnx/x"),
            ("dataset/raw/a/1.png", "L205 raw 0 `datasets` → datasets/raw/a/1.png"),
            ("deployment/x", "L205 deployment 0 `deployments` → ?"),
            ("old/models/training/job-1/x", "L205 training 1 `models/training/{job}/**` → models/training/job-1/x"),
            ("models//training/job-1/x", "L205 training 1 `models/training/{job}/**` → models/training/job-1/x"),
            ("/models/training/job-1/x", "L205 training 0 `models/training/{job}/**` → models/training/job-1/x"),
            ("model_artifacts/model-0a1b2c3d4e5f/other.zip", "L201 - - - → ?"),
        ],
    );
}

#[test]
fn use_cases_that_share_a_bucket_are_kept_apart() {
    let entries =
        ["line-1/", "line-2/"].map(|prefix| format!("[[bucket]]\nname = \"shared\"\nprefix = \"{prefix}\"\n"));
    let layout = portal(&entries.concat());
    table(
        &layout,
        "shared",
        &[
            ("line-1/models/training/job-1/x", "training in line-1/models/training/job-1/"),
            ("line-2/training-output/job-1/x", "training, portal → line-2/models/training/job-1/x"),
            ("manifests/a.manifest", "manifests, labelling → ? [\"the use case\"] keep false"),
            ("models/training/job-1/x", "L205 training 0 a bucket entry's prefix in f → ?"),
            ("line-3/models/training/job-1/x", "out of scope"),
            ("line-1/scratch/x", "L201 - - - → ?"),
            (
                "line-1/old/models/training/job-1/x",
                "L205 training 2 `models/training/{job}/**` → line-1/models/training/job-1/x",
            ),
            ("static-image-pins/1.png", "static-image-pins in static-image-pins/"),
        ],
    );
    let bucket = layout.bucket("shared").unwrap();
    let mut captures = Captures::new();
    let KeyMatch::Legacy(placed) = bucket.identify(b"manifests/a.manifest", &mut captures) else { panic!() };
    assert_eq!(
        bucket.legacy_target("manifests/a.manifest", &placed, &captures, Some(1), &mut |_| None),
        LegacyTarget::Moves("line-2/datasets/manifests/a.manifest".to_owned()),
    );
    assert_eq!((placed.entry, bucket.entries()), (None, &[0, 1][..]));
}

#[test]
fn a_key_below_one_prefix_of_a_bucket_is_told_to_take_it() {
    let layout = portal("[[bucket]]\nname = \"shared\"\nprefix = \"line-1/\"\n");
    table(
        &layout,
        "shared",
        &[
            ("models/training/job-1/x", "L205 training 0 `line-1/` in front → line-1/models/training/job-1/x"),
            ("datasets/alien/1.png", "L205 upload 0 `line-1/` in front → line-1/datasets/alien/1.png"),
            ("scratch/x", "out of scope"),
        ],
    );
}

#[test]
fn empty_segments_that_a_template_spells_out_are_known() {
    let layout = one_line();
    let bucket = layout.bucket("line-1").unwrap();
    let key = "datasets//training-output/job-1//model.tar.gz";
    let KeyMatch::Legacy(placed) = bucket.identify(key.as_bytes(), &mut Captures::new()) else { panic!() };
    let literal: Vec<bool> = (0..6).map(|segment| bucket.is_literal_segment(key, &placed, segment)).collect();
    assert_eq!(literal, [true, true, true, false, false, false]);
}

#[test]
fn a_prefix_above_every_placeholder_is_over_broad() {
    let layout = one_line();
    let bucket = layout.bucket("line-1").unwrap();
    for (prefix, expected) in [
        ("", true),
        ("models/", true),
        ("models", true),
        ("models/training/", true),
        ("datasets/", true),
        ("models/training/job-1/", false),
        ("model", false),
        ("datasets/raw/", false),
        ("scratch/", false),
    ] {
        assert_eq!(bucket.is_over_broad(prefix), expected, "{prefix}");
    }
}
