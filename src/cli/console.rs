//! What goes to the terminal: messages on stderr, what was asked for on stdout, hostile text made harmless.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use clap::ColorChoice;

use crate::cli::{Failure, Global, LogFormat};
use crate::render::hostile;

/// Writes messages as the user asked for them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Console {
    quiet: bool,
    verbose: bool,
    format: LogFormat,
    color: ColorChoice,
}

impl Console {
    pub(super) fn new(global: &Global) -> Self {
        Self { quiet: global.quiet, verbose: global.verbose, format: global.log_format, color: global.color }
    }

    /// Messages as JSON, where the arguments that would say so cannot be read as a whole.
    pub(super) fn for_programs() -> Self {
        Self { quiet: false, verbose: false, format: LogFormat::Json, color: ColorChoice::Never }
    }

    /// Whether a progress bar is wanted: on a terminal, for people.
    pub(super) fn shows_progress(&self) -> bool {
        !self.quiet && self.format == LogFormat::Text && io::stderr().is_terminal()
    }

    /// Whether stdout is coloured.
    pub(super) fn colours_stdout(&self) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }

    fn colours_stderr(&self) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }

    /// Says something that is always of interest.
    pub(super) fn say(&self, message: &str) {
        if !self.quiet {
            self.message("info", None, message);
        }
    }

    /// Says something for those who asked for more.
    pub(super) fn tell(&self, message: &str) {
        if self.verbose {
            self.message("info", None, message);
        }
    }

    /// Says that something is not as it should be.
    pub(super) fn warn(&self, message: &str) {
        if !self.quiet {
            self.message("warning", Some(AnsiColor::Yellow), message);
        }
    }

    fn message(&self, level: &str, color: Option<AnsiColor>, message: &str) {
        let message = hostile::visible(message);
        let line = match self.format {
            LogFormat::Json => serde_json::json!({ "level": level, "message": message }).to_string(),
            LogFormat::Text => match color {
                None => message.into_owned(),
                Some(color) => format!("{}: {message}", self.styled(level, color)),
            },
        };
        // Where stderr is gone there is nobody left to tell.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// Says why a command failed: message, place, help, then what caused it.
    pub(super) fn failure(&self, failure: &Failure) {
        for problem in &failure.problems {
            let text = match self.format {
                LogFormat::Json => serde_json::json!({
                    "level": "error",
                    "message": problem.message,
                    "place": problem.place,
                    "help": problem.help,
                    "causes": problem.causes,
                })
                .to_string(),
                LogFormat::Text => self.problem_text(problem),
            };
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    fn problem_text(&self, problem: &crate::cli::failure::Problem) -> String {
        let mut text = format!("{}: {}", self.styled("error", AnsiColor::Red), hostile::visible(&problem.message));
        if let Some(place) = &problem.place {
            text.push_str(&format!("\n  --> {}", hostile::visible(place)));
        }
        for cause in &problem.causes {
            text.push_str(&format!("\n  caused by: {}", hostile::visible(cause)));
        }
        if let Some(help) = &problem.help {
            text.push_str(&format!("\n  {}: {}", self.styled("help", AnsiColor::Cyan), hostile::visible(help)));
        }
        text
    }

    fn styled(&self, word: &str, color: AnsiColor) -> String {
        if self.colours_stderr() {
            let style = Style::new().bold().fg_color(Some(color.into()));
            format!("{}{word}{}", style.render(), style.render_reset())
        } else {
            word.to_owned()
        }
    }

    /// Writes what was asked for to stdout; a reader that went away is no failure.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::write("stdout", error)),
            _ => Ok(()),
        }
    }
}
