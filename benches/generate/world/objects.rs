//! The object with a given number: its key, its columns, and what is wrong with it.

use super::chance::{Draw, within};
use super::expected::Tally;
use super::fate::Fate;
use super::names::{self, Chain, FIRST_JOB, INVENTORY_TIME, JOBS_SPAN, Moment, TARGET, push, push_digits};
use super::plan::{Plan, Section, TARGETS};

/// Objects of a data set, in a folder of their own.
const IMAGES_OF_A_SET: u64 = 4_096;
/// Data sets of an area beside the preset's.
const SETS_OF_A_LINE: u64 = 8;
/// Legacy objects of which one was written after the cut-over.
const LATE_EVERY: u64 = 8;
/// When that was: 2026-11-15, in seconds.
const LATE: i64 = INVENTORY_TIME / 1_000 - 7 * 86_400;

/// One row of the inventory.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) key: Vec<u8>,
    /// In bytes.
    pub(super) size: u64,
    /// In seconds.
    pub(super) modified: i64,
    pub(super) etag: [u64; 2],
    pub(super) storage: &'static str,
    pub(super) is_multipart: bool,
    pub(super) encryption: &'static str,
    pub(super) bucket_key: &'static str,
}

/// What can be wrong with a key where it is, or with its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Empty,
    EmptySegment,
    RelativeSegment,
    Unsafe,
    Denormalised,
}

impl Fault {
    const ALL: [Self; 5] = [Self::Empty, Self::EmptySegment, Self::RelativeSegment, Self::Unsafe, Self::Denormalised];

    /// What it puts into a name, and the rule that minds.
    const fn mark(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::None => ("", None),
            Self::Empty => ("", Some("L208")),
            Self::EmptySegment => ("//", Some("K101")),
            Self::RelativeSegment => ("/../", Some("K102")),
            Self::Unsafe => ("{draft}", Some("K103")),
            Self::Denormalised => ("-e\u{301}tage", Some("K105")),
        }
    }
}

impl Object {
    /// Becomes the object in the row at a place, and counts it.
    pub(super) fn describe(&mut self, plan: &Plan, place: u64, tally: &mut Tally) {
        let (index, section, number) = plan.row(place);
        let draw = plan.chance.of(Draw::Fault, index);
        let fault =
            if within(draw, plan.faults) { Fault::ALL[(draw % Fault::ALL.len() as u64) as usize] } else { Fault::None };
        self.key.clear();
        self.storage = if draw >> 61 == 0 { "STANDARD_IA" } else { "STANDARD" };
        (self.encryption, self.bucket_key) =
            if (index >> 12).is_multiple_of(16) { ("SSE-KMS", "ENABLED") } else { ("SSE-S3", "DISABLED") };
        self.etag = [plan.chance.of(Draw::Etag, index), plan.chance.of(Draw::EtagEnd, index)];
        let size = plan.chance.of(Draw::Size, index);
        self.size = (size >> (64 - 12 - (size % 17))) + 1;
        match section {
            Section::Labeled => self.labeled(plan, number, fault, tally),
            Section::Manifests => {
                names::manifest(plan, number, &mut self.key);
                self.modified = names::labeled_at(plan, number);
                self.named("manifests", fault, tally);
            }
            Section::Raw => {
                let (set, image) = (number / IMAGES_OF_A_SET, number);
                let draw = plan.chance.of(Draw::Name, set);
                push!(self.key, "datasets/raw/{set:06}-{}/", names::product(draw));
                self.image(plan, draw, image, fault);
                self.unnamed(plan, "raw", fault, tally);
            }
            Section::Lines => {
                let each = plan.objects(Section::Lines).div_ceil(plan.lines);
                let (line, image) = (number / each, number % each);
                let set = image * SETS_OF_A_LINE / each;
                push!(self.key, "line-{line:04}/set-{set}/frames/");
                self.image(plan, plan.chance.of(Draw::Name, line * SETS_OF_A_LINE + set), image, fault);
                self.unnamed(plan, &format!("line-{line:04}"), fault, tally);
            }
            Section::Deployments => self.deployment(plan, number, fault, tally),
            Section::Compilations => self.compilation(plan, number, fault, tally),
            Section::Trainings => self.training(plan, number, fault, tally),
            _ => self.displaced(plan, section, number, tally),
        }
        self.is_multipart = self.size > 8 << 20;
        tally.objects += 1;
        tally.bytes += self.size;
    }

    fn labeled(&mut self, plan: &Plan, number: u64, fault: Fault, tally: &mut Tally) {
        let (job, place, length) = plan.sizes.locate(number);
        names::labeled_folder(plan, job, &mut self.key);
        self.modified = names::labeled_at(plan, job) + place as i64;
        match length - place {
            1 => self.key.extend_from_slice(b"manifests/output/output.manifest"),
            2 => self.key.extend_from_slice(b"manifests/output/output-transformed.manifest"),
            _ => {
                push!(self.key, "annotations/worker-response/iteration-1/{place:05}{}_", fault.mark().0);
                Moment::new(self.modified).push_compact(&mut self.key, "_");
                self.key.extend_from_slice(b".json");
                return self.unnamed(plan, "labeled", fault, tally);
            }
        }
        self.named("labeled", fault, tally);
    }

    fn deployment(&mut self, plan: &Plan, number: u64, fault: Fault, tally: &mut Tally) {
        let (folder, place, _) = plan.sizes.locate(number);
        let chain = Chain::new(plan, folder / TARGETS);
        let target = (folder % TARGETS) as usize;
        self.modified = chain.started + 9_000 + place as i64 * 11;
        if place == 0 {
            chain.package(target, &mut self.key);
            self.named("deployment", fault, tally);
        } else {
            chain.deployment_folder(target, &mut self.key);
            push!(self.key, "recipes/{place:05}{}-recipe.yaml", fault.mark().0);
            self.unnamed(plan, "deployment", fault, tally);
        }
        self.orphan(plan, &chain, tally);
    }

    fn compilation(&mut self, plan: &Plan, number: u64, fault: Fault, tally: &mut Tally) {
        let (folder, place, length) = plan.sizes.locate(number);
        let (chain, target) = Chain::of_compilation(plan, folder);
        self.modified = chain.started + 7_200 + place as i64 * 13;
        if place + 1 == length {
            chain.compiled_model(target, &mut self.key);
            self.named("compilation", fault, tally);
        } else {
            chain.compilation_folder(target, &mut self.key);
            push!(self.key, "logs/{place:05}{}-compiler.txt", fault.mark().0);
            self.unnamed(plan, "compilation", fault, tally);
        }
        self.orphan(plan, &chain, tally);
    }

    fn training(&mut self, plan: &Plan, number: u64, fault: Fault, tally: &mut Tally) {
        let (job, place, length) = plan.sizes.locate(number);
        let chain = Chain::new(plan, job);
        let fate = Fate::of_chain(plan, job);
        self.modified = chain.started + 3_600 + place as i64 * 7;
        chain.training_folder(&mut self.key);
        match length - place {
            1 => {
                let ending = if fate == Fate::LostModel { "part" } else { "gz" };
                push!(self.key, "output/model.tar.{ending}");
                if fate == Fate::ArchivedModel {
                    self.storage = "GLACIER";
                }
                self.named("training", fault, tally);
            }
            2 => {
                self.key.extend_from_slice(b"model_for_compilation.tar.gz");
                self.named("training", fault, tally);
            }
            _ => {
                push!(self.key, "debug-output/{place:06}{}_worker_0.json", fault.mark().0);
                self.unnamed(plan, "training", fault, tally);
            }
        }
        self.orphan(plan, &chain, tally);
    }

    /// An image's name; some have to be decoded in CSV, and are no worse for it.
    fn image(&mut self, plan: &Plan, of_set: u64, image: u64, fault: Fault) {
        self.modified = FIRST_JOB + (of_set % (JOBS_SPAN - IMAGES_OF_A_SET)) as i64 + (image % IMAGES_OF_A_SET) as i64;
        push!(self.key, "camera-{:02}/{}/", of_set >> 58, TARGET[(of_set % TARGETS) as usize].job);
        push_digits(&mut self.key, image as i64, 10);
        self.key.extend_from_slice(fault.mark().0.as_bytes());
        self.key.push(b'_');
        Moment::new(self.modified).push_compact(&mut self.key, "T");
        let copied = plan.chance.of(Draw::Name, image << 20).is_multiple_of(40);
        self.key.extend_from_slice(if copied { b" copy+1.png" } else { b".png" });
    }

    /// Ends an object whose key a record may name: of the faults it can only be empty.
    fn named(&mut self, area: &str, fault: Fault, tally: &mut Tally) {
        self.finish(area, if fault == Fault::None { Fault::None } else { Fault::Empty }, tally);
    }

    /// Ends an object that no record names.
    fn unnamed(&mut self, plan: &Plan, area: &str, fault: Fault, tally: &mut Tally) {
        while self.key.len() < plan.key_length {
            let lacks = (plan.key_length - self.key.len()).min(64);
            let hex = self.etag.map(|half| half.rotate_left(self.key.len() as u32));
            let padding = format!("/{:016x}{:016x}{:016x}{:016x}", hex[0], hex[1], !hex[0], !hex[1]);
            // A slash at the end would make it a folder marker.
            self.key.extend_from_slice(if lacks == 1 { b"0" } else { &padding.as_bytes()[..lacks] });
        }
        self.finish(area, fault, tally);
    }

    fn finish(&mut self, area: &str, fault: Fault, tally: &mut Tally) {
        if fault == Fault::Empty {
            self.size = 0;
        }
        if let (_, Some(rule)) = fault.mark() {
            tally.finding(rule, 1);
        }
        tally.lies_in(area, self.size);
    }

    fn orphan(&self, plan: &Plan, chain: &Chain, tally: &mut Tally) {
        if Fate::of_chain(plan, chain.number) == Fate::Orphaned {
            tally.orphan(self.size);
        }
    }

    /// An object that is not where it should be.
    fn displaced(&mut self, plan: &Plan, section: Section, number: u64, tally: &mut Tally) {
        self.modified = FIRST_JOB + (plan.chance.of(Draw::Time, number << 9) % JOBS_SPAN) as i64;
        let [name, _] = self.etag;
        match section {
            Section::Legacy => {
                let job = format!("legacy-{number:09}-{:08x}", name >> 32);
                push!(self.key, "datasets//training-output/{job}/{job}/output/model.tar.gz");
                tally.finding("L202", 1);
                if name.is_multiple_of(LATE_EVERY) {
                    self.modified = LATE;
                    tally.finding("L209", 1);
                }
                tally.legacy(self.size);
            }
            Section::Undeclared => {
                push!(self.key, "experiments/run-{number:09}-{name:016x}/checkpoints/best/weights.safetensors");
                tally.finding("L201", 1);
            }
            Section::Misplaced => {
                push!(self.key, "model/training/job-{number:09}-{:08x}/output/model.tar.gz", name >> 32);
                tally.finding("L205", 1);
            }
            Section::Malformed => {
                push!(self.key, "models/training/zz_bad_{number:09}_{:08x}/output/model.tar.gz", name >> 32);
                tally.finding("L203", 1);
            }
            Section::Missing => {
                push!(self.key, "models/training/zzz-{number:09}-{name:016x}.tar.gz");
                tally.finding("L204", 1);
            }
            _ => {
                let twin = if section == Section::UpperTwins { "TWIN" } else { "twin" };
                push!(self.key, "models/training/{twin}-{number:09}/output/model.tar.gz");
                tally.finding("K104", 1);
                tally.lies_in("training", self.size);
                tally.orphan(self.size);
            }
        }
    }
}
