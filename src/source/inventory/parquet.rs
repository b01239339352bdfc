//! Parquet inventories: only the columns asked for are decoded.
//!
//! The columns are taken from the file's footer, never from `fileSchema`, which has two spellings. The key is read as
//! bytes, so that one bad key costs its row and not the part; text columns are checked by the decoder.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BinaryViewArray, BooleanArray, Int64Array, RecordBatch, StringViewArray};
use arrow_schema::SchemaRef;
use arrow_select::filter::filter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::batch::NullColumns;
use super::columns::{Column, ColumnSet, is_bucket};
use super::parquet_footer::{guard, has_only_bucket, load};
use super::parquet_values as values;
use super::row::{Neighbour, Rejection, check_key, shown};
use crate::model::{SourceDefect, SourceProblem};
use crate::source::datafile::Stop;
use crate::source::store::Random;

/// Reads the rows of one Parquet part.
pub(super) struct ParquetReader {
    name: String,
    bucket: String,
    reader: ParquetRecordBatchReader,
    /// What each column of a decoded batch is.
    decoded: Vec<Decoded>,
    wanted: ColumnSet,
    schema: SchemaRef,
    nulls: NullColumns,
    batch_rows: usize,
    neighbour: Neighbour,
    row: u64,
    rows_stated: u64,
    compression: String,
}

/// What a column of the file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decoded {
    Column(Column),
    Bucket,
}

impl ParquetReader {
    /// Reads the footer of a part, whose size is known.
    pub(super) fn new(
        file: Random,
        size: u64,
        name: &str,
        bucket: &str,
        wanted: ColumnSet,
        batch_rows: usize,
    ) -> Result<Self, Stop> {
        let footer = load(&file, size)?;
        let (mut roots, mut decoded) = (Vec::new(), Vec::new());
        let read = wanted.with(Column::Key).with(Column::VersionId);
        let one_bucket = has_only_bucket(footer.metadata(), bucket);
        for (root, field) in footer.parquet_schema().root_schema().get_fields().iter().enumerate() {
            let what = match Column::named(field.name()) {
                Some(column) if read.contains(column) => Decoded::Column(column),
                None if is_bucket(field.name()) && !one_bucket => Decoded::Bucket,
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
        let first = footer.metadata().row_groups().first().and_then(|group| group.columns().first());
        let compression = first.map(|chunk| chunk.compression().to_string().to_ascii_lowercase());
        let compression = compression.unwrap_or_else(|| "none".to_owned());
        let rows_stated = footer.metadata().row_groups().iter().map(|group| group.num_rows().unsigned_abs()).sum();
        let mask = ProjectionMask::roots(footer.parquet_schema(), roots);
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, footer);
        let reader = guard(|| builder.with_projection(mask).with_batch_size(batch_rows).build())?;
        let schema = wanted.schema();
        Ok(Self {
            name: name.to_owned(),
            bucket: bucket.to_owned(),
            reader,
            decoded,
            wanted,
            schema,
            nulls: NullColumns::default(),
            batch_rows,
            neighbour: Neighbour::default(),
            row: 0,
            rows_stated,
            compression,
        })
    }

    /// Rows read so far, those left out included.
    pub(super) fn rows(&self) -> u64 {
        self.row
    }

    /// Rows in the part, as its footer states.
    pub(super) fn rows_stated(&self) -> u64 {
        self.rows_stated
    }

    /// The codec of its pages.
    pub(super) fn compression(&self) -> &str {
        &self.compression
    }

    /// The next batch that holds a row; `None` at the end.
    pub(super) fn next_batch(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<RecordBatch>, Stop> {
        loop {
            let reader = &mut self.reader;
            let Some(decoded) = guard(|| reader.next().transpose().map_err(ParquetError::from))? else {
                if self.row < self.rows_stated {
                    return Err(Stop::Broken(format!("the footer states {} rows", self.rows_stated)));
                }
                return Ok(None);
            };
            let batch = self.canonical(&decoded, defects)?;
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
    }

    fn canonical(&mut self, decoded: &RecordBatch, defects: &mut dyn FnMut(SourceDefect)) -> Result<RecordBatch, Stop> {
        let rows = decoded.num_rows();
        let mut columns: [Option<ArrayRef>; Column::ALL.len()] = Default::default();
        let mut bucket = None;
        for (what, array) in self.decoded.iter().zip(decoded.columns()) {
            match what {
                Decoded::Column(column) => columns[*column as usize] = Some(values::canonical(*column, array)?),
                Decoded::Bucket => bucket = Some(values::bytes(array)?),
            }
        }
        let Some(key) = columns[Column::Key as usize].clone() else { return Err(values::wrong(Column::Key)) };
        let key = values::bytes(&key)?;
        let size = columns[Column::Size as usize].clone();
        let size = size.as_ref().and_then(|size| size.as_any().downcast_ref::<Int64Array>());
        let version = columns[Column::VersionId as usize].clone();
        let version = version.as_ref().and_then(|version| version.as_any().downcast_ref::<StringViewArray>());
        let mut keep: Option<Vec<bool>> = None;
        for row in 0..rows {
            self.row += 1;
            let problem = match judge(key, bucket, &self.bucket, size, row) {
                Err(Rejection(reason)) => {
                    keep.get_or_insert_with(|| vec![true; rows])[row] = false;
                    SourceProblem::Rejected { reason }
                }
                Ok(()) => {
                    let version =
                        version.filter(|version| version.is_valid(row)).map_or("", |version| version.value(row));
                    if !self.neighbour.repeats(key.value(row), version.as_bytes()) {
                        continue;
                    }
                    SourceProblem::DuplicateRow { key: self.neighbour.key() }
                }
            };
            defects(SourceDefect { file: self.name.clone(), row: Some(self.row), problem });
        }
        let keep = keep.map(BooleanArray::from);
        let arrays = self.wanted.with(Column::Key).iter().map(|column| {
            let array = columns[column as usize].take();
            let array = array.unwrap_or_else(|| self.nulls.get(column, rows, self.batch_rows));
            keep.as_ref().map_or(Ok(Arc::clone(&array)), |keep| filter(&array, keep))
        });
        let batch =
            arrays.collect::<Result<_, _>>().and_then(|arrays| RecordBatch::try_new(Arc::clone(&self.schema), arrays));
        batch.map_err(|error| Stop::Broken(error.to_string()))
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
    check_key(if key.is_null(row) { b"" } else { key.value(row) })?;
    match size {
        Some(size) if size.is_valid(row) && size.value(row) < 0 => {
            Err(Rejection(format!("`Size` is `{}`, not a size in bytes", size.value(row))))
        }
        _ => Ok(()),
    }
}
