//! What the readers of columnar formats share: decoded columns become batches of canonical columns, and each row is
//! judged as a row of CSV is.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BinaryViewArray, BooleanArray, Int64Array, StringViewArray};
use arrow_select::filter::filter;
use arrow_select::nullif::nullif;

use super::batch::{Batch, Rows};
use super::columnar_values as values;
use super::columns::{Column, ColumnSet, is_bucket};
use super::decoded_rows::DecodedRows;
use super::row::{Neighbour, Rejection, check_key, same_key, shown};
use crate::model::{SourceDefect, SourceProblem};
use crate::source::datafile::Stop;

/// The reader of one part in a columnar format, whose footer states how many rows there are.
pub(super) trait ColumnarReader {
    /// The next batch, without a row where all of it were left out; `None` at the end.
    fn next_batch(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<Batch>, Stop>;
    /// Rows read so far, those left out included.
    fn rows(&self) -> u64;
    /// Rows in the part, as its footer states.
    fn rows_stated(&self) -> u64;
    /// The columns of the part that AWS is known to write, whether they are read or not.
    fn columns(&self) -> ColumnSet;
    /// The codec of its data.
    fn compression(&self) -> &str;
}

/// What a column of the file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoded {
    Column(Column),
    Bucket,
}

/// Which columns of a file are to be decoded.
#[derive(Debug)]
pub(super) struct Projection {
    /// Their numbers among the file's columns, from 0, ascending.
    pub(super) roots: Vec<usize>,
    /// What each of them is.
    pub(super) decoded: Vec<Decoded>,
    /// All that the file has, of those that AWS is known to write.
    pub(super) present: ColumnSet,
}

impl Projection {
    /// Chooses among the names of a file's columns. The version is read wherever there is one, since two rows of one key
    /// are duplicates only with the same version; the bucket unless it is known to be the right one in every row.
    ///
    /// # Errors
    ///
    /// No column holds the key.
    pub(super) fn new<'n>(
        names: impl Iterator<Item = &'n str>,
        wanted: ColumnSet,
        one_bucket: bool,
    ) -> Result<Self, Stop> {
        let (mut roots, mut decoded, mut present) = (Vec::new(), Vec::new(), ColumnSet::default());
        let read = wanted.with(Column::Key).with(Column::VersionId);
        for (root, name) in names.enumerate() {
            let column = Column::named(name);
            present = column.map_or(present, |column| present.with(column));
            let what = match column {
                Some(column) if read.contains(column) => Decoded::Column(column),
                None if is_bucket(name) && !one_bucket => Decoded::Bucket,
                _ => continue,
            };
            if !decoded.contains(&what) {
                roots.push(root);
                decoded.push(what);
            }
        }
        if !decoded.contains(&Decoded::Column(Column::Key)) {
            return Err(Stop::Broken("the file has no column `key`".to_owned()));
        }
        Ok(Self { roots, decoded, present })
    }
}

/// Makes canonical batches of decoded ones, and counts their rows.
pub(super) struct Canonical {
    name: String,
    bucket: String,
    decoded: Vec<Decoded>,
    wanted: ColumnSet,
    neighbour: Neighbour,
    row: u64,
}

impl Canonical {
    /// For a part whose decoder yields the given columns.
    pub(super) fn new(name: &str, bucket: &str, decoded: Vec<Decoded>, wanted: ColumnSet) -> Self {
        Self {
            name: name.to_owned(),
            bucket: bucket.to_owned(),
            decoded,
            wanted,
            neighbour: Neighbour::default(),
            row: 0,
        }
    }

    /// Rows seen so far, those left out included.
    pub(super) fn rows(&self) -> u64 {
        self.row
    }

    /// The rows of a decoded batch that can be understood; the others are told.
    ///
    /// # Errors
    ///
    /// A column whose type cannot be understood.
    pub(super) fn batch(
        &mut self,
        decoded: &[ArrayRef],
        rows: usize,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Result<Batch, Stop> {
        let mut columns: [Option<ArrayRef>; Column::ALL.len()] = Default::default();
        let mut bucket = None;
        for (what, array) in self.decoded.iter().zip(decoded) {
            match what {
                Decoded::Column(column) => columns[*column as usize] = Some(values::canonical(*column, array)?),
                Decoded::Bucket => bucket = Some(values::bytes(array)?),
            }
        }
        clear_marker_sizes(&mut columns);
        let Some(keys) = columns[Column::Key as usize].take() else { return Err(values::wrong(Column::Key)) };
        let key = values::bytes(&keys)?;
        let size = columns[Column::Size as usize].clone();
        let size = size.as_ref().and_then(|size| size.as_any().downcast_ref::<Int64Array>());
        let version = columns[Column::VersionId as usize].clone();
        let version = version.as_ref().and_then(|version| version.as_any().downcast_ref::<StringViewArray>());
        let version_of = |row: usize| match version {
            Some(version) if version.is_valid(row) => version.value(row).as_bytes(),
            _ => b"",
        };
        let mut keep: Option<Vec<bool>> = None;
        // The row before, once one of this batch was understood.
        let mut before: Option<usize> = None;
        for row in 0..rows {
            self.row += 1;
            let problem = match judge(key, bucket, &self.bucket, size, row) {
                Err(Rejection(reason)) => {
                    keep.get_or_insert_with(|| vec![true; rows])[row] = false;
                    SourceProblem::Rejected { reason }
                }
                Ok(()) => {
                    let repeats = match before.replace(row) {
                        Some(before) => {
                            same_key(key.value(before), key.value(row)) && version_of(before) == version_of(row)
                        }
                        None => self.neighbour.repeats(key.value(row), version_of(row)),
                    };
                    if !repeats {
                        continue;
                    }
                    SourceProblem::DuplicateRow { key: String::from_utf8_lossy(key.value(row)).into_owned() }
                }
            };
            defects(SourceDefect { file: self.name.clone(), row: Some(self.row), problem });
        }
        if let Some(last) = before {
            self.neighbour.repeats(key.value(last), version_of(last));
        }
        let keep = keep.map(BooleanArray::from);
        let kept = |array: &ArrayRef| match &keep {
            Some(keep) => filter(array, keep).map_err(|error| Stop::Broken(error.to_string())),
            None => Ok(Arc::clone(array)),
        };
        let mut rows = DecodedRows::new(values::bytes(&kept(&keys)?)?.clone());
        for column in self.wanted.iter().filter(|column| *column != Column::Key) {
            if let Some(array) = &columns[column as usize] {
                rows.add(column, &kept(array)?).ok_or_else(|| values::wrong(column))?;
            }
        }
        Ok(Batch(Rows::Decoded(Box::new(rows))))
    }
}

/// A delete marker has no size. S3 Metadata tables write 0 for it, inventories nothing.
fn clear_marker_sizes(columns: &mut [Option<ArrayRef>; Column::ALL.len()]) {
    let markers = columns[Column::IsDeleteMarker as usize].as_ref().and_then(|markers| markers.as_boolean_opt());
    if let (Some(markers), Some(sizes)) = (markers, &columns[Column::Size as usize])
        && markers.true_count() > 0
        && let Ok(cleared) = nullif(sizes, markers)
    {
        columns[Column::Size as usize] = Some(cleared);
    }
}

/// Whether a row can be understood.
fn judge(
    key: &BinaryViewArray,
    bucket: Option<&BinaryViewArray>,
    expected: &str,
    size: Option<&Int64Array>,
    row: usize,
) -> Result<(), Rejection> {
    if let Some(bucket) = bucket
        && (bucket.is_null(row) || bucket.value(row) != expected.as_bytes())
    {
        let shown = shown(if bucket.is_null(row) { b"" } else { bucket.value(row) });
        return Err(Rejection(format!("the row belongs to bucket `{shown}`, not `{expected}`")));
    }
    check_key(if key.is_null(row) { b"" } else { key.value(row) }, false)?;
    match size {
        Some(size) if size.is_valid(row) && size.value(row) < 0 => {
            Err(Rejection(format!("`Size` is `{}`, not a size in bytes", size.value(row))))
        }
        _ => Ok(()),
    }
}
