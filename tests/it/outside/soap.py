"""Calls the SOAP door with zeep, which takes nothing that the description does not have, and looks at what goes over the wire
with the schemas of the description; writes a line for each fault.

Standard input: {"wsdl": address, "calls": [{"operation", "zone", "members", "answer"}]}: members and answer as JSON has them, and
the zone of the caller.
"""

import json
import pathlib
import re
import sys
import tempfile
import time
from datetime import datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import zeep
from lxml import etree
from zeep.helpers import serialize_object
from zeep.plugins import HistoryPlugin

XS = "{http://www.w3.org/2001/XMLSchema}"
# What JSON has as numbers.
MARK = "WatchdogInfo.OperationType"
MARKS = {2: "Clear", 4: "MarkAsBlocked", 5: "MarkWithWarning"}
BODY = "{http://www.w3.org/2003/05/soap-envelope}Body"


def wall_clock(text, zone):
    """The time that a date of JSON shows on the organization's clock."""
    seconds = int(re.fullmatch(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/", text)[1]) // 1000
    return datetime.fromtimestamp(seconds, timezone.utc).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


class Shapes:
    """Values of JSON in the shapes that the description's types have, and back."""

    def __init__(self, zone):
        self.zone = zone

    def sent(self, kind, value):
        """A value as zeep takes it."""
        elements = getattr(kind, "elements", None)
        if isinstance(value, list):
            name, entry = elements[0]
            return {name: [self.sent(entry.type, one) for one in value]}
        if isinstance(value, dict):
            known = dict(elements)
            sent = {name: self.sent(known[name].type, one) for name, one in value.items() if name in known and one is not None}
            return {"entityState": 0, **sent} if "entityState" in known else sent
        if kind.name == "dateTime":
            return wall_clock(value, self.zone)
        return MARKS[value] if kind.name == MARK else value

    def read(self, kind, value):
        """What zeep read, with dates as wall-clock times and lists as lists."""
        elements = getattr(kind, "elements", None)
        if not elements or value is None:
            return value
        if isinstance(value, list):
            return [self.read(elements[0][1].type, one) for one in value]
        # What is nil comes as an object without anything, an empty list as nothing.
        if all(one is None for one in value.values()):
            return None
        if len(elements) == 1 and elements[0][1].accepts_multiple:
            name, entry = elements[0]
            return [self.read(entry.type, one) for one in (value[name] or [])]
        return {name: self.read(element.type, value[name]) for name, element in elements}

    def differences(self, kind, path, said, read):
        """Where what JSON says is not what was read. What is made up anew each time is given in brackets."""
        if isinstance(said, str) and re.fullmatch(r"\[.+\]", said):
            return
        elements = dict(getattr(kind, "elements", None) or [])
        if isinstance(said, dict) and isinstance(read, dict):
            for name in read:
                yield from self.differences(elements[name].type, f"{path}.{name}", said.get(name), read[name])
        elif isinstance(said, list) and isinstance(read, list):
            if len(said) != len(read):
                yield f"{path}: {len(said)} entries are {len(read)}"
            entry = next(iter(elements.values()))
            for at, (one, other) in enumerate(zip(said, read)):
                yield from self.differences(entry.type, f"{path}[{at}]", one, other)
        elif not self.same(kind, said, read):
            yield f"{path}: {said!r} is {read!r}"

    def same(self, kind, said, read):
        unset = (None, 0, False, Decimal(0), "00000000-0000-0000-0000-000000000000", datetime.min, "Clear")
        if isinstance(said, dict) and read is None:
            return all(one in (None, []) for one in said.values())
        if said in (None, []):
            return read in unset or read == []
        if isinstance(read, datetime):
            return wall_clock(said, self.zone) == read
        if kind.name == MARK:
            return MARKS[said] == read
        if isinstance(read, Decimal):
            return Decimal(str(said)) == read
        return said == read


def validators(wsdl):
    """The schemas of a description, by namespace, put together as validators want them: as files that name each other."""
    schemas = list(etree.fromstring(wsdl).iter(f"{XS}schema"))
    files = {schema.get("targetNamespace"): f"{at}.xsd" for at, schema in enumerate(schemas)}
    with tempfile.TemporaryDirectory() as folder:
        for schema in schemas:
            for used in schema.iter(f"{XS}import"):
                used.set("schemaLocation", files[used.get("namespace")])
            pathlib.Path(folder, files[schema.get("targetNamespace")]).write_bytes(etree.tostring(schema))
        return etree.XMLSchema(etree.parse(f"{folder}/{files['http://tempuri.org/']}"))


def main():
    given = json.load(sys.stdin)
    history = HistoryPlugin(maxlen=1)
    client = zeep.Client(given["wsdl"], settings=zeep.Settings(strict=True), plugins=[history])
    schema = validators(client.transport.load(given["wsdl"]))
    service = client.bind("CDSAPIService", "APIwsEndpointNoSec")
    for call in given["calls"]:
        found = look(service, history, schema, call)
        # What one organization says reaches the other a moment later.
        for _ in range(200 if re.match("Get|Load|Check", call["operation"]) else 0):
            if not found:
                break
            time.sleep(0.02)
            found = look(service, history, schema, call)
        for fault in found:
            print(f"{call['operation']}: {fault}")


def look(service, history, schema, call):
    """The faults of one call."""
    shapes = Shapes(call["zone"])
    operation = service._binding._operations[call["operation"]]
    members = shapes.sent(operation.input.body.type, call["members"])
    try:
        read = service[call["operation"]](**members)
    except zeep.exceptions.Fault as fault:
        return [f"fault: {fault.message}"]
    found = []
    for way, envelope in (("request", history.last_sent["envelope"]), ("reply", history.last_received["envelope"])):
        if not schema.validate(envelope.find(f".//{BODY}")[0]):
            found.append(f"{way}: {schema.error_log.last_error}")
    results = dict(operation.output.body.type.elements)
    # Of a single result zeep hands over its value.
    read = serialize_object(read, dict)
    read = {name: read if len(results) == 1 else read[name] for name in results}
    for name, element in results.items():
        # What a header says in JSON is no member there.
        if name in call["answer"]:
            got = shapes.read(element.type, read[name])
            found.extend(shapes.differences(element.type, name, call["answer"][name], got))
    return found


main()
