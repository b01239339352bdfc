//! Which outputs a command was asked for, opened before the work starts and put in place when it is done.

use std::fs;
use std::io::{self, BufWriter, Seek as _, Write};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::audit::{AuditError, AuditOutcome, AuditSink};
use crate::cli::Failure;
use crate::cli::console::Console;
use crate::cli::interrupt::Interruptible;
use crate::cli::previous::Previous;
use crate::cli::staged::{MadeFolders, StagedFile, without_path};
use crate::model::{Finding, UserError, suggest};
use crate::render::Templates;
use crate::report::{FindingStream, FormatError, FormatOptions, Formatter, ReportFormat, ReportView, Words};
use crate::results::findings::{FindingsReader, FindingsWriter, Owned};
use crate::results::folders::FoldersWriter;
use crate::results::{FolderRow, ResultsError};
use crate::source::{Place, Reach};

/// The files of `--out`, with their formats.
const SET: [(&str, ReportFormat); 6] = [
    ("audit.html", ReportFormat::Html),
    ("audit.md", ReportFormat::Markdown),
    ("signoff.md", ReportFormat::Signoff),
    ("signoff.html", ReportFormat::SignoffHtml),
    ("results.json", ReportFormat::Json),
    ("findings.parquet", ReportFormat::Parquet),
];
const FOLDERS: &str = "folders.parquet";

/// `[FORMAT=]FILE`. Letters before the first `=` are a format, never part of a file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutputFile {
    format: ReportFormat,
    path: PathBuf,
}

impl FromStr for OutputFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((format, path)) = text.split_once('=')
            && format.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
        {
            let format = parse_format(format)?;
            return if path.is_empty() {
                Err("no file stands after `=`".to_owned())
            } else {
                Ok(Self { format, path: path.into() })
            };
        }
        let extension = Path::new(text).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match ReportFormat::from_extension(extension) {
            Some(format) => Ok(Self { format, path: text.into() }),
            None => Err(format!(
                "the format cannot be told from the name: write FORMAT={text}, with one of {}",
                ReportFormat::ALL.map(ReportFormat::name).join(", ")
            )),
        }
    }
}

/// Reads the name of a format.
pub(super) fn parse_format(text: &str) -> Result<ReportFormat, String> {
    let names = ReportFormat::ALL.map(ReportFormat::name);
    ReportFormat::from_name(text).ok_or_else(|| match suggest::nearest(text, names) {
        Some(near) => format!("there is no format `{text}`; did you mean `{near}`?"),
        None => format!("there is no format `{text}`; it is one of {}", names.join(", ")),
    })
}

/// What a command was asked to write.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// `--out`, or `[output] dir`.
    pub(super) folder: Option<PathBuf>,
    /// `-o`.
    pub(super) files: Vec<OutputFile>,
    /// `--format`, or the text summary where nothing else was asked for.
    pub(super) stdout: Option<ReportFormat>,
    /// The rule and bucket of worklists.
    pub(super) rule: Option<String>,
    pub(super) bucket: Option<String>,
    /// Whether each table is encoded, and read again, on a thread of its own.
    pub(super) beside: bool,
    /// A `findings.parquet` that holds all findings already, so that none need be kept aside.
    pub(super) given: Option<PathBuf>,
}

/// The outputs of an audit, open.
pub(super) struct Outputs {
    reports: Vec<(ReportFormat, StagedFile)>,
    /// `findings.parquet`: asked for, or kept aside for formats that read all findings.
    findings: Option<(FindingsWriter<BufWriter<fs::File>>, Kept)>,
    folders: Option<(FoldersWriter<BufWriter<fs::File>>, StagedFile)>,
    wanted: Wanted,
    templates: Templates,
    /// The folder for temporary files.
    tmp_dir: PathBuf,
    /// The failing output of a stream that the audit wrote to.
    failed: Option<PathBuf>,
    /// What every finding is held against.
    previous: Option<Previous>,
    /// Last, as what is staged in it goes before.
    _made: MadeFolders,
}

/// Where all findings lie while reports are written.
enum Kept {
    Staged(StagedFile, Vec<StagedFile>),
    Aside(tempfile::NamedTempFile),
}

impl Kept {
    fn path(&self) -> &Path {
        match self {
            Self::Staged(file, _) => file.path(),
            Self::Aside(file) => file.path(),
        }
    }

    /// What a user knows it by: a file that lies aside has no name of its own.
    fn shown<'a>(&'a self, tmp_dir: &'a Path) -> &'a Path {
        match self {
            Self::Staged(file, _) => file.target(),
            Self::Aside(_) => tmp_dir,
        }
    }
}

impl Outputs {
    /// Opens everything that was asked for; nothing of it appears before [`Outputs::finish`].
    pub(super) fn open(
        wanted: Wanted,
        templates: Option<&Path>,
        tmp_dir: &Path,
        reach: &Reach,
    ) -> Result<Self, Failure> {
        let mut formats = wanted.files.iter().map(|file| file.format).chain(wanted.stdout);
        if wanted.rule.is_none() && formats.any(|format| format == ReportFormat::Worklist) {
            return Err(Failure::of(&FormatError::NoRule));
        }
        let templates = Templates::new(templates).map_err(|error| Failure::of(&error))?;
        let mut made = MadeFolders::default();
        let mut reports = Vec::new();
        let mut findings = Vec::new();
        let mut folders = None;
        let stage = |path: &Path| match reach.place(path) {
            Ok(Place::Local(path)) => StagedFile::create(&path),
            #[cfg(feature = "s3")]
            Ok(place) => StagedFile::create_aside(path, place, tmp_dir),
            Err(error) => Err(AuditError::from(error).into()),
        };
        let mut add = |format, path: &Path| -> Result<(), Failure> {
            let file = stage(path)?;
            match format {
                ReportFormat::Parquet => findings.push(file),
                format => reports.push((format, file)),
            }
            Ok(())
        };
        if let Some(folder) = &wanted.folder {
            let folder = match reach.place(folder).map_err(AuditError::from)? {
                Place::Local(folder) => {
                    made.make(&folder).map_err(|error| Failure::write_file(&folder, error))?;
                    from_here(&folder)
                }
                #[cfg(feature = "s3")]
                Place::S3(_) => folder.clone(),
            };
            for (name, format) in SET {
                add(format, &folder.join(name))?;
            }
            let mut file = stage(&folder.join(FOLDERS))?;
            let writer = FoldersWriter::new(file.writer()?)
                .and_then(|writer| if wanted.beside { writer.beside() } else { Ok(writer) })
                .map_err(|error| Failure::write_file(file.target(), error))?;
            folders = Some((writer, file));
        }
        for file in &wanted.files {
            add(file.format, &file.path)?;
        }
        let mut formats = reports.iter().map(|(format, _)| *format).chain(wanted.stdout);
        let streamed = wanted.given.is_none() && formats.any(ReportFormat::reads_findings);
        let begin = |out| {
            let writer = FindingsWriter::new(out)?;
            if wanted.beside { writer.beside() } else { Ok(writer) }
        };
        let findings = match (findings.pop(), streamed) {
            (Some(mut file), _) => {
                let writer = begin(file.writer()?).map_err(|error| Failure::write_file(file.target(), error))?;
                Some((writer, Kept::Staged(file, findings)))
            }
            (None, true) => {
                let failed = |error| Failure::write_file(tmp_dir, error);
                let aside = tempfile::NamedTempFile::new_in(tmp_dir);
                let aside = aside.map_err(without_path).map_err(failed)?;
                let writer = BufWriter::new(aside.as_file().try_clone().map_err(failed)?);
                Some((begin(writer).map_err(failed)?, Kept::Aside(aside)))
            }
            (None, false) => None,
        };
        Ok(Self {
            reports,
            findings,
            folders,
            wanted,
            templates,
            tmp_dir: tmp_dir.to_owned(),
            failed: None,
            previous: None,
            _made: made,
        })
    }

    /// Holds every finding against those of an earlier result.
    pub(super) fn compare_with(&mut self, previous: Previous) {
        self.previous = Some(previous);
    }

    /// What every finding was held against.
    pub(super) fn take_previous(&mut self) -> Option<Previous> {
        self.previous.take()
    }

    /// Whether what is given to [`AuditSink::finding`], or examples of it, comes to stand in any output.
    pub(super) fn need_findings(&self) -> bool {
        let mut formats = self.reports.iter().map(|(format, _)| *format).chain(self.wanted.stdout);
        self.findings.is_some() || self.previous.is_some() || formats.any(ReportFormat::shows_examples)
    }

    /// The output that could not be written while the audit ran.
    pub(super) fn failed(&self) -> Option<&Path> {
        self.failed.as_deref()
    }

    /// Writes every report and puts every file in place, unless `stop` is set before; gives the paths in order.
    pub(super) fn finish(
        mut self,
        outcome: &AuditOutcome,
        console: &Console,
        stop: &AtomicBool,
    ) -> Result<Vec<PathBuf>, Failure> {
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::interrupted());
        }
        let mut placed = Vec::new();
        if let Some((writer, file)) = self.folders.take() {
            writer.finish().map_err(|error| Failure::write_file(file.target(), error))?;
            placed.push(file);
        }
        let kept = match self.findings.take() {
            None => None,
            Some((writer, kept)) => {
                writer.finish().map_err(|error| Failure::write_file(kept.shown(&self.tmp_dir), error))?;
                Some(kept)
            }
        };
        let given = self.wanted.given.clone();
        let read = || -> Result<FindingStream<'_>, ResultsError> {
            match kept.as_ref().map(Kept::path).or(given.as_deref()) {
                Some(path) => {
                    let reader = FindingsReader::open(path)?;
                    let findings = Box::new(if self.wanted.beside { reader.ahead()? } else { reader });
                    Ok(Box::new(Interruptible { findings, stop }))
                }
                None => Ok(Box::new(Owned(std::iter::empty()))),
            }
        };
        let view = ReportView {
            results: &outcome.results,
            examples: &outcome.examples,
            largest_folders: &outcome.largest_folders,
            words: Words::OF_RULES,
            findings: &read,
        };
        let options = |coloured| FormatOptions {
            templates: &self.templates,
            coloured,
            rule: self.wanted.rule.as_deref(),
            bucket: self.wanted.bucket.as_deref(),
        };
        for (format, mut file) in std::mem::take(&mut self.reports) {
            let mut out = file.writer()?;
            format.formatter(options(false)).write(&view, &mut out).map_err(|error| refused(file.target(), error))?;
            out.flush().map_err(|error| Failure::write_file(file.target(), error))?;
            placed.push(file);
        }
        if let Some(format) = self.wanted.stdout {
            let mut out = BufWriter::new(io::stdout());
            let coloured = format == ReportFormat::Text && console.colours_stdout();
            let formatter = format.formatter(options(coloured));
            let written = match format {
                // Half a list is a list of something else to the program that reads it.
                ReportFormat::Worklist => whole(&*formatter, &view, &mut out, &self.tmp_dir)?,
                _ => formatter.write(&view, &mut out),
            };
            match written.and_then(|()| Ok(out.flush()?)) {
                Err(FormatError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
                Err(error) => return Err(refused(Path::new("stdout"), error)),
                Ok(()) => {}
            }
        }
        if let Some(Kept::Staged(file, copies)) = kept {
            for copy in copies {
                fs::copy(file.path(), copy.path()).map_err(|error| Failure::write_file(copy.target(), error))?;
                placed.push(copy);
            }
            placed.push(file);
        }
        let mut paths: Vec<PathBuf> = placed.iter().map(|file| file.target().to_owned()).collect();
        // What can fail most easily comes first, while nothing has appeared on this machine.
        placed.sort_by_key(|file| !file.is_sent());
        let mut written = Vec::new();
        for file in placed {
            let target = file.target().display().to_string();
            file.commit().map_err(|failure| failure.after(&written))?;
            written.push(target);
        }
        paths.sort();
        Ok(paths)
    }
}

/// A folder as one would name it from the working directory: `[output] dir` is relative to the configuration, and often
/// full of `..`.
fn from_here(folder: &Path) -> PathBuf {
    if !folder.components().any(|part| part == Component::ParentDir) {
        return folder.to_owned();
    }
    let Ok(whole) = folder.canonicalize() else { return folder.to_owned() };
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    match here.ok().as_deref().map(|here| whole.strip_prefix(here)) {
        Some(Ok(below)) => below.to_owned(),
        _ => whole,
    }
}

/// Writes aside first, so that what cannot be written whole is not written at all.
fn whole(
    formatter: &dyn Formatter,
    view: &ReportView<'_>,
    out: &mut impl Write,
    tmp_dir: &Path,
) -> Result<Result<(), FormatError>, Failure> {
    let failed = |error| Failure::write_file(tmp_dir, error);
    let mut aside = tempfile::tempfile_in(tmp_dir).map_err(without_path).map_err(failed)?;
    let mut writer = BufWriter::new(&mut aside);
    match formatter.write(view, &mut writer) {
        Err(FormatError::Write(error)) => return Err(failed(error)),
        Err(error) => return Ok(Err(error)),
        Ok(()) => writer.flush().map_err(failed)?,
    }
    drop(writer);
    aside.rewind().map_err(failed)?;
    Ok(io::copy(&mut aside, out).map(drop).map_err(FormatError::Write))
}

fn refused(target: &Path, error: FormatError) -> Failure {
    match error {
        FormatError::Write(error) => Failure::write_file(target, error),
        FormatError::Results(ResultsError::Interrupted) => Failure::interrupted(),
        error => {
            debug_assert!(!error.to_string().is_empty(), "an error says what is wrong: {:?}", error.place());
            Failure::of(&error)
        }
    }
}

impl AuditSink for Outputs {
    fn folder(&mut self, row: &FolderRow) -> io::Result<()> {
        let Some((writer, file)) = &mut self.folders else { return Ok(()) };
        writer.push(row).inspect_err(|_| self.failed = Some(file.target().to_owned()))
    }

    fn finding(&mut self, finding: &Finding<'_>) -> io::Result<()> {
        if let Some(previous) = &mut self.previous {
            previous.push(finding);
        }
        let Some((writer, kept)) = &mut self.findings else { return Ok(()) };
        writer.push(finding).inspect_err(|_| self.failed = Some(kept.shown(&self.tmp_dir).to_owned()))
    }
}
