//! Builds the packed records: one reference after another, then extractors merged, then keys whose bucket another
//! table knows.

use hashbrown::HashMap;

use crate::layout::spec::BucketSource;
use crate::layout::{Captures, Layout};
use crate::references::attribute::Element;
use crate::references::declarations::{Declarations, TablePlan};
use crate::references::deferred::Deferral;
use crate::references::extract::Current;
use crate::references::index::{BucketIndex, role};
use crate::references::location::{Listed, Located, Resolver};
use crate::references::node::Node;
use crate::references::queue::{Queue, SharedIndexes};
use crate::references::records::{Flags, Mention, NONE, Odd, Reference, References};

/// Grows [`References`].
#[derive(Debug)]
pub(super) struct Builder<'l> {
    pub(super) layout: &'l Layout,
    pub(super) declarations: &'l Declarations<'l>,
    pub(super) resolver: Resolver<'l>,
    pub(super) references: References,
    /// The indexes that every thread enters keys into; `references` gets them in the end.
    pub(super) indexes: SharedIndexes,
    pub(super) queue: Queue,
    pub(super) deferred: Deferral<'l>,
    /// (table, partition key) → attribute → value.
    pub(super) joined: HashMap<(u16, String), Vec<(String, String)>>,
    pub(super) captures: Captures,
    /// Whether an area expects objects that no record names.
    pub(super) expecting: bool,
    /// The values of a claim, one behind another, and the folder that they make.
    pub(super) claimed: (Vec<Option<std::ops::Range<usize>>>, String, String),
}

impl<'l> Builder<'l> {
    pub(super) fn new(layout: &'l Layout, declarations: &'l Declarations<'l>, indexes: SharedIndexes) -> Self {
        let references = References {
            item_counts: vec![0; layout.spec().tables.len()],
            absent_counts: vec![0; declarations.len()],
            ..References::default()
        };
        Self {
            layout,
            declarations,
            resolver: Resolver::new(layout),
            references,
            indexes,
            queue: Queue::default(),
            deferred: Deferral::default(),
            joined: HashMap::new(),
            captures: Captures::default(),
            expecting: (0..layout.spec().areas.len()).any(|area| !layout.expected_unreferenced(area).is_empty()),
            claimed: Default::default(),
        }
    }

    pub(super) fn count_item(&mut self, table: u16) {
        self.references.item_counts[table as usize] += 1;
    }

    pub(super) fn absent(&mut self, declaration: u16) {
        self.references.absent_counts[declaration as usize] += 1;
    }

    pub(super) fn ambiguous(&mut self, table: u16, attribute: &str) {
        *self.references.ambiguous.entry((table, attribute.to_owned())).or_default() += 1;
    }

    /// The number of the item at hand, which is kept from now on.
    pub(super) fn item(&mut self, current: &mut Current<'_>) -> u32 {
        if current.number == NONE {
            let items = &mut self.references.items;
            current.number = items.names.push(&current.name);
            items.changed.push(current.changed);
            items.first.push(self.references.list.len() as u32);
        }
        current.number
    }

    /// A new reference that names nothing yet.
    pub(super) fn reserve(&mut self, declaration: u16, current: &mut Current<'_>, path: &str) -> u32 {
        self.item(current);
        let place = self.references.places.number(declaration, path);
        self.references.list.push(Reference { place, target: NONE, bucket: 0, flags: Flags::default() })
    }

    pub(super) fn odd(&mut self, reference: u32) -> &mut Odd {
        self.references.odd.entry(reference).or_default()
    }

    pub(super) fn flag(&mut self, reference: u32, flag: Flags) {
        self.references.list.get_mut(reference).flags.set(flag);
    }

    pub(super) fn malformed(&mut self, reference: u32, value: &str, expected: &str) {
        self.flag(reference, Flags::MALFORMED);
        let odd = self.odd(reference);
        odd.value = Some(value.into());
        odd.expected = Some(expected.into());
    }

    pub(super) fn not_text(&mut self, reference: u32, kind: &str) {
        self.malformed(reference, kind, "a string that holds an S3 location");
    }

    pub(super) fn no_bucket(&mut self, reference: u32, key: &str) {
        self.malformed(reference, key, "a record that says which bucket the key is in");
    }

    /// Of several items with one partition key the greatest values count, whichever was read first.
    pub(super) fn add_joined(&mut self, place: (u16, String), values: Vec<(String, String)>) {
        let known = self.joined.entry(place).or_default();
        if *known < values {
            *known = values;
        }
    }

    /// Keeps what items of other tables ask for, by this item's partition key.
    pub(super) fn join_values(&mut self, plan: &TablePlan<'_>, table: u16, root: Node<'_>) {
        if plan.joined.is_empty() {
            return;
        }
        let Some(partition) = plan.table.key.first().and_then(|name| root.get(name)) else { return };
        let Some(partition) = partition.scalar() else { return };
        let element = Element::whole(root);
        let values = plan.joined.iter().filter_map(|path| {
            let mut first = String::new();
            element.first(path, &mut |value| first.push_str(value)).then(|| (path.text.clone(), first))
        });
        self.add_joined((table, partition.into_owned()), values.collect());
    }

    /// An undeclared attribute holds something like a location.
    pub(super) fn mention(&mut self, current: &Current<'_>, path: &str, text: &str) {
        match self.resolver.uri(text) {
            Located::Inside { bucket, key, .. }
                if self.resolver.listed(bucket, &key) == Listed::Whole && !key.is_empty() =>
            {
                self.indexes.of(bucket).key(&key, role::MENTIONED);
            }
            Located::Inside { .. } | Located::Outside { declared: Some(_), .. } => {}
            Located::Outside { declared: None, .. } | Located::Malformed { .. } => return,
        }
        add_mention(&mut self.references.mentions, (current.table, path), &current.name, text, 1);
    }

    /// Settles what waited for other tables.
    pub(super) fn finish(mut self) -> References {
        let joined = std::mem::take(&mut self.joined);
        std::mem::take(&mut self.deferred).each(|reference, by, key, fillings, entries| {
            let declaration = self.references.declaration(self.references.reference(reference));
            let bucket = match &self.declarations.reference(declaration).bucket {
                Some(BucketSource::Table { table, attributes, .. }) => {
                    let values = joined.get(&ItemKey(*table as u16, by));
                    attributes.iter().find_map(|attribute| {
                        let value = values?.iter().find(|(known, _)| *known == attribute.text);
                        value.map(|(_, value)| value.as_str())
                    })
                }
                _ => None,
            };
            match bucket {
                Some(bucket) => self.settle_key(reference, bucket, key, fillings, entries),
                None => self.no_bucket(reference, key),
            }
        });
        self.enter_all();
        let mut buckets = self.indexes.take();
        for (&reference, &new) in &self.references.mapped {
            let Reference { bucket, target, .. } = *self.references.list.get(reference);
            buckets[bucket as usize].move_to(target, new);
        }
        buckets.iter_mut().for_each(BucketIndex::freeze);
        self.references.buckets = buckets.into();
        self.references
    }
}

/// Notes that an undeclared attribute holds locations; the least item and its value are kept as the example.
pub(super) fn add_mention(
    mentions: &mut HashMap<(u16, String), Mention>,
    (table, path): (u16, &str),
    item: &str,
    value: &str,
    occurrences: u64,
) {
    match mentions.get_mut(&ItemKey(table, path)) {
        None => {
            let mention = Mention { occurrences, item: item.to_owned(), value: value.to_owned() };
            mentions.insert((table, path.to_owned()), mention);
        }
        Some(known) => {
            known.occurrences += occurrences;
            if (item, value) < (known.item.as_str(), known.value.as_str()) {
                known.item = item.to_owned();
                known.value = value.to_owned();
            }
        }
    }
}

/// A table and a text, borrowed to look them up.
#[derive(Hash)]
struct ItemKey<'a>(u16, &'a str);

impl hashbrown::Equivalent<(u16, String)> for ItemKey<'_> {
    fn equivalent(&self, (table, text): &(u16, String)) -> bool {
        self.0 == *table && self.1 == text
    }
}
