//! The TypeScript module.

use std::fmt::Write as _;

use super::names::{Names, camel, lower_camel};
use super::plan::{Builder, Form, Plan, at_root, wrapped};
use crate::layout::spec::{AreaSpec, Fate, LegacySpec};
use crate::render::hostile::is_hidden;

const RUNTIME: &str = include_str!("runtime.ts");
const WIDTH: usize = 120;
/// Names of the module itself and of what the language has.
const TAKEN: &[&str] = &[
    "AREAS",
    "Area",
    "Array",
    "ENTRIES",
    "Entry",
    "Error",
    "Found",
    "Generator",
    "Kind",
    "LAYOUT_SHA256",
    "LayoutError",
    "Legacy",
    "Location",
    "MAX_KEY_BYTES",
    "Map",
    "Object",
    "PLACEHOLDERS",
    "Piece",
    "Placeholder",
    "Readonly",
    "ReadonlyMap",
    "Record",
    "RegExp",
    "Resolved",
    "Set",
    "State",
    "String",
    "Values",
    "byPrefix",
    "byteLength",
    "identify",
    "isRest",
    "joined",
    "match",
    "normalise",
    "parse",
    "read",
    "resolve",
    "roleOf",
    "split",
    "splitUri",
    "starts",
    "takes",
    "target",
    "templates",
    "withoutEmpty",
    "write",
];

/// Writes it.
pub(super) fn module(plan: &Plan<'_>) -> String {
    let mut names = Names::with(TAKEN);
    let mut out = format!(
        "/**\n * Paths of {}, derived from its layout.\n *\n * Do not edit: change the layout, then run `stocktake codegen typescript` again.\n */\n\nexport const LAYOUT_SHA256 = {};\n",
        comment(&plan.spec.title),
        text(&plan.spec.digest),
    );
    let few = plan.forms.iter().filter(|form| form.words.is_some());
    let types: Vec<(&Form<'_>, String)> = few.map(|form| (form, names.take(camel(&form.spec.name), &[]))).collect();
    for (form, name) in &types {
        let words: Vec<String> = form.words.unwrap_or_default().iter().map(|word| text(word)).collect();
        let about = comment(&form.spec.about);
        let about = if about.is_empty() { String::new() } else { format!("/** {about} */\n") };
        let _ = write!(out, "\n{about}export type {name} =\n  | {};\n", words.join("\n  | "));
    }
    out.push('\n');
    out.push_str(RUNTIME);
    write_tables(&mut out, plan);
    for (form, name) in &types {
        let function = names.take(format!("as{}", camel(&form.spec.name)), &[]);
        let placeholder = text(&form.spec.name);
        let _ = write!(
            out,
            "\n/** The value that a record's spelling means. */\nexport function {function}(value: string): {name} {{\n  const meant = normalise({placeholder}, value);\n  if (!takes({placeholder}, meant)) throw new LayoutError(`${{meant}} is not of the form of {{{}}}`);\n  return meant as {name};\n}}\n",
            form.spec.name,
        );
    }
    for builder in &plan.builders {
        write_builder(&mut out, builder, &types, &mut names);
    }
    out
}

fn write_tables(out: &mut String, plan: &Plan<'_>) {
    out.push_str("\n/** Where the layout declares use cases to be. */\nexport const ENTRIES: readonly Entry[] = [");
    for entry in plan.entries {
        let (name, prefix, role) = (text(&entry.name), text(&entry.prefix), text(&entry.role));
        let _ = write!(out, "\n  {{ bucket: {name}, prefix: {prefix}, role: {role} }},");
    }
    out.push_str(if plan.entries.is_empty() { "];\n" } else { "\n];\n" });
    out.push_str("\nconst PLACEHOLDERS: ReadonlyMap<string, Placeholder> = new Map<string, Placeholder>([\n");
    for form in &plan.forms {
        let replace = match &form.replace {
            Some((pattern, with)) => format!("[/{pattern}/gu, {}]", text(with)),
            None => "null".to_owned(),
        };
        let aliases: Vec<String> = form
            .spec
            .aliases
            .iter()
            .map(|(alias, meant)| format!("        [{}, {}],\n", text(alias), text(meant)))
            .collect();
        let aliases = if aliases.is_empty() {
            "new Map()".to_owned()
        } else {
            format!("new Map([\n{}      ])", aliases.concat())
        };
        let _ = write!(
            out,
            "  [\n    {},\n    {{\n      pattern: /^(?:{})$/u,\n      maxLength: {},\n      excluded: {},\n      aliases: {aliases},\n      replace: {replace},\n    }},\n  ],\n",
            text(&form.spec.name),
            form.pattern,
            form.max_length,
            list(&form.spec.except),
        );
    }
    out.push_str("]);\n\nconst AREAS: readonly Area[] = [\n");
    for area in &plan.spec.areas {
        write_area(out, area);
    }
    out.push_str("];\n");
}

fn write_area(out: &mut String, area: &AreaSpec) {
    let legacy: String = area.legacy.iter().map(legacy).collect();
    let legacy = if legacy.is_empty() { "[]".to_owned() } else { format!("[\n{legacy}    ]") };
    let _ = write!(
        out,
        "  {{\n    name: {},\n    path: {},\n    role: {},\n    atRoot: {},\n    fallback: {},\n    legacy: {legacy},\n  }},\n",
        text(&area.name),
        text(&area.path.value),
        text(&area.role),
        at_root(area.anchor),
        area.fallback,
    );
}

fn legacy(legacy: &LegacySpec) -> String {
    let (target, keep, retire) = match &legacy.fate {
        Fate::To(to) => (to.value.as_str(), "", ""),
        Fate::Keep(why) => ("", why.as_str(), ""),
        Fate::Retire(why) => ("", "", why.as_str()),
    };
    let sources: Vec<String> = legacy.from.iter().map(|from| from.value.clone()).collect();
    format!(
        "      {{\n        name: {},\n        sources: {},\n        target: {},\n        keep: {},\n        retire: {},\n        atRoot: {},\n      }},\n",
        text(&legacy.name),
        list(&sources),
        text(target),
        text(keep),
        text(retire),
        at_root(legacy.anchor),
    )
}

fn write_builder(out: &mut String, builder: &Builder<'_>, types: &[(&Form<'_>, String)], names: &mut Names) {
    let area = builder.area;
    let function = names.take(lower_camel(&area.name), &["Folder"]);
    let about =
        if area.about.is_empty() { format!("The URI of an object of area {}.", area.name) } else { area.about.clone() };
    let by = if area.written_by.is_empty() { String::new() } else { format!(", written by {}", area.written_by) };
    let mut told = wrapped(&comment(&about), WIDTH - 3);
    told.push(String::new());
    told.extend(wrapped(&comment(&format!("`{}`{by}.", area.path.value)), WIDTH - 3));
    let placeholders = &builder.placeholders;
    let call = Call { name: &function, area: &area.name, placeholders, is_open: builder.is_open, segments: None };
    call.write(out, &told, types);
    if let Some((segments, placeholders)) = &builder.folder {
        let told = [comment(&format!("The URI of a folder of area {}, with `/` at its end.", area.name))];
        let name = &format!("{function}Folder");
        let call = Call { name, area: &area.name, placeholders, is_open: false, segments: Some(*segments) };
        call.write(out, &told, types);
    }
}

/// One function that builds URIs.
struct Call<'c> {
    name: &'c str,
    area: &'c str,
    placeholders: &'c [String],
    /// Whether it takes what follows the folder.
    is_open: bool,
    /// How many segments it writes, if not all.
    segments: Option<usize>,
}

impl Call<'_> {
    fn write(&self, out: &mut String, told: &[String], types: &[(&Form<'_>, String)]) {
        let mut parameters = Names::with(&["entry", "rest"]);
        let (mut given, mut values) = (Vec::new(), Vec::new());
        for name in self.placeholders {
            let parameter = parameters.take(lower_camel(name), &[]);
            let own = types.iter().find(|(form, _)| form.spec.name == *name);
            given.push(format!("readonly {parameter}: {}", own.map_or("string", |(_, own)| own)));
            values.push(format!("{}: parts.{parameter}", text(name)));
        }
        if self.is_open {
            given.push("readonly rest: string".to_owned());
        }
        let values = if values.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", values.join(", ")) };
        let parts = if given.is_empty() { String::new() } else { format!(", parts: {{ {} }}", given.join("; ")) };
        let line = |line: &String| if line.is_empty() { " *\n".to_owned() } else { format!(" * {line}\n") };
        let lines: String = told.iter().map(line).collect();
        let _ = write!(
            out,
            "\n/**\n{lines} */\nexport function {}(entry: Entry{parts}): string {{\n  return write({}, entry, {values}, {}, {});\n}}\n",
            self.name,
            text(self.area),
            if self.is_open { "parts.rest" } else { "null" },
            self.segments.map_or_else(|| "null".to_owned(), |count| count.to_string()),
        );
    }
}

fn list(words: &[String]) -> String {
    format!("[{}]", words.iter().map(|word| text(word)).collect::<Vec<_>>().join(", "))
}

fn text(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        let _ = match character {
            '\\' => write!(out, "\\\\"),
            '"' => write!(out, "\\\""),
            hidden if is_hidden(hidden) => write!(out, "\\u{{{:x}}}", hidden as u32),
            plain => write!(out, "{plain}"),
        };
    }
    out.push('"');
    out
}

/// A text within a comment, on one line.
fn comment(text: &str) -> String {
    let shown: String = text.chars().map(|character| if is_hidden(character) { ' ' } else { character }).collect();
    shown.replace("*/", "*\u{200b}/")
}
