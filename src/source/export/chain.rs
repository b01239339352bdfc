//! A full export and the incremental exports that bring it up to a later moment: which belong together, and what the
//! chain lacks.

use super::discover::Export;
use crate::model::time::format_utc;
use crate::model::{Millis, SourceDefect, SourceProblem};

/// Puts incremental exports behind the full one that they go on from, the oldest first.
///
/// An export that ends before the full one was made is of no use. Each of the others should start where the one before
/// it ends: what lies between is a missing export (S012), what lies in both is listed twice (S010). Without a full
/// export the first increment stands in its place.
pub(super) fn link(full: Option<Export>, mut increments: Vec<Export>) -> Option<Export> {
    if let Some(full) = &full {
        increments.retain(|increment| increment.export_time > full.export_time);
    }
    increments.sort_by(|one, other| {
        let key = |export: &Export| (export.window_start(), export.export_time);
        key(one).cmp(&key(other)).then_with(|| one.path.cmp(&other.path))
    });
    let mut increments = increments.into_iter();
    let mut base = match full {
        Some(full) => full,
        None => {
            let mut first = increments.next()?;
            tell_missing(&mut first, None);
            first
        }
    };
    let mut end = base.export_time;
    for mut increment in increments {
        let from = increment.window_start();
        if is_of_another_table(&base, &increment) {
            tell_missing(&mut increment, None);
        } else if from > end {
            tell_missing(&mut increment, Some(end));
        } else if from < end {
            let problem = SourceProblem::OverlappingExport { from: format_utc(from), end: format_utc(end) };
            tell(&mut increment, problem);
        }
        end = end.max(increment.export_time);
        base.defects.append(&mut increment.defects);
        base.increments.push(increment);
    }
    Some(base)
}

/// A table that was deleted and made again has its name and its ARN, but not its id.
fn is_of_another_table(one: &Export, other: &Export) -> bool {
    matches!((&one.table_id, &other.table_id), (Some(one), Some(other)) if one != other)
}

fn tell_missing(increment: &mut Export, end: Option<Millis>) {
    let from = format_utc(increment.window_start());
    tell(increment, SourceProblem::MissingExport { end: end.map(format_utc), from });
}

fn tell(export: &mut Export, problem: SourceProblem) {
    export.defects.push(SourceDefect { file: export.summary.name.clone(), row: None, problem });
}
