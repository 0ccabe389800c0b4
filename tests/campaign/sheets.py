#!/usr/bin/env python3
"""Ten thousand items out and in again, unchanged: nothing is new, nothing is changed, nothing happened. LibreOffice reads and writes what
is exported, where it is installed. Then the same through a running server: how long it takes, what others wait meanwhile, and how much
memory exports of everything take.

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
import threading
import time
import urllib.request

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


def verdict(what, measured, most, unit):
    print(f"{'reached' if measured <= most else 'MISSED':8} {what}: {measured:.2f} {unit} (target {most} or less)", flush=True)


def admin(*arguments):
    return subprocess.run([PROGRAM, "admin", *arguments, "--database-url", database], capture_output=True, text=True, check=True).stdout


token = admin("token", "issue", "AUA", "--label", "campaign").split()[-1]
server = subprocess.Popen([PROGRAM, "serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--database-url", database], stdout=subprocess.PIPE, text=True)
try:
    base = server.stdout.readline().split()[-1]

    def ask(path, into=None):
        request = urllib.request.Request(base + path, headers={"Authorization": f"Bearer {token}", "X-Entrepost-User": "campaign"})
        with urllib.request.urlopen(request, timeout=300) as answer:
            if into is None:
                return answer.read()
            with open(into, "wb") as file:
                shutil.copyfileobj(answer, file)

    def memory(name):
        lines = pathlib.Path(f"/proc/{server.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))

    ask("/v1/declarations?limit=50")
    for name in ("json", "csv", "xlsx"):
        # From here on the peak counts anew.
        pathlib.Path(f"/proc/{server.pid}/clear_refs").write_text("5")
        idle, began = memory("VmRSS"), time.monotonic()
        ask(f"/v1/exports/declarations.{name}", work / f"served.{name}")
        size = (work / f"served.{name}").stat().st_size / 2**20
        print(f"{time.monotonic() - began:6.1f} s  export of {size:.1f} MiB as {name}", flush=True)
        verdict(f"memory of the export as {name}", memory("VmHWM") - idle, 64, "MiB")
    waits, done = [], threading.Event()

    def look():
        while not done.is_set():
            began = time.monotonic()
            ask("/v1/declarations?limit=50")
            waits.append(1000 * (time.monotonic() - began))
            time.sleep(0.02)

    text = (work / "in.csv").read_text(encoding="utf-8").replace("Harbour Toys", "Harbour Games")
    (work / "changed.csv").write_text(text, encoding="utf-8")
    looker = threading.Thread(target=look)
    looker.start()
    began = time.monotonic()
    ran = subprocess.run([PROGRAM, "sheet", "import", str(work / "changed.csv"), "--url", base], capture_output=True, text=True, env={**os.environ, "ENTREPOST_TOKEN": token})
    took = time.monotonic() - began
    done.set()
    looker.join()
    last = ran.stdout.strip().splitlines()[-1] if ran.stdout.strip() else ran.stderr
    print(f"{took:6.1f} s  import through the server: {last}", flush=True)
    if not last.startswith(f"new 0, changed {options.items}, unchanged 0, refused 0"):
        failed.append(f"import through the server: {last}")
    verdict("an import of every item", took, 20, "s")
    waits.sort()
    verdict(f"a list meanwhile, 95 of 100 ({len(waits)} lists)", waits[int(len(waits) * 0.95)] if waits else 0, 100, "ms")
finally:
    server.terminate()
    server.wait()
shutil.rmtree(work)
sys.exit(f"FAILED: {failed}" if failed else 0)
