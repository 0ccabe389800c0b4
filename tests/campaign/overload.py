#!/usr/bin/env python3
"""More requests than can be served: what is served stays near what can be, the rest is refused in time, another organization goes on, and
afterwards all is as before.

    tests/campaign/overload.py [ENTREPOST] [--engine sqlite|postgres] [--seconds 20] [--clients 400]

Clients share the machine with the server, and are slower than it: look at ratios.
"""
import sys
import threading
import time

from common import Clients, Database, Server, arguments, ask, judge, median

options = arguments(__doc__, seconds=20, clients=400, few=16)
database = Database(options.entrepost, options.engine)
database.command("admin", "organization", "add", "FRA", "--kind", "post", "--country", "FR", "--name", "French post")
other = next(word for word in database.command("admin", "token", "issue", "FRA", "--label", "other").split() if len(word) == 36)
server = Server(database, "--requests-per-org", "1000000", "--requests-burst", "1000000")
quit, took = threading.Event(), []


def beside():
    """Another organization, once in a while."""
    while not quit.is_set():
        began = time.monotonic()
        status, _ = ask(server.address, "POST", "/GetHeartbeat", '{"token":"%s"}' % other, {"content-type": "application/json"}, 30)
        took.append((status, time.monotonic() - began))
        time.sleep(0.05)


def rate(count, seconds):
    took.clear()
    clients = Clients(server.address, database.token, count, repeat=False)
    time.sleep(seconds)
    clients.stop()
    others = [time for status, time in took if status == 200]
    print(f"{count} clients: {len(clients.acknowledged) / seconds:.0f}/s, {clients.told()}; memory {server.memory_mib()} MiB")
    print(f"  another organization meanwhile: {len(others)} of {len(took)} served, half within {1000 * median(others):.0f} ms, longest {1000 * max(others, default=0):.0f} ms")
    return clients


threading.Thread(target=beside, daemon=True).start()
before = rate(options.few, options.seconds)
during = rate(options.clients, options.seconds)
after = rate(options.few, options.seconds)
quit.set()
rates = [len(clients.acknowledged) / options.seconds for clients in (before, during, after)]
print(f"{options.engine}: overloaded {rates[1] / rates[0]:.2f} of before, afterwards {rates[2] / rates[0]:.2f}; stopped in {server.stop():.2f} s")
for clients in (during, after):
    before.acknowledged += clients.acknowledged
judge(database, before)
if any(500 in clients.statuses for clients in (before, during, after)):
    sys.exit("FAILED: 500")
