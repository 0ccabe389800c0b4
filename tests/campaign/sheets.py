#!/usr/bin/env python3
"""Ten thousand items out and in again, unchanged: nothing is new, nothing is changed, nothing happened. LibreOffice reads and writes what
is exported, where it is installed.

    tests/campaign/sheets.py [--items 10000]
"""
import argparse
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("ENTREPOST", str(ROOT / "target/release/entrepost"))
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--items", type=int, default=10_000)
options = parser.parse_args()
work = pathlib.Path(tempfile.mkdtemp(prefix="entrepost-sheets-"))
database = f"sqlite:{work}/run.db"


def s10(number):
    digits = f"{number:08}"
    check = 11 - sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7))) % 11
    return f"EE{digits}{ {10: 0, 11: 5}.get(check, check)}AU"


def run(*arguments, codes=(0,)):
    began = time.monotonic()
    ran = subprocess.run([PROGRAM, *arguments, "--database-url", database], capture_output=True, text=True)
    if ran.returncode not in codes:
        sys.exit(f"FAILED {arguments}: {ran.returncode}\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    last = ran.stdout.strip().splitlines()[-1] if ran.stdout.strip() else ""
    print(f"{time.monotonic() - began:6.1f} s  {' '.join(arguments[:3])}: {last}", flush=True)
    return last


KEYS = ("item_id,destination,posted_on,mail_class,mail_category,nature,handling,gross_kg,postage,postage_currency,sender_name,sender_address1,sender_city,"
        "sender_zip,sender_country,recipient_name,recipient_address1,recipient_city,recipient_zip,recipient_country,recipient_phone,piece_description,"
        "piece_quantity,piece_net_kg,piece_value,piece_currency,piece_hs,piece_origin,extra:Lot,comments,market_id")
rows = (f"{s10(number)},DEA,2026-11-26,E,A,11,N,1.{number % 9}50,14.5,EUR,Harbour Toys Pty,{number} Example Street,Sydney,02000,AU,Jo Beispiel,Lindenweg {number},Köln,"
        f"0{number % 10000:04},DE,'+4942155501{number % 100:02},Wooden toy train for children,{1 + number % 5},0.8,{10 + number % 90}.50,EUR,950300,AU,{number:07},'=x{number},M{number % 7}"
        for number in range(10_000_000, 10_000_000 + options.items))
(work / "in.csv").write_text(KEYS + "\n" + "\n".join(rows) + "\n", encoding="utf-8")
run("admin", "organization", "add", "AUA", "--kind", "post", "--country", "AU", "--name", "Post")
assert run("sheet", "import", str(work / "in.csv"), "--post", "AUA").startswith(f"new {options.items}, changed 0, unchanged 0, refused 0"), "import"


def events():
    with sqlite3.connect(work / "run.db") as base:
        return base.execute("SELECT (SELECT count(*) FROM item_history), (SELECT count(*) FROM document_version), (SELECT count(*) FROM message_out)").fetchone()


before, failed = events(), []
files = [work / "out.xlsx", work / "out.csv"]
for file in files[:]:
    run("sheet", "export", "--post", "AUA", "--out", str(file))
if shutil.which("soffice"):
    (work / "lo").mkdir()
    subprocess.run(["soffice", "--headless", "--convert-to", "xlsx", "--outdir", str(work / "lo"), str(files[0])], check=True, capture_output=True)
    files.append(work / "lo/out.xlsx")
else:
    print("SKIPPED: LibreOffice is not installed")
for file in files:
    last = run("sheet", "import", str(file), "--post", "AUA", codes=(0, 1))
    if not last.startswith(f"new 0, changed 0, unchanged {options.items}, refused 0"):
        failed.append(file.name)
if events() != before:
    failed.append(f"something happened: {before} {events()}")
shutil.rmtree(work)
sys.exit(f"FAILED: {failed}" if failed else 0)
