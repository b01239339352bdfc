//! Builds the packed records: one reference after another, then extractors merged, then keys whose bucket another
//! table knows.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::layout::spec::ReferenceSpec;
use crate::layout::{Captures, Layout};
use crate::references::attribute::Element;
use crate::references::declarations::{Declarations, TablePlan};
use crate::references::extract::Current;
use crate::references::index::{BucketIndex, role};
use crate::references::location::{Located, Resolver};
use crate::references::node::Node;
use crate::references::records::{Flags, Mention, NONE, Odd, Reference, References};
use crate::source::export::Value;

/// A placeholder's value from the record, after aliases.
#[derive(Debug, Clone)]
pub(super) struct Filling {
    pub(super) placeholder: Box<str>,
    pub(super) value: String,
    /// Whether a capture must equal it (`bind`), or it only fills (`fill`).
    pub(super) binds: bool,
}

/// A key whose bucket an item of another table names.
#[derive(Debug)]
pub(super) struct Deferred {
    pub(super) reference: u32,
    table: usize,
    by: String,
    attributes: Vec<String>,
    key: String,
    fillings: Vec<Filling>,
    entries: Vec<usize>,
}

/// Grows [`References`].
#[derive(Debug)]
pub(super) struct Builder<'l> {
    pub(super) layout: &'l Layout,
    pub(super) declarations: &'l Declarations<'l>,
    pub(super) resolver: Resolver<'l>,
    pub(super) references: References,
    path_numbers: HashMap<Box<str>, u32>,
    pub(super) deferred: Vec<Deferred>,
    /// (table, partition key) → attribute → value.
    pub(super) joined: HashMap<(u16, String), Vec<(String, String)>>,
    pub(super) captures: Captures,
}

impl<'l> Builder<'l> {
    pub(super) fn new(layout: &'l Layout, declarations: &'l Declarations<'l>, resolver: Resolver<'l>) -> Self {
        let references = References {
            buckets: layout.buckets().iter().map(|_| BucketIndex::default()).collect(),
            item_counts: vec![0; layout.spec().tables.len()],
            absent_counts: vec![0; declarations.len()],
            ..References::default()
        };
        Self {
            layout,
            declarations,
            resolver,
            references,
            path_numbers: HashMap::new(),
            deferred: Vec::new(),
            joined: HashMap::new(),
            captures: Captures::default(),
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
            current.number = items.names.push(current.name.as_bytes());
            items.tables.push(current.table);
            items.changed.push(current.changed);
        }
        current.number
    }

    pub(super) fn path(&mut self, path: &str) -> u32 {
        if let Some(&number) = self.path_numbers.get(path) {
            return number;
        }
        let number = self.references.paths.push(path.as_bytes());
        self.path_numbers.insert(path.into(), number);
        number
    }

    /// A new reference that names nothing yet.
    pub(super) fn reserve(&mut self, declaration: u16, current: &mut Current<'_>, path: &str) -> u32 {
        let item = self.item(current);
        let path = self.path(path);
        let flags = Flags::default();
        self.references.list.push(Reference { item, path, target: NONE, declaration, bucket: 0, flags });
        (self.references.list.len() - 1) as u32
    }

    /// The values that a declaration takes from the record, in this element.
    pub(super) fn fillings(&self, spec: &ReferenceSpec, element: &Element<'_>) -> Vec<Filling> {
        let both = spec.bind.iter().map(|pair| (pair, true)).chain(spec.fill.iter().map(|pair| (pair, false)));
        let present = both.filter_map(|((placeholder, source), binds)| {
            let value = element.value(source)?;
            let value = self.layout.normalise(placeholder, &value).into_owned();
            Some(Filling { placeholder: placeholder.as_str().into(), value, binds })
        });
        present.collect()
    }

    pub(super) fn odd(&mut self, reference: u32) -> &mut Odd {
        self.references.odd.entry(reference).or_default()
    }

    pub(super) fn flag(&mut self, reference: u32, flag: Flags) {
        self.references.list[reference as usize].flags.set(flag);
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

    #[expect(clippy::too_many_arguments, reason = "a deferred reference keeps all that settling it needs")]
    pub(super) fn defer(
        &mut self,
        reference: u32,
        table: usize,
        by: String,
        attributes: Vec<String>,
        key: &str,
        fillings: Vec<Filling>,
        entries: &[usize],
    ) {
        let (key, entries) = (key.to_owned(), entries.to_vec());
        self.deferred.push(Deferred { reference, table, by, attributes, key, fillings, entries });
    }

    /// Keeps what items of other tables ask for, by this item's partition key.
    pub(super) fn join_values(&mut self, plan: &TablePlan<'_>, table: u16, root: Value<'_>) {
        if plan.joined.is_empty() {
            return;
        }
        let Some(partition) = plan.table.key.first().and_then(|name| root.get(name)) else { return };
        let Some(partition) = Node::Item(partition).scalar().map(Cow::into_owned) else { return };
        let element = Element { root: Node::Item(root), steps: &[], trail: &[] };
        let values = plan.joined.iter().filter_map(|path| {
            let mut first = None;
            element.values(path, &mut |node| {
                if first.is_none() && !node.is_absent() {
                    first = node.scalar().map(Cow::into_owned);
                }
            });
            first.map(|value| (path.text.clone(), value))
        });
        self.joined.insert((table, partition), values.collect());
    }

    /// An undeclared attribute holds something like a location.
    pub(super) fn mention(&mut self, current: &Current<'_>, path: &str, text: &str) {
        match self.resolver.uri(text) {
            Located::Inside { bucket, key, .. } if !key.is_empty() => {
                self.references.buckets[bucket as usize].key(&key, role::MENTIONED);
            }
            Located::Inside { .. } | Located::Outside { declared: Some(_), .. } => {}
            Located::Outside { declared: None, .. } | Located::Malformed { .. } => return,
        }
        let mention = Mention { occurrences: 1, item: current.name.clone(), value: text.to_owned() };
        add_mention(&mut self.references.mentions, (current.table, path.to_owned()), mention);
    }

    /// Settles what waited for other tables, and makes room for what the inventory will show.
    pub(super) fn finish(mut self) -> References {
        for deferred in std::mem::take(&mut self.deferred) {
            let Deferred { reference, table, by, attributes, key, fillings, entries } = deferred;
            let values = self.joined.get(&(table as u16, by));
            let bucket = attributes.iter().find_map(|attribute| {
                values?.iter().find(|(known, _)| known == attribute).map(|(_, value)| value.clone())
            });
            match bucket {
                Some(bucket) => self.settle_key(reference, &bucket, &key, &fillings, &entries),
                None => self.no_bucket(reference, &key),
            }
        }
        for (&reference, &new) in &self.references.mapped {
            let Reference { bucket, target, .. } = self.references.list[reference as usize];
            self.references.buckets[bucket as usize].move_to(target, new);
        }
        self.references.buckets.iter_mut().for_each(BucketIndex::freeze);
        self.references
    }
}

pub(super) fn add_mention(mentions: &mut HashMap<(u16, String), Mention>, place: (u16, String), mention: Mention) {
    match mentions.get_mut(&place) {
        None => {
            mentions.insert(place, mention);
        }
        Some(known) => {
            known.occurrences += mention.occurrences;
            if (mention.item.as_str(), mention.value.as_str()) < (known.item.as_str(), known.value.as_str()) {
                known.item = mention.item;
                known.value = mention.value;
            }
        }
    }
}
