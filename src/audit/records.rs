//! What is wrong with a record by itself, while it is read: R311 and C604.

use crate::audit::settings::AuditRequest;
use crate::audit::sink::{Concern, Emitter, asked, kind};
use crate::layout::spec::TimeUnit;
use crate::model::Millis;
use crate::references::{Declarations, RecordSink};
use crate::rules::context::{AbsenceContext, TimeContext};

/// Calls the rules about records.
pub(super) struct Complaints<'a, 'e> {
    pub(super) request: &'a AuditRequest<'a>,
    pub(super) declarations: &'a Declarations<'a>,
    pub(super) emitter: &'e mut Emitter<'a>,
}

impl RecordSink for Complaints<'_, '_> {
    fn absent(&mut self, declaration: u16, item: &str, path: &str, changed_at: Option<Millis>) {
        let (table, reference) = self.declarations.position(declaration);
        let spec = self.declarations.reference(declaration);
        let context = AbsenceContext {
            table: self.declarations.table(declaration),
            spec,
            area: spec.only_area().and_then(|area| self.request.layout.spec().areas.get(area)),
            item,
            path,
            changed_at,
        };
        let severities = self.request.severities;
        for (rule, severity, check) in asked(kind!(Absence), |rule| severities.reference(rule, table, reference)) {
            check(&context, &mut self.emitter.rule(rule, severity, Concern::default()));
        }
    }

    fn implausible_time(
        &mut self,
        table: u16,
        item: &str,
        path: &str,
        value: &str,
        unit: TimeUnit,
        likely: Option<TimeUnit>,
    ) {
        let table = usize::from(table);
        let context = TimeContext {
            table: &self.request.layout.spec().tables[table],
            item,
            path,
            value,
            unit: unit.name(),
            likely_unit: likely.map(TimeUnit::name),
        };
        for (rule, severity, check) in asked(kind!(Time), |rule| self.request.severities.table(rule, table)) {
            check(&context, &mut self.emitter.rule(rule, severity, Concern::default()));
        }
    }
}
