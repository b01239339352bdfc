//! Reading `stocktake.toml`.

mod bad;
mod effective;
mod merge;
mod values;

use std::path::Path;

use stocktake::layout::config::parse;
use stocktake::layout::{ConfigErrors, LayoutSpec};
use stocktake::model::UserError;
use stocktake::rules::known_rules;

/// Reads a configuration as if from `stocktake.toml` in the working directory.
fn read(text: &str) -> Result<LayoutSpec, ConfigErrors> {
    parse(Path::new("stocktake.toml"), text.as_bytes(), &known_rules())
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
