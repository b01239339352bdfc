//! The `stocktake.toml` that a world is judged by: the preset, the bucket, and the areas that were asked for.

use std::fmt::Write as _;

use super::names::BUCKET;

pub(super) fn write(areas: u64) -> String {
    let mut text = format!(
        r#"version = 1
title = "Benchmark"
extends = "edge-cv-portal"

[[bucket]]
name = "{BUCKET}"
prefix = ""

[[bucket]]
name = "line-1-images"
role = "data"
inventory = false

[inputs]
inventory = ["inventory"]
exports = ["exports"]
now = 2026-11-22T06:00:00Z
max_age = "48h"
max_skew = "6h"
grace = "24h"

[output]
dir = "reports"

[migration]
phase = "during"
cut_over = 2026-11-12T00:00:00Z
"#
    );
    for area in 0..areas {
        let _ = write!(
            text,
            r#"
[[area]]
name = "line-{area:04}"
path = "line-{area:04}/{{dataset}}/**"
anchor = "bucket"
about = "Frames of one line."
examples = ["line-{area:04}/set-1/frames/1.png"]
rules = {{ orphan-object = "ignore" }}
"#
        );
    }
    text
}
