//! Ion text of any spelling, through the general reader: what AWS's writer does not write and Ion allows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ion_rs::{Element, IonError, Value};

use super::ion::DEEPEST;
use super::ion_records::Scanner;
use super::item::{Item, Node, Text, ValueKind};
use super::number::push_normal;
use crate::source::inventory::guarded;

/// The most digits of a number that is worth an attempt.
const MOST_DIGITS: usize = 1_000;

impl Item {
    /// Reads the record that it has begun with, known to be UTF-8.
    #[cold]
    pub(super) fn parse_ion_generally(&mut self) -> Result<(), String> {
        // The general reader recurses without a bound.
        let (depth, digits) = Scanner::extremes_of(self.line.as_bytes());
        if depth > usize::from(DEEPEST) {
            return Err("the nesting is deeper than 64".to_owned());
        }
        // It computes a number of any length, and DynamoDB has none of more than 38 digits.
        if digits > MOST_DIGITS {
            return Err(format!("a number has {digits} digits"));
        }
        // It asserts on some texts that are no Ion, such as an escape for what is no character.
        let values = guarded(|| Element::read_all(self.line.as_bytes()).map_err(|error| shown(&error)));
        let values = values.unwrap_or_else(|| Err("this is not Ion".to_owned()))?;
        let mut values = values.iter();
        let (Some(record), None) = (values.next(), values.next()) else {
            return Err("a record is one value".to_owned());
        };
        if !matches!(record.value(), Value::Struct(_)) {
            return Err(format!("a record is a struct `{{Item:{{…}}}}`, not {}", article(record)));
        }
        self.put(Text::default(), record)
    }

    /// Puts a value and all that is in it on the tape.
    fn put(&mut self, name: Text, element: &Element) -> Result<(), String> {
        let mut annotations = element.annotations().iter().map(|annotation| annotation.text().unwrap_or_default());
        let set = match (annotations.next(), annotations.next()) {
            (None, _) => None,
            (Some("$dynamodb_SS"), None) => Some(ValueKind::SS),
            (Some("$dynamodb_NS"), None) => Some(ValueKind::NS),
            (Some("$dynamodb_BS"), None) => Some(ValueKind::BS),
            (Some(other), _) => return Err(format!("`{other}::` is none of $dynamodb_SS, $dynamodb_NS, $dynamodb_BS")),
        };
        let node = self.nodes.len();
        let mut kind = set.unwrap_or(ValueKind::L);
        self.nodes.push(Node { kind, name, text: Text::default(), count: 0, after: 0 });
        if set.is_some() && !matches!(element.value(), Value::List(_)) {
            return Err(format!("a set is a list, not {}", article(element)));
        }
        match element.value() {
            Value::List(elements) => {
                for inner in elements.iter() {
                    let place = self.nodes.len();
                    self.put(Text::default(), inner)?;
                    if let Some(expected) = kind.element()
                        && self.nodes[place].kind != expected
                    {
                        return Err(format!("a set of type {} holds {}", kind.tag(), article(inner)));
                    }
                }
                self.nodes[node].count = elements.len() as u32;
            }
            Value::Struct(fields) => {
                kind = ValueKind::M;
                let mut count = 0;
                for (field, inner) in fields.iter() {
                    let field = field.text().ok_or("a name is a symbol that nothing defines")?;
                    let field = self.keep(|decoded| decoded.push_str(field));
                    self.put(field, inner)?;
                    count += 1;
                }
                self.nodes[node].count = count;
            }
            Value::String(text) => {
                kind = ValueKind::S;
                self.nodes[node].text = self.keep(|decoded| decoded.push_str(text.text()));
            }
            Value::Decimal(number) => {
                kind = ValueKind::N;
                self.nodes[node].text = self.keep(|decoded| push_normal(number.to_string().as_bytes(), decoded));
            }
            Value::Int(number) => {
                kind = ValueKind::N;
                self.nodes[node].text = self.keep(|decoded| push_normal(number.to_string().as_bytes(), decoded));
            }
            Value::Blob(bytes) => {
                kind = ValueKind::B;
                self.nodes[node].text = self.keep(|decoded| STANDARD.encode_string(bytes.as_ref(), decoded));
            }
            Value::Bool(flag) => {
                kind = ValueKind::Bool;
                self.nodes[node].count = u32::from(*flag);
            }
            Value::Null(_) => kind = ValueKind::Null,
            Value::Float(_) | Value::Timestamp(_) | Value::Symbol(_) | Value::Clob(_) | Value::SExp(_) => {
                return Err(format!("DynamoDB writes no {}", element.ion_type()));
            }
        }
        self.nodes[node].kind = kind;
        self.nodes[node].after = self.nodes.len() as u32;
        Ok(())
    }

    /// Keeps a text that the line does not spell as it is meant.
    fn keep(&mut self, write: impl FnOnce(&mut String)) -> Text {
        let start = self.decoded.len() as u32;
        write(&mut self.decoded);
        Text { start, end: self.decoded.len() as u32, decoded: true }
    }
}

fn article(element: &Element) -> String {
    let kind = element.ion_type().to_string();
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}

/// An error in one line, without the input that it quotes.
fn shown(error: &IonError) -> String {
    let text = error.to_string();
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("this is no Ion").to_owned();
    match error {
        IonError::Incomplete(_) => "the value is not ended".to_owned(),
        IonError::Decoding(decoding) => match decoding.position() {
            Some(position) => format!("byte {}: {first}", position.byte_offset() + 1),
            None => first,
        },
        _ => first,
    }
}
