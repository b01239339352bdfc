//! W: chains of references that belong together.

pub mod broken_workflow;
