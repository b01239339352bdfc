//! Metrics for the textfile collector of Prometheus' node exporter: what a dashboard draws and an alert asks.
//!
//! Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>, text format 0.0.4.

use std::fmt::Write as _;
use std::io;

use jiff::Timestamp;

use crate::model::Verdict;
use crate::report::{FormatError, Formatter, ReportView};
use crate::results::schema::AreaResult;

/// Writes gauges of one audit.
pub(super) struct Prometheus;

impl Formatter for Prometheus {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        Ok(out.write_all(metrics(report).as_bytes())?)
    }
}

/// Metrics, each with its samples.
#[derive(Default)]
struct Text(String);

impl Text {
    /// Begins a metric; help and type stand once before all its samples.
    fn gauge(&mut self, name: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP stocktake_{name} {help}\n# TYPE stocktake_{name} gauge");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let _ = write!(self.0, "stocktake_{name}");
        for (number, (label, text)) in labels.iter().enumerate() {
            let _ = write!(self.0, "{}{label}=\"{}\"", if number == 0 { '{' } else { ',' }, escaped(text));
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}

/// A label's value: backslash, quote and line feed are escaped, all else is UTF-8 as it is.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn metrics(report: &ReportView<'_>) -> String {
    let (results, judgement) = (report.results, &report.results.judgement);
    let mut text = Text::default();
    text.gauge("verdict", "The verdict of the last audit: 1 for the one it is.");
    for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive] {
        let is = u64::from(judgement.verdict == verdict);
        text.sample("verdict", &[("verdict", &verdict.name().to_lowercase())], is);
    }
    let totals = &judgement.totals;
    for (name, help, value) in [
        ("objects", "Objects listed.", totals.objects),
        ("bytes", "Their bytes.", totals.bytes),
        ("references", "References that records hold.", totals.references),
        ("folders", "Folders of areas.", totals.folders),
    ] {
        text.gauge(name, help);
        text.sample(name, &[], value);
    }
    text.gauge("findings", "Findings by rule and severity.");
    for rule in &judgement.rules {
        for count in rule.by_severity.iter().filter(|count| count.findings > 0) {
            let labels = [("rule", rule.code.as_str()), ("name", &rule.name), ("severity", count.severity.name())];
            text.sample("findings", &labels, count.findings);
        }
    }
    text.gauge("findings_excused", "Findings by rule that an exception hides or the baseline knows.");
    for rule in judgement.rules.iter().filter(|rule| rule.excused > 0) {
        text.sample("findings_excused", &[("rule", &rule.code), ("name", &rule.name)], rule.excused);
    }
    text.gauge("reference_outcomes", "References by outcome.");
    for outcome in &judgement.classes.outcome {
        text.sample("reference_outcomes", &[("outcome", outcome.outcome.title())], outcome.references);
    }
    // An alert must not take what nobody looked for as none.
    if judgement.orphans.judged {
        text.gauge("orphan_objects", "Objects that no record names though one should.");
        text.sample("orphan_objects", &[], judgement.orphans.objects);
        text.gauge("orphan_bytes", "Their bytes.");
        text.sample("orphan_bytes", &[], judgement.orphans.bytes);
    }
    areas(&mut text, report);
    text.gauge("inventory_timestamp_seconds", "When the inventory was made.");
    for inventory in &results.inputs.inventories {
        if let Some(at) = seconds(inventory.created_at.as_deref()) {
            text.sample("inventory_timestamp_seconds", &[("bucket", &inventory.bucket)], at);
        }
    }
    text.gauge("export_timestamp_seconds", "The moment that the export shows.");
    for export in &results.inputs.exports {
        if let Some(at) = seconds(export.exported_at.as_deref()) {
            text.sample("export_timestamp_seconds", &[("table", &export.table)], at);
        }
    }
    text.0
}

fn areas(text: &mut Text, report: &ReportView<'_>) {
    let areas = &report.results.judgement.areas;
    type Of = fn(&AreaResult) -> Option<u64>;
    let kinds: [(&str, &str, Of); 4] = [
        ("area_objects", "Objects by area.", |area| Some(area.objects)),
        ("area_bytes", "Bytes by area.", |area| Some(area.bytes)),
        ("area_compliant_objects", "Objects by area that break no rule.", |area| {
            area.compliance_judged.then_some(area.compliant_objects)
        }),
        ("area_orphan_objects", "Orphans by area.", |area| area.orphans_judged.then_some(area.orphan_objects)),
    ];
    for (name, help, of) in kinds {
        let mut samples = areas.iter().filter_map(|area| Some((area, of(area)?))).peekable();
        if samples.peek().is_some() {
            text.gauge(name, help);
        }
        for (area, value) in samples {
            text.sample(name, &[("bucket", &area.bucket), ("area", &area.area)], value);
        }
    }
}

/// Seconds since 1970 of a time in RFC 3339.
fn seconds(time: Option<&str>) -> Option<u64> {
    u64::try_from(time?.parse::<Timestamp>().ok()?.as_second()).ok()
}
