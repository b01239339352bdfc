//! `stocktake path`: where an artifact goes, where an old location moved, why a key is right or not, what there is.

mod build;
mod explain;
mod list;
mod resolve;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::cli::Failure;
use crate::cli::check::ConfigArgs;
use crate::cli::console::Console;
use crate::layout::{BucketLayout, Layout};
use crate::model::{Finding, suggest};
use crate::render::hostile::visible;

/// Build a path, resolve an old one, explain a key, list folders
///
/// Says where an artifact goes, where an old location moved, why a key is right or not, and what there is.
#[derive(Debug, Args)]
pub(super) struct PathArgs {
    #[command(subcommand)]
    command: PathCommand,
}

#[derive(Debug, Subcommand)]
enum PathCommand {
    Build(build::BuildArgs),
    Resolve(resolve::ResolveArgs),
    Explain(explain::ExplainArgs),
    List(list::ListArgs),
}

impl PathArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        match self.command {
            PathCommand::Build(arguments) => arguments.run(console),
            PathCommand::Resolve(arguments) => arguments.run(console),
            PathCommand::Explain(arguments) => arguments.run(console),
            PathCommand::List(arguments) => arguments.run(console),
        }
    }
}

/// What the rules of any key find in one, as an audit would report it now.
fn key_findings(layout: &Layout, bucket: &BucketLayout, key: &str) -> Result<Vec<Finding<'static>>, Failure> {
    let now = layout.spec().inputs.now.unwrap_or_else(|| Timestamp::now().as_millisecond());
    crate::audit::key_findings(layout, bucket, key, now).map_err(|error| Failure::of(&error))
}

/// A rule with what it says of a finding.
fn told(finding: &Finding<'_>) -> String {
    let name = crate::rules::find(&finding.code).map_or("", |rule| rule.meta.name);
    let sentence = crate::rules::sentence(finding);
    format!("{} {name} ({}): {}", finding.code, finding.severity.name(), visible(&sentence))
}

/// `name=value` on the command line.
#[derive(Debug, Clone)]
struct Given {
    name: String,
    value: String,
}

impl std::str::FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() && !value.is_empty() => {
                Ok(Self { name: name.to_owned(), value: value.to_owned() })
            }
            _ => Err("write it as name=value".to_owned()),
        }
    }
}

/// What was given under a name.
fn given(all: &[Given], name: &str) -> Option<String> {
    all.iter().find(|given| given.name == name).map(|given| given.value.clone())
}

/// The position of the area of this name.
fn area_named(layout: &Layout, name: &str) -> Result<usize, Failure> {
    let areas = &layout.spec().areas;
    areas.iter().position(|area| area.name == name).ok_or_else(|| {
        let names = || areas.iter().map(|area| area.name.as_str());
        Failure::usage(format!("there is no area `{name}`"), meant(name, names()))
    })
}

/// Refuses names that nothing asks for.
fn check_names<'a>(all: &[Given], known: impl Iterator<Item = &'a str> + Clone, of: &str) -> Result<(), Failure> {
    match all.iter().find(|given| known.clone().all(|known| known != given.name)) {
        Some(stray) => {
            Err(Failure::usage(format!("{of} has no `{{{}}}`", stray.name), meant(&stray.name, known.clone())))
        }
        None => Ok(()),
    }
}

fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match suggest::nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let mut names: Vec<&str> = known.collect();
            // A rest may be called `rest` in the layout, too.
            names.dedup();
            match names.join("`, `") {
                none if none.is_empty() => "leave it out".to_owned(),
                names => format!("choose one of `{names}`"),
            }
        }
    }
}

/// The declared bucket of this name.
pub(in crate::cli) fn bucket_named<'l>(layout: &'l Layout, name: &str) -> Result<&'l BucketLayout, Failure> {
    layout.bucket(name).ok_or_else(|| {
        let names = layout.buckets().iter().map(BucketLayout::name);
        Failure::usage(format!("the configuration declares no bucket `{name}`"), meant(name, names))
    })
}
