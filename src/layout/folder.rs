//! What the name of a folder says: the values of its placeholders.

use super::captures::{holes, split};
use super::matcher::BucketLayout;
use super::shape::Segment;

impl BucketLayout {
    /// Placeholder and value for each placeholder of an area's folder, in the template's order; empty if the folder is
    /// not one of the area.
    pub fn folder_captures(&self, area: usize, folder: &str) -> Vec<(String, String)> {
        let paths =
            self.templates.iter().filter(|expanded| expanded.legacy.is_none() && usize::from(expanded.area) == area);
        for expanded in paths {
            let Some(rest) = folder.strip_prefix(expanded.prefix.as_str()) else { continue };
            let segments = &expanded.template.segments[..expanded.folder_segments(&self.grammar.shapes)];
            if rest.matches('/').count() != segments.len() {
                continue;
            }
            let mut captures = Vec::new();
            for (segment, text) in segments.iter().zip(rest.split('/')) {
                let Segment::Shaped(shape) = segment else { continue };
                let pieces = &self.grammar.shapes.get(*shape).pieces;
                for (piece, id) in holes(pieces) {
                    let range = split(pieces, &self.grammar.placeholders, text.as_bytes(), piece);
                    let value = text.get(range).unwrap_or_default().to_owned();
                    captures.push((self.grammar.placeholders.get(id).name.clone(), value));
                }
            }
            return captures;
        }
        Vec::new()
    }
}
