//! The closing as a whole: references and folders, one beside the other, and numbers that say the mapping is wrong.

use rayon::ThreadPool;

use crate::audit::closing::{OutcomeCounts, ReferenceClosing};
use crate::audit::error::AuditError;
use crate::audit::folder_stream::FolderStream;
use crate::audit::folders::{FolderClosing, FolderSummary};
use crate::audit::inputs::report;
use crate::audit::pass::{Gathered, check_cancel};
use crate::audit::settings::AuditRequest;
use crate::audit::sink::Emitter;
use crate::audit::workflows::WorkflowTally;
use crate::audit::{AuditSink, LARGEST_FOLDERS};
use crate::model::ReferenceClass;
use crate::results::LargestFolders;
use crate::rules::context::SourceContext;

/// What only the whole could show.
pub(super) struct Closed {
    pub(super) outcomes: OutcomeCounts,
    pub(super) workflows: Vec<WorkflowTally>,
    pub(super) summary: FolderSummary,
    pub(super) largest: LargestFolders,
}

/// Judges references and folders, one beside the other.
pub(super) fn close<'a>(
    pool: &ThreadPool,
    closing: &ReferenceClosing<'_>,
    folder_stream: &mut FolderStream<'_>,
    (mut emitter, mut folder_emitter): (Emitter<'a>, Emitter<'a>),
    gathered: &mut Gathered,
    sink: &mut dyn AuditSink,
) -> Result<Closed, AuditError> {
    let &ReferenceClosing { request, references, views, partial, .. } = closing;
    let folders = FolderClosing { request, references, views, partial };
    let mut largest = LargestFolders::new(LARGEST_FOLDERS);
    // Neither asks what the other finds.
    let (judged, summary) = pool.join(
        || -> Result<_, AuditError> {
            let outcomes = closing.references(&mut emitter)?;
            closing.shared(&mut emitter);
            closing.mentions(&mut emitter);
            let workflows = closing.workflows(&mut emitter);
            if !request.accept_implausible {
                report_implausible(request, closing, &outcomes, &mut emitter);
            }
            Ok((outcomes, workflows))
        },
        || {
            folders.names(&mut folder_emitter);
            folders.folders(folder_stream, &mut folder_emitter, &mut |row| {
                largest.push(row);
                check_cancel(request)?;
                Ok(sink.folder(row)?)
            })
        },
    );
    let ((outcomes, workflows), summary) = (judged?, summary?);
    gathered.take(folder_emitter)?;
    gathered.take(emitter)?;
    Ok(Closed { outcomes, workflows, summary, largest })
}

/// S011: numbers that say the mapping is wrong, not the bucket.
fn report_implausible(
    request: &AuditRequest<'_>,
    closing: &ReferenceClosing<'_>,
    outcomes: &OutcomeCounts,
    emitter: &mut Emitter,
) {
    let limits = &request.layout.spec().inputs;
    let mut tell = |detail, part, whole, bucket| {
        report(request, emitter, "S011", &SourceContext::Implausible { detail, part, whole, bucket });
    };
    let (judged, reached) = closing.plausibility(outcomes);
    if judged >= limits.implausible_references && reached * 100 < judged * limits.implausible_resolved_percent {
        tell("references", reached, judged, None);
    }
    let orphans = closing.partial.references[ReferenceClass::Orphan as usize].objects;
    let objects = closing.partial.orphans_or_not();
    if objects >= limits.implausible_objects && orphans * 100 > objects * limits.implausible_orphan_percent {
        tell("orphans", orphans, objects, None);
    }
    let mut named: Vec<(u16, u64)> = closing.named_buckets().into_iter().collect();
    named.sort_unstable();
    for (bucket, references) in named {
        let view = &closing.views[usize::from(bucket)];
        if view.complete && closing.partial.bucket_rows[usize::from(bucket)] == 0 {
            tell("empty", 0, references, Some(request.layout.buckets()[usize::from(bucket)].name()));
        }
    }
}
