//! A rule: its facts, what it looks at, and how its findings read.

use crate::model::{Finding, RuleMeta};
use crate::rules::context::{
    AbsenceContext, ExceptionContext, FindingSink, FolderContext, MentionContext, NameContext, ObjectContext,
    ReferenceContext, SharedContext, SourceContext, StaleContext, TimeContext, Trigger, WorkflowContext,
};

/// One rule of the registry.
#[derive(Debug)]
pub struct Rule {
    /// Code, name, family, default severity, needs and page.
    pub meta: RuleMeta,
    /// What it looks at, and the function that looks.
    pub check: Check,
    /// What a finding says: one sentence, lower case, no full stop, values in backticks, without the place.
    pub sentence: fn(&Finding<'_>) -> String,
    /// How to mend what a finding says, in the imperative.
    pub help: fn(&Finding<'_>) -> Option<String>,
}

/// What a rule looks at. Every check is a pure function of what the engine shows it.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// An object that has one of the features asked for.
    Object {
        /// The features.
        trigger: Trigger,
        /// Called only for rows that have one of them.
        check: fn(&ObjectContext<'_>, &mut dyn FindingSink),
    },
    /// Every folder of an area.
    Folder(fn(&FolderContext<'_>, &mut dyn FindingSink)),
    /// A plural name that the configuration wants in the singular.
    Name(fn(&NameContext<'_>, &mut dyn FindingSink)),
    /// Every reference.
    Reference(fn(&ReferenceContext<'_>, &mut dyn FindingSink)),
    /// A reference that is demanded and absent.
    Absence(fn(&AbsenceContext<'_>, &mut dyn FindingSink)),
    /// A record's time that cannot be meant.
    Time(fn(&TimeContext<'_>, &mut dyn FindingSink)),
    /// An object that several items name though one alone may.
    Shared(fn(&SharedContext<'_>, &mut dyn FindingSink)),
    /// An undeclared attribute that holds locations.
    Mention(fn(&MentionContext<'_>, &mut dyn FindingSink)),
    /// A workflow of one item that does not hold.
    Workflow(fn(&WorkflowContext<'_>, &mut dyn FindingSink)),
    /// What is wrong with the inputs.
    Source(fn(&SourceContext<'_>, &mut dyn FindingSink)),
    /// An exception that hides nothing, or whose date has passed.
    Exception(fn(&ExceptionContext<'_>, &mut dyn FindingSink)),
    /// An entry of the baseline whose finding no longer occurs.
    Stale(fn(&StaleContext<'_>, &mut dyn FindingSink)),
    /// Judged outside the audit of a bucket: migrations.
    Elsewhere,
}

impl Check {
    /// Whether what it looks at is counted area by area.
    pub(crate) const fn is_by_area(self) -> bool {
        matches!(self, Self::Object { .. } | Self::Folder(_))
    }
}
