//! What reports show of many: the first findings of each rule, and the largest folders.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};

use crate::model::Finding;
use crate::results::schema::FolderRow;

/// How many findings of a rule a report shows where nobody says otherwise.
pub const EXAMPLES: usize = 100;

/// The first findings of each rule in total order; the true totals are in the results.
#[derive(Debug, Clone)]
pub struct Examples {
    limit: usize,
    rules: BTreeMap<String, Vec<Finding<'static>>>,
}

impl Default for Examples {
    fn default() -> Self {
        Self::new(EXAMPLES)
    }
}

impl Examples {
    /// At most `limit` findings of each rule.
    pub const fn new(limit: usize) -> Self {
        Self { limit, rules: BTreeMap::new() }
    }

    /// Takes the next finding in total order; what is excused is no example.
    pub fn push(&mut self, finding: &Finding<'_>) {
        if finding.excused.is_some() {
            return;
        }
        if !self.rules.contains_key(&*finding.code) {
            self.rules.insert(finding.code.clone().into_owned(), Vec::new());
        }
        if let Some(examples) = self.rules.get_mut(&*finding.code)
            && examples.len() < self.limit
        {
            examples.push(finding.clone().into_owned());
        }
    }

    /// The first findings of a rule.
    pub fn of(&self, code: &str) -> &[Finding<'static>] {
        self.rules.get(code).map_or(&[], Vec::as_slice)
    }
}

/// The folders with most bytes, for the drawing of the structure.
#[derive(Debug)]
pub struct LargestFolders {
    limit: usize,
    /// The least of those kept is on top.
    kept: BinaryHeap<Reverse<BySize>>,
}

#[derive(Debug)]
struct BySize(FolderRow);

impl LargestFolders {
    /// At most `limit` folders.
    pub const fn new(limit: usize) -> Self {
        Self { limit, kept: BinaryHeap::new() }
    }

    /// Takes a folder.
    pub fn push(&mut self, row: &FolderRow) {
        if self.kept.len() == self.limit && self.kept.peek().is_some_and(|least| row.bytes < least.0.0.bytes) {
            return;
        }
        self.kept.push(Reverse(BySize(row.clone())));
        if self.kept.len() > self.limit {
            self.kept.pop();
        }
    }

    /// Most bytes first, then by bucket, folder and area.
    pub fn into_sorted(self) -> Vec<FolderRow> {
        self.kept.into_sorted_vec().into_iter().map(|Reverse(BySize(row))| row).collect()
    }
}

impl Ord for BySize {
    fn cmp(&self, other: &Self) -> Ordering {
        let name = |row: &Self| Reverse((row.0.bucket.clone(), row.0.folder.clone(), row.0.area.clone()));
        self.0.bytes.cmp(&other.0.bytes).then_with(|| name(self).cmp(&name(other)))
    }
}

impl PartialOrd for BySize {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for BySize {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for BySize {}
