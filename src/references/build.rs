//! Builds the packed records: one reference after another, then extractors merged, then keys whose bucket another
//! table knows.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::layout::spec::{ClaimSpec, OrphanScope, ReferenceKind, ReferenceSpec};
use crate::layout::{Captures, KeyMatch, Layout, LegacyTarget, Placed};
use crate::model::uri;
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
struct Deferred {
    reference: u32,
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
    resolver: Resolver<'l>,
    pub(super) references: References,
    path_numbers: HashMap<Box<str>, u32>,
    deferred: Vec<Deferred>,
    /// (table, partition key) → attribute → value.
    joined: HashMap<(u16, String), Vec<(String, String)>>,
    captures: Captures,
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

    fn path(&mut self, path: &str) -> u32 {
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

    fn odd(&mut self, reference: u32) -> &mut Odd {
        self.references.odd.entry(reference).or_default()
    }

    fn flag(&mut self, reference: u32, flag: Flags) {
        self.references.list[reference as usize].flags.set(flag);
    }

    fn malformed(&mut self, reference: u32, value: &str, expected: &str) {
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

    pub(super) fn settle_bucket(&mut self, reference: u32, name: &str) {
        self.odd(reference).value = Some(name.into());
        if !uri::is_bucket_name(name) {
            self.malformed(reference, name, uri::UriError::Bucket.expected());
            return;
        }
        match self.resolver.key(name, "") {
            Located::Inside { bucket, .. } => {
                let entry = &mut self.references.list[reference as usize];
                entry.bucket = bucket;
                entry.flags.set(Flags::BUCKET);
            }
            other => self.settle(reference, name, other, &[], &[]),
        }
    }

    pub(super) fn settle_uri(&mut self, reference: u32, text: &str, fillings: &[Filling], entries: &[usize]) {
        let located = self.resolver.uri(text);
        self.settle(reference, text, located, fillings, entries);
    }

    pub(super) fn settle_key(
        &mut self,
        reference: u32,
        bucket: &str,
        key: &str,
        fillings: &[Filling],
        entries: &[usize],
    ) {
        let located = self.resolver.key(bucket, key);
        self.settle(reference, key, located, fillings, entries);
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

    fn settle(&mut self, reference: u32, text: &str, located: Located<'_>, fillings: &[Filling], entries: &[usize]) {
        match located {
            Located::Malformed { expected, near } => {
                self.malformed(reference, text, &expected);
                self.odd(reference).near_bucket = near.map(String::into_boxed_str);
            }
            Located::Outside { bucket, key, .. } => {
                self.flag(reference, Flags::OUTSIDE);
                let near = bucket.as_deref().and_then(|bucket| self.resolver.near(bucket)).map(Box::from);
                let odd = self.odd(reference);
                odd.value = Some(text.into());
                odd.near_bucket = near;
                odd.outside = bucket.map(|bucket| (bucket.into_boxed_str(), key.unwrap_or_default().into_boxed_str()));
            }
            Located::Inside { bucket, key, other, version } => {
                self.references.list[reference as usize].bucket = bucket;
                let name = self.layout.buckets()[bucket as usize].name();
                if !is_plain(text, name, &key) {
                    self.odd(reference).value = Some(text.into());
                }
                let spec = self.declarations.reference(self.references.list[reference as usize].declaration);
                match spec.kind {
                    ReferenceKind::Prefix | ReferenceKind::KeyPrefix => self.settle_prefix(reference, spec, &key),
                    _ if key.is_empty() => self.malformed(reference, text, "a key after the bucket's name"),
                    _ => {
                        self.settle_object(reference, spec, &key, fillings, entries);
                        if let Some(other) = other.filter(|other| *other != key && !other.is_empty()) {
                            let number = self.references.buckets[bucket as usize].key(&other, role::NAMED);
                            self.cover(spec, bucket, &other);
                            self.odd(reference).other_target = Some(number);
                        }
                        if let Some(version) = version {
                            let target = self.references.list[reference as usize].target;
                            self.references.buckets[bucket as usize].ask_version(target, &version);
                            self.odd(reference).version = Some(version.into_boxed_str());
                        }
                    }
                }
            }
        }
    }

    fn settle_prefix(&mut self, reference: u32, spec: &ReferenceSpec, key: &str) {
        let bucket = self.references.list[reference as usize].bucket;
        let prefix = as_prefix(key);
        let broad = spec.claims && self.layout.buckets()[bucket as usize].is_over_broad(&prefix);
        let number = self.references.buckets[bucket as usize].prefix(&prefix, spec.claims && !broad);
        let entry = &mut self.references.list[reference as usize];
        entry.target = number;
        entry.flags.set(Flags::PREFIX);
        if broad {
            entry.flags.set(Flags::OVER_BROAD);
        }
    }

    fn settle_object(
        &mut self,
        reference: u32,
        spec: &ReferenceSpec,
        key: &str,
        fillings: &[Filling],
        entries: &[usize],
    ) {
        let bucket = self.references.list[reference as usize].bucket;
        let layout = self.layout;
        let within = &layout.buckets()[bucket as usize];
        let index = &mut self.references.buckets[bucket as usize];
        let target = index.key(key, role::NAMED);
        if key.ends_with('/') {
            let broad = within.is_over_broad(key);
            let prefix = index.prefix(key, spec.claims && !broad);
            self.odd(reference).prefix = Some(prefix);
            if spec.claims && broad {
                self.flag(reference, Flags::OVER_BROAD);
            }
        }
        let entry = &mut self.references.list[reference as usize];
        entry.target = target;
        entry.flags.set(Flags::KEY);
        let mut captures = std::mem::take(&mut self.captures);
        let placed = within.identify(key.as_bytes(), &mut captures);
        match placed {
            KeyMatch::Area(placed) => {
                self.judge_place(reference, spec, &placed, entries);
                self.judge_names(reference, spec, &placed, key, &captures, fillings);
                self.cover(spec, bucket, key);
            }
            KeyMatch::Legacy(placed) => {
                self.flag(reference, Flags::LEGACY);
                self.judge_place(reference, spec, &placed, entries);
                self.judge_names(reference, spec, &placed, key, &captures, fillings);
                let mut fill = |placeholder: &str| {
                    let filling = fillings.iter().find(|filling| &*filling.placeholder == placeholder)?;
                    Some(filling.value.clone())
                };
                let entry = entries.iter().copied().find(|entry| within.entries().contains(entry));
                match within.legacy_target(key, &placed, &captures, entry, &mut fill) {
                    LegacyTarget::Moves(new) => {
                        let number = self.references.buckets[bucket as usize].key(&new, role::NAMED);
                        self.references.mapped.insert(reference, number);
                        self.cover(spec, bucket, &new);
                    }
                    LegacyTarget::Keeps(_) | LegacyTarget::Unnamed { keep: true, .. } => {
                        self.flag(reference, Flags::KEPT);
                    }
                    LegacyTarget::Retires(_) | LegacyTarget::Unnamed { .. } | LegacyTarget::Unfit(_) => {}
                }
            }
            KeyMatch::OutOfScope | KeyMatch::Unmatched => {
                if !spec.areas.is_empty() {
                    self.flag(reference, Flags::OTHER_AREA);
                }
            }
        }
        self.captures = captures;
    }

    /// Whether an object there would lie where the declaration wants it (R308).
    fn judge_place(&mut self, reference: u32, spec: &ReferenceSpec, placed: &Placed, entries: &[usize]) {
        let layout = self.layout.spec();
        if let Some(entry) = placed.entry.map(usize::from)
            && !layout.buckets[entry].records.is_empty()
            && !entries.is_empty()
            && !entries.contains(&entry)
        {
            self.flag(reference, Flags::OTHER_USE_CASE);
            return;
        }
        if spec.areas.is_empty() || spec.areas.contains(&usize::from(placed.area)) {
            return;
        }
        let role = &layout.areas[usize::from(placed.area)].role;
        let same_role = spec.areas.iter().any(|&area| layout.areas[area].role == *role);
        self.flag(reference, if same_role { Flags::OTHER_AREA } else { Flags::OTHER_ROLE });
    }

    /// Whether the captures are the record's values (R309).
    fn judge_names(
        &mut self,
        reference: u32,
        spec: &ReferenceSpec,
        placed: &Placed,
        key: &str,
        captures: &Captures,
        fillings: &[Filling],
    ) {
        if !spec.areas.contains(&usize::from(placed.area)) {
            return;
        }
        for (placeholder, range) in captures.iter() {
            let name = self.layout.placeholder_name(placeholder);
            let Some(captured) = key.get(range) else { continue };
            let bound = fillings.iter().find(|filling| filling.binds && &*filling.placeholder == name);
            if let Some(bound) = bound.filter(|bound| bound.value != captured) {
                let mismatch = (name.into(), captured.into(), bound.value.as_str().into());
                self.odd(reference).mismatches.push(mismatch);
            }
        }
    }

    /// A reference to anything in a folder covers the whole folder.
    ///
    /// A key ending in `/` may turn out to be a prefix, so it covers no more than what lies below it.
    fn cover(&mut self, spec: &ReferenceSpec, bucket: u16, key: &str) {
        if !spec.claims || key.ends_with('/') {
            return;
        }
        let within = &self.layout.buckets()[bucket as usize];
        let mut captures = Captures::default();
        if let KeyMatch::Area(placed) = within.identify(key.as_bytes(), &mut captures)
            && self.layout.spec().areas[usize::from(placed.area)].orphan_scope == OrphanScope::Folder
        {
            let folder = &key.as_bytes()[..usize::from(placed.folder)];
            self.references.buckets[bucket as usize].cover(placed.area, folder);
        }
    }

    /// An item owns a folder of an area, in every bucket entry that may be its own.
    pub(super) fn claim(&mut self, claim: &ClaimSpec, element: &Element<'_>, unfinished: bool, entries: &[usize]) {
        let values: Vec<(&str, Option<String>)> = claim
            .bind
            .iter()
            .map(|(name, source)| {
                let value = element.value(source);
                (name.as_str(), value.map(|value| self.layout.normalise(name, &value).into_owned()))
            })
            .collect();
        let area = claim.area as u16;
        for (bucket, within) in self.layout.buckets().iter().enumerate() {
            let owned = |entry: &&usize| {
                let records = &self.layout.spec().buckets[**entry].records;
                records.is_empty() || entries.is_empty() || entries.contains(entry)
            };
            for &entry in within.entries().iter().filter(owned) {
                let mut value = |name: &str| values.iter().find(|(known, _)| *known == name)?.1.clone();
                if let Some(folder) = within.folder(Some(entry), claim.area, &mut value) {
                    let index = &mut self.references.buckets[bucket];
                    index.cover(area, folder.as_bytes());
                    if unfinished {
                        index.leave_unfinished(area, folder.as_bytes());
                    }
                }
            }
        }
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

fn add_mention(mentions: &mut HashMap<(u16, String), Mention>, place: (u16, String), mention: Mention) {
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

/// A prefix reference covers what starts with it plus `/`.
fn as_prefix(key: &str) -> Cow<'_, str> {
    if key.is_empty() || key.ends_with('/') { Cow::Borrowed(key) } else { Cow::Owned(format!("{key}/")) }
}

/// Whether a text is `s3://bucket/key`, and so need not be kept beside its key.
fn is_plain(text: &str, bucket: &str, key: &str) -> bool {
    let rest = text.strip_prefix("s3://").and_then(|rest| rest.strip_prefix(bucket));
    rest.and_then(|rest| rest.strip_prefix('/')) == Some(key)
}
