//! The item parser agrees with a general JSON parser, on items and on what is nearly one.

use std::fmt::Write;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json, json};
use stocktake::source::export::{ItemReader, Value, ValueKind, discover};

use crate::raw_delivery::Export;

/// A typed value as an export writes it.
fn value() -> impl Strategy<Value = Json> {
    let text = "[ -~\"\\\\\n\té\u{1f600}\u{7f}\u{2028}]{0,24}";
    let number = "-?[0-9]{1,38}(\\.[0-9]{1,4})?(E[+-]?[0-9]{1,3})?";
    let leaf = prop_oneof![
        text.prop_map(|text| json!({ "S": text })),
        number.prop_map(|number| json!({ "N": number })),
        "[A-Za-z0-9+/]{0,8}={0,2}".prop_map(|bytes| json!({ "B": bytes })),
        any::<bool>().prop_map(|flag| json!({ "BOOL": flag })),
        Just(json!({ "NULL": true })),
        proptest::collection::vec(text, 0..4).prop_map(|texts| json!({ "SS": texts })),
        proptest::collection::vec(number, 0..4).prop_map(|numbers| json!({ "NS": numbers })),
        proptest::collection::vec("[A-Za-z0-9+/]{0,8}", 0..4).prop_map(|bytes| json!({ "BS": bytes })),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(|values| json!({ "L": values })),
            attributes(inner).prop_map(|members| json!({ "M": members })),
        ]
    })
}

/// Names that are tags elsewhere are names here: only position tells.
fn attributes(value: impl Strategy<Value = Json>) -> impl Strategy<Value = Map<String, Json>> {
    let name = prop_oneof!["[a-z\"\\\\é]{0,8}", Just("S".to_owned()), Just("M".to_owned()), Just("Item".to_owned())];
    proptest::collection::vec((name, value), 0..6).prop_map(|members| members.into_iter().collect())
}

/// Writes JSON with escapes and spaces that nobody needs, as `how` says.
fn write(json: &Json, how: u8, text: &mut String) {
    let space = if how & 1 == 0 { "" } else { " \t" };
    match json {
        Json::Object(members) => {
            text.push('{');
            for (number, (name, value)) in members.iter().enumerate() {
                text.push_str(if number == 0 { space } else { "," });
                write(&Json::String(name.clone()), how, text);
                write!(text, "{space}:{space}").unwrap();
                write(value, how, text);
            }
            write!(text, "{space}}}").unwrap();
        }
        Json::Array(values) => {
            text.push('[');
            for (number, value) in values.iter().enumerate() {
                text.push_str(if number == 0 { space } else { "," });
                write(value, how, text);
            }
            write!(text, "{space}]").unwrap();
        }
        Json::String(string) if how & 2 != 0 => {
            text.push('"');
            for unit in string.encode_utf16() {
                write!(text, "\\u{unit:04x}").unwrap();
            }
            text.push('"');
        }
        other => text.push_str(&other.to_string()),
    }
}

/// An item as the tape has it, back in the form of an export.
fn untape(value: Value<'_>) -> Json {
    let elements = || value.iter().map(|element| Json::from(element.text())).collect::<Vec<_>>();
    let content = match value.kind() {
        ValueKind::S | ValueKind::N | ValueKind::B => Json::from(value.text()),
        ValueKind::Bool => Json::from(value.boolean().unwrap()),
        ValueKind::Null => Json::from(true),
        ValueKind::M => members(value).into(),
        ValueKind::L => value.iter().map(untape).collect::<Vec<_>>().into(),
        ValueKind::SS | ValueKind::NS | ValueKind::BS => elements().into(),
    };
    json!({ value.kind().tag(): content })
}

fn members(map: Value<'_>) -> Map<String, Json> {
    assert_eq!(map.len(), map.iter().count());
    map.members().map(|(name, value)| (name.to_owned(), untape(value))).collect()
}

/// The items of one file of lines, and how many lines were refused.
fn items(lines: &[String]) -> (Vec<Map<String, Json>>, usize) {
    let folder = tempfile::tempdir().unwrap();
    Export::new(folder.path()).write(&[lines.to_vec()]);
    let found = discover(&[folder.path().to_owned()]).unwrap();
    let (mut refused, mut items) = (0, Vec::new());
    let mut tell = |defect: stocktake::model::SourceDefect| {
        assert_eq!(defect.problem.code(), "S005");
        refused += 1;
    };
    let mut reader = ItemReader::open(&found.exports[0].files[0], true, &mut tell).unwrap().unwrap();
    while let Some(item) = reader.next_item(&mut tell).unwrap() {
        items.push(members(item.root()));
    }
    (items, refused)
}

/// A JSON tree that keeps members of the same name.
enum Tree {
    Object(Vec<(String, Tree)>),
    Array(Vec<Tree>),
    Text(String),
    Flag(bool),
    Other,
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TreeVisitor;
        impl<'de> Visitor<'de> for TreeVisitor {
            type Value = Tree;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("JSON")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Tree::Object(members))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Tree, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = sequence.next_element()? {
                    elements.push(element);
                }
                Ok(Tree::Array(elements))
            }
            fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
                Ok(Tree::Text(text.to_owned()))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
                Ok(Tree::Flag(flag))
            }
            fn visit_unit<E>(self) -> Result<Tree, E> {
                Ok(Tree::Other)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
                Ok(Tree::Other)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Tree, E> {
                Ok(Tree::Other)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
                Ok(Tree::Other)
            }
        }
        deserializer.deserialize_any(TreeVisitor)
    }
}

static NUMBER: LazyLock<regex::Regex> =
    LazyLock::new(|| regex::Regex::new(r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$").unwrap());

/// What the export's grammar allows, said of a JSON tree.
fn is_item(tree: &Tree) -> bool {
    matches!(tree, Tree::Object(members)
        if matches!(&members[..], [(name, attributes)] if name == "Item" && is_map(attributes)))
}

fn is_map(tree: &Tree) -> bool {
    matches!(tree, Tree::Object(members) if members.iter().all(|(_, value)| is_value(value)))
}

fn is_value(tree: &Tree) -> bool {
    let Tree::Object(members) = tree else { return false };
    let [(tag, content)] = &members[..] else { return false };
    let is_text = |tree: &Tree| matches!(tree, Tree::Text(_));
    let is_number = |tree: &Tree| matches!(tree, Tree::Text(text) if NUMBER.is_match(text));
    let all = |test: &dyn Fn(&Tree) -> bool| matches!(content, Tree::Array(elements) if elements.iter().all(test));
    match tag.as_str() {
        "S" | "B" => is_text(content),
        "N" => is_number(content),
        "BOOL" => matches!(content, Tree::Flag(_)),
        "NULL" => matches!(content, Tree::Flag(true)),
        "M" => is_map(content),
        "L" => all(&is_value),
        "SS" | "BS" => all(&is_text),
        "NS" => all(&is_number),
        _ => false,
    }
}

/// An item whose numbers are written by what they are worth, however they were spelled.
fn numbers_by_value(attributes: Map<String, Json>) -> Map<String, Json> {
    let of = |value: Json| match value {
        Json::Object(typed) => Json::Object(typed_by_value(typed)),
        other => other,
    };
    attributes.into_iter().map(|(name, value)| (name, of(value))).collect()
}

fn typed_by_value(typed: Map<String, Json>) -> Map<String, Json> {
    let each = |(kind, value): (String, Json)| {
        let value = match (kind.as_str(), value) {
            ("N", Json::String(number)) => Json::String(worth(&number)),
            ("NS", Json::Array(numbers)) => {
                numbers.iter().map(|number| Json::String(worth(number.as_str().unwrap_or_default()))).collect()
            }
            ("M", Json::Object(map)) => Json::Object(numbers_by_value(map)),
            ("L", Json::Array(list)) => {
                let of = |value| match value {
                    Json::Object(typed) => Json::Object(typed_by_value(typed)),
                    other => other,
                };
                list.into_iter().map(of).collect()
            }
            (_, value) => value,
        };
        (kind, value)
    };
    typed.into_iter().map(each).collect()
}

/// Significant digits and the power of ten behind them.
fn worth(number: &str) -> String {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap();
    let digits = format!("{}{fraction}", whole.trim_start_matches(['-', '+']));
    let significant = digits.trim_start_matches('0');
    let short = significant.trim_end_matches('0');
    if short.is_empty() {
        return "0".to_owned();
    }
    let power = exponent - fraction.len() as i64 + (significant.len() - short.len()) as i64;
    format!("{}{short}e{power}", if mantissa.starts_with('-') { "-" } else { "" })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_item_is_read_as_it_was_written(written in proptest::collection::vec((attributes(value()), 0_u8..4), 1..4)) {
        let lines: Vec<String> = written.iter().map(|(attributes, how)| {
            let mut line = String::new();
            write(&json!({ "Item": attributes }), *how, &mut line);
            line
        }).collect();
        let expected: Vec<_> = written.into_iter().map(|(attributes, _)| numbers_by_value(attributes)).collect();
        let (read, defects) = items(&lines);
        let read: Vec<_> = read.into_iter().map(numbers_by_value).collect();
        prop_assert_eq!((read, defects), (expected, 0));
    }

    /// One byte changed: taken if and only if a general parser takes it and the types are right.
    #[test]
    fn what_is_nearly_an_item_is_judged_as_strictly(
        attributes in attributes(value()), at in any::<prop::sample::Index>(), byte in prop_oneof![Just('"'), Just('\\'), Just('}'), Just(','), Just('u'), any::<char>()],
    ) {
        let line = json!({ "Item": attributes }).to_string();
        let mut letters: Vec<char> = line.chars().collect();
        let at = at.index(letters.len());
        letters[at] = byte;
        let line: String = letters.into_iter().filter(|letter| *letter != '\n').collect();
        let expected = serde_json::from_str(&line).is_ok_and(|tree| is_item(&tree));
        let (taken, refused) = items(std::slice::from_ref(&line));
        let blank = line.trim_ascii().is_empty();
        prop_assert_eq!((taken.len(), refused), (usize::from(expected), usize::from(!expected && !blank)), "{:?}", line);
    }
}

#[test]
fn nesting_has_an_end() {
    let nested = |depth: usize| {
        format!("{{\"Item\":{{\"a\":{}{{\"S\":\"x\"}}{}}}}}", "{\"L\":[".repeat(depth), "]}".repeat(depth))
    };
    assert_eq!(items(&[nested(32), nested(64)]).1, 0);
    assert_eq!(items(&[nested(65), nested(100_000)]).1, 2);
}
