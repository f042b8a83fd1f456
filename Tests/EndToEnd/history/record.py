"""What happened: the pushes with their fates, what each reader was answered, and what broke a promise at once."""

import re
import threading
from array import array
from collections import Counter
from typing import NamedTuple, Optional

from household.changes import pushed

ABSENT, UNKNOWN, ACKNOWLEDGED = "absent", "unknown", "acknowledged"
_event = re.compile(r'"eventId":"([^"]{36})"')
_token = re.compile(r'"tk-(\d+)"')
_KEPT = 3  # violations of a kind that are told of in full


class Sent:
    """One change that was sent, under the number that its token holds."""

    __slots__ = ("number", "scope", "writer", "table", "raw", "event_id", "sent", "done", "fate", "push", "copy_of")

    def __init__(self, number, scope, writer, table, raw, event_id):
        self.number, self.scope, self.writer, self.table, self.raw, self.event_id = number, scope, writer, table, raw, event_id
        self.sent, self.done, self.fate, self.push = None, float("inf"), UNKNOWN, None
        self.copy_of = None  # the change of which this is a further one in the log, under an event id of its own

    def expected(self):
        return pushed(self.raw)


class Push:
    """One push with all its retries, each of which carried a prefix of `changes`."""

    __slots__ = ("changes", "sizes", "attempts", "is_overdue")

    def __init__(self, changes):
        self.changes, self.sizes, self.attempts = changes, set(), []
        self.is_overdue = False  # one of its requests was never answered, and may be carried out at any time

    def __str__(self):
        numbers = [change.number for change in self.changes[:8]]
        return f"push of {numbers} ({len(self.changes)} in all), tried: {'; '.join(self.attempts)}"


class Answered(NamedTuple):
    """One answer of a chain: after it the chain had `count` changes and stood at `cursor`."""

    began: Optional[float]  # None where the answer may be older than its arrival: on streams, and where it says nothing
    count: int
    more: bool
    cursor: str


class Chain:
    """A reader's chain of cursors. Written to by one thread."""

    def __init__(self, name, scope, client=None, tables=None):
        self.name, self.scope, self.client, self.tables = name, scope, client, tables
        self.since = None
        self.numbers, self.answers = array("q"), []

    def wants(self, sent):
        own = self.client is not None and sent.writer.client == self.client
        return not own and (self.tables is None or sent.table in self.tables)


class History:
    """Shared by all threads of a run."""

    def __init__(self):
        self.counts, self.faults, self.kinds = Counter(), Counter(), Counter()
        self.violations, self.sent, self.chains = [], [], []
        self._events, self._seen, self._texts, self._lock = {}, set(), {}, threading.Lock()
        self._stored = {}  # user -> event id of a change of theirs that is stored
        self.has_outages = False  # whether the auth service has been down

    def count(self, what, by=1):
        with self._lock:
            self.counts[what] += by

    def says_nothing(self, chain, since, page):
        """Whether an empty push was answered as one is of whose user nothing counts as known: nothing, and the cursor where it was."""
        return self.has_outages and not chain.tables and not page.changes and page.until == since

    def fault(self, what):
        with self._lock:
            self.faults[what] += 1

    def violation(self, kind, *evidence):
        with self._lock:
            self.kinds[kind] += 1
            if self.kinds[kind] <= _KEPT:
                self.violations.append((kind, [str(item)[:600] for item in evidence]))

    def number(self, make):
        """Adds the change that `make` makes of its number."""
        with self._lock:
            sent = make(len(self.sent))
            self.sent.append(sent)
        return sent

    def chain(self, *arguments, **more):
        found = Chain(*arguments, **more)
        self.chains.append(found)
        return found

    def event_of_another(self, user):
        """The event id of a stored change of another user, or None."""
        with self._lock:
            return next((event_id for owner, event_id in self._stored.items() if owner != user), None)

    def note_stored(self, user, event_id):
        with self._lock:
            self._stored[user] = event_id

    def text(self, number):
        """How a change was handed on, as it was first seen."""
        return self._texts[number]

    def numbers(self, scope, raws, where):
        """The numbers of received changes, each the same event and the same text as whenever it was seen before."""
        found = []
        for raw in raws:
            token, event = _token.search(raw), _event.search(raw)
            if not token or not event or int(token[1]) >= len(self.sent):
                self.violation("a change that nobody pushed", where, raw)
                continue
            number = self._place_of(event[1], int(token[1]))
            found.append(number)
            if self.sent[number].scope != scope:
                self.violation("a change of another user or app", where, raw)
            if self._texts.setdefault(number, raw) != raw:
                self.violation("a change comes back in two forms", where, raw, self._texts[number])
            if self.sent[int(token[1])].fate == ABSENT:
                self.violation("a rejected change appears", where, raw)
        return found

    def _place_of(self, event_id, number):
        """The number of an event: that of its token, or of a copy when the token came under another event id before."""
        if event_id in self._events:
            return self._events[event_id]
        with self._lock:
            if event_id in self._events:
                return self._events[event_id]
            if number in self._seen:
                first = self.sent[number]
                copy = Sent(len(self.sent), first.scope, first.writer, first.table, first.raw, event_id)
                copy.copy_of, copy.sent = first, first.sent
                self.sent.append(copy)
                number = copy.number
            self._seen.add(number)
            self._events[event_id] = number
            return number
