//! Results as people and programs read them: one file for each format.

pub mod csv;
pub mod error;
mod evidence;
mod github;
pub mod html;
pub mod json;
mod junit;
pub mod markdown;
pub mod page;
pub mod parquet;
mod prometheus;
pub mod runbook;
mod sarif;
pub mod sections;
mod signoff;
pub mod sparkline;
pub mod text;
pub mod treemap;
pub mod view;
pub mod words;
pub mod worklist;

use std::io;

pub use error::FormatError;
pub use view::ReportView;

pub use crate::results::findings::FindingStream;
pub use words::Words;

use crate::render::Templates;

/// Writes a report in one format.
pub trait Formatter {
    /// Writes the whole report. The output is written to as it comes: give it a buffer of its own.
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError>;
}

/// The formats of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportFormat {
    /// The audit report, one file.
    Html,
    /// The summary for a pull request.
    Markdown,
    /// `results.json`.
    Json,
    /// `findings.parquet`.
    Parquet,
    /// Every finding as a row of text.
    Csv,
    /// The summary for a terminal.
    Text,
    /// The keys of one rule's findings, one a line.
    Worklist,
    /// Test cases for a CI server.
    Junit,
    /// SARIF 2.1.0 for code scanning.
    Sarif,
    /// Annotations of a GitHub Actions run.
    Github,
    /// Metrics for the textfile collector.
    Prometheus,
    /// The sign-off, Markdown.
    Signoff,
    /// The sign-off, one HTML file.
    SignoffHtml,
}

/// What formats may be told beyond the result.
#[derive(Debug, Clone, Copy)]
pub struct FormatOptions<'a> {
    /// The templates of HTML and Markdown.
    pub templates: &'a Templates,
    /// Whether text is coloured.
    pub coloured: bool,
    /// The code of the rule whose keys a worklist holds.
    pub rule: Option<&'a str>,
    /// The bucket whose keys a worklist holds; needed where a rule has findings in several.
    pub bucket: Option<&'a str>,
}

impl ReportFormat {
    /// Every format.
    pub const ALL: [Self; 13] = [
        Self::Html,
        Self::Markdown,
        Self::Json,
        Self::Parquet,
        Self::Csv,
        Self::Text,
        Self::Worklist,
        Self::Junit,
        Self::Sarif,
        Self::Github,
        Self::Prometheus,
        Self::Signoff,
        Self::SignoffHtml,
    ];

    /// The name used on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Json => "json",
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Text => "text",
            Self::Worklist => "worklist",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Prometheus => "prometheus",
            Self::Signoff => "signoff",
            Self::SignoffHtml => "signoff-html",
        }
    }

    /// Reads a name used on the command line.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format of files with this extension, given without its dot.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension {
            "txt" => Some(Self::Text),
            "xml" => Some(Self::Junit),
            "prom" => Some(Self::Prometheus),
            "html" | "md" | "json" | "parquet" | "csv" | "sarif" => Self::from_name(extension),
            _ => None,
        }
    }

    /// Whether it shows the first findings of each rule, as [`ReportView::examples`] holds them.
    pub const fn shows_examples(self) -> bool {
        match self {
            Self::Html | Self::Markdown | Self::Text | Self::Github => true,
            Self::Json
            | Self::Parquet
            | Self::Csv
            | Self::Worklist
            | Self::Junit
            | Self::Sarif
            | Self::Prometheus
            | Self::Signoff
            | Self::SignoffHtml => false,
        }
    }

    /// Whether it reads all findings, as [`ReportView::findings`] gives them.
    pub const fn reads_findings(self) -> bool {
        match self {
            Self::Parquet | Self::Csv | Self::Worklist | Self::Junit | Self::Sarif => true,
            Self::Html
            | Self::Markdown
            | Self::Json
            | Self::Text
            | Self::Github
            | Self::Prometheus
            | Self::Signoff
            | Self::SignoffHtml => false,
        }
    }

    /// What writes this format.
    pub fn formatter<'a>(self, options: FormatOptions<'a>) -> Box<dyn Formatter + 'a> {
        match self {
            Self::Html => Box::new(html::Html { templates: options.templates }),
            Self::Markdown => Box::new(markdown::Markdown { templates: options.templates }),
            Self::Json => Box::new(json::Json),
            Self::Parquet => Box::new(parquet::Parquet),
            Self::Csv => Box::new(csv::Csv),
            Self::Text => Box::new(text::Text { coloured: options.coloured }),
            Self::Junit => Box::new(junit::Junit),
            Self::Sarif => Box::new(sarif::Sarif),
            Self::Github => Box::new(github::Github),
            Self::Prometheus => Box::new(prometheus::Prometheus),
            Self::Signoff => Box::new(signoff::Signoff { templates: options.templates, page: "signoff.md" }),
            Self::SignoffHtml => Box::new(signoff::Signoff { templates: options.templates, page: "signoff.html" }),
            Self::Worklist => Box::new(worklist::Worklist { rule: options.rule, bucket: options.bucket }),
        }
    }
}
