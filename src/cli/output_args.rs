//! The options that say which reports a command writes.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Failure;
use crate::cli::output::{OutputFile, Wanted, parse_format};
use crate::report::ReportFormat;

/// Which reports are written, and with which templates.
#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// Write audit.html, audit.md, signoff.md, signoff.html, results.json, findings.parquet and folders.parquet into this
    /// folder, which may be in S3
    #[arg(long, value_name = "DIR", help_heading = "Outputs")]
    pub(super) out: Option<PathBuf>,
    /// Write one report, here or to S3: the format by name or by the file's extension (html, md, json, parquet, csv,
    /// txt, xml for JUnit, sarif, prom); repeatable
    #[arg(short = 'o', value_name = "[FORMAT=]FILE", help_heading = "Outputs")]
    pub(super) output: Vec<OutputFile>,
    /// Write one report to stdout: html, md, json, parquet, csv, text, worklist, junit, sarif, github, prometheus,
    /// signoff, signoff-html
    #[arg(long, value_name = "NAME", value_parser = parse_format, help_heading = "Outputs")]
    pub(super) format: Option<ReportFormat>,
    /// The rule whose keys a worklist holds
    #[arg(long, value_name = "RULE", help_heading = "Outputs")]
    worklist_rule: Option<String>,
    /// The bucket whose keys a worklist holds
    #[arg(long, value_name = "BUCKET", help_heading = "Outputs")]
    worklist_bucket: Option<String>,
    /// A folder with templates of your own; each stands in for the file of the same name in `report-templates`
    #[arg(long, value_name = "DIR", help_heading = "Outputs")]
    pub(super) templates: Option<PathBuf>,
}

impl OutputArgs {
    /// Whether nothing was asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.out.is_none() && self.output.is_empty() && self.format.is_none()
    }

    /// What was asked for; where nothing was, the summary on stdout, and the set of reports in the folder that
    /// `configured` gives.
    pub(super) fn wanted(&self, configured: impl FnOnce() -> Option<PathBuf>) -> Result<Wanted, Failure> {
        let nothing_asked = self.is_empty();
        let rule = match &self.worklist_rule {
            None => None,
            Some(selector) => {
                let rule = crate::rules::find_or_suggest(selector).map_err(|error| Failure::of(&error))?;
                Some(rule.meta.code.to_owned())
            }
        };
        Ok(Wanted {
            folder: self.out.clone().or_else(|| if nothing_asked { configured() } else { None }),
            files: self.output.clone(),
            stdout: self.format.or(nothing_asked.then_some(ReportFormat::Text)),
            rule,
            bucket: self.worklist_bucket.clone(),
            beside: false,
            given: None,
        })
    }
}
