//! Where moves land: whether an inventory looks there, and what else may stand there.

use super::expansion::Class;
use super::matcher::BucketLayout;
use super::proof::differ_at_once;

impl BucketLayout {
    /// Whether an inventory lists a key, if it is there: prefix filters leave keys out.
    pub fn lists(&self, key: &str) -> bool {
        self.listed(|listed| key.starts_with(listed))
    }

    /// Whether an inventory lists what lies below a prefix, or a part of it.
    pub fn lists_below(&self, prefix: &str) -> bool {
        self.listed(|listed| prefix.starts_with(listed) || listed.starts_with(prefix))
    }

    /// Whether an inventory lists everything, or one of its filters fits.
    fn listed(&self, fits: impl Fn(&str) -> bool) -> bool {
        let entries = self.entries.iter().map(|&entry| &self.grammar.spec.buckets[entry]);
        let mut filters = entries.filter(|entry| entry.inventory).map(|entry| &entry.inventory_prefixes);
        filters.any(|filters| filters.is_empty() || filters.iter().any(|listed| fits(listed)))
    }

    /// Of each template ([`Placed::template`](super::Placed::template)), whether a key that it takes may be the new key
    /// of a move. Where a fallback area takes moves in, better templates may take their keys.
    pub fn receiving(&self) -> Vec<bool> {
        let receives = |area: u16| self.templates.iter().any(|from| from.area == area && from.target.is_some());
        let fallbacks = || self.templates.iter().filter(|path| path.class == Class::Fallback && receives(path.area));
        let templates = self.templates.iter().map(|template| {
            template.class != Class::Legacy && receives(template.area)
                || fallbacks().any(|path| !differ_at_once(path, template))
        });
        templates.collect()
    }
}
