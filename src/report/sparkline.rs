//! Findings of earlier runs and of this one as a small line.

use serde::Serialize;

use crate::model::Verdict;
use crate::report::page::verdict_word;
use crate::results::Results;

/// The drawing's size, and the room around the line for its dots.
const WIDTH: u64 = 480;
const HEIGHT: u64 = 72;
const MARGIN: u64 = 8;

/// A line through the runs, oldest first, drawn in whole units.
#[derive(Debug, Serialize)]
pub struct Sparkline {
    width: u64,
    height: u64,
    /// The points as SVG wants them.
    line: String,
    dots: Vec<Dot>,
}

/// One run.
#[derive(Debug, Serialize)]
struct Dot {
    x: u64,
    y: u64,
    /// `pass`, `fail` or `inconclusive`.
    verdict: &'static str,
    /// When, and how many findings.
    at: String,
    findings: u64,
}

impl Sparkline {
    /// `None` where there is no earlier run.
    pub(super) fn new(results: &Results) -> Option<Self> {
        let earlier = results.history.iter().map(|run| (run.at.clone(), run.verdict, run.findings));
        let judgement = &results.judgement;
        let now: (String, Verdict, u64) = ("this audit".to_owned(), judgement.verdict, judgement.totals.findings);
        let runs: Vec<_> = earlier.chain([now]).collect();
        if runs.len() < 2 {
            return None;
        }
        let most = runs.iter().map(|(_, _, findings)| *findings).max().unwrap_or(0).max(1);
        let last = runs.len() as u64 - 1;
        let dots = runs.into_iter().zip(0_u64..).map(|((at, verdict, findings), number)| Dot {
            x: MARGIN + (WIDTH - 2 * MARGIN) * number / last,
            // From nothing at the bottom, so that a line that falls means fewer findings.
            y: HEIGHT - MARGIN - (u128::from(HEIGHT - 2 * MARGIN) * u128::from(findings) / u128::from(most)) as u64,
            verdict: verdict_word(verdict),
            at,
            findings,
        });
        let dots: Vec<Dot> = dots.collect();
        let line = dots.iter().map(|dot| format!("{},{}", dot.x, dot.y)).collect::<Vec<_>>().join(" ");
        Some(Self { width: WIDTH, height: HEIGHT, line, dots })
    }
}
