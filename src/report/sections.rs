//! Findings as reports show them: rule by rule, area by area, the first few of each with the true total.

use serde::Serialize;

use crate::model::{Family, Finding, Millis, Severity, Subject};
use crate::report::ReportView;
use crate::results::schema::{RuleResult, SeverityCount};

/// The findings of one rule.
#[derive(Debug, Serialize)]
pub struct Section<'a> {
    /// The rule, with the true totals.
    pub rule: &'a RuleResult,
    /// The heaviest severity among its findings.
    pub severity: Severity,
    /// Its findings by severity, the heaviest first, where they have several.
    pub severities: Vec<&'a SeverityCount>,
    /// What the rule finds.
    pub about: Option<String>,
    /// How to mend them, where all that are shown are mended alike.
    pub help: Option<String>,
    /// Its examples, by area.
    pub groups: Vec<Group<'a>>,
    /// How many examples are shown.
    pub shown: u64,
    /// How many findings are not shown.
    pub more: u64,
}

/// The findings of one rule in one area, and in one folder of it where the rule tells the folder.
#[derive(Debug, Serialize)]
pub struct Group<'a> {
    /// The area, if there is one.
    pub area: Option<&'a str>,
    /// The folder, if the rule tells one.
    pub folder: Option<&'a str>,
    /// The findings, in total order.
    pub findings: Vec<Example<'a>>,
}

/// A finding; what is absent is none.
#[derive(Debug, Serialize)]
pub struct Example<'a> {
    /// Its severity.
    pub severity: Severity,
    /// The word for what it is about.
    pub subject: &'static str,
    /// The bucket.
    pub bucket: Option<&'a str>,
    /// The key, prefix or name.
    pub key: Option<&'a str>,
    /// The segment of the key concerned, from 0.
    pub segment: Option<u32>,
    /// The version.
    pub version: Option<&'a str>,
    /// The table.
    pub table: Option<&'a str>,
    /// The item's key.
    pub item: Option<&'a str>,
    /// The attribute's path.
    pub path: Option<&'a str>,
    /// The input file.
    pub file: Option<&'a str>,
    /// The row in it, from 1.
    pub row: Option<u64>,
    /// The rule's sentence.
    pub sentence: String,
    /// What stands there.
    pub value: Option<&'a str>,
    /// What was expected.
    pub expected: Option<&'a str>,
    /// What to use instead.
    pub suggestion: Option<&'a str>,
    /// Others concerned.
    pub related: Vec<&'a str>,
    /// Bytes.
    pub size: Option<u64>,
    /// Last modified or changed, in milliseconds UTC.
    pub modified: Option<Millis>,
    /// How to mend it, where the section does not say so for all.
    pub help: Option<String>,
}

/// The sections about inputs, then all others, the heaviest first; each with at most so many examples.
pub(super) fn sections<'a>(report: &ReportView<'a>, examples: usize) -> (Vec<Section<'a>>, Vec<Section<'a>>) {
    let found = report.results.judgement.rules.iter().filter(|rule| rule.findings > 0);
    let (integrity, mut others): (Vec<_>, Vec<_>) = found
        .map(|rule| section(report, rule, examples))
        .partition(|section| section.rule.family == Family::Source.letter());
    others.sort_by_key(|section| std::cmp::Reverse(section.severity));
    (integrity, others)
}

fn section<'a>(report: &ReportView<'a>, rule: &'a RuleResult, examples: usize) -> Section<'a> {
    let findings = report.examples.of(&rule.code);
    let findings = &findings[..findings.len().min(examples)];
    let mut severities: Vec<&SeverityCount> = rule.by_severity.iter().filter(|count| count.findings > 0).collect();
    severities.sort_by_key(|count| std::cmp::Reverse(count.severity));
    let severity = severities.first().map_or(rule.severity, |heaviest| heaviest.severity);
    if severities.len() == 1 {
        severities.clear();
    }
    let helps: Vec<Option<String>> = findings.iter().map(|finding| (report.words.help)(finding)).collect();
    let help = helps.first().filter(|first| helps.iter().all(|help| help == *first)).cloned().flatten();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (finding, own_help) in findings.iter().zip(helps) {
        let (area, folder) = (finding.area.as_deref(), folder_of(finding));
        let sentence = (report.words.sentence)(finding);
        // Help that only repeats the suggestion says nothing more.
        let repeats = |own: &String| finding.suggestion.as_deref().is_some_and(|suggestion| own.contains(suggestion));
        let own_help = own_help.filter(|own| help.is_none() && !repeats(own));
        let example = Example::new(finding, sentence, own_help);
        match groups.iter_mut().find(|group| (group.area, group.folder) == (area, folder)) {
            Some(group) => group.findings.push(example),
            None => groups.push(Group { area, folder, findings: vec![example] }),
        }
    }
    let shown = findings.len() as u64;
    Section {
        rule,
        severity,
        severities,
        about: (report.words.about)(&rule.code),
        help,
        groups,
        shown,
        more: rule.findings.saturating_sub(shown),
    }
}

/// The folder that a finding about an object has as its value (R302), by which reports group.
fn folder_of<'a>(finding: &'a Finding<'_>) -> Option<&'a str> {
    let (key, value) = (finding.key.as_deref()?, finding.value.as_deref()?);
    (finding.subject == Subject::Object && value.ends_with('/') && key.starts_with(value)).then_some(value)
}

impl<'a> Example<'a> {
    fn new(finding: &'a Finding<'static>, sentence: String, help: Option<String>) -> Self {
        Self {
            severity: finding.severity,
            subject: finding.subject.name(),
            bucket: finding.bucket.as_deref(),
            key: finding.key.as_deref(),
            segment: finding.segment,
            version: finding.version.as_deref(),
            table: finding.table.as_deref(),
            item: finding.item.as_deref(),
            path: finding.path.as_deref(),
            file: finding.file.as_deref(),
            row: finding.row,
            sentence,
            value: finding.value.as_deref().filter(|_| folder_of(finding).is_none()),
            expected: finding.expected.as_deref(),
            suggestion: finding.suggestion.as_deref(),
            related: finding.related.iter().map(AsRef::as_ref).collect(),
            size: finding.size,
            modified: finding.modified,
            help,
        }
    }
}
