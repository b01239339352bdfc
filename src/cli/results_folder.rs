//! The results of an earlier audit, as commands that go on from them are given them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::Failure;
use crate::results::findings::{FindingStream, FindingsReader};
use crate::results::folders::FoldersReader;
use crate::results::{Results, json};

/// A folder with `results.json`, `findings.parquet` and `folders.parquet`.
#[derive(Debug, Clone)]
pub(super) struct ResultsFolder {
    results: PathBuf,
}

impl ResultsFolder {
    /// The folder of `--out`, or the `results.json` in one.
    pub(super) fn new(given: &Path) -> Self {
        let results = if given.is_dir() { given.join("results.json") } else { given.to_owned() };
        Self { results }
    }

    /// Reads `results.json`.
    pub(super) fn results(&self) -> Result<Results, Failure> {
        let shown = self.results.display().to_string();
        let text = fs::read(&self.results).map_err(|error| {
            let help = "give the folder of `audit --out`, or the results.json in it";
            Failure::usage(format!("{shown} cannot be read: {error}"), help)
        })?;
        json::read(&text, &shown).map_err(|error| Failure::of(&error))
    }

    /// Where `findings.parquet` lies, beside it.
    pub(super) fn findings_file(&self) -> PathBuf {
        self.results.with_file_name("findings.parquet")
    }

    /// Reads `findings.parquet` beside it.
    pub(super) fn findings(&self) -> Result<FindingStream<'static>, Failure> {
        let reader = FindingsReader::open(&self.findings_file());
        Ok(Box::new(reader.map_err(|error| Failure::of(&error))?))
    }

    /// The same, for commands that do nothing else meanwhile: decoded on a thread of its own, ahead of who reads.
    pub(super) fn findings_ahead(&self) -> Result<FindingStream<'static>, Failure> {
        let reader = FindingsReader::open(&self.findings_file()).and_then(FindingsReader::ahead);
        Ok(Box::new(reader.map_err(|error| Failure::of(&error))?))
    }

    /// Reads `folders.parquet` beside it, if it is there.
    pub(super) fn folders(&self) -> Result<Option<FoldersReader>, Failure> {
        let path = self.results.with_file_name("folders.parquet");
        if !path.exists() {
            return Ok(None);
        }
        FoldersReader::open(&path).map(Some).map_err(|error| Failure::of(&error))
    }
}
