#!/usr/bin/env python3
"""Kills the server under load, again and again: nothing acknowledged is lost, nothing is stored twice.

    tests/campaign/kill.py [ENTREPOST] [--engine sqlite|postgres] [--rounds 70] [--clients 12]

On PostgreSQL the database server is killed in every second round, with all its processes, while ours goes on.
"""
import random
import time

from common import Clients, Database, Server, arguments, free_port, judge, median

options = arguments(__doc__, rounds=70, clients=12, seed=1)
dice = random.Random(options.seed)
database, port = Database(options.entrepost, options.engine), free_port()
server = Server(database, port=port)
clients = Clients(server.address, database.token, options.clients)
starts, recoveries = [], []
for round in range(options.rounds):
    time.sleep(dice.uniform(0.2, 1.2))
    if options.engine == "postgres" and round % 2:
        database.postgres.down()
        database.postgres.up()
        began, so_far = time.monotonic(), len(clients.acknowledged)
        while len(clients.acknowledged) == so_far and time.monotonic() - began < 30:
            time.sleep(0.005)
        recoveries.append(time.monotonic() - began)
    else:
        server.kill()
        began = time.monotonic()
        server = Server(database, port=port)
        starts.append(time.monotonic() - began)
time.sleep(1)
print(f"{options.engine}, {options.rounds} kills, {options.clients} clients: {clients.stop().told()}")
print(f"  restart: median {median(starts):.2f} s, longest {max(starts, default=0):.2f} s")
if recoveries:
    print(f"  first acknowledgement after the database was back: median {median(recoveries):.2f} s, longest {max(recoveries):.2f} s")
print(f"  stopped in {server.stop():.2f} s")
judge(database, clients)
