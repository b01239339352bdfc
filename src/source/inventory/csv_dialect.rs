//! AWS's dialect of CSV: how a row in it is recognised, and how its fields are cut.

use memchr::{memchr, memchr3};

use super::columns::{Column, ColumnSet, Shape, is_bucket};
use super::csv_general::{GeneralCutter, Quoting};
use super::digits::leading_number;
use super::row::{Rejection, Row, Span, shown};
use super::time::FixedForm;
use crate::model::bytes::begins_with;

/// The columns of a part, and what its rows look like.
pub(super) struct Dialect {
    bucket: String,
    /// How many fields a row has.
    fields: usize,
    /// Whether those are more than the manifest names.
    is_widened: bool,
    bucket_field: Option<usize>,
    /// The fields that are read, in the order of the row: number from 0, and column.
    read: Vec<(usize, Column)>,
    /// `"bucket","`: what each row begins with where the bucket and the key are the first two columns.
    prefix: Option<Vec<u8>>,
    /// What is done with each field between the key and the tail.
    steps: Vec<Step>,
    /// From which of those that are read on all are steady: they belong to a row's tail.
    steady: usize,
    /// The field with which the tail begins.
    tail: usize,
    /// The tails of rows before, frequent ones in front, empty ones behind: most rows end as one of them.
    tails: [Tail; TAILS],
}

/// What is done with a field.
#[derive(Debug, Clone, Copy)]
enum Step {
    Skip,
    Size,
    LastModified,
    Other(Column),
}

/// How many tails are kept: there are as many as storage classes, and for each some more flags.
const TAILS: usize = 8;

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
        let step = |field| match read.iter().find(|(number, _)| *number == field) {
            None => Step::Skip,
            Some((_, Column::Size)) => Step::Size,
            Some((_, Column::LastModified)) => Step::LastModified,
            Some((_, column)) => Step::Other(*column),
        };
        Self {
            bucket: bucket.to_owned(),
            fields: columns.len(),
            is_widened: false,
            bucket_field,
            steps: (2..tail).map(step).collect(),
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
    ///
    /// Without quotes a comma in the key looks the same, and moves the fields behind it: they must be what they are named.
    pub(super) fn widen(&mut self, first: &GeneralCutter, quoting: Quoting) {
        let typed = self.read.iter().filter(|(_, column)| !matches!(column.shape(), Shape::Text | Shape::Key));
        let mut typed = typed.peekable();
        let fits =
            |&(field, column): &(usize, Column)| Row::default().take(column, first.text(), first.span(field)).is_ok();
        if first.len() > self.fields && (quoting == Quoting::Every || (typed.peek().is_some() && typed.all(fits))) {
            self.is_widened = true;
            self.fields = first.len();
            self.tails = Default::default();
        }
    }

    /// Cuts the row at the front of `text[start..]`; gives where the next one begins. `None` for a row that does not end in
    /// the text, that is not in this dialect, or that has a fault.
    #[inline]
    pub(super) fn cut(&mut self, text: &[u8], start: usize, row: &mut Row) -> Option<usize> {
        let prefix = self.prefix.as_deref().filter(|prefix| begins_with(&text[start..], prefix))?;
        let start = start + prefix.len();
        let stop = start + memchr3(b'"', b'%', b'+', &text[start..])?;
        row.is_encoded = text[stop] != b'"';
        let mut quote = if row.is_encoded { stop + memchr(b'"', &text[stop..])? } else { stop };
        row.key = Span { start, end: quote };
        for step in &self.steps {
            quote = step.take(text, quote, row)?;
        }
        let begins = |tail: &Tail| !tail.text.is_empty() && begins_with(&text[quote..], &tail.text);
        let Some(known) = self.tails.iter().position(begins) else { return self.cut_tail(text, quote, row) };
        self.tails.swap(known, known.saturating_sub(1));
        let tail = &self.tails[known.saturating_sub(1)];
        for &(column, Span { start, end }) in &tail.values {
            row.texts[column as usize] = Span { start: quote + start, end: quote + end };
        }
        Some(quote + tail.text.len())
    }

    /// Cuts a tail that is new, and keeps it.
    #[cold]
    fn cut_tail(&mut self, text: &[u8], start: usize, row: &mut Row) -> Option<usize> {
        // The rarest one goes, if there is no room.
        let place = self.tails.iter().position(|tail| tail.text.is_empty()).unwrap_or(TAILS - 1);
        let tail = &mut self.tails[place];
        tail.text.clear();
        tail.values.clear();
        let mut quote = start;
        for field in self.tail..self.fields {
            let span = next_field(text, quote)?;
            quote = span.end;
            if let Some((_, column)) = self.read[self.steady..].iter().find(|(number, _)| *number == field) {
                row.take(*column, text, span).ok()?;
                tail.values.push((*column, Span { start: span.start - start, end: span.end - start }));
            }
        }
        if *text[quote..].first_chunk()? != *b"\"\n" {
            return None;
        }
        let end = quote + 2;
        tail.text.extend_from_slice(&text[start..end]);
        // It is the rarest one no longer, so that new ones do not only replace each other.
        self.tails.swap(place, place.min(TAILS / 2));
        Some(end)
    }

    /// Takes the fields of a row that was cut the general way.
    ///
    /// # Errors
    ///
    /// Why the row is left out.
    pub(super) fn assign(&self, record: &GeneralCutter, row: &mut Row) -> Result<(), Rejection> {
        if record.len() != self.fields {
            let (has, fields) = (record.len(), self.fields);
            let asks = if self.is_widened { "the first row has" } else { "the manifest names" };
            return Err(Rejection(format!("the row has {has} fields, {asks} {fields}")));
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

impl Step {
    /// Takes the field behind the one that ends with the quote at `quote`; gives the quote that ends it.
    #[inline]
    fn take(self, text: &[u8], quote: usize, row: &mut Row) -> Option<usize> {
        let field = text[quote..].strip_prefix(b"\",\"")?;
        let usual = match self {
            Self::Skip => Some(find_quote(field)?),
            Self::Size => {
                let number = field.first_chunk().and_then(leading_number);
                number.map(|(length, size)| {
                    row.size = Some(size);
                    length
                })
            }
            Self::LastModified => {
                let time = field.first_chunk().and_then(|text| row.times.fixed_form(text));
                time.map(|time| {
                    row.last_modified = Some(time);
                    size_of::<FixedForm>()
                })
            }
            Self::Other(_) => None,
        };
        match usual {
            Some(length) if field.get(length) == Some(&b'"') => Some(quote + 3 + length),
            _ => self.take_any(text, quote, row),
        }
    }

    /// Takes a field however it is written.
    fn take_any(self, text: &[u8], quote: usize, row: &mut Row) -> Option<usize> {
        let span = next_field(text, quote)?;
        let column = match self {
            Self::Skip => return Some(span.end),
            Self::Size => Column::Size,
            Self::LastModified => Column::LastModified,
            Self::Other(column) => column,
        };
        row.take(column, text, span).ok().map(|()| span.end)
    }
}

/// The field behind the one that ends with the quote at `quote`.
#[inline]
fn next_field(text: &[u8], quote: usize) -> Option<Span> {
    if *text[quote..].first_chunk()? != *b"\",\"" {
        return None;
    }
    let start = quote + 3;
    Some(Span { start, end: start + find_quote(&text[start..])? })
}

/// Where the first quote is.
///
/// Fields are so short that a search of its own for each is the quickest way through all of them.
fn find_quote(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    // No early end within a block: it is a few instructions for all of it.
    let holds_quote = |block: &[u8; 16]| block.map(|byte| u8::from(byte == b'"')) != [0; 16];
    let (blocks, rest) = text.as_chunks();
    let Some(block) = blocks.iter().position(holds_quote) else {
        return Some(text.len() - rest.len() + rest.iter().position(|byte| *byte == b'"')?);
    };
    let place = |word: [u8; 8]| {
        let word = u64::from_le_bytes(word) ^ (ONES * b'"' as u64);
        // The highest bit of each byte that is zero, and perhaps of bytes above the lowest such one.
        let found = word.wrapping_sub(ONES) & !word & (ONES << 7);
        found.trailing_zeros() as usize / 8
    };
    let (words, _) = blocks[block].as_chunks();
    let first = place(words[0]);
    Some(16 * block + if first < 8 { first } else { 8 + place(words[1]) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::TestCaseError;

    use super::{Dialect, Row, TAILS};
    use crate::source::inventory::columns::{Column, ColumnSet};
    use crate::source::inventory::csv_general::{Cut, GeneralCutter};

    /// What a row came to: its values as text.
    fn values(row: &Row, text: &[u8]) -> String {
        let texts = [row.key, row.texts[Column::VersionId as usize], row.texts[Column::StorageClass as usize]];
        let texts = texts.map(|span| String::from_utf8_lossy(span.of(text)));
        format!("{texts:?} {:?} {:?} {:?}", row.is_latest, row.size, row.last_modified)
    }

    fn dialect(columns: &[&str]) -> Dialect {
        let columns: Vec<String> = columns.iter().copied().map(String::from).collect();
        Dialect::new("b", &columns, ColumnSet::ALL)
    }

    const SHORT: &[&str] = &["Bucket", "Key", "Size", "Colour", "StorageClass", "ObjectOwner"];
    const LONG: &[&str] =
        &["Bucket", "Key", "VersionId", "IsLatest", "Size", "LastModifiedDate", "ETag", "StorageClass", "ObjectOwner"];

    /// Every row that is cut the fast way is cut the same the general way; gives how many there are.
    fn agree(columns: &[&str], rows: &[String]) -> Result<usize, TestCaseError> {
        let text = rows.join("\n") + "\nnext";
        let (mut dialect, mut start, mut cut) = (dialect(columns), 0, 0);
        let mut fast = Row::default();
        while let Some(next) = dialect.cut(text.as_bytes(), start, &mut fast) {
            let mut general = GeneralCutter::new();
            prop_assert_eq!(general.cut(&text.as_bytes()[start..], true), Cut::Record(next - start));
            let mut slow = Row::default();
            prop_assert_eq!(dialect.assign(&general, &mut slow), Ok(()));
            prop_assert_eq!(values(&fast, text.as_bytes()), values(&slow, general.text()));
            prop_assert_eq!(fast.is_encoded, fast.key.of(text.as_bytes()).iter().any(|byte| b"%+".contains(byte)));
            (start, cut) = (next, cut + 1);
        }
        Ok(cut)
    }

    proptest! {
        /// A row is cut the fast way only if the general way cuts it the same, whatever rows came before.
        #[test]
        fn both_ways_agree(
            rows in proptest::collection::vec(r#"("b","[a,"%+]{0,9}")(,"[a,"]{0,5}"|,"[0-9"]{0,3}"|[",a\r]){0,6}"#, 1..4)
        ) {
            agree(SHORT, &rows)?;
        }

        #[test]
        fn both_ways_agree_on_rows_that_are_nearly_right(
            rows in proptest::collection::vec(
                r#""b","k[a%+]{0,3}","[vé]{0,2}","(true|FALSE|no|)","([0-9]{0,4}|[0-9]{14,18}|2E\+1|[0-9]:)","(2024-05-0[67]T22:37:[4-6][0-9]\.0[0-9]0Z|2024-05-06T22:37:48Z|)","[0-9a-f]{0,40}","(STANDARD|GLACIER|X)","o""#,
                1..9,
            )
        ) {
            agree(LONG, &rows)?;
        }
    }

    #[test]
    fn a_row_of_a_versioned_bucket_is_cut_the_fast_way() {
        let row = r#""b","k+","v","true","20","2024-05-06T22:37:48.000Z","e","STANDARD","o""#.to_owned();
        assert_eq!(agree(LONG, &[row.clone(), row]).unwrap(), 2);
    }

    #[test]
    fn tails_that_take_turns_are_all_kept() {
        let mut dialect = dialect(SHORT);
        let mut row = Row::default();
        for class in ["A", "B", "C", "D", "A", "B", "A", "B", "C", "D"].repeat(2) {
            let text = format!("\"b\",\"k\",\"5\",\"\",\"{class}\",\"o\"\n");
            assert_eq!(dialect.cut(text.as_bytes(), 0, &mut row), Some(text.len()));
        }
        assert_eq!(dialect.tails.iter().filter(|tail| !tail.text.is_empty()).count(), 4);
    }

    #[test]
    fn the_newest_tail_is_never_the_next_to_go() {
        let (mut dialect, mut row) = (dialect(SHORT), Row::default());
        let cut = |class: usize| {
            let text = format!("\"b\",\"k\",\"5\",\"\",\"{class}\",\"o\"\n");
            dialect.cut(text.as_bytes(), 0, &mut row).unwrap();
            dialect.tails.iter().any(|tail| tail.text.ends_with(format!("\"{}\",\"o\"\n", class.max(1) - 1).as_bytes()))
        };
        assert!((0..5 * TAILS).all(cut));
    }

    #[test]
    fn a_row_as_aws_writes_it_is_cut_the_fast_way() {
        let row = r#""b","folder/a+b.jpg","5","red","d41d8cd98f00b204e9800998ecf8427e","owner""#;
        let text = format!("{row}\n").into_bytes();
        let (mut dialect, mut cut) = (dialect(SHORT), Row::default());
        // The second time it ends as the row before.
        for _ in 0..2 {
            assert_eq!(dialect.cut(&text, 0, &mut cut), Some(text.len()));
            assert!(cut.is_encoded);
            for end in 0..text.len() {
                assert_eq!(dialect.cut(&text[..end], 0, &mut cut), None, "cut short at {end}");
            }
        }
        assert_eq!(
            values(&cut, &text),
            r#"["folder/a+b.jpg", "", "d41d8cd98f00b204e9800998ecf8427e"] None Some(5) None"#
        );
    }

    #[test]
    fn a_row_with_a_fault_is_left_to_the_general_way() {
        let rows =
            [&b"\"5\",\"red\",\"OK"[..], b"\"5\",\"red\",\"\xff", b"\"2E+1\",\"red\",\"OK", b"\"five\",\"red\",\"OK"];
        let (mut dialect, mut row) = (dialect(SHORT), Row::default());
        let mut fits = |middle: &[u8]| {
            let text = [b"\"b\",\"a\",", middle, b"\",\"owner\"\n"].concat();
            dialect.cut(&text, 0, &mut row).map(|next| (next == text.len(), row.size))
        };
        for _ in 0..2 {
            let all = rows.map(&mut fits);
            assert_eq!(all, [Some((true, Some(5))), None, Some((true, Some(20))), None]);
        }
    }
}
