//! `damage.toml`: what is broken in a delivery that would be right otherwise.

use serde::Deserialize;

use crate::delivery::{Files, Part};

/// What to break. Parts count from 1.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Damage {
    /// `manifest.checksum` is another manifest's.
    wrong_manifest_checksum: bool,
    /// `manifest.checksum` is not there.
    no_checksum: bool,
    /// The manifest states another MD5 for this part.
    wrong_part_checksum: Option<usize>,
    /// This part is listed and not there.
    drop_part: Option<usize>,
    /// The second half of this part was never written; size and MD5 are of what is there.
    truncate_part: Option<usize>,
    /// The manifest lists this part again.
    list_part_twice: Option<usize>,
    /// A part of its own with these lines, CSV only.
    pub(super) rows: Option<String>,
    /// Columns, by their names in CSV, that are not delivered.
    pub(super) without_columns: Vec<String>,
    /// So many items more than there are, in both manifests of each export.
    pub(super) extra_items: u64,
    /// The expression of the filter that each export was made with.
    pub(super) filter: Option<String>,
}

impl Damage {
    /// Reads the file; an empty one breaks nothing.
    pub(super) fn parse(text: &str) -> Self {
        toml::from_str(text).unwrap()
    }

    /// Breaks parts before the manifest is made of them.
    pub(super) fn break_parts(&self, parts: &mut Vec<Part>) {
        if let Some(number) = self.wrong_part_checksum {
            parts[number - 1].md5 = "0".repeat(32);
        }
        if let Some(number) = self.drop_part {
            parts[number - 1].bytes = None;
        }
        if let Some(number) = self.truncate_part {
            let part = &mut parts[number - 1];
            let mut bytes = part.bytes.take().unwrap();
            bytes.truncate(bytes.len() / 2);
            part.replace(bytes);
        }
        if let Some(number) = self.list_part_twice {
            parts.push(parts[number - 1].clone());
        }
    }

    /// Breaks the manifest's checksum.
    pub(super) fn break_manifest(&self, files: &mut Files) {
        if self.no_checksum {
            files.0.retain(|key, _| !key.ends_with("/manifest.checksum"));
        }
        if self.wrong_manifest_checksum {
            let checksum = files.0.iter_mut().find(|(key, _)| key.ends_with("/manifest.checksum"));
            *checksum.unwrap().1 = format!("{}\n", "0".repeat(32)).into_bytes();
        }
    }
}
