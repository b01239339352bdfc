//! `stocktake compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::audit::FailOn;
use crate::cli::Failure;
use crate::cli::audit::parse_fail_on;
use crate::cli::console::Console;
use crate::cli::results_folder::ResultsFolder;
use crate::compare::compare;
use crate::compare::render::Compared;
use crate::model::Verdict;

/// How many new findings of each rule are shown.
const EXAMPLES: usize = 10;

/// Tell what is new, persisting and fixed between two results
///
/// A finding is the same in both where its rule and what it is about are the same: bucket, key and version, or table,
/// item and attribute. What is gone counts as fixed only where the rule was judged again, on inputs that allow a verdict;
/// else it is deferred.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake compare reports/monday reports/tuesday
      counts by rule, and the first new findings
  stocktake compare old/results.json new/results.json --format md
      for a pull request

Exits 0; 1 where a new finding is of the severity of --fail-on or above; 3 where the newer result is inconclusive.")]
pub(super) struct CompareArgs {
    /// The older result: a folder of `audit --out`, or the results.json in it
    old: PathBuf,
    /// The newer one
    new: PathBuf,
    /// How to tell it
    #[arg(long, value_enum, default_value_t = Telling::Text, value_name = "NAME")]
    format: Telling,
    /// The least severity of a new finding that fails: error, warning, note, never
    #[arg(long, default_value = "error", value_parser = parse_fail_on, value_name = "SEVERITY")]
    fail_on: FailOn,
}

/// How a comparison is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Telling {
    /// For a terminal.
    Text,
    /// Markdown.
    Md,
    /// JSON.
    Json,
}

impl CompareArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let (old, new) = (ResultsFolder::new(&self.old), ResultsFolder::new(&self.new));
        let (old_results, new_results) = (old.results()?, new.results()?);
        let changes = compare(&new_results, old.findings_ahead()?, new.findings_ahead()?, EXAMPLES);
        let changes = changes.map_err(|error| Failure::of(&error))?;
        let compared = Compared { old: &old_results, new: &new_results, changes: &changes };
        console.print(&match self.format {
            Telling::Text => compared.text(),
            Telling::Md => compared.markdown(),
            Telling::Json => compared.json(),
        })?;
        if new_results.judgement.verdict == Verdict::Inconclusive {
            return Ok(Verdict::Inconclusive.exit_code());
        }
        Ok(u8::from(changes.heaviest_new.is_some_and(|severity| self.fail_on.fails(severity))))
    }
}
