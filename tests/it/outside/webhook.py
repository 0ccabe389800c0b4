"""Signs and verifies with the library of Standard Webhooks.

Standard input: {"key", "id", "timestamp" (seconds), "body"} is answered with the signature; with "signature" beside them
the answer is `right` or `wrong`.
"""

import json
import sys
from datetime import datetime, timezone

from standardwebhooks import Webhook, WebhookVerificationError

given = json.load(sys.stdin)
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
