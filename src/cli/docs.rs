//! `stocktake docs`.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::check::ConfigArgs;
use crate::cli::console::Console;
use crate::cli::results_folder::ResultsFolder;
use crate::cli::{Failure, difference};
use crate::docs::{self, Docs, DocsFormat, FolderTotals};
use crate::render::Templates;
use crate::results::folders::FoldersReader;

/// Document the structure: the tree, the areas, the migration, the rules
///
/// Everything is derived from the layout; with the results of an audit, figures come along. Without an output the
/// Markdown goes to stdout.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake docs -o structure.html
  stocktake docs --results reports/results.json --folders reports/folders.parquet > STRUCTURE.md
  stocktake docs --inject README.md
      renews what stands between the lines
      <!-- stocktake docs: begin --> and <!-- stocktake docs: end -->
  stocktake docs --inject README.md --check
      for CI: writes nothing

With --check: exits 0 if the page is as it should be, 1 with a diff if not, 2 if it has no markers.")]
pub(super) struct DocsArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// A folder of `audit --out`, or the results.json in it, for figures
    #[arg(long, value_name = "RESULTS")]
    results: Option<PathBuf>,
    /// folders.parquet of an audit, for the largest folders
    #[arg(long, value_name = "FILE", requires = "results")]
    folders: Option<PathBuf>,
    /// Where to write it; the extension tells the format (repeatable)
    #[arg(short, long, value_name = "[FORMAT=]FILE")]
    output: Vec<Target>,
    /// The format on stdout
    #[arg(long, value_name = "md|html", value_parser = format_named, conflicts_with_all = ["output", "inject"])]
    format: Option<DocsFormat>,
    /// A page in which to renew what stands between the markers (repeatable)
    #[arg(long, value_name = "FILE")]
    inject: Vec<PathBuf>,
    /// Write nothing: say whether the files are as they should be
    #[arg(long)]
    check: bool,
}

/// A file and its format.
#[derive(Debug, Clone)]
struct Target {
    format: DocsFormat,
    path: PathBuf,
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((name, path)) = text.split_once('=')
            && let Some(format) = DocsFormat::from_name(name)
        {
            return Ok(Self { format, path: path.into() });
        }
        let path = PathBuf::from(text);
        let format = format_of(&path).ok_or("its extension is neither md nor html: write md=FILE or html=FILE")?;
        Ok(Self { format, path })
    }
}

fn format_named(name: &str) -> Result<DocsFormat, String> {
    DocsFormat::from_name(name).ok_or_else(|| "it is one of md, html".to_owned())
}

fn format_of(path: &Path) -> Option<DocsFormat> {
    DocsFormat::from_extension(path.extension()?.to_str()?)
}

impl DocsArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        if self.check && self.output.is_empty() && self.inject.is_empty() {
            return Err(Failure::usage("--check holds no file against the layout", "name it with --inject or -o"));
        }
        let layout = self.config.compile()?;
        let results = match &self.results {
            Some(path) => Some(ResultsFolder::new(path).results()?),
            None => None,
        };
        let folders = self.folders.as_deref().map(totals).transpose()?;
        let spec = layout.spec();
        let overrides = spec.output.templates.as_ref().map(|folder| spec.directory.join(folder));
        let templates = Templates::new(overrides.as_deref()).map_err(|error| Failure::of(&error))?;
        let docs = Docs::new(&layout, results.as_ref(), folders.as_ref());
        let failed = |error| Failure::of(&error);

        let mut wanted: Vec<(&Path, String)> = Vec::new();
        for target in &self.output {
            wanted.push((&target.path, docs::page(&docs, target.format, &templates).map_err(failed)?));
        }
        for path in &self.inject {
            let format = format_of(path).unwrap_or(DocsFormat::Markdown);
            let body = docs::body(&docs, format, &templates).map_err(failed)?;
            let injected = docs::inject(&difference::read_text(path)?, &body).map_err(|error| Failure::of(&error))?;
            wanted.push((path, injected));
        }
        if wanted.is_empty() {
            let format = self.format.unwrap_or(DocsFormat::Markdown);
            console.print(&docs::page(&docs, format, &templates).map_err(failed)?)?;
        }
        difference::settle(&wanted, self.check, "what is published", console)
    }
}

fn totals(path: &Path) -> Result<FolderTotals, Failure> {
    let mut totals = FolderTotals::default();
    for row in FoldersReader::open(path).map_err(|error| Failure::of(&error))? {
        totals.add(&row.map_err(|error| Failure::of(&error))?);
    }
    Ok(totals)
}
