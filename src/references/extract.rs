//! From the items of an export to references: every attribute that a table declares, what its record demands, what
//! it claims, and how its workflows run.

use hashbrown::HashMap;

use crate::layout::Layout;
use crate::layout::spec::{AttributePath, BucketSource, ReferenceKind, TimeUnit};
use crate::model::{Millis, item_name};
use crate::references::attribute::{Element, Instance, Walk};
use crate::references::build::Builder;
use crate::references::clock;
use crate::references::declarations::{Declarations, Group, TablePlan};
use crate::references::fillings::Fillings;
use crate::references::mentions;
use crate::references::node::{Node, Root};
use crate::references::queue::SharedIndexes;
use crate::references::records::{NONE, References, StepState, UNKNOWN_TIME};
use crate::references::steps::FoundSteps;
use crate::source::export::Item;

/// Takes what is wrong with a record by itself.
pub trait RecordSink {
    /// A record in a state that demands a reference has none.
    fn absent(&mut self, declaration: u16, item: &str, path: &str, changed_at: Option<Millis>);
    /// A record's time cannot be meant; `likely` is the unit in which it would make sense.
    fn implausible_time(
        &mut self,
        table: u16,
        item: &str,
        path: &str,
        value: &str,
        unit: TimeUnit,
        likely: Option<TimeUnit>,
    );
}

/// Reads items of any table; one for each thread, merged at the end.
#[derive(Debug)]
pub struct Extractor<'l> {
    plans: Vec<TablePlan<'l>>,
    /// Attributes that say whose an item is, and the bucket entries of each value.
    owners: Vec<(&'l AttributePath, HashMap<&'l str, Vec<usize>>)>,
    builder: Builder<'l>,
    buffers: Buffers<'l>,
}

/// Memory that is used again for every item.
#[derive(Debug, Default)]
struct Buffers<'l> {
    slots: Vec<u32>,
    name: String,
    entries: Vec<usize>,
    found: FoundSteps,
    walk: Walk,
    fillings: Fillings<'l>,
    text: String,
}

/// The item at hand.
pub(super) struct Current<'a> {
    pub(super) table: u16,
    /// Its primary key, as findings name it.
    pub(super) name: String,
    /// Its number among the items that are kept; [`NONE`] until something of it is kept.
    pub(super) number: u32,
    pub(super) changed: Millis,
    /// The bucket entries whose use case it belongs to.
    pub(super) entries: Vec<usize>,
    pub(super) root: Node<'a>,
    /// What its declared attributes hold, for the runs of its workflows.
    pub(super) found: FoundSteps,
}

impl<'l> Extractor<'l> {
    /// An extractor that has seen nothing.
    pub fn new(layout: &'l Layout, declarations: &'l Declarations<'l>) -> Self {
        let mut owners: Vec<(&AttributePath, HashMap<&str, Vec<usize>>)> = Vec::new();
        let buckets = layout.spec().buckets.iter().enumerate();
        for (number, (attribute, values)) in buckets.flat_map(|(n, bucket)| bucket.records.iter().map(move |r| (n, r)))
        {
            let known = owners.iter().position(|(known, _)| *known == attribute);
            let position = known.unwrap_or_else(|| {
                owners.push((attribute, HashMap::new()));
                owners.len() - 1
            });
            values.iter().for_each(|value| owners[position].1.entry(value.as_str()).or_default().push(number));
        }
        Self {
            plans: TablePlan::all(layout.spec(), declarations),
            owners,
            builder: Builder::new(layout, declarations, SharedIndexes::new(layout.buckets().len())),
            buffers: Buffers::default(),
        }
    }

    /// Another one that has seen nothing, for another thread: both enter what they find in the same index.
    pub fn twin(&self) -> Self {
        let Builder { layout, declarations, indexes, .. } = &self.builder;
        Self {
            plans: TablePlan::all(layout.spec(), declarations),
            owners: self.owners.clone(),
            builder: Builder::new(layout, declarations, indexes.clone()),
            buffers: Buffers::default(),
        }
    }

    /// What this one and its twins found.
    pub fn merge(self, twins: Vec<Self>) -> References {
        let mut merged = self.builder;
        merged.enter_all();
        for Self { builder: mut other, .. } in twins {
            other.enter_all();
            // What the one that found more holds stays where it is.
            if other.references.list.len() > merged.references.list.len() {
                std::mem::swap(&mut merged, &mut other);
            }
            merged.absorb(other);
        }
        merged.finish()
    }

    /// Reads one item of a table (an index into the layout's), exported at `exported_at`.
    pub fn item(&mut self, table: u16, exported_at: Millis, item: &Item, sink: &mut dyn RecordSink) {
        let Self { plans, owners, builder, buffers } = self;
        let plan = &plans[table as usize];
        builder.count_item(table);
        let mut mentions = false;
        let root = Node::Root(Root::new(item, &plan.names, &mut buffers.slots, |slot, value| {
            mentions |= !plan.declared.anything && mentions::may_hold(value, &plan.declared.slot(slot));
        }));
        let mut current = Current {
            table,
            name: std::mem::take(&mut buffers.name),
            number: NONE,
            changed: UNKNOWN_TIME,
            entries: std::mem::take(&mut buffers.entries),
            root,
            found: std::mem::take(&mut buffers.found),
        };
        primary_key(&plan.table.key, root, &mut current.name);
        use_cases(owners, root, &mut current.entries);
        current.found.clear();
        current.changed = changed_at(plan, &current, exported_at, &mut buffers.text, sink).unwrap_or(UNKNOWN_TIME);
        let Buffers { walk, fillings, .. } = buffers;
        for group in (0_u16..).zip(&plan.groups) {
            Grouped { group, builder: &mut *builder, fillings, sink: &mut *sink }.read(walk, &mut current);
        }
        claims(builder, plan, &current, walk);
        builder.runs(plan, &mut current);
        builder.join_values(plan, table, root);
        if mentions {
            let each = &mut |path: &str, text: &str| builder.mention(&current, path, text);
            mentions::each_undeclared(item.root(), &plan.declared, each);
        }
        buffers.name = current.name;
        buffers.entries = current.entries;
        buffers.found = current.found;
    }

    /// What was found so far without the index, for measuring it.
    pub fn references(&self) -> &References {
        &self.builder.references
    }
}

/// The [`item_name`], of the attributes in the declared order.
pub(super) fn primary_key(key: &[String], root: Node<'_>, name: &mut String) {
    name.clear();
    for attribute in key {
        let value = root.get(attribute).and_then(Node::scalar);
        item_name::add(name, attribute, value.as_deref().unwrap_or("?"), key.len() > 1);
    }
}

/// The bucket entries that say an item with these attributes is theirs, in their order.
fn use_cases(owners: &[(&AttributePath, HashMap<&str, Vec<usize>>)], root: Node<'_>, entries: &mut Vec<usize>) {
    entries.clear();
    for (attribute, values) in owners {
        Element::whole(root).values(&attribute.steps, &mut |node| {
            if let Some(owned) = node.scalar().and_then(|text| values.get(&*text)) {
                entries.extend(owned);
            }
        });
    }
    entries.sort_unstable();
    entries.dedup();
}

/// When the item changed: the first of the declared attributes that is present, if it can be meant.
fn changed_at(
    plan: &TablePlan<'_>,
    current: &Current<'_>,
    exported_at: Millis,
    text: &mut String,
    sink: &mut dyn RecordSink,
) -> Option<Millis> {
    let (attributes, unit) = plan.table.changed_at.as_ref()?;
    let element = Element::whole(current.root);
    text.clear();
    let attribute = attributes.iter().find(|attribute| element.first(attribute, &mut |value| text.push_str(value)))?;
    let time = clock::read(text, *unit).filter(|&time| clock::is_plausible(time, exported_at));
    if time.is_none() {
        let likely = clock::likely_unit(text, *unit, exported_at);
        sink.implausible_time(current.table, &current.name, &attribute.text, text, *unit, likely);
    }
    time
}

/// The declarations of one attribute, read in an item.
struct Grouped<'g, 'l> {
    group: (u16, &'g Group<'l>),
    builder: &'g mut Builder<'l>,
    fillings: &'g mut Fillings<'l>,
    sink: &'g mut dyn RecordSink,
}

impl Grouped<'_, '_> {
    /// For each value, the declaration whose `when` holds.
    fn read(mut self, walk: &mut Walk, current: &mut Current<'_>) {
        let Group { declarations, attribute, .. } = self.group.1;
        let steps = &attribute.steps;
        let (root, numbered) = (current.root, self.builder.declarations);
        walk.each(root, steps, &mut |instance| {
            let element = Element::of(root, steps, &instance);
            let holds = |&&number: &&u16| {
                let when = &numbered.reference(number).when;
                when.as_ref().is_none_or(|when| element.satisfies(when))
            };
            let mut holding = declarations.iter().filter(holds);
            let Some(&declaration) = holding.next() else { return };
            if holding.next().is_some() {
                if instance.node.is_some_and(|node| !node.is_absent()) {
                    self.builder.ambiguous(current.table, &attribute.text);
                }
                return;
            }
            self.instance(declaration, current, &element, &instance);
        });
    }

    /// One value (or the lack of one) of one declaration.
    fn instance(
        &mut self,
        declaration: u16,
        current: &mut Current<'_>,
        element: &Element<'_>,
        instance: &Instance<'_, '_>,
    ) {
        let builder = &mut *self.builder;
        let spec = builder.declarations.reference(declaration);
        let state = match instance.node.filter(|node| !node.is_absent()) {
            None => {
                let required = spec.required_when.as_ref().is_some_and(|required| element.satisfies(required));
                if required {
                    builder.absent(declaration);
                    let changed = Some(current.changed).filter(|&changed| changed != UNKNOWN_TIME);
                    self.sink.absent(declaration, &current.name, instance.path, changed);
                }
                StepState::Absent { required }
            }
            Some(node) => {
                self.fillings.take(builder.layout, spec, element);
                let reference = builder.reserve(declaration, current, instance.path);
                match (node.string(), spec.kind) {
                    (None, _) => builder.not_text(reference, node.kind_name()),
                    (Some(text), ReferenceKind::Object | ReferenceKind::Prefix) => {
                        builder.settle_uri(reference, text, self.fillings, &current.entries);
                    }
                    (Some(text), ReferenceKind::Bucket) => builder.settle_bucket(reference, text),
                    (Some(text), ReferenceKind::Key | ReferenceKind::KeyPrefix) => {
                        self.key_alone(reference, text, spec.bucket.as_ref(), element, current);
                    }
                }
                StepState::Reference(reference)
            }
        };
        self.builder.note_step(self.group, declaration, element, current, state);
    }

    /// A key without its bucket.
    fn key_alone(
        &mut self,
        reference: u32,
        key: &str,
        bucket: Option<&BucketSource>,
        element: &Element<'_>,
        current: &Current<'_>,
    ) {
        let Self { builder, fillings, .. } = self;
        let entries = &current.entries;
        let found = match bucket {
            Some(BucketSource::Named(bucket)) => {
                builder.settle_key(reference, bucket, key, fillings, entries);
                true
            }
            Some(BucketSource::Attributes(attributes)) => attributes.iter().any(|path| {
                element.first(path, &mut |bucket| builder.settle_key(reference, bucket, key, fillings, entries))
            }),
            Some(BucketSource::Table { by, .. }) => {
                element.first(by, &mut |by| builder.deferred.add(reference, by, key, fillings, entries))
            }
            None => false,
        };
        if !found {
            builder.no_bucket(reference, key);
        }
    }
}

/// The folders that the item owns without naming their objects.
fn claims(builder: &mut Builder<'_>, plan: &TablePlan<'_>, current: &Current<'_>, walk: &mut Walk) {
    let root = current.root;
    for claim in &plan.table.claims {
        let steps = claim.bind.iter().map(|(_, source)| source.attribute.steps.as_slice());
        // The path through most lists leads; the others are read in its element.
        let wildcards = |steps: &&[crate::layout::spec::Step]| {
            steps.iter().filter(|step| crate::references::attribute::is_wildcard(step)).count()
        };
        let Some(leading) = steps.max_by_key(wildcards) else { continue };
        walk.each(root, leading, &mut |instance| {
            let element = Element::of(root, leading, &instance);
            if claim.when.as_ref().is_none_or(|when| element.satisfies(when)) {
                let unfinished = claim.unfinished_when.as_ref().is_some_and(|when| element.satisfies(when));
                builder.claim(claim, &element, unfinished, &current.entries);
            }
        });
    }
}
