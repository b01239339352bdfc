//! Generated modules answer as the layout does, and their languages' own tools find nothing to say.
//!
//! `STOCKTAKE_TOOLS` names a folder that `.ci/tools` filled: with it set, a tool that is missing is a failure. Without it,
//! what is on the `PATH` is used, and what is not there is left out, with a word about it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use stocktake::codegen::{Language, module, vectors::vectors};
use stocktake::layout::Layout;
use stocktake::layout::config::parse;
use stocktake::rules::known_rules;
use tempfile::TempDir;

use crate::layout_naive::compiled;

/// What a layout may hold that is hard to say in another language.
const HARD: &str = r#"
version = 1
title = "Hard: \\ \"quoted\""
[[bucket]]
name = "shared"
prefix = "one/"
[[bucket]]
name = "shared"
prefix = "one/two/"
[[bucket]]
name = "own"
[[bucket]]
name = "pictures"
role = "data"
[placeholder.word]
pattern = "(?i)[a-z&&[^q]]{1,4}|é+"
except = ["old", "end"]
about = "A word."
example = "ab"
[placeholder.day]
form = "date"
[placeholder.release]
form = "version"
[placeholder.kind]
one_of = ["a.b", "c-d", "e+f"]
aliases = { ab = "a.b" }
[placeholder.free]
pattern = "[^/_]+"
max_length = 9
except = ["stray"]
replace = { pattern = "[\\s_]+", with = "$&-" }
example = "x y"
[[area]]
name = "by day"
path = "by-{bucket}/{day}/{word}-{kind}={release}.bin"
examples = ["by-{bucket}/2026-01-31/ab-a.b=1.2.bin"]
[[area.legacy]]
name = "anywhere"
from = "**/stray/{word}_{day}.bin"
to = "by-{bucket}/{day}/{word}-{kind}={release}.bin"
record = ["kind", "release"]
examples = ["stray/ab_2026-01-31.bin", "x/y//stray/ab_2026-01-31.bin"]
[[area]]
name = "free"
path = "free/{free}/{word}/{free}/{rest**}"
examples = ["free/x y/ab/x y/z"]
[[area.legacy]]
name = "root"
from = ["old/{word}/{free}/{file}", "/old/{word}/{free}/{file}"]
to = "free/{free}/{word}/{free}/{file}"
anchor = "bucket"
examples = ["old/ab/x y/a"]
[[area.legacy]]
name = "gone"
from = "gone/*/{word}!*"
retire = "nobody \"needs\" it"
examples = ["gone/q/ab!x"]
[[area]]
name = "star"
path = "star/{{{word}}}-*.x"
examples = ["star/{ab}-1.x"]
[[area]]
name = "late"
path = "**/late/{word}/**"
fallback = true
examples = ["x/y/late/ab/z"]
[[area]]
name = "pictures"
role = "data"
path = "{day}/{file}"
examples = ["2026-01-31/a.png"]
"#;

fn layout(text: &str) -> Layout {
    compiled(parse(Path::new("stocktake.toml"), text.as_bytes(), &known_rules()).unwrap())
}

fn layouts() -> Vec<Layout> {
    let portal = "version = 1\nextends = \"edge-cv-portal\"\n[[bucket]]\nname = \"line-1\"\n\
        [[bucket]]\nname = \"line-2\"\nprefix = \"datasets/\"\n[[bucket]]\nname = \"images\"\nrole = \"data\"\n";
    vec![layout(portal), layout(HARD)]
}

/// A tool, or none with a word about it; where tools are promised, a missing one fails.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("STOCKTAKE_TOOLS").filter(|folder| !folder.is_empty()) {
        let path = PathBuf::from(folder).join("bin").join(name);
        assert!(path.exists(), "STOCKTAKE_TOOLS promises {}, which is not there", path.display());
        return Some(path);
    }
    let works = Command::new(name).arg("--version").output().is_ok_and(|run| run.status.success());
    if !works {
        let advice = "run `.ci/tools` and set STOCKTAKE_TOOLS to what it prints";
        // Written past the harness, which would swallow it.
        let _ = writeln!(std::io::stderr(), "left out, since there is no {name}: {advice}");
    }
    works.then(|| PathBuf::from(name))
}

#[track_caller]
fn passes(command: &mut Command) {
    let run = command.output().unwrap();
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(run.status.success(), "{command:?}\n{}\n{}", told(&run.stdout), told(&run.stderr));
}

fn written(layout: &Layout, language: Language, name: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name), module(layout, language).unwrap()).unwrap();
    let cases = vectors(layout).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&cases).is_ok());
    fs::write(folder.path().join("vectors.json"), cases).unwrap();
    folder
}

const ASK_PYTHON: &str = r#"
import json, re, paths as m
cases = json.load(open("vectors.json", encoding="utf-8"))
snake = lambda name: re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")
wrong = []
def check(case, **actual):
    for name, value in actual.items():
        if case[name] != value:
            wrong.append((case, name, value))
for case in cases["parse"]:
    found = m.parse(case["uri"])
    check(case, area=found and found.area, generation=found and found.generation, values=found.values if found else {})
for case in cases["resolve"]:
    found = m.resolve(case["uri"], known=case["known"])
    check(case, state=found.state, place=found.uri, places=list(found.places), missing=list(found.missing))
def built(case, function, **more):
    entry = m.Entry(case["bucket"], case["prefix"], case["role"])
    try:
        return getattr(m, function)(entry, **{snake(k): v for k, v in case["values"].items()}, **more)
    except m.LayoutError:
        return None
for case in cases["build"]:
    more = {} if case["rest"] is None else {"rest": case["rest"]}
    check(case, uri=built(case, snake(case["area"]), **more))
for case in cases["folder"]:
    check(case, uri=built(case, snake(case["area"]) + "_folder"))
assert m.LAYOUT_SHA256 == cases["layout_sha256"]
assert not wrong, "\n".join(map(repr, wrong[:9]))
print(sum(len(c) for c in cases.values()))
"#;

#[test]
fn the_python_module_answers_as_the_layout_does() {
    let Some(python) = tool("python3") else { return };
    for layout in layouts() {
        let folder = written(&layout, Language::Python, "paths.py");
        passes(Command::new(&python).args(["-c", ASK_PYTHON]).current_dir(&folder));
    }
}

#[test]
fn the_python_module_is_typed_and_formatted() {
    for layout in layouts() {
        let folder = written(&layout, Language::Python, "paths.py");
        if let Some(mypy) = tool("mypy") {
            passes(Command::new(mypy).args(["--strict", "--cache-dir", "types", "paths.py"]).current_dir(&folder));
        }
        if let Some(ruff) = tool("ruff") {
            passes(Command::new(&ruff).args(["check", "--isolated", "--no-cache", "paths.py"]).current_dir(&folder));
            let format = ["format", "--isolated", "--no-cache", "--diff", "paths.py"];
            passes(Command::new(&ruff).args(format).current_dir(&folder));
        }
    }
}

const ASK_NODE: &str = r#"
import { readFileSync } from "node:fs";
import assert from "node:assert";
import * as m from "./paths.mjs";
const cases = JSON.parse(readFileSync("vectors.json", "utf8"));
const camel = (name) => name.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean)
  .map((word, at) => at === 0 ? word : word[0].toUpperCase() + word.slice(1)).join("");
for (const c of cases.parse) {
  const found = m.parse(c.uri);
  const values = found === null ? {} : Object.fromEntries(found.values);
  assert.deepStrictEqual([found?.area ?? null, found?.generation ?? null, values], [c.area, c.generation, c.values], c.uri);
}
for (const c of cases.resolve) {
  const { state, uri, places, missing } = m.resolve(c.uri, undefined, c.known);
  assert.deepStrictEqual({ state, uri, places, missing },
    { state: c.state, uri: c.place, places: c.places, missing: c.missing }, c.uri);
}
const built = (c, name, more) => {
  const parts = Object.fromEntries(Object.entries(c.values).map(([key, value]) => [camel(key), value]));
  try {
    return m[name]({ bucket: c.bucket, prefix: c.prefix, role: c.role }, { ...parts, ...more });
  } catch (error) {
    if (error instanceof m.LayoutError) return null;
    throw error;
  }
};
for (const c of cases.build) {
  assert.strictEqual(built(c, camel(c.area), c.rest === null ? {} : { rest: c.rest }), c.uri, JSON.stringify(c));
}
for (const c of cases.folder) assert.strictEqual(built(c, camel(c.area) + "Folder", {}), c.uri, JSON.stringify(c));
assert.strictEqual(m.LAYOUT_SHA256, cases.layout_sha256);
"#;

#[test]
fn the_typescript_module_is_typed_and_answers_as_the_layout_does() {
    let (Some(tsc), Some(node)) = (tool("tsc"), tool("node")) else { return };
    for layout in layouts() {
        let folder = written(&layout, Language::TypeScript, "paths.mts");
        let strict = ["--strict", "--noUncheckedIndexedAccess", "--noUnusedLocals", "--noImplicitReturns"];
        let target = ["--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler", "paths.mts"];
        passes(Command::new(&tsc).args(strict).args(target).current_dir(&folder));
        fs::write(folder.path().join("ask.mjs"), ASK_NODE).unwrap();
        passes(Command::new(&node).arg("ask.mjs").current_dir(&folder));
    }
}

/// Where no other language is at hand, the vectors at least ask for every answer there is.
#[test]
fn the_vectors_ask_for_every_answer() {
    let mut states = Vec::new();
    for layout in layouts() {
        let cases: serde_json::Value = serde_json::from_str(&vectors(&layout).unwrap()).unwrap();
        for case in cases["resolve"].as_array().unwrap() {
            states.push(case["state"].as_str().unwrap().to_owned());
        }
        for (name, member) in [("build", "uri"), ("folder", "uri"), ("parse", "area"), ("parse", "generation")] {
            let cases = cases[name].as_array().unwrap();
            assert!(
                cases.iter().any(|case| case[member].is_null()) && cases.iter().any(|case| !case[member].is_null())
            );
        }
    }
    states.sort();
    states.dedup();
    assert_eq!(states, ["current", "kept", "moved", "retired", "unfit", "unknown", "unnamed"]);
}

#[test]
fn a_pattern_over_bytes_is_said_in_characters() {
    let text = "version = 1\n[[bucket]]\nname = \"own\"\n[placeholder.x]\npattern = \"(?-u:[a-z])+\"\n\
        [[area]]\nname = \"a\"\npath = \"a/{x}/**\"\n";
    assert!(module(&layout(text), Language::Python).unwrap().contains("[a-z]"));
}
