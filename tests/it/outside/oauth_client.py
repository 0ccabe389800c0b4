"""An OAuth2 client by authlib gets tokens, calls with them and ends them."""

import json
import os
import sys

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.requests_client import OAuth2Session

given = json.load(sys.stdin)
told = {}
for method in ("client_secret_basic", "client_secret_post"):
    session = OAuth2Session(given["id"], given["secret"], scope="read:reference", token_endpoint_auth_method=method)
    token = session.fetch_token(given["base"] + "/oauth2/token", grant_type="client_credentials")
    answer = session.post(given["base"] + "/GetHeartbeat", json={})
    status = session.get(given["base"] + "/v1/authorizationStatus")
    revoked = session.revoke_token(given["base"] + "/oauth2/revoke", token=token["access_token"])
    after = session.post(given["base"] + "/GetHeartbeat", json={})
    told[method] = [token["token_type"], answer.status_code, status.json()["scopes"], revoked.status_code, after.status_code]
print(json.dumps(told))
