"""The same checkout, which verifies with the library of Standard Webhooks. It serves; checkout.py starts and checks."""

import os
from functools import partial
from wsgiref.simple_server import make_server

from standardwebhooks import Webhook, WebhookVerificationError

import checkout

webhook = Webhook(os.environ["OUTCOME_SECRET"])


def is_signed(environ: dict, body: bytes) -> bool:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    headers = {name: environ.get(f"HTTP_{name.upper().replace('-', '_')}", "") for name in names}
    try:
        webhook.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # the latter: a header, or the body, is malformed
        return False
    return True


outcomes = partial(checkout.outcomes, is_signed=is_signed)

if __name__ == "__main__":
    make_server("127.0.0.1", int(os.environ["SHOP_PORT"]), outcomes).serve_forever()
