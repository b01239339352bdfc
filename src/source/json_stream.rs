//! Reads JSON of any length piece by piece: what `aws` prints of a listing or a scan is one object that holds everything.
//!
//! A piece is an element of an array, or a member that is no array, of the outermost object; or an element of an
//! outermost array. Pieces are cut, not parsed: whoever asks for one parses it. Several texts may follow each other, as
//! pages do that were appended to one file.

use std::ops::Range;

use super::datafile::{DataFile, Stop};

/// What the buffer holds at first; it grows with the longest piece.
const BUFFER: usize = 256 << 10;
/// The longest piece: an item has at most 400 KB, which escapes of six bytes for each make 2.4 MB.
const MAX_PIECE: usize = 4 << 20;

/// What stands next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A text begins.
    Text,
    /// An element of the array [`Pieces::name`]; of the outermost array if that is empty.
    Element(Range<usize>),
    /// The value of the member [`Pieces::name`].
    Member(Range<usize>),
}

/// Where the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Object,
    Array { within_object: bool },
}

/// Cuts a file into pieces, in the same memory.
pub(super) struct Pieces {
    data: DataFile,
    buffer: Vec<u8>,
    unread: Range<usize>,
    place: Place,
    name: String,
}

impl Pieces {
    /// Reads an open file.
    pub(super) fn new(data: DataFile) -> Self {
        Self { data, buffer: vec![0; BUFFER], unread: 0..0, place: Place::Outside, name: String::new() }
    }

    /// The file that is read.
    pub(super) fn data(&mut self) -> &mut DataFile {
        &mut self.data
    }

    /// The file's codec.
    pub(super) fn compression(&self) -> &'static str {
        self.data.compression()
    }

    /// Compressed bytes read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.data.bytes_read()
    }

    /// The name of the member that the last piece is, or is an element of.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The text of the last piece.
    pub(super) fn text(&self, piece: Range<usize>) -> &[u8] {
        &self.buffer[piece]
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    ///
    /// A text that is cut short or no JSON, and what the system says.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, Stop> {
        loop {
            let Some(byte) = self.peek()? else {
                return if self.place == Place::Outside { Ok(None) } else { Err(broken("the text ends early")) };
            };
            match (self.place, byte) {
                (Place::Outside, b'{') => return Ok(Some(self.open(Place::Object))),
                (Place::Outside, b'[') => return Ok(Some(self.open(Place::Array { within_object: false }))),
                (Place::Outside, _) => return Err(broken("this is no JSON object")),
                (Place::Object, b'}') | (Place::Array { within_object: false }, b']') => self.step(Place::Outside),
                (Place::Array { within_object: true }, b']') => self.step(Place::Object),
                (Place::Object | Place::Array { .. }, b',') => self.step(self.place),
                (Place::Object, b'"') => {
                    if let Some(member) = self.member()? {
                        return Ok(Some(member));
                    }
                }
                (Place::Object, _) => return Err(broken("a name is in quotes")),
                (Place::Array { .. }, _) => return Ok(Some(Piece::Element(self.value()?))),
            }
        }
    }

    fn open(&mut self, place: Place) -> Piece {
        self.name.clear();
        self.step(place);
        Piece::Text
    }

    fn step(&mut self, place: Place) {
        self.unread.start += 1;
        self.place = place;
    }

    /// A member; nothing if it is an array, which is then open.
    fn member(&mut self) -> Result<Option<Piece>, Stop> {
        let name = self.value()?;
        self.name = serde_json::from_slice(&self.buffer[name]).map_err(|error| broken(&error.to_string()))?;
        if self.peek()? != Some(b':') {
            return Err(broken("a colon follows a name"));
        }
        self.unread.start += 1;
        if self.peek()? == Some(b'[') {
            self.step(Place::Array { within_object: true });
            return Ok(None);
        }
        Ok(Some(Piece::Member(self.value()?)))
    }

    /// The next byte that is no white space; `None` at the end of the file.
    fn peek(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            let text = &self.buffer[self.unread.clone()];
            if let Some(at) = text.iter().position(|byte| !byte.is_ascii_whitespace()) {
                self.unread.start += at;
                return Ok(Some(self.buffer[self.unread.start]));
            }
            self.unread.start = self.unread.end;
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Cuts the value that begins at the next byte.
    fn value(&mut self) -> Result<Range<usize>, Stop> {
        loop {
            match end_of_value(&self.buffer[self.unread.clone()]) {
                Some(0) => return Err(broken("a value is missing")),
                Some(length) => {
                    let value = self.unread.start..self.unread.start + length;
                    self.unread.start = value.end;
                    return Ok(value);
                }
                None if !self.fill()? => return Err(broken("the text ends early")),
                None => {}
            }
        }
    }

    /// Reads on; false at the end of the file.
    fn fill(&mut self) -> Result<bool, Stop> {
        if self.unread.len() == self.buffer.len() {
            if self.buffer.len() >= MAX_PIECE {
                return Err(broken("a value has more than 4 MiB"));
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        if self.unread.end == self.buffer.len() {
            self.buffer.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        let length = self.data.read(&mut self.buffer[self.unread.end..])?;
        self.unread.end += length;
        Ok(length > 0)
    }
}

fn broken(reason: &str) -> Stop {
    Stop::Broken(reason.to_owned())
}

/// The length of the value at the front of a text; `None` if it does not end there.
fn end_of_value(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'"' => end_of_string(text),
        b'{' | b'[' => {
            let (mut at, mut depth) = (0, 0_usize);
            loop {
                match text.get(at)? {
                    b'"' => {
                        at += end_of_string(&text[at..])?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        _ => text.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b':') || byte.is_ascii_whitespace()),
    }
}

fn end_of_string(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::end_of_value;

    #[test]
    fn values_are_cut_where_they_end() {
        for (text, value) in [
            (r#""a\"b","#, Some(r#""a\"b""#)),
            (r#"{"a":["}",{"b":"\\"}]},"#, Some(r#"{"a":["}",{"b":"\\"}]}"#)),
            ("true,", Some("true")),
            ("12\n", Some("12")),
            ("12", None),
            ("\"a\\", None),
            ("{\"a\":1", None),
            ("", None),
        ] {
            assert_eq!(end_of_value(text.as_bytes()).map(|end| &text[..end]), value, "{text}");
        }
    }
}
