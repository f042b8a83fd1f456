"""Devices that follow live, each in a thread of its own, over as many connections as the server's deaths make of it."""

import json
import threading

from .client import API, HTTPTransport, NoAnswer
from .eventstream import EventStream, changes, reason
from .gate import Abandoned
from .mismatch import Mismatch
from .websocket import Closed, WebSocket

GOING_AWAY = 1001


class Follower:
    """What one device has received, by chain of cursors. Subclasses say how it follows."""

    def __init__(self, user, client, port, tokens, up):
        self.user, self.client, self.port = user, client, port
        self.received = {}  # (app, table or None for all of the stream's) -> raw changes
        self.connections = self.told = 0
        self.farewell = None  # how the server said goodbye
        self.failure = None
        self.draining = False  # set once the server has been told to stop: from then on a farewell is due
        self._changed = threading.Condition()
        self._up, self._tokens, self._connection = up, tokens, None
        self._api = API(HTTPTransport(port), tokens)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        """Cuts the connection and waits for the end of the thread."""
        self.draining = True
        if self._connection is not None:
            self._connection.cut()
        self._thread.join(10)

    def wait_for(self, count, patience):
        """Until so many changes have come, or nothing new has for `patience` seconds, or the device has failed."""
        with self._changed:
            have = -1
            while self.failure is None and have < self.count() < count:
                have = self.count()
                self._changed.wait_for(lambda: self.failure or self.count() >= count, patience)
        if self.failure is not None:
            raise self.failure

    def wait_for_farewell(self, patience):
        with self._changed:
            self._changed.wait_for(lambda: self.failure or self.farewell, patience)
        if self.failure is not None:
            raise self.failure
        if self.farewell is None:
            raise Mismatch(f"{self}: no farewell within {patience} s of SIGTERM")

    def wait_until_connected(self, patience):
        with self._changed:
            if not self._changed.wait_for(lambda: self.failure or self.connections, patience):
                raise Mismatch(f"{self}: no connection within {patience} s")
        if self.failure is not None:
            raise self.failure

    def count(self):
        return sum(map(len, self.received.values()))

    def _run(self):
        while True:
            try:
                self._follow()
                return self._note(farewell=True)
            except NoAnswer as error:
                if self._connection is not None:
                    self._connection.cut()
                if self.draining:
                    return self._note(failure=Mismatch(f"{self}: cut off without a farewell", error))
                self._api.transport.close()
            except Abandoned:
                return
            except Mismatch as mismatch:
                return self._note(failure=mismatch.within(str(self)))
            except BaseException as error:  # noqa: B902 - carried to the main thread, which raises it
                return self._note(failure=error)

    def _note(self, chain=None, raws=(), connected=False, farewell=None, failure=None):
        with self._changed:
            if chain is not None:
                self.received.setdefault(chain, []).extend(raws)
            self.connections += connected
            self.farewell, self.failure = farewell or self.farewell, failure or self.failure
            self._changed.notify_all()

    def _token(self):
        return self._tokens.token(self.user, self._api.transport)


class StreamFollower(Follower):
    """Follows one app by Server-Sent Events and resumes from the last `syncedUntil`."""

    def __init__(self, user, client, app, port, tokens, up, collections=None, stopped=None):
        """`stopped`: an event before which nothing but the response's head is read, over a small receive window."""
        super().__init__(user, client, port, tokens, up)
        self.app, self.collections, self._stopped = app, collections, stopped
        self.chain = (app, None)
        self.received[self.chain] = []
        self.since, self.has_more = None, False

    def wants(self, app, change):
        return app == self.app and (self.collections is None or change.table in self.collections)

    def _follow(self):
        with self._up:
            window = 65536 if self._stopped else None
            stream = EventStream(self.port, self.app, self._token(), self.client, self.since, self.collections, window)
        self._connection = stream
        self._note(connected=True)
        if self._stopped:
            self._stopped.wait()
        ended = None
        for kind, data, event_id in stream:
            if ended:
                raise Mismatch(f"an event {kind} behind the end", data[:200])
            if kind == "changes":
                self._take(changes(data), event_id)
            elif kind == "end":
                ended = reason(data)
            elif kind != "heartbeat" or data != "{}":
                raise Mismatch(f"an event {kind} of no known kind", data[:200])
        if ended != "draining" or not self.draining:
            raise Mismatch(f"the stream ended with the reason {ended}")

    def _take(self, event, event_id):
        if event_id not in (None, event.synced_until):  # a browser resumes from the id
            raise Mismatch("an event's id is not its cursor", f"id {event_id}", f"syncedUntil {event.synced_until}")
        if self.since is not None and event.synced_until <= self.since:
            raise Mismatch("the cursor does not increase", f"was {self.since}", f"is {event.synced_until}")
        for raw in event.changes:
            if json.loads(raw)["table"] != event.table:
                raise Mismatch(f"a change of another table in an event of {event.table}", raw)
        self.since, self.has_more = event.synced_until, event.has_more
        self.told += 1
        self._note(self.chain, event.changes)

    def __str__(self):
        return f"{self.user}/{self.app} as {self.client or 'no client'} by stream" + (
            f" of {','.join(self.collections)}" if self.collections else ""
        )


class SocketFollower(Follower):
    """Is told by WebSocket which tables have news, and pulls those; after each connecting it pulls all of them."""

    def __init__(self, user, client, app, port, tokens, up, tables):
        """`app` None follows every app, over /ws. `tables`: of each app that the user has."""
        super().__init__(user, client, port, tokens, up)
        self.app = app
        self.tables = tables if app is None else {app: tables[app]}
        self.received = {(app, table): [] for app, names in self.tables.items() for table in names}
        self._since = {}

    def wants(self, app, change):
        return app in self.tables

    def _follow(self):
        with self._up:
            socket = WebSocket(self.port, "/ws" if self.app is None else f"/ws/{self.app}")
            self._connection = socket
            hello = {"type": "auth", "token": self._token()}
            socket.send(json.dumps(hello if self.client is None else {**hello, "clientId": self.client}))
            answer = self._message(socket)
            if answer != {"type": "auth-ok"}:
                raise Mismatch("the authentication was answered otherwise", answer)
        self._note(connected=True)
        for app, table in self.received:
            self._pull(app, table)
        try:
            while True:
                self._hear(self._message(socket))
        except Closed as closed:
            if not self.draining or closed.code != GOING_AWAY:
                raise Mismatch("the server closed the socket", closed) from None

    @staticmethod
    def _message(socket):
        text = socket.receive()
        try:
            return json.loads(text)
        except ValueError:
            raise Mismatch("a message that is no JSON", text) from None

    def _hear(self, message):
        told = isinstance(message, dict) and message.keys() == {"type", "appId", "tables"} and message["tables"]
        if not told or message["type"] != "sync-available":
            raise Mismatch("a message of no known kind", message)
        for table in dict.fromkeys(message["tables"]):
            if (message["appId"], table) not in self.received:
                raise Mismatch("told of an app or a table that nobody wrote to", message)
            self._pull(message["appId"], table)
        self.told += 1

    def _pull(self, app, table):
        while not self.draining:
            answer = self._api.pull(self.user, app, self.client, self._since.get((app, table)), table)
            self._since[app, table] = answer.synced_until
            self._note((app, table), answer.changes)
            if not answer.has_more:
                return

    def __str__(self):
        return f"{self.user} as {self.client or 'no client'} by socket of {self.app or 'all apps'}"
