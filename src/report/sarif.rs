//! SARIF 2.1.0, as code scanning services read it: every rule that found something, and the first findings of all.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. GitHub takes 5,000 results of a run.

use std::cell::RefCell;
use std::io;

use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::model::bytes::hex;
use crate::model::{Finding, Severity};
use crate::render::hostile::visible;
use crate::report::{FormatError, Formatter, ReportView};
use crate::results::ResultsError;
use crate::results::findings::FindingStream;
use crate::results::findings::encode::encode_identity;
use crate::results::location;
use crate::results::schema::RuleResult;

/// How many results a run holds at the most; the true total stands in its properties.
const MOST_RESULTS: usize = 5_000;
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes one run.
pub(super) struct Sarif;

impl Formatter for Sarif {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        let judgement = &report.results.judgement;
        let rules: Vec<&RuleResult> = judgement.rules.iter().filter(|rule| rule.findings > 0).collect();
        let findings = (report.findings)()?;
        let results = Streamed { report, rules: &rules, findings: RefCell::new(findings), failed: RefCell::new(None) };
        let log = Log {
            schema: SCHEMA,
            runs: [Run {
                column_kind: "unicodeCodePoints",
                properties: json!({
                    "verdict": judgement.verdict.name(),
                    "findings": judgement.totals.findings,
                    "shown": judgement.totals.findings.min(MOST_RESULTS as u64),
                    "evidenceDigest": report.results.evidence_digest,
                }),
                results: &results,
                tool: json!({ "driver": {
                    "name": report.results.tool.name,
                    "semanticVersion": report.results.tool.version,
                    "rules": rules.iter().map(|rule| descriptor(report, rule)).collect::<Vec<_>>(),
                } }),
            }],
            version: "2.1.0",
        };
        let written = serde_json::to_writer_pretty(&mut *out, &log);
        if let Some(error) = results.failed.take() {
            return Err(error.into());
        }
        written.map_err(io::Error::from)?;
        Ok(out.write_all(b"\n")?)
    }
}

#[derive(Serialize)]
struct Log<'a, 'f> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<'a, 'f>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a, 'f> {
    column_kind: &'static str,
    properties: Value,
    results: &'a Streamed<'a, 'f>,
    tool: Value,
}

/// Results that are written as the findings are read, one at a time.
struct Streamed<'a, 'f> {
    report: &'a ReportView<'f>,
    rules: &'a [&'f RuleResult],
    findings: RefCell<FindingStream<'f>>,
    /// What the findings could not be read for.
    failed: RefCell<Option<ResultsError>>,
}

impl Serialize for Streamed<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let mut findings = self.findings.borrow_mut();
        let mut shown = 0;
        while shown < MOST_RESULTS {
            match findings.next_finding() {
                Ok(Some(finding)) if finding.excused.is_some() => {}
                Ok(Some(finding)) => {
                    list.serialize_element(&result(self.report, self.rules, &finding))?;
                    shown += 1;
                }
                Ok(None) => break,
                Err(error) => {
                    let told = error.to_string();
                    *self.failed.borrow_mut() = Some(error);
                    return Err(S::Error::custom(told));
                }
            }
        }
        list.end()
    }
}

fn descriptor(report: &ReportView<'_>, rule: &RuleResult) -> Value {
    let about = (report.words.about)(&rule.code).unwrap_or_else(|| rule.name.clone());
    json!({
        "id": rule.code,
        "name": pascal_case(&rule.name),
        "shortDescription": { "text": about },
        "help": { "text": format!("`stocktake rules {}` tells what it means and how to mend it.", rule.code) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "findings": rule.findings, "objects": rule.objects, "bytes": rule.bytes },
    })
}

fn result(report: &ReportView<'_>, rules: &[&RuleResult], finding: &Finding<'_>) -> Value {
    let shown = location::shown(finding);
    let mut place = json!({
        "logicalLocations": [{ "fullyQualifiedName": shown, "kind": finding.subject.name() }],
    });
    if let Some(uri) = location::uri(finding) {
        place["physicalLocation"] = json!({ "artifactLocation": { "uri": uri } });
        if let Some(row) = finding.row.filter(|row| *row > 0) {
            place["physicalLocation"]["region"] = json!({ "startLine": row });
        }
    }
    let mut text = visible(&(report.words.sentence)(finding)).into_owned();
    if let Some(help) = (report.words.help)(finding) {
        text.push_str("; to mend it: ");
        text.push_str(&visible(&help));
    }
    let mut result = json!({
        "ruleId": finding.code,
        "level": level(finding.severity),
        "message": { "text": format!("{shown}: {text}") },
        "locations": [place],
        // The identity by which findings are compared over time.
        "partialFingerprints": { "stocktake/v1": fingerprint(finding) },
        "properties": { "severity": finding.severity.name(), "area": finding.area },
    });
    if let Some(index) = rules.iter().position(|rule| rule.code == finding.code) {
        result["ruleIndex"] = json!(index);
    }
    result
}

fn fingerprint(finding: &Finding<'_>) -> String {
    let mut identity = Vec::new();
    encode_identity(finding, &mut identity);
    hex(&Sha256::digest(&identity)[..16])
}

/// SARIF knows no verdict of inputs: what makes an audit inconclusive is an error of the run.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error | Severity::Inconclusive => "error",
        Severity::Warning => "warning",
        Severity::Note | Severity::Told => "note",
        Severity::Ignore => "none",
    }
}

/// `empty-segment` as `EmptySegment`, which is how SARIF names rules.
fn pascal_case(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split('-').map(word).collect()
}
