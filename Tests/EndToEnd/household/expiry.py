"""Tokens that end: streams and sockets end with them and say so, and a socket that brings a fresh one in time stays."""

import json
import time

from .client import API, HTTPTransport, Tokens
from .eventstream import EventStream, changes, reason
from .manners import authentication, expect, opened
from .mismatch import Mismatch
from .websocket import Closed

LIFETIME = 3  # seconds
SETTINGS = {"auth": {"leeway": "0s"}, "plugins": {"devIssuer": {"tokenLifetime": f"{LIFETIME}s"}}}
_USER, _APP = "u-emil", "todo"
_PATIENCE = 20


def run(server):
    """A stream and two sockets on tokens of 3 seconds; a change that comes while nobody listens is not lost."""
    began = time.monotonic()
    token = _token(server)
    stream = EventStream(server.port, _APP, token, timeout=_PATIENCE)
    leaving, staying = opened(server.port, "/ws", token), opened(server.port, "/ws", token)
    _push(server, 1)
    expect(leaving, {"type": "sync-available", "appId": _APP, "tables": ["tasks"]})
    expect(staying, {"type": "sync-available", "appId": _APP, "tables": ["tasks"]})
    # Tokens made within the same second may be the same: a fresh one is made when the first is half spent.
    time.sleep(max(0, began + LIFETIME / 2 - time.monotonic()))
    staying.send(authentication(_token(server)))
    expect(staying, {"type": "auth-ok"})

    ids, cursor, why = _read(stream)
    _check("the stream", why, "token_expired", began)
    _check("the socket", _close(leaving), (1008, "token expired"), began)
    if ids != ["1"]:
        raise Mismatch("the stream brought other changes than the one", ids)
    _push(server, 2)
    expect(staying, {"type": "sync-available", "appId": _APP, "tables": ["tasks"]})
    ids, _, _ = _read(EventStream(server.port, _APP, _token(server), since=cursor, timeout=_PATIENCE))
    if ids != ["2"]:
        raise Mismatch("the stream that goes on brought other changes than the one that it lacked", ids)
    _check("the socket that had authenticated again", _close(staying), (1008, "token expired"), began)
    return f"a stream and two sockets ended with their tokens of {LIFETIME} s, one of them renewed; nothing was lost"


def _read(stream):
    """(ids, cursor, why it ended) of a whole stream."""
    ids, cursor, why = [], None, None
    for kind, data, _ in stream:
        if kind == "changes":
            event = changes(data)
            ids += [json.loads(raw)["id"] for raw in event.changes]
            cursor = event.synced_until
        elif kind == "end":
            why = reason(data)
    return ids, cursor, why


def _close(socket):
    try:
        raise Mismatch("a message instead of a close", socket.receive())
    except Closed as closed:
        return closed.code, closed.reason


def _check(what, got, expected, began):
    if got != expected:
        raise Mismatch(f"{what} ended otherwise", f"expected {expected}", f"got {got}")
    # A token's times are whole seconds, so it may end up to one earlier.
    if time.monotonic() - began < LIFETIME - 1.1:
        raise Mismatch(f"{what} ended before its token, after {time.monotonic() - began:.1f} s")


def _push(server, number):
    api = API(HTTPTransport(server.port), Tokens())
    api.push(_USER, _APP, "writer", None, [f'{{"table":"tasks","id":"{number}","op":"insert","data":{{}}}}'])


def _token(server):
    return Tokens().token(_USER, HTTPTransport(server.port))
