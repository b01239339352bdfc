//! What the rules say of their findings: the only place where reports ask them.

use crate::model::Finding;

/// The words of the rules.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// A finding's sentence: lower case, no full stop, values between backticks.
    pub sentence: fn(&Finding<'_>) -> String,
    /// How to mend it, in the imperative.
    pub help: fn(&Finding<'_>) -> Option<String>,
    /// What the rule of this code finds, in a sentence of Markdown.
    pub about: fn(&str) -> Option<String>,
}

impl Words {
    /// As the registered rules say it.
    pub const OF_RULES: Self = Self {
        sentence: crate::rules::sentence,
        help: crate::rules::help,
        about: |code| crate::rules::find(code).map(|rule| rule.meta.summary()),
    };
}
