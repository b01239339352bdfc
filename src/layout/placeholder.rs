//! Placeholders: their numbers, the values they take, and how a record's spelling becomes such a value.

use std::borrow::Cow;

use hashbrown::HashMap;
use regex_automata::dfa::{dense, regex::Regex};

use super::automaton::{Automaton, AutomatonError, MOST_BYTES};
use super::error::ConfigError;
use super::form::NAMED_FORMS;
use super::spec::{At, FormSpec, PlaceholderSpec};
use super::template::is_name;
use crate::model::suggest::nearest;
use crate::model::{Place, key::MAX_KEY_BYTES};

/// The predeclared placeholder that is any one whole segment.
pub(super) const FILE: &str = "file";
/// The predeclared placeholder that is the bucket's own name.
pub(super) const BUCKET: &str = "bucket";

/// A placeholder, or the name of a rest (`{x**}`), by its position in the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceholderId(pub(super) u16);

/// All placeholders of a layout.
#[derive(Debug)]
pub(super) struct Placeholders {
    entries: Vec<Placeholder>,
    by_name: HashMap<String, PlaceholderId>,
}

/// One placeholder.
#[derive(Debug)]
pub(super) struct Placeholder {
    /// Its name.
    pub(super) name: String,
    /// Its values; `None` for the name of a rest, which has no form.
    pub(super) values: Option<Automaton>,
    /// Its values in words.
    pub(super) expected: String,
    aliases: Vec<(String, String)>,
    replace: Option<(Regex, String)>,
}

impl Placeholder {
    /// Whether a text is one of its values.
    pub(super) fn takes(&self, text: &str) -> bool {
        self.values.as_ref().is_some_and(|values| values.accepts(text.as_bytes()))
    }
}

impl Placeholders {
    /// Compiles every declared form; what is wrong goes to `errors`, and such a placeholder takes any text meanwhile.
    pub(super) fn compile(specs: &[PlaceholderSpec], errors: &mut Vec<ConfigError>) -> Self {
        let mut made = Self { entries: Vec::new(), by_name: HashMap::new() };
        for spec in specs {
            let values = values(spec).unwrap_or_else(|error| {
                errors.push(error);
                any()
            });
            let replace = spec.replace.as_ref().and_then(|(pattern, with)| {
                let regex = replacement(&spec.name, pattern).map_err(|error| errors.push(error)).ok()?;
                Some((regex, with.clone()))
            });
            check_values(spec, &values, errors);
            let expected = expected(spec);
            let aliases = spec.aliases.clone();
            made.add(Placeholder { name: spec.name.clone(), values: Some(values), expected, aliases, replace });
        }
        made.add(Placeholder {
            name: FILE.to_owned(),
            values: Some(any()),
            expected: "any one segment".to_owned(),
            aliases: Vec::new(),
            replace: None,
        });
        made
    }

    fn add(&mut self, placeholder: Placeholder) -> PlaceholderId {
        let id = PlaceholderId(u16::try_from(self.entries.len()).unwrap_or(u16::MAX));
        self.by_name.insert(placeholder.name.clone(), id);
        self.entries.push(placeholder);
        id
    }

    /// The number of the name of a rest; `None` if a placeholder with a form has that name.
    pub(super) fn rest(&mut self, name: &str) -> Option<PlaceholderId> {
        match self.id(name) {
            Some(id) => self.get(id).values.is_none().then_some(id),
            None => Some(self.add(Placeholder {
                name: name.to_owned(),
                values: None,
                expected: "the rest of the key".to_owned(),
                aliases: Vec::new(),
                replace: None,
            })),
        }
    }

    /// The placeholder of this name.
    pub(super) fn id(&self, name: &str) -> Option<PlaceholderId> {
        self.by_name.get(name).copied()
    }

    /// A placeholder by its number, which must be of this layout.
    pub(super) fn get(&self, id: PlaceholderId) -> &Placeholder {
        &self.entries[usize::from(id.0)]
    }

    /// The declared name that a misspelt one may have meant.
    pub(super) fn near(&self, name: &str) -> Option<&str> {
        let named = self.entries.iter().filter(|entry| entry.values.is_some()).map(|entry| entry.name.as_str());
        nearest(name, named.chain([BUCKET]))
    }

    /// The value that a record's spelling means: aliases, then `replace`.
    pub(super) fn normalise<'v>(&self, name: &str, value: &'v str) -> Cow<'v, str> {
        let Some(placeholder) = self.id(name).map(|id| self.get(id)) else { return Cow::Borrowed(value) };
        if let Some((_, meant)) = placeholder.aliases.iter().find(|(alias, _)| alias == value) {
            return Cow::Owned(meant.clone());
        }
        let Some((pattern, with)) = &placeholder.replace else { return Cow::Borrowed(value) };
        let mut copied = 0;
        let mut replaced = String::new();
        for found in pattern.find_iter(value) {
            replaced.push_str(&value[copied..found.start()]);
            replaced.push_str(with);
            copied = found.end();
        }
        if copied == 0 { Cow::Borrowed(value) } else { Cow::Owned(replaced + &value[copied..]) }
    }
}

/// Any text of one segment.
fn any() -> Automaton {
    Automaton::constant("(?s)[^/]+")
}

fn values(spec: &PlaceholderSpec) -> Result<Automaton, ConfigError> {
    let name = &spec.name;
    if name == FILE || name == BUCKET {
        return Err(ConfigError::at(&spec.place, format!("`{{{name}}}` is predeclared")).help("choose another name"));
    }
    if !is_name(name) {
        return Err(ConfigError::at(&spec.place, format!("`{name}` cannot name a placeholder"))
            .help("use letters, digits, `_` and `-`"));
    }
    let (place, form) = match &spec.form {
        FormSpec::Pattern(pattern) => (&pattern.place, Automaton::pattern(&pattern.value)),
        FormSpec::OneOf(words) => {
            (&spec.place, Automaton::words(&words.iter().map(String::as_str).collect::<Vec<_>>()))
        }
        FormSpec::Named(form) => {
            let Some(known) = NAMED_FORMS.iter().find(|known| known.name == form.value) else {
                let error = ConfigError::at(&form.place, format!("`{}` is no form of placeholder", form.value));
                let names = || NAMED_FORMS.iter().map(|known| known.name);
                return Err(match nearest(&form.value, names()) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help(format!("choose one of {}", names().collect::<Vec<_>>().join(", "))),
                });
            };
            (&form.place, Automaton::pattern(known.pattern))
        }
    };
    let refuse = |error| pattern_error(&format!("the form of `{{{name}}}`"), place, error);
    let mut form = form.map_err(refuse)?;
    if form.can_hold(b'/') {
        return Err(ConfigError::at(place, format!("`{{{name}}}` could hold `/`, but a value stays in one segment"))
            .help("exclude `/`, as in `[^/]+`"));
    }
    if form.accepts(b"") {
        return Err(ConfigError::at(place, format!("`{{{name}}}` could be empty"))
            .help("ask for at least one character, as with `+` instead of `*`"));
    }
    if !spec.except.is_empty() {
        form = form.without(&spec.except.iter().map(String::as_str).collect::<Vec<_>>()).map_err(refuse)?;
    }
    if let Some(most) = spec.max_length.filter(|most| *most < MAX_KEY_BYTES) {
        form = form.at_most(most).map_err(refuse)?;
    }
    if form.judged_by(&[]).is_empty() {
        return Err(ConfigError::at(place, format!("no text is of the form of `{{{name}}}`"))
            .help("loosen the form, `except` or `max_length`"));
    }
    Ok(form)
}

fn check_values(spec: &PlaceholderSpec, values: &Automaton, errors: &mut Vec<ConfigError>) {
    let mut check = |place: &Place, what: &str, value: &str| {
        if !values.accepts(value.as_bytes()) {
            let problem = format!("{what} `{value}` is not of the form of `{{{}}}`", spec.name);
            errors.push(ConfigError::at(place, problem).help(format!("expected {}", expected(spec))));
        }
    };
    if let Some(example) = &spec.example {
        check(&example.place, "the example", &example.value);
    }
    for (_, meant) in &spec.aliases {
        check(&spec.place, "the alias's value", meant);
    }
    for (alias, meant) in &spec.aliases {
        if alias != meant && spec.aliases.iter().any(|(other, further)| other == meant && further != meant) {
            let problem = format!("the alias `{alias}` of `{{{}}}` leads to another alias, `{meant}`", spec.name);
            errors.push(ConfigError::at(&spec.place, problem).help("name the value itself"));
        }
    }
}

fn replacement(name: &str, pattern: &At<String>) -> Result<Regex, ConfigError> {
    let refuse = |error| pattern_error(&format!("the `replace` pattern of `{{{name}}}`"), &pattern.place, error);
    let searched = Automaton::pattern(&pattern.value).map_err(refuse)?;
    if searched.accepts(b"") {
        return Err(ConfigError::at(&pattern.place, format!("the `replace` pattern of `{{{name}}}` matches nothing"))
            .help("ask for at least one character"));
    }
    let limits = dense::Config::new().dfa_size_limit(Some(MOST_BYTES)).determinize_size_limit(Some(MOST_BYTES));
    Regex::builder().dense(limits).build(&pattern.value).map_err(|_| refuse(AutomatonError::TooLarge))
}

fn pattern_error(what: &str, place: &Place, error: AutomatonError) -> ConfigError {
    match error {
        AutomatonError::Syntax(reason) => ConfigError::at(place, format!("{what} is no regular expression: {reason}")),
        AutomatonError::LookAround => ConfigError::at(place, format!("{what} looks around itself"))
            .help("leave out `^`, `$` and `\\b`: the whole value is matched anyway"),
        AutomatonError::TooLarge => ConfigError::at(place, format!("{what} is too large to be decided exactly"))
            .help("use smaller repetitions or plainer classes, such as `[a-z]` for `\\w`"),
    }
}

/// The form in words, to follow "expected".
fn expected(spec: &PlaceholderSpec) -> String {
    let mut words = match &spec.form {
        FormSpec::Pattern(pattern) => format!("text of the form `{}`", pattern.value),
        FormSpec::OneOf(words) if words.len() == 1 => format!("`{}`", words[0]),
        FormSpec::OneOf(words) => format!("one of `{}`", words.join("`, `")),
        FormSpec::Named(form) => {
            let known = NAMED_FORMS.iter().find(|known| known.name == form.value);
            known.map_or(&*form.value, |known| known.about).to_owned()
        }
    };
    if let Some(most) = spec.max_length {
        words += &format!(", at most {most} bytes");
    }
    if !spec.except.is_empty() {
        words += &format!(", but not `{}`", spec.except.join("` or `"));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str, pattern: &str) -> PlaceholderSpec {
        let place = Place::file("t.toml");
        PlaceholderSpec {
            name: name.into(),
            form: FormSpec::Pattern(At { value: pattern.into(), place: place.clone() }),
            place,
            max_length: None,
            except: vec![],
            about: String::new(),
            example: None,
            aliases: vec![],
            replace: None,
        }
    }

    #[test]
    fn a_form_that_could_mislead_is_refused() {
        for (name, pattern, problem) in [
            ("x", "a*", "`{x}` could be empty"),
            ("x", "[^a]+", "`{x}` could hold `/`, but a value stays in one segment"),
            ("x", "^a$", "the form of `{x}` looks around itself"),
            ("x", "(a", "the form of `{x}` is no regular expression: unclosed group"),
            ("x", "(\\w{9}){99}\\w{999}", "the form of `{x}` is too large to be decided exactly"),
            ("file", "a", "`{file}` is predeclared"),
            ("a b", "a", "`a b` cannot name a placeholder"),
        ] {
            let mut errors = Vec::new();
            Placeholders::compile(&[spec(name, pattern)], &mut errors);
            assert_eq!(errors.iter().map(|error| &*error.problem).collect::<Vec<_>>(), [problem]);
        }
    }

    #[test]
    fn a_record_spelling_becomes_a_value() {
        let mut target = spec("target", "[a-z0-9-]+");
        target.aliases = vec![("x86_64".into(), "x86-64-cpu".into())];
        target.replace = Some((At { value: "[^a-z0-9é-]+".into(), place: Place::default() }, "-".into()));
        let mut errors = Vec::new();
        let placeholders = Placeholders::compile(&[target], &mut errors);
        assert_eq!(errors, []);
        for (value, meant) in [("x86_64", "x86-64-cpu"), ("a_ b_", "a-b-"), ("é", "é"), ("plain", "plain")] {
            assert_eq!(placeholders.normalise("target", value), meant);
        }
    }
}
