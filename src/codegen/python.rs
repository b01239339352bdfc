//! The Python module.

use std::fmt::Write as _;

use super::names::{Names, camel, snake};
use super::plan::{Builder, Form, Plan, at_root, wrapped};
use crate::layout::spec::{AreaSpec, Fate, LegacySpec};
use crate::render::hostile::is_hidden;

const RUNTIME: &str = include_str!("runtime.py");
/// The width that `ruff format` keeps.
const WIDTH: usize = 88;
/// Names of the module itself and of what it imports.
const TAKEN: &[&str] = &[
    "Callable",
    "ENTRIES",
    "Entry",
    "Final",
    "Iterator",
    "LAYOUT_SHA256",
    "LayoutError",
    "Literal",
    "Location",
    "Mapping",
    "NamedTuple",
    "Resolved",
    "Sequence",
    "annotations",
    "cache",
    "cast",
    "normalise",
    "parse",
    "re",
    "resolve",
    "split_uri",
    "str",
    "dict",
    "list",
    "tuple",
    "sorted",
    "max",
    "next",
    "any",
    "range",
    "len",
];

/// Writes it, formatted as `ruff format` does.
pub(super) fn module(plan: &Plan<'_>) -> String {
    let mut names = Names::with(TAKEN);
    let types = types(plan, &mut names);
    let typed = if types.is_empty() { "Final, NamedTuple" } else { "Final, Literal, NamedTuple, cast" };
    let mut out = format!(
        "{}\n\nfrom __future__ import annotations\n\nimport re\nfrom collections.abc import Iterator, Mapping, Sequence\n\
         from functools import cache\nfrom typing import {typed}\n\nLAYOUT_SHA256: Final = (\n    {}\n)\n",
        head(plan),
        text(&plan.spec.digest),
    );
    for (form, name) in &types {
        let words: Vec<String> = form.words.unwrap_or_default().iter().map(|word| text(word)).collect();
        let _ = write!(
            out,
            "\n{name} = Literal[\n{}]\n",
            words.iter().map(|word| format!("    {word},\n")).collect::<String>()
        );
        let about = wrapped(&form.spec.about, WIDTH - 8);
        if !about.is_empty() {
            let _ = writeln!(out, "\"\"\"{}\"\"\"", docstring(&about.join("\n")));
        }
    }
    out.push_str("\n\n");
    out.push_str(RUNTIME);
    write_tables(&mut out, plan);
    for (form, name) in &types {
        let function = names.take(format!("as_{}", snake(&form.spec.name)), &[]);
        let placeholder = text(&form.spec.name);
        let _ = write!(
            out,
            "\n\ndef {function}(value: str) -> {name}:\n    \"\"\"The value that a record's spelling means.\"\"\"\n    \
             meant = normalise({placeholder}, value)\n    if not _takes({placeholder}, meant):\n        \
             raise LayoutError(f\"{{meant!r}} is not of the form of {{{{{}}}}}\")\n    return cast({name}, meant)\n",
            form.spec.name
        );
    }
    for builder in &plan.builders {
        write_builder(&mut out, builder, &types, &mut names);
    }
    out
}

fn head(plan: &Plan<'_>) -> String {
    let title = docstring(&plan.spec.title);
    format!(
        "\"\"\"Paths of {title}, derived from its layout.\n\nDo not edit: change the layout, then run `stocktake codegen python` again.\n\"\"\""
    )
}

/// The placeholders with few values, and the names of their types.
fn types<'p, 'a>(plan: &'p Plan<'a>, names: &mut Names) -> Vec<(&'p Form<'a>, String)> {
    let few = plan.forms.iter().filter(|form| form.words.is_some());
    few.map(|form| (form, names.take(camel(&form.spec.name), &[]))).collect()
}

fn write_tables(out: &mut String, plan: &Plan<'_>) {
    let entries: Vec<String> = plan
        .entries
        .iter()
        .map(|entry| format!("Entry({}, {}, {})", text(&entry.name), text(&entry.prefix), text(&entry.role)))
        .collect();
    let _ = write!(out, "\n\nENTRIES: Final[tuple[Entry, ...]] = {}\n", tuple(&entries, 0, 35));
    let _ = writeln!(out, "\"\"\"Where the layout declares use cases to be.\"\"\"");
    out.push_str("\n_PLACEHOLDERS: Final[dict[str, _Placeholder]] = {");
    for form in &plan.forms {
        let replace = form.replace.as_ref();
        let aliases: String = form
            .spec
            .aliases
            .iter()
            .map(|(alias, meant)| format!("            {}: {},\n", text(alias), text(meant)))
            .collect();
        let _ = write!(
            out,
            "\n    {}: _Placeholder(\n        pattern={},\n        max_length={},\n        \
             excluded={},\n        aliases={},\n        replace={},\n    ),",
            text(&form.spec.name),
            compiled(&form.pattern, 8, 8),
            form.max_length,
            tuple(&form.spec.except.iter().map(|word| text(word)).collect::<Vec<_>>(), 8, 9),
            if aliases.is_empty() { "{}".to_owned() } else { format!("{{\n{aliases}        }}") },
            replace.map_or_else(
                || "None".to_owned(),
                |(pattern, with)| tuple(&[compiled(pattern, 12, 0), text(with)], 8, 0)
            ),
        );
    }
    out.push_str(if plan.forms.is_empty() { "}\n" } else { "\n}\n" });
    let areas: Vec<String> = plan.spec.areas.iter().map(area).collect();
    let _ = write!(out, "\n_AREAS: Final[tuple[_Area, ...]] = {}\n", tuple(&areas, 0, 35));
}

fn area(area: &AreaSpec) -> String {
    let legacy: Vec<String> = area.legacy.iter().map(legacy).collect();
    format!(
        "_Area(\n        name={},\n        path={},\n        role={},\n        at_root={},\n        fallback={},\n        legacy={},\n    )",
        text(&area.name),
        text(&area.path.value),
        text(&area.role),
        boolean(at_root(area.anchor)),
        boolean(area.fallback),
        tuple(&legacy, 8, 16),
    )
}

fn legacy(legacy: &LegacySpec) -> String {
    let (target, keep, retire) = match &legacy.fate {
        Fate::To(to) => (to.value.as_str(), "", ""),
        Fate::Keep(why) => ("", why.as_str(), ""),
        Fate::Retire(why) => ("", "", why.as_str()),
    };
    let sources: Vec<String> = legacy.from.iter().map(|from| text(&from.value)).collect();
    format!(
        "_Legacy(\n                name={},\n                sources={},\n                target={},\n                keep={},\n                retire={},\n                at_root={},\n            )",
        text(&legacy.name),
        tuple(&sources, 16, 8),
        text(target),
        text(keep),
        text(retire),
        boolean(at_root(legacy.anchor)),
    )
}

fn write_builder(out: &mut String, builder: &Builder<'_>, types: &[(&Form<'_>, String)], names: &mut Names) {
    let area = builder.area;
    let function = names.take(snake(&area.name), &["_folder"]);
    let mut about = wrapped(&area.about, WIDTH - 8);
    if about.is_empty() {
        about.push(format!("The URI of an object of area {}.", area.name));
    }
    let by = if area.written_by.is_empty() { String::new() } else { format!(", written by {}", area.written_by) };
    let mut told = about.join("\n    ");
    let _ = write!(told, "\n\n    {}.", wrapped(&format!("`{}`{by}", area.path.value), WIDTH - 8).join("\n    "));
    let rest = if builder.is_open { Rest::Given } else { Rest::None };
    let call = Call { area: &area.name, placeholders: &builder.placeholders, types, rest, segments: None };
    write_function(out, &function, &told, &call);
    if let Some((segments, placeholders)) = &builder.folder {
        let told = format!("The URI of a folder of area {}, with `/` at its end.", area.name);
        let call = Call { area: &area.name, placeholders, types, rest: Rest::None, segments: Some(*segments) };
        write_function(out, &format!("{function}_folder"), &told, &call);
    }
}

#[derive(PartialEq)]
enum Rest {
    Given,
    None,
}

struct Call<'c> {
    area: &'c str,
    placeholders: &'c [String],
    types: &'c [(&'c Form<'c>, String)],
    rest: Rest,
    segments: Option<usize>,
}

fn write_function(out: &mut String, function: &str, told: &str, call: &Call<'_>) {
    let mut parameters = Names::with(&["entry", "rest"]);
    let named: Vec<(String, &String)> =
        call.placeholders.iter().map(|name| (parameters.take(snake(name), &[]), name)).collect();
    let mut signature = "    entry: Entry,\n".to_owned();
    if !named.is_empty() || call.rest == Rest::Given {
        signature.push_str("    *,\n");
    }
    for (parameter, name) in &named {
        let own = call.types.iter().find(|(form, _)| form.spec.name == **name);
        let _ = writeln!(signature, "    {parameter}: {},", own.map_or("str", |(_, own)| own));
    }
    if call.rest == Rest::Given {
        signature.push_str("    rest: str,\n");
    }
    let values: String =
        named.iter().map(|(parameter, name)| format!("            {}: {parameter},\n", text(name))).collect();
    let values = if values.is_empty() { "{}".to_owned() } else { format!("{{\n{values}        }}") };
    let rest = if call.rest == Rest::Given { "rest" } else { "None" };
    let segments = call.segments.map_or_else(|| "None".to_owned(), |count| count.to_string());
    let _ = write!(
        out,
        "\n\ndef {function}(\n{signature}) -> str:\n    \"\"\"{}{}\"\"\"\n    return _write(\n        {},\n        entry,\n        {values},\n        {rest},\n        {segments},\n    )\n",
        docstring(told),
        if told.contains('\n') { "\n    " } else { "" },
        text(call.area),
    );
}

/// A compiled pattern behind so many characters of its line.
fn compiled(pattern: &str, indent: usize, before: usize) -> String {
    let line = format!("re.compile(r\"{pattern}\")");
    if indent + before + line.chars().count() < WIDTH {
        return line;
    }
    let (inner, outer) = (" ".repeat(indent + 4), " ".repeat(indent));
    format!("re.compile(\n{inner}r\"{pattern}\"\n{outer})")
}

fn boolean(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// A tuple: of one element on one line where it fits behind so many characters, else an element a line.
fn tuple(elements: &[String], indent: usize, before: usize) -> String {
    match elements {
        [] => "()".to_owned(),
        [only] if !only.contains('\n') && indent + before + only.chars().count() + 4 <= WIDTH => format!("({only},)"),
        several => {
            let inner = " ".repeat(indent + 4);
            let lines: String = several.iter().map(|element| format!("{inner}{element},\n")).collect();
            format!("(\n{lines}{})", " ".repeat(indent))
        }
    }
}

/// A text as a literal, in the quotes that need fewer escapes.
fn text(text: &str) -> String {
    let quote = if text.contains('"') && !text.contains('\'') { '\'' } else { '"' };
    let mut out = String::from(quote);
    for character in text.chars() {
        let code = character as u32;
        let _ = match character {
            '\\' => write!(out, "\\\\"),
            '\n' => write!(out, "\\n"),
            '\t' => write!(out, "\\t"),
            quoted if quoted == quote => write!(out, "\\{quoted}"),
            hidden if is_hidden(hidden) && code < 0x100 => write!(out, "\\x{code:02x}"),
            hidden if is_hidden(hidden) && code < 0x1_0000 => write!(out, "\\u{code:04x}"),
            hidden if is_hidden(hidden) => write!(out, "\\U{code:08x}"),
            plain => write!(out, "{plain}"),
        };
    }
    out.push(quote);
    out
}

/// A text within three quotes.
fn docstring(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    escaped.chars().map(|character| if is_hidden(character) && character != '\n' { ' ' } else { character }).collect()
}
