//! The general way to cut a CSV record, for whatever is not in AWS's own dialect: unquoted fields, doubled
//! quotes, line breaks within quotes, CRLF.

use csv_core::{ReadRecordResult, Reader};
use memchr::{memchr, memchr3};

use super::row::Span;

/// Cuts RFC 4180 records; keeps its memory between them.
pub(super) struct GeneralCutter {
    reader: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
}

/// What stands at the front of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// A record; so many bytes are its own.
    Record(usize),
    /// Only blank lines; so many bytes.
    Blank(usize),
    /// A record that does not end here.
    More,
}

impl GeneralCutter {
    pub(super) fn new() -> Self {
        Self { reader: Reader::new(), text: vec![0; 4_096], ends: vec![0; 64], fields: 0 }
    }

    /// Cuts the first record; `last` says that nothing follows the input.
    pub(super) fn cut(&mut self, input: &[u8], last: bool) -> Cut {
        self.reader.reset();
        let (mut read, mut written, mut ended) = (0, 0, 0);
        loop {
            let (result, taken, made, fields) =
                self.reader.read_record(&input[read..], &mut self.text[written..], &mut self.ends[ended..]);
            read += taken;
            written += made;
            ended += fields;
            match result {
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                // An empty input tells the reader that nothing follows.
                ReadRecordResult::InputEmpty if last => {}
                ReadRecordResult::InputEmpty => return Cut::More,
                ReadRecordResult::Record => {
                    self.fields = ended;
                    return Cut::Record(read);
                }
                ReadRecordResult::End => return Cut::Blank(read),
            }
        }
    }

    /// How many fields the record has.
    pub(super) fn len(&self) -> usize {
        self.fields
    }

    /// The text that spans of this record refer to.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// A field, from 0.
    pub(super) fn span(&self, field: usize) -> Span {
        let start = if field == 0 { 0 } else { self.ends[field - 1] };
        Span { start, end: self.ends[field] }
    }
}

/// How the fields of a record are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Every field in quotes, as AWS does.
    Every,
    /// Some field without: a comma in it looks like another field.
    Some,
}

/// How a record is quoted that was cut.
///
/// # Errors
///
/// A quote that is never closed, or closed in the middle of a field: the reader goes over both.
pub(super) fn check_quotes(record: &[u8]) -> Result<Quoting, &'static str> {
    let (mut rest, mut quoting) = (record, Quoting::Every);
    loop {
        match rest.split_first() {
            Some((b'"', field)) => rest = behind_quoted(field)?,
            _ => {
                quoting = Quoting::Some;
                rest = &rest[memchr3(b',', b'\n', b'\r', rest).unwrap_or(rest.len())..];
            }
        }
        match rest.split_first() {
            Some((b',', next)) => rest = next,
            _ => return Ok(quoting),
        }
    }
}

/// What stands behind a field of which the first quote was taken.
fn behind_quoted(mut field: &[u8]) -> Result<&[u8], &'static str> {
    loop {
        let quote = memchr(b'"', field).ok_or("a quote is never closed")?;
        field = &field[quote + 1..];
        match field.first() {
            Some(b'"') => field = &field[1..],
            None | Some(b',' | b'\n' | b'\r') => return Ok(field),
            Some(_) => return Err("text stands behind a closing quote"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, GeneralCutter, Quoting, check_quotes};

    #[test]
    fn quotes_end_where_fields_do() {
        for (record, quoting) in [
            ("\"a\",\"\"\n", Ok(Quoting::Every)),
            ("\"a\"\"b\",\"c,d\n\"\r\n", Ok(Quoting::Every)),
            ("a,\"b\"", Ok(Quoting::Some)),
            ("\"a\",\n", Ok(Quoting::Some)),
            ("a\"b,c", Ok(Quoting::Some)),
            ("\"a\",\"open\n", Err("a quote is never closed")),
            ("\"a\"b\"\n", Err("text stands behind a closing quote")),
        ] {
            assert_eq!(check_quotes(record.as_bytes()), quoting, "{record:?}");
        }
    }

    #[test]
    fn records_are_cut_as_rfc_4180_says() {
        let mut cutter = GeneralCutter::new();
        for (input, fields) in [
            ("a,b\n", vec!["a", "b"]),
            ("\"a\"\"b\",\"c,d\"\r\nnext", vec!["a\"b", "c,d"]),
            ("\n\r\n\"two\nlines\",\n", vec!["two\nlines", ""]),
        ] {
            assert!(matches!(cutter.cut(input.as_bytes(), false), Cut::Record(_)), "{input:?}");
            let cut: Vec<_> = (0..cutter.len()).map(|field| cutter.span(field).of(cutter.text())).collect();
            assert_eq!(cut, fields.iter().map(|field| field.as_bytes()).collect::<Vec<_>>());
        }
        assert_eq!(cutter.cut(b"\"open", false), Cut::More);
        assert_eq!(cutter.cut(b"\"open", true), Cut::Record(5));
        assert_eq!(cutter.cut(b"\n\n", true), Cut::Blank(2));
    }
}
