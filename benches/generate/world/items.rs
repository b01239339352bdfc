//! The records of a world: lines of DynamoDB JSON, as the portal's tables hold them.

use super::chance::{Draw, within};
use super::expected::Tally;
use super::fate::Fate;
use super::names::{self, BUCKET, Chain, TARGET, push, push_uuid};
use super::plan::{Plan, TARGETS};

const USECASE: &str = "5f3c2b1a-0d4e-4c6b-9a77-8e1f20c4d911";
/// Items of `models` of which one has a location in an attribute that nobody declared.
const UNDECLARED_EVERY: u64 = 1_000;
/// Labelling jobs of which one names the output path of all jobs.
const OVER_BROAD_EVERY: u64 = 500;

/// A table of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    TrainingJobs,
    LabelingJobs,
    PrelabeledDatasets,
    Models,
    Usecases,
}

impl Table {
    pub(super) const ALL: [Self; 5] =
        [Self::TrainingJobs, Self::LabelingJobs, Self::PrelabeledDatasets, Self::Models, Self::Usecases];

    /// As it is called in DynamoDB.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::TrainingJobs => "dda-portal-training-jobs",
            Self::LabelingJobs => "dda-portal-labeling-jobs",
            Self::PrelabeledDatasets => "dda-portal-pre-labeled-datasets",
            Self::Models => "dda-portal-models",
            Self::Usecases => "dda-portal-usecases",
        }
    }

    /// How many records it may hold; some are left out.
    pub(super) const fn records(self, plan: &Plan) -> u64 {
        match self {
            Self::TrainingJobs => plan.chains,
            Self::LabelingJobs => plan.labelings,
            Self::PrelabeledDatasets => plan.prelabeled,
            Self::Models => plan.models,
            Self::Usecases => 1,
        }
    }

    /// Writes the record with a number, if there is one, and counts what it says.
    pub(super) fn write(self, plan: &Plan, number: u64, lines: &mut Lines, tally: &mut Tally) {
        match self {
            Self::TrainingJobs => lines.training(plan, number, tally),
            Self::LabelingJobs => lines.labeling(plan, number, tally),
            Self::PrelabeledDatasets => lines.prelabeled(plan, number, tally),
            Self::Models => lines.model(plan, number, tally),
            Self::Usecases => {
                lines.begin();
                lines.text("usecase_id", |out| out.extend_from_slice(USECASE.as_bytes()));
                lines.text("name", |out| out.extend_from_slice(b"Line 1"));
                lines.text("s3_bucket", |out| out.extend_from_slice(BUCKET.as_bytes()));
                lines.number("created_at", names::FIRST_JOB * 1_000);
                tally.reference("resolved");
                lines.end();
            }
        }
    }
}

/// Lines of a data file.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) text: Vec<u8>,
    pub(super) items: u64,
}

impl Lines {
    fn begin(&mut self) {
        self.text.extend_from_slice(b"{\"Item\":{");
    }

    fn end(&mut self) {
        self.close(b"}}\n");
        self.items += 1;
    }

    /// Closes what is open, after the comma of its last member.
    fn close(&mut self, with: &[u8]) {
        if self.text.last() == Some(&b',') {
            self.text.pop();
        }
        self.text.extend_from_slice(with);
    }

    fn text(&mut self, name: &str, value: impl FnOnce(&mut Vec<u8>)) {
        push!(self.text, "\"{name}\":{{\"S\":\"");
        value(&mut self.text);
        self.text.extend_from_slice(b"\"},");
    }

    fn word(&mut self, name: &str, value: &str) {
        self.text(name, |out| out.extend_from_slice(value.as_bytes()));
    }

    fn number(&mut self, name: &str, value: i64) {
        push!(self.text, "\"{name}\":{{\"N\":\"{value}\"}},");
    }

    /// A location in the bucket.
    fn location(&mut self, name: &str, key: impl FnOnce(&mut Vec<u8>)) {
        self.text(name, |out| {
            push!(out, "s3://{BUCKET}/");
            key(out);
        });
    }

    fn id(&mut self, name: &str, plan: &Plan, draw: u64) {
        self.text(name, |out| push_uuid(plan.chance.of(Draw::Id, draw), plan.chance.of(Draw::Link, draw), out));
    }

    /// A list of maps, one for each target.
    fn targets(&mut self, name: &str, mut map: impl FnMut(&mut Self, usize)) {
        push!(self.text, "\"{name}\":{{\"L\":[");
        for (number, target) in TARGET.iter().enumerate().take(TARGETS as usize) {
            self.text.extend_from_slice(b"{\"M\":{");
            self.word("target", target.name);
            map(self, number);
            self.close(b"}},");
        }
        self.close(b"]},");
    }

    fn training(&mut self, plan: &Plan, number: u64, tally: &mut Tally) {
        let fate = Fate::of_chain(plan, number);
        if fate == Fate::Orphaned {
            return;
        }
        let chain = Chain::new(plan, number);
        self.begin();
        self.trained(plan, &chain, fate, number << 2, tally);
        self.targets("compilation_jobs", |lines, target| {
            lines.text("compilation_job_name", |out| chain.compilation_job(target, out));
            lines.location("compiled_model_s3", |out| chain.compiled_model(target, out));
            lines.word("status", "COMPLETED");
            tally.reference("resolved");
        });
        self.targets("packaged_components", |lines, target| {
            lines.location("component_package_s3", |out| chain.package(target, out));
            lines.word("status", "packaged");
            tally.reference("resolved");
        });
        self.targets("published_components", |lines, target| {
            lines.text("component_name", |out| chain.component(target, out));
            lines.word("component_version", "1.0.0");
            lines.word("status", "published");
        });
        self.end();
        tally.items += 1;
        if fate == Fate::SharedModel {
            self.begin();
            self.trained(plan, &chain, Fate::Whole, (number << 2) + 1, tally);
            self.end();
            tally.items += 1;
        }
        for (rule, findings) in consequences(fate) {
            tally.finding(rule, *findings);
        }
    }

    /// What a record says of a training.
    fn trained(&mut self, plan: &Plan, chain: &Chain, fate: Fate, id: u64, tally: &mut Tally) {
        self.id("training_id", plan, id);
        self.word("usecase_id", USECASE);
        self.text("model_name", |out| chain.model(out));
        self.word("model_version", "1.0.0");
        self.word("model_type", "classification");
        self.word("instance_type", "ml.g4dn.2xlarge");
        self.word("created_by", "line1-engineer");
        self.word("status", if chain.number.is_multiple_of(3) { "COMPLETED" } else { "Completed" });
        let milliseconds = if fate == Fate::ImplausibleTime { 1 } else { 1_000 };
        self.number("created_at", chain.started * milliseconds);
        self.number("updated_at", (chain.started + 10_000) * milliseconds);
        self.text("training_job_name", |out| {
            chain.job(out);
            if fate == Fate::MismatchedJob {
                out.extend_from_slice(b"-b");
            }
        });
        match fate {
            Fate::AbsentModel => {}
            Fate::LegacyModel => {
                self.location("artifact_s3", |out| {
                    out.extend_from_slice(b"datasets//training-output/");
                    chain.job(out);
                    out.push(b'/');
                    chain.job(out);
                    out.extend_from_slice(b"/output/model.tar.gz");
                });
                tally.reference("legacy");
            }
            Fate::DanglingModel => {
                self.location("artifact_s3", |out| {
                    chain.training_folder(out);
                    out.extend_from_slice(b"output/model-2.tar.gz");
                });
                tally.reference("dangling");
            }
            _ => {
                self.location("artifact_s3", |out| chain.trained_model(out));
                tally.reference(match fate {
                    Fate::ArchivedModel => "archived",
                    Fate::LostModel => "dangling",
                    _ => "resolved",
                });
            }
        }
        let labeling = plan.chance.of(Draw::Link, chain.number << 3) % plan.labelings;
        match fate {
            Fate::MalformedManifest => {
                self.word("dataset_manifest_s3", "datasets/manifests/train.manifest");
                tally.reference("malformed");
            }
            Fate::OutsideManifest => {
                self.word("dataset_manifest_s3", "s3://line-1-images/manifests/frames.manifest");
                tally.reference("outside");
            }
            Fate::MisplacedManifest => {
                self.location("dataset_manifest_s3", |out| chain.package(0, out));
                tally.reference("resolved");
            }
            _ => {
                self.location("dataset_manifest_s3", |out| {
                    names::labeled_folder(plan, labeling, out);
                    let lost = if fate == Fate::DanglingManifest { "-lost" } else { "" };
                    push!(out, "manifests/output/output-transformed{lost}.manifest");
                });
                tally.reference(if fate == Fate::DanglingManifest { "dangling" } else { "resolved" });
            }
        }
    }

    fn labeling(&mut self, plan: &Plan, number: u64, tally: &mut Tally) {
        let labeled_at = names::labeled_at(plan, number);
        let broad = plan.broken > 0.0 && number.is_multiple_of(OVER_BROAD_EVERY);
        self.begin();
        self.text("job_id", |out| names::labeling_job(plan, number, out));
        self.word("usecase_id", USECASE);
        self.text("sagemaker_job_name", |out| names::ground_truth_job(plan, number, out));
        self.word("status", "Completed");
        self.word("task_type", "SemanticSegmentation");
        self.number("image_count", (plan.chance.of(Draw::Name, number) % 400) as i64);
        self.number("created_at", labeled_at);
        self.number("updated_at", labeled_at + 600);
        self.location("manifest_s3_uri", |out| names::manifest(plan, number, out));
        self.location("output_s3_uri", |out| {
            out.extend_from_slice(b"datasets/labeled/");
            if !broad {
                names::labeling_job(plan, number, out);
                out.push(b'/');
            }
        });
        for (attribute, file) in
            [("output_manifest_s3_uri", "output"), ("transformed_manifest_s3_uri", "output-transformed")]
        {
            self.location(attribute, |out| {
                names::labeled_folder(plan, number, out);
                push!(out, "manifests/output/{file}.manifest");
            });
        }
        self.end();
        (0..4).for_each(|_| tally.reference("resolved"));
        tally.items += 1;
    }

    fn prelabeled(&mut self, plan: &Plan, number: u64, tally: &mut Tally) {
        let draw = plan.chance.of(Draw::Prelabeled, number);
        let dangles = within(draw, plan.broken);
        self.begin();
        self.id("dataset_id", plan, (number << 2) + 2);
        self.word("usecase_id", USECASE);
        self.word("name", names::product(draw));
        self.number("image_count", (draw % 4_000) as i64);
        self.number("created_at", names::FIRST_JOB + (draw % names::JOBS_SPAN) as i64);
        self.location("manifest_s3_uri", |out| {
            names::manifest(plan, draw % plan.labelings, out);
            if dangles {
                out.extend_from_slice(b".old");
            }
        });
        self.end();
        self.may_dangle(dangles, tally);
    }

    fn model(&mut self, plan: &Plan, number: u64, tally: &mut Tally) {
        let draw = plan.chance.of(Draw::Model, number);
        let dangles = within(draw, plan.broken);
        self.begin();
        self.id("model_id", plan, (number << 2) + 3);
        self.word("usecase_id", USECASE);
        self.word("name", names::product(draw));
        self.number("created_at", (names::FIRST_JOB + (draw % names::JOBS_SPAN) as i64) * 1_000);
        for attribute in 6..plan.attributes {
            match (attribute + number) % 4 {
                0 => self.number(&format!("metric_{attribute:02}"), (draw >> (attribute % 32)) as i64 & 0xffff),
                1 => self.word(&format!("label_{attribute:02}"), names::product(draw >> (attribute % 32))),
                2 => push!(self.text, "\"flag_{attribute:02}\":{{\"BOOL\":true}},"),
                _ => self.text(&format!("digest_{attribute:02}"), |out| {
                    push!(out, "{:016x}", draw.rotate_left(attribute as u32));
                }),
            }
        }
        self.word("stage", "production");
        if plan.broken > 0.0 && number.is_multiple_of(UNDECLARED_EVERY) {
            self.location("copied_from", |out| names::manifest(plan, draw % plan.labelings, out));
            if number == 0 {
                tally.finding("R312", 1);
            }
        }
        self.location("dataset_manifest_id", |out| {
            names::labeled_folder(plan, draw % plan.labelings, out);
            let lost = if dangles { "-lost" } else { "" };
            push!(out, "manifests/output/output{lost}.manifest");
        });
        self.end();
        self.may_dangle(dangles, tally);
    }

    fn may_dangle(&mut self, dangles: bool, tally: &mut Tally) {
        tally.items += 1;
        tally.reference(if dangles { "dangling" } else { "resolved" });
        if dangles {
            tally.finding("R301", 1);
        }
    }
}

/// The findings that follow from what is wrong with a record.
const fn consequences(fate: Fate) -> &'static [(&'static str, u64)] {
    match fate {
        Fate::Whole | Fate::Orphaned => &[],
        Fate::DanglingModel => &[("R301", 1), ("W501", 1)],
        Fate::DanglingManifest => &[("R301", 1)],
        Fate::MalformedManifest => &[("R304", 1)],
        Fate::OutsideManifest => &[("R305", 1)],
        Fate::MisplacedManifest => &[("R308", 1)],
        Fate::ArchivedModel => &[("R307", 1)],
        Fate::MismatchedJob => &[("R309", 1)],
        Fate::AbsentModel => &[("R311", 1), ("W501", 1)],
        Fate::SharedModel => &[("R310", 1)],
        Fate::LegacyModel => &[("R303", 1)],
        Fate::ImplausibleTime => &[("C604", 1)],
        Fate::LostModel => &[("R301", 1), ("W501", 1), ("L207", 1)],
    }
}
