//! A comparison as text for a terminal, as Markdown and as JSON.

use std::fmt::Write as _;

use serde_json::json;
use unicode_width::UnicodeWidthStr as _;

use super::{Change, Comparison, RuleChanges};
use crate::render::filters;
use crate::render::hostile::{markdown_code, prose_markdown, visible};
use crate::results::location;
use crate::results::schema::Results;
use crate::rules;

/// Two results and what changed between them.
pub struct Compared<'a> {
    /// The older result.
    pub old: &'a Results,
    /// The newer one.
    pub new: &'a Results,
    /// What changed.
    pub changes: &'a Comparison,
}

impl Compared<'_> {
    /// For a terminal.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, results) in [("old", self.old), ("new", self.new)] {
            let judgement = &results.judgement;
            let _ = writeln!(text, "{name}  {}  {}: {}", made(results), judgement.verdict.name(), judgement.sentence);
        }
        text.push('\n');
        let rows = self.rows();
        let widths: Vec<usize> = (0..rows[0].len())
            .map(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or_default())
            .collect();
        for row in &rows {
            for (column, cell) in row.iter().enumerate() {
                let pad = " ".repeat(widths[column] - cell.width());
                let _ = if column == 0 { write!(text, "{cell}{pad}") } else { write!(text, "  {pad}{cell}") };
            }
            text.push('\n');
        }
        self.each_new(|rule, finding, sentence| {
            let _ = match finding {
                None => writeln!(text, "\nnew: {rule}"),
                Some(place) => writeln!(text, "  {place}: {sentence}"),
            };
        });
        text
    }

    /// For a pull request.
    pub fn markdown(&self) -> String {
        let mut text = String::from("## What changed\n\n");
        for (name, results) in [("Before", self.old), ("Now", self.new)] {
            let judgement = &results.judgement;
            let _ = writeln!(
                text,
                "- {name}, {}: **{}**, {}",
                made(results),
                judgement.verdict.name(),
                prose_markdown(&judgement.sentence)
            );
        }
        text.push('\n');
        for (number, row) in self.rows().iter().enumerate() {
            let _ = writeln!(text, "| {} |", row.join(" | "));
            if number == 0 {
                text.push_str("| --- | ---: | ---: | ---: | ---: |\n");
            }
        }
        self.each_new(|rule, finding, sentence| {
            let _ = match finding {
                None => writeln!(text, "\n### New: {rule}\n"),
                Some(place) => writeln!(text, "- {}: {}", markdown_code(&place), prose_markdown(&sentence)),
            };
        });
        text
    }

    /// For a program.
    pub fn json(&self) -> String {
        let side = |results: &Results| {
            json!({
                "verdict": results.judgement.verdict.name(),
                "made": made(results),
                "evidenceDigest": results.evidence_digest,
            })
        };
        let document = json!({
            "schema": "stocktake-comparison/1",
            "old": side(self.old),
            "new": side(self.new),
            "total": self.changes.total(),
            "rules": self.changes.rules,
        });
        format!("{document:#}\n")
    }

    /// A row of names, one for each rule that changed or persists, and the sum.
    fn rows(&self) -> Vec<[String; 5]> {
        let cells = |name: String, changes: &RuleChanges| {
            let mut row = [name, String::new(), String::new(), String::new(), String::new()];
            for (cell, change) in row[1..].iter_mut().zip(Change::ALL) {
                *cell = filters::count(changes.of(change).findings);
            }
            row
        };
        let mut rows = vec![[
            "rule".to_owned(),
            Change::New.name().to_owned(),
            Change::Persisting.name().to_owned(),
            Change::Fixed.name().to_owned(),
            Change::Deferred.name().to_owned(),
        ]];
        rows.extend(self.changes.rules.iter().map(|(code, changes)| cells(self.rule(code), changes)));
        rows.push(cells("all".to_owned(), &self.changes.total()));
        rows
    }

    /// The rule's code with its name, as the newer result has it, or else the older.
    fn rule(&self, code: &str) -> String {
        let rules = self.new.judgement.rules.iter().chain(&self.old.judgement.rules);
        rules
            .into_iter()
            .find(|rule| rule.code == code)
            .map_or_else(|| code.to_owned(), |rule| format!("{code} {}", rule.name))
    }

    /// Hands out each rule with new findings, then the first of them: place and sentence.
    fn each_new(&self, mut each: impl FnMut(&str, Option<String>, String)) {
        for (code, _) in self.changes.rules.iter().filter(|(_, changes)| changes.new.findings > 0) {
            each(&self.rule(code), None, String::new());
            for finding in self.changes.new.of(code) {
                let sentence = visible(&rules::sentence(finding)).into_owned();
                each(code, Some(location::shown(finding)), sentence);
            }
        }
    }
}

/// The newest time of a result's inputs.
pub(super) fn made(results: &Results) -> String {
    let inventories = results.inputs.inventories.iter().filter_map(|input| input.created_at.as_deref());
    let exports = results.inputs.exports.iter().filter_map(|input| input.exported_at.as_deref());
    inventories.chain(exports).max().unwrap_or("at an unknown time").to_owned()
}
