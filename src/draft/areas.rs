//! Which shapes become areas.

use super::forms::Form;
use super::shape::{Node, Shapes, Values};

/// The most values of an enumeration.
const MOST_WORDS: usize = 16;
/// The most areas; smaller ones stay in the rest.
const MOST_AREAS: usize = 64;
/// How many names deep a folder is looked into for values.
const LOOK_AHEAD: usize = 3;

/// A placeholder of a draft.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DraftPlaceholder {
    /// Values of a form, but not these.
    Form {
        /// The form.
        form: Form,
        /// Names that other areas spell out.
        except: Vec<String>,
    },
    /// A few words.
    OneOf(Vec<String>),
}

/// One segment of an area's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DraftSegment {
    /// This text.
    Name(String),
    /// A value.
    Hole {
        /// What values it has.
        placeholder: DraftPlaceholder,
        /// What it is likely to be called.
        called: String,
        /// One of them.
        example: String,
    },
    /// One file.
    File,
    /// All that follows.
    Rest,
}

/// An area of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftArea {
    /// Its path.
    pub(super) segments: Vec<DraftSegment>,
    /// Objects that were seen in it.
    pub(super) objects: u64,
    /// Their bytes.
    pub(super) bytes: u64,
}

/// The areas, largest first.
pub(super) fn choose(shapes: &Shapes, least_permille: u64) -> Vec<DraftArea> {
    let least = (shapes.root.objects * least_permille / 1_000).max(1);
    let mut chooser = Chooser { least, areas: Vec::new() };
    chooser.visit(&shapes.root, &mut Vec::new(), 0);
    let mut areas = chooser.areas;
    areas.sort_by_key(|area| std::cmp::Reverse(area.objects));
    areas.truncate(MOST_AREAS);
    areas
}

struct Chooser {
    least: u64,
    areas: Vec<DraftArea>,
}

impl Chooser {
    fn visit(&mut self, node: &Node, path: &mut Vec<DraftSegment>, names: usize) {
        if node.objects < self.least {
            return;
        }
        let is_root = path.is_empty();
        if !is_root && !leads_to_values(node, LOOK_AHEAD) && (names >= 2 || !leads_to_values(node, usize::MAX)) {
            return self.push(path, DraftSegment::Rest, node.objects, node.bytes);
        }
        // The language of templates has no way to write a `*` itself.
        for (name, below) in node.names.iter().filter(|(name, _)| !name.contains('*')) {
            path.push(DraftSegment::Name(name.to_string()));
            self.visit(below, path, names + 1);
            path.pop();
        }
        if let Some(values) = &node.values
            && values.node.objects >= self.least
        {
            let except = node.names.iter().filter(|(_, below)| below.objects >= self.least);
            let except = except.map(|(name, _)| name.to_string()).collect();
            self.push_values(values, except, path);
        }
        if node.files >= self.least {
            self.push(path, DraftSegment::File, node.files, 0);
        }
    }

    /// An area for each value; where each holds but one of a few names, these are told apart too.
    fn push_values(&mut self, values: &Values, except: Vec<String>, path: &mut Vec<DraftSegment>) {
        let form = values.form();
        let called = called(form, path);
        let placeholder = DraftPlaceholder::Form { form, except };
        path.push(DraftSegment::Hole { placeholder, called, example: values.example.to_string() });
        let node = &values.node;
        let words: Vec<String> = node.names.keys().map(ToString::to_string).collect();
        let seen: u64 = node.names.values().map(|below| below.folders).sum();
        // A quarter more is what folders cost that the delivery came back to.
        let is_choice = (2..=MOST_WORDS).contains(&words.len())
            && node.values.is_none()
            && node.files == 0
            && seen * 4 <= node.folders * 5;
        if is_choice {
            let example = words[0].clone();
            let placeholder = DraftPlaceholder::OneOf(words);
            path.push(DraftSegment::Hole { placeholder, called: "kind".to_owned(), example });
            self.push(path, DraftSegment::Rest, node.objects, node.bytes);
            path.pop();
        } else {
            self.push(path, DraftSegment::Rest, node.objects, node.bytes);
        }
        path.pop();
    }

    fn push(&mut self, path: &[DraftSegment], last: DraftSegment, objects: u64, bytes: u64) {
        let segments = [path, &[last]].concat();
        self.areas.push(DraftArea { segments, objects, bytes });
    }
}

/// Whether most of a folder lies in values, at most so many names down.
fn leads_to_values(node: &Node, names: usize) -> bool {
    fn held(node: &Node, names: usize) -> u64 {
        let own = node.values.as_ref().map_or(0, |values| values.node.objects);
        match names.checked_sub(1) {
            Some(left) => own + node.names.values().map(|below| held(below, left)).sum::<u64>(),
            None => own,
        }
    }
    held(node, names) * 2 > node.objects
}

/// What a placeholder is likely to be called.
fn called(form: Form, path: &[DraftSegment]) -> String {
    match form {
        Form::Job => "job".to_owned(),
        Form::Named("uuid" | "hex") => "id".to_owned(),
        Form::Named("integer") => "number".to_owned(),
        Form::Named("date") => "date".to_owned(),
        Form::Named("datetime" | "timestamp") => "time".to_owned(),
        Form::Named(_) | Form::Any => {
            let parent = path.iter().rev().find_map(|segment| match segment {
                DraftSegment::Name(name) => Some(name.as_str()),
                _ => None,
            });
            let plain: String = parent.unwrap_or("name").chars().filter(|next| next.is_ascii_alphanumeric()).collect();
            let singular = plain.strip_suffix('s').unwrap_or(&plain);
            let is_name = singular.starts_with(|first: char| first.is_ascii_alphabetic());
            if is_name && !["file", "bucket"].contains(&singular) { singular.to_lowercase() } else { "name".to_owned() }
        }
    }
}
