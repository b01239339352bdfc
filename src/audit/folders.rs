//! What only the whole can show of folders and names: missing companions, case collisions, plural names; and the
//! rows of `folders.parquet`.

use crate::audit::error::AuditError;
use crate::audit::folder_stream::FolderStream;
use crate::audit::folder_tally::FolderTally;
use crate::audit::outcome::BucketView;
use crate::audit::settings::AuditRequest;
use crate::audit::sink::{Concern, Emitter, asked, kind};
use crate::audit::tally::{Amount, NEVER, Partial};
use crate::layout::Captures;
use crate::layout::spec::{AreaSpec, Standing};
use crate::references::References;
use crate::results::FolderRow;
use crate::rules::context::{FolderContext, NameContext};

/// How many folders with orphans a result names.
const ORPHAN_FOLDERS: usize = 50;

/// What results say of all folders together.
#[derive(Debug)]
pub(super) struct FolderSummary {
    pub(super) folders: u64,
    /// Folders, at `bucket * areas + area`.
    pub(super) by_area: Vec<u64>,
    /// Those of them that L207 could judge, likewise.
    pub(super) companions_judged: Vec<u64>,
    pub(super) with_orphans: u64,
    /// The folders with most orphan bytes, most first, then in order.
    pub(super) most_orphans: Vec<(String, FolderTally)>,
}

impl FolderSummary {
    fn new(areas: usize) -> Self {
        let none = || vec![0; areas];
        Self { folders: 0, by_area: none(), companions_judged: none(), with_orphans: 0, most_orphans: Vec::new() }
    }

    /// Takes the next folder in order.
    fn add(&mut self, name: &str, tally: &FolderTally, area: usize) {
        self.folders += 1;
        self.by_area[area] += 1;
        if tally.orphans == Amount::default() {
            return;
        }
        self.with_orphans += 1;
        let position = self.most_orphans.partition_point(|(_, known)| known.orphans.bytes >= tally.orphans.bytes);
        if position < ORPHAN_FOLDERS {
            self.most_orphans.truncate(ORPHAN_FOLDERS - 1);
            self.most_orphans.insert(position, (name.to_owned(), *tally));
        }
    }
}

fn asks_for_companions(area: &AreaSpec) -> bool {
    area.standing == Standing::Wanted && !area.companions.is_empty()
}

/// Judges folders when the pass is over.
pub(super) struct FolderClosing<'a> {
    pub(super) request: &'a AuditRequest<'a>,
    pub(super) references: &'a References,
    pub(super) views: &'a [BucketView],
    pub(super) partial: &'a Partial,
}

impl FolderClosing<'_> {
    /// Calls the folder rules for every folder, in order, hands out its row, and sums up.
    pub(super) fn folders(
        &self,
        folders: &mut FolderStream<'_>,
        emitter: &mut Emitter,
        each: &mut dyn FnMut(&FolderRow) -> Result<(), AuditError>,
    ) -> Result<FolderSummary, AuditError> {
        let mut twins = folders.case_twins(self.partial.folder_count() as usize)?;
        let mut summary = FolderSummary::new(self.partial.areas.len());
        let areas = self.request.layout.spec().areas.len();
        let (mut row, mut captures) = (FolderRow::default(), Captures::new());
        folders.each(&mut |name, tally| {
            let area = usize::from(tally.bucket) * areas + usize::from(tally.area);
            let missing = self.missing_companions(tally, name);
            summary.companions_judged[area] += u64::from(missing.is_some());
            let missing = missing.unwrap_or_default();
            let twins = twins.of(name, tally)?;
            let mut findings = 0;
            if !missing.is_empty() || !twins.is_empty() {
                findings = self.judge(tally, name, &missing, &twins, emitter);
            }
            summary.add(name, tally, area);
            self.write_row(tally, name, findings, &mut row, &mut captures);
            each(&row)
        })?;
        Ok(summary)
    }

    fn judge(
        &self,
        tally: &FolderTally,
        name: &str,
        missing: &[String],
        twins: &[String],
        emitter: &mut Emitter,
    ) -> u64 {
        let layout = self.request.layout;
        let area = usize::from(tally.area);
        let twins: Vec<&str> = twins.iter().map(String::as_str).collect();
        let context = FolderContext {
            bucket: layout.buckets()[usize::from(tally.bucket)].name(),
            folder: name,
            area: &layout.spec().areas[area],
            objects: tally.all.objects,
            bytes: tally.all.bytes,
            newest: Some(tally.newest).filter(|&newest| newest != NEVER),
            missing_companions: missing,
            case_twins: &twins,
        };
        let mut findings = 0;
        let concern = Concern { objects: tally.all.objects, bytes: tally.all.bytes };
        for (rule, severity, check) in asked(kind!(Folder), |rule| self.request.severities.area(rule, area)) {
            let mut sink = emitter.rule(rule, severity, concern);
            check(&context, &mut sink);
            findings += u64::from(sink.reported);
        }
        findings
    }

    /// The companion lists that nothing in the folder satisfies; `None` where they are not asked for, or not yet.
    fn missing_companions(&self, tally: &FolderTally, name: &str) -> Option<Vec<String>> {
        let layout = self.request.layout;
        let area = &layout.spec().areas[usize::from(tally.area)];
        if !asks_for_companions(area) {
            return None;
        }
        let open = (0..64_u32).zip(&area.companions).filter(|(list, _)| tally.companions & (1 << list) == 0);
        let mut missing = open.map(|(_, list)| list).peekable();
        if missing.peek().is_none() {
            return Some(Vec::new());
        }
        let view = &self.views[usize::from(tally.bucket)];
        let index = &self.references.buckets[usize::from(tally.bucket)];
        let excused = !view.complete
            || (tally.newest != NEVER && tally.newest > view.settled_before)
            // Last, as it costs a look-up; who claims a folder covers it.
            || (tally.covered && index.is_unfinished(tally.area, name.as_bytes()));
        if excused {
            return None;
        }
        let written = |list: &Vec<crate::layout::spec::At<String>>| {
            list.iter().map(|glob| glob.value.as_str()).collect::<Vec<_>>().join(" or ")
        };
        Some(missing.map(written).collect())
    }

    /// Writes a folder's row over that of another one.
    fn write_row(&self, tally: &FolderTally, name: &str, findings: u64, row: &mut FolderRow, captures: &mut Captures) {
        let layout = self.request.layout;
        let area = &layout.spec().areas[usize::from(tally.area)];
        let bucket = &layout.buckets()[usize::from(tally.bucket)];
        let lists = area.companions.len().min(64) as u32;
        bucket.name().clone_into(&mut row.bucket);
        name.clone_into(&mut row.folder);
        area.name.clone_into(&mut row.area);
        let mut count = 0;
        bucket.each_folder_capture(usize::from(tally.area), name, captures, &mut |placeholder, value| {
            if count == row.captures.len() {
                row.captures.push(Default::default());
            }
            let capture = &mut row.captures[count];
            placeholder.clone_into(&mut capture.0);
            value.clone_into(&mut capture.1);
            count += 1;
        });
        row.captures.truncate(count);
        row.objects = tally.all.objects;
        row.bytes = tally.all.bytes;
        row.newest = Some(tally.newest).filter(|&newest| newest != NEVER);
        row.referenced = tally.referenced;
        row.covered = tally.covered;
        row.orphans = tally.orphans.objects;
        row.orphan_bytes = tally.orphans.bytes;
        row.missing_companions = asks_for_companions(area).then(|| lists - tally.companions.count_ones().min(lists));
        row.findings = tally.findings + findings;
    }

    /// L206: plural names of the layout's literals and of the buckets' top levels, once each.
    pub(super) fn names(&self, emitter: &mut Emitter) {
        let spec = self.request.layout.spec();
        for (number, (plural, singular)) in spec.singular.iter().enumerate() {
            let spelled = spec.areas.iter().position(|area| {
                area.standing == Standing::Wanted && area.path.value.split('/').any(|segment| segment == plural)
            });
            if let Some(area) = spelled {
                let name = spec.areas[area].name.as_str();
                self.name(emitter, &NameContext { bucket: None, name: plural, singular, area: Some(name) });
                continue;
            }
            for (bucket, layout) in self.request.layout.buckets().iter().enumerate() {
                if self.partial.plurals[bucket * spec.singular.len() + number] {
                    let context = NameContext { bucket: Some(layout.name()), name: plural, singular, area: None };
                    self.name(emitter, &context);
                }
            }
        }
    }

    fn name(&self, emitter: &mut Emitter, context: &NameContext<'_>) {
        for (rule, severity, check) in asked(kind!(Name), |rule| self.request.severities.base(rule)) {
            check(context, &mut emitter.rule(rule, severity, Concern::default()));
        }
    }
}
