//! What is refused when a layout is compiled, in which words, and where.

use std::path::Path;

use stocktake::layout::spec::{Anchor, AreaSpec, Fate, FormSpec, LegacySpec, PlaceholderSpec, TableSpec};
use stocktake::layout::{Layout, LayoutSpec, config};

use crate::layout_naive::{area, at, bucket, legacy, placeholder, spec};

fn with(areas: Vec<AreaSpec>) -> LayoutSpec {
    let placeholders = vec![placeholder("job", "[a-z]+(-[a-z]+)*"), placeholder("uid", "[0-9a-f]{4}")];
    spec(vec![bucket("x", "")], placeholders, areas)
}

fn moving(from: &str, to: &str) -> LayoutSpec {
    with(vec![AreaSpec { legacy: vec![legacy("old", &[from], to)], ..area("own", "m/{job}/**") }])
}

fn placeholders(change: impl FnOnce(&mut PlaceholderSpec)) -> LayoutSpec {
    let mut job = placeholder("job", "[a-z]+");
    change(&mut job);
    spec(vec![], vec![job], vec![])
}

fn own(change: impl FnOnce(&mut AreaSpec)) -> LayoutSpec {
    let mut own = area("own", "m/{job}/**");
    change(&mut own);
    with(vec![own])
}

/// Column, problem and help of every error.
fn told(spec: LayoutSpec) -> String {
    let errors = Layout::compile(spec).err().map_or_else(Vec::new, |errors| errors.0);
    let lines = errors.iter().map(|error| {
        let column = error.place.as_ref().map_or(0, |place| place.column);
        format!("{column}: {} ({})", error.problem, error.help.as_deref().unwrap_or("-"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_more_than_its_numbers_reach_is_refused() {
    let configuration = "version = 1\n[[table]]\nname = \"runs\"\nkey = [\"id\"]\n[[table.reference]]\nattribute = \"a\"\n\
                         kind = \"object\"\n";
    let one = config::parse(Path::new("stocktake.toml"), configuration.as_bytes(), &[]).unwrap();
    let table = &one.tables[0];
    let mut of_references = table.clone();
    of_references.references = vec![table.references[0].clone(); 65_536];
    let bare = TableSpec { references: Vec::new(), ..table.clone() };
    for (what, tables) in [("references", vec![of_references]), ("tables", vec![bare; 65_536])] {
        let told = told(LayoutSpec { tables, ..with(vec![]) });
        assert_eq!(told, format!("0: 65536 {what} are more than the 65535 that a layout may have (-)"));
    }
}

#[test]
fn a_workflow_has_no_more_steps_than_have_a_number() {
    let configuration = "version = 1\n[[table]]\nname = \"runs\"\nkey = [\"id\"]\n[[table.reference]]\nattribute = \"a\"\n\
                         kind = \"object\"\n[[workflow]]\nname = \"w\"\ntable = \"runs\"\nsteps = [\"a\", \"a\"]\n";
    let one = config::parse(Path::new("stocktake.toml"), configuration.as_bytes(), &[]).unwrap();
    let with_steps = |count: usize| {
        let mut spec = one.clone();
        spec.workflows[0].steps = vec![one.workflows[0].steps[0].clone(); count];
        told(spec)
    };
    assert_eq!(with_steps(257), "1: 257 steps are more than the 256 that a workflow may have (-)");
    assert_eq!(with_steps(256), "");
}

#[test]
fn every_mistake_is_told_with_its_place_and_its_cure() {
    let path = |path: &str| with(vec![area("own", path)]);
    let cases: Vec<(LayoutSpec, &str)> = vec![
        (path(""), "2: a template needs at least one segment (-)"),
        (path("m/"), "4: a template cannot end in `/` (write `/**` for everything below)"),
        (path("m//a"), "4: an empty segment is found in old keys only, never asked for (-)"),
        (path("m/{jbo}/**"), "4: `{jbo}` is no placeholder (did you mean `{job}`?)"),
        (path("m/{colour}/**"), "4: `{colour}` is no placeholder (declare it in `[placeholder.colour]`)"),
        (path("m/{job}{uid}"), "4: two pieces of one segment need a literal between them (-)"),
        (
            path("m/{job}-{uid}"),
            "4: `{job}` can itself hold `-`, so its end cannot be told (put another literal behind it, or narrow its form)",
        ),
        (path("m/{uid"), "4: `{` is never closed (write `{{` for a brace itself)"),
        (path("m/{uid}}"), "9: `}` closes nothing (write `}}` for a brace itself)"),
        (
            path("m/{job x}"),
            "4: `job x` is no placeholder's name (names are letters, digits, `_` and `-`; write `{{` for a brace itself)",
        ),
        (path("m/a**"), "5: `**` is a segment of its own (write `*` for text within a segment)"),
        (
            path("m/**/a"),
            "4: `**/` stands in `from`, in globs and in the path of a fallback area only (add `fallback = true` to the area)",
        ),
        (path("{rest**}/a"), "2: the rest of a key stands last (-)"),
        (
            path("m/{job**}"),
            "4: `job` is a placeholder of one piece, not the name of a rest (name the rest otherwise, as in `{rest**}`)",
        ),
        (path("m/x-{file}"), "6: `{file}` is a whole segment (declare a placeholder for a part)"),
        (path("m/{bucket}{uid}x/**"), ""),
        (
            with(vec![area("a", "m/{job}/**"), area("b", "m/ab/{file}")]),
            "1: areas `a` and `b` both take `m/ab/a` (narrow one of the paths, or make one area a `fallback`)",
        ),
        (
            moving("o/{job}/{rest**}", "m/{job}/*"),
            "10: `*` has no name, so nothing can fill it in `to` (name it: `{file}` is any one segment, or declare a placeholder)",
        ),
        (
            moving("o/{job}/**", "m/{job}/**"),
            "10: `**` has no name, so nothing can fill it in `to` (write `{rest**}` in both `from` and `to`)",
        ),
        (
            moving("o/{job}/**", "m/{job}/{rest**}"),
            "1: nothing fills `{rest**}` of `to`: it is not in `o/{job}/**` (add it to `from`)",
        ),
        (
            moving("o/{rest**}", "m/{job}/{rest**}"),
            "1: nothing fills `{job}` of `to`: it is not in `o/{rest**}` (add it to `from`, or list it in `record`)",
        ),
        (
            moving("o/{uid}/{rest**}", "m/{uid}/{rest**}"),
            "1: `to` can leave area `own`: `m/aaa0/a` does not match `m/{job}/**` (let `to` follow the area's path)",
        ),
        (
            own(|area| {
                area.legacy = vec![
                    legacy("a", &["o/{job}/{rest**}"], "m/{job}/{rest**}"),
                    LegacySpec { fate: Fate::Keep(String::new()), ..legacy("b", &["o/*/c"], "") },
                ]
            }),
            "1: legacy `a` of area `own` and `b` of area `own` both match `o/a/c` and disagree on its new key (narrow one `from`, or give both the same `to`)",
        ),
        (
            own(|area| {
                let record = vec!["jobb".to_owned()];
                area.legacy = vec![LegacySpec { record, ..legacy("a", &["o/{job}/{rest**}"], "m/{job}/{rest**}") }];
            }),
            "1: `record` names `jobb`, which is not in `m/{job}/{rest**}` (did you mean `job`?)",
        ),
        (
            own(|area| area.examples = vec![at("m/ab/f"), at("m/ab"), at("n/ab")]),
            "1: the example `m/ab` is not of area `own`: it matches nothing; expected something below (mend the example or the template)\n1: the example `n/ab` is not of area `own`: it matches nothing (mend the example or the template)",
        ),
        (
            own(|area| {
                area.legacy = vec![LegacySpec {
                    examples: vec![at("m/ab/f")],
                    ..legacy("a", &["o/{job}/{rest**}"], "m/{job}/{rest**}")
                }]
            }),
            "1: the example `m/ab/f` is not of legacy `a` of area `own`: it lies in area `own` (mend the example or the template)",
        ),
        (
            own(|area| area.companions = vec![vec![at("*.x"), at("a/{job}")]]),
            "4: a glob has no placeholders (write `*`, or `{{` for a brace itself)",
        ),
        (
            own(|area| area.expected_unreferenced = vec![at("a/")]),
            "4: a template cannot end in `/` (write `/**` for everything below)",
        ),
        (
            placeholders(|job| job.form = FormSpec::Named(at("integr"))),
            "1: `integr` is no form of placeholder (did you mean `integer`?)",
        ),
        (
            placeholders(|job| job.form = FormSpec::OneOf(vec!["a/b".to_owned()])),
            "1: `{job}` could hold `/`, but a value stays in one segment (exclude `/`, as in `[^/]+`)",
        ),
        (
            placeholders(|job| job.form = FormSpec::OneOf(vec!["a".to_owned(), String::new()])),
            "1: `{job}` could be empty (ask for at least one character, as with `+` instead of `*`)",
        ),
        (placeholders(|job| job.except = vec!["x".to_owned()]), ""),
        (
            placeholders(|job| job.max_length = Some(0)),
            "1: no text is of the form of `{job}` (loosen the form, `except` or `max_length`)",
        ),
        (
            placeholders(|job| {
                job.max_length = Some(2);
                job.example = Some(at("abc"))
            }),
            "1: the example `abc` is not of the form of `{job}` (expected text of the form `[a-z]+`, at most 2 bytes)",
        ),
        (
            placeholders(|job| job.aliases = vec![("a".to_owned(), "B".to_owned())]),
            "1: the alias's value `B` is not of the form of `{job}` (expected text of the form `[a-z]+`)",
        ),
        (
            placeholders(|job| job.aliases = vec![("A".to_owned(), "b".to_owned()), ("b".to_owned(), "c".to_owned())]),
            "1: the alias `A` of `{job}` leads to another alias, `b` (name the value itself)",
        ),
        (
            placeholders(|job| job.replace = Some((at("x*"), String::new()))),
            "1: the `replace` pattern of `{job}` matches nothing (ask for at least one character)",
        ),
    ];
    for (spec, expected) in cases {
        let what = format!("{:?} {:?}", spec.areas, spec.placeholders);
        assert_eq!(told(spec), expected, "{what}");
    }
}

#[test]
fn the_same_mistake_in_many_buckets_is_told_once() {
    let mut layout = with(vec![area("a", "m/**"), area("b", "m/{job}/**")]);
    layout.buckets = vec![bucket("x", ""), bucket("y", "u/"), bucket("y", "v/")];
    assert_eq!(told(layout).lines().count(), 1);
}

#[test]
fn a_prefix_inside_another_entry_area_is_refused() {
    let mut layout = with(vec![area("raw", "**")]);
    layout.buckets = vec![bucket("x", "u/"), bucket("x", "u/v/")];
    let expected = "1: area `raw` takes `u/v/a` below two prefixes, `u/` and `u/v/` (let no prefix of a bucket lie inside an area below another)";
    assert_eq!(told(layout), expected);
}

#[test]
fn a_role_without_a_bucket_is_proved_all_the_same() {
    let data = |name: &str, path: &str| AreaSpec { role: "data".to_owned(), ..area(name, path) };
    let layout = with(vec![data("a", "m/**"), data("b", "m/{job}/**"), area("c", "m/**")]);
    assert!(told(layout).starts_with("1: areas `a` and `b` both take `m/a/a`"));
}

#[test]
fn a_template_at_the_root_must_keep_clear_of_those_below_a_prefix() {
    let mut layout = with(vec![area("a", "m/**"), AreaSpec { anchor: Anchor::Bucket, ..area("b", "u/{job}/x") }]);
    layout.buckets = vec![bucket("x", "u/")];
    assert!(told(layout).starts_with("1: areas `a` and `b` both take `u/m/x`"));
}
