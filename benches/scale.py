#!/usr/bin/env python3
"""Audits worlds that grow in one dimension at a time, and prints what each costs in time and memory.

Each is generated, audited and deleted again. `--quick` takes a hundredth of every size.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

from compare import ROOT, Run, binaries, row

BASE = {"objects": 2_000_000, "references": 100_000, "folders": 37_000, "areas": 0, "violations": 0.01}

# The fewest that name every folder of a job.
REFERENCES_PER_FOLDER = 1.8

DIMENSIONS = [
    ("objects", [1_000_000, 10_000_000, 100_000_000]),
    ("references", [10_000, 100_000, 1_000_000, 10_000_000]),
    ("folders", [37_000, 370_000, 3_700_000, 10_000_000]),
    ("areas", [0, 50, 495]),
    ("violations", [0.0, 0.1, 1.0]),
    ("key-length", [0, 250, 1_024]),
]


def measure(stocktake, generate, shape, format_, jobs):
    """The audit of a new world: the run, and the totals of its judgement."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("STOCKTAKE_BENCH_DIR")) as folder:
        world = pathlib.Path(folder) / "world"
        command = [generate, "--out", world, "--format", format_]
        for name, value in shape.items():
            command += [f"--{name}", value]
        subprocess.run([str(word) for word in command], check=True)
        run = Run([stocktake, "audit", "--config", "stocktake.toml", "--jobs", jobs, "--quiet"], world, (0, 1))
        totals = json.loads((world / "reports/results.json").read_text())["judgement"]["totals"]
    return run, totals


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--format", default="csv")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="+", help="dimensions")
    parser.add_argument("--quick", action="store_true", help="a hundredth of every size")
    parser.add_argument("--most", type=int, default=100_000_000, help="the largest size of a dimension")
    options = parser.parse_args()
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    stocktake, generate, _ = binaries(target)
    row("dimension", "value", "objects", "references", "folders", "findings", "CPU s", "wall s", "peak MiB")
    row("---", *["---:"] * 8)
    peaks = {}
    for dimension, values in DIMENSIONS:
        if options.only and dimension not in options.only:
            continue
        for value in values:
            if value > options.most:
                continue
            shape = dict(BASE)
            shape[dimension] = value
            # References need folders to name, and both need objects to be in.
            if dimension == "references":
                shape["folders"] = int(value * 0.37)
            if dimension == "folders":
                shape["references"] = int(value * REFERENCES_PER_FOLDER)
            shape["objects"] = max(shape["objects"], shape["references"] * 2, shape["folders"] * 5)
            if options.quick:
                for name in ("objects", "references", "folders"):
                    shape[name] = max(shape[name] // 100, 100)
            run, totals = measure(stocktake, generate, shape, options.format, options.threads)
            peaks[dimension, value] = (run.mib, totals)
            counts = [f"{totals[name]:,}" for name in ("objects", "references", "folders", "findings")]
            row(dimension, f"{value:,}", *counts, f"{run.cpu:.2f}", f"{run.wall:.2f}", f"{run.mib:.0f}")
    grown = [(peaks[key]) for key in peaks if key[0] == "folders"]
    if len(grown) > 1:
        (least, few), (most, many) = grown[0], grown[-1]
        each = (most - least) * (1 << 20) / (many["folders"] - few["folders"])
        fixed = least - few["folders"] * each / (1 << 20)
        print(f"\nA folder and the {REFERENCES_PER_FOLDER} references that name it take {each:.0f} bytes; {fixed:.0f} MiB do not grow.")


if __name__ == "__main__":
    main()
