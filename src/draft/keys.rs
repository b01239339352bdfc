//! The current objects of a delivery, as a stream.

use super::DraftError;
use crate::model::{SourceDefect, SourceProblem};
use crate::source::inventory::{Batch, Column, ColumnSet, Delivery, PartReader, ReadOptions};

/// Shows the key and size of every current object but markers of folders, in the order of the delivery.
pub(super) fn each(
    delivery: &Delivery,
    go_on: &dyn Fn() -> bool,
    show: &mut dyn FnMut(&str, u64),
) -> Result<(), DraftError> {
    let columns = [Column::Size, Column::IsLatest, Column::IsDeleteMarker];
    let columns = columns.into_iter().fold(ColumnSet::default(), ColumnSet::with);
    let options = ReadOptions { verify: false, columns, ..ReadOptions::default() };
    for part in &delivery.parts {
        let mut broken = None;
        let mut note = |defect: SourceDefect| {
            // A bad row is left out; anything else says that rows are unknown.
            if !matches!(defect.problem, SourceProblem::Rejected { .. }) {
                broken.get_or_insert_with(|| format!("{}: {}", defect.file, defect.problem.code()));
            }
        };
        let reader = PartReader::open(delivery, part, &options, &mut note)?;
        if let Some(mut reader) = reader {
            while let Some(batch) = reader.next_batch(&mut note)? {
                if !go_on() {
                    return Err(DraftError::Interrupted);
                }
                show_batch(&batch, show);
            }
        }
        if let Some(what) = broken {
            return Err(DraftError::Incomplete(what));
        }
    }
    Ok(())
}

fn show_batch(batch: &Batch, show: &mut dyn FnMut(&str, u64)) {
    for row in 0..batch.len() {
        let is_old = batch.flag(Column::IsLatest, row) == Some(false);
        let is_gone = batch.flag(Column::IsDeleteMarker, row) == Some(true);
        let size = batch.size(row).unwrap_or(0);
        let Ok(key) = std::str::from_utf8(batch.key(row)) else { continue };
        let is_folder = key.ends_with('/') && size == 0;
        if !is_old && !is_gone && !is_folder {
            show(key, size);
        }
    }
}

/// Shows every directory (up to its last `/`; `""` for the root) with the objects directly in it and their bytes.
/// One that the delivery leaves and comes back to is shown again.
pub(super) fn each_directory(
    delivery: &Delivery,
    go_on: &dyn Fn() -> bool,
    show: &mut dyn FnMut(&str, u64, u64),
) -> Result<(), DraftError> {
    let (mut directory, mut objects, mut bytes) = (String::new(), 0, 0);
    each(delivery, go_on, &mut |key, size| {
        let here = &key[..key.rfind('/').map_or(0, |slash| slash + 1)];
        if here != directory {
            if objects > 0 {
                show(&directory, objects, bytes);
            }
            directory.clear();
            directory.push_str(here);
            (objects, bytes) = (0, 0);
        }
        objects += 1;
        bytes += size;
    })?;
    if objects > 0 {
        show(&directory, objects, bytes);
    }
    Ok(())
}
