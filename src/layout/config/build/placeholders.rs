//! `[placeholder.x]`.

use super::sections::{number, pairs};
use super::{Build, PREDECLARED};
use crate::layout::ConfigError;
use crate::layout::config::problems::Problems;
use crate::layout::config::tree::{Member, Node};
use crate::layout::spec::{FormSpec, PlaceholderSpec};

impl Build<'_> {
    /// One placeholder; whether its form is one is the template compiler's to say.
    pub(super) fn placeholder(&mut self, member: &Member) -> PlaceholderSpec {
        let Member { name, place, node } = member;
        let fault = if PREDECLARED.contains(&name.as_str()) {
            Some((format!("the placeholder `{name}` is always there"), "choose another name".to_owned()))
        } else if !is_identifier(name) {
            let problem = format!("{} cannot be a placeholder's name", Problems::quote(name));
            Some((problem, "begin with a small letter; go on with small letters, digits and `_`".to_owned()))
        } else {
            None
        };
        if let Some((problem, help)) = fault {
            self.problems.add(ConfigError::at(place, problem).help(help));
        }
        let form = match (node.get("pattern"), node.get("form")) {
            (Some(pattern), _) => FormSpec::Pattern(pattern.at()),
            (None, Some(form)) => FormSpec::Named(form.at()),
            (None, None) => FormSpec::OneOf(node.texts("one_of")),
        };
        let replace =
            node.get("replace").and_then(|replace| Some((replace.get("pattern")?.at(), replace.text("with"))));
        PlaceholderSpec {
            name: name.clone(),
            place: place.clone(),
            form,
            max_length: number(node.get("max_length")).map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
            except: node.texts("except"),
            about: node.text("about"),
            example: node.get("example").map(Node::at),
            aliases: node.get("aliases").map(pairs).unwrap_or_default(),
            replace,
        }
    }
}

/// Placeholders become arguments in generated code, so that their names are what every language takes.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
