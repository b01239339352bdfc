//! The forms that a value may have, and the narrowest that several values share.

use regex_automata::Input;
use regex_automata::dfa::{Automaton, dense};

use crate::layout::form::NAMED_FORMS;

/// SageMaker's own rule for names of jobs.
const JOB: &str = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}";
/// What makes a name look like a job's: words, then a time or a long number.
const JOB_LIKE: &str = "[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*-[0-9]{6,17}(-[0-9]{4,9})*";
/// Any text of one segment.
const ANY: &str = "[^/]+";

/// The named forms that are tried, the narrowest first.
const NARROWEST_FIRST: [&str; 8] = ["uuid", "date", "datetime", "timestamp", "integer", "hex", "slug", "name"];

/// The form of a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Form {
    /// A named form.
    Named(&'static str),
    /// A name as SageMaker gives them to jobs.
    Job,
    /// Any one segment.
    Any,
}

impl Form {
    /// Its values in the language of the configuration: key and value.
    pub(super) fn declared(self) -> (&'static str, &'static str) {
        match self {
            Self::Named(name) => ("form", name),
            Self::Job => ("pattern", JOB),
            Self::Any => ("pattern", ANY),
        }
    }
}

/// Which forms a value has, as bits: those of [`NARROWEST_FIRST`], then [`JOB`], then [`JOB_LIKE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fits(u16);

const JOB_BIT: u16 = 1 << NARROWEST_FIRST.len();
const JOB_LIKE_BIT: u16 = JOB_BIT << 1;

impl Fits {
    /// What fits both.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn has(self, name: &str) -> bool {
        NARROWEST_FIRST.iter().position(|known| *known == name).is_some_and(|bit| self.0 >> bit & 1 == 1)
    }

    /// Whether a value of these forms is one among many: a date, an id, a number, a job.
    pub(super) fn is_value(self) -> bool {
        ["uuid", "date", "datetime", "timestamp", "integer"].iter().any(|form| self.has(form)) || self.is_job()
    }

    /// Whether it looks like the name of a job.
    pub(super) fn is_job(self) -> bool {
        self.0 & JOB_LIKE_BIT != 0 && self.0 & JOB_BIT != 0
    }

    /// The narrowest form that fits, if most values looked like jobs a job.
    pub(super) fn narrowest(self, mostly_jobs: bool) -> Form {
        let named = NARROWEST_FIRST.iter().find(|name| self.has(name)).copied();
        match named {
            Some("slug" | "name") | None if mostly_jobs && self.0 & JOB_BIT != 0 => Form::Job,
            Some(name) => Form::Named(name),
            None => Form::Any,
        }
    }
}

/// Tells the forms of values.
pub(super) struct Forms {
    automata: Vec<Option<dense::DFA<Vec<u32>>>>,
}

impl Forms {
    pub(super) fn new() -> Self {
        let named = NARROWEST_FIRST
            .iter()
            .map(|name| NAMED_FORMS.iter().find(|form| form.name == *name).map_or("", |form| form.pattern));
        let compile = |pattern: &str| dense::DFA::new(&format!(r"\A(?:{pattern})\z")).ok();
        Self { automata: named.chain([JOB, JOB_LIKE]).map(compile).collect() }
    }

    pub(super) fn of(&self, value: &str) -> Fits {
        let mut bits = 0;
        for (bit, automaton) in self.automata.iter().enumerate() {
            let fits = automaton
                .as_ref()
                .is_some_and(|automaton| matches!(automaton.try_search_fwd(&Input::new(value)), Ok(Some(_))));
            bits |= u16::from(fits) << bit;
        }
        Fits(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Forms};

    #[test]
    fn values_share_the_narrowest_form_that_fits_them_all() {
        let forms = Forms::new();
        assert!(forms.automata.iter().all(Option::is_some));
        for (values, form) in [
            (&["2026-01-31", "2025-12-01"][..], Form::Named("date")),
            (&["5f3c2b1a-0d4e-4c6b-9a77-0a1b2c3d4e5f"], Form::Named("uuid")),
            (&["12", "007"], Form::Named("integer")),
            (&["12", "9f5e8300"], Form::Named("hex")),
            (&["cookies-binary-20260607-024610", "a-20260607031500"], Form::Job),
            (&["LFV-classification2025-20260607031500"], Form::Job),
            (&["alien", "big-cookies"], Form::Named("slug")),
            (&["alien", "Big_Cookies"], Form::Named("name")),
            (&["alien", "two words"], Form::Any),
        ] {
            let shared = values.iter().map(|value| forms.of(value)).reduce(|one, other| one.and(other)).unwrap();
            let jobs = values.iter().filter(|value| forms.of(value).is_job()).count();
            assert_eq!(shared.narrowest(jobs * 2 >= values.len()), form, "{values:?}");
        }
        assert!(forms.of("2026-01-31").is_value() && !forms.of("output").is_value() && !forms.of("v1").is_value());
    }
}
