//! The layout as a module for the code that writes and reads its paths, in Python or TypeScript, without dependencies.
//!
//! What a module does stands in `runtime.py` and `runtime.ts`; what a layout adds is written by `python` and
//! `typescript` from the same [`plan`]. `vectors` says what the layout itself answers, for tests of the modules.

mod names;
mod pattern;
pub mod plan;
mod python;
mod typescript;
pub mod vectors;

use crate::layout::Layout;
use crate::model::UserError;
use plan::Plan;

/// The languages that modules are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python 3.10 or newer.
    Python,
    /// TypeScript for ES2022.
    TypeScript,
}

/// Why no module can be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodegenError {
    /// A regular expression that other languages cannot say.
    #[error("the pattern `{pattern}` of `{{{placeholder}}}` has no equal in other languages")]
    Pattern {
        /// The placeholder's name.
        placeholder: String,
        /// The pattern.
        pattern: String,
    },
}

impl UserError for CodegenError {
    fn place(&self) -> Option<String> {
        None
    }

    fn help(&self) -> Option<String> {
        Some("write it with characters, classes, groups and repetitions alone".to_owned())
    }
}

/// Writes the module of a layout.
///
/// # Errors
///
/// A placeholder's pattern that other languages cannot say.
pub fn module(layout: &Layout, language: Language) -> Result<String, CodegenError> {
    let plan = Plan::new(layout, language)?;
    Ok(match language {
        Language::Python => python::module(&plan),
        Language::TypeScript => typescript::module(&plan),
    })
}
