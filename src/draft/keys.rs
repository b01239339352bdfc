//! The current objects of a delivery, as a stream.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};

use super::DraftError;
use crate::model::{SourceDefect, SourceProblem};
use crate::source::inventory::{Column, ColumnSet, Delivery, PartReader, ReadOptions};

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

fn show_batch(batch: &RecordBatch, show: &mut dyn FnMut(&str, u64)) {
    let Some(keys) = batch.column_by_name(Column::Key.name()).and_then(|array| array.as_binary_view_opt()) else {
        return;
    };
    let flag = |column: Column| batch.column_by_name(column.name()).and_then(|array| array.as_boolean_opt());
    let (latest, marker) = (flag(Column::IsLatest), flag(Column::IsDeleteMarker));
    let sizes = batch.column_by_name(Column::Size.name()).and_then(|array| array.as_primitive_opt::<Int64Type>());
    for row in 0..batch.num_rows() {
        let is_old = latest.is_some_and(|array| array.is_valid(row) && !array.value(row));
        let is_gone = marker.is_some_and(|array| array.is_valid(row) && array.value(row));
        let size = sizes.filter(|array| array.is_valid(row)).and_then(|array| u64::try_from(array.value(row)).ok());
        let Ok(key) = std::str::from_utf8(keys.value(row)) else { continue };
        let is_folder = key.ends_with('/') && size.unwrap_or(0) == 0;
        if !is_old && !is_gone && !is_folder {
            show(key, size.unwrap_or(0));
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
