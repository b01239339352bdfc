//! Reading `stocktake.toml`.

mod bad;
mod effective;
mod merge;
mod rules;
mod values;

use std::path::Path;

use rules::RULES;
use stocktake::layout::config::parse;
use stocktake::layout::{ConfigErrors, LayoutSpec};
use stocktake::model::UserError;

/// Reads a configuration as if from `stocktake.toml` in the working directory.
fn read(text: &str) -> Result<LayoutSpec, ConfigErrors> {
    parse(Path::new("stocktake.toml"), text.as_bytes(), RULES)
}

/// The errors as the command line prints them.
fn printed(errors: &ConfigErrors) -> String {
    let mut out = String::new();
    for error in &errors.0 {
        out.push_str(&format!("error: {error}\n"));
        if let Some(place) = error.place() {
            out.push_str(&format!("  --> {place}\n"));
        }
        if let Some(help) = error.help() {
            out.push_str(&format!("  help: {help}\n"));
        }
    }
    out
}
