//! What a rule judged, of which a limit may be a share.

use crate::audit::folders::FolderSummary;
use crate::audit::settings::AuditRequest;
use crate::audit::tally::Partial;
use crate::audit::workflows::WorkflowTally;
use crate::model::KeyClass;
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
            Check::Object { .. } => (self.objects(area), "objects"),
            Check::Folder(_) => (self.folders(area), "folders"),
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

    /// Objects in scope; of an area also those at its legacy keys and those that came nearest to it.
    fn objects(&self, area: Option<&str>) -> u64 {
        let Some(area) = area else {
            let classes = KeyClass::ALL.iter().zip(&self.partial.keys);
            let in_scope = classes.filter(|(class, _)| !matches!(class, KeyClass::OutOfScope | KeyClass::FolderMarker));
            return in_scope.map(|(_, amount)| amount.objects).sum();
        };
        let inside = self.of_area(area).map(|at| {
            let tally = &self.partial.areas[at];
            tally.all.objects + tally.near_misses
        });
        let legacy = self.partial.legacy.iter().filter(|((_, number, _), _)| self.is(usize::from(*number), area));
        inside.sum::<u64>() + legacy.map(|(_, tally)| tally.all.objects).sum::<u64>()
    }

    fn folders(&self, area: Option<&str>) -> u64 {
        match area {
            None => self.folders.folders,
            Some(area) => self.of_area(area).map(|at| self.folders.by_area[at]).sum(),
        }
    }

    /// The positions of an area's tallies, one for each bucket.
    fn of_area(&self, area: &str) -> impl Iterator<Item = usize> {
        let areas = &self.request.layout.spec().areas;
        let number = areas.iter().position(|known| known.name == area);
        let buckets = self.request.layout.buckets().len();
        number.into_iter().flat_map(move |number| (0..buckets).map(move |bucket| bucket * areas.len() + number))
    }

    fn is(&self, number: usize, area: &str) -> bool {
        self.request.layout.spec().areas.get(number).is_some_and(|known| known.name == area)
    }
}
