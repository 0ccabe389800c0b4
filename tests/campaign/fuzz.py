#!/usr/bin/env python3
"""Runs the fuzz targets, each for so long, and says how many inputs that were and how long ten million take.

    tests/campaign/fuzz.py [--seconds 60] [--runs 0] [--target NAME]

`--runs 10000000` runs each until there were so many. What is found lies in fuzz/artifacts/. Needs a nightly compiler and cargo-fuzz; the
corpus of fuzz/corpus/ is read, and grows in fuzz/target/corpus/ only.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--seconds", type=int, default=60)
parser.add_argument("--runs", type=int, default=0)
parser.add_argument("--target", action="append")
options = parser.parse_args()
targets = options.target or sorted(path.stem for path in (ROOT / "fuzz/fuzz_targets").glob("*.rs"))
failed = []
if subprocess.run(["cargo", "+nightly", "fuzz", "--version"], cwd=ROOT, capture_output=True).returncode != 0:
    sys.exit("SKIPPED: no nightly compiler with cargo-fuzz (cargo install cargo-fuzz)")
for target in targets:
    grown, seeds = ROOT / "fuzz/target/corpus" / target, ROOT / "fuzz/corpus" / target
    grown.mkdir(parents=True, exist_ok=True)
    build = subprocess.run(["cargo", "+nightly", "fuzz", "build", "-a", target], cwd=ROOT, capture_output=True, text=True)
    if build.returncode != 0:
        sys.exit(build.stderr[-3000:])
    limit = [f"-runs={options.runs}"] if options.runs else [f"-max_total_time={options.seconds}"]
    folders = [str(grown), *([str(seeds)] if seeds.is_dir() else [])]
    began = time.monotonic()
    ran = subprocess.run(
        ["cargo", "+nightly", "fuzz", "run", "-a", target, *folders, "--", *limit, "-rss_limit_mb=2048", "-timeout=10", "-max_len=65536",
         "-print_final_stats=1"],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "RUST_BACKTRACE": "1"})
    took = time.monotonic() - began
    count = int((re.search(r"number_of_executed_units: *(\d+)", ran.stderr) or [0, 0])[1])
    rate = count / took if took else 0
    hours = 10_000_000 / rate / 3_600 if rate else float("inf")
    print(f"{target:>10}: {count:,} inputs in {took:.0f} s, {rate:,.0f}/s; ten million take {hours:.1f} h; {'nothing found' if ran.returncode == 0 else 'FOUND something'}", flush=True)
    if ran.returncode != 0:
        failed.append(target)
        print(ran.stderr[-4000:])
sys.exit(f"FAILED: {failed}" if failed else 0)
