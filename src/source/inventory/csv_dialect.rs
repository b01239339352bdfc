//! AWS's dialect of CSV: how a row in it is recognised, and how its fields are cut.

use std::ops::Range;

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
        Self {
            bucket: bucket.to_owned(),
            fields: columns.len(),
            bucket_field,
            prefix: usual.then(|| format!("\"{bucket}\",\"").into_bytes()),
            read,
        }
    }

    /// The columns that are read.
    pub(super) fn columns(&self) -> ColumnSet {
        self.read.iter().map(|(_, column)| *column).collect()
    }

    /// Cuts the row in `line`, which ends in front of its line break.
    ///
    /// `None` for a row that is not in this dialect; else whether its key is encoded, or why the row is left out.
    pub(super) fn cut(&self, block: &[u8], line: Range<usize>, row: &mut Row) -> Option<Result<bool, Rejection>> {
        let prefix = self.prefix.as_deref()?;
        let text = &block[..line.end];
        if !text[line.start..].starts_with(prefix) {
            return None;
        }
        let start = line.start + prefix.len();
        let stop = start + memchr3(b'"', b'%', b'+', &text[start..])?;
        let encoded = text[stop] != b'"';
        let end = if encoded { stop + memchr(b'"', &text[stop..])? } else { stop };
        if !is_regular(block, end..line.end, self.fields - 2) {
            return None;
        }
        row.key = Span { start, end };
        // A regular row has a closing quote for every field, three bytes before the next field's text.
        let (mut field, mut quote) = (1, end);
        for &(number, column) in &self.read[1..] {
            let mut start = quote;
            while field < number {
                start = quote + 3;
                quote = start + memchr(b'"', &text[start..])?;
                field += 1;
            }
            if let Err(rejection) = row.take(column, text, Span { start, end: quote }) {
                return Some(Err(rejection));
            }
        }
        Some(Ok(encoded))
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

/// How many bytes are counted at once.
const LANES: usize = 32;

/// Whether `rest`, which begins with the quote that closes a field, is exactly so many further quoted fields.
///
/// Counts the quotes, the separators `","`, and the separators that a comma follows. If there are `fields` separators
/// and twice as many quotes and one more, and no two separators share a quote (they would be `",","`), and the
/// last quote is in none (it would follow a comma that follows a quote), then each quote is accounted for and none
/// lies within a field. A counting loop without branches costs a tenth of a search for each quote.
pub(super) fn is_regular(block: &[u8], rest: Range<usize>, fields: usize) -> bool {
    let Range { start, end } = rest;
    if end < LANES || end + 3 > block.len() || start >= end || block[end - 1] != b'"' {
        return false;
    }
    if end - start > 3 && block[end - 3..end] == *b"\",\"" {
        return false;
    }
    let mut counts = Counts::default();
    let mut at = start;
    while at + LANES <= end {
        counts.add(&block[at..], 0);
        at += LANES;
    }
    if at < end {
        // The last window reaches back; what was counted already is left out.
        counts.add(&block[end - LANES..], (at + LANES - end) as u8);
    }
    counts.doubtful == 0 && counts.separators as usize == fields && counts.quotes as usize == 2 * fields + 1
}

#[derive(Default)]
struct Counts {
    quotes: u32,
    separators: u32,
    doubtful: u32,
}

impl Counts {
    /// Counts in the lanes from `skip` on.
    #[inline]
    fn add(&mut self, window: &[u8], skip: u8) {
        let Some(window) = window.first_chunk::<{ LANES + 3 }>() else { return };
        let (mut quotes, mut separators, mut doubtful) = (0_u8, 0_u8, 0_u8);
        for lane in 0..LANES {
            let quote = u8::from(window[lane] == b'"') & u8::from(lane as u8 >= skip);
            let separator = quote & u8::from(window[lane + 1] == b',') & u8::from(window[lane + 2] == b'"');
            quotes += quote;
            separators += separator;
            doubtful += separator & u8::from(window[lane + 3] == b',');
        }
        self.quotes += u32::from(quotes);
        self.separators += u32::from(separators);
        self.doubtful += u32::from(doubtful);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Dialect, Row};
    use crate::source::inventory::columns::{Column, ColumnSet};
    use crate::source::inventory::csv_general::{Cut, GeneralCutter};

    /// What a row came to: its values as text, or nothing where it is left out.
    fn values(row: &Row, text: &[u8]) -> String {
        let texts = [row.key, row.texts[Column::ETag as usize]].map(|span| String::from_utf8_lossy(span.of(text)));
        format!("{texts:?} {:?}", row.size)
    }

    fn dialect() -> Dialect {
        let columns = ["Bucket", "Key", "Size", "Colour", "ETag", "ObjectOwner"].map(String::from);
        Dialect::new("b", &columns, ColumnSet::ALL)
    }

    proptest! {
        /// A row is cut the fast way only if the general way cuts it the same.
        #[test]
        fn both_ways_agree(row in r#"("b","[a,"%+]{0,9}")(,"[a,"]{0,5}"|,"[0-9"]{0,3}"|[",a\r]){0,6}"#) {
            // The window reaches back in front of the row.
            let block = format!("{}{row}\n{}", "\n".repeat(40), " ".repeat(64)).into_bytes();
            let dialect = dialect();
            let mut fast = Row::default();
            if let Some(cut) = dialect.cut(&block, 40..40 + row.len(), &mut fast) {
                let mut general = GeneralCutter::new();
                let line = format!("{row}\n");
                prop_assert_eq!(general.cut(line.as_bytes(), true), Cut::Record(line.len()));
                let mut slow = Row::default();
                let assigned = dialect.assign(&general, &mut slow);
                match cut {
                    Ok(_) => prop_assert!(assigned.is_ok()),
                    Err(rejection) => prop_assert_eq!(Err(rejection), assigned),
                }
                if assigned_ok(&dialect, &general) {
                    prop_assert_eq!(values(&fast, &block), values(&slow, general.text()));
                }
            }
        }
    }

    fn assigned_ok(dialect: &Dialect, general: &GeneralCutter) -> bool {
        dialect.assign(general, &mut Row::default()).is_ok()
    }

    #[test]
    fn a_row_as_aws_writes_it_is_cut_the_fast_way() {
        let row = r#""b","folder/a+b.jpg","5","red","d41d8cd98f00b204e9800998ecf8427e","owner""#;
        let block = format!("{row}\n{}", " ".repeat(64)).into_bytes();
        let mut cut = Row::default();
        assert_eq!(dialect().cut(&block, 0..row.len(), &mut cut), Some(Ok(true)));
        assert_eq!(values(&cut, &block), r#"["folder/a+b.jpg", "d41d8cd98f00b204e9800998ecf8427e"] Some(5)"#);
    }
}
