//! `stocktake init`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use clap::Args;

use crate::audit::AuditError;
use crate::cli::Failure;
use crate::cli::console::Console;
use crate::cli::interrupt;
use crate::cli::s3::{S3Args, is_uri};
use crate::cli::staged::{MadeFolders, StagedFile};
use crate::draft::{self, DraftError, DraftOptions};
use crate::layout::config::{self, Origins};
use crate::model::suggest;
use crate::model::uri::is_bucket_name;
use crate::render::{filters, templates};
use crate::rules::known_rules;
use crate::source::SourceError;

/// The least share of the objects that makes an area of a draft, in thousandths.
const LEAST_PERMILLE: u64 = 5;

/// Write a stocktake.toml to start from
///
/// Writes a commented configuration that extends a preset: say in it which bucket it is, and where its inventories and
/// exports lie. With --from, the layout is drafted from what an inventory lists instead: areas by frequent shapes of
/// folders, placeholders by the form of their values. An existing file is never overwritten.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake init --bucket line-1
      writes stocktake.toml; then edit it and run `stocktake check`
  stocktake init --from deliveries/line-1
      drafts a layout from what is in the bucket
  stocktake init --from s3://inventories/line-1/
      likewise, from an inventory in S3
  stocktake init --templates mine
      the templates of the reports; then `stocktake report reports -o audit.html --templates mine`
  stocktake init --print-effective
      the whole preset: the largest example of the language")]
pub(super) struct InitArgs {
    /// The preset to extend
    #[arg(long, value_name = "NAME", default_value = "edge-cv-portal")]
    preset: String,
    /// The bucket to audit
    #[arg(long, value_name = "NAME", default_value = "my-bucket")]
    bucket: String,
    /// Draft the layout from this inventory: a manifest, a delivery, or a folder of deliveries, here or in S3
    #[arg(long, value_name = "INVENTORY", conflicts_with_all = ["preset", "bucket", "print_effective"])]
    from: Option<PathBuf>,
    /// Where to write it
    #[arg(long, value_name = "FILE", default_value = "stocktake.toml")]
    to: PathBuf,
    /// Print the whole preset as it takes effect, and write nothing
    #[arg(long, conflicts_with_all = ["to", "bucket"])]
    print_effective: bool,
    /// Write the built-in templates of the reports into this folder, to be changed and given to --templates of other
    /// commands; an existing file is never overwritten
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "report-templates")]
    #[arg(conflicts_with_all = ["preset", "bucket", "from", "to", "print_effective"])]
    templates: Option<PathBuf>,
    /// Where a part from S3 is kept that is not read from its beginning to its end and proves nothing by its ETag
    /// [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR", help_heading = "S3")]
    tmp_dir: Option<PathBuf>,
    #[command(flatten)]
    s3: S3Args,
}

/// Writes every built-in template, or none if one of the files is there already.
fn write_templates(folder: &Path, console: &Console) -> Result<u8, Failure> {
    if let Some((name, _)) = templates::embedded().find(|(name, _)| folder.join(name).exists()) {
        return Err(Failure::usage(
            format!("`{}` is already there", folder.join(name).display()),
            "name another folder, or move what is in it first",
        ));
    }
    // Before the files, so that it goes after them.
    let mut made = MadeFolders::default();
    let mut files = Vec::new();
    for (name, text) in templates::embedded() {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            made.make(parent).map_err(|error| Failure::write_file(parent, error))?;
        }
        let mut file = StagedFile::create(&path)?;
        let mut out = file.writer()?;
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| Failure::write_file(&path, error))?;
        files.push(file);
    }
    let count = files.len();
    files.into_iter().try_for_each(StagedFile::commit)?;
    console.say(&format!(
        "wrote {count} templates into {}; next: change some, remove the others, and give the folder to --templates",
        folder.display()
    ));
    Ok(0)
}

impl InitArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        if let Some(folder) = &self.templates {
            return write_templates(folder, console);
        }
        if !config::preset_names().any(|name| name == self.preset) {
            let help = match suggest::nearest(&self.preset, config::preset_names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it is one of {}", config::preset_names().collect::<Vec<_>>().join(", ")),
            };
            return Err(Failure::usage(format!("there is no preset `{}`", self.preset), help));
        }
        if self.print_effective {
            console.print(&config::effective_preset(&self.preset, &known_rules(), Origins::Hidden)?)?;
            return Ok(0);
        }
        if self.to.exists() {
            return Err(Failure::usage(
                format!("`{}` is already there", self.to.display()),
                "name another file with --to, or remove it first",
            ));
        }
        let (text, told) = match &self.from {
            Some(inventory) => self.drafted(inventory)?,
            None if !is_bucket_name(&self.bucket) => {
                return Err(Failure::usage(
                    format!("`{}` cannot be a bucket's name", self.bucket),
                    "give `--bucket` the name alone, without `s3://`: letters, digits, `.`, `-` and `_`, at least three",
                ));
            }
            None => (starter(&self.preset, &self.bucket), String::new()),
        };
        config::parse(&self.to, text.as_bytes(), &known_rules())?;
        let mut file = StagedFile::create(&self.to)?;
        let mut out = file.writer()?;
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| Failure::write_file(&self.to, error))?;
        drop(out);
        file.commit()?;
        console.say(&format!("wrote {}{told}; next: edit it, then `stocktake check`", self.to.display()));
        Ok(0)
    }

    /// A drafted configuration, and what is to be said of it.
    fn drafted(&self, inventory: &Path) -> Result<(String, String), Failure> {
        let folder = self.to.parent().filter(|folder| !folder.as_os_str().is_empty());
        // Paths in a configuration are relative to it.
        let named = match folder {
            _ if is_uri(inventory) => inventory.to_owned(),
            None => inventory.to_owned(),
            Some(_) => std::path::absolute(inventory).map_err(|error| Failure::internal(error.to_string()))?,
        };
        let stop = interrupt::watch().map_err(|error| Failure::internal(error.to_string()))?;
        let rules = known_rules();
        let named = named.display().to_string();
        let tmp_dir = self.tmp_dir.clone().unwrap_or_else(std::env::temp_dir);
        let reach = self.s3.reach(&tmp_dir, Arc::clone(&stop));
        let inventory = reach.place(inventory).map_err(|error| Failure::from(AuditError::from(error)))?;
        let options = DraftOptions { inventory: &inventory, named, least_permille: LEAST_PERMILLE, rules: &rules };
        let draft = draft::draft(&options, &|| !stop.load(Ordering::Relaxed)).map_err(|error| match error {
            DraftError::Interrupted | DraftError::Source(SourceError::Interrupted) => Failure::interrupted(),
            error => Failure::of(&error),
        })?;
        let share = filters::percent(draft.explained, draft.objects);
        let areas = filters::plural(draft.areas as u64, "area", None);
        let told = format!(
            " for {}: {areas} that explain {share} of {}",
            draft.bucket,
            filters::plural(draft.objects, "object", None)
        );
        Ok((draft.text, told))
    }
}

fn starter(preset: &str, bucket: &str) -> String {
    format!(
        r#"# What `stocktake audit` judges, and by what. `stocktake check` proves this file and prints what it comes to.
version = 1
title = "{bucket}"
extends = "{preset}"    # areas, tables, workflows and requirements; print them with: stocktake init --print-effective

[[bucket]]
name = "{bucket}"
prefix = ""             # or "use-case/" where several share the bucket

# A bucket that records name and that has no inventory: references into it are told as outside.
# [[bucket]]
# name = "{bucket}-images"
# role = "data"
# inventory = false

[inputs]
inventory = ["deliveries/{bucket}"]    # a folder of deliveries, as AWS lays them out; the newest complete one counts
exports = ["deliveries/exports"]       # a folder of DynamoDB exports; the newest of each table counts
max_age = "48h"                        # older inputs: no verdict
max_skew = "24h"                       # inputs further apart: no verdict
grace = "24h"                          # how long records and inventory may take to know of each other

[output]
dir = "reports"

[migration]
phase = "before"                       # before, during, after: how much legacy keys and references weigh
"#
    )
}
