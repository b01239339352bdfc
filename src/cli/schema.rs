//! `stocktake schema`.

use clap::{Args, ValueEnum};

use crate::cli::Failure;
use crate::cli::check::known_rules;
use crate::cli::console::Console;
use crate::layout::config;
use crate::results::json;

/// Print the JSON Schema of the configuration or of the results
///
/// Editors complete and check `stocktake.toml` by the first; programs that read `results.json` can be held to the
/// second. Both are derived from what this version reads and writes.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake schema config > stocktake.schema.json
      then, as the first line of stocktake.toml for editors that know Taplo:
      #:schema ./stocktake.schema.json
  stocktake schema results")]
pub(super) struct SchemaArgs {
    /// Of which
    #[arg(value_enum)]
    of: Of,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// `stocktake.toml`.
    Config,
    /// `results.json`.
    Results,
}

impl SchemaArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let schema = match self.of {
            Of::Config => config::json_schema(&known_rules()),
            Of::Results => json::json_schema(),
        };
        console.print(&format!("{schema:#}\n"))?;
        Ok(0)
    }
}
