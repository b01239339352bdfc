//! Everything wrong with a configuration, collected while the reading goes on.

use std::sync::Arc;

use super::tree::Node;
use crate::layout::{ConfigError, ConfigErrors};
use crate::model::{Place, suggest};

/// The longest piece of a value that a sentence quotes, in characters.
const QUOTED: usize = 80;

/// The errors found so far.
#[derive(Default)]
pub(super) struct Problems(Vec<ConfigError>);

impl Problems {
    /// Takes one more.
    pub(super) fn add(&mut self, error: ConfigError) {
        self.0.push(error);
    }

    /// Takes what another collected.
    pub(super) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A name that nothing answers to, with the nearest of those that are known, else with `help`.
    pub(super) fn unknown<'a>(
        &mut self,
        place: &Place,
        problem: String,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        help: impl Into<String>,
    ) {
        let help = match suggest::nearest(name, known) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => help.into(),
        };
        self.add(ConfigError::at(place, problem).help(help));
    }

    /// What a word of a closed list stands for; the first of the list where there is no word.
    pub(super) fn choice<T: Copy>(&mut self, node: Option<&Node>, what: &str, words: &[(&str, T)]) -> T {
        let fallback = words[0].1;
        let Some(node) = node else { return fallback };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == node.as_text()) {
            return *value;
        }
        let names = words.iter().map(|(word, _)| *word);
        let problem = format!("unknown {what} {}", Self::quote(node.as_text()));
        self.unknown(&node.place, problem, node.as_text(), names.clone(), format!("write one of {}", list(names)));
        fallback
    }

    /// A value in backticks, shortened where it is long.
    pub(super) fn quote(value: &str) -> String {
        match value.char_indices().nth(QUOTED) {
            Some((end, _)) => format!("`{}…`", &value[..end]),
            None => format!("`{value}`"),
        }
    }

    /// The errors, the user's file first, each file's from its top to its end.
    pub(super) fn into_errors(mut self, files: &[Arc<str>]) -> ConfigErrors {
        self.0.sort_by_key(|error| {
            error.place.as_ref().map(|place| {
                let file = files.iter().position(|file| *file == place.file).unwrap_or(files.len());
                (file, place.line, place.column)
            })
        });
        ConfigErrors(self.0)
    }
}

/// Names in backticks, with commas between.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
