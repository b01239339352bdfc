//! The template environment: embedded, strict, escaped; with filters that make numbers readable and hostile text harmless.

pub mod error;
pub mod filters;
pub mod hostile;
pub mod templates;

pub use error::TemplateError;
pub use templates::Templates;
