#!/usr/bin/env python3
"""A clock that jumps under a server at work: an hour, a day, years, forward and back. Writes go on, nothing is retried in a storm, the
order of changes is kept and the history whole.

    tests/campaign/clock.py [ENTREPOST] [--engine sqlite|postgres] [--seconds 4]

Needs a C compiler.
"""
import json
import struct
import sys
import time

from common import WORK, Clients, Database, Server, arguments, ask, compiled, judge

options = arguments(__doc__, seconds=4, clients=4)
hour, day, year = 3_600, 86_400, 365 * 86_400
step = WORK / "step"


def jump(seconds):
    with open(step, "r+b") as file:
        file.write(struct.pack("q", seconds))


step.write_bytes(bytes(8))
database = Database(options.entrepost, options.engine)
server = Server(database, "--seal-seconds", "1", env={"LD_PRELOAD": str(compiled("clock.c", "-ldl")), "CLOCK_STEP": str(step)})
clients = Clients(server.address, database.token, options.clients, pause=0.02)


def processor_s():
    fields = open(f"/proc/{server.process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


for name, seconds in [("as it is", 0), ("an hour on", hour), ("an hour back", -hour), ("a day on", day), ("a day back", -day),
                      ("1970", -int(time.time()) + day), ("a year on", year), ("as it was", 0)]:
    used, stored, before = processor_s(), len(clients.acknowledged), dict(clients.statuses)
    jump(seconds)
    time.sleep(options.seconds)
    statuses = {status: count - before.get(status, 0) for status, count in clients.statuses.items() if count > before.get(status, 0)}
    ready = server.get("/readyz")[0]
    print(f"{name:>13}: {len(clients.acknowledged) - stored} stored, answers {statuses}, processor {processor_s() - used:.1f} s in {options.seconds} s, readyz {ready}")
    if set(statuses) != {200} or ready != 200:
        sys.exit("FAILED")
clients.stop()
cursor, seen = None, []
while True:
    body = {"token": database.token, "userCd": "campaign", **({"cursor": cursor} if cursor else {"modifiedSince": "/Date(0+0000)/"})}
    connection = __import__("http.client").client.HTTPConnection(server.address, timeout=30)
    connection.request("POST", "/Load", json.dumps(body), {"content-type": "application/json"})
    answer = connection.getresponse()
    views = json.loads(answer.read())["LoadResult"]
    seen += [view["MailObject"]["Id"] for view in views]
    cursor = answer.getheader("x-next-cursor") or cursor
    if answer.getheader("x-more") != "true":
        break
missing = set(clients.acknowledged) - set(seen)
print(f"{options.engine}: {clients.told()}; the feed tells {len(set(seen))} of {len(clients.acknowledged)}")
if missing:
    sys.exit(f"FAILED: the feed lacks {len(missing)}")
print(f"  stopped in {server.stop():.2f} s")
judge(database, clients)
