//! `stocktake report`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use clap::Args;

use crate::audit::{AuditOutcome, AuditSink as _};
use crate::cli::Failure;
use crate::cli::audit::all_cores;
use crate::cli::console::Console;
use crate::cli::interrupt;
use crate::cli::output::{Outputs, Wanted};
use crate::cli::output_args::OutputArgs;
use crate::cli::results_folder::ResultsFolder;
use crate::cli::s3::S3Args;
use crate::results::examples::EXAMPLES;
use crate::results::{Examples, LargestFolders};

/// Render a result again in any format
///
/// Reads what `audit --out` left behind (results.json, findings.parquet, folders.parquet) and writes the reports that are
/// asked for, as the audit would have: nothing is judged again.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake report reports
      the summary, on stdout
  stocktake report reports -o audit.html --templates mine
      the page, with templates of your own
  stocktake report reports -o s3://reports/tonight/audit.html
      the page, in S3
  stocktake report reports --format worklist --worklist-rule L202 > keys.txt
      the keys of one rule, one a line

Exits 0, or 2 if a result cannot be read.")]
pub(super) struct ReportArgs {
    /// The result: a folder of `audit --out`, or the results.json in it
    results: PathBuf,
    /// How many findings of each rule a report shows; JUnit and SARIF have their own measure
    #[arg(long, value_name = "N", default_value_t = EXAMPLES, help_heading = "Outputs")]
    examples: usize,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    s3: S3Args,
}

impl ReportArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let folder = ResultsFolder::new(&self.results);
        let results = folder.results()?;
        let tmp_dir = std::env::temp_dir();
        let wanted =
            Wanted { given: Some(folder.findings_file()), beside: all_cores() > 1, ..self.output.wanted(|| None)? };
        let stop = interrupt::watch().map_err(|error| Failure::internal(error.to_string()))?;
        let reach = self.s3.reach(&tmp_dir, Arc::clone(&stop));
        let mut outputs = Outputs::open(wanted, self.output.templates.as_deref(), &tmp_dir, &reach)?;
        let go_on = || if stop.load(Ordering::Relaxed) { Err(Failure::interrupted()) } else { Ok(()) };
        let mut largest = LargestFolders::new(crate::audit::LARGEST_FOLDERS);
        let failed = |outputs: &Outputs, error| Failure::write_file(outputs.failed().unwrap_or(&tmp_dir), error);
        for row in folder.folders()?.into_iter().flatten() {
            go_on()?;
            let row = row.map_err(|error| Failure::of(&error))?;
            largest.push(&row);
            outputs.folder(&row).map_err(|error| failed(&outputs, error))?;
        }
        let mut examples = Examples::new(self.examples);
        if outputs.need_findings() {
            let mut findings = folder.findings_ahead()?;
            while let Some(finding) = findings.next_finding().map_err(|error| Failure::of(&error))? {
                go_on()?;
                examples.push(&finding);
                outputs.finding(&finding).map_err(|error| failed(&outputs, error))?;
            }
        } else {
            // Formats that read all findings by themselves do not wait; a result without findings is none for any of them.
            folder.findings()?;
        }
        let outcome = AuditOutcome { results, examples, largest_folders: largest.into_sorted() };
        for path in outputs.finish(&outcome, console, &stop)? {
            console.say(&format!("wrote {}", path.display()));
        }
        Ok(0)
    }
}
