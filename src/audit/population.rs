//! What a rule judged, of which a limit may be a share.

use crate::audit::folders::FolderSummary;
use crate::audit::settings::{AuditRequest, ORPHAN_RULE};
use crate::audit::tally::{AreaTally, Partial};
use crate::audit::workflows::WorkflowTally;
use crate::layout::spec::Standing;
use crate::model::{KeyClass, Severity};
use crate::references::References;
use crate::rules::{Check, RULES};

/// Everything that rules judge, counted.
pub(super) struct Population<'a> {
    pub(super) request: &'a AuditRequest<'a>,
    pub(super) partial: &'a Partial,
    pub(super) folders: &'a FolderSummary,
    pub(super) references: &'a References,
    pub(super) workflows: &'a [WorkflowTally],
    pub(super) items: u64,
}

impl Population<'_> {
    /// What a rule judged, everywhere or in an area, and what to call it. Only objects and folders are counted by area.
    pub(super) fn of(&self, rule: usize, area: Option<&str>) -> (u64, &'static str) {
        match RULES[rule].check {
            Check::Object { .. } if rule == ORPHAN_RULE => (self.orphans_or_not(area), "objects"),
            Check::Object { .. } => (self.objects(rule, area), "objects"),
            Check::Folder(_) => (self.folders(rule, area), "folders"),
            Check::Reference(_) | Check::Absence(_) | Check::Shared(_) => {
                (self.references.list.len() as u64, "references")
            }
            Check::Workflow(_) => (self.workflows.iter().map(|tally| tally.items).sum(), "items"),
            Check::Name(_)
            | Check::Time(_)
            | Check::Mention(_)
            | Check::Source(_)
            | Check::Exception(_)
            | Check::Stale(_)
            | Check::Elsewhere => (self.items, "items"),
        }
    }

    /// Objects in scope where the rule is not off; of an area also those at its legacy keys and those that came nearest
    /// to it.
    fn objects(&self, rule: usize, area: Option<&str>) -> u64 {
        let severities = self.request.severities;
        let all = |tally: &AreaTally| tally.all.objects;
        let areas = self.areas(area).filter(|&area| severities.area(rule, area) != Severity::Ignore);
        // What is tolerated nobody judges.
        let wanted = |area: usize| self.standing(area) == Standing::Wanted;
        let placed = areas.map(|area| {
            let own = self.own(area).filter(|_| wanted(area));
            own.chain(self.legacy(area)).map(all).sum::<u64>()
        });
        let placed: u64 = placed.sum();
        placed
            + match area {
                _ if severities.base(rule) == Severity::Ignore => 0,
                Some(_) => self.areas(area).flat_map(|area| self.own(area)).map(|tally| tally.near_misses).sum(),
                None => self.in_no_area(),
            }
    }

    /// Objects in scope that lie in no area and at no legacy key.
    fn in_no_area(&self) -> u64 {
        let classes = KeyClass::ALL.iter().zip(&self.partial.keys);
        let in_scope = classes.filter(|(class, _)| !matches!(class, KeyClass::OutOfScope | KeyClass::FolderMarker));
        let in_scope: u64 = in_scope.map(|(_, amount)| amount.objects).sum();
        let own = self.areas(None).filter(|&area| self.standing(area) != Standing::Outside);
        let own = own.flat_map(|area| self.own(area));
        in_scope - own.chain(self.partial.legacy.values()).map(|tally| tally.all.objects).sum::<u64>()
    }

    /// Objects of which R302 could say whether they are orphans.
    fn orphans_or_not(&self, area: Option<&str>) -> u64 {
        if area.is_none() {
            return self.partial.orphans_or_not();
        }
        let tallies = self.areas(area).flat_map(|area| self.own(area).chain(self.legacy(area)));
        tallies.map(AreaTally::orphans_or_not).sum()
    }

    fn folders(&self, rule: usize, area: Option<&str>) -> u64 {
        let counts = match RULES[rule].meta.code {
            "L207" => &self.folders.companions_judged,
            _ => &self.folders.by_area,
        };
        let asked = |area: &usize| self.request.severities.area(rule, *area) != Severity::Ignore;
        self.areas(area).filter(asked).flat_map(|area| self.positions(area)).map(|at| counts[at]).sum()
    }

    /// The one area, or all.
    fn areas(&self, name: Option<&str>) -> impl Iterator<Item = usize> {
        let areas = self.request.layout.spec().areas.iter().enumerate();
        areas.filter(move |(_, area)| name.is_none_or(|name| area.name == name)).map(|(number, _)| number)
    }

    fn standing(&self, area: usize) -> Standing {
        self.request.layout.spec().areas[area].standing
    }

    /// What an area holds, bucket by bucket.
    fn own(&self, area: usize) -> impl Iterator<Item = &AreaTally> {
        self.positions(area).map(|at| &self.partial.areas[at])
    }

    /// What lies at its legacy keys.
    fn legacy(&self, area: usize) -> impl Iterator<Item = &AreaTally> {
        let all = self.partial.legacy.iter();
        all.filter(move |((_, number, _), _)| usize::from(*number) == area).map(|(_, tally)| tally)
    }

    /// The positions of an area's tallies, one for each bucket.
    fn positions(&self, area: usize) -> impl Iterator<Item = usize> + use<> {
        let (areas, buckets) = (self.request.layout.spec().areas.len(), self.request.layout.buckets().len());
        (0..buckets).map(move |bucket| bucket * areas + area)
    }
}
