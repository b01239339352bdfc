//! Every kind of mistake in a configuration: its message, its place and its cure.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use stocktake::layout::config::load;
use stocktake::rules::known_rules;

use super::{parse, printed, read};

/// A mistake and a configuration that makes it; `version = 1` goes in front.
const MISTAKES: &[(&str, &str)] = &[
    // Names and types.
    ("an unknown table", "[[aera]]\nname = 'x'"),
    ("an unknown key", "[[area]]\nname = 'x'\npath = 'x/**'\ncompanion = ['*.zip']"),
    ("a key nothing is like", "[inputs]\nzzz = 1"),
    ("a table where a list of tables is asked for", "[area]\nname = 'x'"),
    ("a number where a text is asked for", "title = 1"),
    ("a text where a list is asked for", "[[bucket]]\nname = 'line-1'\naliases = 'line-2'"),
    ("an empty text", "[[area]]\nname = ''\npath = 'x/**'"),
    ("an empty list", "[[area]]\nname = 'x'\npath = 'x/**'\n[[area.legacy]]\nname = 'old'\nfrom = []\nkeep = 'why'"),
    ("a list with a number in it", "[inputs]\ninventory = ['a', 2]"),
    ("a negative number", "[inputs]\nimplausible_objects = -1"),
    ("a number beyond all bounds", "[inputs]\nimplausible_objects = 99999999999999999999"),
    ("a fraction", "[[area]]\nname = 'x'\npath = 'x/**'\nfallback = 0.5"),
    ("a word for a truth", "[[area]]\nname = 'x'\npath = 'x/**'\nfallback = 'yes'"),
    ("a time without offset", "[inputs]\nnow = 2026-01-01T00:00:00"),
    ("a time for a date", "[[allow]]\nrule = 'L201'\nkey = 'x'\nreason = 'r'\nexpires = 2026-01-01T00:00:00Z"),
    ("a text for a date", "[[allow]]\nrule = 'L201'\nkey = 'x'\nreason = 'r'\nexpires = '2026-01-01'"),
    (
        "a condition that is no table",
        "[[table]]\nname = 't'\nkey = ['k']\n[[table.reference]]\nattribute = 'a'\nkind = 'object'\nwhen = 'status'",
    ),
    // What is missing, and what is too much.
    ("a missing key", "[[area]]\nname = 'x'"),
    ("no fate for legacy objects", "[[area]]\nname = 'x'\npath = 'x/**'\n[[area.legacy]]\nname = 'old'\nfrom = 'y/**'"),
    (
        "two fates for legacy objects",
        "[[area]]\nname = 'x'\npath = 'x/**'\n[[area.legacy]]\nname = 'old'\nfrom = 'y/**'\nkeep = 'k'\nretire = 'r'",
    ),
    ("a placeholder without form", "[placeholder.job]\nabout = 'a job'"),
    ("a placeholder with two forms", "[placeholder.job]\npattern = 'a'\none_of = ['a']"),
    ("an exception for everything", "[[allow]]\nrule = 'L201'\nreason = 'r'"),
    ("an entry that stands twice", "[[area]]\nname = 'x'\npath = 'x/**'\n[[area]]\nname = 'x'\npath = 'y/**'"),
    ("a table named twice", "[[table]]\nname = ['a', 'b']\n[[table]]\nname = 'b'"),
    ("a key that stands twice", "title = 'a'\ntitle = 'b'"),
    ("a removal of nothing", "[[area]]\nname = 'x'\nremove = true"),
    ("a severity for two phases", "[rules]\nL202 = { before = 'note', after = 'error' }"),
    // Values.
    ("a word of a closed list", "[[area]]\nname = 'x'\npath = 'x/**'\nstanding = 'tolerate'"),
    ("a word like none of a closed list", "[[area]]\nname = 'x'\npath = 'x/**'\nanchor = 'everywhere'"),
    ("a duration without unit", "[inputs]\nmax_age = '48'"),
    ("more than all", "[inputs]\nimplausible_orphan_percent = 101"),
    ("a bucket as a URI", "[[bucket]]\nname = 's3://line-1'"),
    ("a prefix without slash", "[[bucket]]\nname = 'line-1'\nprefix = 'datasets'"),
    ("an alias's prefix without slash", "[[bucket]]\nname = 'line-1'\naliases = ['line-2/datasets']"),
    ("a placeholder that is always there", "[placeholder.file]\npattern = 'a'"),
    ("a placeholder that is no identifier", "[placeholder.Job-Name]\npattern = 'a'"),
    ("a severity that cannot be set", "[rules]\nL201 = 'inconclusive'"),
    ("an exception that hides nothing", "[[allow]]\nrule = 'L201'\nkey = 'x'\nreason = 'r'\nat_most = 0"),
    ("a key of three", "[[table]]\nname = 't'\nkey = ['a', 'b', 'c']"),
    ("references without key", "[[table]]\nname = 't'\n[[table.reference]]\nattribute = 'a'\nkind = 'object'"),
    // Names of other entries.
    ("an unknown rule", "[rules]\norphaned-object = 'note'"),
    ("a rule about inputs", "[rules]\nS001 = 'note'\nS = 'ignore'"),
    ("an exception for a rule about inputs", "[[allow]]\nrule = 'missing-part'\nkey = 'x'\nreason = 'r'"),
    ("an exception for a family", "[[allow]]\nrule = 'L'\nkey = 'x'\nreason = 'r'"),
    (
        "an unknown area and table in an exception",
        "[[area]]\nname = 'training'\npath = 'x/**'\n[[allow]]\nrule = 'L201'\narea = 'trainig'\ntable = 'jobs'\nreason = 'r'",
    ),
    ("an unknown conflict", "[[requirement]]\nid = '1.1'\ntext = 't'\nconflicts_with = ['9.9']"),
    ("an unknown rule in a requirement", "[[requirement]]\nid = '1.1'\ntext = 't'\nrules = ['L2001']"),
    ("an unknown area of what is unchecked", "[[unchecked]]\nwhat = 'a'\nwhy = 'b'\nareas = ['c']"),
    ("an unknown table of a workflow", "[[workflow]]\nname = 'w'\ntable = 'jobs'\nsteps = ['a']"),
    (
        "a step that is no reference",
        "[[table]]\nname = 'jobs'\nkey = ['id']\n[[table.reference]]\nattribute = 'artifact'\nkind = 'object'\n\
         [[workflow]]\nname = 'w'\ntable = 'jobs'\nsteps = ['artefact']",
    ),
    (
        "an unknown placeholder from a record",
        "[placeholder.job]\npattern = 'a'\n[[area]]\nname = 'x'\npath = 'x/{job}/**'\n\
         [[area.legacy]]\nname = 'old'\nfrom = 'y/{file}'\nto = 'x/{job}/{file}'\nrecord = ['jop']",
    ),
];

/// Mistakes in a reference of a table, after `[[table.reference]]`.
const IN_REFERENCES: &[(&str, &str)] = &[
    ("an unknown area", "attribute = 'a'\nkind = 'object'\narea = ['x', 'y']"),
    ("an unknown kind", "attribute = 'a'\nkind = 'objekt'"),
    ("an index in a path", "attribute = 'jobs[0].uri'\nkind = 'object'"),
    ("a path that ends too early", "attribute = 'jobs[].'\nkind = 'object'"),
    ("an unknown encoding", "attribute = 'a@jason'\nkind = 'object'"),
    ("a path behind a key", "attribute = 'a.*#key.b'\nkind = 'object'"),
    ("any depth in a reference", "attribute = 'details.**'\nkind = 'object'"),
    ("a quote without end", "attribute = '\"a.b'\nkind = 'object'"),
    ("a blank in a path", "attribute = 'größe x'\nkind = 'object'"),
    ("two tests", "attribute = 'a'\nkind = 'object'\nwhen = { attribute = 's', equals = 'a', not = 'b' }"),
    ("no test", "attribute = 'a'\nkind = 'object'\nwhen = { attribute = 's' }"),
    ("a condition in another list", "attribute = 'a'\nkind = 'object'\nwhen = { attribute = 'b[].c', present = true }"),
    ("an unknown placeholder", "attribute = 'a'\nkind = 'object'\nbind = { jop = 'b' }"),
    ("a value in another list", "attribute = 'a[].b'\nkind = 'object'\nfill = { job = 'c[].d' }"),
    ("a join of one list", "attribute = 'a[].b'\nkind = 'object'\nfill = { job = { attribute = 'a[].d', on = 'n' } }"),
    ("a key without bucket", "attribute = 'a'\nkind = 'key'"),
    ("a bucket twice", "attribute = 'a'\nkind = 'object'\nbucket = { attribute = 'b' }"),
    ("half a table for a bucket", "attribute = 'a'\nkind = 'key'\nbucket = { table = 'jobs', attribute = 'b' }"),
    (
        "a bucket of a table with a sort key",
        "attribute = 'a'\nkind = 'key'\nbucket = { table = 'runs', by = 'b', attribute = 'c' }\n[[table]]\nname = \
         'runs'\nkey = ['id', 'at']",
    ),
    ("an unknown bucket", "attribute = 'a'\nkind = 'key'\nbucket = { name = 'line-1' }"),
    (
        "an unknown unit",
        "attribute = 'a'\nkind = 'object'\n[[table]]\nname = 'u'\nchanged_at = { attribute = 'a', unit = 'min' }",
    ),
];

#[test]
fn each_mistake_is_told_with_its_place_and_its_cure() {
    let reference = "[placeholder.job]\npattern = 'a'\n[[table]]\nname = 'jobs'\nkey = ['id']\n[[table.reference]]\n";
    let cases = MISTAKES.iter().map(|(name, text)| (name, format!("version = 1\n{text}\n")));
    let in_references = IN_REFERENCES.iter().map(|(name, text)| (name, format!("version = 1\n{reference}{text}\n")));
    let mut out = String::new();
    for (name, text) in cases.chain(in_references) {
        let errors = read(&text).expect_err(name);
        assert!(!errors.0.is_empty(), "{name}");
        out.push_str(&format!("# {name}\n{}\n", printed(&errors)));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn mistakes_in_the_file_itself_are_told() {
    let cases: [(&str, &[u8]); 8] = [
        ("no version", b"title = 'x'"),
        ("another version", b"version = 2"),
        ("no TOML, on two lines", b"version = \n= 3\n[rules]\n"),
        ("no UTF-8", b"version = 1\ntitle = '\xC3\xA9\xFF'"),
        ("a byte order mark", b"\xEF\xBB\xBFversion = 1"),
        ("UTF-16", b"\xFF\xFEv\0e\0r\0"),
        ("an unknown preset", b"version = 1\nextends = 'edge-cv-potral'"),
        ("a file that is not there", b"version = 1\nextends = 'nowhere/base.toml'"),
    ];
    let mut out = String::new();
    for (name, text) in cases {
        let errors = parse(Path::new("stocktake.toml"), text, &known_rules()).expect_err(name);
        out.push_str(&format!("# {name}\n{}\n", printed(&errors)));
    }
    let enormous = vec![b'#'; (16 << 20) + 1];
    out.push_str(&printed(&parse(Path::new("stocktake.toml"), &enormous, &known_rules()).unwrap_err()));
    out.push_str(&printed(&load(Path::new("nowhere/stocktake.toml"), &known_rules()).unwrap_err()));
    out.push_str(&printed(&load(Path::new("tests"), &known_rules()).unwrap_err()));
    insta::assert_snapshot!(out);
}

#[test]
fn an_area_asks_for_as_many_companions_as_a_folder_can_keep() {
    let area = |count: usize| {
        let companions: Vec<String> = (0..count).map(|number| format!("[\"{number}.json\"]")).collect();
        let companions = companions.join(",\n");
        format!("version = 1\n[[area]]\nname = \"jobs\"\npath = \"jobs/{{job}}/**\"\ncompanions = [\n{companions}\n]\n")
    };
    assert!(read(&area(64)).is_ok());
    let errors = read(&area(65)).unwrap_err();
    insta::assert_snapshot!(printed(&errors), @r"
    error: too many companions
      --> stocktake.toml:70:1
      help: an area may ask for 64 companions: list alternatives together, or split the area
    ");
}

#[test]
fn files_that_extend_one_another_in_a_circle_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), "version = 1\nextends = \"b.toml\"").unwrap();
    fs::write(folder.path().join("b.toml"), "version = 1\nextends = \"./a.toml\"").unwrap();
    let errors = load(&folder.path().join("a.toml"), &known_rules()).unwrap_err();
    let home = format!("{}/", folder.path().display());
    insta::assert_snapshot!(printed(&errors).replace(&home, ""), @r"
    error: `./a.toml` is extended by itself
      --> b.toml:2:12
      help: break the circle `a.toml`, `b.toml`
    ");
}

#[test]
fn all_mistakes_of_a_file_are_told_from_its_top_to_its_end() {
    let text =
        "version = 1\n[inputs]\nmax_age = 'x'\n[[area]]\nname = 1\n[[bucket]]\nname = 'B'\n[rules]\nX1 = 'note'\n";
    let errors = read(text).unwrap_err();
    let lines: Vec<u32> = errors.0.iter().map(|error| error.place.as_ref().unwrap().line).collect();
    assert_eq!(lines, [3, 4, 5, 7, 9], "{}", printed(&errors));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(Path::new("stocktake.toml"), &bytes, &known_rules());
    }

    /// Words of the language in any order reach further than bytes do.
    #[test]
    fn no_words_make_the_reader_panic(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        let text = format!("version = 1\n{}", words.concat());
        let _ = read(&text);
    }

    #[test]
    fn no_attribute_path_makes_the_reader_panic(path in "[a-z.*#@\\[\\]\"\\\\é ]{0,12}") {
        let path = path.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!("version = 1\n[[table]]\nname='t'\nkey=['k']\n[[table.reference]]\nkind='object'\nattribute = \"{path}\"");
        let _ = read(&text);
    }
}

const WORDS: &[&str] = &[
    "\n[[area]]\n",
    "\n[[area.legacy]]\n",
    "\n[[table]]\n",
    "\n[[table.reference]]\n",
    "\n[[table.claim]]\n",
    "\n[rules]\n",
    "\n[placeholder.job]\n",
    "\n[[allow]]\n",
    "\n[[workflow]]\n",
    "\n[[bucket]]\n",
    "name = 'x'\n",
    "name = ['x', 'y']\n",
    "name = []\n",
    "path = '{job}/**'\n",
    "from = 'y'\n",
    "to = 'z'\n",
    "keep = ''\n",
    "attribute = 'a[].b'\n",
    "kind = 'key'\n",
    "bucket = { table = 'x', by = 'a[].c', attribute = ['d'] }\n",
    "bind = { job = 'a[].*#key' }\n",
    "when = { attribute = 'q', not = ['r'] }\n",
    "rules = { L = 'note', L201 = { before = 'note' } }\n",
    "L201 = 'error'\n",
    "remove = true\n",
    "extends = 'edge-cv-portal'\n",
    "area = 'x'\n",
    "steps = ['a[].b']\n",
    "table = 'x'\n",
    "rule = 'K'\n",
    "expires = 9999-12-31\n",
    "pattern = '('\n",
    "records = { '' = 'x', 'a..b' = [] }\n",
    "prefix = 1\n",
];
