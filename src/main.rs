//! The program: everything is in the library, the command line in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(stocktake::cli::run())
}
