//! A finding as bytes whose order is the order of findings: sorting and merging compare memory, nothing else.
//!
//! The identity comes first, then every other fact, so that the bytes give a total order: equal bytes, equal findings.
//! Text is written as 1, its bytes with each NUL as `00 FF`, and `00 00`; a number as 1 + its length in bytes and its
//! significant bytes, most significant first; what is absent as 0. Each of them ends before what follows can matter, and
//! absent comes before present.

use std::borrow::Cow;

use crate::model::finding::Text;
use crate::model::{Finding, Severity, Subject};

const ABSENT: u8 = 0;
const PRESENT: u8 = 1;
const NUL_STANDS: u8 = 0xFF;

/// Facts that are written together: one of these begins the identity, the others follow the code.
#[derive(Clone, Copy)]
enum Facts {
    /// `bucket`, `key`, `version`.
    Key,
    /// `table`, `item`, `path`.
    Record,
    /// `file`, `row`.
    File,
}

/// The facts of the identity, then the others.
const fn facts_of(subject: Subject) -> (Facts, [Facts; 2]) {
    match subject {
        Subject::Source => (Facts::File, [Facts::Key, Facts::Record]),
        Subject::Object | Subject::Folder | Subject::Migration | Subject::Configuration => {
            (Facts::Key, [Facts::Record, Facts::File])
        }
        Subject::Reference | Subject::Workflow => (Facts::Record, [Facts::Key, Facts::File]),
    }
}

/// Appends a finding's identity: what orders it, and by which two audits recognise it.
pub fn encode_identity(finding: &Finding<'_>, out: &mut Vec<u8>) {
    out.push(finding.subject as u8);
    put_facts(facts_of(finding.subject).0, finding, out);
    put_text(Some(&finding.code), out);
}

/// Appends a whole finding, its identity first.
pub fn encode(finding: &Finding<'_>, out: &mut Vec<u8>) {
    encode_identity(finding, out);
    for facts in facts_of(finding.subject).1 {
        put_facts(facts, finding, out);
    }
    out.push(finding.severity as u8);
    for text in [&finding.area, &finding.value, &finding.expected, &finding.suggestion, &finding.detail] {
        put_text(text.as_deref(), out);
    }
    for text in &finding.related {
        put_text(Some(text), out);
    }
    out.push(ABSENT);
    put_number(finding.segment.map(u64::from), out);
    put_number(finding.size, out);
    put_number(finding.modified.map(ordered), out);
    put_number(finding.count, out);
    put_text(finding.excused.as_deref(), out);
}

/// Reads what [`encode`] wrote; `None` for anything else.
pub fn decode(bytes: &[u8]) -> Option<Finding<'_>> {
    let mut reader = Reader { rest: bytes };
    let subject = *Subject::ALL.get(usize::from(reader.byte()?))?;
    let mut finding = Finding::new("", Severity::Ignore, subject);
    let (identity, others) = facts_of(subject);
    reader.facts(identity, &mut finding)?;
    finding.code = reader.text()??;
    for facts in others {
        reader.facts(facts, &mut finding)?;
    }
    finding.severity = *Severity::ALL.get(usize::from(reader.byte()?))?;
    finding.area = reader.text()?;
    finding.value = reader.text()?;
    finding.expected = reader.text()?;
    finding.suggestion = reader.text()?;
    finding.detail = reader.text()?;
    while let Some(text) = reader.text()? {
        finding.related.push(text);
    }
    finding.segment = reader.number()?.map(u32::try_from).transpose().ok()?;
    finding.size = reader.number()?;
    finding.modified = reader.number()?.map(|number| ordered(number.cast_signed()).cast_signed());
    finding.count = reader.number()?;
    finding.excused = reader.text()?;
    reader.rest.is_empty().then_some(finding)
}

/// Maps signed numbers to unsigned ones of the same order, and back.
const fn ordered(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

fn put_facts(facts: Facts, finding: &Finding<'_>, out: &mut Vec<u8>) {
    let texts = match facts {
        Facts::Key => [&finding.bucket, &finding.key, &finding.version],
        Facts::Record => [&finding.table, &finding.item, &finding.path],
        Facts::File => {
            put_text(finding.file.as_deref(), out);
            return put_number(finding.row, out);
        }
    };
    for text in texts {
        put_text(text.as_deref(), out);
    }
}

fn put_text(text: Option<&str>, out: &mut Vec<u8>) {
    let Some(text) = text else { return out.push(ABSENT) };
    out.push(PRESENT);
    let mut rest = text.as_bytes();
    while let Some(nul) = memchr::memchr(0, rest) {
        out.extend_from_slice(&rest[..=nul]);
        out.push(NUL_STANDS);
        rest = &rest[nul + 1..];
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(&[0, 0]);
}

fn put_number(number: Option<u64>, out: &mut Vec<u8>) {
    let Some(number) = number else { return out.push(ABSENT) };
    let length = 8 - number.leading_zeros() as usize / 8;
    out.push(PRESENT + length as u8);
    out.extend_from_slice(&number.to_be_bytes()[8 - length..]);
}

/// What is left to read. Each method's outer `None` means that the bytes are not ours.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<Option<Text<'a>>> {
        match self.byte()? {
            ABSENT => Some(None),
            PRESENT => {
                let plain = self.take(memchr::memchr(0, self.rest)?)?;
                match self.take(2)? {
                    [0, 0] => Some(Some(Cow::Borrowed(str::from_utf8(plain).ok()?))),
                    _ => self.text_with_nul(plain.to_vec()).map(Some),
                }
            }
            _ => None,
        }
    }

    /// The rest of a text whose first NUL has just been read.
    fn text_with_nul(&mut self, mut text: Vec<u8>) -> Option<Text<'a>> {
        loop {
            text.push(0);
            text.extend_from_slice(self.take(memchr::memchr(0, self.rest)?)?);
            if self.take(2)? == [0, 0] {
                return Some(Cow::Owned(String::from_utf8(text).ok()?));
            }
        }
    }

    fn number(&mut self) -> Option<Option<u64>> {
        let Some(length) = self.byte()?.checked_sub(PRESENT) else { return Some(None) };
        let start = 8_usize.checked_sub(usize::from(length))?;
        let mut bytes = [0; 8];
        bytes[start..].copy_from_slice(self.take(usize::from(length))?);
        Some(Some(u64::from_be_bytes(bytes)))
    }

    fn facts(&mut self, facts: Facts, finding: &mut Finding<'a>) -> Option<()> {
        let texts = match facts {
            Facts::Key => [&mut finding.bucket, &mut finding.key, &mut finding.version],
            Facts::Record => [&mut finding.table, &mut finding.item, &mut finding.path],
            Facts::File => {
                finding.file = self.text()?;
                finding.row = self.number()?;
                return Some(());
            }
        };
        for text in texts {
            *text = self.text()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::option::of;
    use proptest::prelude::*;

    use super::{decode, encode, encode_identity};
    use crate::model::finding::Text;
    use crate::model::{Finding, Severity, Subject};

    fn text() -> impl Strategy<Value = Option<Text<'static>>> {
        of("[a\u{0}\u{1}é/]{0,3}".prop_map(Text::from))
    }

    prop_compose! {
        fn finding()(
            subject in prop::sample::select(&Subject::ALL[..]), severity in prop::sample::select(&Severity::ALL[..]),
            code in "[RS][0-9]{0,2}", place in [text(), text(), text(), text(), text(), text(), text()], row in of(any::<u64>()),
            facts in [text(), text(), text(), text(), text()], related in prop::collection::vec("[a\u{0}]{0,2}", 0..3),
            segment in of(any::<u32>()), size in of(any::<u64>()), modified in of(any::<i64>()), count in of(any::<u64>()),
            excused in text(),
        ) -> Finding<'static> {
            let [bucket, key, version, table, item, path, file] = place;
            let [area, value, expected, suggestion, detail] = facts;
            let related = related.into_iter().map(Text::from).collect();
            Finding {
                code: code.into(), severity, subject, bucket, key, version, table, item, path, file, row, area, segment,
                value, expected, suggestion, detail, related, size, modified, count,
                excused,
            }
        }
    }

    fn identity<'f>(finding: &'f Finding<'_>) -> (Subject, [Option<&'f str>; 3], Option<u64>, &'f str) {
        let (texts, row) = match finding.subject {
            Subject::Source => ([&finding.file, &None, &None], finding.row),
            Subject::Reference | Subject::Workflow => ([&finding.table, &finding.item, &finding.path], None),
            _ => ([&finding.bucket, &finding.key, &finding.version], None),
        };
        (finding.subject, texts.map(Option::as_deref), row, &finding.code)
    }

    fn bytes(finding: &Finding<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(finding, &mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(finding in finding()) {
            let bytes = bytes(&finding);
            prop_assert_eq!(decode(&bytes), Some(finding));
        }

        #[test]
        fn the_order_of_bytes_is_the_order_of_identities(left in finding(), right in finding()) {
            let order = identity(&left).cmp(&identity(&right));
            prop_assert_eq!(bytes(&left).cmp(&bytes(&right)), order.then(bytes(&left).cmp(&bytes(&right))));
            let (mut left_identity, mut right_identity) = (Vec::new(), Vec::new());
            encode_identity(&left, &mut left_identity);
            encode_identity(&right, &mut right_identity);
            prop_assert_eq!(left_identity.cmp(&right_identity), order);
        }

        #[test]
        fn no_bytes_make_reading_panic(bytes in prop::collection::vec(0_u8..4, 0..64)) {
            if let Some(finding) = decode(&bytes) {
                let written = self::bytes(&finding);
                prop_assert_eq!(decode(&written), Some(finding));
            }
        }
    }
}
