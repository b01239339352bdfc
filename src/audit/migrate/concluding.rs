//! The end of a proof: every partition is settled by the next free thread, and what all shares come to is told.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::ThreadPool;

use crate::audit::error::AuditError;
use crate::audit::excuses::Excuses;
use crate::audit::inputs::AuditInputs;
use crate::audit::migrate::foreign;
use crate::audit::migrate::pairing::SideTaker;
use crate::audit::migrate::proof::Proof;
use crate::audit::migrate::proving::Prover;
use crate::audit::migrate::scan::scan;
use crate::audit::migrate::settling::{settle_keys, settle_moving};
use crate::audit::migrate::sides::Differing;
use crate::audit::migrate::verifying::Pairing;
use crate::audit::pass::Gathered;
use crate::audit::settings::AuditRequest;
use crate::audit::sink::Emitters;
use crate::layout::Captures;
use crate::model::time;
use crate::references::{Declarations, References};
use crate::results::findings::FindingRuns;
use crate::results::partitions::{Loaded, PARTITIONS, Partitions};
use crate::results::schema::MigrationResult;

/// What the pass over *after* brings along.
pub(in crate::audit) struct After<'x> {
    pub(in crate::audit) inputs: &'x AuditInputs,
    pub(in crate::audit) references: &'x References,
    pub(in crate::audit) declarations: &'x Declarations<'x>,
    /// Whether its inventories were read whole, and its exports.
    pub(in crate::audit) whole: (bool, bool),
}

/// Who settles, and where findings go.
pub(in crate::audit) struct Crew<'x, 'e> {
    pub(in crate::audit) pool: &'x ThreadPool,
    pub(in crate::audit) emitters: &'x Emitters<'e>,
    pub(in crate::audit) gathered: &'x mut Gathered,
}

/// Why nothing is proved by what was listed before *before* was.
const OLDER: &str = "the inventory given as after is older than the one given as before";

/// What a proof comes to.
pub(in crate::audit) struct Proved {
    pub(in crate::audit) result: MigrationResult,
    /// Why nothing can be proved, if so: *before* is not what the plan was made of, or *after* is older.
    pub(in crate::audit) why_not: Option<&'static str>,
    /// Whether every table was read of which the plan was made.
    pub(in crate::audit) has_tables: bool,
    /// Whether the sizes of all objects that count as moved or kept are told, or what proves as much.
    pub(in crate::audit) is_told: bool,
}

/// Gives each partition to the next free thread, of which each makes something of its own with `make`; gives these back.
fn each_partition<T: Send>(
    pool: &ThreadPool,
    partitions: &Partitions,
    make: impl Fn() -> T + Sync,
    each: impl Fn(&Loaded, &mut T) -> io::Result<()> + Sync,
) -> io::Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let shares = pool.broadcast(|_| {
        let (mut share, mut loaded) = (make(), Loaded::default());
        loop {
            let partition = next.fetch_add(1, Ordering::Relaxed);
            if partition >= PARTITIONS {
                return Ok(share);
            }
            let passes = partitions.passes(partition);
            for pass in 0..passes {
                partitions.load(partition, pass, passes, &mut loaded)?;
                each(&loaded, &mut share)?;
            }
        }
    });
    shares.into_iter().collect()
}

impl Pairing<'_> {
    /// Reads both sides once more, for the objects whose sums differ. What is wrong with the inputs has been told.
    fn look_again(
        &self,
        request: &AuditRequest<'_>,
        after: &After<'_>,
        pool: &ThreadPool,
        differing: &Differing,
    ) -> Result<(), AuditError> {
        let (before, inputs) = &self.before;
        let other_layout = foreign::other_layout(self.plan, request.layout);
        for (request, inputs, is_after) in [(*before, inputs, false), (request, after.inputs, true)] {
            let emitters = Emitters::new(FindingRuns::new(request.tmp_dir.as_deref()), Excuses::new(request));
            let (takers, complete, _) =
                scan(request, pool, &inputs.inventories, &emitters, &mut Gathered::new(&emitters), || {
                    SideTaker::again(&self.sides, differing, is_after, other_layout)
                })?;
            if !complete.all() {
                return Err(AuditError::Changed);
            }
            takers.into_iter().try_for_each(SideTaker::finish)?;
        }
        if self.sides.is_taken(differing) { Ok(()) } else { Err(AuditError::Changed) }
    }

    /// Settles every object and every reference.
    pub(in crate::audit) fn prove(
        self,
        request: &AuditRequest<'_>,
        after: &After<'_>,
        crew: Crew<'_, '_>,
    ) -> Result<Proved, AuditError> {
        let after_at = after.inputs.inventories.iter().filter_map(|(_, delivery)| delivery.created_at).min();
        let mut result = MigrationResult {
            plan_digest: self.plan.digest.clone(),
            before_at: self.before_at.map(time::format_utc),
            after_at: after_at.map(time::format_utc),
            completion: self.completion.clone(),
            ..MigrationResult::default()
        };
        if foreign::other_layout(self.plan, request.layout).is_some() {
            result.remarks.push("the configuration is not the one that the plan was made with".to_owned());
        }
        if !self.whole || !after.whole.0 {
            result.remarks.push("nothing is proved: an inventory is missing or was not read whole".to_owned());
            result.rollback.sentence = "an inventory is missing or was not read whole".to_owned();
            return Ok(Proved { result, why_not: None, has_tables: true, is_told: true });
        }
        if !foreign::is_made_of(self.plan, &self.inputs) {
            return self.proves_nothing(request, crew, 0, result);
        }
        if foreign::is_older(after.inputs, &self.before.1) {
            result.remarks.push(format!("nothing is proved: {OLDER}"));
            result.rollback.sentence = OLDER.to_owned();
            return Ok(Proved { result, why_not: Some(OLDER), has_tables: true, is_told: true });
        }
        if let Some(differing) = self.sides.differing() {
            self.look_again(request, after, crew.pool, &differing)?;
        }
        request.progress.begin("pairing before and after", 0);
        let (kept, prefixes) = (self.sides.summed(), self.sides.prefixes());
        let prover = || Prover {
            request,
            emitter: crew.emitters.emitter(),
            references: after.references,
            earlier: self.earlier.as_ref(),
            after_at,
            proof: Proof::new(prefixes.clone()),
            captures: Captures::default(),
        };
        let stop = || request.cancel.load(Ordering::Relaxed);
        let stopped = |error: io::Error| match error.kind() {
            io::ErrorKind::Interrupted => AuditError::Interrupted,
            _ => AuditError::Write(error),
        };
        // What is found counts only once the plan is known to be of *before*.
        let mut found = Vec::new();
        let mut all = prover();
        all.proof.equation.before += kept;
        all.proof.equation.kept += kept;
        let settled = each_partition(
            crew.pool,
            &self.sides.keys,
            || (prover(), self.moving.writer()),
            |loaded, (prover, moving)| settle_keys(loaded, prover, moving, &stop),
        );
        for (prover, moving) in settled.map_err(stopped)? {
            moving.finish()?;
            all.proof.absorb(prover.proof);
            found.push(prover.emitter);
        }
        let settled = each_partition(crew.pool, &self.moving, prover, |loaded, prover| {
            settle_moving(loaded, &mut |bucket, key, journey| prover.journey(bucket, key, journey), &stop)
        });
        for prover in settled.map_err(stopped)? {
            all.proof.absorb(prover.proof);
            found.push(prover.emitter);
        }
        let open = self.sides.open();
        let unknown = all.proof.foreign + open.unplanned;
        // The plan counted what *before* holds, whatever both say of single keys.
        if unknown > 0 || all.proof.equation.before != self.plan.totals.before {
            request.progress.end();
            return self.proves_nothing(request, crew, unknown, result);
        }
        let left_out = foreign::tables_left_out(self.plan, request.layout, after.inputs);
        result.references_judged = after.whole.1 && left_out.is_empty();
        if after.whole.1 {
            all.stale_references(after.declarations, &mut result);
            let tell = |table| format!("the plan was made with an export of {table}, and none is given now");
            result.remarks.extend(left_out.iter().map(tell));
        } else if !request.exports.is_empty() {
            result.remarks.push("no record is judged: an export is missing or was not read whole".to_owned());
        }
        let is_told = !all.proof.untold && open.untold == 0;
        all.proof.tell(request.layout, &mut result);
        result.proved = true;
        if result.rollback.ready && result.evidence.last().is_some_and(|untold| untold.objects > 0) {
            result.rollback.ready = false;
            result.rollback.sentence =
                "it cannot be told: an inventory does not tell the sizes of all objects".to_owned();
        }
        found.push(all.emitter);
        found.into_iter().try_for_each(|emitter| crew.gathered.take(emitter))?;
        request.progress.end();
        Ok(Proved { result, why_not: None, has_tables: left_out.is_empty(), is_told })
    }

    /// Of another *before* than the plan's nothing is told but that it is; `unknown` objects are known to only one.
    fn proves_nothing(
        &self,
        request: &AuditRequest<'_>,
        crew: Crew<'_, '_>,
        unknown: u64,
        mut result: MigrationResult,
    ) -> Result<Proved, AuditError> {
        let mut emitter = crew.emitters.emitter();
        foreign::tell(request, self.plan, unknown, &mut emitter, &mut result);
        crew.gathered.take(emitter)?;
        Ok(Proved { result, why_not: Some(foreign::OTHER), has_tables: true, is_told: true })
    }
}
