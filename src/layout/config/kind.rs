//! The kinds of values that keys take: what fits them, and what sentences say of them.

use super::schema::Schema;
use super::tree::Value;

/// What a key's value may be, and how it merges.
pub(super) enum Kind {
    /// Any text.
    Text,
    /// A text that is not empty.
    Word,
    /// A path relative to the file it stands in, or an `s3://` URI.
    Path,
    /// A whole number.
    Integer,
    Boolean,
    Date,
    /// A date and time with its offset.
    Time,
    List(&'static Kind),
    /// A list of at least one.
    Many(&'static Kind),
    /// The first that the value's type fits.
    Either(&'static Kind, &'static Kind),
    /// Names of the user's choice.
    Map(&'static Kind),
    /// A table that is one value: replaced whole.
    Table(&'static Schema),
    /// A table that merges key by key.
    Section(&'static Schema),
    /// Tables by a name of the user's choice, each replaced whole.
    Named(&'static Kind),
    /// A list of tables that merges by identity.
    Entries(&'static Schema),
    /// Severities by code, name or family.
    Rules,
}

impl Kind {
    /// What was expected, as sentences say it.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Word | Self::Path => "a text that is not empty".to_owned(),
            Self::Integer => "a whole number from 0".to_owned(),
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Date => "a date".to_owned(),
            Self::Time => "a time with its offset".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Many(_) => "a list that is not empty".to_owned(),
            Self::Either(one, other) => format!("{} or {}", one.expected(), other.expected()),
            Self::Map(_) | Self::Table(_) | Self::Section(_) | Self::Named(_) | Self::Rules => "a table".to_owned(),
            Self::Entries(schema) => format!("tables headed {}", schema.what),
        }
    }
}

impl Kind {
    /// How such a value is written.
    pub(super) fn advice(&self) -> String {
        match self {
            Self::Text | Self::Word | Self::Path => "write it in quotes".to_owned(),
            Self::Integer | Self::Boolean => "write it without quotes".to_owned(),
            Self::Date => "write it like 2027-03-31, without quotes".to_owned(),
            Self::Time => "write it like 2026-12-01T00:00:00Z, without quotes".to_owned(),
            Self::List(_) | Self::Many(_) => "write it within `[` and `]`".to_owned(),
            Self::Either(one, _) => one.advice(),
            Self::Map(_) | Self::Table(_) | Self::Section(_) | Self::Named(_) | Self::Rules => {
                "write it within `{` and `}`".to_owned()
            }
            Self::Entries(schema) => format!("head each with {}", schema.what),
        }
    }
}

/// Whether a value has the type that a key asks for; what lies within it is another question.
pub(super) fn fits(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Text, Value::Text(_)) | (Kind::Boolean, Value::Boolean(_)) | (Kind::List(_), Value::List(_)) => true,
        (Kind::Word | Kind::Path, Value::Text(text)) => !text.is_empty(),
        (Kind::Integer, Value::Integer(number)) => *number >= 0,
        (Kind::Date, Value::Datetime(time)) => time.date.is_some() && time.time.is_none(),
        (Kind::Time, Value::Datetime(time)) => time.date.is_some() && time.time.is_some() && time.offset.is_some(),
        (Kind::Many(_), Value::List(elements)) => !elements.is_empty(),
        (Kind::Either(one, other), _) => fits(one, value) || fits(other, value),
        (Kind::Entries(_), Value::List(entries)) => entries.iter().all(|entry| matches!(entry.value, Value::Table(_))),
        (Kind::Map(_) | Kind::Table(_) | Kind::Section(_) | Kind::Named(_) | Kind::Rules, Value::Table(_)) => true,
        _ => false,
    }
}

/// What a value is, as sentences say it.
pub(super) fn found(value: &Value) -> &'static str {
    match value {
        Value::Text(text) if text.is_empty() => "empty",
        Value::Text(_) => "a text",
        Value::Integer(number) if *number < 0 => "negative",
        Value::Integer(_) => "a whole number",
        Value::Boolean(_) => "`true` or `false`",
        Value::Fraction => "a fraction",
        Value::Datetime(time) => match (time.date, time.time, time.offset) {
            (Some(_), None, _) => "a date",
            (Some(_), _, None) => "a time without offset",
            (Some(_), ..) => "a date and time",
            (None, ..) => "a time of day",
        },
        Value::List(elements) if elements.is_empty() => "an empty list",
        Value::List(_) => "a list",
        Value::Table(_) => "a table",
        Value::Broken => "not readable",
    }
}
