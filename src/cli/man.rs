//! `stocktake man`.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use crate::cli::console::Console;
use crate::cli::{Cli, Failure, difference};

/// Print the manual page, or write those of all commands
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake man | man -l -
  stocktake man --out ~/.local/share/man/man1")]
pub(super) struct ManArgs {
    /// Write the pages of all commands to this folder, which must be there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl ManArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let mut command = Cli::command();
        command.build();
        let Some(folder) = self.out else {
            console.print(&page(&command)?)?;
            return Ok(0);
        };
        let mut pages = Vec::new();
        gather(&command, &mut pages)?;
        for (name, text) in &pages {
            difference::write(&folder.join(name), text)?;
        }
        console.say(&format!("wrote {} pages to {}", pages.len(), folder.display()));
        Ok(0)
    }
}

fn page(command: &Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    Man::new(command.clone()).render(&mut text).map_err(|error| Failure::internal(error.to_string()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn gather(command: &Command, pages: &mut Vec<(String, String)>) -> Result<(), Failure> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).replace(' ', "-");
    pages.push((format!("{name}.1"), page(command)?));
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        gather(below, pages)?;
    }
    Ok(())
}
