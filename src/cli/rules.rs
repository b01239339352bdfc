//! `stocktake rules`.

use clap::Args;

use crate::cli::Failure;
use crate::cli::console::Console;
use crate::rules;

/// List the rules, or print the full text of one
///
/// Without CODE: every rule, by family, with its default severity and what it finds. With CODE: the rule's page: what
/// it finds, why it matters, an example, how to mend it.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// A rule's code or name, as R301 or dangling-reference
    code: Option<String>,
}

impl RulesArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let text = match &self.code {
            None => rules::table_markdown(),
            Some(selector) => {
                let rule = rules::find_or_suggest(selector).map_err(|error| Failure::of(&error))?;
                rules::page_markdown(rule)
            }
        };
        console.print(&text)?;
        Ok(0)
    }
}
