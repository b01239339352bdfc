//! `findings.parquet`: every finding of an audit, a row each, written and read as a stream.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder, TimestampMillisecondBuilder, UInt32Builder, UInt64Builder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, StringArray, TimestampMillisecondArray, UInt32Array, UInt64Array};
use arrow_schema::{DataType, Field};

use crate::model::finding::Text;
use crate::model::{Finding, Severity, Subject};
use crate::results::columns::{BATCH_ROWS, Batch, TableReader, TableWriter, number_column, text_column, time_column};
use crate::results::error::ResultsError;
use crate::results::findings::Findings;

/// The name of this schema; it stands in the file's metadata.
pub const SCHEMA: &str = "stocktake-findings/1";

/// The columns of text, in the order of [`texts`].
const TEXTS: [&str; 15] = [
    "code",
    "severity",
    "subject",
    "bucket",
    "key",
    "version",
    "table",
    "item",
    "path",
    "file",
    "area",
    "value",
    "expected",
    "suggestion",
    "detail",
];

/// The column that came later: what keeps a finding from counting.
const EXCUSED: &str = "excused";

/// Columns with few different values.
const FEW_VALUES: [&str; 8] = ["code", "severity", "subject", "bucket", "table", "area", "detail", EXCUSED];

fn texts<'f>(finding: &'f Finding<'_>) -> [Option<&'f str>; TEXTS.len()] {
    [
        Some(&finding.code),
        Some(finding.severity.name()),
        Some(finding.subject.name()),
        finding.bucket.as_deref(),
        finding.key.as_deref(),
        finding.version.as_deref(),
        finding.table.as_deref(),
        finding.item.as_deref(),
        finding.path.as_deref(),
        finding.file.as_deref(),
        finding.area.as_deref(),
        finding.value.as_deref(),
        finding.expected.as_deref(),
        finding.suggestion.as_deref(),
        finding.detail.as_deref(),
    ]
}

fn related_element() -> Field {
    Field::new("element", DataType::Utf8, false)
}

/// Writes findings in the order in which they come.
pub struct FindingsWriter<W: io::Write + Send> {
    table: TableWriter<W>,
    texts: [StringBuilder; TEXTS.len()],
    related: ListBuilder<StringBuilder>,
    row: UInt64Builder,
    segment: UInt32Builder,
    size: UInt64Builder,
    modified: TimestampMillisecondBuilder,
    count: UInt64Builder,
    excused: StringBuilder,
}

impl<W: io::Write + Send> FindingsWriter<W> {
    /// Begins a file.
    pub fn new(out: W) -> io::Result<Self> {
        let mut fields: Vec<Field> = TEXTS.iter().map(|name| text_column(name)).collect();
        fields.extend([
            Field::new("related", DataType::List(Arc::new(related_element())), false),
            number_column("row"),
            Field::new("segment", DataType::UInt32, true),
            number_column("size"),
            time_column("modified"),
            number_column("count"),
            text_column(EXCUSED),
        ]);
        Ok(Self {
            table: TableWriter::new(out, SCHEMA, fields, &FEW_VALUES)?,
            texts: std::array::from_fn(|_| StringBuilder::new()),
            related: ListBuilder::new(StringBuilder::new()).with_field(related_element()),
            row: UInt64Builder::new(),
            segment: UInt32Builder::new(),
            size: UInt64Builder::new(),
            modified: TimestampMillisecondBuilder::new().with_timezone("UTC"),
            count: UInt64Builder::new(),
            excused: StringBuilder::new(),
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

    /// Takes the next finding.
    pub fn push(&mut self, finding: &Finding<'_>) -> io::Result<()> {
        for (column, text) in self.texts.iter_mut().zip(texts(finding)) {
            column.append_option(text);
        }
        for related in &finding.related {
            self.related.values().append_value(related);
        }
        self.related.append(true);
        self.row.append_option(finding.row);
        self.segment.append_option(finding.segment);
        self.size.append_option(finding.size);
        self.modified.append_option(finding.modified);
        self.count.append_option(finding.count);
        self.excused.append_option(finding.excused.as_deref());
        if self.row.values_slice().len() == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the file; without this it is not one.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.table.finish()
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(TEXTS.len() + 7);
        columns.extend(self.texts.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.push(Arc::new(self.related.finish()));
        columns.push(Arc::new(self.row.finish()));
        columns.push(Arc::new(self.segment.finish()));
        columns.push(Arc::new(self.size.finish()));
        columns.push(Arc::new(self.modified.finish()));
        columns.push(Arc::new(self.count.finish()));
        columns.push(Arc::new(self.excused.finish()));
        self.table.write(columns)
    }
}

/// Reads findings in the order of the file.
pub struct FindingsReader {
    table: TableReader,
    rows: Option<Rows>,
}

impl FindingsReader {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, ResultsError> {
        Ok(Self { table: TableReader::open(path, SCHEMA)?, rows: None })
    }

    /// The same, with a thread of its own that decodes a few thousand findings ahead; the thread is over before the reader
    /// is gone.
    ///
    /// # Errors
    ///
    /// A thread that cannot be started.
    pub fn ahead(mut self) -> Result<Self, ResultsError> {
        self.table = self.table.ahead()?;
        Ok(self)
    }
}

impl Findings for FindingsReader {
    fn next_finding(&mut self) -> Result<Option<Finding<'_>>, ResultsError> {
        while self.rows.as_ref().is_none_or(Rows::are_read) {
            match self.table.next_batch()? {
                Some(batch) => self.rows = Some(Rows::new(batch)?),
                None => return Ok(None),
            }
        }
        self.rows.as_mut().map(Rows::next_finding).transpose()
    }
}

/// The same findings with text of their own, for what keeps them.
impl Iterator for FindingsReader {
    type Item = Result<Finding<'static>, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_finding().map(|finding| finding.map(Finding::into_owned)).transpose()
    }
}

/// A batch with its columns at hand.
struct Rows {
    batch: Batch,
    next: usize,
    texts: Vec<StringArray>,
    related: ListArray,
    /// What `related` lists, row after row.
    related_texts: StringArray,
    row: UInt64Array,
    segment: UInt32Array,
    size: UInt64Array,
    modified: TimestampMillisecondArray,
    count: UInt64Array,
    /// Files of the first versions have none.
    excused: Option<StringArray>,
}

impl Rows {
    fn new(batch: Batch) -> Result<Self, ResultsError> {
        let related: ListArray = batch.column("related")?;
        let Some(related_texts) = related.values().as_string_opt::<i32>().cloned() else {
            return Err(batch.bad_value(0, "related", &related.value_type().to_string()));
        };
        Ok(Self {
            related_texts,
            next: 0,
            texts: TEXTS.iter().map(|name| batch.column(name)).collect::<Result<_, _>>()?,
            related,
            row: batch.column("row")?,
            segment: batch.column("segment")?,
            size: batch.column("size")?,
            modified: batch.column("modified")?,
            count: batch.column("count")?,
            excused: if batch.has(EXCUSED) { Some(batch.column(EXCUSED)?) } else { None },
            batch,
        })
    }

    fn are_read(&self) -> bool {
        self.next == self.batch.len()
    }

    /// The next finding; there is one.
    fn next_finding(&mut self) -> Result<Finding<'_>, ResultsError> {
        let row = self.next;
        self.next += 1;
        let mut columns = self.texts.iter();
        let mut text = || text_of(columns.next()?, row);
        let [code, severity, subject] = [text(), text(), text()].map(Option::unwrap_or_default);
        let bad = |column, value: &str| self.batch.bad_value(row, column, value);
        let number = |column: &UInt64Array| column.is_valid(row).then(|| column.value(row));
        Ok(Finding {
            severity: Severity::from_name(&severity).ok_or_else(|| bad("severity", &severity))?,
            subject: Subject::from_name(&subject).ok_or_else(|| bad("subject", &subject))?,
            code,
            bucket: text(),
            key: text(),
            version: text(),
            table: text(),
            item: text(),
            path: text(),
            file: text(),
            area: text(),
            value: text(),
            expected: text(),
            suggestion: text(),
            detail: text(),
            related: self.related(row).filter_map(|element| text_of(&self.related_texts, element)).collect(),
            row: number(&self.row),
            segment: self.segment.is_valid(row).then(|| self.segment.value(row)),
            size: number(&self.size),
            modified: self.modified.is_valid(row).then(|| self.modified.value(row)),
            count: number(&self.count),
            excused: self.excused.as_ref().and_then(|column| text_of(column, row)),
        })
    }

    /// Where a row's elements lie in `related_texts`.
    fn related(&self, row: usize) -> Range<usize> {
        let offset = |row: usize| self.related.value_offsets()[row] as usize;
        offset(row)..offset(row + 1)
    }
}

fn text_of(column: &StringArray, row: usize) -> Option<Text<'_>> {
    column.is_valid(row).then(|| Text::Borrowed(column.value(row)))
}
