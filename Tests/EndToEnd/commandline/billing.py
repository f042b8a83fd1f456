"""Billing, beside a credits service that is a small server of ours."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .checks import check, contains, equal, lacks
from .place import free_port, get, stop
from .serving import pull, push, token_of

_KEY = "a-key-that-nobody-else-may-read"
_PLUGINS = {name: {"enabled": True} for name in ("sync", "metrics", "devIssuer")}


class Credits:
    """Says who is active. Keeps the paths and the keys that it was asked with."""

    def __init__(self, active):
        self.active = active
        self.asked = []


@contextlib.contextmanager
def _credits(port, active=()):
    credits = Credits(set(active))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            credits.asked.append((self.path, self.headers.get("X-Service-Key")))
            body = json.dumps({"active": self.path.rsplit("/", 1)[1] in credits.active, "plan": "pro"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    class Listener(ThreadingHTTPServer):
        daemon_threads = True

    server = Listener(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield credits
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _configure(place, credits_port, **section):
    billing = {"enabled": True, "creditsURL": f"http://127.0.0.1:{credits_port}", **section}
    return place.configure(kernel={}, log={"level": "trace"}, plugins={**_PLUGINS, "billing": billing})


@check("with billing on, who does not pay is answered 402, who does syncs, and each is asked about once")
def billed(place):
    credits_port = free_port()
    place.write("service.key", _KEY + "\n")
    port = _configure(place, credits_port, serviceKeyFile="service.key", exemptApps=["notes"])
    lacks(place.good("routes", "--config", "mana-sync.yaml"), "OPEN:metered")
    alice, bob = token_of(place, "alice"), token_of(place, "bob")
    with _credits(credits_port, ["alice"]) as credits, place.serving(port) as process:
        for _ in range(3):
            equal(push(place, port, alice, ["t1"])[0], 200, "the push of who pays")
            status, answer = pull(port, bob)
            equal((status, answer["error"]), (402, "sync_inactive"), "the pull of who does not")
        bearer = {"Authorization": f"Bearer {bob}"}
        equal(get(port, "/sync/notes", "POST", bearer, b"{}")[0], 200, "the push to an app that is free")
        scrape = get(port, "/metrics")[1].decode()
        stop(process)
    path = "/api/v1/internal/sync/status/"
    equal(sorted(credits.asked), [(path + "alice", _KEY), (path + "bob", _KEY)], "what the credits service was asked")
    contains(scrape, 'mana_sync_billing_decisions_total{decision="inactive"} 3\n')
    lacks(place.log(), _KEY)
    lacks(place.good("config", "show", "--config", "mana-sync.yaml"), _KEY)


@check("while the credits service is away everyone syncs, the server is ready, and the log says so once")
def away(place):
    port = _configure(place, free_port(), serviceKey=_KEY)
    tokens = [token_of(place, name) for name in ("alice", "bob", "carol")]
    with place.serving(port) as process:
        for token in tokens * 3:
            equal(push(place, port, token, ["t1"])[0], 200, "the push's status")
        equal(get(port, "/health/ready")[0], 200, "readiness")
        contains(get(port, "/health")[1].decode(), "sync is allowed meanwhile")
        stop(process)
    equal(place.log().count("the credits service does not answer"), 1, "the number of lines in the log")
    lacks(place.log(), _KEY)
    lacks(place.good("config", "show", "--config", "mana-sync.yaml"), _KEY)


@check("a service key that is missing, short or known is refused where others can reach the server; no message shows it")
def weak_key(place):
    for key in ("dev-service-key", "short", "a key with spaces in it"):
        place.configure(plugins={"sync": {"enabled": True}, "billing": {"enabled": True}})
        error = place.refused("config", "check", "--config", "mana-sync.yaml", HOST="0.0.0.0", MANA_SERVICE_KEY=key)
        contains(error, "plugins.billing.serviceKey", "MANA_SERVICE_KEY")
        lacks(error, key)
    contains(place.refused("serve", "--config", "mana-sync.yaml", HOST="0.0.0.0"), "plugins.billing.serviceKey is not set")
    place.configure(plugins={"billing": {"enabled": True, "serviceKeyFile": "nowhere"}})
    contains(place.refused("serve", "--config", "mana-sync.yaml", code=1), "plugin 'billing' cannot start", "nowhere")
