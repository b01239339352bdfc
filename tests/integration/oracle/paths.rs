//! Attribute paths and conditions, walked naively over DynamoDB JSON.

use serde_json::{Value, json};

use super::world::{Binding, Condition, Item, Test};

/// One step of a path as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A member.
    Name(String),
    /// Each element.
    Each,
    /// Each member's value.
    EachValue,
    /// Anything below.
    Anything,
}

/// One step of a path as taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// A member.
    Name(String),
    /// An element, from 0.
    Index(usize),
}

/// A place in an item that a path leads to, and the typed value there.
#[derive(Debug, Clone)]
pub(crate) struct Instance {
    pub(crate) taken: Vec<Taken>,
    pub(crate) value: Option<Value>,
}

/// The steps of a path.
pub(crate) fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for name in path.split('.') {
        let (name, is_list) = name.strip_suffix("[]").map_or((name, false), |name| (name, true));
        steps.push(match name {
            "*" => Step::EachValue,
            "**" => Step::Anything,
            name => Step::Name(name.to_owned()),
        });
        if is_list {
            steps.push(Step::Each);
        }
    }
    steps
}

/// A path as findings write it.
pub(crate) fn text(taken: &[Taken]) -> String {
    written(taken, |index| index.to_string())
}

/// The same with `[]` for every index.
pub(crate) fn general_text(taken: &[Taken]) -> String {
    written(taken, |_| String::new())
}

fn written(taken: &[Taken], index_text: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for step in taken {
        match step {
            Taken::Name(name) if text.is_empty() => text.push_str(name),
            Taken::Name(name) => text.push_str(&format!(".{name}")),
            Taken::Index(index) => text.push_str(&format!("[{}]", index_text(*index))),
        }
    }
    text
}

/// The elements of a list or set, typed.
pub(crate) fn elements(value: &Value) -> Vec<Value> {
    if let Some(list) = value.get("L").and_then(Value::as_array) {
        return list.clone();
    }
    ["SS", "NS"]
        .into_iter()
        .filter_map(|tag| Some((tag, value.get(tag)?.as_array()?)))
        .flat_map(|(tag, list)| list.iter().map(move |element| json!({ (&tag[..1]): element })))
        .collect()
}

/// The members of a map, typed.
pub(crate) fn members(value: &Value) -> Vec<(String, Value)> {
    let map = value.get("M").and_then(Value::as_object);
    map.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Every place that a path leads to. A missing member is a place without a value; a missing list has no elements.
pub(crate) fn instances(item: &Item, path: &str) -> Vec<Instance> {
    let whole = json!({ "M": item });
    let mut places = vec![Instance { taken: Vec::new(), value: Some(whole) }];
    for step in steps(path) {
        places = places.into_iter().flat_map(|place| advance(place, &step)).collect();
    }
    places
}

fn advance(place: Instance, step: &Step) -> Vec<Instance> {
    let behind = |step: Taken, value: Option<Value>| {
        let mut taken = place.taken.clone();
        taken.push(step);
        Instance { taken, value }
    };
    let value = place.value.as_ref();
    match step {
        Step::Name(name) => {
            let member = value.and_then(|value| value.get("M")?.get(name)).cloned();
            vec![behind(Taken::Name(name.clone()), member)]
        }
        Step::Each => {
            let list = value.map(elements).unwrap_or_default();
            list.into_iter().enumerate().map(|(index, element)| behind(Taken::Index(index), Some(element))).collect()
        }
        Step::EachValue => {
            let map = value.map(members).unwrap_or_default();
            map.into_iter().map(|(name, member)| behind(Taken::Name(name), Some(member))).collect()
        }
        Step::Anything => Vec::new(),
    }
}

/// The value at `path` that belongs to the place `taken`, reached by `from`: through what they share, the same
/// elements; through another list, the element whose `on` equals this one's.
pub(crate) fn related(item: &Item, from: &[Step], taken: &[Taken], path: &str, on: Option<&str>) -> Option<Value> {
    let steps = steps(path);
    let shared = steps.iter().zip(from).take_while(|(left, right)| left == right).count().min(taken.len());
    let mine = on.and_then(|member| {
        let last = taken.iter().rposition(|step| matches!(step, Taken::Index(_)))?;
        string(at(item, &taken[..=last])?.get("M")?.get(member)?)
    });
    let mut places = vec![Instance { taken: taken[..shared].to_vec(), value: at(item, &taken[..shared]) }];
    for step in &steps[shared..] {
        places = places.into_iter().flat_map(|place| advance(place, step)).collect();
        if let (Step::Each, Some(member)) = (step, on) {
            let theirs = |place: &Instance| string(place.value.as_ref()?.get("M")?.get(member)?);
            places.retain(|place| mine.is_some() && theirs(place) == mine);
        }
    }
    places.into_iter().next()?.value
}

/// The typed value at a place.
pub(crate) fn at(item: &Item, taken: &[Taken]) -> Option<Value> {
    let mut value = json!({ "M": item });
    for step in taken {
        value = match step {
            Taken::Name(name) => value.get("M")?.get(name)?.clone(),
            Taken::Index(index) => elements(&value).get(*index)?.clone(),
        };
    }
    Some(value)
}

/// The text of a string or number.
pub(crate) fn string(value: &Value) -> Option<String> {
    value.get("S").or_else(|| value.get("N"))?.as_str().map(str::to_owned)
}

/// Whether a value is there: not missing, not NULL, not the empty text.
pub(crate) fn is_present(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.get("NULL").is_none() && value.get("S").and_then(Value::as_str) != Some(""))
}

/// The text that belongs to a place by a binding, as the layout spells it.
pub(crate) fn bound(item: &Item, from: &[Step], taken: &[Taken], binding: &Binding) -> Option<String> {
    let (placeholder, attribute, on) = binding;
    let value = related(item, from, taken, attribute, *on).filter(|value| is_present(Some(value)))?;
    string(&value).map(|value| super::pool::normalise(placeholder, &value))
}

/// Whether a condition holds at a place; no condition always holds.
pub(crate) fn holds(item: &Item, from: &[Step], taken: &[Taken], condition: Option<&Condition>) -> bool {
    let Some(condition) = condition else { return true };
    let value = related(item, from, taken, condition.attribute, None).filter(|value| is_present(Some(value)));
    let text = value.as_ref().and_then(string).map(|text| text.to_lowercase());
    let is_among = |list: &[&str]| text.as_ref().is_some_and(|text| list.iter().any(|one| one.to_lowercase() == *text));
    match &condition.test {
        Test::Equals(list) => is_among(list),
        Test::Not(list) => !is_among(list),
        Test::Present(wanted) => value.is_some() == *wanted,
    }
}
