"""What the log must be, and what each chain of cursors must therefore deliver."""

import re
from itertools import islice

from .changes import differences, received
from .mismatch import Mismatch

_minted = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)


class Entry:
    """One change in its place of the log, with what has been seen of it on the wire."""

    __slots__ = ("change", "client", "event_id", "wire", "wire_raw")

    def __init__(self, change, client):
        self.change = change
        self.client = client
        self.event_id = self.wire = self.wire_raw = None

    def check(self, raw):
        """Mismatch unless the wire's text is this change, under the event id that it always had."""
        if raw == self.wire_raw:
            return
        event_id, change = received(raw)
        if change != self.change:
            raise Mismatch(f"{self.change} came back different", *differences(self.change, change))
        if self.event_id not in (None, event_id):
            raise Mismatch(f"{self.change} changed its eventId", f"first {self.event_id}, now {event_id}")
        self.event_id, self.wire, self.wire_raw = event_id, change, raw


class Log:
    """The changes of one user in one app, in commit order."""

    def __init__(self, name):
        self.name = name
        self.entries = []

    def append(self, changes, client):
        """Adds the changes of one request; answers their places."""
        first = len(self.entries)
        self.entries += [Entry(change, client) for change in changes]
        return range(first, len(self.entries))

    def check_event_ids(self):
        seen = {}
        for entry in self.entries:
            if entry.event_id in seen:
                raise Mismatch(f"{self.name}: two changes share the eventId {entry.event_id}")
            seen[entry.event_id] = entry

    def places_of(self, raw):
        """Where in the log a received change stands, for messages."""
        try:
            _, change = received(raw)
        except (Mismatch, ValueError, KeyError):
            return []
        return [place for place, entry in enumerate(self.entries) if entry.change == change]


class Reader:
    """One chain of cursors through a log: knows what the next answer must contain, and takes it or objects.

    `client` None reads as a client without an id: nothing is filtered out but, in a push, what that push itself wrote.
    """

    def __init__(self, log, client=None, table=None, limit=1000):
        self.log, self.client, self.table, self.limit = log, client, table, limit
        self.position = 0
        self.cursor = None

    def copy(self):
        twin = Reader(self.log, self.client, self.table, self.limit)
        twin.position, twin.cursor = self.position, self.cursor
        return twin

    def take(self, answer, pushed=range(0)):
        """Checks the answer to a request with this chain's cursor and moves on; gives the changes received."""
        pending = self._pending(pushed)
        place, taken = self.position - 1, []
        for number, raw in enumerate(answer.changes):
            due = next(pending, None)
            if due is None:
                raise Mismatch(f"{self}: change {number} of the answer is one too many", self._about(raw), raw)
            place, entry = due
            try:
                entry.check(raw)
            except Mismatch as mismatch:
                expected = f"expected log entry {place}, {entry.change}"
                raise Mismatch(
                    f"{self}: change {number} of the answer: {mismatch.summary}",
                    f"{expected}; {self._about(raw)}",
                    *mismatch.evidence,
                ) from None
            taken.append(entry.wire)
        missing = list(islice(pending, 3))
        self._check_page(answer, missing)
        self._check_cursor(answer, moved=bool(answer.changes) or len(pushed) > 0)
        self.position = place + 1 if answer.has_more else len(self.log.entries)
        self.cursor = answer.synced_until
        return taken

    def _pending(self, pushed):
        entries = self.log.entries
        for place in range(self.position, len(entries)):
            entry = entries[place]
            own = place in pushed if self.client is None else entry.client == self.client
            if not own and (self.table is None or entry.change.table == self.table):
                yield place, entry

    def _check_page(self, answer, missing):
        if len(answer.changes) > self.limit:
            raise Mismatch(f"{self}: {len(answer.changes)} changes on a page of {self.limit}")
        if not answer.has_more and missing:
            raise Mismatch(
                f"{self}: changes are missing at the end, and no hasMore",
                *(f"log entry {place}, {entry.change}" for place, entry in missing),
            )
        if answer.has_more and not missing:
            raise Mismatch(f"{self}: hasMore, though there is no more")
        if answer.has_more and not answer.changes:
            raise Mismatch(f"{self}: hasMore on an empty page")

    def _check_cursor(self, answer, moved):
        fresh = answer.synced_until
        if not isinstance(fresh, str):
            raise Mismatch(f"{self}: syncedUntil is {fresh!r}")
        if fresh != self.cursor and not _minted.match(fresh):
            raise Mismatch(f"{self}: the cursor {fresh} is not of the fixed width")
        if self.cursor is not None and (fresh < self.cursor or (moved and fresh == self.cursor)):
            raise Mismatch(f"{self}: the cursor does not increase", f"since {self.cursor}", f"syncedUntil {fresh}")

    def _about(self, raw):
        places = self.log.places_of(raw)
        return f"the received one stands in the log at {places}" if places else "the received one is not in the log"

    def __str__(self):
        return f"{self.log.name} as {self.client or 'no client'}" + (f", table {self.table}" if self.table else "")
