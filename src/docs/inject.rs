//! What stands between two markers of a page that somebody else wrote.

use crate::model::UserError;

/// The line before.
pub const BEGIN: &str = "<!-- stocktake docs: begin -->";
/// The line behind.
pub const END: &str = "<!-- stocktake docs: end -->";

/// Why nothing can be put between the markers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InjectError {
    /// A marker is missing.
    #[error("the page has no line `{marker}`")]
    Missing {
        /// The marker.
        marker: &'static str,
    },
    /// A marker stands there more than once.
    #[error("the page has more than one line `{marker}`")]
    Repeated {
        /// The marker.
        marker: &'static str,
    },
    /// The second stands before the first.
    #[error("the page ends the part before it begins it")]
    Reversed,
}

impl UserError for InjectError {
    fn place(&self) -> Option<String> {
        None
    }

    fn help(&self) -> Option<String> {
        Some(format!("write `{BEGIN}` and `{END}` once each, on lines of their own"))
    }
}

/// The page with `text` between its markers; everything else stays byte for byte, and lines end as the page's do.
///
/// # Errors
///
/// Markers that are missing, repeated or reversed.
///
/// ```
/// use stocktake::docs::inject;
///
/// let page = "# Ours\n<!-- stocktake docs: begin -->\nold\n<!-- stocktake docs: end -->\nbye\n";
/// let new = inject(page, "new\n").unwrap();
/// assert_eq!(new, page.replace("old", "\nnew\n"));
/// assert_eq!(inject(&new, "new\n").unwrap(), new);
/// ```
pub fn inject(page: &str, text: &str) -> Result<String, InjectError> {
    let begin = marker(page, BEGIN)?;
    let end = marker(page, END)?;
    if end.start < begin.end {
        return Err(InjectError::Reversed);
    }
    let newline = if page[begin.clone()].ends_with("\r\n") { "\r\n" } else { "\n" };
    let text = text.trim_matches('\n').replace('\n', newline);
    Ok(format!("{}{newline}{text}{newline}{newline}{}", &page[..begin.end], &page[end.start..]))
}

/// The bytes of a marker's line, its end included.
fn marker(page: &str, marker: &'static str) -> Result<std::ops::Range<usize>, InjectError> {
    let (mut found, mut at) = (None, 0);
    for line in page.split_inclusive('\n') {
        if line.trim() == marker {
            if found.is_some() {
                return Err(InjectError::Repeated { marker });
            }
            found = Some(at..at + line.len());
        }
        at += line.len();
    }
    found.ok_or(InjectError::Missing { marker })
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, InjectError, inject};

    #[test]
    fn markers_must_stand_once_each_and_in_order() {
        for (page, error) in [
            ("", InjectError::Missing { marker: BEGIN }),
            (&*format!("{BEGIN}\n"), InjectError::Missing { marker: END }),
            (&*format!("{END}\n{BEGIN}\n"), InjectError::Reversed),
            (&*format!("{BEGIN}\n{BEGIN}\n{END}"), InjectError::Repeated { marker: BEGIN }),
            (&*format!("see {BEGIN}\n{END}"), InjectError::Missing { marker: BEGIN }),
        ] {
            assert_eq!(inject(page, "x"), Err(error), "{page}");
        }
    }

    #[test]
    fn a_page_keeps_its_own_line_ends() {
        let page = format!("a\r\n{BEGIN}\r\n{END}");
        let new = inject(&page, "x\ny\n").unwrap();
        assert_eq!(new, format!("a\r\n{BEGIN}\r\n\r\nx\r\ny\r\n\r\n{END}"));
        assert_eq!(inject(&new, "x\ny\n").unwrap(), new);
    }
}
