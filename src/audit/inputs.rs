//! Which inputs an audit reads: inventories matched with declared buckets, exports with declared tables, and what
//! is wrong with them before a row is read.

use crate::audit::error::AuditError;
use crate::audit::settings::AuditRequest;
use crate::audit::sink::{Concern, Emitter};
use crate::layout::{BucketLayout, Layout};
use crate::model::time::{self, MINUTE};
use crate::model::{Millis, SourceDefect};
use crate::rules::context::SourceContext;
use crate::rules::{Check, RULES};
use crate::source::PassedOver;
use crate::source::export::{self, Export};
use crate::source::inventory::{self, Delivery};

/// How far an input may lie in the future before the clock is wrong.
const FUTURE: Millis = 5 * MINUTE;

/// The inputs of an audit.
pub(super) struct AuditInputs {
    /// Each inventory with its bucket in the layout.
    pub(super) inventories: Vec<(u16, Delivery)>,
    /// Each export of a declared table with its table in the layout.
    pub(super) exports: Vec<(u16, Export)>,
    /// Exports of tables that nobody declared, by name.
    pub(super) undeclared_tables: Vec<String>,
    /// Newer deliveries that are not complete.
    pub(super) inventories_passed_over: Vec<PassedOver>,
    /// Newer exports that are not complete.
    pub(super) exports_passed_over: Vec<PassedOver>,
}

impl AuditInputs {
    /// Finds the inputs and matches them with the layout.
    pub(super) fn find(request: &AuditRequest<'_>) -> Result<Self, AuditError> {
        let layout = request.layout;
        if layout.buckets().is_empty() {
            return Err(AuditError::NoBucket);
        }
        if request.inventories.is_empty() {
            return Err(AuditError::NoInventory);
        }
        let found = inventory::discover_told(&request.inventories, &told_of_inventories(request))?;
        let inventories_passed_over = found.passed_over;
        let mut exports_passed_over = Vec::new();
        let mut inventories = Vec::new();
        for delivery in found.deliveries {
            let declared = layout.buckets().iter().position(|bucket| bucket.name() == delivery.bucket);
            let Some(bucket) = declared else { return Err(undeclared_bucket(layout, &delivery)) };
            inventories.push((bucket as u16, delivery));
        }
        inventories.sort_by_key(|(bucket, _)| *bucket);
        let mut exports = Vec::new();
        let mut undeclared_tables = Vec::new();
        if !request.exports.is_empty() {
            let found = export::discover_told(&request.exports, &told_of_exports(request))?;
            exports_passed_over = found.passed_over;
            for export in found.exports {
                match declared_table(layout, &export.table) {
                    Some(table) => exports.push((table, export)),
                    None => undeclared_tables.push(export.table.clone()),
                }
            }
        }
        if exports.is_empty() && !undeclared_tables.is_empty() {
            let spec = layout.spec();
            let declared = spec.tables.iter().map(|table| format!("{}{}", spec.table_prefix, table.name));
            return Err(AuditError::NoDeclaredTable { found: list(undeclared_tables), declared: list(declared) });
        }
        exports.sort_by_key(|(table, _)| *table);
        if let Some((one, other)) = exports.iter().zip(exports.iter().skip(1)).find(|(one, other)| one.0 == other.0) {
            return Err(two_exports(&one.1, &other.1));
        }
        let inputs = Self { inventories, exports, undeclared_tables, inventories_passed_over, exports_passed_over };
        inputs.check_future(request.now)?;
        Ok(inputs)
    }

    /// Each input's name and time.
    pub(super) fn times(&self) -> Vec<(&str, Millis)> {
        let inventories = self.inventories.iter();
        let inventories =
            inventories.filter_map(|(_, delivery)| Some((delivery.manifest.name.as_str(), delivery.created_at?)));
        let exports = self.exports.iter().filter(|(_, export)| export.is_dated).map(|(_, export)| {
            // A chain shows what its last export ends with.
            let last = export.links().max_by_key(|link| link.export_time).unwrap_or(export);
            (last.summary.name.as_str(), last.export_time)
        });
        inventories.chain(exports).collect()
    }

    /// Newest minus oldest input.
    pub(super) fn skew(&self) -> Option<Millis> {
        let times = self.times();
        let oldest = times.iter().map(|(_, time)| *time).min()?;
        times.iter().map(|(_, time)| time - oldest).max()
    }

    fn check_future(&self, now: Millis) -> Result<(), AuditError> {
        match self.times().into_iter().find(|(_, time)| time.saturating_sub(now) > FUTURE) {
            None => Ok(()),
            Some((input, time)) => {
                Err(AuditError::Future { input: input.to_owned(), ahead: time::format_duration(time - now) })
            }
        }
    }

    /// The time of a bucket's inventory.
    pub(super) fn created_at(&self, bucket: usize) -> Option<Millis> {
        let mut of_bucket = self.inventories.iter().filter(|(number, _)| usize::from(*number) == bucket);
        of_bucket.find_map(|(_, delivery)| delivery.created_at)
    }

    /// The oldest export's time.
    pub(super) fn oldest_export(&self) -> Option<Millis> {
        self.exports.iter().filter(|(_, export)| export.is_dated).map(|(_, export)| export.shows_at()).min()
    }

    /// The names of inputs whose time nobody knows.
    fn undated(&self) -> impl Iterator<Item = &str> {
        let inventories = self.inventories.iter().filter(|(_, delivery)| delivery.created_at.is_none());
        let exports = self.exports.iter().filter(|(_, export)| !export.is_dated);
        let inventories = inventories.map(|(_, delivery)| delivery.manifest.name.as_str());
        inventories.chain(exports.map(|(_, export)| export.summary.name.as_str()))
    }

    /// Declared buckets that should have an inventory and have none.
    pub(super) fn absent_buckets(&self, layout: &Layout) -> Vec<usize> {
        let expected = |bucket: &usize| {
            let entries = layout.buckets()[*bucket].entries();
            entries.iter().any(|&entry| layout.spec().buckets[entry].inventory)
        };
        let present = |bucket: &usize| self.inventories.iter().any(|(number, _)| usize::from(*number) == *bucket);
        (0..layout.buckets().len()).filter(|bucket| expected(bucket) && !present(bucket)).collect()
    }

    /// Declared tables that should have an export and have none.
    pub(super) fn absent_tables(&self, layout: &Layout) -> Vec<usize> {
        let tables = layout.spec().tables.iter().enumerate().filter(|(_, table)| !table.optional);
        let present = |table: usize| self.exports.iter().any(|(number, _)| usize::from(*number) == table);
        tables.map(|(table, _)| table).filter(|&table| !present(table)).collect()
    }

    /// Reports what is wrong with the inputs as a whole: S001, S006, S007, S008 to S010, S012, S013.
    pub(super) fn judge(&self, request: &AuditRequest<'_>, emitter: &mut Emitter) {
        let limits = &request.layout.spec().inputs;
        let defects = self.inventories.iter().flat_map(|(_, delivery)| &delivery.defects);
        let defects = defects.chain(self.exports.iter().flat_map(|(_, export)| &export.defects));
        defects.for_each(|defect| report_defect(request, emitter, defect));
        for file in self.undated() {
            report(request, emitter, "S006", &SourceContext::Undated { file });
        }
        let times = self.times();
        if let Some(max_age) = limits.max_age {
            for &(file, at) in &times {
                let age = request.now.saturating_sub(at);
                if age > max_age {
                    report(request, emitter, "S006", &SourceContext::Stale { file, at, age, max_age });
                }
            }
        }
        let oldest = times.iter().min_by_key(|(name, time)| (*time, *name));
        let newest = times.iter().max_by_key(|(name, time)| (*time, std::cmp::Reverse(*name)));
        if let (Some(max_skew), Some((oldest, from)), Some((newest, to))) = (limits.max_skew, oldest, newest)
            && to - from > max_skew
        {
            let context = SourceContext::Skewed { oldest, newest, skew: to - from, max_skew };
            report(request, emitter, "S007", &context);
        }
        for bucket in self.absent_buckets(request.layout) {
            let name = request.layout.buckets()[bucket].name();
            report(request, emitter, "S012", &SourceContext::Absent { what: "bucket", name });
        }
        for table in self.absent_tables(request.layout) {
            let spec = request.layout.spec();
            let name = format!("{}{}", spec.table_prefix, spec.tables[table].name);
            report(request, emitter, "S012", &SourceContext::Absent { what: "table", name: &name });
        }
    }
}

/// Reports a defect that a reader met.
pub(super) fn report_defect(request: &AuditRequest<'_>, emitter: &mut Emitter, defect: &SourceDefect) {
    report(request, emitter, defect.problem.code(), &SourceContext::Defect(defect));
}

/// Calls one S-rule.
pub(super) fn report(request: &AuditRequest<'_>, emitter: &mut Emitter, code: &str, context: &SourceContext<'_>) {
    let Some(rule) = crate::rules::index_of(code) else { return };
    if let Check::Source(check) = RULES[rule].check {
        let severity = request.severities.base(rule);
        check(context, &mut emitter.rule(rule, severity, Concern::default()));
    }
}

/// Where one bucket is declared, an inventory that names none is of that one.
fn told_of_inventories(request: &AuditRequest<'_>) -> inventory::Told {
    let only_bucket = match request.layout.buckets() {
        [only] => Some(only.name().to_owned()),
        _ => None,
    };
    inventory::Told { only_bucket, ..request.inventory_told.clone() }
}

/// Where one table is declared, items that name none are of that one.
fn told_of_exports(request: &AuditRequest<'_>) -> export::Told {
    let spec = request.layout.spec();
    let only_table = match spec.tables.as_slice() {
        [only] => Some(format!("{}{}", spec.table_prefix, only.name)),
        _ => None,
    };
    let told = request.export_told.clone();
    export::Told { table: told.table.or(only_table), ..told }
}

fn declared_table(layout: &Layout, name: &str) -> Option<u16> {
    let spec = layout.spec();
    let name = name.strip_prefix(spec.table_prefix.as_str())?;
    spec.tables.iter().position(|table| table.name == name).map(|table| table as u16)
}

/// The records of one would stand in for those that the other lacks.
fn two_exports(one: &Export, other: &Export) -> AuditError {
    let [first, second] = [one, other].map(|export| export.path.display().to_string());
    AuditError::TwoExports { table: one.table.clone(), first, second }
}

fn undeclared_bucket(layout: &Layout, delivery: &Delivery) -> AuditError {
    AuditError::UndeclaredBucket {
        bucket: delivery.bucket.clone(),
        manifest: delivery.path.display().to_string(),
        declared: list(layout.buckets().iter().map(BucketLayout::name)),
    }
}

/// Names as a message lists them.
fn list(names: impl IntoIterator<Item: std::fmt::Display>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
