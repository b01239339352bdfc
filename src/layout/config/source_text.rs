//! The text of one configuration file, and the places in it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use crate::layout::ConfigError;
use crate::model::Place;

/// The largest file that is read, in bytes; a configuration is a few dozen kilobytes.
const MAX_BYTES: u64 = 16 << 20;

/// Characters are counted once per block of this many bytes, so that a place costs the same anywhere in a
/// file of one single line.
const BLOCK: usize = 1 << 10;

/// A configuration's text, ready to answer where a byte of it stands.
pub(super) struct SourceText {
    /// The file as places name it.
    pub(super) name: Arc<str>,
    /// Its text.
    pub(super) text: String,
    /// The offset of each line's first byte.
    lines: Vec<usize>,
    /// The characters that begin before each block.
    blocks: Vec<usize>,
}

impl SourceText {
    /// Reads a file; `asked` is where the configuration asks for it.
    pub(super) fn read(path: &Path, asked: Option<&Place>) -> Result<Self, ConfigError> {
        let name: Arc<str> = path.display().to_string().into();
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) => Self::new(name, bytes),
            Err(error) => Err(unreadable(&name, asked, &error)),
        }
    }

    /// Takes a text that is already in memory.
    pub(super) fn new(name: impl Into<Arc<str>>, bytes: Vec<u8>) -> Result<Self, ConfigError> {
        let name = name.into();
        let file = Place::file(name.clone());
        if bytes.len() as u64 > MAX_BYTES {
            let problem = "the file is larger than 16 MiB, which no configuration is";
            return Err(ConfigError::at(&file, problem).help("check that this is a `stocktake.toml`"));
        }
        if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
            let problem = "the file begins with a byte order mark";
            return Err(ConfigError::at(&file, problem).help("save it as UTF-8 without a byte order mark"));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::index(name, text)),
            Err(error) => {
                let valid_up_to = error.utf8_error().valid_up_to();
                let mut bytes = error.into_bytes();
                bytes.truncate(valid_up_to);
                let place = Self::index(name, String::from_utf8(bytes).unwrap_or_default()).place(valid_up_to);
                Err(ConfigError::at(&place, "the file is not UTF-8").help("save it as UTF-8"))
            }
        }
    }

    fn index(name: Arc<str>, text: String) -> Self {
        let lines = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        let mut blocks = vec![0];
        let mut total = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            total += characters(block);
            blocks.push(total);
        }
        Self { name, text, lines, blocks }
    }

    /// The place of the byte at `offset`.
    pub(super) fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        let column = self.characters_before(offset) - self.characters_before(start) + 1;
        let clamp = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Place { file: self.name.clone(), line: clamp(line), column: clamp(column) }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        self.blocks[block] + characters(&self.text.as_bytes()[block * BLOCK..offset])
    }
}

/// How many characters begin in a piece of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

fn unreadable(name: &Arc<str>, asked: Option<&Place>, error: &io::Error) -> ConfigError {
    let (problem, help) = match error.kind() {
        io::ErrorKind::NotFound => {
            (format!("there is no file `{name}`"), "check the path, or let `stocktake init` write one")
        }
        io::ErrorKind::PermissionDenied => (format!("no permission to read `{name}`"), "allow its reading"),
        io::ErrorKind::IsADirectory => (format!("`{name}` is a folder"), "name the file in it"),
        _ => (format!("`{name}` cannot be read: {error}"), "check the path"),
    };
    let own = Place::file(name.clone());
    ConfigError::at(asked.unwrap_or(&own), problem).help(help)
}

#[cfg(test)]
mod tests {
    use super::SourceText;

    #[test]
    fn columns_count_characters_across_blocks() {
        let text = format!("a\n{}x", "é".repeat(3000));
        let source = SourceText::new("f", text.clone().into_bytes()).unwrap();
        let place = source.place(text.len() - 1);
        assert_eq!((place.line, place.column), (2, 3001));
        assert_eq!((source.place(usize::MAX).line, source.place(1).column), (2, 2));
    }
}
