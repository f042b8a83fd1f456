"""What is said over a socket, word by word (protocol.md, "WebSocket")."""

import json
import threading
import time

from .client import API, HTTPTransport
from .eventstream import EventStream
from .lines import Refused
from .mismatch import Mismatch
from .websocket import CONTINUATION, PING, TEXT, Closed, WebSocket

_USER, _OTHER, _APP = "u-emil", "u-fay", "todo"
_PATIENCE = 20
_SEATS = 256  # plugins.sync.maxStreamsPerUser and maxSocketsPerUser


def run(server, tokens):
    """Each sentence of the protocol on a connection of its own; the authentication's deadline passes beside them."""
    token = tokens.token(_USER, HTTPTransport(server.port))
    other = tokens.token(_OTHER, HTTPTransport(server.port))
    silent = _Silent(server.port)
    for path in ("/ws", f"/ws/{_APP}"):
        _closes(server.port, path, authentication("not.a.token"), 1008, before={"type": "error", "message": "invalid token"})
        _closes(server.port, path, '{"type":"auth","token":"' + "x" * 70_000 + '"}', 1009)
        _pings(server.port, path, token)
    _fragments(server.port, token)
    _authenticates_again(server.port, token, other)
    _origins(server.port)
    _refusals(server.port, token)
    _tells(server, tokens, token)
    _seats(server.port, tokens.token("u-gus", HTTPTransport(server.port)))
    return f"all said as it should be; the silent one was closed after {silent.result():.1f} s"


class _Silent(threading.Thread):
    """Connects and says nothing: closed after 10 seconds."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self._socket, self._began, self._ended = WebSocket(port, "/ws", timeout=_PATIENCE), time.monotonic(), None
        self.start()

    def run(self):
        try:
            self._ended = self._socket.receive()
        except (Closed, Mismatch) as end:
            self._ended = end
        self._seconds = time.monotonic() - self._began

    def result(self):
        self.join()
        if not isinstance(self._ended, Closed) or (self._ended.code, self._ended.reason) != (1008, "auth timeout"):
            raise Mismatch("a socket that says nothing ended otherwise", self._ended)
        if not 9 <= self._seconds <= 14:
            raise Mismatch(f"a socket that says nothing was closed after {self._seconds:.1f} s")
        return self._seconds


def _closes(port, path, text, code, before=None):
    socket = WebSocket(port, path, timeout=_PATIENCE)
    socket.send(text)
    try:
        if before is not None:
            expect(socket, before)
        raise Mismatch(f"{path}: a message instead of a close", socket.receive())
    except Closed as closed:
        if closed.code != code:
            raise Mismatch(f"{path}: {closed}, expected {code}") from None


def _pings(port, path, token):
    socket = opened(port, path, token)
    socket.send('{"type":"ping"}')
    expect(socket, {"type": "pong"})
    socket.send_frame(PING, b"are you there?")
    if socket.receive_pong() != b"are you there?":
        raise Mismatch(f"{path}: a pong with another payload")
    closed = socket.close(1000, "goodbye")
    if closed.code != 1000:
        raise Mismatch(f"{path}: a close of 1000 was answered with {closed}")


def _fragments(port, token):
    """A message in three frames, a ping between them."""
    socket, text = WebSocket(port, "/ws", timeout=_PATIENCE), authentication(token).encode("utf-8")
    socket.send_frame(TEXT, text[:5], final=False)
    socket.send_frame(CONTINUATION, text[5:90], final=False)
    socket.send_frame(PING)
    socket.send_frame(CONTINUATION, text[90:])
    expect(socket, {"type": "auth-ok"})
    socket.close()


def _authenticates_again(port, token, other):
    """The same user may come with a fresh token; whatever becomes of another's, it must not be silence."""
    socket = opened(port, "/ws", token)
    socket.send(authentication(token))
    expect(socket, {"type": "auth-ok"})
    socket.send(authentication(other))
    try:
        socket.receive()
    except Closed:
        return
    socket.close()


def _origins(port):
    WebSocket(port, "/ws", {"Origin": "http://localhost:5173"}, timeout=_PATIENCE).close()
    try:
        WebSocket(port, "/ws", {"Origin": "https://evil.example"}, timeout=_PATIENCE)
    except Refused as refused:
        if refused.status == 403:
            return
        raise Mismatch(f"a foreign origin was answered {refused.status}") from None
    raise Mismatch("a foreign origin was let in")


def _refusals(port, token):
    """What is no handshake, no token or no app is answered as any request is."""
    transport = HTTPTransport(port)
    status, _ = transport.request("GET", "/ws", {})
    if status not in (400, 426):
        raise Mismatch(f"GET /ws without an upgrade was answered {status}")
    authorization = {"Authorization": f"Bearer {token}"}
    for path, headers, expected in (
        (f"/sync/{_APP}/stream", {}, 401), ("/sync/b@d/stream", authorization, 400),
        (f"/sync/{_APP}/stream?since=yesterday", authorization, 400),
    ):  # fmt: skip
        status, body = transport.request("GET", path, headers)
        if status != expected:
            raise Mismatch(f"GET {path} was answered {status}, expected {expected}", body[:200])


def _tells(server, tokens, token):
    """A push is told to the user's others, of the app that they asked for, and to nobody else."""
    api = API(HTTPTransport(server.port), tokens)
    everything = opened(server.port, "/ws", token)
    itself = opened(server.port, "/ws", token, client="writer")
    elsewhere = opened(server.port, "/ws/another", token)
    stranger = opened(server.port, "/ws", tokens.token(_OTHER, HTTPTransport(server.port)))
    stream = EventStream(server.port, _APP, token, client="writer", timeout=_PATIENCE)
    change = '{"table":"tasks","id":"1","op":"insert","data":{"n":1.0}}'
    api.push(_USER, _APP, "writer", None, [change, change.replace("tasks", "lists")])
    told = json.loads(everything.receive())
    if sorted(told.pop("tables", [])) != ["lists", "tasks"] or told != {"type": "sync-available", "appId": _APP}:
        raise Mismatch("a push was told otherwise", told)
    for socket in (itself, elsewhere, stranger):
        socket.send('{"type":"ping"}')
        expect(socket, {"type": "pong"})  # what it had been told would have come before
        socket.close()
    stream.cut()
    everything.close()


def _seats(port, token):
    """One user has 256 seats of each kind, and who leaves without a word leaves his."""
    for _ in range(_SEATS + 50):
        EventStream(port, _APP, token, timeout=_PATIENCE).cut()
        opened(port, "/ws", token).cut()
    streams, sockets = [], []
    try:
        _until_refused(lambda: streams.append(EventStream(port, _APP, token, timeout=_PATIENCE)))
        _until_refused(lambda: sockets.append(opened(port, "/ws", token)))
        if len(streams) > _SEATS or len(sockets) > _SEATS:
            raise Mismatch(f"one user has {len(streams)} streams and {len(sockets)} sockets")
    finally:
        for connection in streams + sockets:
            connection.cut()


def _until_refused(open_one):
    for _ in range(_SEATS + 1):
        try:
            open_one()
        except Refused as refused:
            if refused.status != 429 or "retry-after" not in refused.headers:
                raise Mismatch(f"a stream too many was answered {refused.status}", refused.headers) from None
            return
        except Closed as closed:
            if closed.code != 1013:
                raise Mismatch(f"a socket too many: {closed}") from None
            return


def opened(port, path, token, client=None):
    socket = WebSocket(port, path, timeout=_PATIENCE)
    socket.send(authentication(token, client))
    expect(socket, {"type": "auth-ok"})
    return socket


def authentication(token, client=None):
    hello = {"type": "auth", "token": token}
    return json.dumps(hello if client is None else {**hello, "clientId": client})


def expect(socket, expected):
    text = socket.receive()
    if json.loads(text) != expected:
        raise Mismatch("a message is another than expected", f"expected {json.dumps(expected)}", f"got {text}")
