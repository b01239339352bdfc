//! The configurations that come with the program.

use sha2::{Digest, Sha256};

use crate::model::bytes::hex;

/// A preset's name and text.
const PRESETS: &[(&str, &str)] = &[("edge-cv-portal", include_str!("../presets/edge-cv-portal.toml"))];

/// The names that `extends` takes, in alphabetical order.
pub fn preset_names() -> impl Iterator<Item = &'static str> + Clone {
    PRESETS.iter().map(|(name, _)| *name)
}

/// The text of a preset.
pub fn preset_text(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The SHA-256 of a text, in hex.
pub(super) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}
