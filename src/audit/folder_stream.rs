//! All folders in order, whether they are in memory or were spilled: each once, its tallies merged.

use std::borrow::Cow;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::audit::case_twins::CaseTwins;
use crate::audit::error::AuditError;
use crate::audit::folder_table::Folders;
use crate::audit::folder_tally::{FolderOrder, FolderRun, FolderTally};

/// The folders of an audit when its pass is over; they can be gone through several times.
pub(super) struct FolderStream {
    /// What each thread holds in memory, and the order of it.
    held: Vec<(Folders, Vec<u32>)>,
    runs: Vec<FolderRun>,
    order: FolderOrder,
    /// Where no folder was spilled: those that differ only in case.
    twins: Option<CaseTwins>,
}

/// The next folder of a source.
type Head<'f> = Option<(Cow<'f, str>, FolderTally)>;

impl FolderStream {
    /// Sorts what is in memory, on the threads of the pool that it is called in.
    pub(super) fn new(held: Vec<Folders>, runs: Vec<FolderRun>, order: FolderOrder) -> Self {
        let twins = runs.is_empty().then(|| CaseTwins::among(&held));
        let sort = |mut folders: Folders| {
            folders.close();
            let sorted = folders.sorted(&order);
            (folders, sorted)
        };
        Self { held: held.into_par_iter().map(sort).collect(), runs, order, twins }
    }

    /// The folders that differ only in case; `count` is about how many folders there are.
    pub(super) fn case_twins(&mut self, count: usize) -> Result<CaseTwins, AuditError> {
        self.twins.take().map_or_else(|| CaseTwins::find(self, count), Ok)
    }

    /// Calls `each` with every folder in order.
    pub(super) fn each(
        &mut self,
        each: &mut dyn FnMut(&str, &FolderTally) -> Result<(), AuditError>,
    ) -> Result<(), AuditError> {
        let order = &self.order;
        let mut held: Vec<_> = self.held.iter().map(|(folders, sorted)| folders.named(sorted)).collect();
        let mut runs = Vec::new();
        for run in &mut self.runs {
            runs.push(run.read()?);
        }
        let mut heads: Vec<Head<'_>> = held.iter_mut().map(Iterator::next).collect();
        for run in &mut runs {
            heads.push(run.next()?);
        }
        let mut next = |source: usize| -> Result<Head<'_>, AuditError> {
            match held.get_mut(source) {
                Some(held) => Ok(held.next()),
                None => Ok(runs[source - held.len()].next()?),
            }
        };
        while let Some(least) = least(&heads, order) {
            let Some((name, mut tally)) = std::mem::replace(&mut heads[least], next(least)?) else { continue };
            for (source, head) in heads.iter_mut().enumerate() {
                while let Some((_, same)) = head
                    .as_ref()
                    .filter(|(other, same)| order.compare(place(other, same), place(&name, &tally)).is_eq())
                {
                    tally.merge(same);
                    *head = next(source)?;
                }
            }
            each(&name, &tally)?;
        }
        Ok(())
    }
}

/// What the order asks of a folder.
fn place<'n>(name: &'n str, tally: &FolderTally) -> (&'n str, u16, u16) {
    (name, tally.bucket, tally.area)
}

/// Which source has the least head.
fn least(heads: &[Head<'_>], order: &FolderOrder) -> Option<usize> {
    let heads = heads.iter().enumerate().filter_map(|(source, head)| Some((source, head.as_ref()?)));
    let least = heads.min_by(|(_, left), (_, right)| order.compare(place(&left.0, &left.1), place(&right.0, &right.1)));
    least.map(|(source, _)| source)
}

#[cfg(test)]
mod tests {
    use crate::layout::Placed;

    use super::{FolderOrder, FolderStream, FolderTally, Folders};
    use crate::audit::folder_table::Counts;
    use crate::audit::tally::Amount;

    fn placed(name: &str) -> Placed {
        let folder = name.len() as u16;
        Placed { area: 0, legacy: None, entry: None, folder, open: true, siblings: true, template: 0 }
    }

    /// Tallies folders as if each were met once, spilling after every `every` of them.
    fn stream(names: &[&str], every: usize) -> Vec<(String, FolderTally)> {
        let order = FolderOrder::new(&["b", "a"]);
        let (mut folders, mut runs) = (Folders::default(), Vec::new());
        for (count, name) in names.iter().enumerate() {
            let number = folders.number((count % 2) as u16, placed(name), name.len(), name.as_bytes(), || None);
            let all = Amount { objects: 1, bytes: count as u64 };
            folders.count(number, &Counts { all, newest: count as i64, companions: 0, referenced: 0 });
            if (count + 1) % every == 0 {
                runs.push(folders.spill(&order, None).unwrap());
            }
        }
        let mut stream = FolderStream::new(vec![folders], runs, order);
        let mut seen = Vec::new();
        for _ in 0..2 {
            seen.clear();
            let mut each = |name: &str, tally: &FolderTally| {
                seen.push((name.to_owned(), *tally));
                Ok(())
            };
            stream.each(&mut each).unwrap();
        }
        seen
    }

    #[test]
    fn spilled_folders_are_the_folders_that_stayed_in_memory() {
        let names = ["x/", "y/", "x/", "", "z/", "y/", "x/", "w/", "y/", "x/", "x/"];
        let whole = stream(&names, usize::MAX);
        assert!(whole.windows(2).all(|pair| (1 - pair[0].1.bucket, &pair[0].0) < (1 - pair[1].1.bucket, &pair[1].0)));
        assert_eq!(whole.iter().map(|(_, tally)| tally.all.objects).sum::<u64>(), names.len() as u64);
        for every in 1..6 {
            assert_eq!(stream(&names, every), whole, "spilled after every {every}");
        }
    }
}
