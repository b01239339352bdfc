//! `folders.parquet`: a row for each folder of an area, in the order of bucket, folder and area.

use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, MapBuilder, MapFieldNames, StringBuilder, TimestampMillisecondBuilder, UInt64Builder,
};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, MapArray, StringArray, TimestampMillisecondArray, UInt64Array};
use arrow_schema::{DataType, Field, Fields};

use crate::results::columns::{BATCH_ROWS, Batch, TableReader, TableWriter, number_column, text_column, time_column};
use crate::results::error::ResultsError;
use crate::results::schema::FolderRow;

/// The name of this schema; it stands in the file's metadata.
pub const SCHEMA: &str = "stocktake-folders/1";

const TEXTS: [&str; 3] = ["bucket", "folder", "area"];
const NUMBERS: [&str; 7] =
    ["objects", "bytes", "referenced", "orphans", "orphan_bytes", "missing_companions", "findings"];

fn texts(row: &FolderRow) -> [&str; TEXTS.len()] {
    [&row.bucket, &row.folder, &row.area]
}

fn numbers(row: &FolderRow) -> [Option<u64>; NUMBERS.len()] {
    [
        Some(row.objects),
        Some(row.bytes),
        Some(row.referenced),
        Some(row.orphans),
        Some(row.orphan_bytes),
        row.missing_companions.map(u64::from),
        Some(row.findings),
    ]
}

/// Writes folders in the order in which they come.
pub struct FoldersWriter<W: io::Write + Send> {
    table: TableWriter<W>,
    texts: [StringBuilder; TEXTS.len()],
    captures: MapBuilder<StringBuilder, StringBuilder>,
    numbers: [UInt64Builder; NUMBERS.len()],
    covered: BooleanBuilder,
    newest: TimestampMillisecondBuilder,
}

impl<W: io::Write + Send> FoldersWriter<W> {
    /// Begins a file.
    pub fn new(out: W) -> io::Result<Self> {
        let (placeholder, value) = (Field::new("key", DataType::Utf8, false), text_column("value"));
        let entry = DataType::Struct(Fields::from(vec![placeholder.clone(), value.clone()]));
        let entries = Field::new("key_value", entry, false);
        let mut fields: Vec<Field> = TEXTS.iter().map(|name| text_column(name)).collect();
        fields.push(Field::new("captures", DataType::Map(Arc::new(entries), false), false));
        fields.extend(NUMBERS.iter().map(|name| number_column(name)));
        fields.extend([Field::new("covered", DataType::Boolean, false), time_column("newest")]);
        let names = MapFieldNames { entry: "key_value".into(), key: "key".into(), value: "value".into() };
        Ok(Self {
            table: TableWriter::new(out, SCHEMA, fields, &["bucket", "area"])?,
            texts: std::array::from_fn(|_| StringBuilder::new()),
            captures: MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new())
                .with_keys_field(placeholder)
                .with_values_field(value),
            numbers: std::array::from_fn(|_| UInt64Builder::new()),
            covered: BooleanBuilder::new(),
            newest: TimestampMillisecondBuilder::new().with_timezone("UTC"),
        })
    }

    /// The same, with a thread of its own that encodes and writes; an error of a row may come
    /// with a later one.
    pub fn beside(mut self) -> io::Result<Self>
    where
        W: 'static,
    {
        self.table = self.table.beside()?;
        Ok(self)
    }

    /// Takes the next folder; folders come in the order of bucket, folder and area.
    pub fn push(&mut self, row: &FolderRow) -> io::Result<()> {
        for (column, text) in self.texts.iter_mut().zip(texts(row)) {
            column.append_value(text);
        }
        for (placeholder, value) in &row.captures {
            self.captures.keys().append_value(placeholder);
            self.captures.values().append_value(value);
        }
        self.captures.append(true).map_err(io::Error::other)?;
        for (column, number) in self.numbers.iter_mut().zip(numbers(row)) {
            column.append_option(number);
        }
        self.covered.append_value(row.covered);
        self.newest.append_option(row.newest);
        if self.newest.values_slice().len() == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the file; without this it is not one.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.table.finish()
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut columns: Vec<ArrayRef> = Vec::new();
        columns.extend(self.texts.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.push(Arc::new(self.captures.finish()));
        columns.extend(self.numbers.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.push(Arc::new(self.covered.finish()));
        columns.push(Arc::new(self.newest.finish()));
        self.table.write(columns)
    }
}

/// Reads folders in the order of the file.
pub struct FoldersReader {
    table: TableReader,
    rows: std::vec::IntoIter<FolderRow>,
}

impl FoldersReader {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, ResultsError> {
        Ok(Self { table: TableReader::open(path, SCHEMA)?, rows: Vec::new().into_iter() })
    }

    fn read(&mut self) -> Result<Option<FolderRow>, ResultsError> {
        loop {
            if let Some(row) = self.rows.next() {
                return Ok(Some(row));
            }
            match self.table.next_batch()? {
                Some(batch) => self.rows = rows(&batch)?.into_iter(),
                None => return Ok(None),
            }
        }
    }
}

impl Iterator for FoldersReader {
    type Item = Result<FolderRow, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn rows(batch: &Batch) -> Result<Vec<FolderRow>, ResultsError> {
    let texts: Vec<StringArray> = TEXTS.iter().map(|name| batch.column(name)).collect::<Result<_, _>>()?;
    let numbers: Vec<UInt64Array> = NUMBERS.iter().map(|name| batch.column(name)).collect::<Result<_, _>>()?;
    let captures: MapArray = batch.column("captures")?;
    if captures.key_type() != &DataType::Utf8 || captures.value_type() != &DataType::Utf8 {
        return Err(batch.bad_value(0, "captures", &captures.data_type().to_string()));
    }
    let covered: BooleanArray = batch.column("covered")?;
    let newest: TimestampMillisecondArray = batch.column("newest")?;
    let row = |row: usize| {
        let text = |column: usize| texts[column].value(row).to_owned();
        let number = |column: usize| numbers[column].is_valid(row).then(|| numbers[column].value(row));
        let entries = captures.value(row);
        let (names, values) = (entries.column(0).as_string::<i32>(), entries.column(1).as_string::<i32>());
        let pair = |entry: usize| (names.value(entry).to_owned(), values.value(entry).to_owned());
        let missing_companions = match number(5).map(u32::try_from) {
            Some(Err(_)) => return Err(batch.bad_value(row, NUMBERS[5], &numbers[5].value(row).to_string())),
            Some(Ok(missing)) => Some(missing),
            None => None,
        };
        Ok(FolderRow {
            bucket: text(0),
            folder: text(1),
            area: text(2),
            captures: (0..entries.len()).map(pair).collect(),
            objects: number(0).unwrap_or_default(),
            bytes: number(1).unwrap_or_default(),
            newest: newest.is_valid(row).then(|| newest.value(row)),
            referenced: number(2).unwrap_or_default(),
            covered: covered.value(row),
            orphans: number(3).unwrap_or_default(),
            orphan_bytes: number(4).unwrap_or_default(),
            missing_companions,
            findings: number(6).unwrap_or_default(),
        })
    };
    (0..batch.len()).map(row).collect()
}
