"""A tiny server with spaces, in memory, and what can be wrong with one: what the checker of spaces is tried on."""

import contextlib
import json
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from household.fake import cursor, microseconds
from household.rawjson import decoded, elements, member_map

FAULTS = {
    "unlocked": "readers of spaces do not wait for pushes whose places are given and that nobody sees yet",
    "skipping": "some of what a space has when somebody joins is not inherited",
    "unmoved": "what is inherited keeps the places that it had",
    "repeating": "who joins inherits what they are given anew as well",
    "holding": "who leaves is shown what is written afterwards",
    "leaking": "a space's changes are shown to everyone",
    "believing": "whoever says so is in a space",
}


class SpacesServer:
    """Faithful without a fault; `FAULTS` says what each does."""

    def __init__(self, service, fault=None):
        self._service, self._fault, self._lock = service, fault, threading.Lock()
        self._clock, self._rows, self._views, self._spaces = 0, [], {}, {}  # user -> [(place, raw, event id, space or None)]
        self._chance = random.Random(0)

    def handle(self, method, path, headers, body):
        if path == "/dev/token":
            return 200, json.dumps({"token": json.loads(body)["sub"]}).encode()
        user = headers["Authorization"].removeprefix("Bearer ")
        if method == "GET":
            return 503, b"{}"  # no pulls and streams: empty pushes show as much
        own = member_map(body.decode("utf-8"))
        since = microseconds(decoded(own["since"])) if "since" in own else 0
        with self._lock:
            self._learn(user)
        rejected = self._store(user, elements(own["changes"]))
        with self._lock:
            view = self._views.setdefault(user, [])
            found = [raw for place, raw, _, _ in view if place > since]
            until = max([since, *(place for place, _, _, _ in view)])
        tail = f',"rejected":{json.dumps(rejected)}' if rejected else ""
        return 200, f'{{"serverChanges":[{",".join(found)}],"conflicts":[],"syncedUntil":"{cursor(until)}"{tail}}}'.encode()

    def _tick(self):
        self._clock = max(self._clock + 1, time.time_ns() // 1000)
        return self._clock

    def _learn(self, user):
        now, before = set(self._service.of(user)), self._spaces.get(user, set())
        view = self._views.setdefault(user, [])
        for space in before - now:
            view[:] = [row for row in view if row[3] != space]
        for space in now - before:
            for place, raw, event_id, author, its in self._rows:
                if its != space or author == user or self._fault == "skipping" and self._chance.random() < 0.1:
                    continue
                view.append((place if self._fault == "unmoved" else self._tick(), raw, event_id, space))
                if self._fault == "repeating" and self._chance.random() < 0.1:
                    view.append((self._tick(), raw, event_id, space))
        view.sort(key=lambda row: row[0])
        self._spaces[user] = now if self._fault != "holding" else now | before

    def _store(self, user, raws):
        rejected = []
        for at, raw in enumerate(raws):
            own = member_map(raw)
            event_id, space = decoded(own["eventId"]), decoded(own["spaceId"]) if "spaceId" in own else None
            with self._lock:
                if space is not None and space not in self._service.of(user) and self._fault != "believing":
                    rejected.append({"index": at, "error": "not_a_member"})
                    continue
                if any(row[2] == event_id for row in self._rows):
                    continue
                place = self._tick()
            if self._fault == "unlocked" and self._chance.random() < 0.3:
                time.sleep(0.03)
            with self._lock:
                self._rows.append((place, raw, event_id, user, space))
                self._views.setdefault(user, []).append((place, raw, event_id, None))
                for member, view in self._views.items():
                    may = space in self._spaces.get(member, ()) or self._fault == "leaking"
                    if space is not None and member != user and may:
                        view.append((place, raw, event_id, space))
                    view.sort(key=lambda row: row[0])
        return rejected

    @contextlib.contextmanager
    def serve(self):
        """Its port, while it answers there."""
        handle = self.handle

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, answer = handle(self.command, self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        server = Listener(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
