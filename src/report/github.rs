//! Annotations of a GitHub Actions run: workflow commands on standard output, the heaviest rules first.
//!
//! Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>. A step shows ten of
//! each kind.

use std::borrow::Cow;
use std::io;

use crate::model::{Severity, Verdict};
use crate::render::hostile::visible;
use crate::report::sections::sections;
use crate::report::{FormatError, Formatter, ReportView};

/// How many rules are annotated; the verdict comes beside them.
const MOST_RULES: usize = 9;

/// Writes the verdict, and a line for each of the heaviest rules.
pub(super) struct Github;

impl Formatter for Github {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        let judgement = &report.results.judgement;
        let command = match judgement.verdict {
            Verdict::Pass => "notice",
            Verdict::Fail => "error",
            Verdict::Inconclusive => "warning",
        };
        line(out, command, &format!("stocktake: {}", judgement.verdict.name()), &judgement.sentence)?;
        let (integrity, others) = sections(report, 1);
        for section in integrity.iter().chain(&others).take(MOST_RULES) {
            let rule = section.rule;
            let example = section.groups.first().and_then(|group| group.findings.first());
            let findings = if rule.findings == 1 { "finding" } else { "findings" };
            let mut message = format!("{} {findings}", rule.findings);
            if let Some(example) = example {
                let names = [example.key, example.item, example.file];
                let place = names.into_iter().flatten().next().unwrap_or_default();
                message.push_str(&format!("; the first: {}: {}", visible(place), visible(&example.sentence)));
            }
            line(out, command_of(section.severity), &format!("{} {}", rule.code, rule.name), &message)?;
        }
        Ok(())
    }
}

const fn command_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Error | Severity::Inconclusive => "error",
        Severity::Warning => "warning",
        Severity::Note | Severity::Told | Severity::Ignore => "notice",
    }
}

fn line(out: &mut dyn io::Write, command: &str, title: &str, message: &str) -> io::Result<()> {
    writeln!(out, "::{command} title={}::{}", property(title), data(message))
}

/// What a command's message needs to have escaped.
fn data(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '\r', '\n']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A"))
}

/// What a command's property needs beside that.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
