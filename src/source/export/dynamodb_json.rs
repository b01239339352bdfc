//! DynamoDB JSON: `{"Item":{"id":{"S":"1"},…}}`, one item a line, or `{"Keys":{…},"NewImage":{…},…}`, one change a line,
//! parsed straight onto the tape of an [`Item`].
//!
//! Only position tells a type tag from an attribute's name, so that the grammar is parsed, not JSON in general: it is
//! as strict, and needs no tree in between.

use super::item::{Item, Node, Text, ValueKind};
use super::number::{is_normal, is_number, push_normal};
use crate::source::input::hex_digit;

/// How deep maps and lists may nest; DynamoDB itself stops at 32.
pub(super) const MAX_DEPTH: u8 = 64;

/// Why a line is no item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ParseError {
    /// The byte of the line, from 1.
    pub(super) at: usize,
    /// What was expected there.
    pub(super) reason: &'static str,
}

impl Item {
    /// Reads a line; after an error the item holds nothing of use.
    pub(super) fn parse(&mut self, line: &[u8]) -> Result<(), ParseError> {
        self.parse_by(line, |parser| parser.line())
    }

    /// Reads a line of an incremental export: a map of maps.
    pub(super) fn parse_change(&mut self, line: &[u8]) -> Result<(), ParseError> {
        self.parse_by(line, |parser| parser.change())
    }

    fn parse_by(&mut self, line: &[u8], grammar: fn(&mut Parser<'_>) -> Parsed<()>) -> Result<(), ParseError> {
        let text = simdutf8::compat::from_utf8(line)
            .map_err(|error| ParseError { at: error.valid_up_to() + 1, reason: "this is not UTF-8" })?;
        self.begin(text);
        let mut parser = Parser { text: text.as_bytes(), at: 0, decoded: &mut self.decoded, nodes: &mut self.nodes };
        grammar(&mut parser).map_err(|reason| ParseError { at: parser.at + 1, reason })
    }
}

struct Parser<'a> {
    text: &'a [u8],
    /// The next byte, from 0.
    at: usize,
    decoded: &'a mut String,
    nodes: &'a mut Vec<Node>,
}

type Parsed<T> = Result<T, &'static str>;

impl Parser<'_> {
    fn line(&mut self) -> Parsed<()> {
        if self.text.len() >= u32::MAX as usize {
            return Err("the line is too long");
        }
        self.expect(b'{', "an item begins with `{`")?;
        let name = self.string()?;
        if self.shown(name) != b"Item" {
            return Err("the first name of a full export's line is `Item`");
        }
        self.expect(b':', "`:` follows a name")?;
        let root = self.open(ValueKind::M, Text::default());
        self.members(root, 0)?;
        self.expect(b'}', "`}` ends an item")?;
        self.skip_space();
        if self.at < self.text.len() { Err("nothing follows an item on its line") } else { Ok(()) }
    }

    /// `{"Keys":{…},"NewImage":{…},…}`: the images are members of the root.
    fn change(&mut self) -> Parsed<()> {
        if self.text.len() >= u32::MAX as usize {
            return Err("the line is too long");
        }
        self.expect(b'{', "a change begins with `{`")?;
        let root = self.open(ValueKind::M, Text::default());
        self.list(root, b'}', |parser| {
            let name = parser.string()?;
            parser.expect(b':', "`:` follows a name")?;
            let image = parser.open(ValueKind::M, name);
            parser.members(image, 0)
        })?;
        self.skip_space();
        if self.at < self.text.len() { Err("nothing follows a change on its line") } else { Ok(()) }
    }

    /// `{"name":VALUE,…}` into a map that is open.
    fn members(&mut self, map: usize, depth: u8) -> Parsed<()> {
        self.expect(b'{', "a map begins with `{`")?;
        self.list(map, b'}', |parser| {
            let name = parser.string()?;
            parser.expect(b':', "`:` follows a name")?;
            parser.value(name, depth)
        })
    }

    /// Values with commas between them, up to `end`.
    fn list(&mut self, node: usize, end: u8, mut one: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        let mut count = 0;
        if !self.next_is(end) {
            loop {
                one(self)?;
                count += 1;
                if self.next_is(end) {
                    break;
                }
                self.expect(b',', "a comma or the end follows a value")?;
            }
        }
        self.nodes[node].count = count;
        self.nodes[node].after = self.nodes.len() as u32;
        Ok(())
    }

    /// `{"TAG":…}`.
    fn value(&mut self, name: Text, depth: u8) -> Parsed<()> {
        let kind = match self.usual_tag() {
            Some(kind) => kind,
            None => self.tag()?,
        };
        let node = self.open(kind, name);
        match kind {
            ValueKind::S | ValueKind::N | ValueKind::B => self.nodes[node].text = self.scalar(kind)?,
            ValueKind::Bool => self.nodes[node].count = u32::from(self.boolean()?),
            ValueKind::Null => {
                if !self.boolean()? {
                    return Err("NULL is always `true`");
                }
            }
            ValueKind::M | ValueKind::L if depth == MAX_DEPTH => return Err("the nesting is deeper than 64"),
            ValueKind::M => self.members(node, depth + 1)?,
            ValueKind::L => {
                self.expect(b'[', "a list begins with `[`")?;
                self.list(node, b']', |parser| parser.value(Text::default(), depth + 1))?;
            }
            ValueKind::SS | ValueKind::NS | ValueKind::BS => {
                self.expect(b'[', "a set begins with `[`")?;
                let element = kind.element().unwrap_or(ValueKind::S);
                self.list(node, b']', |parser| {
                    let text = parser.scalar(element)?;
                    let node = parser.open(element, Text::default());
                    parser.nodes[node].text = text;
                    Ok(())
                })?;
            }
        }
        self.expect(b'}', "a value has exactly one type")
    }

    /// `{"TAG":` with one letter and without spaces, as DynamoDB writes most of them.
    fn usual_tag(&mut self) -> Option<ValueKind> {
        let [b'{', b'"', letter, b'"', b':'] = *self.text.get(self.at..)?.first_chunk()? else { return None };
        let kind = ValueKind::of_tag(&[letter])?;
        self.at += 5;
        Some(kind)
    }

    /// `{"TAG":`.
    fn tag(&mut self) -> Parsed<ValueKind> {
        self.expect(b'{', "a value is `{`, a type and what it holds")?;
        let tag = self.string()?;
        let kind =
            ValueKind::of_tag(self.shown(tag)).ok_or("a type is one of S, N, B, BOOL, NULL, M, L, SS, NS, BS")?;
        self.expect(b':', "`:` follows a type")?;
        Ok(kind)
    }

    /// Puts a node on the tape that holds nothing yet.
    fn open(&mut self, kind: ValueKind, name: Text) -> usize {
        let node = self.nodes.len();
        self.nodes.push(Node { kind, name, text: Text::default(), count: 0, after: node as u32 + 1 });
        node
    }

    fn scalar(&mut self, kind: ValueKind) -> Parsed<Text> {
        let text = self.string()?;
        if kind == ValueKind::N && !is_normal(self.shown(text)) {
            return self.odd_number(text);
        }
        Ok(text)
    }

    /// The normal form of a number that has another.
    #[cold]
    fn odd_number(&mut self, text: Text) -> Parsed<Text> {
        if !is_number(self.shown(text)) {
            return Err("N holds a number");
        }
        let written = self.shown(text).to_vec();
        let start = self.decoded.len() as u32;
        push_normal(&written, self.decoded);
        Ok(Text { start, end: self.decoded.len() as u32, decoded: true })
    }

    fn boolean(&mut self) -> Parsed<bool> {
        self.skip_space();
        for (word, value) in [(&b"true"[..], true), (b"false", false)] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err("`true` or `false` is expected")
    }

    fn shown(&self, text: Text) -> &[u8] {
        let source = if text.decoded { self.decoded.as_bytes() } else { self.text };
        &source[text.start as usize..text.end as usize]
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.text.get(self.at) {
            self.at += 1;
        }
    }

    /// Takes a byte if it is the next one.
    fn next_is(&mut self, byte: u8) -> bool {
        self.skip_space();
        let is = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, byte: u8, reason: &'static str) -> Parsed<()> {
        if self.next_is(byte) { Ok(()) } else { Err(reason) }
    }

    fn string(&mut self) -> Parsed<Text> {
        self.expect(b'"', "a string is expected")?;
        let start = self.at;
        self.at += plain_length(&self.text[self.at..]);
        if self.text.get(self.at) == Some(&b'"') {
            let end = self.at;
            self.at += 1;
            return Ok(Text { start: start as u32, end: end as u32, decoded: false });
        }
        self.escaped(start)
    }

    /// The rest of a string that is not plain.
    #[cold]
    fn escaped(&mut self, start: usize) -> Parsed<Text> {
        let decoded = self.decoded.len();
        let mut from = start;
        loop {
            // The text is valid UTF-8, and runs are cut at ASCII only.
            let run = self.text.get(from..self.at).unwrap_or_default();
            self.decoded.push_str(std::str::from_utf8(run).map_err(|_| "this is not UTF-8")?);
            match self.text.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    let letter = self.escape()?;
                    self.decoded.push(letter);
                }
                Some(_) => return Err("a control character must be escaped"),
                None => return Err("the line ends within a string"),
            }
            from = self.at;
            self.at += plain_length(&self.text[self.at..]);
        }
        self.at += 1;
        Ok(Text { start: decoded as u32, end: self.decoded.len() as u32, decoded: true })
    }

    fn escape(&mut self) -> Parsed<char> {
        let letter = self.text.get(self.at).copied();
        self.at += 1;
        Ok(match letter {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let mut code = self.hex()?;
                if (0xd800..0xdc00).contains(&code) && self.text[self.at..].starts_with(b"\\u") {
                    self.at += 2;
                    let low = self.hex()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err("a surrogate stands alone");
                    }
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                }
                return char::from_u32(code).ok_or("a surrogate stands alone");
            }
            _ => return Err("an unknown escape"),
        })
    }

    fn hex(&mut self) -> Parsed<u32> {
        let digits = self.text.get(self.at..self.at + 4).ok_or("four hexadecimal digits follow `\\u`")?;
        let mut code = 0;
        for &digit in digits {
            code = code << 4 | u32::from(hex_digit(digit).ok_or("four hexadecimal digits follow `\\u`")?);
        }
        self.at += 4;
        Ok(code)
    }
}

/// How many bytes in front hold no quote, no backslash and no control character.
pub(super) fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // The highest bit of each byte that is zero, and perhaps of bytes above the lowest such one.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let is_special = |byte: u8| (byte == b'"') | (byte == b'\\') | (byte < 0x20);
    let (blocks, _) = text.as_chunks::<16>();
    let plain = blocks.iter().position(|block| block.map(is_special) != [false; 16]);
    let mut length = 16 * plain.unwrap_or(blocks.len());
    while let Some(chunk) = text[length..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let quote = zeros(word ^ (ONES * u64::from(b'"')));
        let backslash = zeros(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = quote | backslash | control;
        if found != 0 {
            return length + found.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + text[length..].iter().take_while(|byte| !is_special(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::{Item, plain_length};

    #[test]
    fn plain_text_ends_at_its_first_special_byte() {
        for length in 0..20 {
            for special in ['"', '\\', '\u{1f}', '\n', '\0'] {
                let text = format!("{}{special}\"ß\\", "ß".repeat(length));
                assert_eq!(plain_length(text.as_bytes()), 2 * length, "{text:?}");
            }
        }
    }

    #[test]
    fn what_is_no_item_is_refused_where_it_breaks() {
        for (line, at) in [
            (r#"{"Item":{"a":{"S":"x","N":"1"}}}"#, 22),
            (r#"{"Item":{"a":{"X":"x"}}}"#, 18),
            (r#"{"Item":{"a":{"NULL":false}}}"#, 27),
            (r#"{"Item":{"a":{"N":"one"}}}"#, 24),
            (r#"{"Item":{}} x"#, 13),
            (r#"{"Keys":{}}"#, 8),
            (r#"{"Item":{"a":{"S":"\ud800"}}}"#, 26),
            (r#"{"Item":{"a":{"S":"x"},}}"#, 24),
            ("{\"Item\":{\"a\":{\"S\":\"\u{1}\"}}}", 20),
            ("", 1),
        ] {
            let error = Item::default().parse(line.as_bytes()).unwrap_err();
            assert_eq!(error.at, at, "{line}: {}", error.reason);
        }
    }
}
