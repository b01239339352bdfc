//! A bar for each phase on a terminal: rows, bytes, rate, time left. Nothing where nobody looks.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::audit::Progress;
use crate::cli::console::Console;

/// Draws how an audit gets on.
pub(super) struct Bar {
    console: Console,
    bar: ProgressBar,
    rows: AtomicU64,
    phase: Mutex<Option<(&'static str, Instant)>>,
}

impl Bar {
    pub(super) fn new(console: &Console) -> Self {
        let target = if console.shows_progress() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        Self { console: *console, bar, rows: AtomicU64::new(0), phase: Mutex::new(None) }
    }
}

impl Progress for Bar {
    fn begin(&self, phase: &'static str, bytes: u64) {
        let template = if bytes == 0 {
            "{spinner} {prefix}"
        } else {
            "{prefix:18} {bar:24} {bytes}/{total_bytes} {msg} {bytes_per_sec} {eta} left"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.reset();
        self.bar.set_length(bytes);
        self.bar.set_prefix(phase);
        self.rows.store(0, Ordering::Relaxed);
        if let Ok(mut current) = self.phase.lock() {
            *current = Some((phase, Instant::now()));
        }
    }

    fn advance(&self, bytes: u64, rows: u64) {
        let rows = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("{} rows", indicatif::HumanCount(rows)));
        }
        self.bar.inc(bytes);
    }

    fn end(&self) {
        self.bar.finish_and_clear();
        if let Some((phase, begun)) = self.phase.lock().ok().and_then(|mut current| current.take()) {
            let rows = self.rows.load(Ordering::Relaxed);
            let spent = begun.elapsed().as_secs_f64();
            self.console.tell(&match rows {
                0 => format!("{phase}: {spent:.2} s"),
                rows => format!("{phase}: {} rows in {spent:.2} s", indicatif::HumanCount(rows)),
            });
        }
    }
}
