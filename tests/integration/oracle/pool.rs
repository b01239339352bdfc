//! The placeholders that worlds are made of, with values that fit and values that do not.

/// A placeholder: its form, and what generators write in its place.
#[derive(Debug)]
pub(crate) struct Placeholder {
    /// Its name.
    pub(crate) name: &'static str,
    /// A regular expression, where `one_of` is empty.
    pub(crate) pattern: &'static str,
    /// The values it takes.
    pub(crate) one_of: &'static [&'static str],
    /// The longest value, in bytes.
    pub(crate) max_length: Option<usize>,
    /// Values it does not take.
    pub(crate) except: &'static [&'static str],
    /// Spellings in records, and what they mean.
    pub(crate) aliases: &'static [(&'static str, &'static str)],
    /// What is replaced in values from records, and by what.
    pub(crate) replace: Option<(&'static str, &'static str)>,
    /// Values that fit.
    pub(crate) good: &'static [&'static str],
    /// Values that do not.
    pub(crate) bad: &'static [&'static str],
}

const PLAIN: Placeholder = Placeholder {
    name: "",
    pattern: "",
    one_of: &[],
    max_length: None,
    except: &[],
    aliases: &[],
    replace: None,
    good: &[],
    bad: &[],
};

const TARGETS: &[&str] = &["arm-cpu", "x86-cpu", "jetson"];

/// Every placeholder.
pub(crate) static PLACEHOLDERS: &[Placeholder] = &[
    Placeholder {
        name: "job",
        pattern: "[A-Za-z][A-Za-z0-9-]{0,39}",
        max_length: Some(24),
        good: &["alpha-1", "Alpha-1", "beta", "BETA", "gamma-7", "delta", "epsilon"],
        bad: &["bad_job", "7-up", "ünder", "this-name-is-too-long-for-a-job"],
        ..PLAIN
    },
    Placeholder {
        name: "target",
        one_of: TARGETS,
        aliases: &[("x86", "x86-cpu"), ("arm", "arm-cpu")],
        good: TARGETS,
        bad: &["riscv", "ARM-cpu", "jetson2"],
        ..PLAIN
    },
    Placeholder {
        name: "deployment",
        pattern: "[A-Za-z0-9_.-]+",
        except: &["current"],
        replace: Some(("[^A-Za-z0-9_.-]", "-")),
        good: &["model-a", "Model-a", "model-b", "model_c.1"],
        bad: &["current", "not this", "a+b"],
        ..PLAIN
    },
    Placeholder { name: "year", pattern: "[0-9]{4}", good: &["2024", "2025"], bad: &["20x4", "24"], ..PLAIN },
    Placeholder { name: "page", pattern: "[0-9]{1,3}", good: &["1", "22", "333"], bad: &["one", "4444"], ..PLAIN },
    Placeholder {
        name: "tenant",
        pattern: "[A-Za-z]{2,10}",
        good: &["acme", "Acme", "globex", "initech"],
        bad: &["a", "ac me", "42"],
        ..PLAIN
    },
    Placeholder { name: "week", pattern: "w[0-9]{2,6}", good: &["w01", "w02", "w03"], bad: &["week1", "w1"], ..PLAIN },
    Placeholder { name: "dataset", pattern: "[a-z]{3,12}", good: &["alien", "cookies"], bad: &["X", "é"], ..PLAIN },
    Placeholder {
        name: "uid",
        pattern: "[0-9a-f]{4}",
        good: &["0a1b", "ffff", "1234"],
        bad: &["zzzz", "0a1"],
        ..PLAIN
    },
];

/// The placeholder of that name; `{file}` and the rest of a key are none.
pub(crate) fn placeholder(name: &str) -> Option<&'static Placeholder> {
    PLACEHOLDERS.iter().find(|placeholder| placeholder.name == name)
}

/// The form of a field as a regular expression without groups.
pub(crate) fn form(name: &str) -> String {
    match placeholder(name) {
        None => "[^/]+".to_owned(),
        Some(placeholder) if placeholder.one_of.is_empty() => format!("(?:{})", placeholder.pattern),
        Some(placeholder) => {
            let values: Vec<String> = placeholder.one_of.iter().map(|value| regex::escape(value)).collect();
            format!("(?:{})", values.join("|"))
        }
    }
}

/// Whether a value of the right form is also short enough and no exception.
pub(crate) fn takes(name: &str, value: &str) -> bool {
    placeholder(name).is_none_or(|placeholder| {
        placeholder.max_length.is_none_or(|limit| value.len() <= limit) && !placeholder.except.contains(&value)
    })
}

/// Whether a value fits a placeholder.
pub(crate) fn fits(name: &str, value: &str) -> bool {
    super::template::Pattern::of("", &format!("{{{name}}}")).is_match(value)
}

/// A value from a record as the layout spells it.
pub(crate) fn normalise(name: &str, value: &str) -> String {
    let Some(placeholder) = placeholder(name) else { return value.to_owned() };
    let alias = placeholder.aliases.iter().find(|(alias, _)| *alias == value);
    let value = alias.map_or(value, |(_, meaning)| meaning);
    match placeholder.replace {
        None => value.to_owned(),
        Some((pattern, with)) => regex::Regex::new(pattern).unwrap().replace_all(value, with).into_owned(),
    }
}
