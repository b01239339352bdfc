//! The footer of a Parquet part: read, held against the file's size, and told how the columns are to be decoded.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Repetition, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::schema::types::{SchemaDescriptor, Type};

use super::columns::{Column, Shape, is_bucket};
use super::guard::guard;
use super::parquet_pages::CheckedPages;
use crate::source::datafile::Stop;
use crate::source::place::Place;
use crate::source::store::{Opened, Random, open_random};

/// More rows than a file of this size can hold: a run-length run covers many rows in a few bytes, but a key is a
/// value of its own, and the whole of AWS's largest parts has some million rows.
const MAX_ROWS: u64 = 1 << 40;

/// The names of a part's columns; nothing for a part that cannot be read, which its reader will tell.
pub(super) fn column_names(path: &Place) -> Option<Vec<String>> {
    let Opened { file, size, .. } = open_random(path, None).ok()?;
    let footer = load(&file, size).ok()?;
    let fields = footer.parquet_schema().root_schema().get_fields();
    Some(fields.iter().map(|field| field.name().to_owned()).collect())
}

/// The bucket that the first row names; nothing for a part that cannot be read.
pub(super) fn first_bucket(path: &Place) -> Option<Vec<u8>> {
    let Opened { file, size, .. } = open_random(path, None).ok()?;
    let footer = load(&file, size).ok()?;
    let fields = footer.parquet_schema().root_schema().get_fields();
    let root = fields.iter().position(|field| is_bucket(field.name()))?;
    let mask = ProjectionMask::roots(footer.parquet_schema(), [root]);
    let (pages, _) = CheckedPages::new(file, footer.metadata(), &mask, 1);
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(pages, footer);
    let batch = guard(|| {
        let mut reader = builder.with_projection(mask).with_batch_size(1).build()?;
        reader.next().transpose().map_err(ParquetError::from)
    });
    let batch = batch.ok()??;
    let buckets = batch.columns().first()?.as_binary_view_opt()?;
    (!buckets.is_empty() && buckets.is_valid(0)).then(|| buckets.value(0).to_vec())
}

/// Reads the footer. The key and the bucket are to be decoded as views of bytes, texts as views of text.
///
/// # Errors
///
/// A footer that is broken, or that places data outside the file.
pub(super) fn load(file: &Random, size: u64) -> Result<ArrowReaderMetadata, Stop> {
    guard(|| {
        // An embedded Arrow schema may ask for types that this reader does not know.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let footer = ArrowReaderMetadata::load(file, options.clone())?;
        let options = options.with_parquet_schema(plain_bytes(footer.parquet_schema())?);
        let footer = ArrowReaderMetadata::load(file, options.clone())?;
        check(footer.metadata(), size)?;
        let schema = as_views(&footer);
        ArrowReaderMetadata::try_new(Arc::clone(footer.metadata()), options.with_schema(schema))
    })
}

/// Columns of bytes that this reader checks itself.
fn is_checked_here(name: &str) -> bool {
    Column::named(name) == Some(Column::Key) || is_bucket(name)
}

/// The schema without the annotation that the key is text: the decoder would refuse a whole page for one bad key.
fn plain_bytes(schema: &SchemaDescriptor) -> Result<Arc<SchemaDescriptor>, ParquetError> {
    let root = schema.root_schema();
    let mut fields = root.get_fields().to_vec();
    for field in &mut fields {
        if field.is_primitive() && field.get_physical_type() == Physical::BYTE_ARRAY && is_checked_here(field.name()) {
            let repetition = field.get_basic_info().repetition();
            let plain = Type::primitive_type_builder(field.name(), Physical::BYTE_ARRAY).with_repetition(repetition);
            *field = Arc::new(plain.build()?);
        }
    }
    let root = Type::group_type_builder(root.name()).with_fields(fields).build()?;
    Ok(Arc::new(SchemaDescriptor::new(Arc::new(root))))
}

fn as_views(footer: &ArrowReaderMetadata) -> SchemaRef {
    let physical = footer.parquet_schema().root_schema().get_fields();
    let fields = footer.schema().fields().iter().zip(physical).map(|(field, physical)| {
        let shape = Column::named(field.name()).map(Column::shape);
        let view = match (shape, field.data_type()) {
            (_, DataType::Binary) if is_checked_here(field.name()) => DataType::BinaryView,
            (Some(Shape::Text), DataType::Utf8 | DataType::Binary) => DataType::Utf8View,
            // Nanoseconds of INT96 reach from 1677 to 2262 only.
            (Some(Shape::Time), _) if physical.is_primitive() && physical.get_physical_type() == Physical::INT96 => {
                DataType::Timestamp(TimeUnit::Millisecond, None)
            }
            _ => return Arc::clone(field),
        };
        Arc::new(Field::clone(field).with_data_type(view))
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn check(metadata: &ParquetMetaData, size: u64) -> Result<(), ParquetError> {
    let mut rows = 0_u64;
    for group in metadata.row_groups() {
        // Only a list or a map has other than one value a row.
        let mut flat = group.columns().iter().filter(|chunk| chunk.column_descr().max_rep_level() == 0);
        if flat.any(|chunk| chunk.num_values() != group.num_rows()) {
            return Err(ParquetError::General(
                "a row group does not hold as many rows as the footer states".to_owned(),
            ));
        }
        rows = rows.saturating_add(u64::try_from(group.num_rows()).unwrap_or(u64::MAX));
        for chunk in group.columns() {
            let (start, length) = chunk.byte_range();
            if start.checked_add(length).is_none_or(|end| end > size) {
                return Err(ParquetError::General(format!(
                    "column `{}` reaches beyond the end of the file",
                    chunk.column_path()
                )));
            }
        }
    }
    if rows > MAX_ROWS || u64::try_from(metadata.file_metadata().num_rows()) != Ok(rows) {
        return Err(ParquetError::General("the row groups do not hold as many rows as the footer states".to_owned()));
    }
    Ok(())
}

/// Whether the statistics show that every row names this bucket, so that the column need not be read.
pub(super) fn has_only_bucket(metadata: &ParquetMetaData, bucket: &str) -> bool {
    let shows = |chunk: &ColumnChunkMetaData| {
        let required = chunk.column_descr().self_type().get_basic_info().repetition() == Repetition::REQUIRED;
        chunk.statistics().is_some_and(|statistics| {
            // Bounds that are cut short never meet, so equal bounds are the only value.
            statistics.min_bytes_opt() == Some(bucket.as_bytes())
                && statistics.max_bytes_opt() == Some(bucket.as_bytes())
                && (required || statistics.null_count_opt() == Some(0))
        })
    };
    metadata.row_groups().iter().all(|group| {
        let mut columns = group.columns().iter().filter(|chunk| is_bucket(&chunk.column_path().string()));
        columns.all(shows)
    })
}
