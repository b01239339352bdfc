//! `stocktake audit`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;

use crate::audit::{self, AuditError, AuditRequest, FailOn};
use crate::cli::Failure;
use crate::cli::check::ConfigArgs;
use crate::cli::console::Console;
use crate::cli::interrupt;
use crate::cli::output::Outputs;
use crate::cli::output_args::OutputArgs;
use crate::cli::path::bucket_named;
use crate::cli::previous::Previous;
use crate::cli::progress::Bar;
use crate::cli::reading::{ReadingArgs, parse_time};
use crate::cli::s3::{S3Args, configured};
use crate::cli::switches::Switches;
use crate::layout::spec::LayoutSpec;
use crate::model::{Millis, Phase, Severity, Verdict};
use crate::results::baseline::KnownFindings;
use crate::results::schema::Inputs;
use crate::rules::{Selection, Severities, Threshold};
use crate::source::{Place, Reach};

/// How many findings of each rule reports show.
const EXAMPLES: usize = crate::results::examples::EXAMPLES;

/// Judge a bucket: inputs, keys, layout, references, workflows
///
/// Reads the inventories and exports that the configuration (or the command line) names, judges every object and
/// every reference against the layout, and writes the reports that were asked for. Without -o, --out and --format it
/// prints a summary, and writes the set of reports into `[output] dir` if the configuration has one.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake audit
      with everything in ./stocktake.toml
  stocktake audit --inventory deliveries/line-1 --export deliveries/exports --out reports
      audit.html, audit.md, signoff.md, signoff.html, results.json, findings.parquet and folders.parquet in reports/
  stocktake audit -o audit.html -o csv=findings.txt -q
      only these files, only the exit code
  stocktake audit --inventory s3://inventories/media/ --export s3://exports/AWSDynamoDB/ \\
      --region eu-central-1
      straight from S3: only Parquet and ORC whose ETag is no MD5 touch the disk
  stocktake audit --format md --fail-on warning
      Markdown on stdout, for a pull request; warnings fail too
  stocktake audit --previous reports --out reports
      the same, with what changed since the last time
  stocktake audit --baseline known.jsonl --max-findings R302=2%
      only what is new fails, and orphans only beyond a share
  stocktake audit --format worklist --worklist-rule L202 > keys.txt
      the keys of one rule, one a line, for another program

Exits 0 (pass), 1 (fail), 3 (inconclusive); 2 if nothing was judged.")]
pub(super) struct AuditArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// An inventory, in place of those of the configuration: a manifest, a delivery's folder, or a folder of
    /// deliveries (the newest complete one counts), here or in S3 (s3://BUCKET/KEY); without a manifest a data file
    /// (CSV, Parquet, ORC), `symlink.txt`, or the JSON of `aws s3api list-objects-v2` or `list-object-versions`;
    /// repeatable
    #[arg(long, value_name = "PATH", help_heading = "Inputs")]
    inventory: Vec<PathBuf>,
    /// An export, likewise: a manifest-summary.json, an export's folder, or a folder of exports (the newest of each
    /// table counts); without a manifest a data file, or what `aws dynamodb scan` printed; repeatable
    #[arg(long, value_name = "PATH", help_heading = "Inputs")]
    export: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Do not compare parts with their checksums; the report says so
    #[arg(long, help_heading = "Inputs")]
    no_checksums: bool,
    /// The time of judging, as 2026-11-22T06:00:00Z; printed in every report [default: `[inputs] now`,
    /// else the clock]
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Judging")]
    now: Option<Millis>,
    /// Where the migration stands, for how much legacy keys weigh: before, during, after [default: `[migration]
    /// phase`, else after]
    #[arg(long, value_parser = parse_phase, help_heading = "Judging")]
    phase: Option<Phase>,
    /// Judge only these rules, and the inputs: code, name or family letter, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Judging")]
    select: Vec<String>,
    /// Leave these rules out: code, name or family letter, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Judging")]
    ignore: Vec<String>,
    /// The least severity that fails: error, warning, note, never
    #[arg(long, default_value = "error", value_parser = parse_fail_on, value_name = "SEVERITY", help_heading = "Judging")]
    fail_on: FailOn,
    /// Take so many findings of a rule before they fail, as R302=40, R302=2% of what it judges, or L203@training=0 in
    /// one area; the limit takes the place of --fail-on for them; repeatable
    #[arg(long, value_name = "RULE[@AREA]=N|N%", help_heading = "Judging")]
    max_findings: Vec<String>,
    /// Findings that are known already and do not count: a file of `stocktake baseline create`
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    baseline: Option<PathBuf>,
    /// The result of the audit before: a folder of `audit --out`, or the results.json in it; reports tell what is new,
    /// persists, is fixed, and was not judged again
    #[arg(long, value_name = "RESULTS", help_heading = "Judging")]
    previous: Option<PathBuf>,
    /// Go on where the numbers say that the mapping is wrong, not the bucket (S011)
    #[arg(long, help_heading = "Judging")]
    accept_implausible: bool,
    #[command(flatten)]
    output: OutputArgs,
    /// Threads to use [default: all cores]
    #[arg(short, long, value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Resources")]
    jobs: Option<u16>,
    /// What tallies of folders and findings may take before they go to disk, as 512MiB or 2GiB
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = parse_size, help_heading = "Resources")]
    memory: u64,
    /// Where what does not fit in memory goes, and what comes from S3 and cannot be streamed [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR", help_heading = "Resources")]
    tmp_dir: Option<PathBuf>,
    #[command(flatten)]
    s3: S3Args,
}

impl AuditArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let stop = interrupt::watch().map_err(|error| Failure::internal(error.to_string()))?;
        let layout = self.config.compile()?;
        let spec = layout.spec();
        let phase = self.phase.or(spec.migration.phase).unwrap_or(Phase::After);
        let selection = Selection { select: self.select.clone(), ignore: self.ignore.clone() };
        let severities = Severities::new(spec, phase, &selection).map_err(|error| Failure::of(&error))?;
        let thresholds = Threshold::parse_all(&self.max_findings, spec).map_err(|error| Failure::of(&error))?;
        let known = self.baseline.as_deref().map(KnownFindings::read).transpose();
        let known = known.map_err(|error| Failure::of(&error))?;
        let pinned = self.now.or(spec.inputs.now);
        let jobs = self.jobs.map_or_else(all_cores, usize::from);
        let mut wanted = self.output.wanted(|| spec.output.dir.as_ref().map(|dir| configured(&spec.directory, dir)))?;
        wanted.beside = jobs > 1;
        // R305 tells of buckets that are not declared.
        if let Some(bucket) = wanted.bucket.as_ref().filter(|_| wanted.rule.as_deref() != Some("R305")) {
            bucket_named(&layout, bucket)?;
        }
        let templates = self
            .output
            .templates
            .clone()
            .or_else(|| spec.output.templates.as_ref().map(|dir| spec.directory.join(dir)));
        let tmp_dir = self.tmp_dir.clone().unwrap_or_else(std::env::temp_dir);
        let reach = self.s3.reach(&tmp_dir, Arc::clone(&stop));
        let inventories = places(&reach, &self.inventory, &spec.inputs.inventory, &spec.directory)?;
        let exports = places(&reach, &self.export, &spec.inputs.exports, &spec.directory)?;
        let mut outputs = Outputs::open(wanted, templates.as_deref(), &tmp_dir, &reach)?;
        if let Some(previous) = &self.previous {
            outputs.compare_with(Previous::open(previous)?);
        }
        let bar = Bar::new(console);
        let request = AuditRequest {
            layout: &layout,
            severities: &severities,
            phase,
            fail_on: self.fail_on,
            inventories,
            exports,
            now: pinned.unwrap_or_else(|| Timestamp::now().as_millisecond()),
            now_is_pinned: pinned.is_some(),
            jobs,
            verify: !self.no_checksums,
            inventory_told: self.reading.inventory(None),
            export_told: self.reading.export(None),
            csv_keys: self.reading.csv_keys(),
            proves_migration: false,
            accept_implausible: self.accept_implausible,
            baseline: known.as_ref(),
            thresholds,
            switches: self.switches(phase, spec),
            memory: self.memory,
            tmp_dir: Some(tmp_dir.clone()),
            examples: EXAMPLES,
            progress: &bar,
            cancel: &stop,
        };
        let mut outcome = match audit::run(&request, &mut outputs) {
            Ok(outcome) => outcome,
            Err(AuditError::Write(error)) => {
                return Err(Failure::write_file(outputs.failed().unwrap_or(&tmp_dir), error));
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(previous) = outputs.take_previous() {
            previous.finish(&mut outcome.results)?;
        }
        let judgement = &outcome.results.judgement;
        tell_inputs(&outcome.results.inputs, console);
        let to_stdout = self.output.is_empty();
        let written = outputs.finish(&outcome, console, &stop)?;
        if !to_stdout {
            console.say(&format!("{}: {}", judgement.verdict.name(), judgement.sentence));
        }
        for path in written {
            console.say(&format!("wrote {}", path.display()));
        }
        Ok(Verdict::exit_code(judgement.verdict))
    }

    /// The switches that change what is judged.
    fn switches(&self, phase: Phase, spec: &LayoutSpec) -> Vec<String> {
        let mut switches = Switches::default();
        self.config.tell(&mut switches);
        switches.flag("--no-checksums", self.no_checksums);
        switches.flag("--accept-implausible", self.accept_implausible);
        self.reading.tell(&mut switches);
        switches.weights(phase, self.fail_on, spec);
        switches.each("--max-findings", &self.max_findings);
        switches.files("--baseline", &self.baseline);
        switches.each("--select", &self.select);
        switches.each("--ignore", &self.ignore);
        switches.into_vec()
    }
}

/// Says what was passed over, and to those who want to know more, what was read.
pub(super) fn tell_inputs(inputs: &Inputs, console: &Console) {
    if let Some(before) = &inputs.before {
        tell_inputs(before, console);
    }
    let made = |time: &Option<String>| time.clone().unwrap_or_else(|| "at an unknown time".to_owned());
    for input in &inputs.inventories {
        let (bucket, made, rows, parts) = (&input.bucket, made(&input.created_at), input.rows, input.parts);
        console.tell(&format!("inventory of `{bucket}`, made {made}: {rows} rows in {parts} parts"));
        input.remarks.iter().for_each(|remark| console.warn(remark));
    }
    for input in &inputs.exports {
        let (table, made) = (&input.table, made(&input.exported_at));
        if input.declared.is_some() {
            console.tell(&format!("export of `{table}`, made {made}: {} items", input.items));
            input.remarks.iter().for_each(|remark| console.warn(remark));
        } else {
            // Nobody asked for it.
            input.remarks.iter().for_each(|remark| console.tell(&format!("export of `{table}`: {remark}")));
        }
    }
}

/// Inputs of the command line, or else those of the configuration, which are relative to it.
pub(super) fn places(
    reach: &Reach,
    given: &[PathBuf],
    of_configuration: &[String],
    directory: &Path,
) -> Result<Vec<Place>, Failure> {
    let place = |path: PathBuf| reach.place(&path).map_err(|error| Failure::from(AuditError::from(error)));
    if given.is_empty() {
        of_configuration.iter().map(|path| place(configured(directory, path))).collect()
    } else {
        given.iter().cloned().map(place).collect()
    }
}

pub(super) fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A number of bytes, alone or with a unit: `512MiB`, `2G`; units count in 1,024s.
pub(super) fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().trim_end_matches('b').trim_end_matches('i') {
        "" => Some(0),
        "k" => Some(10),
        "m" => Some(20),
        "g" => Some(30),
        "t" => Some(40),
        _ => None,
    };
    let size = number.parse::<u64>().ok().zip(shift).and_then(|(number, shift)| number.checked_mul(1 << shift));
    size.filter(|&size| size > 0).ok_or_else(|| "write a size as 512MiB or 2GiB".to_owned())
}

pub(super) fn parse_phase(text: &str) -> Result<Phase, String> {
    Phase::from_name(text).ok_or_else(|| "it is one of before, during, after".to_owned())
}

pub(super) fn parse_fail_on(text: &str) -> Result<FailOn, String> {
    match Severity::settable(text) {
        Some(severity) if severity != Severity::Ignore => Ok(FailOn::Severity(severity)),
        _ if text == "never" => Ok(FailOn::Never),
        _ => Err("it is one of error, warning, note, never".to_owned()),
    }
}
