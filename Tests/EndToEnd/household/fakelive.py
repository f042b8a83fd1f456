"""The fake server's streams and sockets, and what they can do wrong."""

import json
import re
import threading
from urllib.parse import parse_qs, urlsplit

from .fake import PAGE, cursor, microseconds
from .mismatch import Mismatch
from .websocket import CLOSE, PING, PONG, TEXT, accept_key, frame, read_close, read_frame

# Of streams: what is spoilt in their live part. Of sockets: `silent`, `gossiping`, `misnaming`. At the end: `abrupt`.
FAULTS = (
    "dropping", "doubling", "swapping", "rewriting", "stalling", "hasty", "forgetting", "silent", "gossiping", "misnaming",
    "abrupt",
)  # fmt: skip
_SPOILT_EVENT = 3  # which of a stream's live events is spoilt


class FakeLive:
    """Serves streams and sockets from the handler's threads; `news` guards the fake server and tells of its changes."""

    def __init__(self, fake):
        self.fake, self.faults = fake, fake.faults
        self.news = threading.Condition()
        self._draining, self._open = False, 0

    def drain(self):
        """Ends everything that is open, and returns when it has ended."""
        with self.news:
            self._draining = True
            self.news.notify_all()
            self.news.wait_for(lambda: self._open == 0, 5)

    def serve(self, handler):
        """Whether the request was for a stream or a socket; returns when that is over."""
        path = urlsplit(handler.path).path
        if path != "/ws" and not path.startswith("/ws/") and not path.endswith("/stream"):
            return False
        with self.news:
            self._open += 1
        try:
            if path.endswith("/stream"):
                self._stream(handler, path.split("/")[2])
            else:
                self._socket(handler, path[len("/ws/") :] or None)
        except (OSError, Mismatch):
            pass  # the peer has gone
        finally:
            handler.close_connection = True
            with self.news:
                self._open -= 1
                self.news.notify_all()
        return True

    def _stream(self, handler, app):
        query = parse_qs(urlsplit(handler.path).query)
        user, client = handler.headers["Authorization"].removeprefix("Bearer "), handler.headers.get("X-Client-Id")
        tables = query["collections"][0].split(",") if "collections" in query else None
        position, live = microseconds(query.get("since", [""])[0]), 0
        _head(handler, 200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
        while True:
            with self.news:
                wanted = lambda: list(self.fake.rows(user, app, position, client, tables))
                rows = wanted()
                if not rows or (live and "stalling" in self.faults):
                    live += not live
                    self.news.wait_for(lambda: self._draining or wanted())
                    if self._draining:
                        break
                    continue
            for event in _events(rows[:PAGE], len(rows) > PAGE):
                live += live > 0
                position = self._write_event(handler, event, live)
        if "abrupt" not in self.faults:
            _chunk(handler, 'event: end\ndata: {"reason":"draining"}\n\n')
            handler.wfile.write(b"0\r\n\r\n")

    def _write_event(self, handler, event, live):
        """Writes an event, perhaps spoilt; gives the cursor that it really reaches."""
        table, rows, more = event
        until, wires = rows[-1].cursor, [row.wire for row in rows]
        if live == _SPOILT_EVENT or live > _SPOILT_EVENT and len(rows) > 1:
            if "dropping" in self.faults:
                wires = wires[1:]
            elif "doubling" in self.faults:
                wires += wires[-1:]
            elif "swapping" in self.faults:
                wires = wires[::-1]
            elif "rewriting" in self.faults:
                wires = [re.sub(r'("(order|title|name)":"?)', r"\g<1>1", wire) for wire in wires]
        told = until + 2_000_000 if "hasty" in self.faults else until
        told -= 1 if "forgetting" in self.faults else 0
        if wires:
            more = "true" if more else "false"
            text = f'{{"table":{json.dumps(table)},"changes":[{",".join(wires)}],"syncedUntil":"{cursor(told)}","hasMore":{more}}}'
            _chunk(handler, f"event: changes\ndata: {text}\n\n")
        return until

    def _socket(self, handler, app):
        accept = accept_key(handler.headers["Sec-WebSocket-Key"])
        _head(handler, 101, {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept})
        _, _, hello = read_frame(handler.rfile.read, masked=True)
        hello = json.loads(hello)
        seen = self.fake.now()
        _send(handler, {"type": "auth-ok"})
        gone = threading.Event()
        threading.Thread(target=self._listen, args=(handler, gone), daemon=True).start()
        client = None if "gossiping" in self.faults else hello.get("clientId")
        while not gone.is_set():
            with self.news:
                self.news.wait_for(lambda: self._draining or gone.is_set() or self.fake.now() > seen)
                told = {} if self._draining else self._tables(hello["token"], app, seen, client)
                seen = self.fake.now()
                if self._draining:
                    break
            for name, tables in told.items():
                _send(handler, {"type": "sync-available", "appId": name, "tables": tables})
        if not gone.is_set() and "abrupt" not in self.faults:
            handler.wfile.write(frame(CLOSE, (1001).to_bytes(2, "big")))
            gone.wait(2)

    def _tables(self, user, app, seen, client):
        told = {}
        if "silent" in self.faults:
            return told
        for name in self.fake.apps(user) if app is None else [app]:
            tables = list(dict.fromkeys(row.change.table for row in self.fake.rows(user, name, seen, client)))
            if "misnaming" in self.faults:
                tables = tables[:1]
            if tables:
                told[name] = tables
        return told

    def _listen(self, handler, gone):
        """Reads until the peer closes; answers its pings."""
        try:
            while True:
                opcode, _, payload = read_frame(lambda count: _exactly(handler, count), masked=True)
                if opcode == CLOSE:
                    read_close(payload)
                    if not self._draining:  # else this is the peer's answer
                        handler.wfile.write(frame(CLOSE, payload[:2]))
                    break
                if opcode == PING:
                    handler.wfile.write(frame(PONG, payload))
        except (OSError, ValueError, Mismatch):
            pass
        with self.news:
            gone.set()
            self.news.notify_all()


def _events(rows, more_pages):
    """The page's rows as (table, rows, hasMore), a new one whenever the table changes."""
    runs = []
    for row in rows:
        if not runs or runs[-1][0].change.table != row.change.table:
            runs.append([])
        runs[-1].append(row)
    return [(run[0].change.table, run, more_pages or number < len(runs)) for number, run in enumerate(runs, 1)]


def _head(handler, status, fields):
    handler.send_response(status)
    for name, value in fields.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.flush()


def _chunk(handler, text):
    data = text.encode("utf-8")
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
    handler.wfile.flush()


def _send(handler, message):
    handler.wfile.write(frame(TEXT, json.dumps(message).encode("utf-8")))
    handler.wfile.flush()


def _exactly(handler, count):
    data = handler.rfile.read(count)
    if len(data) < count:
        raise OSError("the peer has gone")
    return data
