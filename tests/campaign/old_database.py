#!/usr/bin/env python3
"""Writes the database that `tests/it/upgrade.rs` opens: what a server of commit 08d316b leaves behind.

    old_database.py ENTREPOST URL OUT

ENTREPOST is a binary built from commit 08d316b, no other: the point is the state that this version wrote. URL is a fresh
database (`sqlite:FILE` or `postgres://…`). Written are OUT.json, the answers of CheckItemStatus by that version for
every item, and for SQLite OUT.db.gz. A dump of PostgreSQL is made with
`pg_dump --inserts --no-owner URL | gzip -n9 > OUT.sql.gz`.

Everything is said over HTTP, as clients would. Each story below is one item; its name stands as the sender's e-mail
address, so that a test finds the item by what happened to it.
"""

import gzip
import json
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

ORGANIZATIONS = {
    "AU": ("customs", "AU", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c01"),
    "DE": ("customs", "DE", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c02"),
    "FR": ("customs", "FR", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c03"),
    "PT": ("customs", "PT", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c04"),
    "AUA": ("post", "AU", "b5507016-7da2-4777-a161-1e8042a6a377"),
    "DEA": ("post", "DE", "63de3b10-521c-4dbb-8836-59da8dad803e"),
    "FRA": ("post", "FR", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c05"),
    "PTA": ("post", "PT", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c06"),
}
ASKED_BY = ["AUA", "DEA", "AU", "DE"]
POSTED = "2026-11-01T08:00:00Z"
EARLIER = "2025-01-10T08:00:00Z"


def s10(serial, country):
    digits = f"{serial:08}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, [8, 6, 4, 2, 3, 5, 9, 7])) % 11
    return f"EE{digits}{ {10: 0, 11: 5}.get(rest, rest) }{country}"


def content(name, amount="38.50", weight=1.5, text="Wooden toy train for children", hs="950300", telephone="+49695550102"):
    return {
        "SenderName": "Harbour Toys Pty", "SenderAddressLine1": "1 Example Street", "SenderZIP": "2000",
        "SenderCity": "Sydney", "SenderCountryCd": "AU", "SenderEmail": f"{name}@example.com",
        "RecipientName": "Beispielempfang", "RecipientAddressLine1": "Probestrasse 5", "RecipientZIP": "60594",
        "RecipientCity": "Frankfurt", "RecipientCountryCd": "DE", "RecipientTelephone": telephone,
        "GrossWeight": weight, "NatureTypeCd": "31", "HandlingClassCd": "N", "Postage": 14.5, "PostageCurrencyCd": "EUR",
        "ContentPieces": [{"Index": 1, "Description": text, "Number": 2, "NetWeight": 0.8, "Amount": float(amount),
                           "CurrencyCd": "EUR", "HS": hs, "OrigCountryCd": "AU"}],
    }


RIFLE = {"amount": "2500.00", "text": "Parts of a hunting rifle", "hs": "930690"}
TELEPHONE = {"telephone": "+49695550199"}


class Program:
    """The binary, and a server of it."""

    def __init__(self, binary, url):
        self.binary, self.url, self.base, self.process = binary, url, None, None

    def admin(self, *arguments):
        subprocess.run([self.binary, "admin", *arguments, "--database-url", self.url], check=True, stdout=subprocess.DEVNULL)

    def serve(self):
        command = [self.binary, "serve", "--listen", "127.0.0.1:0", "--database-url", self.url, "--seal-seconds", "1",
                   "--log-level", "error"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.base = self.process.stdout.readline().removeprefix("listening on ").strip()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(20) == 0

    def call(self, org, method, **members):
        """The answer. A refusal ends the run."""
        body = {"token": ORGANIZATIONS[org][2], "userCd": "clerk", **members}
        request = urllib.request.Request(f"{self.base}/{method}", json.dumps(body).encode(), {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            sys.exit(f"{method} of {org}: {refusal.code} {refusal.read().decode()}\n{json.dumps(body)}")


class Item:
    """One item and what organizations say about it. What is sent to another post has arrived when a call returns."""

    def __init__(self, program, name, item_id, origin="AUA", destination="DEA", posted=POSTED):
        self.program, self.name, self.id = program, name, item_id
        self.origin, self.destination, self.posted = origin, destination, posted

    def object(self):
        return {"Id": self.id, "OrigPostOrgCd": self.origin, "DestPostOrgCd": self.destination, "MailClassCd": "E",
                "MailCategoryCd": "A", "PostingDt": self.posted}

    def declare(self, event=2, by=None, **changed):
        data = content(self.name, **changed)
        self.program.call(by or self.origin, "StoreDeclaration", mailObject=self.object(), decl={"Data": data}, evtCd=event)
        return self.wait()

    def decide(self, customs, code, event=2, at=None):
        """Decides now, unless another time is given: in a second of its own, before and after which nothing happens."""
        time.sleep(1 - time.time() % 1)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        data = {"DecisionCd": code, "ClearanceDt": at or now, "Dutiable": False}
        self.program.call(customs, "StoreResponse", mailObject=self.object(), resp={"Data": data}, evtCd=event)
        time.sleep(1)
        return self

    def refer(self, code, by=None):
        self.program.call(by or self.destination, "CreateReferral", id=self.id, postOrgCd=self.destination,
                          partnerPostOrgCd=self.origin, referral={"ReferralCd": code, "ReferralId": f"{code}-{self.name}"[:35]})
        return self.wait()

    def answer(self, referral, code):
        self.program.call(self.origin, "CreateReferralResp", id=self.id, postOrgCd=self.origin,
                          partnerPostOrgCd=self.destination, referralResponse={
                              "ReferralResponseCd": code, "ReferralId": f"{referral}-{self.name}"[:35]})
        return self.wait()

    def mark(self, org, operation, **more):
        self.program.call(org, "SetWatchdogItemInfo", itemId=self.id, watchdogInfo={"Operation": operation, **more})
        return self

    def move(self, post, partner, flow, state):
        self.program.call(post, "UpdateMailState", id=self.id, postalOrgCd=post, partnerPostalOrgCd=partner, flow=flow,
                          mailState=state)
        return self.wait()

    def wait(self):
        """Hosted partners have a message within a second; wait for it, so that the order is the same each time."""
        time.sleep(0.4)
        return self

    def to(self, destination):
        self.destination = destination
        return self


def stories(item):
    """Every story; `item(name, …)` makes the item."""
    item("declared").declare()
    item("draft").declare(event=1)
    item("to_customs_only").declare(event=6)
    item("to_post_only").declare(event=7)
    item("cleared").declare().decide("DE", "2")
    item("cleared_with_duty").declare().decide("DE", "4")
    item("cleared_on_both_sides").declare().decide("AU", "2").decide("DE", "2")
    item("exported_only").declare().decide("AU", "2")
    item("informed").declare().decide("DE", "99")
    item("unknown_code").declare().decide("DE", "888")
    item("draft_response").declare().decide("DE", "2", event=1)
    item("cleared_then_other_goods").declare().decide("DE", "2").declare(**RIFLE)
    item("cleared_in_the_past_then_other_goods").declare().decide("DE", "2", at="2026-11-02T10:00:00Z").declare(**RIFLE)
    item("cleared_on_both_sides_then_other_goods").declare().decide("AU", "2").decide("DE", "2").declare(**RIFLE)
    item("cleared_then_telephone").declare().decide("DE", "2").declare(**TELEPHONE)
    item("cleared_then_there_and_back").declare().decide("DE", "2").declare(**RIFLE).declare()
    item("three_versions_then_held").declare().declare(amount="40.00").declare(amount="50.00").decide("DE", "1")
    item("held_then_other_goods").declare().decide("DE", "5").declare(**RIFLE)
    item("held_then_cleared").declare().decide("DE", "5").decide("DE", "2")
    item("refused").declare().decide("DE", "6")
    item("detained").declare().decide("DE", "7")
    item("detained_then_other_goods").declare(**RIFLE).decide("DE", "7").declare()
    item("prohibited_by_customs_cleared_by_post").declare().decide("DE", "7").decide("DEA", "2")
    item("cleared_by_post_only").declare().decide("DEA", "2")
    item("decided_before_data").decide("DE", "2").declare()
    item("decided_without_data").decide("DE", "2")
    item("asked").declare().refer("RFI")
    item("asked_then_telephone").declare().refer("RFI").declare(**TELEPHONE)
    item("asked_by_customs_and_answered").declare().refer("RFS", "DE").answer("RFS", "R12")
    item("assessed").declare().refer("ASC")
    item("assessed_then_other_goods").declare().refer("ASC").declare(**RIFLE)
    item("stopped").declare().refer("DNL")
    item("stopped_then_assessed").declare().refer("DNL").refer("ASC")
    item("cleared_and_assessed_and_departed").declare().refer("ASC").decide("DE", "2").move("AUA", "DEA", "O", 10)
    item("left_uncleared").declare().move("DEA", "AUA", "I", 52)
    item("left_cleared_then_other_goods").declare().decide("DE", "2").move("DEA", "AUA", "I", 52).declare(**RIFLE)
    item("moved_only").move("DEA", "AUA", "I", 50)
    item("redirected").declare().decide("DE", "2").to("FRA").declare()
    item("redirected_and_decided_there").declare().decide("DE", "2").to("FRA").declare().decide("FR", "2")
    item("redirected_and_back").declare().decide("DE", "2").to("FRA").declare().to("DEA").declare()
    item("blocked_by_origin").declare().mark("AUA", "MarkAsBlocked", Remarks="lithium cells")
    item("warned_by_destination").declare().decide("DE", "2").mark("DEA", "MarkWithWarning", Remarks="weigh again")
    item("blocked_by_customs").declare().decide("DE", "2").mark("DE", "MarkAsBlocked", Remarks="ask")
    item("blocked_until").declare().mark("DE", "MarkAsBlocked", Remarks="for a while", ExpiryDt="2036-01-01T00:00:00Z")
    item("blocked_and_over").declare().mark("DE", "MarkAsBlocked", Remarks="over", ExpiryDt="2026-01-01T00:00:00Z")
    item("marked_and_cleared").declare().mark("DE", "MarkAsBlocked").mark("DE", "Clear")
    item("blocked_before_data_by_customs").mark("DE", "MarkAsBlocked", Remarks="expected").declare()
    item("blocked_before_data_by_post").mark("DEA", "MarkAsBlocked", Remarks="expected").declare()
    item("mark_of_an_unknown_id").mark("DE", "MarkAsBlocked", Remarks="nobody knows it")
    item("mark_of_an_unknown_id_by_post").mark("DEA", "MarkWithWarning", Remarks="nobody knows it")
    earlier = item("used_twice", posted=EARLIER).declare().decide("DE", "7")
    earlier.posted = POSTED
    earlier.declare()
    earlier = item("used_twice_and_cleared", posted=EARLIER).declare().decide("DE", "2")
    earlier.posted = POSTED
    earlier.declare().decide("DE", "2")
    returned = item("returned").declare().decide("DE", "6")
    returned.origin, returned.destination = "DEA", "AUA"
    returned.declare()
    item("inbound_to_the_south", country="DE", origin="DEA", destination="AUA").declare().decide("AU", "2")
    item("under_another_country_s_id", origin="FRA").declare().decide("DE", "2")
    other = item("declared_by_two_origins").declare()
    other.origin = "FRA"
    other.declare().decide("DE", "2")


def anonymous(program):
    """Two lodged declarations, one of them converted."""
    ids = []
    for name in ["lodged", "lodged_and_converted"]:
        answer = program.call("AUA", "CreateOrUpdateAnonymousDeclaration",
                              anonymousDeclaration={"Data": content(name), "MailClassCd": "E"})
        ids.append(answer["CreateOrUpdateAnonymousDeclarationResult"])
    converted = s10(20_000_999, "AU")
    program.call("AUA", "ConvertAnonymousToCDSDeclaration", anonymousDeclarationId=ids[1], internationalItemId=converted)
    time.sleep(1)
    return {"name": "lodged_and_converted", "id": converted}


def main(binary, url, out):
    program = Program(binary, url)
    for code, (kind, country, token) in ORGANIZATIONS.items():
        program.admin("organization", "add", code, "--kind", kind, "--country", country, "--name", f"{code} (old)")
        program.admin("token", "issue", code, "--token", token, "--label", "old")
    program.serve()
    items = []

    def item(name, country="AU", **more):
        items.append({"name": name, "id": s10(20_000_000 + len(items), country)})
        return Item(program, name, items[-1]["id"], **more)

    try:
        stories(item)
        items.append(anonymous(program))
        asked = [{"ItemId": entry["id"]} for entry in items]
        for org in ASKED_BY:
            answers = program.call(org, "CheckItemStatus", Items=asked)["CheckItemStatusResult"]
            for entry, answer in zip(items, answers):
                entry[org] = answer
        time.sleep(2.5)  # The last minute is sealed.
    finally:
        program.stop()
    with open(f"{out}.json", "w", encoding="utf-8") as file:
        lines = ",\n".join(json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in items)
        file.write(f"[\n{lines}\n]\n")
    if url.startswith("sqlite:"):
        pack(url.removeprefix("sqlite:"), f"{out}.db.gz")


def pack(database, file):
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("VACUUM")
    connection.close()
    with open(database, "rb") as source, open(file, "wb") as target:
        with gzip.GzipFile("", "wb", 9, target, mtime=0) as packed:
            packed.write(source.read())


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
