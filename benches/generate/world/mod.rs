//! A world made of a few numbers and a seed: what it holds, and the files that say so. Memory does not grow with it.

mod chance;
mod configuration;
mod csv;
mod expected;
mod export;
mod fate;
mod files;
mod inventory;
mod items;
mod names;
mod objects;
mod parquet;
mod plan;

use std::error::Error;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Makes an inventory and exports of any size, and says what an audit of them must find.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Objects in the bucket
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) objects: u64,
    /// References that records hold
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    pub(crate) references: u64,
    /// Folders of jobs
    #[arg(long, value_name = "N", default_value_t = 18_500)]
    pub(crate) folders: u64,
    /// Areas beside those of the preset
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) areas: u64,
    /// The share of objects that break a rule, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    pub(crate) violations: f64,
    /// The share of training jobs that no record names
    #[arg(long, value_name = "SHARE", default_value_t = 0.015)]
    pub(crate) orphans: f64,
    /// The share of records in which something is wrong
    #[arg(long, value_name = "SHARE", default_value_t = 0.015)]
    pub(crate) broken: f64,
    /// The least length in bytes of keys that no record names
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    pub(crate) key_length: usize,
    /// Attributes of an item of the table `models`, of which one is declared
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub(crate) attributes: u64,
    /// The format of the inventory
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub(crate) format: Format,
    /// The order of its rows
    #[arg(long, value_enum, default_value_t = Order::Sorted)]
    pub(crate) order: Order,
    /// Parts of the inventory; two million objects each by default
    #[arg(long, value_name = "N")]
    pub(crate) parts: Option<u64>,
    /// Another seed makes another world of the same size
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub(crate) seed: u64,
}

/// The format of an inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// gzip CSV
    Csv,
    /// Parquet
    Parquet,
}

/// The order of an inventory's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Order {
    /// By the keys' bytes
    Sorted,
    /// Neighbours have nothing to do with each other
    Shuffled,
}

impl Options {
    fn shuffled(&self) -> bool {
        self.order == Order::Shuffled
    }

    fn parts(&self) -> u64 {
        self.parts.unwrap_or_else(|| self.objects.div_ceil(2_000_000).max(2)).max(1)
    }
}

/// Makes the world and writes its files.
pub(crate) fn write(options: &Options) -> Result<(), Box<dyn Error + Send + Sync>> {
    let plan = plan::Plan::new(options)?;
    let records = export::write(&options.out.join("exports"), &plan)?;
    let objects = inventory::write(&options.out.join("inventory"), options, &plan)?;
    files::write(&options.out.join("stocktake.toml"), configuration::write(options.areas))?;
    let expected = serde_json::to_string_pretty(&objects.with(records).json())?;
    files::write(&options.out.join("expected.json"), format!("{expected}\n"))?;
    Ok(())
}
