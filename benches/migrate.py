#!/usr/bin/env python3
"""Runs `stocktake migrate verify` and the same anti-join in DuckDB alternately on generated files, and prints a table.

*After* is *before* in another order: every object has to be paired, and none is lost. DuckDB joins *before* with the
plan's moves and anti-joins *after* by old key and by new key; it checks no checksums, grades no evidence and writes no
findings. Both answers are compared before a time counts. Needs DuckDB: `pip install duckdb`.

`verify` also audits *after*, records included, which DuckDB is not asked to. The same audit alone runs beside it, and what
`verify` takes beyond it is printed as "pairing".
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile

from compare import HERE, ROOT, Run, audit, binaries, machine, median, ratio, row, world

PEER = """
import glob, json, sys
sys.path.insert(0, {here!r})
import duckdb
from peer import rows
before, after, moves, threads = {before!r}, {after!r}, {moves!r}, {threads}
con = duckdb.connect()
con.execute(f"SET threads={{threads}}; SET preserve_insertion_order=false; SET enable_progress_bar=false;")
def side(name, folder):
    parts = sorted(glob.glob(f"{{folder}}/inventory/*/*/data/*"))
    format_ = "parquet" if parts[0].endswith(".parquet") else "csv"
    con.execute(f"CREATE VIEW {{name}} AS SELECT key, size FROM ({{rows(format_, parts)}}) WHERE NOT (suffix(key, '/') AND size = 0)")
side("before", before)
side("after", after)
con.execute(f"CREATE VIEW moves AS SELECT old_key, new_key FROM read_parquet('{{moves}}') WHERE action IN ('copy', 'done')")
total, total_bytes, lost, pending, altered = con.execute('''
    SELECT count(*), sum(b.size), count_if(a.key IS NULL AND n.key IS NULL),
        count_if(m.old_key IS NOT NULL AND a.key IS NOT NULL AND n.key IS NULL),
        count_if(coalesce(a.size, n.size) <> b.size)
    FROM before b LEFT JOIN moves m ON b.key = m.old_key
    LEFT JOIN after a ON a.key = b.key LEFT JOIN after n ON n.key = m.new_key
''').fetchone()
print(json.dumps({{"before": total, "bytes": int(total_bytes), "lost": lost, "pending": pending, "altered": altered}}))
"""


def verify(stocktake, before, after, plan, options, *more):
    """A proof with every report; gives the run and its answer in the words of the peer."""
    with tempfile.TemporaryDirectory() as out:
        command = [stocktake, "migrate", "verify", "--config", "stocktake.toml", "--plan", plan, "--quiet"]
        command += ["--before", before / "inventory", "--after", after / "inventory", "--export", after / "exports"]
        command += ["--phase", "before", "--jobs", options.threads, "--memory", options.memory, "--out", out, *more]
        run = Run(command, before, codes=(0, 1))
        migration = json.loads((pathlib.Path(out) / "results.json").read_text())["judgement"]["migration"]
    equation = migration["equation"]
    answer = {"before": equation["before"]["objects"], "bytes": equation["before"]["bytes"]}
    answer |= {name: equation[name]["objects"] for name in ("lost", "pending", "altered")}
    return run, answer


class Beyond:
    """What one run took beyond another."""

    def __init__(self, run, part):
        self.cpu, self.wall, self.mib = run.cpu - part.cpu, run.wall - part.wall, run.mib


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--objects", type=int, default=20_000_000)
    parser.add_argument("--references", type=int, default=1_000_000)
    parser.add_argument("--folders", type=int, default=370_000)
    parser.add_argument("--parts", type=int, help="parts of the inventory")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="1GiB", help="the bound given to stocktake")
    parser.add_argument("--formats", nargs="+", default=["csv", "parquet"])
    parser.add_argument("--data", type=pathlib.Path, help="the folder for generated files [target/bench]")
    options = parser.parse_args()
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    data = (options.data or target / "bench").resolve()
    stocktake, generate, _ = binaries(target)
    machine(options)
    for format_ in options.formats:
        before, after = (world(generate, data, format_, order, options) for order in ("sorted", "shuffled"))
        with tempfile.TemporaryDirectory() as folder:
            plan = pathlib.Path(folder) / "plan"
            command = [stocktake, "migrate", "plan", "--config", "stocktake.toml", "--out", plan, "--quiet"]
            planned = Run([*command, "--jobs", options.threads, "--memory", options.memory], before, codes=(0, 1))
            script = PEER.format(
                here=str(HERE), before=str(before), after=str(after), moves=str(plan / "moves.parquet"),
                threads=options.threads,
            )
            plain, pairing, audits, checked, peers = [], [], [], [], []
            for _ in range(options.rounds):
                run, answer = verify(stocktake, before, after, plan, options, "--no-checksums")
                plain.append(run)
                audits.append(audit(stocktake, after, options.threads, "--no-checksums"))
                pairing.append(Beyond(run, audits[-1]))
                peer = Run([sys.executable, "-c", script], ROOT)
                assert json.loads(peer.out) == answer, f"DuckDB says {peer.out}, stocktake {answer}"
                peers.append(peer)
                checked.append(verify(stocktake, before, after, plan, options)[0])
        for name, runs in (
            ("verify, no checksums", plain), ("audit of *after*, no checksums", audits), ("pairing: the difference", pairing),
            ("DuckDB", peers), ("verify, checksums", checked),
        ):
            # Only what reads both sides does what DuckDB does.
            faster = f"{ratio(peers, runs):.1f}×" if runs in (plain, checked) else ""
            numbers = f"{median(runs, 'cpu'):.2f}", f"{median(runs, 'wall'):.2f}", f"{median(runs, 'mib'):.0f}"
            row(format_, "both", name, *numbers, faster, "")
        row(format_, "sorted", "plan", f"{planned.cpu:.2f}", f"{planned.wall:.2f}", f"{planned.mib:.0f}", "", "")


if __name__ == "__main__":
    main()
