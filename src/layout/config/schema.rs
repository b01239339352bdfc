//! Every table of the language and the keys it has: the one place that lists them.
//!
//! The order of the keys is the order in which the effective configuration prints them; TOML wants the tables of a
//! table after its values.

use super::kind::Kind;

/// A kind of table.
pub(super) struct Schema {
    /// What sentences call it.
    pub(super) what: &'static str,
    /// Its keys.
    pub(super) keys: &'static [Key],
    /// The keys that make two entries the same one; none for entries that are only ever added.
    pub(super) identity: &'static [&'static str],
    /// Keys of which exactly one must be given; a later file's takes the place of an earlier one's.
    pub(super) exactly_one: &'static [&'static str],
    /// Keys of which at least one must be given.
    pub(super) at_least_one: &'static [&'static str],
}

/// A key of a table.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
}

impl Schema {
    /// The key of a name.
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

const fn key(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, required: false }
}

const fn required(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, required: true }
}

const fn schema(what: &'static str, keys: &'static [Key]) -> Schema {
    Schema { what, keys, identity: &[], exactly_one: &[], at_least_one: &[] }
}

const WORDS: Kind = Kind::List(&Kind::Word);
const ONE_OR_MORE: Kind = Kind::Either(&Kind::Word, &Kind::Many(&Kind::Word));
const ANY_NUMBER: Kind = Kind::Either(&Kind::Word, &WORDS);
const SOURCES: Kind = Kind::Map(&Kind::Either(&Kind::Word, &Kind::Table(&SOURCE)));
const WHEN: Kind = Kind::Table(&CONDITION);

/// Takes an inherited entry away.
const REMOVE: Key = key("remove", Kind::Boolean);

/// The whole file.
pub(super) static FILE: Schema = schema(
    "the file",
    &[
        key("version", Kind::Integer),
        key("title", Kind::Word),
        key("extends", Kind::Word),
        key("table_prefix", Kind::Text),
        key("naming", Kind::Section(&NAMING)),
        key("inputs", Kind::Section(&INPUTS)),
        key("output", Kind::Section(&OUTPUT)),
        key("migration", Kind::Section(&MIGRATION)),
        key("rules", Kind::Rules),
        key("bucket", Kind::Entries(&BUCKET)),
        key("placeholder", Kind::Named(&Kind::Table(&PLACEHOLDER))),
        key("area", Kind::Entries(&AREA)),
        key("table", Kind::Entries(&TABLE)),
        key("workflow", Kind::Entries(&WORKFLOW)),
        key("unchecked", Kind::Entries(&UNCHECKED)),
        key("requirement", Kind::Entries(&REQUIREMENT)),
        key("allow", Kind::Entries(&ALLOW)),
    ],
);

static NAMING: Schema = schema("`[naming]`", &[key("singular", Kind::Map(&Kind::Word))]);

static INPUTS: Schema = schema(
    "`[inputs]`",
    &[
        key("inventory", Kind::List(&Kind::Path)),
        key("exports", Kind::List(&Kind::Path)),
        key("max_age", Kind::Word),
        key("max_skew", Kind::Word),
        key("grace", Kind::Word),
        key("now", Kind::Time),
        key("implausible_references", Kind::Integer),
        key("implausible_resolved_percent", Kind::Integer),
        key("implausible_objects", Kind::Integer),
        key("implausible_orphan_percent", Kind::Integer),
    ],
);

static OUTPUT: Schema =
    schema("`[output]`", &[key("dir", Kind::Path), key("title", Kind::Word), key("templates", Kind::Path)]);

static MIGRATION: Schema = schema(
    "`[migration]`",
    &[key("phase", Kind::Word), key("cut_over", Kind::Time), key("mapping", Kind::List(&Kind::Path))],
);

static BUCKET: Schema = Schema {
    identity: &["name", "prefix"],
    ..schema(
        "`[[bucket]]`",
        &[
            REMOVE,
            required("name", Kind::Word),
            key("prefix", Kind::Text),
            key("aliases", WORDS),
            key("role", Kind::Word),
            key("inventory", Kind::Boolean),
            key("inventory_prefixes", Kind::List(&Kind::Text)),
            key("records", Kind::Map(&ONE_OR_MORE)),
        ],
    )
};

static PLACEHOLDER: Schema = Schema {
    exactly_one: &["pattern", "one_of", "form"],
    ..schema(
        "`[placeholder]`",
        &[
            REMOVE,
            key("pattern", Kind::Word),
            key("one_of", Kind::Many(&Kind::Word)),
            key("form", Kind::Word),
            key("max_length", Kind::Integer),
            key("except", WORDS),
            key("about", Kind::Text),
            key("example", Kind::Word),
            key("aliases", Kind::Map(&Kind::Word)),
            key("replace", Kind::Table(&REPLACE)),
        ],
    )
};

static REPLACE: Schema = schema("`replace`", &[required("pattern", Kind::Word), required("with", Kind::Text)]);

static AREA: Schema = Schema {
    identity: &["name"],
    ..schema(
        "`[[area]]`",
        &[
            REMOVE,
            required("name", Kind::Word),
            required("path", Kind::Word),
            key("about", Kind::Text),
            key("written_by", Kind::Text),
            key("examples", WORDS),
            key("role", Kind::Word),
            key("anchor", Kind::Word),
            key("standing", Kind::Word),
            key("fallback", Kind::Boolean),
            key("companions", Kind::List(&ONE_OR_MORE)),
            key("expected_unreferenced", WORDS),
            key("orphan_scope", Kind::Word),
            key("rules", Kind::Rules),
            key("legacy", Kind::Entries(&LEGACY)),
        ],
    )
};

static LEGACY: Schema = Schema {
    identity: &["name"],
    exactly_one: &["to", "keep", "retire"],
    ..schema(
        "`[[area.legacy]]`",
        &[
            REMOVE,
            required("name", Kind::Word),
            required("from", ONE_OR_MORE),
            key("to", Kind::Word),
            key("keep", Kind::Word),
            key("retire", Kind::Word),
            key("record", ANY_NUMBER),
            key("shared", Kind::Word),
            key("unnamed", Kind::Word),
            key("keep_source", Kind::Word),
            key("anchor", Kind::Word),
            key("examples", WORDS),
        ],
    )
};

static TABLE: Schema = Schema {
    identity: &["name"],
    ..schema(
        "`[[table]]`",
        &[
            REMOVE,
            required("name", ONE_OR_MORE),
            key("key", Kind::Many(&Kind::Word)),
            key("changed_at", Kind::Table(&CHANGED_AT)),
            key("optional", Kind::Boolean),
            key("rules", Kind::Rules),
            key("reference", Kind::Entries(&REFERENCE)),
            key("claim", Kind::Entries(&CLAIM)),
            key("ignore", Kind::Entries(&IGNORE)),
        ],
    )
};

static CHANGED_AT: Schema = schema("`changed_at`", &[required("attribute", ONE_OR_MORE), required("unit", Kind::Word)]);

static REFERENCE: Schema = Schema {
    identity: &["attribute", "when"],
    ..schema(
        "`[[table.reference]]`",
        &[
            REMOVE,
            required("attribute", Kind::Word),
            key("when", WHEN),
            required("kind", Kind::Word),
            key("bucket", Kind::Table(&BUCKET_SOURCE)),
            key("area", ANY_NUMBER),
            key("required_when", WHEN),
            key("bind", SOURCES),
            key("fill", SOURCES),
            key("exclusive", Kind::Boolean),
            key("claims", Kind::Boolean),
            key("rules", Kind::Rules),
        ],
    )
};

static BUCKET_SOURCE: Schema = Schema {
    at_least_one: &["name", "attribute"],
    ..schema(
        "`bucket`",
        &[key("name", Kind::Word), key("table", Kind::Word), key("by", Kind::Word), key("attribute", ONE_OR_MORE)],
    )
};

static CLAIM: Schema = Schema {
    identity: &["area", "bind", "when"],
    ..schema(
        "`[[table.claim]]`",
        &[
            REMOVE,
            required("area", Kind::Word),
            required("bind", SOURCES),
            key("when", WHEN),
            key("unfinished_when", WHEN),
        ],
    )
};

static IGNORE: Schema = Schema {
    identity: &["attributes"],
    ..schema("`[[table.ignore]]`", &[REMOVE, required("attributes", ONE_OR_MORE), required("reason", Kind::Word)])
};

static SOURCE: Schema = schema("the value", &[required("attribute", Kind::Word), key("on", Kind::Word)]);

static CONDITION: Schema = Schema {
    exactly_one: &["equals", "not", "present"],
    ..schema(
        "the condition",
        &[
            required("attribute", Kind::Word),
            key("equals", ONE_OR_MORE),
            key("not", ONE_OR_MORE),
            key("present", Kind::Boolean),
        ],
    )
};

static WORKFLOW: Schema = Schema {
    identity: &["name"],
    ..schema(
        "`[[workflow]]`",
        &[
            REMOVE,
            required("name", Kind::Word),
            required("table", Kind::Word),
            key("when", WHEN),
            required("steps", Kind::Many(&Kind::Word)),
            key("on", Kind::Word),
        ],
    )
};

static UNCHECKED: Schema = Schema {
    identity: &["what"],
    ..schema(
        "`[[unchecked]]`",
        &[REMOVE, required("what", Kind::Word), required("why", Kind::Word), key("areas", WORDS)],
    )
};

static REQUIREMENT: Schema = Schema {
    identity: &["id"],
    ..schema(
        "`[[requirement]]`",
        &[
            REMOVE,
            required("id", Kind::Word),
            required("text", Kind::Word),
            key("areas", WORDS),
            key("rules", WORDS),
            key("commands", WORDS),
            key("limits", Kind::Word),
            key("shown_by", Kind::Word),
            key("conflicts_with", WORDS),
            key("waived", Kind::Word),
        ],
    )
};

static ALLOW: Schema = Schema {
    at_least_one: &["key", "area", "table", "item"],
    ..schema(
        "`[[allow]]`",
        &[
            required("rule", Kind::Word),
            key("key", Kind::Word),
            key("area", Kind::Word),
            key("table", Kind::Word),
            key("item", Kind::Word),
            required("reason", Kind::Word),
            key("owner", Kind::Word),
            key("expires", Kind::Date),
            key("at_most", Kind::Either(&Kind::Integer, &Kind::Word)),
        ],
    )
};

/// A severity by phase.
static PHASES: Schema = schema(
    "the severity",
    &[required("before", Kind::Word), required("during", Kind::Word), required("after", Kind::Word)],
);

/// What stands behind a selector in `rules`.
pub(super) static SEVERITY: Kind = Kind::Either(&Kind::Word, &Kind::Table(&PHASES));
