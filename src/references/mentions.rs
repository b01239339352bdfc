//! Finds URIs of declared buckets in attributes that nobody declared (R312).

use std::fmt::Write as _;

use crate::references::declarations::DeclaredPaths;
use crate::source::export::{Value, ValueKind};

/// How many declared paths may meet in one value before [`may_hold`] leaves it to [`each_undeclared`].
const MEETING: usize = 8;

/// Whether [`each_undeclared`] would find anything below `value`, where these paths are declared. Keeps no path and
/// allocates nothing; of values in which many paths meet it says yes.
pub(super) fn may_hold(value: Value<'_>, declared: &[Option<&DeclaredPaths>]) -> bool {
    match value.kind() {
        ValueKind::S if !could_be_location(value.text()) => return false,
        ValueKind::S | ValueKind::M => {}
        kind if kind.is_list() => {}
        _ => return false,
    }
    let mut paths = declared.iter().flatten();
    if paths.clone().any(|paths| paths.anything) {
        return false;
    }
    if paths.next().is_none() {
        return value.texts().any(could_be_location);
    }
    let declared = || declared.iter().flatten();
    match value.kind() {
        ValueKind::S => !declared().any(|paths| paths.here),
        ValueKind::M => value.members().any(|(name, member)| {
            let mut below = [None; MEETING];
            let mut count = 0;
            for paths in declared().flat_map(|paths| paths.member(name)).filter(Option::is_some) {
                match below.get_mut(count) {
                    Some(slot) => *slot = paths,
                    None => return true,
                }
                count += 1;
            }
            may_hold(member, &below[..count])
        }),
        kind if kind.is_list() => {
            let mut below = [None; MEETING];
            let mut count = 0;
            for paths in declared().map(|paths| paths.element()).filter(Option::is_some) {
                below[count] = paths;
                count += 1;
            }
            value.iter().any(|element| may_hold(element, &below[..count]))
        }
        _ => false,
    }
}

/// Calls `each` with the path (`[]` for indices) and text of every string below `value` that could be an S3 location
/// and stands where nothing is declared.
pub(super) fn each_undeclared(value: Value<'_>, declared: &DeclaredPaths, each: &mut dyn FnMut(&str, &str)) {
    let mut path = String::new();
    walk(value, &[declared], &mut path, each);
}

fn walk(value: Value<'_>, declared: &[&DeclaredPaths], path: &mut String, each: &mut dyn FnMut(&str, &str)) {
    if declared.iter().any(|paths| paths.anything) {
        return;
    }
    let length = path.len();
    match value.kind() {
        ValueKind::S if could_be_location(value.text()) && !declared.iter().any(|paths| paths.here) => {
            each(path, value.text());
        }
        ValueKind::M => {
            for (name, member) in value.members() {
                let below: Vec<&DeclaredPaths> =
                    declared.iter().flat_map(|paths| paths.member(name)).flatten().collect();
                if !path.is_empty() {
                    path.push('.');
                }
                let _ = if name.contains('.') { write!(path, "\"{name}\"") } else { write!(path, "{name}") };
                walk(member, &below, path, each);
                path.truncate(length);
            }
        }
        kind if kind.is_list() => {
            let below: Vec<&DeclaredPaths> = declared.iter().filter_map(|paths| paths.element()).collect();
            path.push_str("[]");
            for element in value.iter() {
                walk(element, &below, path, each);
            }
            path.truncate(length);
        }
        _ => {}
    }
}

fn could_be_location(text: &str) -> bool {
    let starts = |prefix: &[u8]| {
        let head = text.as_bytes().get(..prefix.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    };
    match text.as_bytes().first() {
        Some(b's' | b'S') => starts(b"s3"),
        Some(b'h' | b'H') => starts(b"http"),
        Some(b'a' | b'A') => starts(b"arn:"),
        _ => false,
    }
}
