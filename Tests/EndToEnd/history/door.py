"""A client's way to the servers: requests, whose answers may be missing, and the pages that they are answered with."""

import json
import random
import re
import socket
from typing import NamedTuple
from urllib.parse import quote, urlencode

from household.client import BEGINNING, HTTPTransport, NoAnswer, push_body
from household.rawjson import decoded, elements, member_map

_cursor = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)


class Page(NamedTuple):
    changes: list  # raw text of each change
    until: str
    more: bool
    rejected: list  # (index, code)


class BadRequest(Exception):
    """The server refused the request for good: 400."""


class Door:
    """Kept-alive connections to every instance, of which each request takes any. Not for use by two threads at once."""

    def __init__(self, ports, tokens, history, seed):
        self._ways = [HTTPTransport(port, timeout=20) for port in ports]
        self.ports, self._tokens, self._history, self.random = ports, tokens, history, random.Random(seed)

    def token(self, user):
        return self._tokens.token(user, self._ways[0])

    def push(self, user, app, client, since, raws, in_body=True, cut=False):
        headers = {"Content-Type": "application/json"}
        if client is not None and not in_body:
            headers["X-Client-Id"] = client
        body = push_body(client if in_body else None, since, raws)
        return self._page("POST", f"/sync/{app}", user, headers, body, cut)

    def pull(self, user, app, client, since, table, limit):
        query = urlencode({"collection": table, "since": since or BEGINNING, "limit": str(limit)}, quote_via=quote)
        return self._page("GET", f"/sync/{app}/pull?{query}", user, {"X-Client-Id": client} if client else {})

    def _page(self, method, path, user, headers, body=b"", cut=False):
        headers["Authorization"] = f"Bearer {self.token(user)}"
        way = self.random.choice(self._ways)
        if cut:
            _hang_up(way, path, headers, body, self.random)
        status, text = way.request(method, path, headers, body)
        if status == 400:
            raise BadRequest(text[:300])
        if status == 503:
            self._history.count("answers 503")
            raise NoAnswer(f"{method} {path}: 503")
        if status != 200:
            self._history.violation(f"an answer {status}", f"{method} {path}", text)
            raise NoAnswer(f"{method} {path}: {status}")
        found = page(text)
        if not _cursor.match(found.until):
            self._history.violation("a cursor of another form", path, found.until)
        return found


def quiet_port():
    """A port that nobody listens on, below those that the kernel gives to connections: it stays free while its server is down."""
    for _ in range(100):
        with socket.socket() as probe:
            try:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", random.SystemRandom().randrange(20000, 32000)))
                return probe.getsockname()[1]
            except OSError:
                continue
    raise NoAnswer("there is no free port")


def page(body):
    own = member_map(body.decode("utf-8"))
    rejected = [json.loads(raw) for raw in elements(own.get("rejected", "[]"))]
    return Page(
        elements(own["serverChanges"]), decoded(own["syncedUntil"]), own.get("hasMore") == "true",
        [(each["index"], each["error"]) for each in rejected],
    )  # fmt: skip


def _hang_up(way, path, headers, body, chance):
    """Sends a request and leaves, at once or a moment later: before, while or after it is carried out."""
    if chance.random() < 0.5:
        way.request_and_hang_up("POST", path, headers, body)
    connection = HTTPTransport(way._connection.port)._connection
    try:
        connection.request("POST", path, body, headers)
    except OSError:
        pass
    connection.close()
    raise NoAnswer(f"POST {path}: hung up")
