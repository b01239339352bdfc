//! The switches that change what is judged, as reports tell them and as a shell takes them again.

use std::borrow::Cow;
use std::path::Path;

use crate::audit::FailOn;
use crate::layout::spec::LayoutSpec;
use crate::model::{Phase, Severity};

/// Collects switches, each with its value.
#[derive(Debug, Default)]
pub(super) struct Switches(Vec<String>);

impl Switches {
    /// A switch without a value.
    pub(super) fn flag(&mut self, name: &str, is_given: bool) {
        if is_given {
            self.0.push(name.to_owned());
        }
    }

    /// One that may be given several times, or not at all.
    pub(super) fn each<T: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        self.0.extend(values.into_iter().map(|value| format!("{name} {}", quoted(value.as_ref()))));
    }

    /// Files by their names alone: where a file lies is nobody's business.
    pub(super) fn files<P: AsRef<Path>>(&mut self, name: &str, files: impl IntoIterator<Item = P>) {
        let named = |path: P| Some(path.as_ref().file_name()?.to_string_lossy().into_owned());
        self.each(name, files.into_iter().filter_map(named));
    }

    /// The phase and what fails, where they are not those that hold without a switch.
    pub(super) fn weights(&mut self, phase: Phase, fail_on: FailOn, spec: &LayoutSpec) {
        let is_told = phase != spec.migration.phase.unwrap_or(Phase::After);
        self.each("--phase", is_told.then(|| phase.name()));
        self.each("--fail-on", (fail_on != FailOn::Severity(Severity::Error)).then(|| fail_on.name()));
    }

    pub(super) fn into_vec(self) -> Vec<String> {
        self.0
    }
}

/// A value as a shell takes it.
fn quoted(value: &str) -> Cow<'_, str> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:=@%+,".contains(char);
    if !value.is_empty() && value.chars().all(is_plain) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(format!("'{}'", value.replace('\'', r"'\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_takes_a_value_as_it_was_given() {
        for (value, expected) in [
            ("R302@video=2.5%", "R302@video=2.5%"),
            ("Bucket, Key", "'Bucket, Key'"),
            ("it's", r"'it'\''s'"),
            ("$(rm)", "'$(rm)'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(value), expected);
        }
    }
}
