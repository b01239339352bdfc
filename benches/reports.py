#!/usr/bin/env python3
"""Renders every format from results with few and with many findings, and prints what each costs in time and memory.

A world in which every object breaks a rule is audited once for each size; then `stocktake report` reads its findings.parquet
again for each format. The target: every format of 5 million findings in less than ten seconds, in memory that does not grow.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

from compare import ROOT, Run, binaries, row

FORMATS = ["html", "md", "text", "signoff", "csv", "parquet", "junit", "sarif", "github", "prometheus", "json"]


def audited(stocktake, generate, findings, folder, jobs):
    """The results of a world with at least so many findings, and how many there are."""
    world = pathlib.Path(folder) / "world"
    references = findings // 25
    shape = {"objects": findings, "references": references, "folders": references * 37 // 100, "violations": 1.0}
    command = [generate, "--out", world, "--format", "parquet"]
    for name, value in shape.items():
        command += [f"--{name}", value]
    subprocess.run([str(word) for word in command], check=True)
    run = Run([stocktake, "audit", "--config", "stocktake.toml", "--jobs", jobs, "--quiet"], world, (0, 1))
    results = world / "reports"
    return results, json.loads((results / "results.json").read_text())["judgement"]["totals"]["findings"], run


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--findings", type=int, nargs="+", default=[500_000, 5_000_000])
    parser.add_argument("--formats", nargs="+", default=FORMATS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--program", help="a program that is built already, instead of the release build")
    parser.add_argument("--generator", help="likewise, the example `generate`")
    options = parser.parse_args()
    if options.program and options.generator:
        stocktake, generate = (str(pathlib.Path(path).resolve()) for path in (options.program, options.generator))
    else:
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
        stocktake, generate, _ = binaries(target)
    row("findings", "what", "CPU s", "wall s", "peak MiB", "MB written")
    row(*["---:", ":--"], *["---:"] * 4)
    peaks = {}
    for findings in options.findings:
        with tempfile.TemporaryDirectory(dir=os.environ.get("STOCKTAKE_BENCH_DIR")) as folder:
            results, total, run = audited(stocktake, generate, findings, folder, options.threads)
            row(f"{total:,}", "audit, all reports", f"{run.cpu:.2f}", f"{run.wall:.2f}", f"{run.mib:.0f}", "")
            for name in options.formats:
                written = pathlib.Path(folder) / "written"
                run = Run([stocktake, "report", str(results), "--quiet", "-o", f"{name}={written}"], pathlib.Path(folder), (0,))
                peaks.setdefault(name, []).append(run.mib)
                size = written.stat().st_size / 1e6
                row(f"{total:,}", name, f"{run.cpu:.2f}", f"{run.wall:.2f}", f"{run.mib:.0f}", f"{size:.1f}")
    grown = max((most[-1] - most[0] for most in peaks.values()), default=0)
    print(f"\nFrom the fewest findings to the most, no format takes more than {grown:.0f} MiB more.")


if __name__ == "__main__":
    main()
