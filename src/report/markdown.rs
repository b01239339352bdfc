//! The summary for a pull request or a step summary: never more than such a page takes.

use std::io;

use crate::render::Templates;
use crate::report::page::Page;
use crate::report::{FormatError, Formatter, ReportView};

/// The most bytes that GitHub takes for a step summary: 1 MiB.
pub const MOST_BYTES: usize = 1 << 20;

/// How many examples of each rule are tried, until the page is small enough.
const EXAMPLES: [usize; 5] = [20, 10, 5, 1, 0];

/// Writes `audit.md`.
pub(super) struct Markdown<'a> {
    pub(super) templates: &'a Templates,
}

impl Formatter for Markdown<'_> {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        let mut text = Vec::new();
        for examples in EXAMPLES {
            text.clear();
            self.templates.render("audit.md", &Page::new(report, examples), &mut text)?;
            if text.len() <= MOST_BYTES {
                break;
            }
        }
        cut(&mut text);
        out.write_all(&text)?;
        Ok(())
    }
}

/// Cuts what is still too long at the end of a line, and says so.
fn cut(text: &mut Vec<u8>) {
    const NOTE: &str = "\n\n**Cut off at 1 MiB: the HTML report and `results.json` hold everything.**\n";
    if text.len() > MOST_BYTES {
        text.truncate(MOST_BYTES - NOTE.len());
        text.truncate(memchr::memrchr(b'\n', text).unwrap_or(0));
        text.extend_from_slice(NOTE.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, cut};

    #[test]
    fn a_page_that_is_too_long_is_cut_at_a_line_and_says_so() {
        let line = "| é | 漢字 |\n";
        let mut text = line.repeat(100_000).into_bytes();
        cut(&mut text);
        let text = String::from_utf8(text).unwrap();
        assert!(text.len() <= MOST_BYTES && text.len() > MOST_BYTES - 200);
        let (table, note) = text.rsplit_once("\n\n").unwrap();
        assert!(note.starts_with("**Cut off") && table.lines().all(|row| row == line.trim_end()));
    }
}
