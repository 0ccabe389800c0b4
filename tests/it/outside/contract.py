"""Looks at the published document and at calls with validators that are not ours; writes a line for each fault.

Standard input: {"document": …, "calls": [{"path", "verb", "request", "status", "headers", "answer"}]}; `path` is a path of
the document, `verb` is post where it is not named, `request` and `answer` are JSON values, and `answer` is null where the
body is no JSON.
"""

import json
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

# Headers of any answer.
USUAL = {"connection", "content-encoding", "content-length", "content-type", "date", "transfer-encoding", "vary", "x-request-id"}
# What browsers are told with every answer.
USUAL |= {"cache-control", "content-security-policy", "referrer-policy", "x-content-type-options", "x-frame-options"}


def place(error):
    return "/".join(str(step) for step in error.absolute_path)


def faults_of(document, schema, value):
    """The schema's references lead into the document, so it is looked at as a part of it."""
    for error in Draft202012Validator({**schema, "components": document["components"]}).iter_errors(value):
        yield f"{place(error)}: {error.message[:300]}"


def of_call(document, call):
    operation = document["paths"][call["path"]][call.get("verb", "post")]
    named = f"{call['path']} {call['status']}"
    if call["request"] is not None and call["status"] in (200, 201):
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        for fault in faults_of(document, schema, call["request"]):
            yield f"{named}: request: {fault}"
    answer = operation["responses"].get(str(call["status"]))
    if answer is None:
        yield f"{named}: the status is not documented"
        return
    headers = {name.lower() for name in answer.get("headers", {})}
    for name in sorted(set(call["headers"]) - headers - USUAL):
        yield f"{named}: the header {name} is not documented"
    kind = call["headers"].get("content-type", "").split(";")[0]
    content = answer.get("content", {})
    if kind and kind not in content:
        yield f"{named}: the content type {kind} is not documented"
    if kind in ("application/json", "application/problem+json") and kind in content:
        for fault in faults_of(document, content[kind]["schema"], call["answer"]):
            yield f"{named}: answer: {fault}"


def main():
    given = json.load(sys.stdin)
    document = given["document"]
    # The first only: after a fault of structure the validator may stumble over it.
    error = next(OpenAPIV31SpecValidator(document).iter_errors(), None)
    if error is not None:
        print(f"document: {place(error)}: {error.message[:300]}")
    for call in given["calls"]:
        for fault in of_call(document, call):
            print(fault)


main()
