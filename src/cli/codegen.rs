//! `stocktake codegen`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::check::ConfigArgs;
use crate::cli::console::Console;
use crate::cli::{Failure, difference};
use crate::codegen::{self, Language};

/// Write a module for the code that writes and reads these paths
///
/// The module needs nothing but its language: a function for each wanted area that builds its URIs, one for its
/// folders, `parse` and `resolve` for URIs of the old and the new layout. It is derived: commit it, and let CI hold it
/// to the layout with --check.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake codegen python -o portal_paths.py --vectors portal_paths.vectors.json
  stocktake codegen typescript -o src/portalPaths.ts
  stocktake codegen python -o portal_paths.py --check
      for CI: writes nothing

With --check: exits 0 if the files are what they should be, 1 with a diff if not.")]
pub(super) struct CodegenArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The language
    #[arg(value_enum)]
    language: Wanted,
    /// Where to write the module; without it it goes to stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where to write what the layout answers to examples, as JSON, for tests of the module
    #[arg(long, value_name = "FILE")]
    vectors: Option<PathBuf>,
    /// Write nothing: say whether the files are as they should be
    #[arg(long, requires = "output")]
    check: bool,
}

/// The languages, as the command line names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// Python 3.10 or newer.
    Python,
    /// TypeScript for ES2022.
    Typescript,
}

impl CodegenArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let layout = self.config.compile()?;
        let language = match self.language {
            Wanted::Python => Language::Python,
            Wanted::Typescript => Language::TypeScript,
        };
        let failed = |error| Failure::of(&error);
        let module = codegen::module(&layout, language).map_err(failed)?;
        let mut files: Vec<(&Path, String)> = Vec::new();
        match &self.output {
            Some(path) => files.push((path, module)),
            None => console.print(&module)?,
        }
        if let Some(path) = &self.vectors {
            files.push((path, codegen::vectors::vectors(&layout).map_err(failed)?));
        }
        difference::settle(&files, self.check, "what is committed", console)
    }
}
