//! Cuts Ion text into records: a line each, as AWS writes them, or several lines where a value goes on.

use memchr::memchr2;

/// What every line of an export begins with.
pub(super) const VERSION: &[u8] = b"$ion_1_0";

/// Where the text stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Plain,
    /// In a string or a quoted symbol, up to this quote; it ends with its line at the latest.
    Quoted(u8),
    /// In a string of three quotes.
    Long,
    LineComment,
    BlockComment,
}

/// Finds where a record ends; it goes on where it stopped once more of the record is there.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    state: State,
    /// In a blob or clob, where `//` is no comment.
    lob: bool,
    depth: usize,
    deepest: usize,
    /// How many digits stand in front of the next byte, outside of strings, and the most there were.
    digits: usize,
    most_digits: usize,
    /// The next byte of the record, from 0.
    at: usize,
}

impl Scanner {
    /// The length of the record at the start of `text`, without its line break; `None` if its end has not come yet.
    /// The next record needs a new scanner.
    ///
    /// A line that begins with the version marker starts a record even if brackets of the last one are open.
    pub(super) fn find(&mut self, text: &[u8]) -> Option<usize> {
        while let Some(&byte) = text.get(self.at) {
            let rest = &text[self.at..];
            let step = match self.state {
                State::Plain => match self.plain(byte, rest) {
                    Some(step) => step,
                    None if byte == b'\n' => match self.ends(&rest[1..]) {
                        None => return None,
                        Some(true) => return Some(self.at),
                        Some(false) => 1,
                    },
                    None => return None,
                },
                State::Quoted(quote) => match byte {
                    b'\n' => {
                        self.state = State::Plain;
                        0
                    }
                    // An escaped line break goes on with the string.
                    b'\\' if rest.len() < 2 => return None,
                    b'\\' => 2,
                    _ if byte == quote => {
                        self.state = State::Plain;
                        1
                    }
                    _ => skip(rest, quote),
                },
                State::Long => match (byte, rest) {
                    (b'\\', [_]) | (b'\'', [_] | [_, b'\'']) => return None,
                    (b'\\', _) => 2,
                    (b'\'', [_, b'\'', b'\'', ..]) => {
                        self.state = State::Plain;
                        3
                    }
                    _ => 1,
                },
                State::LineComment if byte == b'\n' => {
                    self.state = State::Plain;
                    0
                }
                State::LineComment => 1,
                State::BlockComment => match (byte, rest) {
                    (b'*', [_]) => return None,
                    (b'*', [_, b'/', ..]) => {
                        self.state = State::Plain;
                        2
                    }
                    _ => 1,
                },
            };
            self.at += step;
        }
        None
    }

    /// How deep brackets nest in a whole record, and how many digits its longest number has.
    pub(super) fn extremes_of(record: &[u8]) -> (usize, usize) {
        let (mut scanner, mut extremes, mut rest) = (Self::default(), (0, 0), record);
        loop {
            let found = scanner.find(rest);
            extremes = (scanner.deepest.max(extremes.0), scanner.most_digits.max(extremes.1));
            let Some(length) = found else { return extremes };
            rest = &rest[length + 1..];
            scanner = Self::default();
        }
    }

    /// The length of what begins outside of strings; `None` at a line break, and where more must be seen.
    fn plain(&mut self, byte: u8, rest: &[u8]) -> Option<usize> {
        let is_digit = !self.lob && (byte.is_ascii_digit() || byte == b'_');
        self.digits = if is_digit { self.digits + 1 } else { 0 };
        self.most_digits = self.most_digits.max(self.digits);
        Some(match (byte, rest) {
            (b'\n', _) => return None,
            (b'"', _) => self.enter(State::Quoted(b'"'), 1),
            (b'\'', [_] | [_, b'\'']) => return None,
            (b'\'', [_, b'\'', b'\'', ..]) => self.enter(State::Long, 3),
            (b'\'', _) => self.enter(State::Quoted(b'\''), 1),
            (b'/' | b'{' | b'}', [_]) => return None,
            (b'/', [_, b'/', ..]) if !self.lob => self.enter(State::LineComment, 2),
            (b'/', [_, b'*', ..]) if !self.lob => self.enter(State::BlockComment, 2),
            (b'{', [_, b'{', ..]) if !self.lob => {
                self.lob = true;
                2
            }
            (b'}', [_, b'}', ..]) if self.lob => {
                self.lob = false;
                2
            }
            // Neither base64 nor what surrounds a clob's text has brackets.
            (b'{' | b'[' | b'(', _) if !self.lob => {
                self.depth += 1;
                self.deepest = self.deepest.max(self.depth);
                1
            }
            (b'}' | b']' | b')', _) if !self.lob => {
                self.depth = self.depth.saturating_sub(1);
                1
            }
            _ => 1,
        })
    }

    fn enter(&mut self, state: State, step: usize) -> usize {
        self.state = state;
        step
    }

    /// Whether the record ends at a line break with this behind it; `None` if that has not come yet.
    fn ends(&self, behind: &[u8]) -> Option<bool> {
        if self.depth == 0 && !self.lob {
            return Some(true);
        }
        // A line break that follows decides for itself, so that many of them are not looked over again for each.
        let blank = behind.iter().take_while(|byte| byte.is_ascii_whitespace() && **byte != b'\n').count();
        let next = &behind[blank..];
        match next.first() {
            None => None,
            Some(b'\n') => Some(false),
            Some(_) if next.starts_with(VERSION) => Some(true),
            Some(_) if VERSION.starts_with(next) => None,
            Some(_) => Some(false),
        }
    }
}

/// How many bytes hold no quote, no backslash and no line break.
fn skip(text: &[u8], quote: u8) -> usize {
    let end = memchr2(quote, b'\\', text).unwrap_or(text.len());
    memchr::memchr(b'\n', &text[..end]).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::Scanner;

    /// The records of a text that comes in pieces of `size` bytes.
    fn records(text: &str, size: usize) -> Vec<&str> {
        let (mut scanner, mut start, mut found) = (Scanner::default(), 0, Vec::new());
        let mut end = 0;
        while end < text.len() {
            end = (end + size).min(text.len());
            while let Some(length) = scanner.find(&text.as_bytes()[start..end]) {
                found.push(&text[start..start + length]);
                start += length + 1;
                scanner = Scanner::default();
            }
        }
        found.push(&text[start..]);
        found
    }

    #[test]
    fn a_record_goes_on_where_its_value_does() {
        for expected in [
            &["$ion_1_0 {Item:{a:\"x\"}}", "$ion_1_0 {}", ""][..],
            &["{a:'''x\n{'''}", "{b:1}"],
            &["{a:'''x\\'''\n'''}", "{b:1}"],
            &["{\n a: [1, // }}}\n /* ] \n */ 2]\n}", "{b:{{ aa//\n}}}"],
            &["{a:\"\\\"{\"}", "{'b\\'{':\"'''\"}", ""],
            &["$ion_1_0", "{a:1}"],
            &["$ion_1_0 {a:[", "  $ion_1_0 {b:1}"],
            &["{a:{{\"}}{\"}}}", "{b:''}"],
            &["{a:\"x\\\ny\"}", "{}"],
        ] {
            let text = expected.join("\n");
            for size in [1, 2, 3, 7, 1_000] {
                assert_eq!(records(&text, size), expected, "in pieces of {size}");
            }
        }
    }

    #[test]
    fn brackets_in_strings_are_not_deep() {
        for (text, depth) in [("{a:[1]}", 2), ("{a:\"[[[[\"}", 1), ("{a:{{[[[}}}", 1), ("[\n[\n[", 3), ("]]][", 1)] {
            assert_eq!(Scanner::extremes_of(text.as_bytes()).0, depth, "{text}");
        }
        for (text, digits) in [("{a:1_000,b:\"12345678\"}", 5), ("{a:{{123456}}}", 0), ("{a:1}\n{a:123}", 3)] {
            assert_eq!(Scanner::extremes_of(text.as_bytes()).1, digits, "{text}");
        }
    }

    /// A value that goes on over blank lines.
    #[test]
    fn blank_lines_are_looked_at_once() {
        let text = format!("{{a:1,{}b:2}}\n{{}}", " \n".repeat(1 << 20));
        let mut scanner = Scanner::default();
        assert_eq!(scanner.find(text.as_bytes()), Some(text.len() - 3));
        assert_eq!(records("{a:[\n \n\n $ion_1_0 {b:1}", 1_000), ["{a:[\n \n", " $ion_1_0 {b:1}"]);
    }
}
