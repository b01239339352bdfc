//! What each key of the language means, in a line: for editors, and for the reference that is derived.

/// Tables, as their schemas name them, with their keys and what these mean.
const ABOUT: &[(&str, &[(&str, &str)])] = &[
    (
        "the file",
        &[
            ("version", "The version of this language: 1."),
            ("title", "What reports are headed by."),
            ("extends", "A preset's name, or a path ending in `.toml`; entries of the same identity merge key by key."),
            ("table_prefix", "What stands before every table's name."),
            ("naming", "How folders are named."),
            ("inputs", "What an audit reads, and how old it may be."),
            ("output", "Where reports go."),
            ("migration", "Where the migration stands."),
            (
                "rules",
                "Severities by code, name or family; one word, or one each before, during and after the migration.",
            ),
            ("bucket", "The buckets, by use case."),
            ("placeholder", "The pieces of paths that vary, by name."),
            ("area", "The named parts of the layout."),
            ("table", "The tables whose records name objects."),
            ("workflow", "Chains of references that belong together."),
            ("unchecked", "What neither inventory nor export can show; reports list it."),
            ("requirement", "What was asked for, and what shows it."),
            ("allow", "Exceptions."),
        ],
    ),
    (
        "`[naming]`",
        &[("singular", "Folder names and their other number, as `models = \"model\"`, for near misses (L205, L206).")],
    ),
    (
        "`[inputs]`",
        &[
            (
                "inventory",
                "Inventories: manifests, deliveries, or folders of deliveries (the newest complete one counts).",
            ),
            ("exports", "Exports: likewise."),
            ("max_age", "The oldest an input may be, as `48h` (S006)."),
            ("max_skew", "The furthest inputs may lie apart (S007)."),
            ("grace", "How long records and inventory may take to know of each other; 24 hours where nobody says."),
            ("now", "The time of judging, pinned."),
            ("implausible_references", "The least judged references before their resolved share counts (S011)."),
            ("implausible_resolved_percent", "The least share of resolved references, in percent (S011)."),
            ("implausible_objects", "The least judged objects before their orphan share counts (S011)."),
            ("implausible_orphan_percent", "The largest share of orphans, in percent (S011)."),
        ],
    ),
    (
        "`[output]`",
        &[
            ("dir", "Where an audit without `-o` and `--out` writes its set of files."),
            ("title", "A title for the reports."),
            ("templates", "A folder of templates that replace embedded ones of the same name."),
        ],
    ),
    (
        "`[migration]`",
        &[
            ("phase", "How much legacy keys and references weigh; `after` where nobody says."),
            ("cut_over", "From when on no writer may use a legacy path (L209)."),
            ("mapping", "CSV files that name placeholders which neither keys nor records tell."),
        ],
    ),
    (
        "`[[bucket]]`",
        &[
            ("name", "The bucket's name; it repeats, with another prefix, where use cases share a bucket."),
            ("prefix", "What stands before the use case's keys: empty, or ending in `/`."),
            ("aliases", "Other names that records use, perhaps with a prefix, as `old-name/sub/`."),
            ("role", "Which areas it has: those of the same role; `output` where nobody says."),
            (
                "inventory",
                "Whether an inventory of it is expected; without one, references into it are outside (R305).",
            ),
            ("inventory_prefixes", "The prefix filters of its inventory configurations."),
            ("records", "Whose items this use case's are: attributes and their values."),
        ],
    ),
    (
        "`[placeholder]`",
        &[
            ("pattern", "Its values as a regular expression that matches the whole value and never `/`."),
            ("one_of", "Its values, if they are few."),
            ("form", "Its values by a named form."),
            ("max_length", "The longest value, in bytes."),
            ("except", "Values that it does not take."),
            ("about", "What it stands for."),
            ("example", "One of its values."),
            ("aliases", "Spellings of records and the values that they mean."),
            ("replace", "What is replaced in records' spellings."),
        ],
    ),
    ("`replace`", &[("pattern", "What is replaced."), ("with", "What by.")]),
    (
        "`[[area]]`",
        &[
            ("name", "Its name."),
            (
                "path",
                "Its template: `{x}` a placeholder, `*` anything within a segment, `**` or `{x**}` all that follows.",
            ),
            ("about", "What lies there."),
            ("written_by", "Who writes it."),
            ("examples", "Keys that lie in it; proved when the file is read."),
            ("role", "The role of its buckets; `output` where nobody says."),
            (
                "anchor",
                "Where its path starts: below the bucket entry's prefix (the default), or at the bucket's root.",
            ),
            ("standing", "`wanted` (the default), `tolerated`: not complained about, `outside`: not judged at all."),
            ("fallback", "Whether it takes only what no other area and no legacy template takes."),
            ("companions", "What each folder must hold: globs, all of the list; any of an inner list (L207)."),
            ("expected_unreferenced", "Globs of what need not be named, beside an object that is (R302)."),
            ("orphan_scope", "What a reference covers: the folder of its object (the default), or the object alone."),
            (
                "rules",
                "Severities in this area, its folders, and references that name it alone; a key in no area has those of `[rules]`, whatever is near.",
            ),
            ("legacy", "Its places before."),
        ],
    ),
    (
        "`[[area.legacy]]`",
        &[
            ("name", "The generation's name."),
            ("from", "Its templates; `**/` is any number of segments."),
            ("to", "Where its objects move to; it lies in the area."),
            ("keep", "Why its objects stay."),
            ("retire", "Why its objects go."),
            ("record", "Placeholders of `to` that come from the records which name the object."),
            ("shared", "What becomes of an object on which records disagree: told (M404), or copied for each."),
            ("unnamed", "What becomes of an object that no record names: told (M404), or kept."),
            ("keep_source", "Why the old copy stays for good."),
            ("anchor", "Where its templates start."),
            ("examples", "Keys that it matches; proved when the file is read."),
        ],
    ),
    (
        "`[[table]]`",
        &[
            ("name", "Its name, or several of the same kind, after `table_prefix`."),
            ("key", "Partition key, then sort key."),
            ("changed_at", "When an item last changed."),
            ("optional", "Whether its export may be absent."),
            ("rules", "Severities for its findings."),
            ("reference", "The attributes that name objects."),
            ("claim", "Folders that its items own without naming their objects."),
            ("ignore", "Attributes that are not looked at."),
        ],
    ),
    ("`changed_at`", &[("attribute", "The attribute; of several the first that is present."), ("unit", "Its unit.")]),
    (
        "`[[table.reference]]`",
        &[
            ("attribute", "The attribute: `a.b`, `a[]` each element, `a.*` each value, `a@json` text that holds more."),
            ("when", "Which items this holds for."),
            ("kind", "What the value is."),
            ("bucket", "Where the bucket of a key without one comes from."),
            ("area", "The areas that it may name (R308)."),
            ("required_when", "When an item must have a value (R311)."),
            ("bind", "Placeholders, and the attributes whose values they must have (R309)."),
            ("fill", "Placeholders of old keys, and the attributes that tell them."),
            ("exclusive", "Whether several items naming one object is a finding (R310)."),
            ("claims", "Whether it keeps what it reaches from being an orphan."),
            ("rules", "Severities for its findings."),
        ],
    ),
    (
        "`bucket`",
        &[
            ("name", "This bucket."),
            ("table", "Another table, whose item tells it."),
            ("by", "The attribute of this item that holds the other's key, which is a partition key alone."),
            ("attribute", "The attribute that holds it; of several the first that is present."),
        ],
    ),
    (
        "`[[table.claim]]`",
        &[
            ("area", "The area of the folder."),
            ("bind", "The folder's placeholders, and the attributes that tell them."),
            ("when", "Which items own a folder."),
            ("unfinished_when", "While this holds, the folder may lack its companions."),
        ],
    ),
    ("`[[table.ignore]]`", &[("attributes", "The attributes; `a.**` is anything below."), ("reason", "Why.")]),
    ("the value", &[("attribute", "The attribute."), ("on", "The member by which elements of different lists join.")]),
    (
        "the condition",
        &[
            ("attribute", "The attribute."),
            ("equals", "It is one of these, without case."),
            ("not", "It is none of these; an absent one is none."),
            ("present", "Whether it is there."),
        ],
    ),
    (
        "`[[workflow]]`",
        &[
            ("name", "Its name."),
            ("table", "The table whose items run it."),
            ("when", "Which items run it."),
            ("steps", "The reference attributes, first step first (W501)."),
            ("on", "What joins elements of different lists."),
        ],
    ),
    ("`[[unchecked]]`", &[("what", "What is not checked."), ("why", "Why."), ("areas", "The areas concerned.")]),
    (
        "`[[requirement]]`",
        &[
            ("id", "Its number."),
            ("text", "What it asks for."),
            ("areas", "The areas concerned."),
            ("rules", "The rules that show it."),
            ("commands", "The commands that show it."),
            ("limits", "What cannot be shown."),
            ("shown_by", "What would show it."),
            ("conflicts_with", "The requirements it contradicts."),
            ("waived", "Why it is waived."),
        ],
    ),
    (
        "`[[allow]]`",
        &[
            ("rule", "The rule, by code or name."),
            ("key", "A glob over whole keys."),
            ("area", "An area."),
            ("table", "A table."),
            (
                "item",
                "An item, as findings name it: `name=value`, or `name=value,name=value`, in which `\\` stands before each \
                 `,`, `=` and `\\` of a value.",
            ),
            ("reason", "Why."),
            ("owner", "Who answers for it."),
            ("expires", "The last day it holds, in UTC (C601)."),
            (
                "at_most",
                "The most findings it may hide, as 40 or as \"2%\" of what the rule judged; with more it hides none.",
            ),
        ],
    ),
    ("the severity", &[("before", "Before the migration."), ("during", "During it."), ("after", "After it.")]),
];

/// What a key of a table means; empty for a key that is not told.
pub(super) fn about(what: &str, key: &str) -> &'static str {
    if key == "remove" {
        return "Takes the inherited entry away.";
    }
    let table = ABOUT.iter().find(|(known, _)| *known == what);
    table.and_then(|(_, keys)| keys.iter().find(|(known, _)| *known == key)).map_or("", |(_, about)| about)
}

/// How many keys are told; a test holds this to the language.
#[cfg(test)]
pub(super) fn told() -> usize {
    ABOUT.iter().map(|(_, keys)| keys.len()).sum()
}
