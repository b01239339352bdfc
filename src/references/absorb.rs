//! Makes one of what two threads extracted.

use crate::references::build::{Builder, add_mention};
use crate::references::records::{Flags, NONE};

impl Builder<'_> {
    /// Takes over everything another builder found.
    pub(super) fn absorb(&mut self, other: Self) {
        let Self { references: theirs, deferred, joined, .. } = other;
        let first_reference = self.references.list.len() as u32;
        let numbers: Vec<(Vec<u32>, Vec<u32>)> =
            self.references.buckets.iter_mut().zip(theirs.buckets).map(|(ours, theirs)| ours.absorb(theirs)).collect();
        let first_item = self.references.items.names.len() as u32;
        for item in 0..theirs.items.names.len() as u32 {
            self.references.items.names.push(theirs.items.names.get(item));
        }
        self.references.items.tables.extend(theirs.items.tables);
        self.references.items.changed.extend(theirs.items.changed);
        let paths: Vec<u32> = (0..theirs.paths.len() as u32).map(|path| self.path(theirs.paths.text(path))).collect();
        for mut reference in theirs.list {
            reference.item += first_item;
            reference.path = paths[reference.path as usize];
            if reference.target != NONE {
                let (keys, prefixes) = &numbers[reference.bucket as usize];
                let renumbered = if reference.flags.has(Flags::PREFIX) { prefixes } else { keys };
                reference.target = renumbered[reference.target as usize];
            }
            self.references.list.push(reference);
        }
        for (reference, mut odd) in theirs.odd {
            let reference = reference + first_reference;
            let bucket = self.references.list[reference as usize].bucket;
            if let Some((keys, prefixes)) = numbers.get(bucket as usize) {
                odd.other_target = odd.other_target.map(|key| keys[key as usize]);
                odd.prefix = odd.prefix.map(|prefix| prefixes[prefix as usize]);
            }
            self.references.odd.insert(reference, odd);
        }
        for (reference, key) in theirs.mapped {
            let reference = reference + first_reference;
            let bucket = self.references.list[reference as usize].bucket;
            self.references.mapped.insert(reference, numbers[bucket as usize].0[key as usize]);
        }
        self.references.absorb_runs(theirs.runs, &theirs.steps, &theirs.elements, first_item, first_reference);
        for (place, mention) in theirs.mentions {
            add_mention(&mut self.references.mentions, place, mention);
        }
        for (place, count) in theirs.ambiguous {
            *self.references.ambiguous.entry(place).or_default() += count;
        }
        let add =
            |ours: &mut Vec<u64>, theirs: Vec<u64>| ours.iter_mut().zip(theirs).for_each(|(ours, more)| *ours += more);
        add(&mut self.references.item_counts, theirs.item_counts);
        add(&mut self.references.absent_counts, theirs.absent_counts);
        self.joined.extend(joined);
        self.deferred.extend(deferred.into_iter().map(|mut deferred| {
            deferred.reference += first_reference;
            deferred
        }));
    }
}
