//! Finds URIs of declared buckets in attributes that nobody declared (R312).

use std::fmt::Write as _;

use crate::references::declarations::DeclaredPaths;
use crate::source::export::{Value, ValueKind};

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
    let starts = |prefix: &str| text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    starts("s3") || starts("http") || starts("arn:")
}
