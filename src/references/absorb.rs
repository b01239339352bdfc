//! Makes one of what two threads extracted.

use crate::references::build::{Builder, add_mention};
use crate::references::records::{Flags, NONE, References};

impl Builder<'_> {
    /// Takes over everything another builder found, and gives its memory back on the way. The index and the items are
    /// taken over at once where the pool has threads for both. No key of either waits.
    pub(super) fn absorb(&mut self, other: Self) {
        let Self { references: theirs, deferred, joined, .. } = other;
        let first_reference = self.references.list.len() as u32;
        let References { buckets, items, .. } = &mut self.references;
        let first_item = items.names.len() as u32;
        let (numbers, ()) = rayon::join(
            || -> Vec<(Vec<u32>, Vec<u32>)> {
                buckets.iter_mut().zip(theirs.buckets).map(|(ours, theirs)| ours.absorb(theirs)).collect()
            },
            || {
                theirs.items.names.drain(|name| {
                    items.names.push(name);
                });
                theirs.items.changed.drain(|changed| {
                    items.changed.push(changed);
                });
                theirs.items.first.drain(|first| {
                    items.first.push(first + first_reference);
                });
            },
        );
        let places = self.references.places.absorb(&theirs.places);
        theirs.list.drain(|mut reference| {
            reference.place = places[reference.place as usize];
            if reference.target != NONE {
                let (keys, prefixes) = &numbers[reference.bucket as usize];
                let renumbered = if reference.flags.has(Flags::PREFIX) { prefixes } else { keys };
                reference.target = renumbered[reference.target as usize];
            }
            self.references.list.push(reference);
        });
        for (reference, mut odd) in theirs.odd {
            let reference = reference + first_reference;
            let bucket = self.references.reference(reference).bucket;
            if let Some((keys, prefixes)) = numbers.get(bucket as usize) {
                odd.other_target = odd.other_target.map(|key| keys[key as usize]);
                odd.prefix = odd.prefix.map(|prefix| prefixes[prefix as usize]);
            }
            self.references.odd.insert(reference, odd);
        }
        for (reference, key) in theirs.mapped {
            let reference = reference + first_reference;
            let bucket = self.references.reference(reference).bucket;
            self.references.mapped.insert(reference, numbers[bucket as usize].0[key as usize]);
        }
        self.references.runs.absorb(theirs.runs, first_item, first_reference);
        for ((table, path), mention) in theirs.mentions {
            let place = (table, path.as_str());
            add_mention(&mut self.references.mentions, place, &mention.item, &mention.value, mention.occurrences);
        }
        for (place, count) in theirs.ambiguous {
            *self.references.ambiguous.entry(place).or_default() += count;
        }
        let add =
            |ours: &mut Vec<u64>, theirs: Vec<u64>| ours.iter_mut().zip(theirs).for_each(|(ours, more)| *ours += more);
        add(&mut self.references.item_counts, theirs.item_counts);
        add(&mut self.references.absent_counts, theirs.absent_counts);
        self.joined.extend(joined);
        self.deferred.absorb(deferred, first_reference);
    }
}
