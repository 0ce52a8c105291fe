"""A checkout that needs Python 3.9 and nothing else: checkout.py serve | start NUMBER [CREATED_AT] | check NUMBER."""
import base64, hmac, json, os, sqlite3, sys, time
from urllib.request import Request, urlopen
from wsgiref.simple_server import make_server

HEADERS = {"Authorization": f"Bearer {os.environ['ORDERS_TOKEN']}", "Content-Type": "application/json"}
KEY = base64.b64decode(os.environ["OUTCOME_SECRET"].removeprefix("whsec_")) or sys.exit("OUTCOME_SECRET is empty")
ORDER = {"api": "v3-global", "amount": {"total": 888, "currency": "HKD"}, "payWithin": "15m"}
SAVE = """INSERT INTO orders VALUES (:workflowId, :sequence, :type) ON CONFLICT (id) DO UPDATE
SET sequence = excluded.sequence, state = excluded.state WHERE orders.sequence < excluded.sequence"""
sqlite3.connect("shop.db").execute("CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, sequence, state)")


def call(method, path, body):
    request = Request(f"{os.environ['MERCHANT_URL']}/orders/{path}", json.dumps(body).encode(), HEADERS, method=method)
    for tries_left in (4, 3, 2, 1, 0):  # twice is the same as once
        try:
            return json.load(urlopen(request, timeout=20))
        except OSError as problem:  # an answer that refuses, or none
            if tries_left == 0 or getattr(problem, "code", 503) != 503:
                raise RuntimeError(problem.read().decode() if hasattr(problem, "read") else problem) from problem
            time.sleep(int(getattr(problem, "headers", {}).get("Retry-After", 1)))


def start(number, created_at=None):  # created_at: of an old order, which is at WeChat Pay and which nobody watches
    started = call("PUT", number, ORDER | {"createdAt": created_at, "trustCreatedAt": True} if created_at else ORDER)
    if not (created_at or started["ended"]):  # here stands your own call to WeChat Pay
        order = {"outTradeNo": number, "amount": ORDER["amount"], "timeExpire": started["timeExpire"]}
        urlopen(os.environ["SANDBOX_URL"] + "/sandbox/orders", json.dumps(order).encode(), timeout=20)
    return started


def is_signed(environ, body):
    id_, at, signatures = (environ.get(f"HTTP_WEBHOOK_{name}", "") for name in ("ID", "TIMESTAMP", "SIGNATURE"))
    ours = b"v1," + base64.b64encode(hmac.digest(KEY, f"{id_}.{at}.".encode() + body, "sha256"))
    return any(hmac.compare_digest(ours, x.encode()) for x in signatures.split()) and abs(time.time() - int(at)) <= 300


def outcomes(environ, answer, is_signed=is_signed):  # a WSGI application: gunicorn serves it, too
    body = environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), 65_536))
    if is_ours := is_signed(environ, body):
        with sqlite3.connect("shop.db") as db:
            db.execute(SAVE, json.loads(body))  # if it cannot be stored, the answer is 500, and it comes again
    answer("204 No Content" if is_ours else "400 Bad Request", [])
    return []


if __name__ == "__main__" and sys.argv[1] == "serve":
    make_server("127.0.0.1", int(os.environ["SHOP_PORT"]), outcomes).serve_forever()
elif __name__ == "__main__":
    print({"start": start, "check": lambda number: call("POST", f"{number}/check", {})}[sys.argv[1]](*sys.argv[2:]))
