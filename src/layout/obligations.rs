//! What a layout must prove before it may judge: areas apart, legacy templates apart or agreeing, each `to` in its
//! area.

use std::collections::HashSet;

use super::agreement::agree;
use super::captures::holes;
use super::compile::Grammar;
use super::error::ConfigError;
use super::expansion::{Class, Expanded, located};
use super::placeholder::PlaceholderId;
use super::proof::{Prover, RestForm, Track, differ_at_once};
use super::shape::{Segment, Template};
use super::spec::Fate;
use super::template::Fault;
use crate::model::suggest::nearest;

/// What has been proved so far; a second bucket with the same trouble adds nothing.
pub(super) struct Obligations<'a> {
    grammar: &'a Grammar,
    prover: Prover<'a>,
    told: HashSet<(Class, [Identity; 2])>,
    errors: Vec<ConfigError>,
}

/// A template whatever its bucket: area, legacy, and what it says.
type Identity = (u16, Option<u16>, String);

fn identity(expanded: &Expanded) -> Identity {
    (expanded.area, expanded.legacy, expanded.template.text.to_string())
}

impl<'a> Obligations<'a> {
    /// Nothing proved yet.
    pub(super) fn new(grammar: &'a Grammar) -> Self {
        Self { grammar, prover: Prover::new(&grammar.shapes), told: HashSet::new(), errors: Vec::new() }
    }

    /// What could not be proved.
    pub(super) fn into_errors(self) -> Vec<ConfigError> {
        self.errors
    }

    /// Proves the templates of one bucket, best first.
    pub(super) fn prove(&mut self, templates: &[Expanded]) {
        for (index, left) in templates.iter().enumerate() {
            self.prove_target(left, templates);
            for right in templates[index + 1..].iter().take_while(|right| right.class == left.class) {
                match left.class {
                    Class::Area => self.prove_apart(left, right),
                    Class::Legacy => self.prove_agreeing(left, right),
                    // Fallback areas are tried in order, so they may overlap.
                    Class::Fallback => {}
                }
            }
        }
    }

    /// Of each template, whether no better one can match a key of its open folders.
    pub(super) fn open_folders(&mut self, templates: &[Expanded]) -> Vec<bool> {
        let mut open = Vec::with_capacity(templates.len());
        for (index, expanded) in templates.iter().enumerate() {
            open.push(
                expanded.is_folder_open(&self.grammar.shapes)
                    && (expanded.class == Class::Area
                        || templates[..index].iter().all(|better| self.common(better, expanded).is_none())),
            );
        }
        open
    }

    fn common(&mut self, left: &Expanded, right: &Expanded) -> Option<String> {
        if differ_at_once(left, right) {
            return None;
        }
        let track = |expanded: &Expanded| Track::of(&expanded.prefix, &expanded.template, RestForm::Matched);
        self.prover.common(&track(left), &track(right))
    }

    fn is_told(&mut self, left: &Expanded, right: &Expanded) -> bool {
        !self.told.insert((left.class, [identity(left), identity(right)]))
    }

    fn prove_apart(&mut self, left: &Expanded, right: &Expanded) {
        let Some(key) = self.common(left, right) else { return };
        if self.is_told(left, right) {
            return;
        }
        let name = |expanded: &Expanded| &self.grammar.spec.areas[usize::from(expanded.area)].name;
        self.errors.push(if left.area == right.area {
            let (outer, inner) = (&right.prefix, &left.prefix);
            let problem = format!("area `{}` takes `{key}` below two prefixes, `{outer}` and `{inner}`", name(left));
            ConfigError::at(&right.place, problem).help("let no prefix of a bucket lie inside an area below another")
        } else {
            let problem = format!("areas `{}` and `{}` both take `{key}`", name(left), name(right));
            ConfigError::at(&right.place, problem).help("narrow one of the paths, or make one area a `fallback`")
        });
    }

    fn prove_agreeing(&mut self, left: &Expanded, right: &Expanded) {
        let Some(key) = self.common(left, right) else { return };
        if agree(left, right, self.grammar, &mut self.prover) || self.is_told(left, right) {
            return;
        }
        let name = |expanded: &Expanded| {
            let area = &self.grammar.spec.areas[usize::from(expanded.area)];
            let legacy = expanded.legacy.and_then(|legacy| area.legacy.get(usize::from(legacy)));
            format!("`{}` of area `{}`", legacy.map_or("", |legacy| &legacy.name), area.name)
        };
        let problem =
            format!("legacy {} and {} both match `{key}` and disagree on its new key", name(left), name(right));
        self.errors.push(ConfigError::at(&right.place, problem).help("narrow one `from`, or give both the same `to`"));
    }

    /// Every name in `to` can be filled, and what comes out lies in the area.
    fn prove_target(&mut self, legacy: &Expanded, templates: &[Expanded]) {
        let Some(target) = &legacy.target else { return };
        if self.is_told(legacy, legacy) {
            return;
        }
        let area = &self.grammar.spec.areas[usize::from(legacy.area)];
        let Some(spec) = legacy.legacy.and_then(|index| area.legacy.get(usize::from(index))) else { return };
        let captured = names(&legacy.template, self.grammar);
        for id in names(target, self.grammar) {
            let placeholder = self.grammar.placeholders.get(id);
            if captured.contains(&id) || (placeholder.values.is_some() && spec.record.contains(&placeholder.name)) {
                continue;
            }
            let error = |name: String, help| {
                let problem = format!("nothing fills `{name}` of `to`: it is not in `{}`", legacy.template.text);
                ConfigError::at(&legacy.place, problem).help(help)
            };
            self.errors.push(match placeholder.values {
                Some(_) => error(format!("{{{}}}", placeholder.name), "add it to `from`, or list it in `record`"),
                None => error(format!("{{{}**}}", placeholder.name), "add it to `from`"),
            });
        }
        let written: Vec<&str> =
            names(target, self.grammar).into_iter().map(|id| &*self.grammar.placeholders.get(id).name).collect();
        for name in spec.record.iter().filter(|name| !written.contains(&name.as_str())) {
            let error =
                ConfigError::at(&spec.place, format!("`record` names `{name}`, which is not in `{}`", target.text));
            self.errors.push(match nearest(name, written.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("leave it out of `record`, or add it to `to`"),
            });
        }
        let Some(path) = templates.iter().find(|other| other.area == legacy.area && other.legacy.is_none()) else {
            return;
        };
        let Fate::To(to) = &spec.fate else { return };
        let path = &path.template;
        if repeats_a_name(path, self.grammar) {
            if target.segments.split_last().map(|(_, head)| head) != path.segments.split_last().map(|(_, head)| head) {
                let problem = format!("a name repeats in `{}`, so `to` must repeat its segments as written", path.text);
                self.errors.push(located(&to.place, Fault::new(0, problem)));
            }
        } else if let Some(key) =
            self.prover.outside(&Track::of("", target, RestForm::Written), &Track::of("", path, RestForm::Matched))
        {
            let problem = format!("`to` can leave area `{}`: `{key}` does not match `{}`", area.name, path.text);
            self.errors.push(ConfigError::at(&to.place, problem).help("let `to` follow the area's path"));
        }
    }
}

/// The placeholders of a template, as often as they stand in it.
fn names(template: &Template, grammar: &Grammar) -> Vec<PlaceholderId> {
    let mut names = Vec::new();
    for segment in &template.segments {
        match segment {
            Segment::Shaped(shape) => names.extend(holes(&grammar.shapes.get(*shape).pieces).map(|(_, id)| id)),
            Segment::Rest(Some(id)) => names.push(*id),
            Segment::Fixed(_) | Segment::Skip | Segment::Rest(None) => {}
        }
    }
    names
}

fn repeats_a_name(template: &Template, grammar: &Grammar) -> bool {
    let mut seen = HashSet::new();
    !names(template, grammar).into_iter().all(|id| seen.insert(id))
}
