//! `stocktake baseline`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::cli::Failure;
use crate::cli::console::Console;
use crate::cli::results_folder::ResultsFolder;
use crate::cli::staged::StagedFile;
use crate::render::filters;
use crate::results::baseline::{BaselineReader, BaselineWriter, Entry, KnownFindings};
use crate::results::location;
use crate::rules;

/// Keep a list of findings that are known, so that only new ones count
///
/// A baseline is a text file of findings by identity: bucket and key, or table, item and attribute, and the rule.
/// `audit --baseline FILE` tells its findings apart: they are in findings.parquet and do not count. Nothing is ever added
/// to a baseline but by `create`; `prune` takes out what is mended.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake baseline create reports --to known.jsonl
      everything that the audit in reports/ found
  stocktake baseline create reports --to known.jsonl --rule R302,L203
      of these rules alone
  stocktake audit --baseline known.jsonl
      fails only for what is not in it; C603 tells entries that no longer occur
  stocktake baseline prune known.jsonl reports
      takes out what no longer occurs, and adds nothing
  stocktake baseline show known.jsonl
      counts by rule")]
pub(super) struct BaselineArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the findings of a result into a new baseline
    Create(CreateArgs),
    /// Take out what a result shows to be mended; nothing is added
    Prune(PruneArgs),
    /// Tell what a baseline holds
    Show(ShowArgs),
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// The result: a folder of `audit --out`, or the results.json in it
    results: PathBuf,
    /// Where to write it; an existing file is never overwritten
    #[arg(long, value_name = "FILE", default_value = "stocktake-baseline.jsonl")]
    to: PathBuf,
    /// Only findings of these rules: code or name, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    rule: Vec<String>,
}

#[derive(Debug, Args)]
struct PruneArgs {
    /// The baseline, which is written anew
    baseline: PathBuf,
    /// The result of an audit after the mending: a folder of `audit --out`, or the results.json in it
    results: PathBuf,
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// The baseline
    baseline: PathBuf,
    /// List the entries of these rules, one a line: code or name, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    rule: Vec<String>,
    /// How to tell it
    #[arg(long, value_enum, default_value_t = Telling::Text, value_name = "NAME")]
    format: Telling,
}

/// How a baseline is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Telling {
    /// For a terminal.
    Text,
    /// JSON.
    Json,
}

impl BaselineArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        match self.command {
            Command::Create(arguments) => arguments.run(console),
            Command::Prune(arguments) => arguments.run(console),
            Command::Show(arguments) => arguments.run(console),
        }
    }
}

impl CreateArgs {
    fn run(&self, console: &Console) -> Result<u8, Failure> {
        let codes = codes(&self.rule)?;
        if self.to.exists() {
            return Err(Failure::usage(
                format!("`{}` is already there", self.to.display()),
                "name another file with --to; `stocktake baseline prune` takes out of one what is mended",
            ));
        }
        let mut findings = ResultsFolder::new(&self.results).findings()?;
        let mut file = StagedFile::create(&self.to)?;
        let failed = |error| Failure::write_file(&self.to, error);
        let mut writer = BaselineWriter::new(file.writer()?).map_err(failed)?;
        // Findings of one place are neighbours: whatever its versions, each rule is told once.
        let mut place: Vec<Entry> = Vec::new();
        let mut entries = 0_u64;
        let mut write = |place: &mut Vec<Entry>| -> Result<(), Failure> {
            place.sort_by(|left, right| left.rule.cmp(&right.rule));
            place.dedup();
            entries += place.len() as u64;
            place.drain(..).try_for_each(|entry| writer.push(&entry)).map_err(failed)
        };
        while let Some(finding) = findings.next_finding().map_err(|error| Failure::of(&error))? {
            let is_excepted = finding.excused.as_deref().is_some_and(|excuse| excuse != "baseline");
            let is_asked = codes.is_empty() || codes.iter().any(|code| *code == finding.code);
            let Some(entry) = Entry::of(&finding).filter(|_| is_asked && !is_excepted) else { continue };
            if place.first().is_some_and(|first| !same_place(first, &entry)) {
                write(&mut place)?;
            }
            place.push(entry);
        }
        write(&mut place)?;
        writer.finish().map_err(failed)?;
        file.commit()?;
        console.say(&format!("wrote {}: {}", self.to.display(), filters::plural(entries, "finding", None)));
        Ok(0)
    }
}

fn same_place(left: &Entry, right: &Entry) -> bool {
    let place = |entry: &Entry| {
        (
            entry.subject,
            entry.bucket.clone(),
            entry.key.clone(),
            entry.table.clone(),
            entry.item.clone(),
            entry.attribute.clone(),
        )
    };
    place(left) == place(right)
}

impl PruneArgs {
    fn run(&self, console: &Console) -> Result<u8, Failure> {
        let known = KnownFindings::read(&self.baseline).map_err(|error| Failure::of(&error))?;
        let folder = ResultsFolder::new(&self.results);
        let results = folder.results()?;
        let mut buffer = Vec::new();
        let mut findings = folder.findings()?;
        while let Some(finding) = findings.next_finding().map_err(|error| Failure::of(&error))? {
            known.mark(&finding, &mut buffer);
        }
        let mut file = StagedFile::create(&self.baseline)?;
        let failed = |error| Failure::write_file(&self.baseline, error);
        let mut writer = BaselineWriter::new(file.writer()?).map_err(failed)?;
        let (mut kept, mut unjudged, mut pruned) = (0_u64, 0_u64, 0_u64);
        for entry in known.entries().map_err(|error| Failure::of(&error))? {
            let entry = entry.map_err(|error| Failure::of(&error))?;
            let occurs = known.occurs(&entry, &mut buffer);
            // What was not judged again may still be there.
            if occurs || !results.judgement.settles(&entry.rule) {
                kept += 1;
                unjudged += u64::from(!occurs);
                writer.push(&entry).map_err(failed)?;
            } else {
                pruned += 1;
            }
        }
        writer.finish().map_err(failed)?;
        file.commit()?;
        let unjudged = match unjudged {
            0 => String::new(),
            unjudged if results.judgement.is_open() => {
                format!(", {} of them because the inputs did not allow a verdict", filters::count(unjudged))
            }
            unjudged => format!(", {} of them because their rules were not judged", filters::count(unjudged)),
        };
        console.say(&format!(
            "took {} out of {}; {} stay{unjudged}",
            filters::plural(pruned, "finding", None),
            self.baseline.display(),
            filters::count(kept)
        ));
        Ok(0)
    }
}

impl ShowArgs {
    fn run(&self, console: &Console) -> Result<u8, Failure> {
        let codes = codes(&self.rule)?;
        let reader = open(&self.baseline)?;
        if !codes.is_empty() && self.format == Telling::Text {
            for entry in reader {
                let entry = entry.map_err(|error| Failure::of(&error))?;
                if codes.iter().any(|code| *code == entry.rule) {
                    console.print(&format!("{} {}\n", entry.rule, location::shown(&entry.finding())))?;
                }
            }
            return Ok(0);
        }
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for entry in reader {
            let entry = entry.map_err(|error| Failure::of(&error))?;
            if codes.is_empty() || codes.iter().any(|code| *code == entry.rule) {
                *counts.entry(entry.rule).or_default() += 1;
            }
        }
        let total: u64 = counts.values().sum();
        if self.format == Telling::Json {
            let rules = counts.iter().map(|(code, findings)| json!({ "rule": code, "findings": findings }));
            let told = json!({ "schema": crate::results::baseline::SCHEMA, "findings": total, "rules": rules.collect::<Vec<_>>() });
            console.print(&format!("{told:#}\n"))?;
            return Ok(0);
        }
        let mut text = String::new();
        for (code, findings) in &counts {
            let name = rules::find(code).map_or("a rule that this version does not know", |rule| rule.meta.name);
            text.push_str(&format!("{code} {name:<24} {:>12}\n", filters::count(*findings)));
        }
        text.push_str(&format!("{:<29} {:>12}\n", "all", filters::count(total)));
        console.print(&text)?;
        Ok(0)
    }
}

fn open(path: &Path) -> Result<BaselineReader, Failure> {
    BaselineReader::open(path).map_err(|error| Failure::of(&error))
}

/// The codes of rules that are given by code or name.
fn codes(selectors: &[String]) -> Result<Vec<&'static str>, Failure> {
    let code = |selector: &String| {
        let rule = rules::find_or_suggest(selector).map_err(|error| Failure::of(&error))?;
        Ok(rule.meta.code)
    };
    selectors.iter().map(code).collect()
}
