//! From the items of an export to references: every attribute that a table declares, what its record demands, what
//! it claims, and how its workflows run.

use crate::layout::Layout;
use crate::layout::spec::{BucketSource, ReferenceKind, Source, TimeUnit};
use crate::model::Millis;
use crate::references::attribute::{Element, Instance, Walk};
use crate::references::build::{Builder, Filling};
use crate::references::clock;
use crate::references::declarations::{Declarations, TablePlan};
use crate::references::location::Resolver;
use crate::references::mentions;
use crate::references::node::Node;
use crate::references::records::{NONE, References, StepState, UNKNOWN_TIME};
use crate::references::runs::Found;
use crate::source::export::{Item, Value};

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
    layout: &'l Layout,
    declarations: &'l Declarations<'l>,
    plans: Vec<TablePlan<'l>>,
    builder: Builder<'l>,
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
    pub(super) found: Vec<Found>,
}

impl<'l> Extractor<'l> {
    /// An extractor that has seen nothing.
    pub fn new(layout: &'l Layout, declarations: &'l Declarations<'l>) -> Self {
        Self {
            layout,
            declarations,
            plans: TablePlan::all(layout.spec(), declarations),
            builder: Builder::new(layout, declarations, Resolver::new(layout)),
        }
    }

    /// Merges what several extractors found.
    pub fn merge(layout: &'l Layout, declarations: &'l Declarations<'l>, extractors: Vec<Self>) -> References {
        let mut merged = Builder::new(layout, declarations, Resolver::new(layout));
        for extractor in extractors {
            merged.absorb(extractor.builder);
        }
        merged.finish()
    }

    /// Reads one item of a table (an index into the layout's), exported at `exported_at`.
    pub fn item(&mut self, table: u16, exported_at: Millis, item: &Item, sink: &mut dyn RecordSink) {
        let root = item.root();
        self.builder.count_item(table);
        let mut current = Current {
            table,
            name: self.primary_key(table, root),
            number: NONE,
            changed: UNKNOWN_TIME,
            entries: self.use_cases(Node::Item(root)),
            root: Node::Item(root),
            found: Vec::new(),
        };
        current.changed = self.changed_at(&current, exported_at, sink).unwrap_or(UNKNOWN_TIME);
        for group in 0..self.plans[table as usize].groups.len() {
            self.group(group, &mut current, sink);
        }
        self.claims(&current);
        let plan = &self.plans[table as usize];
        self.builder.runs(plan, &mut current);
        self.builder.join_values(plan, table, root);
        let builder = &mut self.builder;
        mentions::each_undeclared(root, &plan.declared, &mut |path, text| builder.mention(&current, path, text));
    }

    /// `name=value,name=value`, in the declared order.
    fn primary_key(&self, table: u16, root: Value<'_>) -> String {
        let mut name = String::new();
        for attribute in &self.plans[table as usize].table.key {
            if !name.is_empty() {
                name.push(',');
            }
            name.push_str(attribute);
            name.push('=');
            let value = root.get(attribute).map(Node::Item).and_then(Node::scalar);
            name.push_str(value.as_deref().unwrap_or("?"));
        }
        name
    }

    /// The bucket entries that say an item with these attributes is theirs.
    fn use_cases(&self, root: Node<'_>) -> Vec<usize> {
        let element = Element { root, steps: &[], trail: &[] };
        let buckets = self.layout.spec().buckets.iter().enumerate();
        let owns = buckets.filter(|(_, bucket)| {
            bucket.records.iter().any(|(attribute, values)| {
                let mut owned = false;
                element.values(attribute, &mut |node| {
                    owned |= node.scalar().is_some_and(|text| values.iter().any(|value| *value == text));
                });
                owned
            })
        });
        owns.map(|(number, _)| number).collect()
    }

    /// When the item changed: the first of the declared attributes that is present, if it can be meant.
    fn changed_at(&self, current: &Current<'_>, exported_at: Millis, sink: &mut dyn RecordSink) -> Option<Millis> {
        let (attributes, unit) = self.plans[current.table as usize].table.changed_at.as_ref()?;
        let element = Element { root: current.root, steps: &[], trail: &[] };
        for attribute in attributes {
            let source = Source { attribute: attribute.clone(), on: None };
            let Some(text) = element.value(&source) else { continue };
            let read = clock::read(&text, *unit);
            if let Some(time) = read.filter(|&time| clock::is_plausible(time, exported_at)) {
                return Some(time);
            }
            let likely = clock::likely_unit(&text, *unit, exported_at);
            sink.implausible_time(current.table, &current.name, &attribute.text, &text, *unit, likely);
            return None;
        }
        None
    }

    /// The declarations of one attribute: for each value, the one whose `when` holds.
    fn group(&mut self, group: usize, current: &mut Current<'_>, sink: &mut dyn RecordSink) {
        let plan = &self.plans[current.table as usize];
        let declarations = &plan.groups[group];
        let steps = &self.declarations.reference(declarations[0]).attribute.steps;
        let (builder, numbered) = (&mut self.builder, self.declarations);
        let root = current.root;
        Walk::default().each(root, steps, &mut |instance| {
            let element = Element { root, steps, trail: instance.trail };
            let holds = |&&number: &&u16| {
                let when = &numbered.reference(number).when;
                when.as_ref().is_none_or(|when| element.satisfies(when))
            };
            let mut holding = declarations.iter().filter(holds);
            let Some(&declaration) = holding.next() else { return };
            if holding.next().is_some() {
                if instance.node.is_some_and(|node| !node.is_absent()) {
                    builder.ambiguous(current.table, &numbered.reference(declaration).attribute.text);
                }
                return;
            }
            Self::instance(builder, numbered, declaration, current, &element, &instance, sink);
        });
    }

    /// One value (or the lack of one) of one declaration.
    fn instance(
        builder: &mut Builder<'l>,
        declarations: &Declarations<'l>,
        declaration: u16,
        current: &mut Current<'_>,
        element: &Element<'_>,
        instance: &Instance<'_, '_>,
        sink: &mut dyn RecordSink,
    ) {
        let spec = declarations.reference(declaration);
        let state = match instance.node.filter(|node| !node.is_absent()) {
            None => {
                let required = spec.required_when.as_ref().is_some_and(|required| element.satisfies(required));
                if required {
                    builder.absent(declaration);
                    let changed = Some(current.changed).filter(|&changed| changed != UNKNOWN_TIME);
                    sink.absent(declaration, &current.name, instance.path, changed);
                }
                StepState::Absent { required }
            }
            Some(node) => {
                let fillings: Vec<Filling> = builder.fillings(spec, element);
                let reference = builder.reserve(declaration, current, instance.path);
                match (node.string(), spec.kind) {
                    (None, _) => builder.not_text(reference, node.kind_name()),
                    (Some(text), ReferenceKind::Object | ReferenceKind::Prefix) => {
                        builder.settle_uri(reference, text, &fillings, &current.entries);
                    }
                    (Some(text), ReferenceKind::Bucket) => builder.settle_bucket(reference, text),
                    (Some(text), ReferenceKind::Key | ReferenceKind::KeyPrefix) => {
                        Self::key_alone(builder, reference, text, spec.bucket.as_ref(), element, fillings, current);
                    }
                }
                StepState::Reference(reference)
            }
        };
        builder.note_step(declaration, element, current, state);
    }

    /// A key without its bucket.
    fn key_alone(
        builder: &mut Builder<'l>,
        reference: u32,
        key: &str,
        bucket: Option<&BucketSource>,
        element: &Element<'_>,
        fillings: Vec<Filling>,
        current: &Current<'_>,
    ) {
        let first = |attributes: &[crate::layout::spec::AttributePath]| {
            attributes.iter().find_map(|path| element.value(&Source { attribute: path.clone(), on: None }))
        };
        match bucket {
            Some(BucketSource::Named(bucket)) => {
                builder.settle_key(reference, bucket, key, &fillings, &current.entries);
            }
            Some(BucketSource::Attributes(attributes)) => match first(attributes) {
                Some(bucket) => builder.settle_key(reference, &bucket, key, &fillings, &current.entries),
                None => builder.no_bucket(reference, key),
            },
            Some(BucketSource::Table { table, by, attributes }) => match first(std::slice::from_ref(by)) {
                Some(by) => {
                    let attributes = attributes.iter().map(|path| path.text.clone()).collect();
                    builder.defer(reference, *table, by, attributes, key, fillings, &current.entries);
                }
                None => builder.no_bucket(reference, key),
            },
            None => builder.no_bucket(reference, key),
        }
    }

    /// The folders that the item owns without naming their objects.
    fn claims(&mut self, current: &Current<'_>) {
        let table = self.plans[current.table as usize].table;
        let root = current.root;
        for claim in &table.claims {
            let steps = claim.bind.iter().map(|(_, source)| source.attribute.steps.as_slice());
            // The path through most lists leads; the others are read in its element.
            let wildcards = |steps: &&[crate::layout::spec::Step]| {
                steps.iter().filter(|step| crate::references::attribute::is_wildcard(step)).count()
            };
            let Some(leading) = steps.max_by_key(wildcards) else { continue };
            let builder = &mut self.builder;
            Walk::default().each(root, leading, &mut |instance| {
                let element = Element { root, steps: leading, trail: instance.trail };
                if claim.when.as_ref().is_none_or(|when| element.satisfies(when)) {
                    let unfinished = claim.unfinished_when.as_ref().is_some_and(|when| element.satisfies(when));
                    builder.claim(claim, &element, unfinished, &current.entries);
                }
            });
        }
    }
}
