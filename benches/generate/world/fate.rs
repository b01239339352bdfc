//! What is wrong with a training job's record, if anything.

use super::chance::{Draw, within};
use super::plan::Plan;

/// Each but the first two breaks one thing, whose findings are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing.
    Whole,
    /// No record names the job: all that lies in its folders is orphaned.
    Orphaned,
    /// The record names another file than the one that is there.
    DanglingModel,
    /// The data set's manifest is not there.
    DanglingManifest,
    /// The data set's manifest is no location.
    MalformedManifest,
    /// The data set's manifest lies in a bucket that nobody lists.
    OutsideManifest,
    /// The data set's manifest lies where packages belong.
    MisplacedManifest,
    /// The model is archived.
    ArchivedModel,
    /// The record calls the job otherwise than its folder is called.
    MismatchedJob,
    /// The job is completed and names no model.
    AbsentModel,
    /// A second record names the model.
    SharedModel,
    /// The record names the model's old key; the model is at the new one.
    LegacyModel,
    /// The record's times are in seconds.
    ImplausibleTime,
    /// The model is not there, and nothing that could pass for it.
    LostModel,
}

impl Fate {
    const BROKEN: [Self; 12] = [
        Self::DanglingModel,
        Self::DanglingManifest,
        Self::MalformedManifest,
        Self::OutsideManifest,
        Self::MisplacedManifest,
        Self::ArchivedModel,
        Self::MismatchedJob,
        Self::AbsentModel,
        Self::SharedModel,
        Self::LegacyModel,
        Self::ImplausibleTime,
        Self::LostModel,
    ];

    pub(super) fn of_chain(plan: &Plan, chain: u64) -> Self {
        let draw = plan.chance.of(Draw::Chain, chain);
        if within(draw, plan.orphans) {
            Self::Orphaned
        } else if within(draw.rotate_left(32), plan.broken) {
            Self::BROKEN[(draw % Self::BROKEN.len() as u64) as usize]
        } else {
            Self::Whole
        }
    }
}
