//! A worklist: the keys that one rule found, one a line, for another program.

use std::collections::BTreeSet;
use std::io;

use crate::render::hostile::visible;
use crate::report::{FormatError, Formatter, ReportView};
use crate::results::Results;

/// Writes the keys of one rule's findings in one bucket, each once.
pub(super) struct Worklist<'a> {
    pub(super) rule: Option<&'a str>,
    pub(super) bucket: Option<&'a str>,
}

impl Formatter for Worklist<'_> {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        let rule = self.rule.ok_or(FormatError::NoRule)?;
        let mut bucket = self.bucket.map(str::to_owned);
        // Findings of one rule come in the order of their keys, so that a key's findings are neighbours.
        let mut last: Option<String> = None;
        let mut findings = (report.findings)()?;
        while let Some(finding) = findings.next_finding()? {
            let counts = finding.excused.is_none();
            if !counts || finding.code != rule || (self.bucket.is_some() && finding.bucket.as_deref() != self.bucket) {
                continue;
            }
            let (Some(found_in), Some(key)) = (&finding.bucket, &finding.key) else {
                return Err(FormatError::NoKeys { rule: rule.to_owned() });
            };
            if let Some(first) = bucket.as_ref().filter(|bucket| *bucket != found_in) {
                let (first, second) = (first.clone(), found_in.clone().into_owned());
                return Err(FormatError::SeveralBuckets { rule: rule.to_owned(), first, second });
            }
            if key.contains(['\n', '\r']) {
                return Err(FormatError::LineBreak { key: visible(key).into_owned() });
            }
            if last.as_deref() != Some(&**key) {
                writeln!(out, "{key}")?;
            }
            bucket.get_or_insert_with(|| found_in.clone().into_owned());
            key.as_ref().clone_into(last.get_or_insert_default());
        }
        // R305 tells of buckets that nobody reads.
        match self.bucket.filter(|_| last.is_none()) {
            Some(wanted) => known(report.results, wanted),
            None => Ok(()),
        }
    }
}

/// Refuses a bucket of which nothing was read: no finding would be in it, and the list would look done.
fn known(results: &Results, bucket: &str) -> Result<(), FormatError> {
    let before = results.inputs.before.as_deref().map_or(&[][..], |before| &before.inventories);
    let read = results.inputs.inventories.iter().chain(before).map(|inventory| inventory.bucket.as_str());
    let read: BTreeSet<&str> = read.collect();
    if read.contains(bucket) {
        return Ok(());
    }
    Err(FormatError::UnknownBucket { bucket: bucket.to_owned(), read: read.into_iter().map(str::to_owned).collect() })
}
