//! All folders in order, whether they are in memory or were spilled: each once, its tallies merged.

use crate::audit::error::AuditError;
use crate::audit::folder_tally::{FolderOrder, FolderRun, FolderTally, Folders};

/// The folders of an audit when its pass is over; they can be gone through several times.
pub(super) struct FolderStream {
    folders: Folders,
    sorted: Vec<u32>,
    runs: Vec<FolderRun>,
    order: FolderOrder,
}

impl FolderStream {
    pub(super) fn new(folders: Folders, runs: Vec<FolderRun>, order: FolderOrder) -> Self {
        Self { sorted: folders.sorted(&order), folders, runs, order }
    }

    /// Calls `each` with every folder in order.
    pub(super) fn each(
        &mut self,
        each: &mut dyn FnMut(&str, &FolderTally) -> Result<(), AuditError>,
    ) -> Result<(), AuditError> {
        let (folders, order) = (&self.folders, &self.order);
        let mut memory = self.sorted.iter().map(|&number| (folders.name(number).to_owned(), *folders.get(number)));
        let mut runs = Vec::new();
        for run in &mut self.runs {
            runs.push(run.read()?);
        }
        // The next folder of memory, then of each run.
        let mut heads = vec![memory.next()];
        for run in &mut runs {
            heads.push(run.next()?);
        }
        while let Some((name, mut tally)) = take_least(&heads, order) {
            for (source, head) in heads.iter_mut().enumerate() {
                while let Some((_, same)) =
                    head.as_ref().filter(|(other, same)| order.compare((other, same), (&name, &tally)).is_eq())
                {
                    tally.merge(same);
                    *head = if source == 0 { memory.next() } else { runs[source - 1].next()? };
                }
            }
            each(&name, &tally)?;
        }
        Ok(())
    }
}

/// The name of the least head, with nothing counted yet.
fn take_least(heads: &[Option<(String, FolderTally)>], order: &FolderOrder) -> Option<(String, FolderTally)> {
    let heads = heads.iter().flatten();
    let (name, tally) = heads.min_by(|left, right| order.compare((&left.0, &left.1), (&right.0, &right.1)))?;
    Some((name.clone(), FolderTally::empty(tally.bucket, tally.area)))
}

#[cfg(test)]
mod tests {
    use super::{FolderOrder, FolderStream, FolderTally, Folders};

    /// Tallies folders as if each were met once, spilling after every `every` of them.
    fn stream(names: &[&str], every: usize) -> Vec<(String, FolderTally)> {
        let order = FolderOrder::new(&["b", "a"]);
        let (mut folders, mut runs) = (Folders::default(), Vec::new());
        for (count, name) in names.iter().enumerate() {
            let number = folders.number((count % 2) as u16, 0, name.as_bytes(), || false);
            let tally = folders.get_mut(number);
            tally.all.add(count as u64);
            tally.newest = tally.newest.max(count as i64);
            if (count + 1) % every == 0 {
                runs.push(folders.spill(&order, None).unwrap());
            }
        }
        let mut stream = FolderStream::new(folders, runs, order);
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
