//! `stocktake schema`.

use clap::{Args, ValueEnum};

use crate::cli::Failure;
use crate::cli::console::Console;
use crate::layout::config;
use crate::results::json;
use crate::rules::known_rules;

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
  stocktake schema config --format md
      the reference as tables
  stocktake schema results")]
pub(super) struct SchemaArgs {
    /// Of which
    #[arg(value_enum)]
    of: Of,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = SchemaFormat::Json, value_name = "FORMAT")]
    format: SchemaFormat,
}

/// How a schema is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SchemaFormat {
    /// JSON Schema, draft 2020-12.
    Json,
    /// Tables for people; of the configuration only.
    Md,
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
        let schema = match (self.of, self.format) {
            (Of::Config, SchemaFormat::Json) => config::json_schema(&known_rules()),
            (Of::Results, SchemaFormat::Json) => json::json_schema(),
            (Of::Config, SchemaFormat::Md) => {
                console.print(&config::reference_markdown())?;
                return Ok(0);
            }
            (Of::Results, SchemaFormat::Md) => {
                let problem = "there are no tables of the results";
                return Err(Failure::usage(problem, "leave --format out: the JSON Schema says what each member means"));
            }
        };
        console.print(&format!("{schema:#}\n"))?;
        Ok(0)
    }
}
