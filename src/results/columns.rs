//! The Parquet side of all tables that an audit leaves: the same bytes for the same rows, and readers that trust nothing.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::results::ahead::Ahead;
use crate::results::beside::Beside;
use crate::results::error::{ResultsError, check_schema};

/// Rows that are gathered before they are handed to Parquet, and read at once.
pub(crate) const BATCH_ROWS: usize = 8_192;
/// Rows of a row group: enough to compress well, few enough to hold.
const GROUP_ROWS: usize = 131_072;
/// The entry of the file's metadata that names its schema.
const SCHEMA_KEY: &str = "stocktake.schema";

/// A column of text; absent is null.
pub(crate) fn text_column(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

/// A column of whole numbers.
pub(crate) fn number_column(name: &str) -> Field {
    Field::new(name, DataType::UInt64, true)
}

/// A column of times: milliseconds, UTC.
pub(crate) fn time_column(name: &str) -> Field {
    Field::new(name, DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), true)
}

/// Writes one table.
pub(crate) struct TableWriter<W: io::Write + Send> {
    writer: Writer<W>,
    schema: SchemaRef,
}

enum Writer<W: io::Write + Send> {
    Here(Box<ArrowWriter<W>>),
    Beside(Beside),
}

impl<W: io::Write + Send> TableWriter<W> {
    /// Begins a table; the columns in `few_values` are written through dictionaries.
    pub(crate) fn new(out: W, kind: &str, fields: Vec<Field>, few_values: &[&str]) -> io::Result<Self> {
        let schema = Arc::new(Schema::new(fields));
        let mut properties = WriterProperties::builder()
            .set_created_by(concat!("stocktake ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata(Some(vec![KeyValue::new(SCHEMA_KEY.to_owned(), kind.to_owned())]))
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(write_error)?))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_dictionary_enabled(false);
        for name in few_values {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(*name), true);
        }
        let options = ArrowWriterOptions::new().with_properties(properties.build()).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(out, Arc::clone(&schema), options).map_err(write_error)?;
        Ok(Self { writer: Writer::Here(Box::new(writer)), schema })
    }

    /// The same, with a thread of its own that encodes and writes. An error of a row may come with a later one.
    pub(crate) fn beside(self) -> io::Result<Self>
    where
        W: 'static,
    {
        let Self { writer, schema } = self;
        let writer = match writer {
            Writer::Here(writer) => Writer::Beside(Beside::start(*writer)?),
            beside @ Writer::Beside(_) => beside,
        };
        Ok(Self { writer, schema })
    }

    /// Appends rows, given as one array for each column.
    pub(crate) fn write(&mut self, columns: Vec<ArrayRef>) -> io::Result<()> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(io::Error::other)?;
        match &mut self.writer {
            Writer::Here(writer) => writer.write(&batch).map_err(write_error),
            Writer::Beside(beside) => beside.write(batch),
        }
    }

    /// Ends the file; without this it is not one.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self.writer {
            Writer::Here(mut writer) => writer.finish().map(|_| ()).map_err(write_error),
            Writer::Beside(beside) => beside.finish(),
        }
    }
}

/// The error of the file below, as a full disk, where there is one.
pub(super) fn write_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        other => io::Error::other(other),
    }
}

/// Reads one table, batch by batch.
pub(crate) struct TableReader {
    file: String,
    batches: Batches,
    rows_before: u64,
}

enum Batches {
    Here(Box<ParquetRecordBatchReader>),
    Ahead(Ahead),
    /// It has ended or failed.
    Ended,
}

impl TableReader {
    /// Opens a table of this kind.
    pub(crate) fn open(path: &Path, kind: &'static str) -> Result<Self, ResultsError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|source| ResultsError::Io { file: name.clone(), source })?;
        let builder = guarded(&name, || ParquetRecordBatchReaderBuilder::try_new(file))?;
        let entries = builder.metadata().file_metadata().key_value_metadata();
        let stated = entries.into_iter().flatten().find(|entry| entry.key == SCHEMA_KEY);
        check_schema(&name, kind, stated.and_then(|entry| entry.value.as_deref()))?;
        let batches = guarded(&name, || builder.with_batch_size(BATCH_ROWS).build())?;
        Ok(Self { file: name, batches: Batches::Here(Box::new(batches)), rows_before: 0 })
    }

    /// The same, with a thread of its own that decodes a few batches ahead.
    pub(crate) fn ahead(self) -> Result<Self, ResultsError> {
        let Self { file, batches, rows_before } = self;
        let batches = match batches {
            Batches::Here(mut reader) => {
                let name = file.clone();
                let ahead = Ahead::start(file.clone(), move || guarded(&name, || reader.next().transpose()));
                Batches::Ahead(ahead.map_err(|source| ResultsError::Io { file: file.clone(), source })?)
            }
            begun @ (Batches::Ahead(_) | Batches::Ended) => begun,
        };
        Ok(Self { file, batches, rows_before })
    }

    /// The next batch, if there is one.
    pub(crate) fn next_batch(&mut self) -> Result<Option<Batch>, ResultsError> {
        let mut batches = std::mem::replace(&mut self.batches, Batches::Ended);
        let rows = match &mut batches {
            Batches::Here(reader) => guarded(&self.file, || reader.next().transpose())?,
            Batches::Ahead(ahead) => ahead.next_batch()?,
            Batches::Ended => None,
        };
        let Some(rows) = rows else { return Ok(None) };
        self.batches = batches;
        let first_row = self.rows_before + 1;
        self.rows_before += rows.num_rows() as u64;
        Ok(Some(Batch { file: self.file.clone(), first_row, rows }))
    }
}

/// What the Parquet reader says, also where it panics on a damaged page instead of saying it.
fn guarded<T, E>(file: &str, read: impl FnOnce() -> Result<T, E>) -> Result<T, ResultsError>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let source: Box<dyn std::error::Error + Send + Sync> = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => Box::new(error),
        Err(_) => "a page does not hold what its header says".into(),
    };
    Err(ResultsError::Parquet { file: file.to_owned(), source })
}

/// Some rows of a table.
pub(crate) struct Batch {
    file: String,
    first_row: u64,
    rows: RecordBatch,
}

impl Batch {
    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.rows.num_rows()
    }

    /// Whether there is a column of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.rows.column_by_name(name).is_some()
    }

    /// The column of this name, as this type.
    pub(crate) fn column<A: Array + Clone + 'static>(&self, name: &'static str) -> Result<A, ResultsError> {
        let column = self.rows.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<A>());
        column.cloned().ok_or_else(|| ResultsError::Column { file: self.file.clone(), column: name })
    }

    /// The error for a value in a row, from 0 in this batch, that no version writes.
    pub(crate) fn bad_value(&self, row: usize, column: &'static str, value: &str) -> ResultsError {
        let row = self.first_row + row as u64;
        ResultsError::Value { file: self.file.clone(), row, column, value: value.to_owned() }
    }
}
