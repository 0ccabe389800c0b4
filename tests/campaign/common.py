"""What the campaigns share: a server as a process of its own, a private PostgreSQL, clients that note what was acknowledged.

Everything listens on loopback, lies in a folder that goes with the script, and is ended by its process id.
"""

import argparse
import atexit
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = pathlib.Path(tempfile.mkdtemp(prefix="entrepost-campaign-"))
WORK.chmod(0o755)
_at_end = []


def at_end(work):
    """Does `work` when the script ends, the last first."""
    _at_end.append(work)


def _end():
    for work in reversed(_at_end):
        try:
            work()
        except Exception as error:  # the rest is to be ended all the same
            print("at the end:", error, file=sys.stderr)
    shutil.rmtree(WORK, ignore_errors=True)


atexit.register(_end)
for number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda *_: sys.exit(1))


def arguments(text, **numbers):
    """The command line: the program, the engine, and numbers with their defaults."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("entrepost", nargs="?", default=str(ROOT / "target/release/entrepost"), help="the program")
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"[{default}]")
    found = parser.parse_args()
    found.entrepost = os.path.realpath(found.entrepost)
    if not os.access(found.entrepost, os.X_OK):
        parser.error(f"there is no program {found.entrepost}; build one, or name it")
    return found


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def compiled(source, *libraries):
    """A library that is loaded before others, from C beside the campaigns."""
    made = WORK / (pathlib.Path(source).stem + ".so")
    subprocess.run(
        ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", made, pathlib.Path(__file__).parent / source, *libraries],
        check=True,
    )
    return made


class Postgres:
    """A server of its own. It does not run as root."""

    def __init__(self):
        folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        if not folders:
            sys.exit("SKIPPED: no binaries of PostgreSQL")
        self.bin, self.port, self.folder = folders[-1], free_port(), WORK / "pg"
        self.folder.mkdir()
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-D", self.folder / "data", "-U", "test", "-A", "trust", "-E", "UTF8")
        self.up()
        at_end(self.down)
        self.url = f"postgres://test@127.0.0.1:{self.port}/postgres"

    def run(self, program, *options):
        command = [self.bin / program, *options]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True) \
            if program == "psql" else subprocess.run(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr}")
        return done.stdout

    def up(self):
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder}"
        self.run("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "-o", options, "start")

    def down(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    def query(self, sql):
        return self.run("psql", "-h", "127.0.0.1", "-p", self.port, "-U", "test", "-Atc", sql, "postgres").strip()


class Database:
    """Where the server keeps what it has: made anew, with a post and its token."""

    def __init__(self, entrepost, engine, folder=None):
        self.entrepost, self.engine = entrepost, engine
        if engine == "postgres":
            self.postgres = Postgres()
            self.url = self.postgres.url
        else:
            self.file = pathlib.Path(folder or WORK) / "entrepost.db"
            self.url = f"sqlite:{self.file}"
        self.command("migrate")
        self.command("admin", "organization", "add", "AUA", "--kind", "post", "--country", "AU", "--name", "Australian post")
        told = self.command("admin", "token", "issue", "AUA", "--label", "campaign")
        self.token = next(word for word in told.split() if is_guid(word))

    def command(self, *options, url=None, fails=False):
        done = subprocess.run([self.entrepost, *options, "--database-url", url or self.url], capture_output=True, text=True)
        if (done.returncode != 0) != fails:
            raise RuntimeError(f"{options}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def items(self, file=None):
        """Items there are, and how many different ones."""
        sql = "SELECT count(*), count(DISTINCT item_id) FROM mail_object"
        if self.engine == "postgres":
            return tuple(int(part) for part in self.postgres.query(sql).split("|"))
        with sqlite3.connect(f"file:{file or self.file}?mode=ro", uri=True) as connection:
            return connection.execute(sql).fetchone()

    def ids(self, file=None):
        sql = "SELECT item_id FROM mail_object"
        if self.engine == "postgres":
            return set(self.postgres.query(sql).split())
        with sqlite3.connect(f"file:{file or self.file}?mode=ro", uri=True) as connection:
            return {row[0] for row in connection.execute(sql)}

    def verify(self, url=None):
        """Whether histories, seals and rows agree."""
        return self.command("admin", "history", "verify", url=url).strip().splitlines()[-1]


def is_guid(text):
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


class Server:
    """`serve` as a process of its own."""

    def __init__(self, database, *settings, url=None, env=None, wrapper=(), port=0):
        self.log = open(WORK / "log", "ab")
        command = [*wrapper, database.entrepost, "serve", "--listen", f"127.0.0.1:{port}", "--log-level", "error"]
        command += ["--database-url", url or database.url, *settings]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, env={**os.environ, **(env or {})})
        at_end(self.kill)
        line = self.process.stdout.readline()
        if not line.startswith("listening on http://"):
            self.process.wait()
            sys.exit(f"the server does not start: {line}{(WORK / 'log').read_text()[-2000:]}")
        self.address = line.split("//")[1].strip()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """In order; how long it took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=30)
        return time.monotonic() - began

    def memory_mib(self):
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))

    def get(self, path, timeout=10):
        return ask(self.address, "GET", path, None, {}, timeout)


def ask(address, method, path, body, headers, timeout=10):
    """Status and body of one call on a connection of its own; status 0 when there was no answer."""
    connection = http.client.HTTPConnection(address, timeout=timeout)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def s10(serial):
    digits = f"{serial:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7))) % 11
    return f"EE{digits}{ {10: 0, 11: 5}.get(rest, rest) }AU"


def declaration(item, token):
    piece = {"Index": 1, "Description": "Wooden toy train for children", "Number": 2, "NetWeight": 0.8, "Amount": 38.5,
             "CurrencyCd": "EUR", "HS": "950300", "OrigCountryCd": "AU"}
    data = {"SenderName": "Harbour Toys Pty", "SenderAddressLine1": "1 Example Street", "SenderCity": "Sydney", "SenderZIP": "2000",
            "SenderCountryCd": "AU", "RecipientName": "Beispielempfang", "RecipientAddressLine1": "Probestrasse 5",
            "RecipientCity": "Frankfurt", "RecipientZIP": "60594", "RecipientCountryCd": "DE", "RecipientTelephone": "+49695550102",
            "GrossWeight": 1.5, "NatureTypeCd": "31", "HandlingClassCd": "N", "Postage": 14.5, "PostageCurrencyCd": "EUR",
            "ContentPieces": [piece]}
    mail = {"Id": item, "OrigPostOrgCd": "AUA", "DestPostOrgCd": "DEA", "MailClassCd": "E", "MailCategoryCd": "A",
            "PostingDt": int(time.time() * 1000) // 86_400_000 * 86_400_000}
    mail["PostingDt"] = f"/Date({mail['PostingDt']}+0000)/"
    return json.dumps({"mailObject": mail, "decl": {"Data": data}, "evtCd": 2, "userCd": "campaign", "token": token})


class Clients:
    """Threads that declare one item after the other until they are stopped, each item until it is acknowledged."""

    serial = iter(range(10_000_000, 100_000_000))

    def __init__(self, address, token, count, repeat=True, pause=0.0):
        self.address, self.token, self.repeat, self.pause = address, token, repeat, pause
        self.acknowledged, self.statuses, self.times, self.moments = [], {}, [], []
        self.lock, self.quit = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()
        # A server that has just started loads what it looks up; that is not what is measured.
        wait_for("the first acknowledgement", 60, lambda: self.acknowledged)

    def work(self):
        connection = None
        while not self.quit.is_set():
            with self.lock:
                item = s10(next(Clients.serial))
            body, key = declaration(item, self.token), str(uuid.uuid4())
            while not self.quit.is_set():
                began = time.monotonic()
                try:
                    connection = connection or http.client.HTTPConnection(self.address() if callable(self.address) else self.address, timeout=30)
                    connection.request("POST", "/StoreDeclaration", body, {"content-type": "application/json", "idempotency-key": key})
                    answer = connection.getresponse()
                    text, status = answer.read(), answer.status
                    if answer.getheader("connection") == "close":
                        connection.close()
                        connection = None
                except (OSError, http.client.HTTPException):
                    text, status = b"", 0
                    if connection is not None:
                        connection.close()
                    connection = None
                ended = time.monotonic()
                with self.lock:
                    self.statuses[status] = self.statuses.get(status, 0) + 1
                    if status == 200:
                        self.acknowledged.append(item)
                        self.times.append(ended - began)
                        self.moments.append(ended)
                if status == 400:
                    sys.exit(f"refused: {text[:400]}")
                if status == 200 or not self.repeat:
                    break
                time.sleep(0.05)
            time.sleep(self.pause)

    def stop(self):
        self.quit.set()
        for thread in self.threads:
            thread.join(timeout=40)
        return self

    def told(self):
        with self.lock:
            times = sorted(self.times) or [0.0]
            at = lambda part: 1000 * times[min(len(times) - 1, int(part * len(times)))]
            return f"{len(self.acknowledged)} acknowledged, p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, answers {dict(sorted(self.statuses.items()))}"

    def longest_gap(self, since):
        """The longest time without an acknowledgement from a moment on."""
        with self.lock:
            moments = [since, *sorted(moment for moment in self.moments if moment > since)]
        return max((b - a for a, b in zip(moments, moments[1:])), default=float("inf"))


def judge(database, clients, file=None, url=None):
    """Nothing acknowledged is lost, nothing is there twice, everything agrees. Ends the script otherwise."""
    acknowledged = set(clients.acknowledged)
    there, (rows, different) = database.ids(file), database.items(file)
    lost, doubled = acknowledged - there, rows - different
    print(f"  acknowledged {len(acknowledged)}, lost {len(lost)}, doubled {doubled}, there {rows}")
    verdict = database.verify(url)
    print(f"  {verdict}")
    if lost or doubled:
        sys.exit("FAILED")


def median(values):
    return statistics.median(values) if values else float("nan")


def wait_for(what, seconds, ask_again):
    """How long it took until `ask_again` said yes."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if ask_again():
            return time.monotonic() - began
        time.sleep(0.02)
    sys.exit(f"FAILED: {what} did not come within {seconds} s")
