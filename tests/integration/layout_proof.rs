//! The proofs agree with brute force over every short key.

use std::sync::LazyLock;

use proptest::prelude::*;
use stocktake::layout::{Captures, ConfigErrors, KeyMatch, Layout, LegacyTarget};

use crate::layout_naive::{area, bucket, compiled, legacy, naive, quoted, spec, texts, vocabulary};

/// The longest key that brute force tries, in bytes.
const LONGEST: usize = 6;

static KEYS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| texts(b"ab/-", LONGEST));

/// A segment in which no name repeats.
fn segment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a", "b", "ab", "a-a", "{p}", "{q}", "{r}", "{s}", "a{q}", "{q}-b", "{p}-{s}", "{q}-{r}", "*", "*b", "a*a",
        "-*",
    ])
}

fn distinct(template: &str) -> bool {
    ["{p}", "{q}", "{r}", "{s}"].iter().all(|name| template.matches(name).count() <= 1)
}

/// A template; `skip` allows `**/`, `empty` allows empty segments.
fn template(skip: bool, empty: bool, end: &'static [&'static str]) -> impl Strategy<Value = String> {
    let skips = if skip { 0..4_usize } else { 9..10 };
    (prop::collection::vec(segment(), 1..4), prop::sample::select(end), skips, 0..6_usize)
        .prop_map(move |(segments, end, skip_at, empty_at)| {
            let mut segments: Vec<&str> = segments;
            if empty && empty_at < segments.len() {
                segments[empty_at] = "";
            }
            if skip_at < segments.len() {
                segments.insert(skip_at, "**");
            }
            if !end.is_empty() {
                segments.push(end);
            }
            segments.join("/")
        })
        .prop_filter("a name repeats, or an empty segment ends it", |template| {
            distinct(template) && !template.is_empty() && !template.ends_with('/')
        })
}

fn problem(result: Result<Layout, ConfigErrors>) -> Option<String> {
    let errors = result.err()?.0;
    assert_eq!(errors.len(), 1, "{errors:#?}");
    Some(errors[0].problem.clone())
}

/// What the proof said must be what the short keys say: `offends` tells the keys that must not exist.
fn agrees_with_brute_force(example: Option<&str>, offends: impl Fn(&[u8]) -> bool) -> Result<(), TestCaseError> {
    let shortest = KEYS.iter().find(|key| offends(key));
    match (example, shortest) {
        (None, Some(key)) => prop_assert!(false, "{} was overlooked", String::from_utf8_lossy(key)),
        (Some(example), None) => {
            prop_assert!(offends(example.as_bytes()), "{} does not offend", example);
            prop_assert!(example.len() > LONGEST, "{example} is short but was not found by brute force");
        }
        (Some(example), Some(key)) => {
            prop_assert!(offends(example.as_bytes()), "{} does not offend", example);
            prop_assert_eq!(example.len(), key.len(), "{} is not a shortest example", example);
        }
        (None, None) => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn areas_are_disjoint_exactly_when_no_key_is_in_both(
        left in template(false, false, &["", "**", "{rest**}"]),
        right in template(false, false, &["", "**", "{rest**}"]),
    ) {
        let result = Layout::compile(spec(vec![], vocabulary(), vec![area("left", &left), area("right", &right)]));
        let problem = problem(result);
        let example = problem.as_deref().map(|problem| quoted(problem, "both take `"));
        let (left, right) = (naive("", &left, false), naive("", &right, false));
        agrees_with_brute_force(example, |key| left.is_match(key) && right.is_match(key))?;
    }

    #[test]
    fn a_target_is_inside_exactly_when_no_new_key_leaves(
        path in template(true, false, &["", "**", "**"]),
        to in template(false, false, &["", "{rest**}", "{rest**}"])
            .prop_filter("`*` has no name", |to| !to.trim_end_matches("{rest**}").contains('*')),
    ) {
        let mut own = area("own", &path);
        own.fallback = true;
        own.legacy = vec![legacy("old", &["Z/{p}/{q}/{r}/{s}/{rest**}"], &to)];
        let problem = problem(Layout::compile(spec(vec![], vocabulary(), vec![own])));
        let example = problem.as_deref().map(|problem| quoted(problem, "`own`: `"));
        let (path, to) = (naive("", &path, false), naive("", &to, true));
        agrees_with_brute_force(example, |key| to.is_match(key) && !path.is_match(key))?;
    }

    #[test]
    fn overlapping_legacy_templates_are_accepted_only_if_they_agree(
        left in template(true, true, &["", "{rest**}", "{rest**}"]),
        right in template(true, true, &["", "{rest**}", "{rest**}"]),
        to_left in template(false, false, &["", "{rest**}"]),
        same in any::<bool>(),
        to_right in template(false, false, &["", "{rest**}"]),
    ) {
        let (to_left, to_right) = (format!("Z/{to_left}"), format!("Z/{}", if same { &to_left } else { &to_right }));
        let one = |generations: &[(&str, &str)]| {
            let mut own = area("own", "Z/**");
            own.legacy = generations.iter().map(|(from, to)| legacy(from, &[from], to)).collect();
            Layout::compile(spec(vec![bucket("x", "")], vocabulary(), vec![own]))
        };
        // Targets that the templates cannot fill, or that hold `*`, are of no interest here.
        let (Ok(only_left), Ok(only_right)) = (one(&[(&left, &to_left)]), one(&[(&right, &to_right)])) else {
            return Ok(());
        };
        let both = one(&[(&left, &to_left), (&right, &to_right)]);
        let (left, right) = (naive("", &left, false), naive("", &right, false));
        let overlapping = |key: &&Vec<u8>| left.is_match(key) && right.is_match(key);
        match problem(both) {
            Some(problem) => {
                let example = quoted(&problem, "both match `");
                agrees_with_brute_force(Some(example), |key| left.is_match(key) && right.is_match(key))?;
            }
            None => for key in KEYS.iter().filter(overlapping) {
                prop_assert_eq!(new_key(&only_left, key), new_key(&only_right, key), "{}", String::from_utf8_lossy(key));
            }
        }
    }
}

fn new_key(layout: &Layout, key: &[u8]) -> Option<String> {
    let bucket = &layout.buckets()[0];
    let mut captures = Captures::new();
    let KeyMatch::Legacy(placed) = bucket.identify(key, &mut captures) else { panic!("{key:?} is no legacy key") };
    match bucket.legacy_target(std::str::from_utf8(key).unwrap(), &placed, &captures, None, &mut |_| None) {
        LegacyTarget::Moves(key) => Some(key),
        LegacyTarget::Unfit(_) => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn legacy_templates_that_agree_may_overlap() {
    for (left, right, to_left, to_right) in [
        ("o/{p}/{rest**}", "o/{rest**}", "Z/{p}/{rest**}", "Z/{rest**}"),
        ("o/{p}/x", "o/ab/{q}", "Z/{p}", "Z/ab"),
        ("**/o/{p}/{rest**}", "d//o/{p}/{rest**}", "Z/{p}/{rest**}", "Z/{p}/{rest**}"),
        ("a-{q}/{rest**}", "a-{q}/{r}/{rest**}", "Z/{q}/{rest**}", "Z/{q}/{r}/{rest**}"),
    ] {
        let mut own = area("own", "Z/**");
        own.legacy = vec![legacy("1", &[left], to_left), legacy("2", &[right], to_right)];
        compiled(spec(vec![], vocabulary(), vec![own]));
    }
}

#[test]
fn an_overlap_that_no_key_is_long_enough_for_is_none() {
    let long = "x".repeat(600);
    let fits = |length: usize| {
        let left = area("left", &format!("{}/**", &long[..length]));
        let right = area("right", &format!("*/{long}"));
        Layout::compile(spec(vec![], vec![], vec![left, right])).is_err()
    };
    assert!(fits(400));
    assert!(!fits(424));
}
