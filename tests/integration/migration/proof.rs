//! A migration in memory: planned, carried out, delivered and proved.

use std::io;
use std::sync::LazyLock;

use stocktake::audit::AuditSink;
use stocktake::audit::migrate::{Report, VerifyRequest, verify};
use stocktake::layout::Layout;
use stocktake::migration::Mapping;
use stocktake::model::{Finding, Millis, Phase};
use stocktake::results::FolderRow;
use stocktake::results::moves::MovesReader;
use stocktake::results::plan::{Amount, Plan};
use stocktake::results::schema::{Judgement, MigrationResult};
use stocktake::rules::{Selection, Severities};
use tempfile::TempDir;

use super::planned::layout;
use super::state::{AFTER, BEFORE, How, State, moves_that, planned, reading};
use crate::delivery::Files;

pub(super) static MEDIA: LazyLock<Layout> = LazyLock::new(layout);

/// A proof: the judgement and every finding.
pub(super) struct Proof {
    pub(super) judgement: Judgement,
    pub(super) findings: Vec<Finding<'static>>,
}

impl Proof {
    pub(super) fn migration(&self) -> &MigrationResult {
        self.judgement.migration.as_ref().unwrap()
    }

    /// Code and key, or item and path, of each finding of a migration.
    pub(super) fn told(&self) -> Vec<String> {
        let told = self.findings.iter().filter(|finding| finding.code.starts_with('M')).map(|finding| {
            let of = match (&finding.item, &finding.path) {
                (Some(item), Some(path)) => format!("{item} {path}"),
                _ => finding.key.as_deref().unwrap_or_default().to_owned(),
            };
            format!("{} {of}", finding.code)
        });
        told.collect()
    }
}

/// Keeps findings, and forgets folders.
#[derive(Default)]
pub(super) struct Keep(Vec<Finding<'static>>);

impl AuditSink for Keep {
    fn folder(&mut self, _: &FolderRow) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding<'_>) -> io::Result<()> {
        self.0.push(finding.clone().into_owned());
        Ok(())
    }
}

/// A migration: what was, the plan, and what is.
pub(super) struct Migration<'a> {
    pub(super) layout: &'a Layout,
    pub(super) before: State,
    /// How *before* is delivered.
    pub(super) how: How,
    pub(super) plan: Plan,
    pub(super) files: Files,
    pub(super) after: State,
    /// When *after* was listed.
    pub(super) after_at: Millis,
}

impl<'a> Migration<'a> {
    /// Planned, carried out, and the old copies gone but those that stay.
    pub(super) fn done(layout: &'a Layout, before: State) -> Self {
        Self::done_of(layout, before, How::PLAINLY)
    }

    pub(super) fn done_of(layout: &'a Layout, before: State, how: How) -> Self {
        let (plan, files) = planned(layout, &before, BEFORE, &Mapping::default(), how);
        let mut after = before.clone();
        assert_eq!(after.carry_out(&files, ""), 0);
        let mut migration = Self { layout, before, how, plan, files, after, after_at: AFTER };
        let gone: Vec<_> = migration.moves().into_iter().filter(|(_, old, _)| !migration.stays(old)).collect();
        migration.after.expire(&gone);
        migration
    }

    pub(super) fn moves(&self) -> Vec<(String, String, String)> {
        moves_that(&self.files, "copy")
    }

    /// Whether the plan keeps the old copy.
    pub(super) fn stays(&self, old_key: &str) -> bool {
        let rows = super::state::moves(&self.files);
        rows.iter().any(|row| row["old_key"] == old_key && row["keeps_source"] == "true")
    }

    pub(super) fn proof(&self, phase: Phase) -> Proof {
        self.proof_with(phase, self.how, Vec::new())
    }

    /// The proof, with *after* delivered and all read like this.
    pub(super) fn proof_with(&self, phase: Phase, how: How, reports: Vec<Report>) -> Proof {
        let dir = TempDir::new().unwrap();
        let (old, new) = (dir.path().join("before"), dir.path().join("after"));
        self.before.deliver(&old, BEFORE, self.how);
        self.after.deliver(&new, self.after_at, how);
        self.files.write(&dir.path().join("plan"));
        let selection = Selection { select: vec!["M".to_owned(), "L209".to_owned()], ignore: Vec::new() };
        let severities = Severities::new(self.layout.spec(), phase, &selection).unwrap();
        let before = reading(self.layout, &severities, phase, &old, AFTER, how);
        let after = reading(self.layout, &severities, phase, &new, AFTER, how);
        let request = VerifyRequest { after: &after, before: &before, plan: &self.plan, reports };
        let moves = MovesReader::open(&dir.path().join("plan/moves.parquet")).unwrap();
        let mut kept = Keep::default();
        let outcome = verify(request, moves, &mut kept).unwrap();
        Proof { judgement: outcome.results.judgement, findings: kept.0 }
    }
}

/// The equation holds, in objects and in bytes.
pub(super) fn assert_adds_up(migration: &MigrationResult) {
    let e = &migration.equation;
    let mut sum = Amount::default();
    let parts = [e.moved, e.pending, e.kept, e.retired, e.expired, e.altered, e.lost, e.unjudged];
    parts.into_iter().for_each(|part| sum += part);
    assert_eq!(e.before, sum);
    let graded: u64 = migration.evidence.iter().map(|evidence| evidence.objects).sum();
    assert_eq!(graded, e.moved.objects);
}
