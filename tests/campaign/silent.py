#!/usr/bin/env python3
"""A network to PostgreSQL that falls silent: half-open (what stands is dead, new connections are well), altogether, and a server that
stands still. Everybody is answered in time, and the server goes on by itself.

    tests/campaign/silent.py [ENTREPOST] [--seconds 20] [--clients 20]
"""
import os
import select
import signal
import socket
import sys
import threading
import time

from common import Clients, Database, Server, arguments, judge, wait_for


class Network:
    """A way to a server on which bytes can get lost."""

    def __init__(self, port):
        self.port, self.all_silent, self.silent_below, self.count = port, False, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            client, _ = self.listener.accept()
            self.count += 1
            threading.Thread(target=self.carry, args=(client, self.count), daemon=True).start()

    def carry(self, client, number):
        server = socket.create_connection(("127.0.0.1", self.port))
        ends = {client: server, server: client}
        while True:
            for end in select.select(list(ends), [], [])[0]:
                try:
                    some = end.recv(65536)
                    if some and (self.all_silent or number <= self.silent_below):
                        continue
                    ends[end].sendall(some)
                except OSError:
                    some = b""
                if not some:
                    client.close()
                    server.close()
                    return


options = arguments(__doc__, seconds=20, clients=20)
database = Database(options.entrepost, "postgres")
network = Network(database.postgres.port)
url = database.url.replace(f":{database.postgres.port}/", f":{network.address[1]}/")
server = Server(database, url=url)
clients = Clients(server.address, database.token, options.clients)


def phase(name, begin, end):
    time.sleep(2)
    began = time.monotonic()
    begin()
    time.sleep(options.seconds)
    health, ready = server.get("/healthz", 3)[0], server.get("/readyz", 6)[0]
    so_far = len(clients.acknowledged)
    end()
    back = wait_for(f"an answer after {name}", 30, lambda: len(clients.acknowledged) > so_far)
    with clients.lock:
        slowest = max(clients.times)
    print(f"{name}: healthz {health}, readyz {ready}, back {back:.2f} s after its end; longest gap {clients.longest_gap(began):.1f} s, slowest acknowledged {slowest:.1f} s")
    if health != 200:
        sys.exit("FAILED: the process itself was held up")


def half_open():
    network.silent_below = network.count


def still(yes):
    pid = (database.postgres.folder / "data/postmaster.pid").read_text().split()[0]
    children = [line for line in os.popen(f"ps -o pid= --ppid {pid}").read().split()]
    for one in [pid, *children]:
        os.kill(int(one), signal.SIGSTOP if yes else signal.SIGCONT)


phase("half-open connections", half_open, lambda: None)
phase("silence altogether", lambda: setattr(network, "all_silent", True), lambda: setattr(network, "all_silent", False))
phase("a server that stands still", lambda: still(True), lambda: still(False))
print(f"postgres, {options.clients} clients: {clients.stop().told()}")
if 500 in clients.statuses:
    sys.exit("FAILED: 500")
judge(database, clients)
