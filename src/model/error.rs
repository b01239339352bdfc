//! What every error that reaches a user must be able to say: where it happened and how to mend it.

/// An error in the one shape the command line prints: message, place, help, then its sources.
///
/// `Display` says what is wrong, in one sentence without a full stop, and never repeats its source.
pub trait UserError: std::error::Error {
    /// Where: `file`, `file:line:column`, or `file: field`.
    fn place(&self) -> Option<String>;
    /// How to mend it, in the imperative.
    fn help(&self) -> Option<String>;
}
