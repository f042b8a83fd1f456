"""Server-Sent Events over HTTP/1.1, event by event, and what the events of a stream of changes must look like."""

import json
import re
from typing import NamedTuple
from urllib.parse import quote, urlencode

from .lines import Connection
from .mismatch import Mismatch
from .rawjson import decoded, elements, member_map

_size = re.compile(r"[0-9A-Fa-f]{1,8}\Z", re.ASCII)


class Changes(NamedTuple):
    table: str
    changes: list  # raw text of each change
    synced_until: str
    has_more: bool


class EventStream:
    """One response of `GET /sync/{appId}/stream`; iterate over it for (event, data, id) until its clean end."""

    def __init__(self, port, app, token, client=None, since=None, collections=None, receive_buffer=None, timeout=None):
        query = {"collections": ",".join(collections) if collections else None, "since": since}
        query = urlencode({name: value for name, value in query.items() if value is not None}, quote_via=quote)
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        if client is not None:
            headers["X-Client-Id"] = client
        self._connection = Connection(port, receive_buffer, timeout)
        try:
            path = f"/sync/{app}/stream" + (f"?{query}" if query else "")
            fields = self._connection.get(path, headers, expected=200)
            if fields.get("content-type", "").split(";")[0] != "text/event-stream":
                raise Mismatch("a stream's Content-Type is another", fields)
            if fields.get("transfer-encoding", "").lower() != "chunked" or "content-length" in fields:
                raise Mismatch("a stream is not chunked", fields)
        except BaseException:
            self._connection.close()
            raise

    def __iter__(self):
        """Ends with the last chunk; NoAnswer when the connection ends before it."""
        yield from events(self._chunks())

    def cut(self):
        """Ends the connection, also while another thread waits for the next event."""
        self._connection.close()

    def _chunks(self):
        while True:
            size = self._connection.line()
            if not _size.match(size):
                raise Mismatch("a chunk's size is no number", size)
            if int(size, 16) == 0:
                if self._connection.line():
                    raise Mismatch("a stream has trailers")
                return
            yield self._connection.exactly(int(size, 16))
            if self._connection.line():
                raise Mismatch("a chunk is longer than its size says")


def events(chunks):
    """(event, data, id or None) of each event in the bytes, which may be cut anywhere; Mismatch for half of one at their end."""
    buffered = bytearray()
    for chunk in chunks:
        seen = max(0, len(buffered) - 1)
        buffered += chunk
        while (end := buffered.find(b"\n\n", seen)) >= 0:
            event = _event(bytes(buffered[:end]))
            del buffered[: end + 2]
            seen = 0
            if event is not None:
                yield event
    if buffered:
        raise Mismatch("a stream ends within an event", bytes(buffered[-200:]))


def changes(data):
    """What a `changes` event says; Mismatch when it is not as protocol.md has it."""
    try:
        own = member_map(data)
        found = Changes(
            json.loads(own.pop("table")), elements(own.pop("changes")), decoded(own.pop("syncedUntil")),
            decoded(own.pop("hasMore")),
        )  # fmt: skip
    except (ValueError, KeyError) as error:
        raise Mismatch(f"an event is not as promised: {error!r}", data[:300]) from error
    if own:
        raise Mismatch(f"an event has unknown members: {', '.join(own)}", data[:300])
    if found.has_more not in (True, False) or not isinstance(found.table, str):
        raise Mismatch("an event's table or hasMore is of another type", data[:300])
    if not found.changes:
        raise Mismatch("an event without changes", data[:300])
    return found


def reason(data):
    """Why an `end` event says that the stream ends."""
    try:
        own = member_map(data)
        why = decoded(own.pop("reason"))
    except (ValueError, KeyError) as error:
        raise Mismatch(f"an end event is not as promised: {error!r}", data[:300]) from error
    if own or why not in ("token_expired", "membership_changed", "draining"):
        raise Mismatch("an end event has another reason or more members", data[:300])
    return why


def _event(block):
    """One event's lines; None for a comment alone. Other names would be the server's own invention."""
    kind, data, event_id = None, [], None
    for line in block.decode("utf-8").split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event" and kind is None:
            kind = value
        elif name == "data":
            data.append(value)
        elif name == "id" and event_id is None:
            event_id = value
        elif name:
            raise Mismatch("a stream has a line of another kind", line[:200])
    return None if kind is None and not data else (kind, "\n".join(data), event_id)
