//! Makes a delivery of any size for benchmarks, always the same for the same arguments: an inventory as S3 Inventory
//! lays it out, exports as DynamoDB lays them out, a `stocktake.toml`, and `expected.json` with the right answers.
#![allow(clippy::print_stderr, reason = "a program for developers reports on stderr")]

mod world;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match world::write(&world::Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
