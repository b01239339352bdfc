//! The draft as a commented `stocktake.toml`.

use std::fmt::Write as _;

use super::areas::{DraftArea, DraftPlaceholder, DraftSegment};
use super::counting::{AreaCount, Counts};
use crate::model::Millis;
use crate::render::filters::{bytes, count, percent, plural, utc_millis};
use crate::render::hostile::visible;

/// How many beginnings of unexplained keys are listed.
const LISTED: usize = 12;

/// What a page is written from.
pub(super) struct Page<'a> {
    pub(super) bucket: &'a str,
    pub(super) created_at: Option<Millis>,
    pub(super) inventory: &'a str,
    pub(super) areas: &'a [DraftArea],
}

impl Page<'_> {
    /// Writes it; without counts only so that it can be counted by.
    pub(super) fn write(&self, counts: Option<&Counts>) -> String {
        let placeholders = named(self.areas);
        let mut out = String::new();
        self.head(&mut out, counts);
        for (name, placeholder, example) in &placeholders {
            write_placeholder(&mut out, name, placeholder, example);
        }
        let mut names: Vec<String> = Vec::new();
        for (number, area) in self.areas.iter().enumerate() {
            let mut name = area_name(&area.segments);
            while names.contains(&name) {
                name.push('-');
                name.push_str(&(number + 1).to_string());
            }
            write_area(
                &mut out,
                &name,
                area,
                &placeholders,
                counts.map(|counts| (&counts.areas[number], counts.objects)),
            );
            names.push(name);
        }
        if let Some(counts) = counts {
            write_rest(&mut out, counts);
        }
        out
    }

    fn head(&self, out: &mut String, counts: Option<&Counts>) {
        let at = self.created_at.map_or_else(|| "unknown time".to_owned(), utc_millis);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "# Drafted from the inventory of {} of {at}.", comment(self.bucket));
        if let Some(counts) = counts {
            let _ = writeln!(
                out,
                "# {} of {} lie in the areas below: {}. What is left is listed at the end.",
                count(counts.explained),
                plural(counts.objects, "object", None),
                percent(counts.explained, counts.objects),
            );
        }
        let _ = write!(
            out,
            "# A draft says what is there, not what should be: name the areas, say what they are for and who writes them, make\n\
             # legacy generations of what is to move, and declare the tables whose records name these objects.\n\
             version = 1\ntitle = {0}\n\n[[bucket]]\nname = {0}\n\n[inputs]\ninventory = [{1}]\n\n[output]\ndir = \"reports\"\n",
            text(self.bucket),
            text(self.inventory),
        );
    }
}

/// The placeholders of all areas, each once, with different names.
fn named(areas: &[DraftArea]) -> Vec<(String, DraftPlaceholder, String)> {
    let mut known: Vec<(String, DraftPlaceholder, String)> = Vec::new();
    for area in areas {
        let mut in_path: Vec<String> = Vec::new();
        for segment in &area.segments {
            let DraftSegment::Hole { placeholder, called, example } = segment else { continue };
            // The same name twice in a path would ask for the same value twice.
            let own = known.iter().find(|(name, known, _)| known == placeholder && !in_path.contains(name));
            let name = match own {
                Some((name, ..)) => name.clone(),
                None => {
                    let taken = |name: &str| known.iter().any(|(known, ..)| known == name);
                    let mut name = called.clone();
                    let mut number = 2;
                    while taken(&name) {
                        name = format!("{called}_{number}");
                        number += 1;
                    }
                    known.push((name.clone(), placeholder.clone(), example.clone()));
                    name
                }
            };
            in_path.push(name);
        }
    }
    known
}

fn write_placeholder(out: &mut String, name: &str, placeholder: &DraftPlaceholder, example: &str) {
    let _ = write!(out, "\n[placeholder.{name}]\n");
    match placeholder {
        DraftPlaceholder::Form { form, except } => {
            let (key, value) = form.declared();
            let _ = writeln!(out, "{key} = {}", text(value));
            if !except.is_empty() {
                let except: Vec<String> = except.iter().map(|word| text(word)).collect();
                let _ = writeln!(out, "except = [{}]    # areas of their own", except.join(", "));
            }
        }
        DraftPlaceholder::OneOf(words) => {
            let words: Vec<String> = words.iter().map(|word| text(word)).collect();
            let _ = writeln!(out, "one_of = [{}]", words.join(", "));
        }
    }
    let _ = writeln!(out, "example = {}", text(example));
}

fn write_area(
    out: &mut String,
    name: &str,
    area: &DraftArea,
    placeholders: &[(String, DraftPlaceholder, String)],
    counted: Option<(&AreaCount, u64)>,
) {
    let mut in_path: Vec<&str> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    for segment in &area.segments {
        path.push(match segment {
            DraftSegment::Name(name) => name.replace('{', "{{").replace('}', "}}"),
            DraftSegment::File => "{file}".to_owned(),
            DraftSegment::Rest => "**".to_owned(),
            DraftSegment::Hole { placeholder, .. } => {
                let own =
                    placeholders.iter().find(|(name, known, _)| known == placeholder && !in_path.contains(&&**name));
                let name = own.map_or("", |(name, ..)| name.as_str());
                in_path.push(name);
                format!("{{{name}}}")
            }
        });
    }
    let _ = write!(out, "\n[[area]]\n");
    if let Some((area, all)) = counted {
        let share = percent(area.objects, all);
        let _ = writeln!(out, "# {}, {}: {share} of all", plural(area.objects, "object", None), bytes(area.bytes));
    }
    let _ = writeln!(out, "name = {}\npath = {}", text(name), text(&path.join("/")));
    let _ = writeln!(out, "about = \"\"         # what lies here\nwritten_by = \"\"    # and who puts it there");
    // In an example `{bucket}` would mean the bucket's name.
    if let Some((AreaCount { example: Some(example), .. }, _)) = counted
        && !example.contains("{bucket}")
    {
        let _ = writeln!(out, "examples = [{}]", text(example));
    }
}

fn write_rest(out: &mut String, counts: &Counts) {
    let left = counts.objects - counts.explained;
    if left == 0 {
        return;
    }
    let _ = write!(
        out,
        "\n# In no area: {}, {} of all. An audit reports them (L201 and its kin) until they are declared, moved or retired:\n",
        plural(left, "object", None),
        percent(left, counts.objects),
    );
    let mut rest: Vec<(&String, &(u64, String))> = counts.rest.iter().collect();
    rest.sort_by_key(|(beginning, (count, _))| (std::cmp::Reverse(*count), *beginning));
    for (beginning, (objects, example)) in rest.iter().take(LISTED) {
        let place = if beginning.is_empty() { "the bucket's root" } else { beginning.as_str() };
        let _ = writeln!(out, "#   {:>9}  {}, as {}", count(*objects), comment(place), comment(example));
    }
    if rest.len() > LISTED {
        let _ = writeln!(out, "#   and below {} more beginnings", count((rest.len() - LISTED) as u64));
    }
}

/// A name from what the path spells out.
fn area_name(segments: &[DraftSegment]) -> String {
    let named = segments.iter().filter_map(|segment| match segment {
        DraftSegment::Name(name) => Some(name.as_str()),
        DraftSegment::Hole { .. } | DraftSegment::File | DraftSegment::Rest => None,
    });
    let words = named.collect::<Vec<_>>().join("-");
    let plain = |next: char| if next.is_ascii_alphanumeric() { next.to_ascii_lowercase() } else { '-' };
    let name: String = words.chars().map(plain).collect();
    let name = name.trim_matches('-');
    match (name, segments.last()) {
        ("", Some(DraftSegment::File)) => "root-files".to_owned(),
        ("", _) => "root".to_owned(),
        (name, Some(DraftSegment::File)) => format!("{name}-files"),
        (name, _) => name.to_owned(),
    }
}

/// A text as TOML writes it.
fn text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A text within a comment: on one line, nothing hidden.
fn comment(text: &str) -> String {
    visible(text).into_owned()
}
