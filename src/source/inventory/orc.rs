//! ORC inventories: only the columns asked for are decoded.
//!
//! The format has no time zone for AWS's timestamps, which are UTC, and no encoding of keys. Its texts are UTF-8 by
//! definition: the decoder refuses a batch with one that is not, so that a bad key breaks the part and not its row.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BinaryArray, BinaryViewArray, StringViewArray};
use arrow_schema::DataType;
use orc_rust::error::OrcError;
use orc_rust::projection::ProjectionMask;
use orc_rust::{ArrowReader, ArrowReaderBuilder, TimestampPrecision};

use super::batch::Batch;
use super::columnar::{Canonical, ColumnarReader, Decoded, Projection};
use super::columns::{Column, ColumnSet, Shape, is_bucket};
use super::guard::guard;
use super::orc_tail::{CheckedFile, Tail};
use crate::model::SourceDefect;
use crate::source::datafile::Stop;
use crate::source::place::Place;
use crate::source::store::{Opened, Random, open_random};

/// Reads the rows of one ORC part.
pub(super) struct OrcReader {
    reader: ArrowReader<CheckedFile>,
    decoded: Vec<Decoded>,
    canonical: Canonical,
    rows_stated: u64,
    columns: ColumnSet,
    compression: &'static str,
}

/// The names of a part's columns; nothing for a part that cannot be read, which its reader will tell.
pub(super) fn column_names(path: &Place) -> Option<Vec<String>> {
    let Opened { file, size, .. } = open_random(path, None).ok()?;
    Tail::read(&file, size).ok().map(|tail| tail.names)
}

/// The bucket that the first row names; nothing for a part that cannot be read.
pub(super) fn first_bucket(path: &Place) -> Option<Vec<u8>> {
    let Opened { file, size, .. } = open_random(path, None).ok()?;
    let tail = Tail::read(&file, size).ok()?;
    let root = tail.names.iter().position(|name| is_bucket(name))?;
    let mut reader = decoder(CheckedFile::new(file, size, &tail), &[root], 1).ok()?;
    let batch = guard(|| reader.next().transpose()).ok()??;
    let buckets = batch.columns().first()?.as_string_opt::<i32>()?;
    (!buckets.is_empty() && buckets.is_valid(0)).then(|| buckets.value(0).as_bytes().to_vec())
}

/// Decodes these columns of a file.
fn decoder(file: CheckedFile, roots: &[usize], batch_rows: usize) -> Result<ArrowReader<CheckedFile>, Stop> {
    guard(|| {
        let builder = ArrowReaderBuilder::try_new(file)?;
        let root = builder.file_metadata().root_data_type();
        let columns = roots.iter().filter_map(|&number| root.children().get(number));
        let mask = ProjectionMask::roots(root, columns.map(|column| column.data_type().column_index()));
        // Nanoseconds reach from 1677 to 2262 only.
        let builder = builder.with_timestamp_precision(TimestampPrecision::Microsecond);
        Ok::<_, OrcError>(builder.with_projection(mask).with_batch_size(batch_rows).build())
    })
}

impl OrcReader {
    /// Reads the tail of a part, whose size is known.
    pub(super) fn new(
        file: Random,
        size: u64,
        name: &str,
        bucket: &str,
        wanted: ColumnSet,
        batch_rows: usize,
    ) -> Result<Self, Stop> {
        let tail = Tail::read(&file, size)?;
        let one_bucket = tail.has_only_bucket(bucket);
        let Projection { roots, decoded, present } =
            Projection::new(tail.names.iter().map(String::as_str), wanted, one_bucket)?;
        let reader = decoder(CheckedFile::new(file, size, &tail), &roots, batch_rows)?;
        let canonical = Canonical::new(name, bucket, decoded.clone(), wanted);
        let (rows_stated, compression) = (tail.rows, tail.codec.name());
        Ok(Self { reader, decoded, canonical, rows_stated, columns: present, compression })
    }
}

impl ColumnarReader for OrcReader {
    fn next_batch(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<Batch>, Stop> {
        let reader = &mut self.reader;
        let Some(decoded) = guard(|| reader.next().transpose())? else {
            return if self.rows() == self.rows_stated {
                Ok(None)
            } else {
                Err(Stop::Broken(format!("the footer states {} rows", self.rows_stated)))
            };
        };
        let arrays: Vec<ArrayRef> =
            self.decoded.iter().zip(decoded.columns()).map(|(what, array)| as_view(*what, array)).collect();
        self.canonical.batch(&arrays, decoded.num_rows(), defects).map(Some)
    }

    fn rows(&self) -> u64 {
        self.canonical.rows()
    }

    fn rows_stated(&self) -> u64 {
        self.rows_stated
    }

    fn columns(&self) -> ColumnSet {
        self.columns
    }

    fn compression(&self) -> &str {
        self.compression
    }
}

/// Texts as the canonical columns have them: views into the same bytes.
fn as_view(what: Decoded, array: &ArrayRef) -> ArrayRef {
    let is_text = match what {
        Decoded::Bucket => false,
        Decoded::Column(column) => column.shape() == Shape::Text,
    };
    match array.data_type() {
        DataType::Utf8 if is_text => Arc::new(StringViewArray::from(array.as_string::<i32>())),
        DataType::Utf8 if is_bytes(what) => {
            Arc::new(BinaryViewArray::from(&BinaryArray::from(array.as_string::<i32>().clone())))
        }
        DataType::Binary if is_bytes(what) => Arc::new(BinaryViewArray::from(array.as_binary::<i32>())),
        _ => Arc::clone(array),
    }
}

fn is_bytes(what: Decoded) -> bool {
    matches!(what, Decoded::Bucket | Decoded::Column(Column::Key))
}
