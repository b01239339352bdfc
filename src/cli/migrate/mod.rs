//! `stocktake migrate`: a plan, and the proof that it lost nothing.

mod folder;
mod plan;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::Failure;
use crate::cli::audit::{all_cores, parse_size};
use crate::cli::console::Console;

/// Plan a migration, and prove that it lost nothing
///
/// stocktake moves and deletes nothing: it hands out what S3 Batch Operations and the owner of the tables run, and
/// proves the outcome from inventories and exports.
#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    #[command(subcommand)]
    command: MigrateCommand,
}

#[derive(Debug, Subcommand)]
enum MigrateCommand {
    Plan(Box<plan::PlanArgs>),
    Verify(Box<verify::VerifyArgs>),
}

impl MigrateArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        match self.command {
            MigrateCommand::Plan(arguments) => arguments.run(console),
            MigrateCommand::Verify(arguments) => arguments.run(console),
        }
    }
}

/// What a migration may use of the machine.
#[derive(Debug, Args)]
struct ResourceArgs {
    /// Threads to use [default: all cores]
    #[arg(short, long, value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Resources")]
    jobs: Option<u16>,
    /// What moves and objects may take before they go to disk, as 512MiB or 2GiB
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = parse_size, help_heading = "Resources")]
    memory: u64,
    /// Where what does not fit in memory goes [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR", help_heading = "Resources")]
    tmp_dir: Option<PathBuf>,
}

impl ResourceArgs {
    fn jobs(&self) -> usize {
        self.jobs.map_or_else(all_cores, usize::from)
    }

    fn tmp_dir(&self) -> PathBuf {
        self.tmp_dir.clone().unwrap_or_else(std::env::temp_dir)
    }
}
