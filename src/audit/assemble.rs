//! From what was counted to `results.json`.

use std::collections::BTreeSet;

use crate::audit::closing::{OutcomeCounts, Outcomes};
use crate::audit::excusing::Excused;
use crate::audit::folders::FolderSummary;
use crate::audit::inputs::AuditInputs;
use crate::audit::pass::Completeness;
use crate::audit::provenance::evidence_digest;
use crate::audit::settings::AuditRequest;
use crate::audit::sink::{BySeverity, RuleTally, Tallies};
use crate::audit::tally::{AGES, AreaTally, NEVER, Partial, SIZES};
use crate::audit::verdict::{Given, Grounds, state};
use crate::audit::workflows::WorkflowTally;
use crate::layout::spec::{AreaSpec, Fate};
use crate::model::{KeyClass, Millis, Outcome, ReferenceClass, Severity, Verdict, time};
use crate::references::{Declarations, References};
use crate::results::schema::{
    AreaResult, Bucketed, ClassResult, Classes, ExceptionState, Inputs, Judgement, LegacyResult, MigrationResult,
    OrphanFolder, OrphanResult, OutcomeResult, ReferenceResult, Results, RuleArea, RuleResult, RuleState, SCHEMA,
    SeverityCount, Tool, Totals, WorkflowResult, WorkflowStep,
};
use crate::rules::RULES;

/// Everything that was counted.
pub(super) struct Counted<'a> {
    pub(super) request: &'a AuditRequest<'a>,
    pub(super) inputs: &'a AuditInputs,
    pub(super) declarations: &'a Declarations<'a>,
    pub(super) references: &'a References,
    pub(super) partial: &'a Partial,
    pub(super) folders: &'a FolderSummary,
    pub(super) tallies: &'a Tallies,
    pub(super) excused: &'a Excused,
    pub(super) given: Given,
    pub(super) outcomes: &'a OutcomeCounts,
    pub(super) workflows: &'a [WorkflowTally],
    pub(super) inventory_rows: &'a [u64],
    pub(super) export_items: &'a [u64],
    pub(super) inventories_complete: &'a Completeness,
    pub(super) exports_complete: &'a Completeness,
    pub(super) orphans_judged: bool,
    /// What became of a migration, if that was asked.
    pub(super) migration: Option<MigrationResult>,
    /// What was read of *before*.
    pub(super) before: Option<Box<Inputs>>,
}

impl Counted<'_> {
    /// The whole result.
    pub(super) fn results(&self) -> Results {
        let judgement = self.judgement();
        let inputs = self.input_results();
        let configuration = self.configuration();
        let mut results = Results {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "stocktake".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            judgement,
            inputs,
            configuration,
            history: Vec::new(),
            since: None,
            evidence_digest: String::new(),
        };
        results.evidence_digest = evidence_digest(&results);
        results
    }

    fn judgement(&self) -> Judgement {
        let request = self.request;
        let states: Vec<(RuleState, Option<String>)> = self
            .tallies
            .rules
            .iter()
            .enumerate()
            .map(|(rule, tally)| state(request, rule, self.given, tally))
            .collect();
        let totals = self.totals();
        let out_of_scope = self.partial.keys[KeyClass::OutOfScope as usize].objects;
        let grounds = Grounds {
            request,
            tallies: self.tallies,
            excused: self.excused,
            states: &states,
            objects: totals.objects - out_of_scope,
            out_of_scope,
            references: totals.references,
        };
        let (verdict, mut sentence, mut next_step) = grounds.verdict();
        if let (Verdict::Pass, Some(migration)) = (verdict, &self.migration) {
            (sentence, next_step) = migration.passed(&sentence);
        }
        Judgement {
            verdict,
            sentence,
            next_step,
            fail_on: request.fail_on.name().to_owned(),
            phase: request.phase,
            totals,
            classes: self.classes(),
            rules: self
                .tallies
                .rules
                .iter()
                .zip(&states)
                .enumerate()
                .map(|(rule, (tally, state))| self.rule(rule, tally, state))
                .collect(),
            areas: self.areas(&states),
            legacy: self.legacy(),
            references: self.reference_results(),
            orphans: self.orphans(),
            workflows: self.workflow_results(),
            not_checked: self.not_checked(&states),
            migration: self.migration.clone(),
            exceptions: self.excused.exceptions.clone(),
            baseline: self.excused.baseline.clone(),
            thresholds: self.excused.thresholds.clone(),
        }
    }

    fn totals(&self) -> Totals {
        let partial = self.partial;
        Totals {
            rows: partial.rows,
            objects: partial.keys.iter().map(|amount| amount.objects).sum(),
            bytes: partial.keys.iter().map(|amount| amount.bytes).sum(),
            noncurrent_versions: partial.noncurrent.objects,
            noncurrent_bytes: partial.noncurrent.bytes,
            delete_markers: partial.delete_markers,
            items: self.export_items.iter().sum(),
            references: self.references.list.len() as u64,
            folders: self.folders.folders,
            findings: self.tallies.rules.iter().map(RuleTally::findings).sum(),
        }
    }

    fn classes(&self) -> Classes {
        let key = KeyClass::ALL.iter().zip(self.partial.keys);
        let reference = ReferenceClass::ALL.iter().zip(self.partial.references);
        let mut outcomes = [0; Outcome::COUNT];
        for of_declaration in self.outcomes {
            outcomes.iter_mut().zip(of_declaration.counts).for_each(|(sum, more)| *sum += more);
        }
        Classes {
            key: key
                .map(|(&class, amount)| ClassResult { class, objects: amount.objects, bytes: amount.bytes })
                .collect(),
            reference: reference
                .map(|(&class, amount)| ClassResult { class, objects: amount.objects, bytes: amount.bytes })
                .collect(),
            outcome: outcome_results(&outcomes),
        }
    }

    fn rule(&self, rule: usize, tally: &RuleTally, (state, why): &(RuleState, Option<String>)) -> RuleResult {
        let (meta, excused) = (&RULES[rule].meta, self.excused_of(rule));
        RuleResult {
            code: meta.code.to_owned(),
            name: meta.name.to_owned(),
            family: meta.family.letter().to_owned(),
            severity: self.request.severities.base(rule),
            state: *state,
            why: why.clone(),
            findings: tally.findings(),
            by_severity: by_severity(&tally.by_severity),
            objects: tally.objects,
            bytes: tally.bytes,
            areas: self.rule_areas(rule),
            excused: excused.findings(),
            excused_weighing: Some(weighing(&excused.by_severity)),
        }
    }

    /// Findings of a rule that the baseline knows or an exception hides.
    fn excused_of(&self, rule: usize) -> RuleTally {
        let mut excused = self.tallies.known[rule];
        self.hiding(rule).for_each(|number| excused.add(&self.tallies.excepted[number]));
        excused
    }

    /// The exceptions that hide findings of a rule.
    fn hiding(&self, rule: usize) -> impl Iterator<Item = usize> {
        let exceptions = self.excused.exceptions.iter().enumerate().filter(move |(_, exception)| {
            exception.rule == RULES[rule].meta.code && exception.state == ExceptionState::InForce
        });
        exceptions.map(|(number, _)| number)
    }

    fn rule_areas(&self, rule: usize) -> Vec<RuleArea> {
        let (found, excused) = (&self.tallies.areas[rule], self.tallies.excused_areas(rule, self.hiding(rule)));
        let names: BTreeSet<&str> = found.keys().chain(excused.keys()).map(|area| &**area).collect();
        let areas = names.into_iter().map(|area| RuleArea {
            area: area.to_owned(),
            by_severity: found.get(area).map(by_severity).unwrap_or_default(),
            excused: excused.get(area).map_or(0, |counts| counts.iter().sum()),
            excused_weighing: Some(excused.get(area).map_or(0, weighing)),
        });
        areas.collect()
    }

    /// The areas that a bucket has: those of its entries' roles.
    pub(super) fn areas_of(&self, bucket: usize) -> impl Iterator<Item = (usize, &AreaSpec)> {
        let spec = self.request.layout.spec();
        let roles: Vec<&str> = self.request.layout.buckets()[bucket]
            .entries()
            .iter()
            .map(|&entry| &spec.buckets[entry])
            .filter(|entry| entry.inventory)
            .map(|entry| entry.role.as_str())
            .collect();
        spec.areas.iter().enumerate().filter(move |(_, area)| roles.contains(&area.role.as_str()))
    }

    pub(super) fn areas(&self, states: &[(RuleState, Option<String>)]) -> Vec<AreaResult> {
        let layout = self.request.layout;
        let mut areas = Vec::new();
        for (bucket, within) in layout.buckets().iter().enumerate() {
            let index = &self.references.buckets[bucket];
            let mut named = vec![false; layout.spec().areas.len()];
            index.covered_areas().for_each(|area| named[usize::from(area)] = true);
            for (number, area) in self.areas_of(bucket) {
                let position = bucket * layout.spec().areas.len() + number;
                let tally = &self.partial.areas[position];
                areas.push(AreaResult {
                    bucket: within.name().to_owned(),
                    area: area.name.clone(),
                    path: area.path.value.clone(),
                    about: area.about.clone(),
                    standing: area.standing.name().to_owned(),
                    objects: tally.all.objects,
                    bytes: tally.all.bytes,
                    compliant_objects: tally.compliant.objects,
                    compliant_bytes: tally.compliant.bytes,
                    violating_objects: tally.violating,
                    compliance_judged: self.compliance_judged(number, states),
                    referenced_objects: tally.referenced,
                    orphan_objects: tally.orphans.objects,
                    orphan_bytes: tally.orphans.bytes,
                    orphans_judged: self.orphans_judged_in(bucket, number, area),
                    near_misses: tally.near_misses,
                    folders: self.folders.by_area[position],
                    newest: newest(tally),
                    not_covered: named[number] && tally.all.objects == 0,
                });
            }
        }
        areas
    }

    fn legacy(&self) -> Vec<LegacyResult> {
        let mut generations = Vec::new();
        for (bucket, within) in self.request.layout.buckets().iter().enumerate() {
            for (number, area) in self.areas_of(bucket) {
                for (generation, legacy) in area.legacy.iter().enumerate() {
                    let place = (bucket as u16, number as u16, generation as u16);
                    let tally = self.partial.legacy.get(&place).copied().unwrap_or_default();
                    let fate = match legacy.fate {
                        Fate::To(_) => "move",
                        Fate::Keep(_) => "keep",
                        Fate::Retire(_) => "retire",
                    };
                    generations.push(LegacyResult {
                        bucket: within.name().to_owned(),
                        area: area.name.clone(),
                        generation: legacy.name.clone(),
                        fate: fate.to_owned(),
                        objects: tally.all.objects,
                        bytes: tally.all.bytes,
                        newest: newest(&tally),
                    });
                }
            }
        }
        generations
    }

    fn reference_results(&self) -> Vec<ReferenceResult> {
        let spec = self.request.layout.spec();
        let results = (0_u16..).zip(self.outcomes).map(|(declaration, Outcomes { counts, .. })| {
            let reference = self.declarations.reference(declaration);
            ReferenceResult {
                table: self.declarations.table(declaration).name.clone(),
                attribute: reference.attribute.text.clone(),
                kind: reference.kind.name().to_owned(),
                areas: reference.areas.iter().map(|&area| spec.areas[area].name.clone()).collect(),
                references: counts.iter().sum(),
                outcomes: outcome_results(counts),
                absent: self.references.absent_counts[usize::from(declaration)],
            }
        });
        results.collect()
    }

    fn orphans(&self) -> OrphanResult {
        let all = self.partial.references[ReferenceClass::Orphan as usize];
        let layout = self.request.layout;
        let bucketed = |label: &str, amount: &crate::audit::tally::Amount| Bucketed {
            label: label.to_owned(),
            objects: amount.objects,
            bytes: amount.bytes,
        };
        OrphanResult {
            judged: self.any_orphans_judged(),
            objects: all.objects,
            bytes: all.bytes,
            by_age: AGES
                .iter()
                .zip(&self.partial.orphan_ages)
                .map(|((label, _), amount)| bucketed(label, amount))
                .collect(),
            by_size: SIZES
                .iter()
                .zip(&self.partial.orphan_sizes)
                .map(|((label, _), amount)| bucketed(label, amount))
                .collect(),
            folders: self
                .folders
                .most_orphans
                .iter()
                .map(|(name, folder)| OrphanFolder {
                    bucket: layout.buckets()[usize::from(folder.bucket)].name().to_owned(),
                    folder: name.clone(),
                    area: layout.spec().areas[usize::from(folder.area)].name.clone(),
                    objects: folder.orphans.objects,
                    bytes: folder.orphans.bytes,
                    newest: utc(folder.newest),
                })
                .collect(),
            folder_count: self.folders.with_orphans,
        }
    }

    fn workflow_results(&self) -> Vec<WorkflowResult> {
        let spec = self.request.layout.spec();
        let results = spec.workflows.iter().zip(self.workflows).map(|(workflow, tally)| WorkflowResult {
            name: workflow.name.clone(),
            table: spec.tables[workflow.table].name.clone(),
            items: tally.items,
            whole: tally.items - tally.broken - tally.unjudged,
            broken: tally.broken,
            unjudged: tally.unjudged,
            steps: workflow
                .steps
                .iter()
                .zip(&tally.steps)
                .map(|(step, &broken)| WorkflowStep { attribute: step.text.clone(), broken })
                .collect(),
        });
        results.collect()
    }
}

/// Findings of severity warning or above.
fn weighing(counts: &BySeverity) -> u64 {
    counts[Severity::Warning as usize..].iter().sum()
}

/// What is not zero, the lightest first.
fn by_severity(counts: &BySeverity) -> Vec<SeverityCount> {
    let severities = [Severity::Told, Severity::Note, Severity::Warning, Severity::Error, Severity::Inconclusive];
    let counts = severities.map(|severity| SeverityCount { severity, findings: counts[severity as usize] });
    counts.into_iter().filter(|count| count.findings > 0).collect()
}

fn outcome_results(counts: &[u64; Outcome::COUNT]) -> Vec<OutcomeResult> {
    Outcome::ALL.iter().zip(counts).map(|(&outcome, &references)| OutcomeResult { outcome, references }).collect()
}

fn newest(tally: &AreaTally) -> Option<String> {
    utc(tally.newest)
}

fn utc(millis: Millis) -> Option<String> {
    (millis != NEVER).then(|| time::format_utc(millis))
}
