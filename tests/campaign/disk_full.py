#!/usr/bin/env python3
"""A disk that is full: writes are refused in time, reads go on, readiness says so, and there is no restart when there is room again.

    tests/campaign/disk_full.py [ENTREPOST] [--mib 24]

Mounts a small disk in memory, which needs root.
"""
import subprocess
import sys
import time

from common import WORK, Clients, Database, Server, arguments, ask, at_end, judge, wait_for

options = arguments(__doc__, mib=24)
disk = WORK / "disk"
disk.mkdir()
if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={options.mib}m", "none", disk]).returncode != 0:
    sys.exit("SKIPPED: no small disk can be mounted here")
at_end(lambda: subprocess.run(["umount", "-l", disk], check=True))
database = Database(options.entrepost, "sqlite", disk)
server = Server(database)
clients = Clients(server.address, database.token, 4, pause=0.01)
time.sleep(1)
with open(disk / "ballast", "wb") as ballast:
    try:
        while True:
            ballast.write(bytes(65536))
            ballast.flush()
    except OSError:
        pass
refused = wait_for("a refusal", 60, lambda: clients.statuses.get(503))
unready = wait_for("readiness that says so", 15, lambda: server.get("/readyz")[0] == 503)
reads = [ask(server.address, "POST", "/GetHeartbeat", '{"token":"%s"}' % database.token, {"content-type": "application/json"})[0]
         for _ in range(20)]
print(f"full: first 503 after {refused:.2f} s, readyz 503 after {unready:.2f} s more, 20 reads {set(reads)}")
time.sleep(2)
so_far = len(clients.acknowledged)
(disk / "ballast").unlink()
back = wait_for("an acknowledgement", 15, lambda: len(clients.acknowledged) > so_far)
ready = wait_for("readiness", 15, lambda: server.get("/readyz")[0] == 200)
print(f"room again: first acknowledgement after {back:.2f} s, readyz 200 after {ready:.2f} s more")
print(f"sqlite, a disk of {options.mib} MiB: {clients.stop().told()}")
if set(reads) != {200} or 500 in clients.statuses:
    sys.exit("FAILED")
print(f"  stopped in {server.stop():.2f} s")
judge(database, clients)
