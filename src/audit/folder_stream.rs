//! All folders in order, whether they are in memory or were spilled: each once, its tallies merged.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::audit::case_twins::{CaseTwins, Room};
use crate::audit::error::AuditError;
use crate::audit::folder_table::Folders;
use crate::audit::folder_tally::{FolderOrder, FolderRun, FolderTally};

/// The folders of an audit when its pass is over; they can be gone through several times.
pub(super) struct FolderStream<'a> {
    /// What each thread holds in memory, and the order of it.
    held: Vec<(Folders, Vec<u32>)>,
    runs: Vec<FolderRun>,
    order: FolderOrder,
    /// Where no folder was spilled: those that differ only in case.
    twins: Option<CaseTwins>,
    /// What the search for these may take, where they are asked for.
    room: Option<Room<'a>>,
}

/// The next folder of a source.
struct Head<'f> {
    /// The place of its bucket.
    rank: Option<usize>,
    name: Cow<'f, str>,
    tally: FolderTally,
    source: usize,
}

impl Head<'_> {
    fn place(&self) -> (Option<usize>, &str, u16) {
        (self.rank, &self.name, self.tally.area)
    }
}

/// The least folder is the greatest head, as a heap wants it.
impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.place().cmp(&self.place())
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head<'_> {}

impl<'a> FolderStream<'a> {
    /// Sorts what is in memory, on the threads of the pool that it is called in.
    pub(super) fn new(
        held: Vec<Folders>,
        runs: Vec<FolderRun>,
        order: FolderOrder,
        room: Option<Room<'a>>,
    ) -> io::Result<Self> {
        let twins = match room {
            Some(room) if runs.is_empty() => Some(CaseTwins::among(&held, &order, room)?),
            _ => None,
        };
        let sort = |mut folders: Folders| {
            folders.close();
            let sorted = folders.sorted(&order);
            (folders, sorted)
        };
        Ok(Self { held: held.into_par_iter().map(sort).collect(), runs, order, twins, room })
    }

    /// The folders that differ only in case, none where nobody asks; `count` is about how many folders there are.
    pub(super) fn case_twins(&mut self, count: usize) -> Result<CaseTwins, AuditError> {
        match (self.twins.take(), self.room) {
            (Some(twins), _) => Ok(twins),
            (None, Some(room)) => CaseTwins::find(self, &self.order.clone(), room, count),
            (None, None) => Ok(CaseTwins::default()),
        }
    }

    /// Calls `each` with every folder in order.
    pub(super) fn each(
        &mut self,
        each: &mut dyn FnMut(&str, &FolderTally) -> Result<(), AuditError>,
    ) -> Result<(), AuditError> {
        let order = &self.order;
        let mut held: Vec<_> = self.held.iter().map(|(folders, sorted)| folders.named(sorted)).collect();
        let mut runs: Vec<_> = self.runs.iter().map(|run| run.read(self.runs.len())).collect();
        let sources = held.len() + runs.len();
        let mut next = |source: usize| -> io::Result<_> {
            let next = match held.get_mut(source) {
                Some(held) => held.next(),
                None => runs[source - held.len()].next()?,
            };
            Ok(next.map(|(name, tally)| Head { rank: order.rank(tally.bucket), name, tally, source }))
        };
        let mut heads = BinaryHeap::with_capacity(sources);
        for source in 0..sources {
            heads.extend(next(source)?);
        }
        while let Some(mut folder) = take_least(&mut heads, &mut next)? {
            while heads.peek() == Some(&folder) {
                if let Some(same) = take_least(&mut heads, &mut next)? {
                    folder.tally.merge(&same.tally);
                }
            }
            each(&folder.name, &folder.tally)?;
        }
        Ok(())
    }
}

/// Takes the least of the heads, in whose place its source gives another one.
fn take_least<'f>(
    heads: &mut BinaryHeap<Head<'f>>,
    next: &mut dyn FnMut(usize) -> io::Result<Option<Head<'f>>>,
) -> io::Result<Option<Head<'f>>> {
    let Some(mut least) = heads.peek_mut() else { return Ok(None) };
    Ok(Some(match next(least.source)? {
        Some(next) => std::mem::replace(&mut *least, next),
        None => PeekMut::pop(least),
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::layout::Placed;

    use super::{FolderOrder, FolderStream, FolderTally, Folders};
    use crate::audit::folder_table::Counts;
    use crate::audit::tally::Amount;
    use crate::results::spill::Spill;

    fn placed(name: &str) -> Placed {
        let folder = name.len() as u16;
        Placed { area: 0, legacy: None, entry: None, folder, open: true, siblings: true, template: 0 }
    }

    /// Tallies folders as if each were met once, spilling after every `every` of them.
    fn stream(names: &[&str], every: usize) -> Vec<(String, FolderTally)> {
        let order = FolderOrder::new(&["b", "a"]);
        let (mut folders, mut runs, spill) = (Folders::default(), Vec::new(), Arc::new(Spill::new(None, 0)));
        for (count, name) in names.iter().enumerate() {
            let number = folders.number((count % 2) as u16, placed(name), name.len(), name.as_bytes(), || None);
            let all = Amount { objects: 1, bytes: count as u64 };
            folders.count(number, &Counts { all, newest: count as i64, companions: 0, referenced: 0 });
            if (count + 1) % every == 0 {
                runs.push(folders.spill(&order, &spill).unwrap());
            }
        }
        let mut stream = FolderStream::new(vec![folders], runs, order, None).unwrap();
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
