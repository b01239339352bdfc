//! What the benchmarks share: a configuration compiled, and a sink that swallows what is wrong with records.

use std::path::Path;

use stocktake::layout::Layout;
use stocktake::layout::config;
use stocktake::layout::spec::TimeUnit;
use stocktake::model::Millis;
use stocktake::references::RecordSink;
use stocktake::rules::known_rules;

/// Compiles a configuration that has no faults.
pub(crate) fn layout(path: &Path, configuration: &[u8]) -> Layout {
    Layout::compile(config::parse(path, configuration, &known_rules()).unwrap()).unwrap()
}

/// Swallows what is wrong with records.
pub(crate) struct Silence;

impl RecordSink for Silence {
    fn absent(&mut self, _: u16, _: &str, _: &str, _: Option<Millis>) {}
    fn implausible_time(&mut self, _: u16, _: &str, _: &str, _: &str, _: TimeUnit, _: Option<TimeUnit>) {}
}
