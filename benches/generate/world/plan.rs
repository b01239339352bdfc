//! How many of each kind a world has, and where each kind begins in the order of the keys.

use super::Options;
use super::chance::{Chance, Permutation};

/// A run of keys of one kind. The kinds are in the order of their keys' bytes, and so are the keys of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Legacy,
    Labeled,
    Manifests,
    Raw,
    Deployments,
    Undeclared,
    Lines,
    Misplaced,
    Compilations,
    UpperTwins,
    Trainings,
    LowerTwins,
    Malformed,
    Missing,
}

impl Section {
    const ALL: [Self; 14] = [
        Self::Legacy,
        Self::Labeled,
        Self::Manifests,
        Self::Raw,
        Self::Deployments,
        Self::Undeclared,
        Self::Lines,
        Self::Misplaced,
        Self::Compilations,
        Self::UpperTwins,
        Self::Trainings,
        Self::LowerTwins,
        Self::Malformed,
        Self::Missing,
    ];
}

/// Compilation targets of every training job, in the order of their names.
pub(super) const TARGETS: u64 = 2;

/// How many of each kind.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) chance: Chance,
    /// Training jobs, each with a folder, and one for the compilation and one for the deployment of each target.
    pub(super) chains: u64,
    /// Labelling jobs, each with a folder.
    pub(super) labelings: u64,
    /// Items of the table `models`, one reference each.
    pub(super) models: u64,
    /// Items of the table `pre-labeled-datasets`, one reference each.
    pub(super) prelabeled: u64,
    /// Areas beside those of the preset.
    pub(super) lines: u64,
    /// The share of training jobs that no record names.
    pub(super) orphans: f64,
    /// The share of records in which something is wrong.
    pub(super) broken: f64,
    /// The share of objects with a fault of their own, of those that are where they should be.
    pub(super) faults: f64,
    /// Keys that nothing names are made this long at least.
    pub(super) key_length: usize,
    /// Attributes of an item of `models`.
    pub(super) attributes: u64,
    /// How many objects each folder holds.
    pub(super) sizes: FolderSizes,
    /// Where each section begins, and where the last ends.
    starts: [u64; Section::ALL.len() + 1],
    /// The order of rows, unless they are sorted.
    shuffle: Option<Permutation>,
}

impl Plan {
    /// # Errors
    ///
    /// A sentence, if the numbers asked for cannot be met.
    pub(super) fn new(options: &Options) -> Result<Self, String> {
        let folders = options.folders;
        let labelings = (folders / 5).max(1);
        let chains = folders.saturating_sub(labelings) / (1 + 2 * TARGETS);
        let named = chains * (2 + 2 * TARGETS) + labelings * 4;
        let rest = options.references.checked_sub(named).ok_or_else(|| {
            format!("{folders} folders are named by {named} references, more than the {} asked for", options.references)
        })?;
        if chains == 0 {
            return Err("at least 10 folders are needed".to_owned());
        }
        let share = options.violations.clamp(0.0, 1.0);
        let objects = options.objects;
        let displaced = (objects as f64 * share / 10.0) as u64;
        let twins = (objects as f64 * share / 2_000.0) as u64;
        let sizes = FolderSizes::new((objects - 5 * displaced - 2 * twins).saturating_sub(labelings), folders);
        let mut plan = Self {
            chance: Chance(options.seed),
            chains,
            labelings,
            models: rest - rest / 10,
            prelabeled: rest / 10,
            lines: options.areas,
            orphans: options.orphans,
            broken: options.broken,
            faults: share * 0.5 / (1.0 - share * 0.5),
            key_length: options.key_length,
            attributes: options.attributes,
            sizes,
            starts: [0; Section::ALL.len() + 1],
            shuffle: None,
        };
        let sized = |section| match section {
            Section::Legacy | Section::Undeclared | Section::Misplaced | Section::Malformed | Section::Missing => {
                displaced
            }
            Section::UpperTwins | Section::LowerTwins => twins,
            Section::Labeled => plan.sizes.objects(labelings),
            Section::Manifests => labelings,
            Section::Deployments | Section::Compilations => plan.sizes.objects(chains * TARGETS),
            Section::Trainings => plan.sizes.objects(chains),
            Section::Raw | Section::Lines => 0,
        };
        let rest = objects.checked_sub(Section::ALL.into_iter().map(sized).sum()).ok_or_else(|| {
            format!("{objects} objects are too few for {folders} folders with {:.0} % violations", share * 100.0)
        })?;
        let lines = if options.areas == 0 { 0 } else { rest / 2 };
        let mut start = 0;
        let mut starts = [0; Section::ALL.len() + 1];
        for (section, slot) in Section::ALL.into_iter().zip(&mut starts[1..]) {
            start += match section {
                Section::Raw => rest - lines,
                Section::Lines => lines,
                section => sized(section),
            };
            *slot = start;
        }
        plan.starts = starts;
        plan.shuffle = options.shuffled().then(|| Permutation::new(objects, plan.chance));
        Ok(plan)
    }

    /// Of the row at a place: its number in the order of the keys, its section, and its number there.
    pub(super) fn row(&self, place: u64) -> (u64, Section, u64) {
        let index = self.shuffle.map_or(place, |order| order.at(place));
        let after = self.starts[1..].iter().position(|&start| index < start).unwrap_or(Section::ALL.len() - 1);
        (index, Section::ALL[after], index - self.starts[after])
    }

    /// Objects in a section.
    pub(super) fn objects(&self, section: Section) -> u64 {
        self.starts[section as usize + 1] - self.starts[section as usize]
    }
}

/// How many objects lie in each folder: a pattern of lengths that comes again and again.
#[derive(Debug)]
pub(super) struct FolderSizes {
    /// Of each folder of the pattern: where its objects begin; at the end, how many there are.
    starts: Vec<u64>,
    /// Of each object of the pattern: its folder.
    folders: Vec<u16>,
}

/// Folders in the pattern.
const PATTERN: u64 = 36;

impl FolderSizes {
    /// Five to forty objects each if there are enough: at most about half of all lie in folders.
    fn new(objects: u64, folders: u64) -> Self {
        let average = objects * 45 / 100 / folders.max(1);
        let (least, most) = match average {
            0..5 if objects * 9 / 10 < folders * 5 => (2, 2),
            0..5 => (5, 5),
            _ => (5, (2 * average - 5).min(40)),
        };
        let (mut starts, mut of) = (vec![0], Vec::new());
        for folder in 0..PATTERN {
            let length = least + (folder * 7 % PATTERN) * (most - least) / (PATTERN - 1);
            of.extend((0..length).map(|_| folder as u16));
            starts.push(of.len() as u64);
        }
        Self { starts, folders: of }
    }

    /// Objects in so many folders.
    fn objects(&self, folders: u64) -> u64 {
        folders / PATTERN * self.folders.len() as u64 + self.starts[(folders % PATTERN) as usize]
    }

    /// Of an object: its folder, its place there, and how many lie there.
    pub(super) fn locate(&self, object: u64) -> (u64, u64, u64) {
        let length = self.folders.len() as u64;
        let within = object % length;
        let folder = usize::from(self.folders[within as usize]);
        let (start, end) = (self.starts[folder], self.starts[folder + 1]);
        (object / length * PATTERN + folder as u64, within - start, end - start)
    }
}
