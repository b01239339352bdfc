//! The names in a world: models, jobs, keys of what jobs leave, times. A job's name grows with its number.

use super::chance::{Chance, Draw};
use super::plan::{Plan, TARGETS};

/// The bucket that is listed.
pub(super) const BUCKET: &str = "manufacturing-line-1";
/// When the inventory began: 2026-11-22T01:00:00Z, in milliseconds.
pub(super) const INVENTORY_TIME: i64 = 1_795_309_200_000;
/// The time of the exports.
pub(super) const EXPORT_TIME: i64 = INVENTORY_TIME - 30 * 60_000;
/// The first job: 2025-01-01T00:00:00Z, in seconds.
pub(super) const FIRST_JOB: i64 = 1_735_689_600;
/// Jobs were started within so many seconds of the first, long before the exports.
pub(super) const JOBS_SPAN: u64 = 640 * 86_400;

/// In the order of their bytes, and all before `twin` and `zz`.
const PRODUCTS: [&str; 40] = [
    "alien", "battery", "bearing", "blister", "bottle", "bracket", "bumper", "cable", "carton", "casting", "cookie",
    "disc", "engine", "fabric", "fastener", "filter", "flange", "gasket", "gear", "glass", "harness", "housing",
    "injector", "keypad", "label", "lens", "magnet", "mould", "nozzle", "panel", "pcb", "piston", "pump", "relay",
    "rivet", "rotor", "sensor", "spring", "stator", "switch",
];
/// In the order of their bytes.
const TASKS: [&str; 3] = ["anomaly", "binary", "segmentation"];
const MODELS: u64 = (PRODUCTS.len() * TASKS.len()) as u64;

/// A compilation target: as the layout spells it, as jobs are called after it, and what Neo calls its file after.
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) job: &'static str,
    file: &'static str,
}

/// In the order of their names, both of them.
pub(super) const TARGET: [Target; TARGETS as usize] = [
    Target { name: "jetson-xavier", job: "jetson", file: "LINUX_ARM64_NVIDIA" },
    Target { name: "x86_64-cpu", job: "x86cpu", file: "LINUX_X86_64" },
];

/// Appends formatted text to bytes, which cannot fail.
macro_rules! push {
    ($out:expr, $($format:tt)+) => {{
        use std::io::Write as _;
        let _ = write!($out, $($format)+);
    }};
}
pub(super) use push;

/// A training job and all that came of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    pub(super) number: u64,
    product: &'static str,
    task: &'static str,
    /// When it was started, in seconds.
    pub(super) started: i64,
    chance: Chance,
}

/// Chains of one model.
fn chains_of_a_model(plan: &Plan) -> u64 {
    plan.chains.div_ceil(MODELS)
}

impl Chain {
    pub(super) fn new(plan: &Plan, number: u64) -> Self {
        let each = chains_of_a_model(plan);
        let (model, place) = ((number / each) as usize, number % each);
        let apart = (JOBS_SPAN / each).max(1);
        let started = FIRST_JOB + (place * apart + plan.chance.of(Draw::Time, number) % apart) as i64;
        let (product, task) = (PRODUCTS[model / TASKS.len()], TASKS[model % TASKS.len()]);
        Self { number, product, task, started, chance: plan.chance }
    }

    /// The chain and the target of a folder of compilations: those of one model stand together by target.
    pub(super) fn of_compilation(plan: &Plan, folder: u64) -> (Self, usize) {
        let each = chains_of_a_model(plan);
        let first = folder / (each * TARGETS) * each;
        let chains = each.min(plan.chains - first);
        let place = folder - first * TARGETS;
        (Self::new(plan, first + place % chains), (place / chains) as usize)
    }

    pub(super) fn model(&self, out: &mut Vec<u8>) {
        push!(out, "{}-{}", self.product, self.task);
    }

    pub(super) fn job(&self, out: &mut Vec<u8>) {
        self.model(out);
        out.push(b'-');
        Moment::new(self.started).push_compact(out, "-");
    }

    /// `models/training/{job}/{job}/`
    pub(super) fn training_folder(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"models/training/");
        self.job(out);
        out.push(b'/');
        self.job(out);
        out.push(b'/');
    }

    pub(super) fn trained_model(&self, out: &mut Vec<u8>) {
        self.training_folder(out);
        out.extend_from_slice(b"output/model.tar.gz");
    }

    pub(super) fn compilation_job(&self, target: usize, out: &mut Vec<u8>) {
        self.model(out);
        push!(out, "-{}-", TARGET[target].job);
        Moment::new(self.started).push_compact(out, "");
    }

    pub(super) fn compilation_folder(&self, target: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(b"models/compilation/");
        self.compilation_job(target, out);
        push!(out, "/{}/", TARGET[target].name);
    }

    pub(super) fn compiled_model(&self, target: usize, out: &mut Vec<u8>) {
        self.compilation_folder(target, out);
        push!(out, "model_for_compilation-{}.tar.gz", TARGET[target].file);
    }

    pub(super) fn component(&self, target: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(b"model-");
        self.model(out);
        out.push(b'-');
        Moment::new(self.started).push_compact(out, "-");
        push!(out, "-{}", TARGET[target].name);
    }

    pub(super) fn deployment_folder(&self, target: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(b"deployments/");
        self.component(target, out);
        out.push(b'/');
    }

    pub(super) fn package(&self, target: usize, out: &mut Vec<u8>) {
        self.deployment_folder(target, out);
        let id = self.chance.of(Draw::Id, self.number * TARGETS + target as u64) >> 16;
        push!(out, "{id:012x}_greengrass_model_component.zip");
    }
}

/// A product for a data set or a labelling job.
pub(super) const fn product(draw: u64) -> &'static str {
    PRODUCTS[(draw % PRODUCTS.len() as u64) as usize]
}

/// The portal's name of a labelling job; it grows with the number.
pub(super) fn labeling_job(plan: &Plan, number: u64, out: &mut Vec<u8>) {
    let apart = (1 << 32) / plan.labelings;
    push!(out, "labeling-{:08x}", number * apart + plan.chance.of(Draw::Labeling, number) % apart);
}

/// SageMaker's name of it.
pub(super) fn ground_truth_job(plan: &Plan, number: u64, out: &mut Vec<u8>) {
    let draw = plan.chance.of(Draw::Name, number);
    push!(out, "dda-{}-{:08x}", product(draw), draw >> 32);
}

/// `datasets/labeled/{labelling job}/{SageMaker's job}/`
pub(super) fn labeled_folder(plan: &Plan, number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"datasets/labeled/");
    labeling_job(plan, number, out);
    out.push(b'/');
    ground_truth_job(plan, number, out);
    out.push(b'/');
}

pub(super) fn manifest(plan: &Plan, number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"datasets/manifests/");
    labeling_job(plan, number, out);
    out.extend_from_slice(b".manifest");
}

/// When a labelling job ended, in seconds.
pub(super) fn labeled_at(plan: &Plan, number: u64) -> i64 {
    FIRST_JOB + (plan.chance.of(Draw::Time, number << 8) % JOBS_SPAN) as i64
}

/// A UUID.
pub(super) fn push_uuid(high: u64, low: u64, out: &mut Vec<u8>) {
    push!(
        out,
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    );
}

/// A second, UTC, taken apart.
pub(super) struct Moment {
    year: i64,
    month: i64,
    day: i64,
    second: i64,
}

impl Moment {
    /// Of seconds since 1970; days to a date as in Howard Hinnant's `civil_from_days`.
    pub(super) fn new(seconds: i64) -> Self {
        let days = seconds.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted + 2) / 5 + 1,
            second: seconds.rem_euclid(86_400),
        }
    }

    /// `20260607-024610`, with what stands between date and time.
    pub(super) fn push_compact(&self, out: &mut Vec<u8>, between: &str) {
        push_digits(out, self.year, 4);
        push_digits(out, self.month, 2);
        push_digits(out, self.day, 2);
        out.extend_from_slice(between.as_bytes());
        self.push_time(out, b"");
    }

    /// `2026-06-07`.
    pub(super) fn push_date(&self, out: &mut Vec<u8>) {
        push_digits(out, self.year, 4);
        out.push(b'-');
        push_digits(out, self.month, 2);
        out.push(b'-');
        push_digits(out, self.day, 2);
    }

    /// `2026-06-07T02:46:10.000Z`.
    pub(super) fn push_iso(&self, out: &mut Vec<u8>) {
        self.push_date(out);
        out.push(b'T');
        self.push_time(out, b":");
        out.extend_from_slice(b".000Z");
    }

    fn push_time(&self, out: &mut Vec<u8>, between: &[u8]) {
        push_digits(out, self.second / 3_600, 2);
        out.extend_from_slice(between);
        push_digits(out, self.second / 60 % 60, 2);
        out.extend_from_slice(between);
        push_digits(out, self.second % 60, 2);
    }
}

/// A number with leading zeros.
pub(super) fn push_digits(out: &mut Vec<u8>, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        out.push(b'0' + (number / 10_i64.pow(place) % 10) as u8);
    }
}
