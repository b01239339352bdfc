//! The end of a proof: every partition is settled by the next free thread, and what all shares come to is told.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::ThreadPool;

use crate::audit::error::AuditError;
use crate::audit::excuses::Excuses;
use crate::audit::inputs::{AuditInputs, report};
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
use crate::results::schema::{Inputs, MigrationResult};
use crate::rules::context::SourceContext;

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
        for (request, inputs, is_after) in [(*before, inputs, false), (request, after.inputs, true)] {
            let emitters = Emitters::new(FindingRuns::new(request.tmp_dir.as_deref()), Excuses::new(request));
            let (takers, complete, _) =
                scan(request, pool, &inputs.inventories, &emitters, &mut Gathered::new(&emitters), || {
                    SideTaker::again(&self.sides, differing, is_after)
                })?;
            if !complete.all() {
                return Err(AuditError::Changed);
            }
            takers.into_iter().try_for_each(SideTaker::finish)?;
        }
        if self.sides.is_taken(differing) { Ok(()) } else { Err(AuditError::Changed) }
    }

    /// Settles every object and every reference. Says also whether *before* is what the plan was made of: if it is not,
    /// nothing is proved.
    pub(in crate::audit) fn prove(
        self,
        request: &AuditRequest<'_>,
        after: &After<'_>,
        crew: Crew<'_, '_>,
    ) -> Result<(MigrationResult, bool), AuditError> {
        let after_at = after.inputs.inventories.iter().filter_map(|(_, delivery)| delivery.created_at).min();
        let mut result = MigrationResult {
            plan_digest: self.plan.digest.clone(),
            before_at: self.before_at.map(time::format_utc),
            after_at: after_at.map(time::format_utc),
            completion: self.completion.clone(),
            ..MigrationResult::default()
        };
        if self.plan.configuration_sha256 != request.layout.spec().digest {
            result.remarks.push("the configuration is not the one that the plan was made with".to_owned());
        }
        let manifests = |inputs: &Inputs| {
            let mut all: Vec<String> = inputs.inventories.iter().map(|input| input.manifest_sha256.clone()).collect();
            all.sort();
            all
        };
        if manifests(&self.plan.inputs) != manifests(&self.inputs) {
            result.remarks.push("the plan was made of another inventory than the one given as before".to_owned());
        }
        if !self.whole || !after.whole.0 {
            result.remarks.push("nothing is proved: an inventory is missing or was not read whole".to_owned());
            result.rollback.sentence = "an inventory is missing or was not read whole".to_owned();
            return Ok((result, true));
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
            crew.gathered.take(prover.emitter)?;
        }
        let settled = each_partition(crew.pool, &self.moving, prover, |loaded, prover| {
            settle_moving(loaded, &mut |bucket, key, journey| prover.journey(bucket, key, journey), &stop)
        });
        for prover in settled.map_err(stopped)? {
            all.proof.absorb(prover.proof);
            crew.gathered.take(prover.emitter)?;
        }
        if after.whole.1 {
            all.stale_references(after.declarations, &mut result);
        } else if !request.exports.is_empty() {
            result.remarks.push("no record is judged: an export is missing or was not read whole".to_owned());
        }
        let is_foreign = all.proof.unknown > 0;
        if is_foreign {
            let (part, whole) = (all.proof.unknown, self.plan.totals.legacy.objects);
            let context = SourceContext::Implausible { detail: "plan", part, whole, bucket: None };
            report(request, &mut all.emitter, "S011", &context);
        }
        all.proof.tell(request.layout, &mut result);
        result.proved = !is_foreign;
        if is_foreign {
            result.rollback.ready = false;
            result.rollback.sentence = "the plan was made of another inventory".to_owned();
        }
        crew.gathered.take(all.emitter)?;
        request.progress.end();
        Ok((result, !is_foreign))
    }
}
