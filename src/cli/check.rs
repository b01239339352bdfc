//! `stocktake check`, and how every command finds its configuration.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Failure;
use crate::cli::console::Console;
use crate::cli::switches::Switches;
use crate::layout::Layout;
use crate::layout::config::{self, Origins};
use crate::rules::known_rules;

/// The configuration's usual name.
const CONFIG: &str = "stocktake.toml";

/// Where the configuration is.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    /// The configuration file; paths in it are relative to it
    #[arg(short, long, value_name = "FILE", default_value = CONFIG, env = "STOCKTAKE_CONFIG")]
    config: PathBuf,
}

impl ConfigArgs {
    /// Reads, proves and compiles the configuration.
    pub(super) fn compile(&self) -> Result<Layout, Failure> {
        Ok(Layout::compile(config::load(&self.config, &known_rules())?)?)
    }

    /// Notes its name, where it is not the usual one.
    pub(super) fn tell(&self, switches: &mut Switches) {
        let has_another_name = self.config.file_name().is_some_and(|name| name != CONFIG);
        switches.files("--config", has_another_name.then_some(&self.config));
    }
}

/// Validate the configuration and print the effective layout
///
/// Reads the configuration with everything it extends, proves that no key can lie in two areas, that legacy templates
/// do not contradict each other, that every mapping ends inside its area and that every example lies where it says,
/// and prints the whole with the origin of each entry. Exits 0, or 2 with every mistake found: fit for a pre-commit
/// hook.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake check
      proves ./stocktake.toml and prints what it comes to
  stocktake check -q > /dev/null
      in a pre-commit hook: only mistakes are told")]
pub(super) struct CheckArgs {
    #[command(flatten)]
    config: ConfigArgs,
}

impl CheckArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let layout = self.config.compile()?;
        console.print(&config::effective(&self.config.config, &known_rules(), Origins::Shown)?)?;
        let spec = layout.spec();
        console.say(&format!(
            "{} is in order: {} buckets, {} areas, {} legacy generations, {} tables, {} references",
            self.config.config.display(),
            layout.buckets().len(),
            spec.areas.len(),
            spec.areas.iter().map(|area| area.legacy.len()).sum::<usize>(),
            spec.tables.len(),
            spec.tables.iter().map(|table| table.references.len()).sum::<usize>(),
        ));
        Ok(0)
    }
}
