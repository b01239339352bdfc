//! Keys that are built lie where they were asked to lie, and say again what they were built from.

use std::sync::LazyLock;

use proptest::prelude::*;
use stocktake::layout::spec::{Anchor, PlaceholderSpec};
use stocktake::layout::{BucketLayout, BuildError, Captures, KeyMatch, Layout};
use stocktake::model::UserError;

use crate::layout_naive::{area, bucket, compiled, placeholder, spec, vocabulary};

/// Every kind of path that has a name or a rest for all it leaves open.
const PATHS: &[&str] = &[
    "raw/**",
    "m/{p}/**",
    "m/x/{p}/{q}/{rest**}",
    "n/*.x",
    "o/m-{q}.{r}/**",
    "o/{p}-{s}/{file}",
    "t/{q}/{q}/x",
    "w/{p}/end/{r}/**",
];

static LAYOUT: LazyLock<Layout> = LazyLock::new(|| {
    let mut areas: Vec<_> = PATHS.iter().map(|path| area(path, path)).collect();
    areas[3].anchor = Anchor::Bucket;
    areas[1].fallback = true;
    compiled(spec(vec![bucket("x", "u/"), bucket("x", "v/w/")], vocabulary(), areas))
});

fn value(name: &'static str) -> impl Strategy<Value = Option<String>> {
    let form =
        crate::layout_naive::VOCABULARY.iter().find(|(known, _)| *known == name).map_or("[^/]{1,5}", |(_, form)| form);
    proptest::option::weighted(0.9, proptest::string::string_regex(form).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_built_is_identified_as_what_it_was_built_from(
        index in 0..PATHS.len(),
        entry in 0..2_usize,
        values in (value("p"), value("q"), value("r"), value("s"), value("file")),
        rest in proptest::option::weighted(0.8, "[a-z/]{1,9}"),
    ) {
        let bucket = LAYOUT.bucket("x").unwrap();
        let given = |name: &str| match name {
            "p" => values.0.as_deref(),
            "q" => values.1.as_deref(),
            "r" => values.2.as_deref(),
            "s" => values.3.as_deref(),
            "file" => values.4.as_deref(),
            _ => None,
        };
        let Ok(key) = bucket.build(entry, index, &mut |name| given(name).map(str::to_owned), rest.as_deref()) else { return Ok(()) };
        let mut captures = Captures::new();
        let KeyMatch::Area(placed) = bucket.identify(key.as_bytes(), &mut captures) else {
            return Err(TestCaseError::fail(key));
        };
        prop_assert_eq!(usize::from(placed.area), index);
        for (id, range) in captures.iter() {
            let name = LAYOUT.placeholder_name(id);
            let expected = if name == "rest" { rest.as_deref() } else { given(name) };
            prop_assert_eq!(Some(&key[range]), expected, "{} of {}", name, key);
        }
        let again = bucket.build(entry, index, &mut |name| {
            captures.get(LAYOUT.placeholder(name)?).map(|range| key[range].to_owned())
        }, rest.as_deref());
        prop_assert_eq!(again, Ok(key.clone()));

        let folder = folder(bucket, placed.entry.map(usize::from).or(Some(entry)), index, &given);
        let actual = &key[..usize::from(placed.folder)];
        prop_assert_eq!(folder.as_deref(), Some(actual));
        for (name, text) in bucket.folder_captures(index, actual) {
            prop_assert_eq!(Some(text.as_str()), given(&name));
        }
    }
}

fn folder<'v>(
    bucket: &BucketLayout,
    entry: Option<usize>,
    area: usize,
    value: &dyn Fn(&str) -> Option<&'v str>,
) -> Option<String> {
    let mut folder = String::new();
    bucket.folder(entry, area, value, &mut folder).then_some(folder)
}

fn ask(bucket: &BucketLayout, area: usize, p: Option<&str>, rest: Option<&str>) -> Result<String, BuildError> {
    bucket.build(0, area, &mut |name| if name == "p" { p.map(str::to_owned) } else { None }, rest)
}

#[test]
fn a_key_that_cannot_be_built_says_what_is_missing() {
    let bucket = LAYOUT.bucket("x").unwrap();
    for (area, p, rest, expected, help) in [
        (1, None, Some("f"), "`{p}` has no value", "give text of the form `[ab]+`"),
        (1, Some("c"), Some("f"), "`c` is not of the form of `{p}`", "give text of the form `[ab]+`"),
        (
            1,
            Some("a"),
            None,
            "what stands at `**` of `m/{p}/**` is not given",
            "give the rest of the key below the folder",
        ),
        (3, None, None, "what stands at `*` of `n/*.x` is not given", "give the rest of the key below the folder"),
        (6, None, None, "`{q}` has no value", "give text of the form `a|ba`"),
        (5, Some("a"), Some("f"), "`{s}` has no value", "give text of the form `b[ab-]{0,2}`"),
    ] {
        let error = ask(bucket, area, p, rest).unwrap_err();
        assert_eq!((error.to_string(), error.help()), (expected.to_owned(), Some(help.to_owned())));
    }
    let long = "a".repeat(1_020);
    assert_eq!(ask(bucket, 1, Some(&long), Some("f")), Err(BuildError::TooLong { length: 1_026 }));
    let stray = ask(bucket, 3, None, Some("a/b")).unwrap_err();
    assert_eq!(stray.to_string(), "`n/a/b.x` would lie in no area, not in area `n/*.x`");
    assert_eq!(
        bucket.build(7, 0, &mut |_| None, Some("f")).unwrap_err().to_string(),
        "area `raw/**` is not in this entry of bucket `x`",
    );
}

#[test]
fn a_key_that_another_area_would_claim_is_refused() {
    let mut upload = area("upload", "d/{p}/**");
    upload.fallback = true;
    let layout = compiled(spec(vec![bucket("x", "")], vocabulary(), vec![area("raw", "d/aa/**"), upload]));
    let error = ask(layout.bucket("x").unwrap(), 1, Some("aa"), Some("f")).unwrap_err();
    assert_eq!(error.to_string(), "`d/aa/f` would lie in area `raw`, not in area `upload`");
}

#[test]
fn a_record_spelling_is_normalised_before_it_enters_a_key() {
    let target =
        PlaceholderSpec { aliases: vec![("x86".to_owned(), "x86-cpu".to_owned())], ..placeholder("p", "[a-z0-9-]+") };
    let layout = compiled(spec(vec![bucket("x", "")], vec![target], vec![area("own", "m/{p}/**")]));
    assert_eq!(ask(layout.bucket("x").unwrap(), 0, Some("x86"), Some("f")), Ok("m/x86-cpu/f".to_owned()));
    assert_eq!(layout.normalise("p", "x86"), "x86-cpu");
}

#[test]
fn the_folder_of_one_of_several_entries_must_be_asked_for() {
    let bucket = LAYOUT.bucket("x").unwrap();
    let a = |_: &str| Some("a");
    assert_eq!(folder(bucket, None, 1, &a), None);
    assert_eq!(folder(bucket, Some(1), 1, &a), Some("v/w/m/a/".to_owned()));
    assert_eq!(folder(bucket, None, 3, &a), Some("n/".to_owned()));
    assert_eq!(folder(bucket, Some(0), 1, &|_| Some("c")), None);
}
