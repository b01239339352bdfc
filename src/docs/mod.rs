//! The layout as pages for people: Markdown, HTML, and either of them between the markers of another page.

pub mod areas;
pub mod inject;
pub mod migration;
pub mod rules;
pub mod tree;
pub mod view;
pub mod words;

use std::io;

pub use inject::{InjectError, inject};
pub use view::{Docs, FolderTotals};

use crate::render::{TemplateError, Templates};

/// The formats of documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocsFormat {
    /// Markdown whose first heading is of the first level.
    Markdown,
    /// One HTML file that asks for nothing else.
    Html,
}

impl DocsFormat {
    /// The format of files with this extension, given without its dot.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension {
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }

    /// Reads a name used on the command line.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "md" => Some(Self::Markdown),
            "html" => Some(Self::Html),
            _ => None,
        }
    }
}

/// Writes a whole page.
///
/// # Errors
///
/// A template that was replaced by a bad one, or an output that fails.
pub fn page(docs: &Docs, format: DocsFormat, templates: &Templates) -> Result<String, TemplateError> {
    rendered(docs, templates, if format == DocsFormat::Html { "docs.html" } else { "docs.md" })
}

/// Writes what stands between the markers of another page: no heading of the first level, no head.
///
/// # Errors
///
/// As [`page`].
pub fn body(docs: &Docs, format: DocsFormat, templates: &Templates) -> Result<String, TemplateError> {
    rendered(docs, templates, if format == DocsFormat::Html { "docs/body.html" } else { "docs/body.md" })
}

fn rendered(docs: &Docs, templates: &Templates, name: &str) -> Result<String, TemplateError> {
    let mut out = Vec::new();
    templates.render(name, docs, &mut out)?;
    let mut text = String::from_utf8(out).map_err(|error| TemplateError::Write(io::Error::other(error)))?;
    text.truncate(text.trim_end().len());
    text.push('\n');
    Ok(text)
}
