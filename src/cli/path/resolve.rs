//! `stocktake path resolve`.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{ConfigArgs, Given, check_names, given};
use crate::cli::Failure;
use crate::cli::console::Console;
use crate::layout::resolve::Resolution;
use crate::layout::{Layout, Miss, MissKind};
use crate::render::hostile::visible;

/// Say where an old location moved
///
/// Takes a URI in any form that records hold (s3://, https://, ARN). A new one is answered with itself. Where an old
/// key does not tell everything (a target, say), what is known may be given as name=value; without it every candidate
/// is listed, or what is missing is named.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake path resolve s3://line-1/datasets//training-output/job-1/output/model.tar.gz
  stocktake path resolve s3://line-1/datasets/compilation-output/model.tar.gz job=job-1 target=onnx

Exits 0 with one place, 1 with several or none, 2 if the text is no location.")]
pub(super) struct ResolveArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The location
    uri: String,
    /// What the key does not tell
    #[arg(value_name = "NAME=VALUE")]
    values: Vec<Given>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = ResolveFormat::Text, value_name = "FORMAT")]
    format: ResolveFormat,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ResolveFormat {
    /// For people: places on stdout, a line each, what is to be said of them on stderr.
    Text,
    /// For programs.
    Json,
}

impl ResolveArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let layout = self.config.compile()?;
        let names = layout.spec().placeholders.iter().map(|placeholder| placeholder.name.as_str());
        check_names(&self.values, names, "the layout")?;
        let resolved = layout.resolve(&self.uri, &mut |name| given(&self.values, name));
        let resolved = resolved.map_err(|error| {
            Failure::usage(format!("`{}` is no location", self.uri), format!("write {}", error.expected()))
        })?;
        let places = places(&resolved);
        let remark = remark(&layout, &resolved);
        match self.format {
            ResolveFormat::Text => {
                let mut text = String::new();
                for (uri, supposed) in &places {
                    let supposed: Vec<String> =
                        supposed.iter().map(|(name, value)| format!("{name}={value}")).collect();
                    let note = if supposed.is_empty() { String::new() } else { format!("  {}", supposed.join(" ")) };
                    // Writing to a String cannot fail.
                    let _ = writeln!(text, "{}{}", visible(uri), visible(&note));
                }
                console.print(&text)?;
                console.say(&remark);
            }
            ResolveFormat::Json => {
                let place = |(uri, supposed): &(String, Vec<(String, String)>)| {
                    let supposed: serde_json::Map<String, Value> =
                        supposed.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
                    json!({ "uri": uri, "supposed": supposed })
                };
                let places: Vec<Value> = places.iter().map(place).collect();
                console
                    .print(&format!("{}\n", json!({ "state": state(&resolved), "places": places, "why": remark })))?;
            }
        }
        Ok(u8::from(places.len() != 1))
    }
}

fn places(resolved: &Resolution) -> Vec<(String, Vec<(String, String)>)> {
    match resolved {
        Resolution::Current { uri, .. } => vec![(uri.clone(), Vec::new())],
        Resolution::Moved { candidates, .. } => {
            candidates.iter().map(|candidate| (candidate.uri.clone(), candidate.supposed.clone())).collect()
        }
        _ => Vec::new(),
    }
}

fn state(resolved: &Resolution) -> &'static str {
    match resolved {
        Resolution::Current { .. } => "current",
        Resolution::Moved { .. } => "moved",
        Resolution::Kept(_) => "kept",
        Resolution::Retired(_) => "retired",
        Resolution::Unnamed { .. } => "unnamed",
        Resolution::Unfit(_) => "unfit",
        Resolution::Unmatched(_) => "unmatched",
        Resolution::OutOfScope => "out-of-scope",
        Resolution::UnknownBucket { .. } => "unknown-bucket",
    }
}

fn remark(layout: &Layout, resolved: &Resolution) -> String {
    let spec = layout.spec();
    match resolved {
        Resolution::Current { area, .. } => format!("it lies in area `{}` already", spec.areas[*area].name),
        Resolution::Moved { area, legacy, candidates } => {
            let area = &spec.areas[*area];
            let generation = &area.legacy[*legacy].name;
            match candidates.len() {
                1 => format!("generation `{generation}` of area `{}`", area.name),
                many => format!(
                    "generation `{generation}` of area `{}`: {many} candidates, since the key does not tell more; give what is known as name=value",
                    area.name
                ),
            }
        }
        Resolution::Kept(why) => format!("it stays where it is: {why}"),
        Resolution::Retired(why) => format!("it goes: {why}"),
        Resolution::Unnamed { missing, keep } => {
            let stays = if *keep { "; while no record names it, it stays where it is" } else { "" };
            format!("its new place needs {}: give name=value{stays}", missing.join(" and "))
        }
        Resolution::Unfit(why) => format!("it has no new place: {why}"),
        Resolution::Unmatched(miss) => missed(layout, miss),
        Resolution::OutOfScope => "it lies below no prefix that the configuration declares for its bucket".to_owned(),
        Resolution::UnknownBucket { bucket, near } => match near {
            Some(near) => format!("the configuration declares no bucket `{bucket}`: did you mean `{near}`?"),
            None => format!("the configuration declares no bucket `{bucket}`"),
        },
    }
}

/// Why a key is in no area, with the rule that says so.
pub(super) fn missed(layout: &Layout, miss: &Miss) -> String {
    let rule = match miss.kind {
        MissKind::Undeclared => "L201 undeclared-key: no area and no legacy generation declares it",
        MissKind::Malformed => "L203 malformed-segment",
        MissKind::Missing => "L204 missing-segment",
        MissKind::Misplaced => "L205 misplaced-area",
    };
    let mut text = rule.to_owned();
    if let Some(area) = miss.area.and_then(|area| layout.spec().areas.get(area)) {
        let _ = write!(text, "; nearest is area `{}`, `{}`", area.name, area.path.value);
    }
    if let (Some(segment), Some(expected)) = (miss.segment, &miss.expected) {
        let _ = write!(text, "; at segment {} expected {expected}", segment + 1);
    }
    if let Some(suggestion) = &miss.suggestion {
        let _ = write!(text, "; `{suggestion}` would be right");
    }
    text
}
