//! SARIF 2.1.0, as code scanning services read it: every rule that found something, and the first findings of all.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. GitHub takes 5,000 results of a run.

use std::io;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::model::{Finding, Severity};
use crate::render::hostile::visible;
use crate::report::{FormatError, Formatter, ReportView};
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
        let mut results = Vec::new();
        for finding in report.counted()?.take(MOST_RESULTS) {
            results.push(result(report, &rules, &finding?));
        }
        let shown = results.len();
        let sarif = json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": report.results.tool.name,
                    "semanticVersion": report.results.tool.version,
                    "rules": rules.iter().map(|rule| descriptor(report, rule)).collect::<Vec<_>>(),
                } },
                "columnKind": "unicodeCodePoints",
                "results": results,
                "properties": {
                    "verdict": judgement.verdict.name(),
                    "findings": judgement.totals.findings,
                    "shown": shown,
                    "evidenceDigest": report.results.evidence_digest,
                },
            }],
        });
        serde_json::to_writer_pretty(&mut *out, &sarif).map_err(io::Error::from)?;
        Ok(out.write_all(b"\n")?)
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
    Sha256::digest(&identity).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
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
