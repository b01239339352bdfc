//! `moves.parquet`: every legacy object of a plan, a row for each new key, by bucket and old key.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, ListBuilder, StringBuilder, TimestampMillisecondBuilder, UInt64Builder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, ListArray, StringArray, TimestampMillisecondArray, UInt64Array};
use arrow_schema::{DataType, Field};

use crate::migration::content::md5_of;
use crate::migration::{Action, Content, Move};
use crate::model::bytes::hex;
use crate::results::columns::{BATCH_ROWS, Batch, TableReader, TableWriter, number_column, text_column, time_column};
use crate::results::error::ResultsError;

/// The name of this schema; it stands in the file's metadata.
pub const SCHEMA: &str = "stocktake-moves/1";

/// The columns of text, in the order of [`texts`].
const TEXTS: [&str; 8] = ["bucket", "old_key", "new_key", "action", "reason", "area", "generation", "md5"];
const FEW_VALUES: [&str; 5] = ["bucket", "action", "reason", "area", "generation"];
const FLAGS: [&str; 3] = ["archived", "keeps_source", "locked"];

/// Every column, in the order of the table; `moves.csv` has the same.
pub const COLUMNS: [&str; 15] = [
    "bucket",
    "old_key",
    "new_key",
    "action",
    "reason",
    "area",
    "generation",
    "md5",
    "archived",
    "keeps_source",
    "locked",
    "related",
    "size",
    "noncurrent",
    "modified",
];

/// The columns of text of a move; the MD5 is written into `md5`.
pub fn texts<'m>(planned: &'m Move<'_>, md5: &'m mut String) -> [Option<&'m str>; TEXTS.len()] {
    md5.clear();
    if let Some(digest) = planned.content.md5 {
        md5.push_str(&hex(&digest));
    }
    [
        Some(&planned.bucket),
        Some(&planned.old_key),
        planned.new_key.as_deref(),
        Some(planned.action.name()),
        planned.reason.as_deref(),
        Some(&planned.area),
        Some(&planned.generation),
        Some(md5.as_str()).filter(|md5| !md5.is_empty()),
    ]
}

fn element() -> Field {
    Field::new("element", DataType::Utf8, false)
}

/// Writes moves in the order in which they come.
pub struct MovesWriter<W: io::Write + Send> {
    table: TableWriter<W>,
    texts: [StringBuilder; TEXTS.len()],
    flags: [BooleanBuilder; FLAGS.len()],
    related: ListBuilder<StringBuilder>,
    size: UInt64Builder,
    noncurrent: UInt64Builder,
    modified: TimestampMillisecondBuilder,
    md5: String,
}

impl<W: io::Write + Send> MovesWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// What the output says.
    pub fn new(out: W) -> io::Result<Self> {
        let mut fields: Vec<Field> = TEXTS.iter().map(|name| text_column(name)).collect();
        fields.extend(FLAGS.iter().map(|name| Field::new(*name, DataType::Boolean, false)));
        fields.extend([
            Field::new("related", DataType::List(Arc::new(element())), false),
            number_column("size"),
            number_column("noncurrent"),
            time_column("modified"),
        ]);
        Ok(Self {
            table: TableWriter::new(out, SCHEMA, fields, &FEW_VALUES)?,
            texts: std::array::from_fn(|_| StringBuilder::new()),
            flags: std::array::from_fn(|_| BooleanBuilder::new()),
            related: ListBuilder::new(StringBuilder::new()).with_field(element()),
            size: UInt64Builder::new(),
            noncurrent: UInt64Builder::new(),
            modified: TimestampMillisecondBuilder::new().with_timezone("UTC"),
            md5: String::new(),
        })
    }

    /// Takes the next move.
    ///
    /// # Errors
    ///
    /// What the output says.
    pub fn push(&mut self, planned: &Move<'_>) -> io::Result<()> {
        for (column, text) in self.texts.iter_mut().zip(texts(planned, &mut self.md5)) {
            column.append_option(text);
        }
        let flags = [planned.archived, planned.keeps_source, planned.locked];
        self.flags.iter_mut().zip(flags).for_each(|(column, flag)| column.append_value(flag));
        planned.related.iter().for_each(|key| self.related.values().append_value(key));
        self.related.append(true);
        self.size.append_option(planned.content.size);
        self.noncurrent.append_value(planned.noncurrent);
        self.modified.append_option(planned.modified);
        if self.size.values_slice().len() == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the file; without this it is not one.
    ///
    /// # Errors
    ///
    /// What the output says.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.table.finish()
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(COLUMNS.len());
        columns.extend(self.texts.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.extend(self.flags.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.push(Arc::new(self.related.finish()));
        columns.push(Arc::new(self.size.finish()));
        columns.push(Arc::new(self.noncurrent.finish()));
        columns.push(Arc::new(self.modified.finish()));
        self.table.write(columns)
    }
}

/// Reads moves in the order of the file.
pub struct MovesReader {
    table: TableReader,
}

impl MovesReader {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// A file that is not there, or no such table.
    pub fn open(path: &Path) -> Result<Self, ResultsError> {
        Ok(Self { table: TableReader::open(path, SCHEMA)? })
    }

    /// Gives every move to `each`.
    ///
    /// # Errors
    ///
    /// A damaged file, or what `each` says.
    pub fn read<E: From<ResultsError>>(mut self, each: &mut dyn FnMut(&Move<'_>) -> Result<(), E>) -> Result<(), E> {
        while let Some(batch) = self.table.next_batch()? {
            let rows = Rows::new(batch)?;
            for row in 0..rows.batch.len() {
                each(&rows.planned(row)?)?;
            }
        }
        Ok(())
    }
}

/// A batch with its columns at hand.
struct Rows {
    batch: Batch,
    texts: Vec<StringArray>,
    flags: Vec<BooleanArray>,
    related: ListArray,
    size: UInt64Array,
    noncurrent: UInt64Array,
    modified: TimestampMillisecondArray,
}

impl Rows {
    fn new(batch: Batch) -> Result<Self, ResultsError> {
        let related: ListArray = batch.column("related")?;
        if related.value_type() != DataType::Utf8 {
            return Err(batch.bad_value(0, "related", &related.value_type().to_string()));
        }
        Ok(Self {
            texts: TEXTS.iter().map(|name| batch.column(name)).collect::<Result<_, _>>()?,
            flags: FLAGS.iter().map(|name| batch.column(name)).collect::<Result<_, _>>()?,
            related,
            size: batch.column("size")?,
            noncurrent: batch.column("noncurrent")?,
            modified: batch.column("modified")?,
            batch,
        })
    }

    fn planned(&self, row: usize) -> Result<Move<'_>, ResultsError> {
        let text = |column: usize| {
            let array = &self.texts[column];
            array.is_valid(row).then(|| Cow::Borrowed(array.value(row)))
        };
        let needed = |column: usize| text(column).ok_or_else(|| self.batch.bad_value(row, TEXTS[column], ""));
        let action = needed(3)?;
        let md5 = match text(7) {
            Some(digits) => Some(md5_of(digits.as_bytes()).ok_or_else(|| self.batch.bad_value(row, "md5", &digits))?),
            None => None,
        };
        let flag = |column: usize| self.flags[column].is_valid(row) && self.flags[column].value(row);
        let related = self.related.value(row);
        Ok(Move {
            bucket: needed(0)?,
            old_key: needed(1)?,
            new_key: text(2),
            action: Action::from_name(&action).ok_or_else(|| self.batch.bad_value(row, "action", &action))?,
            reason: text(4),
            area: needed(5)?,
            generation: needed(6)?,
            content: Content { size: self.size.is_valid(row).then(|| self.size.value(row)), md5 },
            modified: self.modified.is_valid(row).then(|| self.modified.value(row)),
            archived: flag(0),
            keeps_source: flag(1),
            noncurrent: if self.noncurrent.is_valid(row) { self.noncurrent.value(row) } else { 0 },
            locked: flag(2),
            related: related.as_string::<i32>().iter().flatten().map(|key| key.to_owned().into()).collect(),
        })
    }
}
