//! `stocktake path explain`.

use std::fmt::Write as _;

use clap::Args;

use super::{ConfigArgs, bucket_named, key_findings, resolve, told};
use crate::cli::Failure;
use crate::cli::console::Console;
use crate::layout::resolve::Resolution;
use crate::layout::walk::StepKind;
use crate::layout::{BucketLayout, KeyMatch, Layout};
use crate::model::{Severity, uri};
use crate::render::hostile::visible;

/// Show the walk of a key through the layout, segment by segment
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake path explain models/training/job-1/output/model.tar.gz
  stocktake path explain s3://line-1/model/training/job-1/output/model.tar.gz

Exits 0 if the key lies in an area, or at an old place where the layout leaves it, and no rule of
any key (K101 and the like) finds an error in it, 1 if not.")]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// A key, or its URI
    key: String,
    /// The bucket of a key without one, where several are declared
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,
}

impl ExplainArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let layout = self.config.compile()?;
        let located = uri::parse(&self.key).ok();
        let (bucket, key) = match (&located, &self.bucket) {
            (Some(location), None) => (bucket_named(&layout, &location.bucket)?, location.key.to_string()),
            (_, Some(name)) => (bucket_named(&layout, name)?, self.key.clone()),
            (None, None) => (likely(&layout)?, self.key.clone()),
        };
        let (mut text, right) = explain(&layout, bucket, &key);
        let findings = key_findings(&layout, bucket, &key)?;
        for finding in &findings {
            let _ = writeln!(text, "{}", told(finding));
        }
        console.print(&text)?;
        Ok(u8::from(!right || findings.iter().any(|finding| finding.severity >= Severity::Error)))
    }
}

/// The first declared bucket, if all others are of another role.
fn likely(layout: &Layout) -> Result<&BucketLayout, Failure> {
    let spec = layout.spec();
    let wanted = |bucket: &&BucketLayout| bucket.entries().iter().any(|entry| spec.buckets[*entry].role == "output");
    let mut likely = layout.buckets().iter().filter(wanted);
    match (likely.next(), likely.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(Failure::usage("the key does not say in which bucket it lies", "give its URI, or --bucket")),
    }
}

fn explain(layout: &Layout, bucket: &BucketLayout, key: &str) -> (String, bool) {
    let walk = layout.walk(bucket, key);
    let mut text = format!("{}: {}\n", bucket.name(), visible(key));
    let widest = walk.steps.iter().map(|step| visible(&step.text).chars().count()).max().unwrap_or(0).min(48);
    for (number, step) in walk.steps.iter().enumerate() {
        let (mark, what) = match step.kind {
            StepKind::Prefix => ("✓", "the bucket entry's prefix".to_owned()),
            StepKind::Literal => ("✓", "as the layout spells it".to_owned()),
            StepKind::Value => ("✓", step.expected.clone().unwrap_or_default()),
            StepKind::Open => ("✓", "left open by the layout".to_owned()),
            StepKind::Broken if step.text.is_empty() => {
                ("✗", format!("nothing here; expected {}", step.expected.as_deref().unwrap_or("something")))
            }
            StepKind::Broken => ("✗", format!("expected {}", step.expected.as_deref().unwrap_or("something else"))),
            StepKind::Beyond => ("·", "not looked at".to_owned()),
        };
        let shown = visible(&step.text);
        let pad = " ".repeat(widest.saturating_sub(shown.chars().count()));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:>3} {mark} {shown}{pad}  {}", number + 1, visible(&what));
    }
    let spec = layout.spec();
    let mut right = matches!(walk.found, KeyMatch::Area(_));
    let conclusion = match walk.found {
        KeyMatch::Area(placed) => {
            let area = &spec.areas[usize::from(placed.area)];
            let mut told = format!("it lies in area `{}`, `{}`", area.name, area.path.value);
            if !area.about.is_empty() {
                let _ = write!(told, ": {}", area.about);
            }
            for (name, value) in bucket.captured(key) {
                let _ = write!(told, "\n  {name} = {value}");
            }
            told
        }
        KeyMatch::Legacy(placed) => {
            let area = &spec.areas[usize::from(placed.area)];
            let generation = placed.legacy.and_then(|legacy| area.legacy.get(usize::from(legacy)));
            let name = generation.map_or("", |generation| generation.name.as_str());
            let resolved = layout.resolve(&format!("s3://{}/{key}", bucket.name()), &mut |_| None);
            let is_left = matches!(resolved, Ok(Resolution::Kept(_) | Resolution::Unnamed { keep: true, .. }));
            let becomes = match resolved {
                Ok(Resolution::Moved { candidates, .. }) if candidates.len() == 1 => {
                    format!("it moves to {}", candidates[0].uri)
                }
                Ok(Resolution::Moved { candidates, .. }) => format!("it moves to one of {} places", candidates.len()),
                Ok(Resolution::Kept(why)) => format!("it stays: {why}"),
                Ok(Resolution::Retired(why)) => format!("it goes: {why}"),
                Ok(Resolution::Unnamed { missing, keep }) => {
                    let otherwise = if keep { ", and stays without" } else { "" };
                    format!("its new place needs {}{otherwise}", missing.join(" and "))
                }
                Ok(Resolution::Unfit(why)) => format!("it has no new place: {why}"),
                Ok(_) | Err(_) => "its new place is not known".to_owned(),
            };
            // As L202 sees it: what stays is no finding, nor is an old copy that does.
            let source = generation.and_then(|generation| generation.keep_source.as_deref());
            let old_copy = source.map(|why| format!("; the old copy stays: {why}")).unwrap_or_default();
            right = is_left || source.is_some();
            let code = if right { "an old place" } else { "L202 legacy-key" };
            format!("{code}: generation `{name}` of area `{}`; {becomes}{old_copy}", area.name)
        }
        KeyMatch::OutOfScope => "it lies below no prefix that the configuration declares for this bucket".to_owned(),
        KeyMatch::Unmatched => match &walk.miss {
            Some(miss) => resolve::missed(layout, miss),
            None => "L201 undeclared-key".to_owned(),
        },
    };
    for line in conclusion.split('\n') {
        let _ = writeln!(text, "{}", visible(line));
    }
    (text, right)
}
