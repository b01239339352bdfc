//! Every error in the one shape that the user sees, with the exit code it means.

use std::error::Error;
use std::io;
use std::path::Path;

use clap::error::ErrorKind;

use crate::audit::AuditError;
use crate::layout::ConfigErrors;
use crate::model::UserError;

/// Nothing was judged.
const USAGE: u8 = 2;
/// The disk refused what was judged: sysexits' EX_IOERR, since usage was right.
const OUTPUT: u8 = 74;
/// The program failed.
const INTERNAL: u8 = 70;
/// Stopped by the user.
pub(super) const INTERRUPTED: u8 = 130;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    pub(super) problems: Vec<Problem>,
    pub(super) exit_code: u8,
}

/// One problem as it is shown.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) place: Option<String>,
    pub(super) help: Option<String>,
    pub(super) causes: Vec<String>,
}

impl Problem {
    fn of(error: &(impl UserError + 'static)) -> Self {
        Self { message: error.to_string(), place: error.place(), help: error.help(), causes: causes(error) }
    }
}

fn causes(error: &dyn Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}

impl Failure {
    /// A mistake of usage.
    pub(super) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        let problem = Problem { message: message.into(), place: None, help: Some(help.into()), causes: Vec::new() };
        Self { problems: vec![problem], exit_code: USAGE }
    }

    /// Arguments that clap refuses: the first paragraph of what it says, and a tip if it has one.
    pub(super) fn of_arguments(error: &clap::Error) -> Self {
        if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            return Self::usage("no subcommand is given", "`--help` lists them");
        }
        let text = error.render().to_string();
        let line = |paragraph: &str| paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut paragraphs = text.split("\n\n").map(line);
        let first = paragraphs.next().unwrap_or_default();
        let message = first.strip_prefix("error: ").unwrap_or(&first).to_owned();
        let tip = paragraphs.find_map(|paragraph| paragraph.strip_prefix("tip: ").map(str::to_owned));
        Self::usage(message, tip.unwrap_or_else(|| "`--help` says what there is".to_owned()))
    }

    /// An output that cannot be written.
    pub(super) fn write(place: impl Into<String>, error: io::Error) -> Self {
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::FileTooLarge, io::ErrorKind::QuotaExceeded];
        let is_full = full.contains(&error.kind());
        let help = match error.kind() {
            _ if is_full => "make room, or write to another disk",
            io::ErrorKind::NotFound => "create the folder, or name another one",
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => "name a folder: a file stands there",
            io::ErrorKind::IsADirectory => "name a file in it",
            io::ErrorKind::PermissionDenied => "name a folder that you may write to",
            _ => "check that the place can be written to",
        };
        let problem = Problem {
            message: "this output cannot be written".to_owned(),
            place: Some(place.into()),
            help: Some(help.to_owned()),
            causes: vec![error.to_string()],
        };
        Self { problems: vec![problem], exit_code: if is_full { OUTPUT } else { USAGE } }
    }

    /// The same for an output that is a file.
    pub(super) fn write_file(path: &Path, error: io::Error) -> Self {
        Self::write(path.display().to_string(), error)
    }

    /// The user stopped it.
    pub(super) fn interrupted() -> Self {
        let problem = Problem {
            message: "interrupted; no file was written".to_owned(),
            place: None,
            help: None,
            causes: Vec::new(),
        };
        Self { problems: vec![problem], exit_code: INTERRUPTED }
    }

    /// The same, after some outputs were put in place.
    pub(super) fn after(mut self, written: &[String]) -> Self {
        if let Some(problem) = self.problems.first_mut().filter(|_| !written.is_empty()) {
            if self.exit_code == INTERRUPTED {
                problem.message = "interrupted while outputs were written".to_owned();
            }
            problem.causes.push(format!("written already, and whole: {}", written.join(", ")));
        }
        self
    }

    /// A bug of ours.
    pub(super) fn internal(message: impl Into<String>) -> Self {
        let problem = Problem {
            message: message.into(),
            place: None,
            help: Some("report this: it is a bug of stocktake".to_owned()),
            causes: Vec::new(),
        };
        Self { problems: vec![problem], exit_code: INTERNAL }
    }

    /// One error that says its place and help.
    pub(super) fn of(error: &(impl UserError + 'static)) -> Self {
        Self { problems: vec![Problem::of(error)], exit_code: USAGE }
    }
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self { problems: errors.0.iter().map(Problem::of).collect(), exit_code: USAGE }
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Interrupted => Self::interrupted(),
            error => Self::of(&error),
        }
    }
}
