//! The general way to cut a CSV record, for whatever is not in AWS's own dialect: unquoted fields, doubled
//! quotes, line breaks within quotes, CRLF.

use csv_core::{ReadRecordResult, Reader};

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

#[cfg(test)]
mod tests {
    use super::{Cut, GeneralCutter};

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
