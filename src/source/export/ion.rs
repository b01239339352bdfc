//! Ion text as DynamoDB exports it, `$ion_1_0 {Item:{id:"1",price:2d3,…}}`, parsed straight onto the tape of an [`Item`].
//!
//! Only what AWS's writer is known to write is read here; whatever else Ion allows, and every error, is left to the
//! general reader (`ion_general.rs`). A property test compares both.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::dynamodb_json::{MAX_DEPTH, plain_length};
use super::ion_records::VERSION;
use super::item::{Item, Node, Text, ValueKind};
use super::number::{is_normal, push_normal};
use crate::source::input::hex_digit;

/// Maps around an item: the record itself, its wrapper, its image.
const AROUND: u8 = 3;

/// The deepest nesting of a record.
pub(super) const DEEPEST: u8 = MAX_DEPTH + AROUND;

impl Item {
    /// Reads a record; its root is the whole record, a map.
    pub(super) fn parse_ion(&mut self, record: &[u8]) -> Result<(), String> {
        let text = simdutf8::compat::from_utf8(record)
            .map_err(|error| format!("byte {}: this is not UTF-8", error.valid_up_to() + 1))?;
        self.begin(text);
        let mut parser = Parser { text: text.as_bytes(), at: 0, decoded: &mut self.decoded, nodes: &mut self.nodes };
        if text.len() < u32::MAX as usize && parser.record().is_some() {
            return Ok(());
        }
        self.begin(text);
        self.parse_ion_generally()
    }
}

/// Whether a record holds nothing: no value, at most the version marker.
pub(super) fn is_blank(record: &[u8]) -> bool {
    let mut rest = record.trim_ascii();
    while let Some(behind) = rest.strip_prefix(VERSION) {
        rest = behind.trim_ascii_start();
    }
    rest.is_empty()
}

struct Parser<'a> {
    text: &'a [u8],
    /// The next byte, from 0.
    at: usize,
    decoded: &'a mut String,
    nodes: &'a mut Vec<Node>,
}

/// `None` is: this is for the general reader.
impl Parser<'_> {
    fn record(&mut self) -> Option<()> {
        self.skip_space();
        if self.text[self.at..].starts_with(VERSION) {
            self.at += VERSION.len();
            let before = self.at;
            self.skip_space();
            if self.at == before {
                return None;
            }
        }
        if self.text.get(self.at) != Some(&b'{') {
            return None;
        }
        self.value(Text::default(), 0)?;
        self.skip_space();
        (self.at == self.text.len() && self.nodes.first()?.kind == ValueKind::M).then_some(())
    }

    fn value(&mut self, name: Text, depth: u8) -> Option<()> {
        self.skip_space();
        match *self.text.get(self.at)? {
            b'{' if self.text.get(self.at + 1) == Some(&b'{') => self.blob(name),
            b'{' => {
                let node = self.open(ValueKind::M, name, depth)?;
                self.list(node, b'}', |parser| {
                    parser.skip_space();
                    let name = parser.name()?;
                    parser.skip_space();
                    parser.take(b':')?;
                    parser.value(name, depth + 1)
                })
            }
            b'[' => {
                let node = self.open(ValueKind::L, name, depth)?;
                self.list(node, b']', |parser| parser.value(Text::default(), depth + 1))
            }
            b'"' => {
                let text = self.quoted(b'"')?;
                self.scalar(ValueKind::S, name, text)
            }
            b'$' => self.set(name, depth),
            b'-' | b'0'..=b'9' => self.number(name),
            _ => self.word(name),
        }
    }

    /// `$dynamodb_SS::[…]`.
    fn set(&mut self, name: Text, depth: u8) -> Option<()> {
        self.text[self.at..].starts_with(b"$dynamodb_").then_some(())?;
        let tag = self.text.get(self.at + 10..self.at + 12)?;
        let kind = ValueKind::of_tag(tag)?;
        let element = kind.element()?;
        self.at += 12;
        self.text[self.at..].starts_with(b"::[").then_some(())?;
        self.at += 2;
        let node = self.open(kind, name, depth)?;
        self.list(node, b']', |parser| {
            let node = parser.nodes.len();
            parser.value(Text::default(), MAX_DEPTH + AROUND)?;
            (parser.nodes.get(node)?.kind == element).then_some(())
        })
    }

    /// Puts a map, a list or a set on the tape and steps behind its bracket.
    fn open(&mut self, kind: ValueKind, name: Text, depth: u8) -> Option<usize> {
        if depth >= DEEPEST {
            return None;
        }
        let node = self.nodes.len();
        self.nodes.push(Node { kind, name, text: Text::default(), count: 0, after: 0 });
        self.at += 1;
        Some(node)
    }

    fn list(&mut self, node: usize, end: u8, mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        let mut count = 0;
        self.skip_space();
        if self.take(end).is_none() {
            loop {
                one(self)?;
                count += 1;
                self.skip_space();
                if self.take(end).is_some() {
                    break;
                }
                self.take(b',')?;
            }
        }
        self.nodes[node].count = count;
        self.nodes[node].after = self.nodes.len() as u32;
        Some(())
    }

    fn scalar(&mut self, kind: ValueKind, name: Text, text: Text) -> Option<()> {
        let after = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { kind, name, text, count: 0, after });
        Some(())
    }

    /// The name of a field: an identifier or a quoted symbol.
    fn name(&mut self) -> Option<Text> {
        match *self.text.get(self.at)? {
            b'"' => self.quoted(b'"'),
            // Three quotes begin a long string; two are the empty symbol.
            b'\'' if self.text[self.at..].starts_with(b"'''") => None,
            b'\'' => self.quoted(b'\''),
            _ => {
                let start = self.at;
                let length = self.identifier();
                self.at += length;
                let word = &self.text[start..self.at];
                // `$10` stands for an entry of the symbol table; `null` is no symbol.
                let odd = word.is_empty() || word[0].is_ascii_digit() || (word[0] == b'$' && !named(word));
                let keyword = matches!(word, b"null" | b"true" | b"false" | b"nan");
                (!odd && !keyword).then_some(Text { start: start as u32, end: self.at as u32, decoded: false })
            }
        }
    }

    fn identifier(&self) -> usize {
        let of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
        self.text[self.at..].iter().take_while(of_name).count()
    }

    /// `true`, `false`, `null`.
    fn word(&mut self, name: Text) -> Option<()> {
        let length = self.identifier();
        let (kind, count) = match &self.text[self.at..self.at + length] {
            b"true" => (ValueKind::Bool, 1),
            b"false" => (ValueKind::Bool, 0),
            b"null" => (ValueKind::Null, 0),
            _ => return None,
        };
        self.at += length;
        self.ended()?;
        self.scalar(kind, name, Text::default())?;
        self.nodes.last_mut()?.count = count;
        Some(())
    }

    /// A decimal or an integer: `-12.50`, `103.`, `2d3`, `7`; a float has an `e`.
    fn number(&mut self, name: Text) -> Option<()> {
        let start = self.at;
        self.at += usize::from(self.text[self.at] == b'-');
        let whole = self.digits();
        if whole == 0 || (whole > 1 && self.text[self.at - whole] == b'0') {
            return None;
        }
        if self.take(b'.').is_some() {
            self.digits();
        }
        if let Some(b'd' | b'D') = self.text.get(self.at) {
            self.at += 1;
            self.at += usize::from(matches!(self.text.get(self.at), Some(b'-' | b'+')));
            let digits = self.digits();
            // A vast exponent overflows the general reader's, which says so.
            if digits == 0 || digits > 15 {
                return None;
            }
        }
        self.ended()?;
        let written = &self.text[start..self.at];
        let text = if is_normal(written) {
            Text { start: start as u32, end: self.at as u32, decoded: false }
        } else {
            let start = self.decoded.len() as u32;
            push_normal(written, self.decoded);
            Text { start, end: self.decoded.len() as u32, decoded: true }
        };
        self.scalar(ValueKind::N, name, text)
    }

    fn digits(&mut self) -> usize {
        let count = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    /// `{{aGVsbG8=}}`.
    fn blob(&mut self, name: Text) -> Option<()> {
        self.at += 2;
        self.skip_space();
        let start = self.at;
        let of_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        self.at += self.text[self.at..].iter().take_while(of_base64).count();
        let text = Text { start: start as u32, end: self.at as u32, decoded: false };
        self.skip_space();
        self.take(b'}')?;
        self.take(b'}')?;
        // Only the last four letters can be padding; they must be what the general reader would write.
        let written = &self.text[text.start as usize..text.end as usize];
        let last = written.len().saturating_sub(4);
        let whole = written.len().is_multiple_of(4) && !written[..last].contains(&b'=');
        (whole && STANDARD.decode(&written[last..]).is_ok()).then_some(())?;
        self.scalar(ValueKind::B, name, text)
    }

    fn quoted(&mut self, quote: u8) -> Option<Text> {
        self.at += 1;
        let start = self.at;
        let decoded = self.decoded.len();
        let mut from = start;
        loop {
            self.at += plain_length(&self.text[self.at..]);
            // A plain run may hold the other kind of quote, and stops at both.
            if quote == b'\'' {
                let run = &self.text[from..self.at];
                self.at = from + memchr::memchr(b'\'', run).unwrap_or(run.len());
            }
            match *self.text.get(self.at)? {
                byte if byte == quote => break,
                b'\\' => {
                    self.push_run(from)?;
                    self.at += 1;
                    let letter = self.escape()?;
                    self.decoded.push(letter);
                    from = self.at;
                }
                // A double quote in a quoted symbol; the run goes on behind it.
                b'"' => {
                    self.at += 1;
                    self.push_run(from)?;
                    from = self.at;
                }
                _ => return None,
            }
        }
        let end = self.at;
        let text = if from == start {
            Text { start: start as u32, end: end as u32, decoded: false }
        } else {
            self.push_run(from)?;
            Text { start: decoded as u32, end: self.decoded.len() as u32, decoded: true }
        };
        self.at = end + 1;
        Some(text)
    }

    /// Keeps what stands between `from` and here; the text is valid UTF-8, cut at ASCII only.
    fn push_run(&mut self, from: usize) -> Option<()> {
        self.decoded.push_str(std::str::from_utf8(&self.text[from..self.at]).ok()?);
        Some(())
    }

    fn escape(&mut self) -> Option<char> {
        let letter = *self.text.get(self.at)?;
        self.at += 1;
        Some(match letter {
            b'"' | b'\'' | b'\\' | b'/' | b'?' => char::from(letter),
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'v' => '\u{b}',
            b'x' => char::from_u32(self.hex(2)?)?,
            // Half a pair of surrogates is left to the general reader.
            b'u' => char::from_u32(self.hex(4)?)?,
            b'U' => char::from_u32(self.hex(8)?)?,
            _ => return None,
        })
    }

    fn hex(&mut self, length: usize) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + length)?;
        let mut code = 0_u32;
        for &digit in digits {
            code = code << 4 | u32::from(hex_digit(digit)?);
        }
        self.at += length;
        Some(code)
    }

    /// Whether a number or a word ends here.
    fn ended(&self) -> Option<()> {
        matches!(self.text.get(self.at), None | Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')).then_some(())
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.text.get(self.at) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.text.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }
}

/// Whether a `$` leads a name, not a number.
fn named(word: &[u8]) -> bool {
    word.len() == 1 || word[1..].iter().any(|byte| !byte.is_ascii_digit())
}
