//! A value inside an item, whether DynamoDB wrote it, or it is JSON or base64 text that holds more.

use std::borrow::Cow;

use crate::references::declarations::RootNames;
use crate::source::export::{Item, Value, ValueKind};

/// No attribute stands in a slot.
const VACANT: u32 = u32::MAX;

/// The attributes of an item, of which the declared ones are found at once.
#[derive(Clone, Copy)]
pub(super) struct Root<'a> {
    item: &'a Item,
    names: &'a RootNames,
    /// By the slots of `names`: where the attribute stands.
    slots: &'a [u32],
}

impl<'a> Root<'a> {
    /// Looks once at every attribute, with its slot, and keeps where the declared ones stand in `slots`.
    pub(super) fn new(
        item: &'a Item,
        names: &'a RootNames,
        slots: &'a mut Vec<u32>,
        mut each: impl FnMut(Option<u16>, Value<'a>),
    ) -> Self {
        slots.clear();
        slots.resize(names.len(), VACANT);
        for (name, value) in item.root().members() {
            let slot = names.slot(name);
            // The first counts, should an export repeat a name.
            if let Some(place) = slot.and_then(|slot| slots.get_mut(usize::from(slot)))
                && *place == VACANT
            {
                *place = value.position();
            }
            each(slot, value);
        }
        Self { item, names, slots }
    }

    fn get(self, name: &str) -> Option<Value<'a>> {
        let Some(slot) = self.names.slot(name) else { return self.item.root().get(name) };
        let place = self.slots.get(usize::from(slot)).copied().filter(|&place| place != VACANT)?;
        Some(self.item.at(place))
    }
}

/// A value on the way along an attribute path.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    /// A whole item.
    Root(Root<'a>),
    /// A DynamoDB value.
    Item(Value<'a>),
    /// A value inside text that holds JSON.
    Json(&'a serde_json::Value),
    /// Text that was decoded from base64.
    Text(&'a str),
}

impl<'a> Node<'a> {
    /// Whether this counts as missing: NULL or the empty string.
    pub(super) fn is_absent(self) -> bool {
        match self {
            Self::Root(_) => false,
            Self::Item(value) => match value.kind() {
                ValueKind::Null => true,
                ValueKind::S => value.text().is_empty(),
                _ => false,
            },
            Self::Json(value) => value.is_null() || value.as_str().is_some_and(str::is_empty),
            Self::Text(text) => text.is_empty(),
        }
    }

    /// The text of a string; nothing else is one.
    pub(super) fn string(self) -> Option<&'a str> {
        match self {
            Self::Item(value) if value.kind() == ValueKind::S => Some(value.text()),
            Self::Json(value) => value.as_str(),
            Self::Text(text) => Some(text),
            Self::Root(_) | Self::Item(_) => None,
        }
    }

    /// The text of a string, number or boolean, by which values are compared.
    pub(super) fn scalar(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Root(_) => None,
            Self::Item(value) => match value.kind() {
                ValueKind::S | ValueKind::N => Some(Cow::Borrowed(value.text())),
                ValueKind::Bool => Some(Cow::Borrowed(if value.boolean() == Some(true) { "true" } else { "false" })),
                _ => None,
            },
            Self::Json(value) => match value {
                serde_json::Value::String(text) => Some(Cow::Borrowed(text)),
                serde_json::Value::Number(number) => Some(Cow::Owned(number.to_string())),
                serde_json::Value::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
                _ => None,
            },
            Self::Text(text) => Some(Cow::Borrowed(text)),
        }
    }

    /// What a value that is no string is, for a message.
    pub(super) fn kind_name(self) -> &'static str {
        match self {
            Self::Root(_) => "a map",
            Self::Item(value) => match value.kind() {
                ValueKind::S => "a string",
                ValueKind::N => "a number",
                ValueKind::B => "binary",
                ValueKind::Bool => "a boolean",
                ValueKind::Null => "NULL",
                ValueKind::M => "a map",
                ValueKind::L => "a list",
                ValueKind::SS | ValueKind::NS | ValueKind::BS => "a set",
            },
            Self::Json(value) => match value {
                serde_json::Value::Null => "null",
                serde_json::Value::Bool(_) => "a boolean",
                serde_json::Value::Number(_) => "a number",
                serde_json::Value::String(_) => "a string",
                serde_json::Value::Array(_) => "an array",
                serde_json::Value::Object(_) => "an object",
            },
            Self::Text(_) => "a string",
        }
    }

    /// The member `name` of a map.
    pub(super) fn get(self, name: &str) -> Option<Self> {
        match self {
            Self::Root(root) => root.get(name).map(Self::Item),
            Self::Item(value) if value.kind() == ValueKind::M => value.get(name).map(Self::Item),
            Self::Json(value) => value.get(name).map(Self::Json),
            _ => None,
        }
    }

    /// Calls `each` with every element of a list or set and its index, until it says stop.
    pub(super) fn elements(self, each: &mut dyn FnMut(u32, Self)) {
        match self {
            Self::Item(value) if value.kind().is_list() => {
                for (index, element) in (0..).zip(value.iter()) {
                    each(index, Self::Item(element));
                }
            }
            Self::Json(serde_json::Value::Array(elements)) => {
                for (index, element) in (0..).zip(elements) {
                    each(index, Self::Json(element));
                }
            }
            _ => {}
        }
    }

    /// Calls `each` with every member of a map, its position and name.
    pub(super) fn members(self, each: &mut dyn FnMut(u32, &'a str, Self)) {
        match self {
            Self::Root(root) => Self::Item(root.item.root()).members(each),
            Self::Item(value) if value.kind() == ValueKind::M => {
                for (index, (name, member)) in (0..).zip(value.members()) {
                    each(index, name, Self::Item(member));
                }
            }
            Self::Json(serde_json::Value::Object(members)) => {
                for (index, (name, member)) in (0..).zip(members) {
                    each(index, name, Self::Json(member));
                }
            }
            _ => {}
        }
    }

    /// The text that `@json` or `@base64` decodes.
    pub(super) fn packed(self) -> Option<&'a str> {
        match self {
            Self::Item(value) if matches!(value.kind(), ValueKind::S | ValueKind::B) => Some(value.text()),
            other => other.string(),
        }
    }
}
