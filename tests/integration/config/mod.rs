//! Reading `stocktake.toml`.

mod rules;

use std::path::Path;

use rules::RULES;
use stocktake::layout::config::{Origins, effective_preset, load_preset, preset_names};

#[test]
fn presets_load() {
    for name in preset_names() {
        match effective_preset(name, RULES, Origins::Shown) {
            Ok(s) => println!("{s}"),
            Err(e) => {
                for e in e.0 {
                    println!("{:?}", e)
                }
                panic!()
            }
        }
    }
}
