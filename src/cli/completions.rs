//! `stocktake completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::console::Console;
use crate::cli::{Cli, Failure};

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake completions bash > ~/.local/share/bash-completion/completions/stocktake
  stocktake completions zsh > ~/.zfunc/_stocktake
  stocktake completions fish > ~/.config/fish/completions/stocktake.fish")]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "stocktake", &mut text);
        console.print(&String::from_utf8_lossy(&text))?;
        Ok(0)
    }
}
