//! The named forms of placeholders: `[placeholder.x] form = "date"` and its kin.

/// One named form.
#[derive(Debug)]
pub struct NamedForm {
    /// The name a configuration uses.
    pub name: &'static str,
    /// Its values, as an anchored regular expression.
    pub pattern: &'static str,
    /// Its values, in the words of messages and documentation.
    pub about: &'static str,
    /// One of its values.
    pub example: &'static str,
}

/// Every named form, in the order of the documentation.
pub const NAMED_FORMS: &[NamedForm] = &[
    NamedForm {
        name: "uuid",
        pattern: "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        about: "a UUID in groups of 8, 4, 4, 4 and 12 hex digits",
        example: "5f3c2b1a-0d4e-4c6b-9a77-0a1b2c3d4e5f",
    },
    NamedForm {
        name: "date",
        pattern: "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
        about: "a date as YYYY-MM-DD",
        example: "2026-06-07",
    },
    NamedForm {
        name: "datetime",
        pattern: "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T_]\
            ([01][0-9]|2[0-3])[:-][0-5][0-9]([:-][0-5][0-9](\\.[0-9]{1,9})?)?Z?",
        about: "a date and time as YYYY-MM-DDThh-mm or YYYY-MM-DDThh:mm:ss, perhaps with a fraction and Z",
        example: "2026-11-22T01-00Z",
    },
    NamedForm {
        name: "timestamp",
        pattern: "[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[-T_]?([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z?",
        about: "a compact date and time as YYYYMMDD-hhmmss, also with `T`, `_` or nothing between",
        example: "20260607-024610",
    },
    NamedForm { name: "hex", pattern: "[0-9a-fA-F]+", about: "hex digits", example: "9f5e8300" },
    NamedForm { name: "integer", pattern: "[0-9]+", about: "decimal digits", example: "0042" },
    NamedForm {
        name: "slug",
        pattern: "[a-z0-9]+(-[a-z0-9]+)*",
        about: "lower-case words of letters and digits, joined by `-`",
        example: "cookies-binary",
    },
    NamedForm {
        name: "version",
        pattern: "v?[0-9]+(\\.[0-9]+){0,3}([-+][0-9A-Za-z.-]+)?",
        about: "a version of one to four numbers, perhaps with `v` in front and a `-` or `+` suffix",
        example: "1.4.0-rc.1",
    },
    NamedForm {
        name: "name",
        pattern: "[A-Za-z0-9_-][A-Za-z0-9_.-]*|\\.[A-Za-z0-9_-][A-Za-z0-9_.-]*|\\.\\.[A-Za-z0-9_.-]+",
        about: "letters, digits, `_`, `.` and `-`, but not `.` or `..`",
        example: "model-cookies_v1.2",
    },
    NamedForm { name: "any", pattern: "(?s)[^/]+", about: "any text without `/`", example: "anything at all" },
];

#[cfg(test)]
mod tests {
    use super::super::automaton::Automaton;
    use super::NAMED_FORMS;

    #[test]
    fn a_named_form_takes_its_example_and_never_a_slash() {
        for form in NAMED_FORMS {
            let automaton = Automaton::pattern(form.pattern).unwrap();
            assert!(automaton.accepts(form.example.as_bytes()), "{}", form.name);
            assert!(!automaton.can_hold(b'/') && !automaton.accepts(b""), "{}", form.name);
        }
    }

    #[test]
    fn a_named_form_refuses_its_neighbours() {
        for (name, value) in [
            ("uuid", "5f3c2b1a0d4e4c6b9a770a1b2c3d4e5f"),
            ("date", "2026-13-01"),
            ("datetime", "2026-11-22"),
            ("timestamp", "20260607-246000"),
            ("hex", "9f5g"),
            ("integer", "-1"),
            ("slug", "a--b"),
            ("version", "v"),
            ("name", ".."),
        ] {
            let form = NAMED_FORMS.iter().find(|form| form.name == name).unwrap();
            assert!(!Automaton::pattern(form.pattern).unwrap().accepts(value.as_bytes()), "{name} {value}");
        }
    }
}
