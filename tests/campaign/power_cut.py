#!/usr/bin/env python3
"""A power cut, as far as it can be played without a special disk: every write and sync of a server under load is recorded, and at random
moments the files are put together as a disk may hold them then. What was acknowledged before the moment must be there.

    tests/campaign/power_cut.py [ENTREPOST] [--seconds 8] [--cuts 40]

Three disks are played: one that loses all that was not synced, one that keeps a random half of its sectors, and – to see that the test sees
anything – one that does not heed the syncs of the log, which must lose something. Needs a C compiler. SQLite only: PostgreSQL brings its own.
"""
import bisect
import random
import sqlite3
import struct
import sys
import time

from common import WORK, Clients, Database, Server, arguments, compiled

SECTOR = 512
WRITE, CUT, SYNC = 1, 2, 3
ENTRY = struct.Struct("=IIIIQQ")

options = arguments(__doc__, seconds=8, cuts=40, clients=12, seed=1)
dice = random.Random(options.seed)
database = Database(options.entrepost, "sqlite")
with sqlite3.connect(database.file) as connection:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
start = {1: database.file.read_bytes(), 2: b""}
record = WORK / "record"
shim = compiled("../it/harness/disk.c", "-ldl", "-lpthread")
server = Server(database, env={"LD_PRELOAD": str(shim), "DISK_RECORD": str(record)})


clients = Clients(server.address, database.token, options.clients, repeat=False)
time.sleep(options.seconds)
clients.stop()
server.kill()
acknowledged = sorted(zip(clients.moments, clients.acknowledged))
print(f"sqlite, {options.seconds} s: {clients.told()}; {record.stat().st_size >> 20} MiB recorded")

entries, bytes_of = [], record.read_bytes()
at = 0
while at + ENTRY.size <= len(bytes_of):
    what, file, length, _, offset, ns = ENTRY.unpack_from(bytes_of, at)
    at += ENTRY.size
    entries.append((ns / 1e9, what, file, offset, at, length))
    at += length


class Disk:
    """Both files as they are, and what of each is not synced yet."""

    def __init__(self, heeds_log):
        self.files, self.pending, self.heeds_log = {1: bytearray(start[1]), 2: bytearray()}, {1: [], 2: []}, heeds_log

    def take(self, entry):
        _, what, file, offset, place, length = entry
        if what == SYNC:
            if file == 1 or self.heeds_log:
                for one in self.pending[file]:
                    self.apply(self.files[file], one)
                self.pending[file].clear()
        else:
            self.pending[file].append((what, offset, bytes_of[place:place + length]))

    @staticmethod
    def apply(held, one):
        what, offset, data = one
        if what == CUT:
            del held[offset:]
            held.extend(bytes(offset - len(held)))
            return
        held.extend(bytes(max(0, offset + len(data) - len(held))))
        held[offset:offset + len(data)] = data

    def after_a_cut(self, keeps):
        """The files as they are found: of what was not synced, each sector is kept with a chance of `keeps`."""
        found = {}
        for file, held in self.files.items():
            held = bytearray(held)
            for what, offset, data in self.pending[file]:
                if what == CUT:
                    if dice.random() < keeps:
                        self.apply(held, (what, offset, data))
                    continue
                first = 0
                while first < len(data):
                    length = SECTOR - (offset + first) % SECTOR
                    if dice.random() < keeps:
                        self.apply(held, (WRITE, offset + first, data[first:first + length]))
                    first += length
            found[file] = held
        return found


def play(name, keeps, heeds_log, cuts):
    moments = sorted(dice.sample(range(len(entries) // 20, len(entries)), cuts))
    disk, lost, checked, broken = Disk(heeds_log), 0, 0, 0
    done = 0
    for number, moment in enumerate(moments):
        for entry in entries[done:moment]:
            disk.take(entry)
        done = moment
        before = entries[moment - 1][0]
        promised = {item for _, item in acknowledged[:bisect.bisect_left(acknowledged, (before, ""))]}
        found = disk.after_a_cut(keeps)
        file = WORK / "cut.db"
        for ending in ("", "-wal", "-shm"):
            (WORK / f"cut.db{ending}").unlink(missing_ok=True)
        file.write_bytes(found[1])
        (WORK / "cut.db-wal").write_bytes(found[2])
        try:
            with sqlite3.connect(file) as connection:
                whole = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
                there = {row[0] for row in connection.execute("SELECT item_id FROM mail_object")}
            connection.close()
        except sqlite3.DatabaseError:
            whole, there = False, set()
        broken += not whole
        checked += len(promised)
        lost += len(promised - there)
        if heeds_log and number % 10 == 0 and whole:
            database.verify(url=f"sqlite:{file}")
    print(f"  {name}: {cuts} cuts, {checked} acknowledged in sum, lost {lost}, databases not whole {broken}")
    return lost, broken


failed = play("what was not synced is lost", 0.0, True, options.cuts) != (0, 0)
failed |= play("half of its sectors are kept", 0.5, True, options.cuts) != (0, 0)
sees = play("syncs of the log not heeded", 0.0, False, max(4, options.cuts // 4))[0] > 0
if failed or not sees:
    sys.exit("FAILED" if failed else "FAILED: the campaign does not see what it is to see")
