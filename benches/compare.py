#!/usr/bin/env python3
"""Runs `stocktake audit`, DuckDB and the floor alternately on the same generated files, and prints a table.

For each format and order: CPU seconds, wall seconds and peak memory of every program, and the ratios of CPU pair by
pair, as the median of the rounds. Every answer is compared with the expected one before a time counts. Needs DuckDB:
`pip install duckdb`.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent


class Run:
    """What one process took: seconds of CPU and wall, peak memory in MiB."""

    def __init__(self, command, cwd, codes=(0,)):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            began = time.monotonic()
            process = subprocess.Popen([str(word) for word in command], cwd=cwd, stdout=out, stderr=errors)
            _, status, used = os.wait4(process.pid, 0)
            self.wall = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            for stream in (out, errors):
                stream.seek(0)
            self.out = out.read().decode()
            if process.returncode not in codes:
                sys.exit(f"{command[0]} ended with {process.returncode}: {errors.read().decode()}")
        self.cpu = used.ru_utime + used.ru_stime
        self.mib = used.ru_maxrss / 1024


def binaries(target):
    """Builds what is measured, as the README builds it."""
    subprocess.run(["cargo", "build", "--release", "--bin", "stocktake", "--examples"], cwd=ROOT, check=True)
    release = target / "release"
    return release / "stocktake", release / "examples/generate", release / "examples/floor"


def world(generate, folder, format_, order, options):
    """A delivery of this shape, made if it is not there."""
    name = f"{options.objects}-{options.references}-{options.folders}-{format_}-{order}"
    if options.parts:
        name += f"-{options.parts}"
    out = folder / name
    if not (out / "expected.json").exists():
        command = [generate, "--out", out, "--objects", options.objects, "--references", options.references]
        command += ["--folders", options.folders, "--format", format_, "--order", order]
        if options.parts:
            command += ["--parts", options.parts]
        subprocess.run([str(word) for word in command], check=True)
    return out


def audit(stocktake, world_, jobs, *more):
    """An audit with every rule of the preset and every report; its findings are compared with the expected ones."""
    with tempfile.TemporaryDirectory() as out:
        command = [stocktake, "audit", "--config", "stocktake.toml", "--jobs", jobs, "--out", out, "--quiet", *more]
        run = Run(command, world_, codes=(1,))
        judgement = json.loads((pathlib.Path(out) / "results.json").read_text())["judgement"]
    expected = json.loads((world_ / "expected.json").read_text())
    found = {rule["code"]: rule["findings"] for rule in judgement["rules"] if rule["findings"]}
    totals = {name: judgement["totals"][name] for name in ("objects", "bytes", "items", "references")}
    assert found == expected["findings"], f"the audit of {world_} found {found}"
    assert all(expected[name] == value for name, value in totals.items()), f"the audit of {world_} counted {totals}"
    return run


def peer(world_, threads):
    """DuckDB on the same files; what it answers is a part of what is expected."""
    run = Run([sys.executable, HERE / "peer.py", world_, "--threads", threads], ROOT)
    answer, expected = json.loads(run.out), json.loads((world_ / "expected.json").read_text())
    for name, value in answer.items():
        if name == "findings" or name == "areas":
            differing = {key: count for key, count in value.items() if expected[name].get(key) != count}
            assert not differing, f"DuckDB on {world_}: {name} {differing}"
        elif name != "outcomes":
            assert expected[name] == value, f"DuckDB on {world_}: {name} {value}"
    return run


def floor(program, world_, jobs):
    """Inflate and CRC for CSV; the pages of `key` and `size` for Parquet."""
    return Run([program, "--jobs", jobs, *sorted(world_.glob("inventory/*/*/data/*"))], ROOT)


def median(runs, of):
    return statistics.median(getattr(run, of) for run in runs)


def ratio(others, ours):
    return statistics.median(other.cpu / our.cpu for other, our in zip(others, ours))


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def machine(options):
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown CPU")
    print(
        f"{model}, {os.cpu_count()} CPUs, {platform.system()} {platform.release()}; {options.objects:,} objects, "
        f"{options.references:,} references, {options.folders:,} folders, {options.threads} threads, "
        f"{options.rounds} rounds\n"
    )
    row("format", "order", "program", "CPU s", "wall s", "peak MiB", "CPU of DuckDB", "CPU against the floor")
    row(*["---"] * 2, "---", *["---:"] * 5)


def compare(stocktake, bottom, world_, format_, order, options):
    """One line for each program; gives the runs without checksums, those with them, and those of the floor."""
    plain, checked, peers, floors = [], [], [], []
    for _ in range(options.rounds):
        plain.append(audit(stocktake, world_, options.threads, "--no-checksums"))
        if not options.no_peer:
            peers.append(peer(world_, options.threads))
        checked.append(audit(stocktake, world_, options.threads))
        floors.append(floor(bottom, world_, options.threads))
    for name, runs in (
        ("audit, no checksums", plain),
        ("audit, checksums", checked),
        ("DuckDB", peers),
        ("floor", floors),
    ):
        if runs:
            faster = f"{ratio(peers, runs):.1f}×" if peers and runs is not peers else ""
            against = f"{1 / ratio(floors, runs):.2f}×" if runs is not floors else ""
            numbers = f"{median(runs, 'cpu'):.2f}", f"{median(runs, 'wall'):.2f}", f"{median(runs, 'mib'):.0f}"
            row(format_, order, name, *numbers, faster, against)
    return plain, checked, floors


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--objects", type=int, default=20_000_000)
    parser.add_argument("--references", type=int, default=1_000_000)
    parser.add_argument("--folders", type=int, default=370_000)
    parser.add_argument("--parts", type=int, help="parts of the inventory")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--formats", nargs="+", default=["csv", "parquet"])
    parser.add_argument("--orders", nargs="+", default=["sorted", "shuffled"])
    parser.add_argument("--no-peer", action="store_true", help="leave DuckDB out")
    parser.add_argument("--no-threads", action="store_true", help="leave out the runs on one thread")
    parser.add_argument("--data", type=pathlib.Path, help="the folder for generated files [target/bench]")
    options = parser.parse_args()
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    data = (options.data or target / "bench").resolve()
    stocktake, generate, bottom = binaries(target)
    machine(options)
    notes = []
    for format_ in options.formats:
        of_order = {}
        for order in options.orders:
            world_ = world(generate, data, format_, order, options)
            of_order[order], checked, floors = compare(stocktake, bottom, world_, format_, order, options)
            if options.parts == 1:
                longer = statistics.median(ours.wall / floor.wall for ours, floor in zip(checked, floors))
                notes.append(f"{format_}, {order}: one part with checksums takes {longer:.2f}× the wall of the floor.")
            if order == "sorted" and not options.no_threads:
                pairs = [
                    audit(stocktake, world_, 1, "--no-checksums").wall
                    / audit(stocktake, world_, 2, "--no-checksums").wall
                    for _ in range(options.rounds)
                ]
                notes.append(f"{format_}, {order}: two threads are {statistics.median(pairs):.2f}× as fast as one.")
        if len(of_order) == 2:
            slower = ratio(of_order["shuffled"], of_order["sorted"])
            notes.append(f"{format_}: shuffled rows cost {slower:.2f}× the CPU of sorted ones.")
    print()
    print("\n".join(f"- {note}" for note in notes))


if __name__ == "__main__":
    main()
