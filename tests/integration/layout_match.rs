//! What a key is: the tree of segments agrees with one regular expression per template.

use proptest::prelude::*;
use stocktake::layout::spec::{Anchor, AreaSpec};
use stocktake::layout::{BucketLayout, Captures, KeyMatch, Layout, LayoutSpec, Placed};

use crate::layout_naive::{area, bucket, compiled, legacy, naive, placeholder, spec, vocabulary};

/// A part of the pool from which random layouts are put together; those that the proofs refuse are not used.
const AREAS: &[&str] = &[
    "raw/**",
    "raw/{p}",
    "m/{p}/**",
    "m/{q}/{r}/{rest**}",
    "m/*.x",
    "m/m-{q}/**",
    "{p}-{s}/{rest**}",
    "d/{p}/{p}/**",
    "d/{p}-{p}/*",
    "{file}/end",
    "**",
];
const LEGACY: &[&str] = &[
    "o/{p}/{rest**}",
    "o//{p}/{rest**}",
    "/o/{p}/{rest**}",
    "o/{q}/{file}",
    "{p}/{q}",
    "**/o/{r}/{rest**}",
    "x-{q}/{q}/{rest**}",
    "{p}/o/**",
];
const FALLBACKS: &[&str] = &["**/log/**", "**/{p}/log/{q}", "m/{p}/{rest**}", "{p}/**", "**"];
const PREFIXES: &[&[&str]] = &[&[""], &["u/"], &["u/", "u/v/"], &["", "u/"], &["m/", "d/a/"]];

fn layout_spec() -> impl Strategy<Value = LayoutSpec> {
    let pick = |pool: &'static [&'static str], most| prop::sample::subsequence(pool, 0..=most).prop_shuffle();
    (pick(AREAS, 4), pick(LEGACY, 3), pick(FALLBACKS, 3), prop::sample::select(PREFIXES), any::<u16>()).prop_map(
        |(areas, legacies, fallbacks, prefixes, anchors)| {
            let anchor = |index: usize| if anchors >> index & 1 == 1 { Anchor::Bucket } else { Anchor::Prefix };
            let mut specs = Vec::new();
            for path in areas.iter().chain(&fallbacks) {
                let mut made = area(&format!("{} {path}", specs.len()), path);
                made.fallback = specs.len() >= areas.len();
                made.anchor = anchor(specs.len());
                specs.push(made);
            }
            let mut own = area("own", "Z/**");
            for from in legacies {
                let mut made = legacy(from, &[from], "Z/old");
                made.anchor = anchor(8 + own.legacy.len());
                own.legacy.push(made);
            }
            specs.push(own);
            spec(prefixes.iter().map(|prefix| bucket("x", prefix)).collect(), vocabulary(), specs)
        },
    )
}

fn layout() -> impl Strategy<Value = Layout> {
    layout_spec().prop_filter_map("refused by the proofs", |spec| Layout::compile(spec).ok())
}

fn key() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "", "a", "b", "ab", "ba", "a-a", "a-b", "ab-bb", "raw", "m", "m-a", "m-ba", "d", "o", "x-a", "log", "end", "u",
        "v", "f.x", "é", "a\n", "Z", "*", ".",
    ]);
    prop::collection::vec(word, 1..8).prop_map(|words| words.join("/")).prop_filter("no key", |key| !key.is_empty())
}

/// What one template says of a key: the captured texts, by name.
fn naive_captures(prefix: &str, template: &str, key: &str) -> Option<Vec<(String, String)>> {
    if ["{p}", "{q}"].iter().any(|name| template.matches(name).count() > 1) {
        return naive_repeats(prefix, template, key);
    }
    let regex = naive(prefix, template, false);
    let found = regex.captures(key.as_bytes())?;
    let named = regex
        .capture_names()
        .flatten()
        .filter_map(|name| Some((name.to_owned(), String::from_utf8(found.name(name)?.as_bytes().to_vec()).unwrap())));
    let mut named: Vec<(String, String)> = named.collect();
    if let Some(file) = template.split('/').position(|segment| segment == "{file}") {
        named.push(("file".to_owned(), key[prefix.len()..].split('/').nth(file)?.to_owned()));
    }
    named.sort();
    Some(named)
}

/// Repeated names: try each text that the key holds.
fn naive_repeats(prefix: &str, template: &str, key: &str) -> Option<Vec<(String, String)>> {
    let name = if template.contains("{p}") { "p" } else { "q" };
    let words = key.split(['/', '-']).filter(|word| !word.is_empty());
    words.into_iter().find_map(|word| {
        let first = template.replacen(&format!("{{{name}}}"), word, 9);
        let form = naive("", &format!("{{{name}}}"), false);
        let mut captures = naive_captures(prefix, &first, key).filter(|_| form.is_match(word.as_bytes()))?;
        captures.push((name.to_owned(), word.to_owned()));
        captures.sort();
        Some(captures)
    })
}

/// Area, legacy and captures, found the slow way.
type Naive = (usize, Option<usize>, Vec<(String, String)>);

fn naive_identify(spec: &LayoutSpec, key: &str) -> Option<Naive> {
    let prefixes = |anchor: Anchor| -> Vec<&str> {
        match anchor {
            Anchor::Bucket => vec![""],
            Anchor::Prefix => {
                let mut prefixes: Vec<&str> = spec.buckets.iter().map(|bucket| &*bucket.prefix).collect();
                prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
                prefixes
            }
        }
    };
    let find = |anchor: Anchor, template: &str| {
        prefixes(anchor).into_iter().find_map(|prefix| naive_captures(prefix, template, key))
    };
    let paths = |fallback| {
        spec.areas
            .iter()
            .enumerate()
            .filter(move |(_, area)| area.fallback == fallback)
            .find_map(move |(index, area)| Some((index, None, find(area.anchor, &area.path.value)?)))
    };
    let legacies = || {
        spec.areas.iter().enumerate().find_map(|(index, area)| {
            area.legacy
                .iter()
                .enumerate()
                .find_map(|(number, legacy)| Some((index, Some(number), find(legacy.anchor, &legacy.from[0].value)?)))
        })
    };
    paths(false).or_else(legacies).or_else(|| paths(true))
}

fn place(bucket: &BucketLayout, key: &str, captures: &mut Captures) -> Option<Placed> {
    match bucket.identify(key.as_bytes(), captures) {
        KeyMatch::Area(placed) => {
            assert_eq!(placed.legacy, None);
            Some(placed)
        }
        KeyMatch::Legacy(placed) => {
            assert!(placed.legacy.is_some());
            Some(placed)
        }
        KeyMatch::OutOfScope | KeyMatch::Unmatched => None,
    }
}

fn texts(layout: &Layout, captures: &Captures, key: &str) -> Vec<(String, String)> {
    let named = captures.iter().map(|(id, range)| (layout.placeholder_name(id).to_owned(), key[range].to_owned()));
    let mut named: Vec<_> = named.collect();
    named.sort();
    named
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn a_key_is_what_the_templates_say_one_by_one(layout in layout(), keys in prop::collection::vec(key(), 40)) {
        let mut captures = Captures::new();
        for key in &keys {
            let placed = place(&layout.buckets()[0], key, &mut captures);
            let found = placed.map(|placed| {
                (usize::from(placed.area), placed.legacy.map(usize::from), texts(&layout, &captures, key))
            });
            prop_assert_eq!(found, naive_identify(layout.spec(), key), "{}", key);
        }
    }

    #[test]
    fn an_open_folder_places_all_its_keys_the_same(
        layout in layout(), key in key(), others in prop::collection::vec(key(), 20),
    ) {
        let bucket = &layout.buckets()[0];
        let (mut captures, mut other_captures) = (Captures::new(), Captures::new());
        if let Some(placed) = place(bucket, &key, &mut captures) {
            let folder = &key[..usize::from(placed.folder)];
            prop_assert!(folder.is_empty() || folder.ends_with('/'));
            for other in others.iter().filter(|_| placed.open) {
                let neighbour = format!("{folder}{other}");
                prop_assert_eq!(place(bucket, &neighbour, &mut other_captures), Some(placed), "{}", neighbour);
                for ((id, range), (other_id, other_range)) in captures.iter().zip(other_captures.iter()) {
                    prop_assert_eq!(id, other_id);
                    prop_assert!(range == other_range || layout.placeholder_name(id) == "rest");
                }
            }
        }
    }

    #[test]
    fn siblings_are_placed_the_same_where_they_are_said_to_be(
        layout in layout(),
        keys in prop::collection::vec(key(), 20),
        names in prop::collection::vec("[a-z.-]{1,4}|ab|end|f[.]x", 10),
    ) {
        let bucket = &layout.buckets()[0];
        let (mut captures, mut other_captures) = (Captures::new(), Captures::new());
        for key in &keys {
            let Some(placed) = place(bucket, key, &mut captures).filter(|placed| placed.siblings) else { continue };
            for name in &names {
                let sibling = format!("{}{name}", stocktake::model::key::directory(key));
                prop_assert_eq!(place(bucket, &sibling, &mut other_captures), Some(placed), "{} and {}", key, sibling);
                for ((id, range), (other_id, other_range)) in captures.iter().zip(other_captures.iter()) {
                    prop_assert_eq!(id, other_id);
                    prop_assert!(range == other_range || layout.placeholder_name(id) == "rest");
                }
            }
        }
    }

    #[test]
    fn any_bytes_at_all_are_identified(layout in layout(), key in prop::collection::vec(any::<u8>(), 0..1100)) {
        layout.buckets()[0].identify(&key, &mut Captures::new());
        layout.buckets()[0].explain(&String::from_utf8_lossy(&key));
    }
}

#[test]
fn the_generator_makes_layouts_of_every_kind() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut seen, mut captures) = (std::collections::BTreeSet::new(), Captures::new());
    for _ in 0..100 {
        let layout = layout().new_tree(&mut runner).unwrap().current();
        for _ in 0..50 {
            let key = key().new_tree(&mut runner).unwrap().current();
            seen.insert(match layout.buckets()[0].identify(key.as_bytes(), &mut captures) {
                KeyMatch::Area(placed) if placed.open => "area, open",
                KeyMatch::Area(placed) if placed.siblings => "area, with its siblings",
                KeyMatch::Area(_) => "area",
                KeyMatch::Legacy(placed) if placed.open => "legacy, open",
                KeyMatch::Legacy(placed) if placed.siblings => "legacy, with its siblings",
                KeyMatch::Legacy(_) => "legacy",
                KeyMatch::OutOfScope => "out of scope",
                KeyMatch::Unmatched => "unmatched",
            });
        }
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
}

#[test]
fn a_folder_ends_at_the_last_whole_segment_placeholder() {
    for (path, key, folder) in [
        ("d/raw/**", "d/raw/a/b", "d/raw/"),
        ("m/*.x", "m/a.x", "m/"),
        ("**", "a/b", ""),
        ("m/{p}/{q}/**", "m/ab/a/x/y", "m/ab/a/"),
        ("m/{p}/lit/{file}", "m/ab/lit/f", "m/ab/"),
        ("m-{q}/**", "m-a/b", ""),
        ("**/{q}/log/{p}/**", "x/y/a/log/b/c/d", "x/y/a/log/b/"),
    ] {
        let mut own = area("own", path);
        own.fallback = true;
        let layout = compiled(spec(vec![bucket("x", "u/")], vocabulary(), vec![own]));
        let key = format!("u/{key}");
        let placed = place(layout.bucket("x").unwrap(), &key, &mut Captures::new()).unwrap();
        assert_eq!(key[..usize::from(placed.folder)], format!("u/{folder}"), "{path}");
    }
}

#[test]
fn a_key_that_lacks_its_prefix_is_in_scope_only_if_an_area_spells_it_out() {
    let layout = compiled(spec(
        vec![bucket("x", "u/"), bucket("x", "v/")],
        vocabulary(),
        vec![area("raw", "raw/**"), {
            let mut rest = area("rest", "**");
            rest.fallback = true;
            rest
        }],
    ));
    let bucket = layout.bucket("x").unwrap();
    for (key, expected) in
        [("raw/a", KeyMatch::Unmatched), ("raw", KeyMatch::OutOfScope), ("w/a", KeyMatch::OutOfScope)]
    {
        assert_eq!(bucket.identify(key.as_bytes(), &mut Captures::new()), expected, "{key}");
    }
}

#[test]
fn a_key_at_the_root_belongs_to_the_nearest_entry_above_it() {
    let mut root = area("root", "u/**");
    root.anchor = Anchor::Bucket;
    let layout = compiled(spec(vec![bucket("x", "u/"), bucket("y", ""), bucket("x", "u/v/")], vec![], vec![root]));
    let bucket = layout.bucket("x").unwrap();
    for (key, entry, open) in [("u/a", Some(0), false), ("u/v/a", Some(2), false)] {
        let placed = place(bucket, key, &mut Captures::new()).unwrap();
        assert_eq!((placed.entry, placed.open), (entry, open), "{key}");
    }
    assert_eq!(place(layout.bucket("y").unwrap(), "u/a", &mut Captures::new()).unwrap().entry, Some(1));
}

#[test]
fn a_pattern_of_several_bytes_a_character_works() {
    let layout = compiled(spec(
        vec![bucket("x", "")],
        vec![placeholder("word", "[äöü]{2}\\w+")],
        vec![area("own", "w/{word}/**")],
    ));
    let bucket = layout.bucket("x").unwrap();
    let mut captures = Captures::new();
    assert!(place(bucket, "w/äöß/x", &mut captures).is_some());
    assert_eq!(texts(&layout, &captures, "w/äöß/x"), [("word".to_owned(), "äöß".to_owned())]);
    assert!(place(bucket, "w/äß/x", &mut captures).is_none());
}

#[test]
fn a_key_of_five_hundred_segments_needs_no_deeper_stack() {
    let deep = "a/".repeat(511) + "b";
    let mut own = area("own", "**/{p}/log/{q}");
    own.fallback = true;
    let layout = compiled(spec(vec![bucket("x", "")], vocabulary(), vec![own]));
    assert_eq!(layout.buckets()[0].identify(deep.as_bytes(), &mut Captures::new()), KeyMatch::Unmatched);
}

#[test]
fn a_legacy_key_names_its_writer_by_job_or_else_by_its_first_whole_segment() {
    for (from, key, writer) in [
        ("o/{q}/{job}/**", "o/a1/nightly/x", Some(("job", "nightly"))),
        ("o/{q}/run-{job}/{rest**}", "o/a1/run-nightly/x", Some(("job", "nightly"))),
        ("o/{q}/{rest**}", "o/a1/b/c", Some(("q", "a1"))),
        ("o/v-{q}/{file}", "o/v-a1/x.bin", Some(("file", "x.bin"))),
        ("o/v-{q}/{rest**}", "o/v-a1/x", None),
        ("o/{rest**}", "o/a/b.manifest", None),
        ("o/{rest**}", "o/b", None),
    ] {
        let placeholders = vec![placeholder("q", "[a-z0-9]+"), placeholder("job", "[a-z]+")];
        let own = AreaSpec { legacy: vec![legacy("old", &[from], "Z/old")], ..area("own", "Z/**") };
        let layout = compiled(spec(vec![bucket("x", "")], placeholders, vec![own]));
        let (bucket, mut captures) = (&layout.buckets()[0], Captures::new());
        let KeyMatch::Legacy(placed) = bucket.identify(key.as_bytes(), &mut captures) else { panic!("{from}") };
        assert_eq!(bucket.writer(&placed, &captures, key), writer, "{from}");
    }
}
