//! The effective configuration as canonical TOML: every key in the order of the language, with where it came from.

use super::kind::{Kind, fits};
use super::schema::{FILE, Key, SEVERITY, Schema};
use super::tree::{Node, Value};
use crate::model::Place;

/// Whether the printed configuration tells where each entry came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origins {
    /// As comments: `# from preset edge-cv-portal:123`.
    Shown,
    /// Not at all.
    Hidden,
}

/// Prints a merged tree that is free of errors; what is printed loads again to the same layout.
pub(super) fn print(root: &Node, origins: Origins) -> String {
    let mut printer = Printer { out: String::new(), origins };
    printer.table(&FILE, root, "", None);
    printer.out
}

struct Printer {
    out: String,
    origins: Origins,
}

impl Printer {
    /// Prints a table's keys; `declared` is the place its heading has told already.
    fn table(&mut self, schema: &Schema, node: &Node, path: &str, declared: Option<&Place>) {
        for key in schema.keys {
            let Some(value) = node.get(key.name) else { continue };
            let path = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
            self.member(key, value, &path, declared);
        }
    }

    fn member(&mut self, key: &Key, value: &Node, path: &str, declared: Option<&Place>) {
        match &key.kind {
            Kind::Entries(schema) => {
                for entry in value.elements() {
                    self.heading(&format!("[[{path}]]"), Some(&entry.place));
                    self.table(schema, entry, path, Some(&entry.place));
                }
            }
            Kind::Section(schema) => {
                self.heading(&format!("[{path}]"), None);
                self.table(schema, value, path, None);
            }
            Kind::Named(Kind::Table(schema)) => {
                for member in value.members() {
                    let path = format!("{path}.{}", name(&member.name));
                    self.heading(&format!("[{path}]"), Some(&member.place));
                    self.table(schema, &member.node, &path, Some(&member.place));
                }
            }
            Kind::Rules => {
                let prefix = if path == key.name { "" } else { "rules." };
                if prefix.is_empty() {
                    self.heading(&format!("[{path}]"), None);
                }
                for member in value.members() {
                    let setting = format!("{prefix}{} = {}", name(&member.name), inline(&SEVERITY, &member.node));
                    self.line(&setting, &member.node.place, declared);
                }
            }
            kind => self.line(&format!("{} = {}", key.name, inline(kind, value)), &value.place, declared),
        }
    }

    fn heading(&mut self, text: &str, place: Option<&Place>) {
        self.out.push('\n');
        self.out.push_str(text);
        if let Some(place) = place {
            self.origin(place);
        }
        self.out.push('\n');
    }

    /// Prints a line, with its origin if that is not the file that the heading names.
    fn line(&mut self, text: &str, place: &Place, declared: Option<&Place>) {
        self.out.push_str(text);
        if declared.is_none_or(|declared| declared.file != place.file) {
            self.origin(place);
        }
        self.out.push('\n');
    }

    fn origin(&mut self, place: &Place) {
        if self.origins == Origins::Shown {
            let file = place.file.replace(char::is_control, "?");
            self.out.push_str(&format!("  # from {file}:{}", place.line));
        }
    }
}

/// A value on one line.
pub(super) fn inline(kind: &Kind, node: &Node) -> String {
    let pairs = |pairs: Vec<String>| match pairs.is_empty() {
        true => "{}".to_owned(),
        false => format!("{{ {} }}", pairs.join(", ")),
    };
    match (kind, &node.value) {
        (Kind::Either(one, other), value) => inline(if fits(one, value) { one } else { other }, node),
        (Kind::Table(schema), Value::Table(_)) => {
            let member = |key: &Key| Some(format!("{} = {}", key.name, inline(&key.kind, node.get(key.name)?)));
            pairs(schema.keys.iter().filter_map(member).collect())
        }
        (Kind::Map(element), Value::Table(members)) => pairs(
            members.iter().map(|each| format!("{} = {}", name(&each.name), inline(element, &each.node))).collect(),
        ),
        (Kind::List(element) | Kind::Many(element), Value::List(elements)) => {
            format!("[{}]", elements.iter().map(|each| inline(element, each)).collect::<Vec<_>>().join(", "))
        }
        (_, Value::Text(text)) => quoted(text),
        (_, Value::Integer(number)) => number.to_string(),
        (_, Value::Boolean(boolean)) => boolean.to_string(),
        (_, Value::Datetime(time)) => time.to_string(),
        // What does not fit its kind was complained about, and no tree with complaints is printed.
        _ => String::new(),
    }
}

/// A key as TOML writes it.
fn name(text: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !text.is_empty() && text.bytes().all(is_bare) { text.to_owned() } else { quoted(text) }
}

/// A text as a basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
