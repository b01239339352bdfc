//! Makes one of what two threads extracted.

use crate::references::build::{Builder, add_mention};

impl Builder<'_> {
    /// Takes over everything another builder found, and gives its memory back on the way. Nothing of it waits to enter the
    /// index that both share.
    pub(super) fn absorb(&mut self, other: Self) {
        let Self { references: theirs, deferred, joined, .. } = other;
        let first_reference = self.references.list.len() as u32;
        let items = &mut self.references.items;
        let first_item = items.names.len() as u32;
        theirs.items.names.drain(|name| {
            items.names.push(name);
        });
        theirs.items.changed.drain(|changed| {
            items.changed.push(changed);
        });
        theirs.items.first.drain(|first| {
            items.first.push(first + first_reference);
        });
        let places = self.references.places.absorb(&theirs.places);
        theirs.list.drain(|mut reference| {
            reference.place = places[reference.place as usize];
            self.references.list.push(reference);
        });
        let odd = theirs.odd.into_iter().map(|(reference, odd)| (reference + first_reference, odd));
        self.references.odd.extend(odd);
        let mapped = theirs.mapped.into_iter().map(|(reference, key)| (reference + first_reference, key));
        self.references.mapped.extend(mapped);
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
        joined.into_iter().for_each(|(place, values)| self.add_joined(place, values));
        self.deferred.absorb(deferred, first_reference);
    }
}
