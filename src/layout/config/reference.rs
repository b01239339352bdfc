//! The language as a page of tables, derived from what configurations are held against.

use std::fmt::Write as _;

use super::about::about;
use super::build::words;
use super::kind::Kind;
use super::schema::{FILE, Key, SEVERITY, Schema};

/// The reference of `stocktake.toml` as Markdown: a table for each table of the language.
pub fn reference_markdown() -> String {
    let mut out = String::new();
    let mut shown: Vec<&str> = Vec::new();
    let mut waiting = vec![&FILE];
    while let Some(schema) = waiting.pop() {
        if shown.contains(&schema.what) {
            continue;
        }
        shown.push(schema.what);
        write_table(&mut out, schema);
        let below: Vec<&Schema> = schema.keys.iter().flat_map(|key| tables(&key.kind)).collect();
        waiting.extend(below.into_iter().rev());
    }
    out
}

fn write_table(out: &mut String, schema: &Schema) {
    let title = match schema.what {
        "the file" => "At the top",
        "the value" => "A value of a record",
        "the condition" => "A condition",
        "the severity" => "A severity by phase",
        what => what,
    };
    // Writing to a String cannot fail.
    let _ = write!(out, "**{title}**{}\n\n| key | value | meaning |\n|:--|:--|:--|\n", choice(schema));
    for key in schema.keys {
        let needed = if key.required { ", required" } else { "" };
        let _ = writeln!(
            out,
            "| `{}` | {}{needed} | {} |",
            key.name,
            value(schema, key),
            about(schema.what, key.name).replace('|', "\\|")
        );
    }
    out.push('\n');
}

fn choice(schema: &Schema) -> String {
    let list = |names: &[&str]| format!("`{}`", names.join("`, `"));
    match (schema.exactly_one, schema.at_least_one) {
        ([], []) => String::new(),
        (one, []) => format!(" (exactly one of {})", list(one)),
        (_, some) => format!(" (at least one of {})", list(some)),
    }
}

fn value(schema: &Schema, key: &Key) -> String {
    match words(schema.what, key.name).join("`, `") {
        none if none.is_empty() => told(&key.kind),
        words => format!("`{words}`"),
    }
}

fn told(kind: &Kind) -> String {
    match kind {
        Kind::Text | Kind::Word => "text".to_owned(),
        Kind::Path => "path".to_owned(),
        Kind::Integer => "number".to_owned(),
        Kind::Boolean => "`true`, `false`".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Time => "time".to_owned(),
        Kind::List(of) | Kind::Many(of) => format!("list of {}", told(of)),
        Kind::Either(one, other) => format!("{} or {}", told(one), told(other)),
        Kind::Map(of) => format!("table of {}", told(of)),
        Kind::Table(schema) | Kind::Section(schema) | Kind::Entries(schema) => match schema.what {
            "the condition" => "condition".to_owned(),
            "the value" => "value of a record".to_owned(),
            what => what.to_owned(),
        },
        Kind::Named(of) => format!("{} by name", told(of)),
        Kind::Rules => format!("severities: {}", words("the severity", "").join(", ")),
    }
}

/// The tables that a value may hold.
fn tables(kind: &Kind) -> Vec<&'static Schema> {
    match kind {
        Kind::List(of) | Kind::Many(of) | Kind::Map(of) | Kind::Named(of) => tables(of),
        Kind::Either(one, other) => [tables(one), tables(other)].concat(),
        Kind::Table(schema) | Kind::Section(schema) | Kind::Entries(schema) => vec![*schema],
        Kind::Rules => tables(&SEVERITY),
        Kind::Text | Kind::Word | Kind::Path | Kind::Integer | Kind::Boolean | Kind::Date | Kind::Time => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::about::{about, told};
    use super::reference_markdown;

    #[test]
    fn every_key_of_the_language_is_told_and_no_other() {
        let page = reference_markdown();
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
        for row in &rows {
            assert!(!row.ends_with("|  |"), "nobody says what this means: {row}");
        }
        assert_eq!(rows.iter().filter(|row| !row.starts_with("| `remove`")).count(), told());
        assert_eq!(about("`[[area]]`", "name"), "Its name.");
    }
}
