//! A configuration file as a tree of values that know where they stand.

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::problems::Problems;
use super::source_text::SourceText;
use crate::layout::ConfigError;
use crate::layout::spec::At;
use crate::model::Place;

/// A value, its place and the file it came from.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The value.
    pub(super) value: Value,
    /// Where it stands: for a text, its first character within the quotes; for a `[[table]]`, its header.
    pub(super) place: Place,
    /// Whether a column within a text can be told by counting: it has no escapes.
    pub(super) plain: bool,
    /// 0 for the user's file, 1 for what it extends, and so on.
    pub(super) layer: u8,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Boolean(bool),
    Fraction,
    Datetime(Datetime),
    List(Vec<Node>),
    /// Members in file order.
    Table(Vec<Member>),
    /// Something that was complained about; present, and no reason for a second complaint.
    Broken,
}

/// A named value of a table.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    /// Where the name stands.
    pub(super) place: Place,
    pub(super) node: Node,
}

/// Reads a file into a tree; what is no TOML is reported, once for each line.
pub(super) fn parse(source: &SourceText, layer: u8, problems: &mut Problems) -> Node {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    let mut last_line = 0;
    let mut errors: Vec<_> = errors.iter().map(|error| (error.span().map_or(0, |span| span.start), error)).collect();
    errors.sort_by_key(|(start, _)| *start);
    for (start, error) in errors {
        let place = source.place(start);
        if place.line != last_line {
            last_line = place.line;
            let problem = error.message().replace('\n', ", ");
            problems.add(ConfigError::at(&place, problem).help("see https://toml.io for how TOML is written"));
        }
    }
    let mut reader = Reader { source, layer, problems };
    let members = reader.members(table.get_ref());
    Node { value: Value::Table(members), place: Place::file(source.name.clone()), plain: false, layer }
}

struct Reader<'a> {
    source: &'a SourceText,
    layer: u8,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn members(&mut self, table: &DeTable<'_>) -> Vec<Member> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        let member = |(name, value): (&Spanned<_>, _)| Member {
            name: AsRef::<str>::as_ref(name.get_ref()).to_owned(),
            place: self.source.place(name.span().start),
            node: self.node(value),
        };
        entries.into_iter().map(member).collect()
    }

    fn node(&mut self, spanned: &Spanned<DeValue<'_>>) -> Node {
        let span = spanned.span();
        let (mut start, mut plain) = (span.start, false);
        let value = match spanned.get_ref() {
            DeValue::String(text) => {
                let raw = self.source.text.get(span).unwrap_or_default();
                for quote in ["\"\"\"", "'''", "\"", "'"] {
                    let inner = raw.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
                    if inner == Some(text) {
                        (start, plain) = (start + quote.len(), true);
                        break;
                    }
                }
                Value::Text(text.clone().into_owned())
            }
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => {
                    let problem = format!("the number {} is too large", Problems::quote(number.as_str()));
                    self.problems.add(ConfigError::at(&self.source.place(start), problem).help("write a smaller one"));
                    Value::Broken
                }
            },
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::Float(_) => Value::Fraction,
            DeValue::Datetime(datetime) => Value::Datetime(*datetime),
            DeValue::Array(elements) => Value::List(elements.iter().map(|element| self.node(element)).collect()),
            DeValue::Table(table) => Value::Table(self.members(table)),
        };
        Node { value, place: self.source.place(start), plain, layer: self.layer }
    }
}

impl Node {
    /// Another value at the place of this one.
    pub(super) fn replaced(&self, value: Value) -> Self {
        Self { value, place: self.place.clone(), plain: false, layer: self.layer }
    }

    /// The members of a table; none of anything else.
    pub(super) fn members(&self) -> &[Member] {
        match &self.value {
            Value::Table(members) => members,
            _ => &[],
        }
    }

    /// The value of a name, unless it was complained about.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        let member = self.members().iter().find(|member| member.name == name)?;
        (!matches!(member.node.value, Value::Broken)).then_some(&member.node)
    }

    /// Whether a name stands there, with whatever value.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members().iter().any(|member| member.name == name)
    }

    /// The elements of a list; anything else is a list of itself, as `area = "raw"` is of `area = ["raw"]`.
    pub(super) fn elements(&self) -> &[Node] {
        match &self.value {
            Value::List(elements) => elements,
            Value::Broken => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The elements of the list of a name.
    pub(super) fn list(&self, name: &str) -> &[Node] {
        self.get(name).map_or(&[], Node::elements)
    }

    /// The text; empty for anything else.
    pub(super) fn as_text(&self) -> &str {
        match &self.value {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// The text with its place.
    pub(super) fn at(&self) -> At<String> {
        At { value: self.as_text().to_owned(), place: self.place.clone() }
    }

    /// The place of the character at an offset in bytes of the text.
    pub(super) fn place_in(&self, offset: usize) -> Place {
        let mut place = self.place.clone();
        if self.plain {
            let before = self.as_text().get(..offset).unwrap_or_default();
            match before.rfind('\n') {
                Some(newline) => {
                    place.line += u32::try_from(before.matches('\n').count()).unwrap_or(0);
                    place.column = u32::try_from(before[newline..].chars().count()).unwrap_or(0);
                }
                None => place.column += u32::try_from(before.chars().count()).unwrap_or(0),
            }
        }
        place
    }

    /// The text of a name, if it has one.
    pub(super) fn optional_text(&self, name: &str) -> Option<String> {
        self.get(name).map(|node| node.as_text().to_owned())
    }

    /// The text of a name; empty if it has none.
    pub(super) fn text(&self, name: &str) -> String {
        self.optional_text(name).unwrap_or_default()
    }

    /// The texts of a name, which is a text or a list of texts.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.list(name).iter().map(|node| node.as_text().to_owned()).collect()
    }

    /// The texts of a name with their places.
    pub(super) fn texts_at(&self, name: &str) -> Vec<At<String>> {
        self.list(name).iter().map(Node::at).collect()
    }

    /// The truth of a name.
    pub(super) fn boolean(&self, name: &str) -> Option<bool> {
        match self.get(name)?.value {
            Value::Boolean(boolean) => Some(boolean),
            _ => None,
        }
    }
}
