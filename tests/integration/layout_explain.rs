//! What is said of a key in no area: one answer, and a suggestion that is right or none.

use proptest::prelude::*;
use stocktake::layout::spec::{LayoutSpec, Standing};
use stocktake::layout::{Captures, KeyMatch, Layout, MissKind};

use crate::layout_naive::{area, bucket, compiled, spec, vocabulary};

fn layout_with(prefixes: &[&str]) -> Layout {
    let mut tolerated = area("tolerated", "other/{p}/**");
    tolerated.standing = Standing::Tolerated;
    let mut upload = area("upload", "sets/{q}/**");
    upload.fallback = true;
    let mut seats = area("seats", "seats/{p}/**");
    seats.standing = Standing::Outside;
    let areas = vec![
        area("training", "models/train/{p}/**"),
        area("target", "models/target/{p}/{q}/**"),
        tolerated,
        upload,
        seats,
        area("pair", "pair/{p}-{p}.bin"),
    ];
    let spec = spec(prefixes.iter().map(|prefix| bucket("x", prefix)).collect(), vocabulary(), areas);
    compiled(LayoutSpec { singular: vec![("sets".to_owned(), "quantity".to_owned())], ..spec })
}

type Told<'a> = (MissKind, Option<&'a str>, Option<u32>, Option<&'a str>);

#[test]
fn the_nearest_area_and_the_broken_segment_are_told() {
    use MissKind::{Malformed, Misplaced, Missing, Undeclared};
    let layout = layout_with(&["u/"]);
    let bucket = layout.bucket("x").unwrap();
    let cases: &[(&str, Told<'_>)] = &[
        ("u/else/x", (Undeclared, None, None, None)),
        ("u/models/else/x", (Undeclared, None, None, None)),
        ("u/models/train/X/f", (Malformed, Some("training"), Some(3), None)),
        ("u/models/target/ab/X/f", (Malformed, Some("target"), Some(4), None)),
        ("u/models/target/ab/f", (Missing, Some("target"), Some(4), None)),
        ("u/models/target/X", (Missing, Some("target"), Some(3), None)),
        ("u/models/train/ab", (Missing, Some("training"), Some(4), None)),
        ("u/models/train/ab/", (Missing, Some("training"), Some(4), None)),
        ("u/models/", (Missing, Some("training"), Some(2), None)),
        ("u/sets", (Missing, Some("upload"), Some(2), None)),
        ("u/model/train/ab/f", (Misplaced, Some("training"), Some(1), Some("u/models/train/ab/f"))),
        ("u/MODELS/Target/ab/a/f", (Misplaced, Some("target"), Some(1), Some("u/models/target/ab/a/f"))),
        ("u/model/train/X/f", (Misplaced, Some("training"), Some(1), None)),
        ("u/quantity/a/f", (Misplaced, Some("upload"), Some(1), Some("u/sets/a/f"))),
        ("u/x/sets/a/f", (Misplaced, Some("upload"), Some(2), Some("u/sets/a/f"))),
        ("u/x/models/train/y/models/train/ab/f", (Misplaced, Some("training"), Some(2), None)),
        ("u//models/train/ab/f", (Misplaced, Some("training"), Some(1), Some("u/models/train/ab/f"))),
        ("u/models/train//ab/f", (Malformed, Some("training"), Some(3), Some("u/models/train/ab/f"))),
        // A tolerated area is never what a key should have been.
        ("u/others/ab/f", (Undeclared, None, None, None)),
        ("u/other/X/f", (Undeclared, None, None, None)),
        // Nor is its own name a slip of another's.
        ("u/seats/X", (Undeclared, None, None, None)),
        ("u/seat/X", (Misplaced, Some("upload"), Some(1), None)),
        ("u/pair/ab-ac.bin", (Malformed, Some("pair"), Some(2), None)),
        ("models/train/ab/f", (Misplaced, Some("training"), Some(0), Some("u/models/train/ab/f"))),
    ];
    for (key, expected) in cases {
        assert_eq!(bucket.identify(key.as_bytes(), &mut Captures::new()), KeyMatch::Unmatched, "{key}");
        let miss = bucket.explain(key);
        let area = miss.area.map(|area| &*layout.spec().areas[area].name);
        let told = (miss.kind, area, miss.segment, miss.suggestion.as_deref());
        assert_eq!(told, *expected, "{key}");
        assert_eq!(miss.expected.is_some(), miss.area.is_some(), "{key}");
    }
}

#[test]
fn with_two_prefixes_none_is_suggested() {
    let miss = layout_with(&["u/", "v/"]).bucket("x").unwrap().explain("models/train/ab/f");
    assert_eq!((miss.kind, miss.suggestion), (MissKind::Misplaced, None));
}

fn key() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "", "u", "v", "models", "model", "Models", "train", "trian", "target", "targets", "ab", "a", "X", "sets",
        "set", "quantity", "other", "f",
    ]);
    (prop::sample::select(vec!["u/", "", "v/"]), prop::collection::vec(word, 1..8))
        .prop_map(|(prefix, words)| format!("{prefix}{}", words.join("/")))
        .prop_filter("no key", |key| !key.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_suggestion_always_lies_in_the_wanted_area_it_is_made_for(
        keys in prop::collection::vec(key(), 100), prefixes in prop::sample::select(vec![&["u/"][..], &[""], &["u/", "v/"]]),
    ) {
        let layout = layout_with(prefixes);
        let bucket = layout.bucket("x").unwrap();
        let mut captures = Captures::new();
        for key in keys {
            if bucket.identify(key.as_bytes(), &mut captures) != KeyMatch::Unmatched {
                continue;
            }
            let miss = bucket.explain(&key);
            prop_assert!(miss.segment.is_none_or(|segment| segment as usize <= key.split('/').count()));
            let Some(suggestion) = miss.suggestion else { continue };
            let KeyMatch::Area(placed) = bucket.identify(suggestion.as_bytes(), &mut captures) else {
                return Err(TestCaseError::fail(suggestion));
            };
            prop_assert_eq!(Some(usize::from(placed.area)), miss.area);
            prop_assert_eq!(layout.spec().areas[usize::from(placed.area)].standing, Standing::Wanted);
        }
    }
}
