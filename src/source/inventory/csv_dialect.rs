//! AWS's dialect of CSV: how a row in it is recognised, and how its fields are cut.

use memchr::{memchr, memchr3};

use super::columns::{Column, ColumnSet, is_bucket};
use super::csv_general::GeneralCutter;
use super::row::{Rejection, Row, Span, shown};

/// The columns of a part, and what its rows look like.
pub(super) struct Dialect {
    bucket: String,
    /// How many fields a row has.
    fields: usize,
    bucket_field: Option<usize>,
    /// The fields that are read, in the order of the row: number from 0, and column.
    read: Vec<(usize, Column)>,
    /// `"bucket","`: what each row begins with where the bucket and the key are the first two columns.
    prefix: Option<Vec<u8>>,
    /// From which of them on all are steady: they belong to a row's tail.
    steady: usize,
    /// The field with which the tail begins.
    tail: usize,
    /// The tails of two rows before: most rows end as one of them.
    tails: [Tail; 2],
}

/// How a row ended.
#[derive(Default)]
struct Tail {
    /// From the quote in front of it to the line's end.
    text: Vec<u8>,
    /// The values in it, and where each stands in the text.
    values: Vec<(Column, Span)>,
}

impl Dialect {
    /// For the columns that a manifest names and those that a caller wants.
    ///
    /// The version is read wherever there is one: two rows of one key are duplicates only with the same version.
    pub(super) fn new(bucket: &str, columns: &[String], wanted: ColumnSet) -> Self {
        let read_columns = wanted.with(Column::Key).with(Column::VersionId);
        let mut seen = ColumnSet::default();
        let mut read = Vec::new();
        for (field, name) in columns.iter().enumerate() {
            if let Some(column) = Column::named(name)
                && read_columns.contains(column)
                && !seen.contains(column)
            {
                seen = seen.with(column);
                read.push((field, column));
            }
        }
        let bucket_field = columns.iter().position(|name| is_bucket(name));
        let usual = bucket_field == Some(0) && read.first() == Some(&(1, Column::Key));
        let steady = read.iter().rposition(|(_, column)| !column.is_steady()).map_or(0, |last| last + 1);
        let tail =
            read.get(steady).or(read.last()).map_or(0, |&(field, column)| field + usize::from(!column.is_steady()));
        Self {
            bucket: bucket.to_owned(),
            fields: columns.len(),
            bucket_field,
            prefix: usual.then(|| format!("\"{bucket}\",\"").into_bytes()),
            read,
            steady,
            tail,
            tails: Default::default(),
        }
    }

    /// The columns that are read.
    pub(super) fn columns(&self) -> ColumnSet {
        self.read.iter().map(|(_, column)| *column).collect()
    }

    /// Makes room for fields behind those that the manifest names, where a part's first row has some: a producer that
    /// wrote a column more wrote it into every row. They are skipped.
    pub(super) fn widen(&mut self, fields: usize) {
        self.fields = self.fields.max(fields);
        self.tails = Default::default();
    }

    /// Cuts the row at the front of `text[start..]`.
    ///
    /// `None` for a row that is not in this dialect or does not end in the text; else where the next row begins, and
    /// whether the key is encoded, or why the row is left out.
    pub(super) fn cut(&mut self, text: &[u8], start: usize, row: &mut Row) -> Option<(usize, Result<bool, Rejection>)> {
        let prefix = self.prefix.as_deref()?;
        if !text[start..].starts_with(prefix) {
            return None;
        }
        let start = start + prefix.len();
        let stop = start + memchr3(b'"', b'%', b'+', &text[start..])?;
        let encoded = text[stop] != b'"';
        let mut quote = if encoded { stop + memchr(b'"', &text[stop..])? } else { stop };
        row.key = Span { start, end: quote };
        let mut field = 2;
        let mut rejected = Ok(encoded);
        for &(number, column) in &self.read[1..self.steady] {
            quote = skip(text, quote, &mut field, number)?;
            let span = next_field(text, quote)?;
            (quote, field) = (span.end, field + 1);
            if let Err(rejection) = row.take(column, text, span) {
                // Rows out of this dialect have other faults first.
                rejected = rejected.and(Err(rejection));
            }
        }
        let start = skip(text, quote, &mut field, self.tail)?;
        let begins = |tail: &&Tail| !tail.text.is_empty() && text[start..].starts_with(&tail.text);
        if let Some(known) = self.tails.iter().position(|tail| begins(&tail)) {
            // The one that came last is tried first.
            self.tails.swap(0, known);
            let tail = &self.tails[0];
            for &(column, Span { start: from, end: to }) in &tail.values {
                row.texts[column as usize] = Span { start: start + from, end: start + to };
            }
            return Some((start + tail.text.len(), rejected));
        }
        let (end, cut) = self.cut_tail(text, start, field, row)?;
        Some((end, rejected.and_then(|encoded| cut.map(|()| encoded))))
    }

    /// Cuts a tail that is new, and keeps it if it has no fault.
    fn cut_tail(
        &mut self,
        text: &[u8],
        start: usize,
        mut field: usize,
        row: &mut Row,
    ) -> Option<(usize, Result<(), Rejection>)> {
        let Self { tails, read, .. } = self;
        // The older one goes.
        let tail = &mut tails[1];
        tail.text.clear();
        tail.values.clear();
        let (mut quote, mut rejected) = (start, Ok(()));
        for &(number, column) in &read[self.steady..] {
            quote = skip(text, quote, &mut field, number)?;
            let span = next_field(text, quote)?;
            (quote, field) = (span.end, field + 1);
            rejected = rejected.and(row.take(column, text, span));
            tail.values.push((column, Span { start: span.start - start, end: span.end - start }));
        }
        quote = skip(text, quote, &mut field, self.fields)?;
        if *text[quote..].first_chunk()? != *b"\"\n" {
            return None;
        }
        let end = quote + 2;
        if rejected.is_ok() {
            tail.text.extend_from_slice(&text[start..end]);
            tails.swap(0, 1);
        }
        Some((end, rejected))
    }

    /// Takes the fields of a row that was cut the general way.
    ///
    /// # Errors
    ///
    /// Why the row is left out.
    pub(super) fn assign(&self, record: &GeneralCutter, row: &mut Row) -> Result<(), Rejection> {
        if record.len() != self.fields {
            let (has, names) = (record.len(), self.fields);
            return Err(Rejection(format!("the row has {has} fields, the manifest names {names}")));
        }
        if let Some(field) = self.bucket_field {
            let bucket = record.span(field).of(record.text());
            if bucket != self.bucket.as_bytes() {
                let shown = shown(bucket);
                return Err(Rejection(format!("the row belongs to bucket `{shown}`, not `{}`", self.bucket)));
            }
        }
        for &(field, column) in &self.read {
            row.take(column, record.text(), record.span(field))?;
        }
        Ok(())
    }
}

/// Skips the fields in front of the one with a number; gives the quote that ends the last of them.
///
/// Fields are so short that a search of its own for each is the quickest way through all of them.
#[inline]
fn skip(text: &[u8], mut quote: usize, field: &mut usize, number: usize) -> Option<usize> {
    while *field < number {
        quote = next_field(text, quote)?.end;
        *field += 1;
    }
    Some(quote)
}

/// The field behind the one that ends with the quote at `quote`.
#[inline]
fn next_field(text: &[u8], quote: usize) -> Option<Span> {
    if *text[quote..].first_chunk()? != *b"\",\"" {
        return None;
    }
    let start = quote + 3;
    Some(Span { start, end: find_quote(text, start)? })
}

/// The first quote from `at` on.
fn find_quote(text: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    while let Some(chunk) = text.get(at..)?.first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk) ^ (ONES * b'"' as u64);
        // The highest bit of each byte that is zero, and perhaps of bytes above the lowest such one.
        let found = word.wrapping_sub(ONES) & !word & (ONES << 7);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    Some(at + text[at..].iter().position(|byte| *byte == b'"')?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Dialect, Row};
    use crate::source::inventory::columns::{Column, ColumnSet};
    use crate::source::inventory::csv_general::{Cut, GeneralCutter};

    /// What a row came to: its values as text, or nothing where it is left out.
    fn values(row: &Row, text: &[u8]) -> String {
        let texts =
            [row.key, row.texts[Column::StorageClass as usize]].map(|span| String::from_utf8_lossy(span.of(text)));
        format!("{texts:?} {:?}", row.size)
    }

    fn dialect() -> Dialect {
        let columns = ["Bucket", "Key", "Size", "Colour", "StorageClass", "ObjectOwner"].map(String::from);
        Dialect::new("b", &columns, ColumnSet::ALL)
    }

    proptest! {
        /// A row is cut the fast way only if the general way cuts it the same, whatever rows came before.
        #[test]
        fn both_ways_agree(
            rows in proptest::collection::vec(r#"("b","[a,"%+]{0,9}")(,"[a,"]{0,5}"|,"[0-9"]{0,3}"|[",a\r]){0,6}"#, 1..4)
        ) {
            let text = rows.join("\n") + "\nnext";
            let (mut dialect, mut start) = (dialect(), 0);
            let mut fast = Row::default();
            while let Some((next, cut)) = dialect.cut(text.as_bytes(), start, &mut fast) {
                let mut general = GeneralCutter::new();
                prop_assert_eq!(general.cut(&text.as_bytes()[start..], true), Cut::Record(next - start));
                let mut slow = Row::default();
                let assigned = dialect.assign(&general, &mut slow);
                prop_assert_eq!(cut.map(drop), assigned.clone());
                if assigned.is_ok() {
                    prop_assert_eq!(values(&fast, text.as_bytes()), values(&slow, general.text()));
                }
                start = next;
            }
        }
    }

    #[test]
    fn a_row_as_aws_writes_it_is_cut_the_fast_way() {
        let row = r#""b","folder/a+b.jpg","5","red","d41d8cd98f00b204e9800998ecf8427e","owner""#;
        let text = format!("{row}\n").into_bytes();
        let (mut dialect, mut cut) = (dialect(), Row::default());
        // The second time it ends as the row before.
        for _ in 0..2 {
            assert_eq!(dialect.cut(&text, 0, &mut cut), Some((text.len(), Ok(true))));
            for end in 0..text.len() {
                assert_eq!(dialect.cut(&text[..end], 0, &mut cut), None, "cut short at {end}");
            }
        }
        assert_eq!(values(&cut, &text), r#"["folder/a+b.jpg", "d41d8cd98f00b204e9800998ecf8427e"] Some(5)"#);
    }

    #[test]
    fn a_tail_with_a_fault_is_told_of_every_row() {
        let rows = [&b"OK"[..], b"\xff", b"OK", b"\xff", b"\xff"];
        let (mut dialect, mut text) = (dialect(), Vec::new());
        for class in rows {
            text.extend_from_slice(&[b"\"b\",\"a\",\"5\",\"red\",\"", class, b"\",\"owner\"\n"].concat());
        }
        let (mut start, mut row) = (0, Row::default());
        for class in rows {
            let (next, cut) = dialect.cut(&text, start, &mut row).unwrap();
            assert_eq!(cut.is_ok(), class == b"OK", "{class:?}");
            if cut.is_ok() {
                assert_eq!(row.texts[Column::StorageClass as usize].of(&text), class);
            }
            start = next;
        }
        assert_eq!(start, text.len());
    }
}
