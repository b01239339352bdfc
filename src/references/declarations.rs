//! Every declared reference under one number, and per table what an extractor has to look at.

use crate::layout::spec::{
    AttributePath, BucketSource, ClaimSpec, Condition, LayoutSpec, ReferenceSpec, Step, TableSpec, WorkflowSpec,
};
use crate::model::bytes::same;
use crate::references::attribute::is_wildcard;

/// Every `[[table.reference]]` of a layout, numbered in its order.
#[derive(Debug)]
pub struct Declarations<'l> {
    spec: &'l LayoutSpec,
    list: Vec<(u16, u16)>,
    first: Vec<u16>,
}

impl<'l> Declarations<'l> {
    /// Numbers the declarations of a layout.
    pub fn new(spec: &'l LayoutSpec) -> Self {
        let mut list = Vec::new();
        let mut first = Vec::new();
        for (table, declared) in (0_u16..).zip(&spec.tables) {
            first.push(list.len() as u16);
            list.extend((0_u16..).zip(&declared.references).map(|(reference, _)| (table, reference)));
        }
        Self { spec, list, first }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The table of a declaration, and its position there.
    pub fn position(&self, declaration: u16) -> (usize, usize) {
        let (table, reference) = self.list[declaration as usize];
        (table as usize, reference as usize)
    }

    /// The table of a declaration.
    pub fn table(&self, declaration: u16) -> &'l TableSpec {
        &self.spec.tables[self.position(declaration).0]
    }

    /// A declaration.
    pub fn reference(&self, declaration: u16) -> &'l ReferenceSpec {
        let (table, reference) = self.position(declaration);
        &self.spec.tables[table].references[reference]
    }

    /// The number of a table's declaration.
    pub fn number(&self, table: usize, reference: usize) -> u16 {
        self.first[table] + reference as u16
    }
}

/// What to look at in the items of one table.
#[derive(Debug)]
pub(super) struct TablePlan<'l> {
    pub(super) table: &'l TableSpec,
    /// Declarations by attribute, so that two for one attribute are seen together.
    pub(super) groups: Vec<Group<'l>>,
    pub(super) workflows: Vec<PlannedWorkflow<'l>>,
    /// Attributes that items of other tables ask for, by this table's partition key.
    pub(super) joined: Vec<&'l AttributePath>,
    /// Every path that something declares or ignores.
    pub(super) declared: DeclaredPaths,
    /// Attributes at the root of an item that somebody asks for.
    pub(super) names: RootNames,
}

/// The declarations of one attribute.
#[derive(Debug)]
pub(super) struct Group<'l> {
    pub(super) declarations: Vec<u16>,
    pub(super) attribute: &'l AttributePath,
    /// Whether a workflow has it as a step.
    pub(super) is_step: bool,
    /// By what the elements of those workflows' lists join, each once.
    pub(super) joins: Vec<Join<'l>>,
}

/// By what the elements of a workflow's lists join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Join<'l> {
    /// The workflow's `on`: a member of each element, or a placeholder that is bound.
    pub(super) on: &'l str,
    /// The placeholder whose spellings its values may have.
    pub(super) placeholder: &'l str,
}

impl<'l> Join<'l> {
    fn of(workflow: &'l WorkflowSpec, table: &'l TableSpec) -> Option<Self> {
        let on = workflow.on.as_deref()?;
        let is_step =
            |reference: &&ReferenceSpec| workflow.steps.iter().any(|step| step.text == reference.attribute.text);
        let binds = || table.references.iter().filter(is_step).flat_map(|reference| &reference.bind);
        let is_member = |steps: &[Step]| match steps {
            [.., list, Step::Name(name)] => is_wildcard(list) && name == on,
            _ => false,
        };
        let by_name = binds().find(|(placeholder, _)| placeholder == on);
        let bound = by_name.or_else(|| binds().find(|(_, source)| is_member(&source.attribute.steps)));
        Some(Self { on, placeholder: bound.map_or(on, |(placeholder, _)| placeholder) })
    }
}

/// A workflow of a table.
#[derive(Debug)]
pub(super) struct PlannedWorkflow<'l> {
    /// Its number in the layout.
    pub(super) number: u16,
    pub(super) spec: &'l WorkflowSpec,
    pub(super) join: Option<Join<'l>>,
    /// For each step its group, if there is one.
    pub(super) groups: Vec<Option<u16>>,
}

impl<'l> TablePlan<'l> {
    pub(super) fn all(spec: &'l LayoutSpec, declarations: &Declarations<'l>) -> Vec<Self> {
        (0..spec.tables.len()).map(|number| Self::new(spec, declarations, number)).collect()
    }

    fn new(spec: &'l LayoutSpec, declarations: &Declarations<'l>, number: usize) -> Self {
        let table = &spec.tables[number];
        let of_table = || (0_u16..).zip(&spec.workflows).filter(|(_, workflow)| workflow.table == number);
        let mut groups: Vec<Group<'l>> = Vec::new();
        for (position, reference) in table.references.iter().enumerate() {
            let declaration = declarations.number(number, position);
            let attribute = &reference.attribute;
            match groups.iter_mut().find(|group| group.attribute.text == attribute.text) {
                Some(group) => group.declarations.push(declaration),
                None => {
                    let is_step =
                        |workflow: &&WorkflowSpec| workflow.steps.iter().any(|step| step.text == attribute.text);
                    let workflows = || of_table().map(|(_, workflow)| workflow).filter(is_step);
                    let mut joins: Vec<Join<'_>> =
                        workflows().filter_map(|workflow| Join::of(workflow, table)).collect();
                    joins.sort_unstable();
                    joins.dedup();
                    let is_step = workflows().next().is_some();
                    groups.push(Group { declarations: vec![declaration], attribute, is_step, joins });
                }
            }
        }
        let workflows = of_table().map(|(number, spec)| {
            let group = |step: &AttributePath| groups.iter().position(|group| group.attribute.text == step.text);
            let groups = spec.steps.iter().map(|step| group(step).map(|group| group as u16)).collect();
            PlannedWorkflow { number, spec, join: Join::of(spec, table), groups }
        });
        let workflows = workflows.collect();
        let mut joined: Vec<&AttributePath> = Vec::new();
        for reference in spec.tables.iter().flat_map(|table| &table.references) {
            if let Some(BucketSource::Table { table, attributes, .. }) = &reference.bucket
                && *table == number
            {
                joined.extend(attributes.iter().filter(|path| !joined.contains(path)).collect::<Vec<_>>());
            }
        }
        let declared = DeclaredPaths::new(spec, number);
        let names = RootNames::new(&declared);
        Self { table, groups, workflows, joined, declared, names }
    }
}

/// The attributes of an item that a table's declarations ask for, found by one look at each attribute there is.
#[derive(Debug, Default)]
pub(super) struct RootNames {
    /// By the length of the name: each name and its slot.
    by_length: Vec<Vec<(Box<str>, u16)>>,
    count: u16,
}

impl RootNames {
    fn new(declared: &DeclaredPaths) -> Self {
        let mut names = Self::default();
        for (name, _) in &declared.names {
            if names.by_length.len() <= name.len() {
                names.by_length.resize_with(name.len() + 1, Vec::new);
            }
            names.by_length[name.len()].push((name.as_str().into(), names.count));
            names.count += 1;
        }
        names
    }

    /// How many slots there are.
    pub(super) fn len(&self) -> usize {
        usize::from(self.count)
    }

    /// The slot of an attribute that is asked for.
    pub(super) fn slot(&self, name: &str) -> Option<u16> {
        let same_length = self.by_length.get(name.len())?;
        same_length.iter().find(|(known, _)| same(known.as_bytes(), name.as_bytes())).map(|(_, slot)| *slot)
    }
}

/// The paths of a table that something declares or ignores, as a tree.
#[derive(Debug, Default)]
pub(super) struct DeclaredPaths {
    /// Nothing below this is looked at.
    pub(super) anything: bool,
    /// This very value is declared.
    pub(super) here: bool,
    names: Vec<(String, DeclaredPaths)>,
    elements: Option<Box<DeclaredPaths>>,
    values: Option<Box<DeclaredPaths>>,
}

impl DeclaredPaths {
    fn new(spec: &LayoutSpec, number: usize) -> Self {
        let table = &spec.tables[number];
        let mut paths = Self::default();
        for name in &table.key {
            paths.add(&[Step::Name(name.clone())]);
        }
        let mut add = |path: &AttributePath| paths.add(&path.steps);
        if let Some((attributes, _)) = &table.changed_at {
            attributes.iter().for_each(&mut add);
        }
        for reference in &table.references {
            add(&reference.attribute);
            conditions(&reference.when, &reference.required_when).for_each(|condition| add(&condition.attribute));
            reference.bind.iter().chain(&reference.fill).for_each(|(_, source)| add(&source.attribute));
            match &reference.bucket {
                Some(BucketSource::Attributes(attributes)) => attributes.iter().for_each(&mut add),
                Some(BucketSource::Table { by, .. }) => add(by),
                Some(BucketSource::Named(_)) | None => {}
            }
        }
        for ClaimSpec { bind, when, unfinished_when, .. } in &table.claims {
            bind.iter().for_each(|(_, source)| add(&source.attribute));
            conditions(when, unfinished_when).for_each(|condition| add(&condition.attribute));
        }
        table.ignores.iter().flat_map(|(attributes, _)| attributes).for_each(&mut add);
        spec.workflows
            .iter()
            .filter(|workflow| workflow.table == number)
            .filter_map(|workflow| workflow.when.as_ref())
            .for_each(|when| add(&when.attribute));
        spec.buckets.iter().flat_map(|bucket| &bucket.records).for_each(|(attribute, _)| add(attribute));
        paths
    }

    fn add(&mut self, steps: &[Step]) {
        let Some((step, rest)) = steps.split_first() else {
            self.here = true;
            return;
        };
        match step {
            Step::Name(name) => {
                let position = match self.names.iter().position(|(known, _)| known == name) {
                    Some(position) => position,
                    None => {
                        self.names.push((name.clone(), Self::default()));
                        self.names.len() - 1
                    }
                };
                self.names[position].1.add(rest);
            }
            Step::Each => self.elements.get_or_insert_default().add(rest),
            Step::EachValue => self.values.get_or_insert_default().add(rest),
            Step::Anything => self.anything = true,
            // What is packed in a text, and a map's keys, are declared with the value that holds them.
            Step::EachKey | Step::Json | Step::Base64 => self.here = true,
        }
    }

    /// What is declared below the member `name`: by that name, and by `.*`.
    pub(super) fn member(&self, name: &str) -> [Option<&Self>; 2] {
        [self.names.iter().find(|(known, _)| known == name).map(|(_, paths)| paths), self.values.as_deref()]
    }

    /// What is declared below a slot of [`RootNames`]: by its name, and by `.*`.
    pub(super) fn slot(&self, slot: Option<u16>) -> [Option<&Self>; 2] {
        let named = slot.and_then(|slot| self.names.get(usize::from(slot)));
        [named.map(|(_, paths)| paths), self.values.as_deref()]
    }

    /// What is declared below each element.
    pub(super) fn element(&self) -> Option<&Self> {
        self.elements.as_deref()
    }
}

fn conditions<'c>(one: &'c Option<Condition>, other: &'c Option<Condition>) -> impl Iterator<Item = &'c Condition> {
    one.iter().chain(other)
}
