//! `stocktake migrate verify`.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::audit::migrate::{JUDGED, Report, ReportKind, VerifyRequest, verify};
use crate::audit::{AuditError, AuditRequest, FailOn};
use crate::cli::Failure;
use crate::cli::audit::{parse_fail_on, parse_phase, places, tell_inputs};
use crate::cli::check::ConfigArgs;
use crate::cli::console::Console;
use crate::cli::interrupt;
use crate::cli::migrate::ResourceArgs;
use crate::cli::output::Outputs;
use crate::cli::output_args::OutputArgs;
use crate::cli::progress::Bar;
use crate::cli::reading::{ReadingArgs, parse_time};
use crate::cli::s3::S3Args;
use crate::cli::switches::Switches;
use crate::layout::spec::LayoutSpec;
use crate::model::bytes::hex;
use crate::model::{Millis, Phase, Verdict};
use crate::results::examples::EXAMPLES;
use crate::results::moves::MovesReader;
use crate::results::plan::{Plan, SCHEMA};
use crate::rules::{Selection, Severities};

/// Prove that a migration lost nothing
///
/// Holds inventories of before and after, and the exports, against the plan: every object of before is moved, kept, given
/// up or expired, or it is lost; every copy is held against its source by checksum, ETag or size; every record that still
/// names an old key is named. Says how far the migration is, who still writes to old places, and whether there is a way
/// back.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake migrate verify --plan plan --before deliveries/2026-11-01 \\
      --after deliveries/2026-11-22 --phase during
      with the exports of the configuration
  stocktake migrate verify --plan plan --before old/inventory --before-export old/exports \\
      --after new/inventory --export new/exports --completion-report reports/*.csv --out sign-off
      everything that can be known, and the reports in sign-off/

The phase decides how much an old copy that is still there (M405) and a record that still names it (M407) weigh: a note \
before, a warning during, an error after the migration. What is lost or altered is an error always.

Exits 0 (pass), 1 (fail), 3 (inconclusive); 2 if nothing was judged.")]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The folder that `migrate plan` wrote
    #[arg(long, value_name = "DIR", required = true)]
    plan: PathBuf,
    /// An inventory of before: the one that was planned from; repeatable, one for each bucket
    #[arg(long, value_name = "PATH", required = true, help_heading = "Inputs")]
    before: Vec<PathBuf>,
    /// An inventory of after [default: those of the configuration]; repeatable
    #[arg(long, value_name = "PATH", help_heading = "Inputs")]
    after: Vec<PathBuf>,
    /// An export of before, to count how many records named old places then; repeatable
    #[arg(long, value_name = "PATH", help_heading = "Inputs")]
    before_export: Vec<PathBuf>,
    /// An export of after [default: those of the configuration]; repeatable
    #[arg(long, value_name = "PATH", help_heading = "Inputs")]
    export: Vec<PathBuf>,
    /// A completion report of S3 Batch Operations (CSV); repeatable
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Inputs")]
    completion_report: Vec<PathBuf>,
    /// A report of its operation Compute checksum (CSV): the best evidence; repeatable
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Inputs")]
    checksum_report: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Do not compare parts with their checksums; the report says so
    #[arg(long, help_heading = "Inputs")]
    no_checksums: bool,
    /// The time of judging, as 2026-11-22T06:00:00Z; printed in every report [default: `[inputs] now`, else the clock]
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Judging")]
    now: Option<Millis>,
    /// Where the migration stands: before, during, after [default: `[migration] phase`, else after]
    #[arg(long, value_parser = parse_phase, help_heading = "Judging")]
    phase: Option<Phase>,
    /// Leave these rules out: code, name or family letter, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Judging")]
    ignore: Vec<String>,
    /// The least severity that fails: error, warning, note, never
    #[arg(long, default_value = "error", value_parser = parse_fail_on, value_name = "SEVERITY", help_heading = "Judging")]
    fail_on: FailOn,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    resources: ResourceArgs,
    #[command(flatten)]
    s3: S3Args,
}

impl VerifyArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let stop = interrupt::watch().map_err(|error| Failure::internal(error.to_string()))?;
        let layout = self.config.compile()?;
        let spec = layout.spec();
        let (plan, moves) = read_plan(&self.plan)?;
        let reports = self.reports()?;
        let phase = self.phase.or(spec.migration.phase).unwrap_or(Phase::After);
        let select = JUDGED.map(str::to_owned).to_vec();
        let selection = Selection { select, ignore: self.ignore.clone() };
        let severities = Severities::new(spec, phase, &selection).map_err(|error| Failure::of(&error))?;
        let pinned = self.now.or(spec.inputs.now);
        let wanted = self.output.wanted(|| None)?;
        let templates = self.output.templates.clone();
        let templates = templates.or_else(|| spec.output.templates.as_ref().map(|dir| spec.directory.join(dir)));
        let tmp_dir = self.resources.tmp_dir();
        let reach = self.s3.reach(&tmp_dir, Arc::clone(&stop));
        let inputs =
            |given: &[PathBuf], of_configuration: &[String]| places(&reach, given, of_configuration, &spec.directory);
        let before = (inputs(&self.before, &[])?, inputs(&self.before_export, &[])?);
        let after = (inputs(&self.after, &spec.inputs.inventory)?, inputs(&self.export, &spec.inputs.exports)?);
        let mut outputs = Outputs::open(wanted, templates.as_deref(), &tmp_dir, &reach)?;
        let bar = Bar::new(console);
        let side = |inventories, exports| AuditRequest {
            layout: &layout,
            severities: &severities,
            phase,
            fail_on: self.fail_on,
            inventories,
            exports,
            now: pinned.unwrap_or_else(|| Timestamp::now().as_millisecond()),
            now_is_pinned: pinned.is_some(),
            jobs: self.resources.jobs(),
            verify: !self.no_checksums,
            inventory_told: self.reading.inventory(None),
            export_told: self.reading.export(None),
            csv_keys: self.reading.csv_keys(),
            proves_migration: true,
            accept_implausible: true,
            baseline: None,
            thresholds: Vec::new(),
            switches: self.switches(phase, spec),
            memory: self.resources.memory,
            tmp_dir: Some(tmp_dir.clone()),
            examples: EXAMPLES,
            progress: &bar,
            cancel: &stop,
        };
        let (before, after) = (side(before.0, before.1), side(after.0, after.1));
        // Half of the memory is for the pairing, the other for the audit of after.
        let after = AuditRequest { memory: self.resources.memory / 2, ..after };
        let request = VerifyRequest { after: &after, before: &before, plan: &plan, reports };
        let outcome = match verify(request, moves, &mut outputs) {
            Ok(outcome) => outcome,
            Err(AuditError::Write(error)) => {
                return Err(Failure::write_file(outputs.failed().unwrap_or(&tmp_dir), error));
            }
            Err(error) => return Err(error.into()),
        };
        tell_inputs(&outcome.results.inputs, console);
        let judgement = &outcome.results.judgement;
        if let Some(migration) = &judgement.migration {
            migration.remarks.iter().for_each(|remark| console.warn(remark));
        }
        let written = outputs.finish(&outcome, console, &stop)?;
        if !self.output.is_empty() {
            console.say(&format!("{}: {}", judgement.verdict.name(), judgement.sentence));
        }
        for path in written {
            console.say(&format!("wrote {}", path.display()));
        }
        Ok(Verdict::exit_code(judgement.verdict))
    }

    fn reports(&self) -> Result<Vec<Report>, Failure> {
        let completion = self.completion_report.iter().map(|path| (path, ReportKind::Completion));
        let checksums = self.checksum_report.iter().map(|path| (path, ReportKind::Checksum));
        let open = |(path, kind): (&PathBuf, ReportKind)| {
            let file = File::open(path).map_err(|error| unreadable(path, &error))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok(Report { name, kind, lines: Box::new(BufReader::with_capacity(1 << 16, file)) })
        };
        completion.chain(checksums).map(open).collect()
    }

    /// The switches that change what is judged.
    fn switches(&self, phase: Phase, spec: &LayoutSpec) -> Vec<String> {
        let mut switches = Switches::default();
        // No configuration names them: like BEFORE, they are given by whoever proves it again.
        switches.each("--before-export", self.before_export.iter().map(|_| "EXPORT"));
        switches.files("--completion-report", &self.completion_report);
        switches.files("--checksum-report", &self.checksum_report);
        self.config.tell(&mut switches);
        switches.flag("--no-checksums", self.no_checksums);
        self.reading.tell(&mut switches);
        switches.weights(phase, self.fail_on, spec);
        switches.each("--ignore", &self.ignore);
        switches.into_vec()
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("`{}` cannot be read: {error}", path.display()), "check the path, and that you may read it")
}

/// The plan, and its moves, which have to be those that it lists.
fn read_plan(folder: &Path) -> Result<(Plan, MovesReader), Failure> {
    let path = folder.join("plan.json");
    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
    let refused = |what: String| {
        Failure::usage(format!("`{}` {what}", path.display()), "name a folder that `stocktake migrate plan` wrote")
    };
    let plan: Plan = serde_json::from_str(&text).map_err(|error| refused(format!("is no plan: {error}")))?;
    if plan.schema != SCHEMA {
        return Err(refused(format!("has the schema `{}`, where `{SCHEMA}` is wanted", plan.schema)));
    }
    let moves = folder.join("moves.parquet");
    let stated = plan.files.iter().find(|file| file.name == "moves.parquet");
    let actual = sha256(&moves).map_err(|error| unreadable(&moves, &error))?;
    if stated.is_none_or(|file| file.sha256 != actual) {
        return Err(Failure::usage(
            format!("`{}` is not the file that plan.json lists", moves.display()),
            "a plan is used as it was written: plan again, or bring the file back",
        ));
    }
    Ok((plan, MovesReader::open(&moves).map_err(|error| Failure::of(&error))?))
}

fn sha256(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..read]);
    }
}
