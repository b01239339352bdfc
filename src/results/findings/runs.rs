//! Findings on their way to one order: each part of an input sorts its own runs, and one merge reads them all.

use std::io;
use std::path::Path;

use crate::model::Finding;
use crate::results::findings::encode::{decode, encode};
use crate::results::sorted::{Merged, SortedRun, SortedRuns, SortedWriter};

/// The size in bytes at which a run is sorted and written away, where nobody says otherwise.
pub const RUN_BYTES: usize = 32 << 20;

/// Where runs of findings are kept until they are merged.
#[derive(Debug, Clone)]
pub struct FindingRuns {
    runs: SortedRuns,
}

impl FindingRuns {
    /// Runs that spill to an unnamed file in `tmp_dir`, or in the system's directory for temporary files.
    pub fn new(tmp_dir: Option<&Path>) -> Self {
        Self::with_run_bytes(tmp_dir, RUN_BYTES)
    }

    /// The same with another size at which runs spill, in bytes.
    pub fn with_run_bytes(tmp_dir: Option<&Path>, run_bytes: usize) -> Self {
        Self { runs: SortedRuns::new(tmp_dir, run_bytes) }
    }

    /// A writer for one part. What it took counts only once it is finished; dropped before, it leaves nothing.
    pub fn writer(&self) -> RunWriter {
        RunWriter { writer: self.runs.writer() }
    }
}

/// Takes the findings of one part.
#[derive(Debug)]
pub struct RunWriter {
    writer: SortedWriter,
}

impl RunWriter {
    /// Takes one finding.
    pub fn push(&mut self, finding: &Finding<'_>) -> io::Result<()> {
        self.writer.push(|bytes| encode(finding, bytes))
    }

    /// The part ended well: its findings count.
    pub fn finish(self) -> io::Result<Vec<Run>> {
        self.writer.finish()
    }
}

/// A sorted run of findings.
pub type Run = SortedRun;

/// Gives every finding of all runs to `each`, in their total order.
pub fn merge<E: From<io::Error>>(runs: Vec<Run>, each: &mut dyn FnMut(&Finding<'_>) -> Result<(), E>) -> Result<(), E> {
    let mut merged = Merged::new(runs)?;
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a temporary file of findings is damaged");
    while let Some(record) = merged.next_record()? {
        each(&decode(record).ok_or_else(damaged)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::*;

    use super::{FindingRuns, merge};
    use crate::model::{Finding, Severity, Subject};

    fn finding(key: String) -> Finding<'static> {
        Finding { key: Some(key.into()), ..Finding::new("L201", Severity::Error, Subject::Object) }
    }

    proptest! {
        #[test]
        fn however_parts_are_cut_and_spilled_the_merge_is_the_sorted_whole(
            parts in prop::collection::vec((prop::collection::vec("[a-c]{0,40}", 0..20), any::<bool>()), 0..8), run_bytes in 1_usize..2_000,
        ) {
            let runs = FindingRuns::with_run_bytes(None, run_bytes);
            let (mut finished, mut expected) = (Vec::new(), Vec::new());
            for (keys, ends_well) in parts {
                let mut writer = runs.writer();
                for key in &keys {
                    writer.push(&finding(key.clone()))?;
                }
                if ends_well {
                    finished.extend(writer.finish()?);
                    expected.extend(keys);
                }
            }
            expected.sort();
            let mut merged = Vec::new();
            merge(finished, &mut |finding| -> io::Result<()> { merged.extend(finding.key.as_deref().map(str::to_owned)); Ok(()) })?;
            prop_assert_eq!(merged, expected);
            prop_assert_eq!(runs.runs.held_bytes(), 0);
        }
    }

    #[test]
    fn a_directory_that_is_not_there_is_an_error_only_when_it_is_needed() {
        let missing = std::path::Path::new("/no/such/directory");
        let write = |run_bytes| {
            let mut writer = FindingRuns::with_run_bytes(Some(missing), run_bytes).writer();
            writer.push(&finding("a".to_owned()))?;
            writer.finish()
        };
        assert_eq!(write(1_000).map(|runs| runs.len()).ok(), Some(1));
        assert_eq!(write(1).map_err(|error| error.kind()).err(), Some(io::ErrorKind::NotFound));
    }
}
