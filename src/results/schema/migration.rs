//! What `migrate verify` proves: the equation, how well each copy is proved, what exists where, and whether there is a
//! way back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::render::filters::plural;
use crate::results::plan::Amount;

/// What became of a migration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MigrationResult {
    /// The plan's digest.
    pub plan_digest: String,
    /// When *before* was listed, of several inventories the oldest.
    pub before_at: Option<String>,
    /// When *after* was listed, likewise.
    pub after_at: Option<String>,
    /// Whether the figures below are proved: every inventory was read whole, and the plan is one of *before*.
    #[serde(default)]
    pub proved: bool,
    /// Whether the records of every table of the plan were read whole, so that references to old places are known.
    #[serde(default)]
    pub references_judged: bool,
    /// What became of every object of *before*.
    pub equation: Equation,
    /// Moved objects by how well their copies are proved: `checksum`, `etag`, `size`, `none`.
    pub evidence: Vec<Evidence>,
    /// Objects to be moved by which of their copies exist: `old-only`, `both`, `new-only`, `neither`.
    pub matrix: Vec<MatrixCell>,
    /// References to them by what exists of what they name, likewise: objects are references here.
    pub reference_matrix: Vec<ReferenceCell>,
    /// Of the moved ones, those whose old copy is still there though it need not be (M405).
    pub lingering: Amount,
    /// Of the moved ones, those whose old copy stays for good.
    pub keeps_source: Amount,
    /// Kept objects that are still at old places because their new keys are taken (M403) or nothing names them (M404).
    #[serde(default)]
    pub unmoved: Amount,
    /// Kept objects that were written anew since.
    pub changed: Amount,
    /// Objects that are new under the layout and in no plan (M406).
    pub unplanned: Amount,
    /// By bucket, area and generation, those with something to move.
    pub generations: Vec<GenerationOutcome>,
    /// By table and attribute, those that name old places or did.
    pub references: Vec<StaleReferences>,
    /// New objects at old places, by who wrote them: the oldest first, at most a hundred.
    pub late_writers: Vec<LateWriter>,
    /// How many such writers there are.
    pub late_writer_count: u64,
    /// Whether there is a way back.
    pub rollback: Rollback,
    /// What completion reports say, if any were given.
    pub completion: Option<Completion>,
    /// Objects for which a checksum report was given.
    pub checksums: u64,
    /// What a reader must know, as that the plan was made of another inventory.
    pub remarks: Vec<String>,
}

impl MigrationResult {
    /// Whether there is a way back, in the words used in reports.
    pub const fn readiness(&self) -> &'static str {
        match (self.proved, self.rollback.ready) {
            (false, _) => "not judged",
            (true, true) => "ready",
            (true, false) => "not ready",
        }
    }

    /// What there is to say of a migration that passes, and what to do next; `judged` is what an audit would say.
    pub fn passed(&self, judged: &str) -> (String, String) {
        let Equation { before, moved, pending, altered, lost, unjudged, .. } = &self.equation;
        let are = |amount: &Amount, what: &str| match amount.objects {
            1 => format!("1 object is {what}"),
            objects => format!("{objects} objects are {what}"),
        };
        let sum = |of: fn(&StaleReferences) -> u64| self.references.iter().map(of).sum::<u64>();
        let (stale, broken) = (sum(|attribute| attribute.stale), sum(|attribute| attribute.broken));
        let failed = self.completion.as_ref().map_or(0, |completion| completion.failed);
        let lost_ones = match (lost.objects, unjudged.objects) {
            (0, 0) => "nothing is lost".to_owned(),
            (0, _) => "nothing is seen to be lost".to_owned(),
            _ => are(lost, "lost"),
        };
        let altered_ones = if altered.objects > 0 { format!(", {}", are(altered, "altered")) } else { String::new() };
        let parts = [(pending, "not yet"), (unjudged, "not judged"), (&self.unmoved, "without a place to go")];
        let parts = parts.iter().filter(|(amount, _)| amount.objects > 0);
        let left: String = parts.map(|(amount, what)| format!(", {} {what}", amount.objects)).collect();
        let writers = match self.late_writer_count {
            0 => String::new(),
            count => format!("; {} still at old places", plural(count, "writer", None)),
        };
        let tasks = match failed {
            0 => String::new(),
            count => format!("; {} failed by the completion reports", plural(count, "task", None)),
        };
        let whole = if before.objects == 1 { "object" } else { "objects" };
        let sentence = format!(
            "{lost_ones}{altered_ones}: of {} {whole} before, {} moved{left}{writers}{tasks}; {judged}",
            before.objects, moved.objects
        );
        let next = if lost.objects > 0 {
            "bring back what is lost before any old copy goes; `stocktake rules M401` explains how"
        } else if altered.objects > 0 {
            "copy again what is altered before any old copy goes; `stocktake rules M402` explains how"
        } else if pending.objects > 0 {
            "run the manifests that are left, or plan again, and prove it with the next inventory"
        } else if unjudged.objects > 0 {
            "let an inventory list every place of the plan, and prove it again"
        } else if failed > 0 {
            "look at what the completion reports call failed: no size proves such a copy; prove it again with the reports of the next run, before any old copy goes"
        } else if broken > 0 {
            "mend the records that name what is gone; `stocktake rules M408` explains how"
        } else if !self.references_judged {
            "give whole exports of every table of the plan, and prove it again, before any old copy goes"
        } else if stale > 0 {
            "apply the plan's updates in `references/`, export the tables, and prove it again"
        } else if self.late_writer_count > 0 {
            "update the writers that still write to old places and plan again for what they wrote, before any old copy goes"
        } else if self.unmoved.objects > 0 {
            "settle where the objects go that the plan leaves (M403, M404) and plan again, before any old copy goes"
        } else if self.lingering.objects > 0 && !self.rollback.ready {
            "look at what cannot go back before any old copy goes; `stocktake rules M409` explains how"
        } else if self.lingering.objects > 0 {
            "let the old copies go that M405 lists, by lifecycle rules whose prefixes hold nothing else, and prove it with `--phase after`"
        } else {
            "sign it off: keep this report with the plan, the inventories and the exports"
        };
        (sentence, next.to_owned())
    }
}

/// `before = moved + pending + kept + retired + expired + altered + lost + unjudged`, in objects and bytes; an object that
/// goes to several places counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Equation {
    /// Objects of *before*, folder markers aside.
    pub before: Amount,
    /// At every new key.
    pub moved: Amount,
    /// Still at the old key or at one of several new ones, and not at every new one.
    pub pending: Amount,
    /// Where they were, as was meant.
    pub kept: Amount,
    /// Given up, as the layout says.
    pub retired: Amount,
    /// Gone, and a lifecycle rule was to take them by then.
    pub expired: Amount,
    /// Somewhere with another content (M402).
    pub altered: Amount,
    /// Nowhere (M401).
    pub lost: Amount,
    /// To be at a place that no inventory lists: what became of it cannot be told.
    #[serde(default)]
    pub unjudged: Amount,
}

/// Objects proved in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// `checksum`, `etag`, `size` or `none`.
    pub grade: String,
    /// How many.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Objects of which the same copies exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatrixCell {
    /// `old-only`, `both`, `new-only` or `neither`.
    pub state: String,
    /// How many.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// References to objects of which the same copies exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReferenceCell {
    /// `old-only`, `both`, `new-only` or `neither`.
    pub state: String,
    /// References that name the old key.
    pub name_old: u64,
    /// References that name a new key.
    pub name_new: u64,
}

/// One generation of one area in one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GenerationOutcome {
    /// The bucket.
    pub bucket: String,
    /// The area.
    pub area: String,
    /// The generation.
    pub generation: String,
    /// At every new key.
    pub moved: Amount,
    /// Not at every new key yet, and neither altered nor lost.
    pub pending: Amount,
    /// With another content.
    pub altered: Amount,
    /// Nowhere.
    pub lost: Amount,
}

/// One reference attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StaleReferences {
    /// The table, as declared.
    pub table: String,
    /// The attribute.
    pub attribute: String,
    /// References that named old keys of the plan *before*, if exports of it were given.
    pub before: Option<u64>,
    /// That name old keys now (M407).
    pub stale: u64,
    /// Whose old key is gone (M408): of these, and of objects that the plan does not move.
    pub broken: u64,
    /// That name new keys now.
    pub rewritten: u64,
}

/// Somebody who writes to an old place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LateWriter {
    /// The bucket.
    pub bucket: String,
    /// The area that the objects belong in.
    pub area: String,
    /// The generation whose place they were written to.
    pub generation: String,
    /// The placeholder that names the writer: `job`, else the first one of the old path that is a whole segment.
    pub placeholder: Option<String>,
    /// Its value.
    pub job: Option<String>,
    /// Objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the oldest of them was written.
    pub since: Option<String>,
    /// When the newest was.
    pub latest: Option<String>,
    /// The least of their keys.
    pub example: String,
}

/// Whether there is a way back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rollback {
    /// Whether every move can be taken back.
    pub ready: bool,
    /// Why, in one sentence.
    pub sentence: String,
    /// Objects whose old copy is still there: nothing has to be copied back.
    pub in_place: Amount,
    /// Objects that can be copied back from their new key.
    pub by_copy: Amount,
    /// Objects that cannot go back (M409, and those that are lost).
    pub irreversible: Amount,
}

/// What completion reports say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Completion {
    /// Tasks that succeeded.
    pub succeeded: u64,
    /// Tasks that failed.
    pub failed: u64,
    /// Failed tasks by error code, most first.
    pub errors: Vec<TaskErrors>,
}

/// Failed tasks of one error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskErrors {
    /// AWS's error code, or the HTTP status.
    pub code: String,
    /// How many.
    pub tasks: u64,
    /// What one of them says.
    pub message: String,
}
