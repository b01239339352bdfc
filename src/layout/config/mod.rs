//! `stocktake.toml` read strictly: parsed, checked, merged with what it extends, and made a [`LayoutSpec`].
//!
//! The way of a file: `source_text` reads it, `tree` parses it into values that know where they stand, `shape` holds
//! it against the language in `schema` and `kind`, `chain` follows `extends`, `merge` lays the files upon one another,
//! `build` understands the values and checks the names between them. Everything wrong is collected on the way and told
//! at once.

mod about;
mod attribute;
mod build;
mod chain;
mod effective;
mod json_schema;
mod kind;
mod merge;
mod presets;
mod problems;
mod reference;
mod schema;
mod shape;
mod source_text;
mod tree;

use std::path::{Path, PathBuf};

pub use effective::Origins;
pub use json_schema::json_schema;
pub use presets::{preset_names, preset_text};
pub use reference::reference_markdown;

use crate::layout::{ConfigErrors, LayoutSpec};
use crate::model::Family;
use chain::Chain;
use problems::Problems;
use tree::Node;

/// A rule that a configuration can name. The rules themselves stand above the layout, so whoever loads a
/// configuration says which there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownRule {
    /// Its code, `R301`.
    pub code: &'static str,
    /// Its name, `dangling-reference`.
    pub name: &'static str,
    /// Its family.
    pub family: Family,
    /// Whether it takes a severity and exceptions.
    pub settable: bool,
}

impl KnownRule {
    /// Whether a selector is this rule's code, name or family letter.
    fn answers_to(&self, selector: &str) -> bool {
        selector == self.code || selector == self.name || selector == self.family.letter()
    }
}

/// Every rule that a configuration can name.
pub type KnownRules = [KnownRule];

/// Loads the configuration in a file.
///
/// # Errors
///
/// Everything wrong with the file and what it extends, in the order of the files.
pub fn load(path: &Path, rules: &KnownRules) -> Result<LayoutSpec, ConfigErrors> {
    understand(|problems| Chain::of_file(path, problems), folder(path), rules).map(|(spec, _)| spec)
}

/// Loads a configuration from text, as if it had been read from `path`.
///
/// # Errors
///
/// As [`load`].
pub fn parse(path: &Path, text: &[u8], rules: &KnownRules) -> Result<LayoutSpec, ConfigErrors> {
    understand(|problems| Chain::of_text(path, text, problems), folder(path), rules).map(|(spec, _)| spec)
}

/// Loads a preset by itself, without buckets.
///
/// # Errors
///
/// A preset that there is not.
pub fn load_preset(name: &str, rules: &KnownRules) -> Result<LayoutSpec, ConfigErrors> {
    understand(|problems| Chain::of_preset(name, problems), PathBuf::new(), rules).map(|(spec, _)| spec)
}

/// The effective configuration of a file as canonical TOML.
///
/// It extends nothing, and loads to the same [`LayoutSpec`] but for places, layers of rule settings and the preset's
/// name.
///
/// # Errors
///
/// As [`load`].
pub fn effective(path: &Path, rules: &KnownRules, origins: Origins) -> Result<String, ConfigErrors> {
    let (_, merged) = understand(|problems| Chain::of_file(path, problems), folder(path), rules)?;
    Ok(effective::print(&merged, origins))
}

/// The effective configuration of a preset as canonical TOML.
///
/// # Errors
///
/// As [`load_preset`].
pub fn effective_preset(name: &str, rules: &KnownRules, origins: Origins) -> Result<String, ConfigErrors> {
    let (_, merged) = understand(|problems| Chain::of_preset(name, problems), PathBuf::new(), rules)?;
    Ok(effective::print(&merged, origins))
}

fn folder(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

fn understand(
    read: impl FnOnce(&mut Problems) -> Chain,
    directory: PathBuf,
    rules: &KnownRules,
) -> Result<(LayoutSpec, Node), ConfigErrors> {
    let mut problems = Problems::default();
    let mut chain = read(&mut problems);
    let names = chain.names.clone();
    let preset = chain.preset.take();
    // Without all of its files a configuration lacks names that it may well use.
    if chain.broken {
        return Err(problems.into_errors(&names));
    }
    let merged = chain.merged(rules, &mut problems);
    let mut spec = build::Build::new(&merged, rules, &mut problems).spec(&merged);
    if !problems.is_empty() {
        return Err(problems.into_errors(&names));
    }
    spec.preset = preset;
    spec.directory = directory;
    spec.digest = presets::digest(&effective::print(&merged, Origins::Hidden));
    Ok((spec, merged))
}
