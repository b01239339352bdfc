//! What the command line can tell of inputs that do not say it themselves: the same for every command that reads them.

use clap::Args;

use crate::cli::switches::Switches;
use crate::model::{Millis, time};
use crate::source::export;
use crate::source::inventory::{self, CsvKeys};

/// How inputs are read that AWS's own manifests do not describe.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Inputs without a manifest, and other producers' CSV")]
pub(super) struct ReadingArgs {
    /// The columns of a CSV file that was given without its manifest, in their order, as `fileSchema` names them:
    /// "Bucket, Key, Size, LastModifiedDate"
    #[arg(long, value_name = "COLUMNS")]
    schema: Option<String>,
    /// The bucket that an inventory without a manifest lists [default: the one its rows name, else the only one declared]
    #[arg(long, value_name = "BUCKET")]
    inventory_bucket: Option<String>,
    /// When an inventory without a manifest was made, as 2026-11-22T01:00:00Z: the time of a file is never used
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    inventory_time: Option<Millis>,
    /// The table that items without a manifest are of [default: the only one declared]
    #[arg(long, value_name = "TABLE")]
    export_table: Option<String>,
    /// The moment that items without a manifest show, likewise
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    export_time: Option<Millis>,
    /// How CSV keys are encoded: form (a space is `+`: AWS), percent (a space is `%20`, `+` is itself), none
    /// [default: form, and stop where `%20` and `+` occur together]
    #[arg(long, value_name = "ENCODING", value_parser = parse_csv_keys)]
    csv_keys: Option<CsvKeys>,
}

impl ReadingArgs {
    /// What is told of inventories.
    pub(super) fn inventory(&self, only_bucket: Option<String>) -> inventory::Told {
        let schema = self.schema.as_ref().map(|schema| schema.split(',').map(|name| name.trim().to_owned()).collect());
        inventory::Told { schema, bucket: self.inventory_bucket.clone(), only_bucket, time: self.inventory_time }
    }

    /// What is told of exports.
    pub(super) fn export(&self, only_table: Option<String>) -> export::Told {
        export::Told { table: self.export_table.clone().or(only_table), time: self.export_time }
    }

    /// How CSV keys are encoded.
    pub(super) fn csv_keys(&self) -> CsvKeys {
        self.csv_keys.unwrap_or_default()
    }

    /// Notes the switches that were given.
    pub(super) fn tell(&self, switches: &mut Switches) {
        let time = |time: Option<Millis>| time.map(time::format_utc);
        switches.each("--schema", &self.schema);
        switches.each("--inventory-bucket", &self.inventory_bucket);
        switches.each("--inventory-time", time(self.inventory_time));
        switches.each("--export-table", &self.export_table);
        switches.each("--export-time", time(self.export_time));
        switches.each("--csv-keys", self.csv_keys.map(CsvKeys::name));
    }
}

pub(super) fn parse_time(text: &str) -> Result<Millis, String> {
    time::parse_rfc3339(text).ok_or_else(|| "write a time as 2026-11-22T06:00:00Z".to_owned())
}

fn parse_csv_keys(text: &str) -> Result<CsvKeys, String> {
    let named = CsvKeys::NAMED.iter().copied().find(|keys| keys.name() == text);
    named.ok_or_else(|| "it is one of form, percent, none".to_owned())
}
