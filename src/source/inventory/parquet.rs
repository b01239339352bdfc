//! Parquet inventories: only the columns asked for are decoded.
//!
//! The columns are taken from the file's footer, never from `fileSchema`, which has two spellings. The key is read as
//! bytes, so that one bad key costs its row and not the part; text columns are checked by the decoder.

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::batch::Batch;
use super::columnar::{Canonical, ColumnarReader, Projection};
use super::columns::ColumnSet;
use super::guard::guard;
use super::parquet_footer::{has_only_bucket, load};
use super::parquet_pages::CheckedPages;
use crate::model::SourceDefect;
use crate::source::datafile::Stop;
use crate::source::store::Random;

/// Reads the rows of one Parquet part.
pub(super) struct ParquetReader {
    reader: ParquetRecordBatchReader,
    canonical: Canonical,
    rows_stated: u64,
    columns: ColumnSet,
    compression: String,
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
        let one_bucket = has_only_bucket(footer.metadata(), bucket);
        let fields = footer.parquet_schema().root_schema().get_fields();
        let Projection { roots, decoded, present } =
            Projection::new(fields.iter().map(|field| field.name()), wanted, one_bucket)?;
        let first = footer.metadata().row_groups().first().and_then(|group| group.columns().first());
        let compression = first.map(|chunk| chunk.compression().to_string().to_ascii_lowercase());
        let compression = compression.unwrap_or_else(|| "none".to_owned());
        let rows_stated = footer.metadata().row_groups().iter().map(|group| group.num_rows().unsigned_abs()).sum();
        let mask = ProjectionMask::roots(footer.parquet_schema(), roots);
        let (pages, batch_rows) = CheckedPages::new(file, footer.metadata(), &mask, batch_rows);
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(pages, footer);
        let reader = guard(|| builder.with_projection(mask).with_batch_size(batch_rows).build())?;
        let canonical = Canonical::new(name, bucket, decoded, wanted);
        Ok(Self { reader, canonical, rows_stated, columns: present, compression })
    }
}

impl ColumnarReader for ParquetReader {
    fn next_batch(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<Batch>, Stop> {
        let reader = &mut self.reader;
        let Some(decoded) = guard(|| reader.next().transpose().map_err(ParquetError::from))? else {
            if self.rows() != self.rows_stated {
                return Err(Stop::Broken(format!("the footer states {} rows", self.rows_stated)));
            }
            return Ok(None);
        };
        self.canonical.batch(decoded.columns(), decoded.num_rows(), defects).map(Some)
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
        &self.compression
    }
}
