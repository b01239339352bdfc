//! Layouts written in Rust, and a matcher that shares nothing with the real one: one regular expression per template.

use regex::bytes::Regex;
use stocktake::layout::spec::{
    Anchor, AreaSpec, At, BucketSpec, Fate, FormSpec, InputsSpec, LegacySpec, OrphanScope, PlaceholderSpec, Shared,
    Standing, Unnamed,
};
use stocktake::layout::{Layout, LayoutSpec};
use stocktake::model::Place;

/// A value at line 1 of a file.
pub(crate) fn at(value: &str) -> At<String> {
    At { value: value.to_owned(), place: Place { file: "t.toml".into(), line: 1, column: 1 } }
}

/// A placeholder with a pattern.
pub(crate) fn placeholder(name: &str, pattern: &str) -> PlaceholderSpec {
    PlaceholderSpec {
        name: name.to_owned(),
        place: at("").place,
        form: FormSpec::Pattern(at(pattern)),
        max_length: None,
        except: vec![],
        about: String::new(),
        example: None,
        aliases: vec![],
        replace: None,
    }
}

/// A wanted area.
pub(crate) fn area(name: &str, path: &str) -> AreaSpec {
    AreaSpec {
        name: name.to_owned(),
        place: at("").place,
        path: at(path),
        about: String::new(),
        written_by: String::new(),
        examples: vec![],
        role: "output".to_owned(),
        anchor: Anchor::Prefix,
        standing: Standing::Wanted,
        fallback: false,
        companions: vec![],
        expected_unreferenced: vec![],
        orphan_scope: OrphanScope::Folder,
        rules: vec![],
        legacy: vec![],
    }
}

/// A legacy generation that moves.
pub(crate) fn legacy(name: &str, from: &[&str], to: &str) -> LegacySpec {
    LegacySpec {
        name: name.to_owned(),
        place: at("").place,
        from: from.iter().map(|from| at(from)).collect(),
        fate: Fate::To(at(to)),
        record: vec![],
        shared: Shared::Report,
        unnamed: Unnamed::Report,
        keep_source: None,
        anchor: Anchor::Prefix,
        examples: vec![],
    }
}

/// An output bucket's entry.
pub(crate) fn bucket(name: &str, prefix: &str) -> BucketSpec {
    BucketSpec {
        name: name.to_owned(),
        place: at("").place,
        prefix: prefix.to_owned(),
        aliases: vec![],
        role: "output".to_owned(),
        inventory: true,
        inventory_prefixes: vec![],
        records: vec![],
    }
}

/// A layout's configuration.
pub(crate) fn spec(buckets: Vec<BucketSpec>, placeholders: Vec<PlaceholderSpec>, areas: Vec<AreaSpec>) -> LayoutSpec {
    LayoutSpec {
        title: String::new(),
        table_prefix: String::new(),
        buckets,
        placeholders,
        areas,
        tables: vec![],
        workflows: vec![],
        unchecked: vec![],
        requirements: vec![],
        rules: vec![],
        allows: vec![],
        migration: Default::default(),
        singular: vec![],
        inputs: InputsSpec {
            inventory: vec![],
            exports: vec![],
            max_age: None,
            max_skew: None,
            grace: 0,
            now: None,
            implausible_references: 0,
            implausible_resolved_percent: 0,
            implausible_objects: 0,
            implausible_orphan_percent: 0,
        },
        output: Default::default(),
        preset: None,
        directory: Default::default(),
        digest: String::new(),
    }
}

/// Compiles, or panics with everything that is wrong.
pub(crate) fn compiled(spec: LayoutSpec) -> Layout {
    Layout::compile(spec).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// The small vocabulary of the random templates: name and form.
pub(crate) const VOCABULARY: &[(&str, &str)] =
    &[("p", "[ab]+"), ("q", "a|ba"), ("r", "a(?:-a)*"), ("s", "b[ab-]{0,2}")];

/// The vocabulary as placeholders.
pub(crate) fn vocabulary() -> Vec<PlaceholderSpec> {
    VOCABULARY.iter().map(|(name, pattern)| placeholder(name, pattern)).collect()
}

/// A template below a prefix as one regular expression over whole keys; `written` is the form of a rest in a new key.
pub(crate) fn naive(prefix: &str, template: &str, written: bool) -> Regex {
    let mut pattern = format!("(?s-u)^{}", regex::escape(prefix));
    let segments: Vec<&str> = template.split('/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let last = index + 1 == segments.len();
        let rest = if written { "[^/]+(?:/[^/]+)*/?" } else { ".+" };
        match *segment {
            "**" if last => pattern += rest,
            "**" => {
                pattern += "(?:[^/]*/)*?";
                continue;
            }
            "{rest**}" => pattern += &format!("(?P<rest>{rest})"),
            "*" | "{file}" => pattern += "[^/]+",
            segment => pattern += &naive_segment(segment),
        }
        if !last {
            pattern.push('/');
        }
    }
    Regex::new(&(pattern + "$")).unwrap()
}

fn naive_segment(segment: &str) -> String {
    let mut pattern = String::new();
    let mut rest = segment;
    while let Some(start) = rest.find(['{', '*']) {
        pattern += &regex::escape(&rest[..start]);
        if rest[start..].starts_with('*') {
            pattern += "[^/]*?";
            rest = &rest[start + 1..];
            continue;
        }
        let end = start + rest[start..].find('}').unwrap();
        let name = &rest[start + 1..end];
        let form = VOCABULARY.iter().find(|(known, _)| *known == name).unwrap().1;
        // A name that repeats captures under a number, to be compared by the caller.
        pattern +=
            &if pattern.contains(&format!("<{name}>")) { format!("(?:{form})") } else { format!("(?P<{name}>{form})") };
        rest = &rest[end + 1..];
    }
    pattern + &regex::escape(rest)
}

/// Every text over `alphabet` of 1 to `most` bytes, shortest first.
pub(crate) fn texts(alphabet: &[u8], most: usize) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = vec![vec![]];
    let mut shorter = 0;
    for _ in 0..most {
        let end = all.len();
        for index in shorter..end {
            for byte in alphabet {
                all.push([all[index].as_slice(), &[*byte]].concat());
            }
        }
        shorter = end;
    }
    all.remove(0);
    all
}

/// The text between the first backticks that `before` leads to.
pub(crate) fn quoted<'a>(problem: &'a str, before: &str) -> &'a str {
    let start = problem.find(before).unwrap() + before.len();
    &problem[start..start + problem[start..].find('`').unwrap()]
}
