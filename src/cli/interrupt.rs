//! Ctrl-C and its like: a flag that long work looks at, so that what was begun is cleared away.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

use crate::model::Finding;
use crate::results::ResultsError;
use crate::results::findings::{FindingStream, Findings};

/// A flag that is set when the user (or the system) wants the program to stop.
///
/// A file that grows past the user's limit is made an error of writing instead of the program's end, so that it is told
/// and nothing is left half-written.
pub(super) fn watch() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(stop)
}

/// Findings that end with [`ResultsError::Interrupted`] once the flag is set, whoever reads them.
pub(super) struct Interruptible<'a> {
    /// The findings.
    pub(super) findings: FindingStream<'a>,
    /// The flag of [`watch`].
    pub(super) stop: &'a AtomicBool,
}

impl Findings for Interruptible<'_> {
    fn next_finding(&mut self) -> Result<Option<Finding<'_>>, ResultsError> {
        if self.stop.load(Ordering::Relaxed) { Err(ResultsError::Interrupted) } else { self.findings.next_finding() }
    }
}
