//! Keys whose bucket an item of another table names: they wait until every table was read.

use crate::references::fillings::Fillings;
use crate::references::texts::{Column, Texts};

/// The keys that wait.
#[derive(Debug, Default)]
pub(super) struct Deferral<'l> {
    list: Column<Deferred<'l>>,
    /// Two for each: the other item's partition key, and the key.
    texts: Texts,
}

#[derive(Debug)]
struct Deferred<'l> {
    reference: u32,
    /// What few of them have: fillings, and the bucket entries of the record's use case.
    more: Option<Box<(Fillings<'l>, Vec<usize>)>>,
}

impl<'l> Deferral<'l> {
    /// Keeps all that settling a reference needs.
    pub(super) fn add(&mut self, reference: u32, by: &str, key: &str, fillings: &Fillings<'l>, entries: &[usize]) {
        self.texts.push(by);
        self.texts.push(key);
        let plain = fillings.is_empty() && entries.is_empty();
        let more = (!plain).then(|| Box::new((fillings.clone(), entries.to_vec())));
        self.list.push(Deferred { reference, more });
    }

    /// Takes over what waits elsewhere.
    pub(super) fn absorb(&mut self, other: Self, first_reference: u32) {
        other.texts.drain(|text| {
            self.texts.push(text);
        });
        other.list.drain(|deferred| {
            self.list.push(Deferred { reference: deferred.reference + first_reference, ..deferred });
        });
    }

    /// Calls `each` with every reference, the other item's partition key, the key, and the rest.
    pub(super) fn each(&self, mut each: impl FnMut(u32, &str, &str, &Fillings<'l>, &[usize])) {
        let nothing = Fillings::default();
        for (number, deferred) in (0_u32..).zip(self.list.iter()) {
            let (by, key) = (self.texts.text(2 * number), self.texts.text(2 * number + 1));
            let (fillings, entries) =
                deferred.more.as_deref().map_or((&nothing, &[][..]), |(fillings, entries)| (fillings, entries));
            each(deferred.reference, by, key, fillings, entries);
        }
    }
}
