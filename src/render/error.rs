//! What can be wrong with a template, where, and how to mend it.

use std::io;

use crate::model::UserError;

/// Why nothing was rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The folder of overrides, or a file in it, cannot be read.
    #[error("the template cannot be read")]
    Unreadable {
        /// The folder or file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file of overrides that overrides nothing.
    #[error("`{name}` overrides no template")]
    Unknown {
        /// The folder of overrides.
        folder: String,
        /// The file, relative to it.
        name: String,
        /// A template of nearly that name.
        nearest: Option<&'static str>,
    },
    /// A template breaks the template language, or names something that reports do not have.
    #[error("{problem}")]
    Broken {
        /// The template as the user knows it: its file, or its name where it is embedded.
        template: String,
        /// The line, from 1.
        line: Option<usize>,
        /// The engine's own words.
        problem: String,
    },
    /// What was rendered cannot be written.
    #[error("the report cannot be written")]
    Write(#[source] io::Error),
}

impl UserError for TemplateError {
    fn place(&self) -> Option<String> {
        match self {
            Self::Unreadable { path, .. } => Some(path.clone()),
            Self::Unknown { folder, .. } => Some(folder.clone()),
            Self::Broken { template, line: Some(line), .. } => Some(format!("{template}:{line}")),
            Self::Broken { template, line: None, .. } => Some(template.clone()),
            Self::Write(_) => None,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => Some("check that it is there and may be read".to_owned()),
            Self::Unknown { nearest: Some(nearest), .. } => Some(format!("did you mean `{nearest}`?")),
            Self::Unknown { nearest: None, .. } => {
                let names: Vec<String> = super::templates::names().map(|name| format!("`{name}`")).collect();
                Some(format!("name it as one of {}, or move it away", names.join(", ")))
            }
            Self::Broken { .. } => Some("mend the template, or remove it to use the embedded one".to_owned()),
            Self::Write(_) => Some("check that there is room and that the place may be written to".to_owned()),
        }
    }
}
