//! The result of the audit before, as `audit --previous` is given it: read beside the findings as they come.

use std::path::Path;

use crate::cli::Failure;
use crate::cli::results_folder::ResultsFolder;
use crate::compare::{Comparer, remember};
use crate::model::Finding;
use crate::results::{Results, ResultsError};

/// An earlier result, and what became of its findings so far.
pub(super) struct Previous {
    results: Results,
    comparer: Comparer<'static>,
    /// The first problem with its findings, told when the audit is over.
    problem: Option<ResultsError>,
}

impl Previous {
    /// Opens a folder of `audit --out`, or the results.json in it.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let folder = ResultsFolder::new(path);
        let results = folder.results()?;
        let comparer = Comparer::new(folder.findings()?, 0).map_err(|error| Failure::of(&error))?;
        Ok(Self { results, comparer, problem: None })
    }

    /// Takes the next finding in total order.
    pub(super) fn push(&mut self, finding: &Finding<'_>) {
        if self.problem.is_none() {
            self.problem = self.comparer.push(finding).err();
        }
    }

    /// Writes into the result what changed.
    pub(super) fn finish(self, results: &mut Results) -> Result<(), Failure> {
        if let Some(problem) = self.problem {
            return Err(Failure::of(&problem));
        }
        let changes = self.comparer.finish(results).map_err(|error| Failure::of(&error))?;
        remember(results, &self.results, &changes);
        Ok(())
    }
}
