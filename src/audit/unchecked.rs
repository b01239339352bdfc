//! What an audit could not check, and why: said in every report.

use crate::audit::assemble::Counted;
use crate::audit::migrate::JUDGED;
use crate::audit::settings::{AuditRequest, ORPHAN_RULE};
use crate::audit::verdict::highest;
use crate::layout::spec::{AreaSpec, Standing};
use crate::model::{Millis, RuleMeta, Severity};
use crate::render::filters::plural;
use crate::results::schema::{NotChecked, RuleState};
use crate::rules::context::Trigger;
use crate::rules::{Check, RULES};
use crate::source::inventory::Column;

impl Counted<'_> {
    pub(super) fn not_checked(&self, states: &[(RuleState, Option<String>)]) -> Vec<NotChecked> {
        let spec = self.request.layout.spec();
        let mut list = Vec::new();
        let mut add = |what: String, why: String| list.push(NotChecked { what, why });
        if !self.request.verify {
            add(
                "whether the parts are the bytes that AWS delivered".into(),
                "checksums were switched off with --no-checksums".into(),
            );
        }
        for (rule, (state, why)) in states.iter().enumerate() {
            if matches!(state, RuleState::NotJudged | RuleState::Partly)
                && highest(self.request, rule) != Severity::Ignore
            {
                let meta = &RULES[rule].meta;
                add(format!("{} {}", meta.code, meta.name), why.clone().unwrap_or_default());
            }
        }
        let (asked, others): (Vec<_>, Vec<_>) =
            all_off(self.request, states).partition(|meta| is_asked(self.request, meta));
        for (off, why) in [
            (asked, "switched off: by `--select`, by `--ignore` or in `[rules]`"),
            (others, "`migrate verify` judges the migration alone: `stocktake audit` judges by the others"),
        ] {
            if !off.is_empty() {
                let codes: Vec<&str> = off.iter().map(|meta| meta.code).collect();
                let rules = if codes.len() == 1 { "rule" } else { "rules" };
                add(format!("what the {rules} {} would find", codes.join(", ")), why.into());
            }
        }
        for bucket in spec.buckets.iter().filter(|bucket| !bucket.inventory) {
            add(
                format!("objects of the bucket {}", bucket.name),
                "it is declared without an inventory: references into it are outside".into(),
            );
        }
        for bucket in spec.buckets.iter().filter(|bucket| !bucket.inventory_prefixes.is_empty()) {
            let prefixes = bucket.inventory_prefixes.join(", ");
            add(
                format!("objects of the bucket {} beyond {prefixes}", bucket.name),
                "its inventory lists no others".into(),
            );
        }
        for area in self.areas(states).iter().filter(|area| area.not_covered) {
            add(
                format!("the area {} in the bucket {}", area.area, area.bucket),
                "records name it and the inventory has no row in it: perhaps a prefix filter leaves it out".into(),
            );
        }
        let mut ambiguous: Vec<_> = self.references.ambiguous.iter().collect();
        ambiguous.sort_unstable();
        for ((table, attribute), count) in ambiguous {
            let values = plural(*count, "value", None);
            add(
                format!("{values} of {attribute} in the table {}", spec.tables[usize::from(*table)].name),
                "two declarations hold at once".into(),
            );
        }
        for (declaration, outcomes) in (0_u16..).zip(self.outcomes).filter(|(_, outcomes)| outcomes.as_prefixes > 0) {
            let attribute = &self.declarations.reference(declaration).attribute.text;
            let table = &self.declarations.table(declaration).name;
            let values = plural(outcomes.as_prefixes, "value", None);
            add(
                format!("the object that {values} of {attribute} in the table {table} may mean"),
                "no folder marker has that name: what ends in `/` was judged as a prefix".into(),
            );
        }
        let times: Vec<Millis> = self.inputs.times().into_iter().map(|(_, time)| time).collect();
        if times.iter().max() != times.iter().min() {
            add(
                "objects and records deleted between the inputs' times".into(),
                "what is gone has no age: inventories and exports were not made at the same moment".into(),
            );
        }
        for unchecked in &spec.unchecked {
            add(unchecked.what.clone(), unchecked.why.clone());
        }
        list
    }

    /// Whether any rule was judged that could find an object of an area violating.
    pub(super) fn compliance_judged(&self, area: usize, states: &[(RuleState, Option<String>)]) -> bool {
        RULES.iter().zip(states).enumerate().any(|(rule, (registered, (state, _)))| {
            // L201 finds what lies in no area.
            matches!(registered.check, Check::Object { trigger, .. } if trigger != Trigger::UNDECLARED)
                && registered.meta.violates()
                && matches!(state, RuleState::Judged | RuleState::Partly)
                && self.request.severities.area(rule, area) >= Severity::Warning
        })
    }

    /// Whether every object of an area in a bucket could be found to be an orphan.
    pub(super) fn orphans_judged_in(&self, bucket: usize, number: usize, area: &AreaSpec) -> bool {
        let inventories = || self.inputs.inventories.iter().filter(|(of, _)| usize::from(*of) == bucket);
        self.orphans_judged
            && area.standing != Standing::Outside
            && self.request.severities.area(ORPHAN_RULE, number) != Severity::Ignore
            // One without a time may be too new to have a record.
            && inventories().any(|(_, delivery)| delivery.has_everywhere(Column::LastModified))
    }

    /// Whether an object could be found to be an orphan anywhere.
    pub(super) fn any_orphans_judged(&self) -> bool {
        let buckets = 0..self.request.layout.buckets().len();
        buckets
            .into_iter()
            .any(|bucket| self.areas_of(bucket).any(|(number, area)| self.orphans_judged_in(bucket, number, area)))
    }
}

/// Rules that are off and not by default.
fn all_off<'a>(
    request: &'a AuditRequest<'_>,
    states: &'a [(RuleState, Option<String>)],
) -> impl Iterator<Item = &'static RuleMeta> + 'a {
    let by_default = |meta: &RuleMeta| meta.default.in_phase(request.phase) == Severity::Ignore;
    let off = RULES.iter().zip(states).filter(|(_, (state, _))| *state == RuleState::Off);
    off.map(|(rule, _)| &rule.meta).filter(move |meta| !by_default(meta))
}

/// Whether it is for this command to judge by a rule.
fn is_asked(request: &AuditRequest<'_>, meta: &RuleMeta) -> bool {
    !request.proves_migration || JUDGED.iter().any(|selector| meta.answers_to(selector))
}

/// How many rules were switched off that this command judges by otherwise.
pub(super) fn switched_off(request: &AuditRequest<'_>, states: &[(RuleState, Option<String>)]) -> u64 {
    all_off(request, states).filter(|meta| is_asked(request, meta)).count() as u64
}
