"""Signs and verifies with the library of Standard Webhooks.

Standard input: {"key", "id", "timestamp" (seconds), "body"} is answered with the signature; with "signature" beside them
the answer is `right` or `wrong`. With a key that begins with whpk_ the signature is Ed25519, which that library does not know: it is
verified with PyNaCl.
"""

import json
import sys
from base64 import b64decode
from datetime import datetime, timezone

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from standardwebhooks import Webhook, WebhookVerificationError

given = json.load(sys.stdin)
if given["key"].startswith("whpk_"):
    key = VerifyKey(b64decode(given["key"].removeprefix("whpk_")))
    signed = f"{given['id']}.{given['timestamp']}.{given['body']}".encode()
    signatures = [one.removeprefix("v1a,") for one in given["signature"].split(" ") if one.startswith("v1a,")]
    try:
        key.verify(signed, b64decode(signatures[0]))
        print("right")
    except BadSignatureError:
        print("wrong")
    sys.exit()
webhook = Webhook(given["key"])
if "signature" in given:
    names = {"webhook-id": "id", "webhook-timestamp": "timestamp", "webhook-signature": "signature"}
    headers = {header: str(given[name]) for header, name in names.items()}
    try:
        webhook.verify(given["body"], headers, json_parse=False)
        print("right")
    except WebhookVerificationError:
        print("wrong")
else:
    at = datetime.fromtimestamp(int(given["timestamp"]), tz=timezone.utc)
    print(webhook.sign(given["id"], at, given["body"]))
