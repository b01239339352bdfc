//! Ion text as AWS's writer spells it: one line a record, bare field names, decimals without the zeros at their ends.

use serde_json::{Map, Value};

/// A line of a full export.
pub(super) fn item(attributes: &Value) -> String {
    format!("$ion_1_0 {{Item:{}}}", fields(attributes.as_object().unwrap()))
}

/// A line of an incremental export: images by their names.
pub(super) fn change(images: &Value, wrapped: bool) -> String {
    let images = images.as_object().unwrap().iter();
    let images: Vec<String> =
        images.map(|(name, image)| format!("{name}:{}", fields(image.as_object().unwrap()))).collect();
    let change = format!("{{{}}}", images.join(","));
    if wrapped { format!("$ion_1_0 {{Record:{change}}}") } else { format!("$ion_1_0 {change}") }
}

fn fields(members: &Map<String, Value>) -> String {
    let fields: Vec<String> =
        members.iter().map(|(name, value)| format!("{}:{}", symbol(name), typed(value))).collect();
    format!("{{{}}}", fields.join(","))
}

fn symbol(name: &str) -> String {
    let bare = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !["null", "true", "false", "nan"].contains(&name);
    if bare { name.to_owned() } else { format!("'{}'", escaped(name, '\'')) }
}

/// A value `{"S":"x"}` of DynamoDB JSON.
fn typed(value: &Value) -> String {
    let (tag, content) = value.as_object().unwrap().iter().next().unwrap();
    let list = |one: &dyn Fn(&Value) -> String| {
        let elements: Vec<String> = content.as_array().unwrap().iter().map(one).collect();
        format!("[{}]", elements.join(","))
    };
    let text = |value: &Value| format!("\"{}\"", escaped(value.as_str().unwrap(), '"'));
    let number = |value: &Value| decimal(value.as_str().unwrap());
    let blob = |value: &Value| format!("{{{{{}}}}}", value.as_str().unwrap());
    match tag.as_str() {
        "S" => text(content),
        "N" => number(content),
        "B" => blob(content),
        "BOOL" => content.to_string(),
        "NULL" => "null".to_owned(),
        "M" => fields(content.as_object().unwrap()),
        "L" => list(&typed),
        "SS" => format!("$dynamodb_SS::{}", list(&text)),
        "NS" => format!("$dynamodb_NS::{}", list(&number)),
        "BS" => format!("$dynamodb_BS::{}", list(&blob)),
        _ => unreachable!("{tag} is no type"),
    }
}

/// `2000` is `2d3`, `103` is `103.`, `1.5E-7` is `1.5d-7`.
fn decimal(number: &str) -> String {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let mantissa = mantissa.trim_start_matches('+');
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let mut exponent: i64 = exponent.parse().unwrap();
    if mantissa.contains('.') {
        let digits = mantissa.trim_start_matches('0');
        let digits = if digits.starts_with('.') { format!("0{digits}") } else { digits.to_owned() };
        return if exponent == 0 { format!("{sign}{digits}") } else { format!("{sign}{digits}d{exponent}") };
    }
    let mut digits = mantissa.trim_start_matches('0');
    while let Some(shorter) = digits.strip_suffix('0') {
        (digits, exponent) = (shorter, exponent + 1);
    }
    match (digits, exponent) {
        ("", _) => format!("{sign}0."),
        (_, 0) => format!("{sign}{digits}."),
        _ => format!("{sign}{digits}d{exponent}"),
    }
}

fn escaped(text: &str, quote: char) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\\' => escaped.push_str("\\\\"),
            _ if letter == quote => escaped.extend(['\\', letter]),
            '\0'..'\u{20}' | '\u{7f}'..'\u{a0}' => escaped.push_str(&format!("\\x{:02x}", u32::from(letter))),
            '\u{2028}' => escaped.push_str("\\u2028"),
            _ => escaped.push(letter),
        }
    }
    escaped
}
